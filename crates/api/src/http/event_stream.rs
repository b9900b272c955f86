//! GraphQL over server-sent events, one operation for each request ("distinct connections mode" of GraphQL
//! over SSE).
//!
//! The id of each event is the position to resume after: a client that was cut off sends it as
//! `Last-Event-ID`.

use crate::{
    Error,
    gate::auth::Unauthenticated,
    http::{
        graphql::{Asked, Media, Problem, Sending, entry, manner, prepare, read, request_id, respond, takes},
        live::Seat,
        request_log::Told,
        service::Service,
        steps::{Step, steps},
    },
    log::subscription::ResumeAfter,
};
use async_graphql::{Response as Answer, Value};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, StatusCode,
        header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use domain::Position;
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream, Stream},
};
use std::{convert::Infallible, str::FromStr, sync::Arc};
use tokio::{
    select,
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep},
};
use tracing::error;

const EVENT_STREAM: &str = "text/event-stream";

/// What a client that was cut off has seen last.
pub(super) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Tells proxies of one kind what others know from the content's type: to pass on each event as it comes.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Shows that the server is there, and nothing else.
const COMMENT: &str = ":\n\n";

/// With an empty line of data, without which some clients pass over an event.
const COMPLETE: &str = "event: complete\ndata:\n\n";

pub async fn answer(State(service): State<Service>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let mut told = Told::default();
    let mut response = open(&service, &head, body, &mut told)
        .await
        .unwrap_or_else(|problem| respond(Media::GraphqlResponse, request_id(&head), Err(problem)));
    response.extensions_mut().insert(told);
    response
}

pub async fn refuse_method(request: Request) -> Response {
    let (head, _) = request.into_parts();
    let error = Error::bad_input("An event stream is asked for by POST here, with a body in JSON.");
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, error).with(ALLOW, "POST");
    respond(Media::GraphqlResponse, request_id(&head), Err(problem))
}

async fn open(service: &Service, head: &Parts, body: Body, told: &mut Told) -> Result<Response, Problem> {
    if !takes(&head.headers, EVENT_STREAM) {
        let error = Error::bad_input("This answers in text/event-stream.");
        return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, error));
    }
    let Asked { proof, permit, sent } = read(service, head, body, told).await?;
    let resume =
        last_event_id(&head.headers).map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error))?;
    let seat = service.live.enter(&proof.actor).map_err(|full| {
        let error = Error::Busy(full.to_string());
        Problem::new(StatusCode::TOO_MANY_REQUESTS, error).with(RETRY_AFTER, "1")
    })?;
    let expires = sleep(proof.left(service.clock.now()));
    let (trust, proved) = (Arc::clone(&service.trust), proof.clone());
    let refused = async move {
        select! {
            () = expires => Unauthenticated::Expired,
            () = trust.withdrawn(&proved) => Unauthenticated::Signature,
        }
    };
    let mut prepared = match prepare(service, (proof.actor, permit), manner(head), sent, told).await {
        Ok(prepared) => prepared,
        Err(error) => {
            let answer = Answer::from_errors(vec![error]);
            return Ok(respond(Media::GraphqlResponse, request_id(head), Ok(answer)));
        }
    };
    if let Some(position) = resume {
        prepared.request = prepared.request.data(ResumeAfter(position));
    }
    let keepalive = seat.settings().keepalive;
    let mut keepalive = interval_at(Instant::now() + keepalive, keepalive);
    keepalive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let steps = steps(service, prepared);
    let open =
        Open { steps, refused: refused.boxed(), keepalive, seat, request_id: request_id(head).to_owned() };
    let headers = [
        (CONTENT_TYPE, EVENT_STREAM),
        (CACHE_CONTROL, "no-cache"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (ACCEL_BUFFERING, "no"),
    ];
    Ok((headers, Body::from_stream(open.events())).into_response())
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<Position>, Error> {
    let Some(value) = headers.get(LAST_EVENT_ID).filter(|value| !value.is_empty()) else { return Ok(None) };
    let position = value.to_str().ok().and_then(|text| i64::from_str(text.trim()).ok());
    match position {
        Some(position) if position >= 0 => Ok(Some(Position(position))),
        _ => Err(Error::bad_input("The header `Last-Event-ID` is not the id of an event from here.")),
    }
}

/// An event stream on its way.
struct Open {
    steps: BoxStream<'static, Step>,
    /// Why its token is good no longer.
    refused: BoxFuture<'static, Unauthenticated>,
    keepalive: Interval,
    seat: Seat,
    request_id: String,
}

impl Open {
    /// The text of the stream, bit by bit. The connection asks for the next when it has room for it.
    fn events(self) -> impl Stream<Item = Result<String, Infallible>> {
        stream::unfold(Some(self), |open| async {
            let mut open = open?;
            let step = select! {
                // Without the event that would tell the client that all is said: it comes back.
                () = open.seat.server_stops() => return None,
                reason = &mut open.refused => {
                    let refused = Error::Unauthenticated(reason.to_string());
                    Step::Failed(Answer::from_errors(vec![entry(&refused)]))
                }
                _ = open.keepalive.tick() => return Some((Ok(COMMENT.to_owned()), Some(open))),
                step = open.steps.next() => step?,
            };
            Some(match step {
                Step::Next(answer) => (Ok(next(answer, &open.request_id)), Some(open)),
                Step::Failed(answer) => (Ok(next(answer, &open.request_id) + COMPLETE), None),
                Step::Complete => (Ok(COMPLETE.to_owned()), None),
            })
        })
    }
}

fn next(mut answer: Answer, request_id: &str) -> String {
    let id = match answer.extensions.get("position") {
        Some(Value::String(position)) if answer.data != Value::Null => format!("id: {position}\n"),
        _ => String::new(),
    };
    // JSON without line breaks: all of it is one line of data.
    match serde_json::to_string(&Sending::of(&mut answer, request_id)) {
        Ok(data) => format!("event: next\n{id}data: {data}\n\n"),
        Err(failure) => {
            error!(%failure, "Could not write an event as JSON");
            String::new()
        }
    }
}
