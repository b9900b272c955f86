//! The routes of the HTTP server, and whether it is alive and ready.

use crate::{
    http::{
        calendar, event_stream, graphiql, graphql, request_log,
        service::{BODY_BYTES, Service},
        websocket,
    },
    schema::PRICES,
};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    middleware,
    routing::{any, get, post},
};
use serde::Serialize;
use std::{sync::LazyLock, time::Duration};
use tokio::time::timeout;
use tower_http::limit::RequestBodyLimitLayer;

/// How long the database may take to answer for this node to count as ready.
const DATABASE_PATIENCE: Duration = Duration::from_secs(1);

/// How many events this node's answers may be behind the log for it to count as ready.
const MOST_BEHIND: i64 = 5_000;

pub fn router(service: Service) -> Router {
    // Now, so that the first request does not wait for it.
    LazyLock::force(&PRICES);
    let mut router = Router::new()
        .route("/graphql", post(graphql::answer).fallback(graphql::refuse_method))
        .route("/graphql/ws", any(websocket::answer))
        .route("/graphql/stream", post(event_stream::answer).fallback(event_stream::refuse_method))
        .route("/calendar/{of}/{file}", get(calendar::answer))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready));
    if let Some(explorer) = &service.explorer {
        router = router.merge(graphiql::routes(explorer));
    }
    router
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        .layer(middleware::from_fn_with_state(service.clone(), request_log::log))
        .with_state(service)
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
