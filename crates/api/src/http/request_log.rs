//! One line in the log for each request, also for one whose client hung up, and an id to find it by.
//!
//! No token, no variables, no addresses and nothing of an answer.

use crate::http::service::Service;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode},
    middleware::Next,
    response::Response,
};
use std::time::Instant;
use tracing::{Instrument, debug, info, info_span, warn};

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest part of a path that is logged: a client chooses it.
const PATH_CHARS: usize = 100;

/// In a request's extensions: what its line and its errors name it by.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// In a response's extensions: what the handler learned of the request.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// `THA-02` or `service:import`.
    pub actor: Option<String>,
    /// The name of the operation that was executed.
    pub operation: Option<String>,
}

pub async fn log(State(service): State<Service>, mut request: Request, next: Next) -> Response {
    let id = sent_id(request.headers())
        .unwrap_or_else(|| service.entropy.uuid_v7(service.clock.now()).to_string());
    let mut line = Line {
        id: id.clone(),
        method: request.method().clone(),
        path: request.uri().path().chars().take(PATH_CHARS).collect(),
        begun: Instant::now(),
        status: None,
        told: Told::default(),
    };
    request.extensions_mut().insert(RequestId(id.clone()));

    let span = info_span!("request", request.id = %id);
    let mut response = next.run(request).instrument(span).await;

    line.status = Some(response.status());
    if let Some(told) = response.extensions_mut().remove::<Told>() {
        line.told = told;
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The client's own id, if it is one: 64 letters, digits, dots, hyphens and underscores at most.
fn sent_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let sane = (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    sane.then(|| id.to_owned())
}

/// Written when it is dropped, which also happens when the client hangs up.
struct Line {
    id: String,
    method: Method,
    path: String,
    begun: Instant,
    /// `None` until there is an answer.
    status: Option<StatusCode>,
    told: Told,
}

impl Drop for Line {
    fn drop(&mut self) {
        let Self { id, method, path, begun, status, told } = self;
        let milliseconds = begun.elapsed().as_secs_f64() * 1_000.0;
        let (actor, operation) = (told.actor.as_deref(), told.operation.as_deref());
        let code = status.map(|status| status.as_u16());
        let said = status.map_or("the client hung up".to_owned(), |status| status.to_string());
        // Asked every few seconds by whatever watches over the server.
        let is_probe = matches!(path.as_str(), "/healthz" | "/readyz");
        if status.is_some_and(|status| status.is_server_error()) {
            warn!(request.id = %id, %method, %path, status = code, actor, operation, milliseconds, "{method} {path}: {said}");
        } else if is_probe {
            debug!(request.id = %id, %method, %path, status = code, milliseconds, "{method} {path}: {said}");
        } else {
            info!(request.id = %id, %method, %path, status = code, actor, operation, milliseconds, "{method} {path}: {said}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_forge_log_lines_is_not_taken() {
        let sent = |id: &'static [u8]| {
            let id = HeaderValue::from_bytes(id).unwrap();
            sent_id(&HeaderMap::from_iter([(REQUEST_ID, id)]))
        };
        assert_eq!(sent(b"01jb-7f.a_B").as_deref(), Some("01jb-7f.a_B"));
        for bad in [&b""[..], b"a b", b"a\"b", b"\xe4", &[b'a'; 65]] {
            assert_eq!(sent(bad), None);
        }
        assert_eq!(sent_id(&HeaderMap::new()), None);
    }
}
