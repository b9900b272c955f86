//! The HTTP server: its routes, what all of them share, and whether it is alive and ready.
//!
//! Nobody is told anything but that without a token. Nothing here knows a type of the schema.

mod calendar;
mod event_stream;
mod graphql;
mod live;
pub mod metrics;
mod request_log;
mod websocket;

pub use live::{Live, LiveSettings};

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    middleware,
    routing::{any, get, post},
};
use engine::{Clock, Engine, Entropy};
use serde::Serialize;
use tokio::time::timeout;
use tower_http::limit::RequestBodyLimitLayer;

use self::metrics::Metrics;
use crate::{
    Schema, auth::Issuers, cost::PRICES, documents::Documents, graphiql, graphiql::Explorer, rates::Rates,
};

/// Largest body of a request: an import of 10,000 tasks with titles of usual length has about half of it.
pub const BODY_BYTES: usize = 4 * 1024 * 1024;

/// How long the database may take to answer for this node to count as ready.
const DATABASE_PATIENCE: Duration = Duration::from_secs(1);

/// How many events this node's answers may be behind the log for it to count as ready.
const MOST_BEHIND: i64 = 5_000;

/// What requests are answered with.
#[derive(Clone)]
pub struct Service {
    pub engine: Engine,
    pub schema: Schema,
    pub issuers: Arc<Issuers>,
    /// The machine's: tokens expire in the real present, whatever the engine's clock shows.
    pub clock: Clock,
    /// Of request ids.
    pub entropy: Entropy,
    /// The open websockets and event streams, which whoever stops the server also stops.
    pub live: Live,
    /// What each sender has used of its allowance.
    pub rates: Arc<Rates>,
    pub documents: Arc<Documents>,
    pub metrics: Arc<Metrics>,
    /// The page at `/`, in a demo only: it gives away tokens.
    pub explorer: Option<Explorer>,
}

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

/// Whether requests should be sent here. What exactly is wrong stands in the log, because anybody may ask this.
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
