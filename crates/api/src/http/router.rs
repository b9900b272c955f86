//! The routes of the HTTP server, and whether it is alive and ready.

use crate::{
    http::{
        calendar, event_stream, front, graphiql, graphql, origins::Origins, quality, request_log,
        service::Service, websocket,
    },
    schema::PRICES,
};
use axum::{
    Json, Router,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
        },
    },
    middleware,
    routing::{any, get, post},
};
use serde::Serialize;
use std::{sync::LazyLock, time::Duration};
use tokio::time::timeout;
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer, Predicate as _,
        predicate::{NotForContentType, SizeAbove},
    },
    cors::{AllowOrigin, CorsLayer},
};

/// How long the database may take to answer for this node to count as ready.
const DATABASE_PATIENCE: Duration = Duration::from_secs(1);

/// How many events this node's answers may be behind the log for it to count as ready: more than the few largest commits
/// have whose rows are just being written.
const MOST_BEHIND: i64 = 50_000;

/// Answers of more bytes are packed for whoever takes them so: below, the network has it in one parcel anyway.
const PACKED_BYTES: u64 = 1024;

/// How long a browser need not ask again whether a page may.
const REMEMBERED: Duration = Duration::from_hours(1);

pub fn router(service: Service) -> Router {
    // Now, so that the first request does not wait for it.
    LazyLock::force(&PRICES);
    let mut router = Router::new()
        .route("/graphql", post(graphql::answer).fallback(graphql::refuse_method))
        .route("/graphql/ws", any(websocket::answer))
        .route("/graphql/stream", post(event_stream::answer).fallback(event_stream::refuse_method))
        .route("/calendar/{of}/{file}", get(calendar::answer))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/schema.graphql", get(front::schema));
    router = match &service.explorer {
        Some(explorer) => router.merge(graphiql::routes(explorer)),
        None => router.route("/", get(front::page)),
    };
    // Event streams are sent on as they come.
    let packed = SizeAbove::new(PACKED_BYTES).and(NotForContentType::SSE);
    // The first level gives nearly all, and costs least.
    let packing = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(packed);
    if let Some(cors) = cors(&service.origins) {
        router = router.layer(cors);
    }
    router
        .layer(packing)
        .layer(middleware::map_request(offer_gzip_or_nothing))
        .layer(middleware::from_fn_with_state(service.clone(), request_log::log))
        .with_state(service)
}

/// Leaves of what a client takes packed only gzip. What is packed in no way is sent to everybody, as RFC 9110
/// lets a server do (section 12.5.3): refusing it, as the layer would, comes too late for a command that was
/// carried out.
async fn offer_gzip_or_nothing(mut request: Request) -> Request {
    let takes = takes_gzip(request.headers());
    let headers = request.headers_mut();
    headers.remove(ACCEPT_ENCODING);
    if takes {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    request
}

/// By its own name, else by that of all.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut any = false;
    let said = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for coding in said.flat_map(|value| value.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let takes = quality::of_parameters(parts) > 0;
        if name.eq_ignore_ascii_case("gzip") {
            return takes;
        }
        any |= name == "*" && takes;
    }
    any
}

/// Answers browsers that ask before they send (Fetch, CORS protocol); `None` when no origin is named.
fn cors(origins: &Origins) -> Option<CorsLayer> {
    let named: Vec<_> = origins.named().collect();
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(named.clone()))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            ACCEPT_LANGUAGE,
            AUTHORIZATION,
            CONTENT_TYPE,
            event_stream::LAST_EVENT_ID,
            graphql::MIN_POSITION,
            request_log::REQUEST_ID,
        ])
        .expose_headers([request_log::REQUEST_ID, RETRY_AFTER, WWW_AUTHENTICATE])
        .max_age(REMEMBERED);
    (!named.is_empty()).then_some(layer)
}

/// The process answers.
async fn alive() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    reasons: Vec<&'static str>,
}

/// Whether requests should be sent here. What exactly is wrong stands in the log, because anybody may ask
/// this.
async fn ready(State(service): State<Service>) -> (StatusCode, Json<Readiness>) {
    let mut reasons = Vec::new();
    let health = service.engine.health();
    if health.outdated {
        reasons.push("this node is of an older version than the log and writes nothing: upgrade it");
    } else if health.trouble.is_some() {
        reasons.push("the engine is in trouble: the server's log says which");
    }
    match timeout(DATABASE_PATIENCE, service.engine.log().head()).await {
        Ok(Ok(head)) if head.position - service.engine.position().0 > MOST_BEHIND => {
            reasons.push("the read model is far behind the log");
        }
        Ok(Ok(_)) => {}
        Ok(Err(_)) => reasons.push("the database cannot be asked"),
        Err(_) => reasons.push("the database does not answer within a second"),
    }
    let ready = reasons.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, reasons }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_by_its_name_or_by_that_of_all() {
        let takes = |said: &[&'static str]| {
            let said = said.iter().map(|said| (ACCEPT_ENCODING, HeaderValue::from_static(said)));
            takes_gzip(&said.collect())
        };
        assert!(!takes(&[]));
        for yes in
            ["gzip", "GZIP", "br;q=0.9, gzip;q=0.1", "*", "br, *;q=0.5", "*;q=0, gzip", "identity;q=0, gzip"]
        {
            assert!(takes(&[yes]), "{yes}");
        }
        for no in ["", "br", "gzip;q=0", "gzip;q=0, *", "br, *;q=0", "identity;q=0", "gzip;q=none"] {
            assert!(!takes(&[no]), "{no}");
        }
        assert!(takes(&["br", "gzip"]));
    }
}
