//! Figures for whoever watches over this node, as Prometheus reads them. No label names anybody or quotes
//! anything.
//!
//! They say how busy the coalition is, so they are not served where partners ask, but on an address of their
//! own.

use crate::webhook::Webhooks;
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::get,
};
use engine::Engine;
use prometheus_client::{
    encoding::text::encode,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use std::{fmt, sync::Arc};
use tracing::error;

const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// A name and its value.
type Label = [(&'static str, &'static str); 1];

/// Of one server.
pub struct Metrics {
    engine: Engine,
    registry: Registry,
    requests: Family<Label, Counter>,
    request_seconds: Histogram,
    rate_limited: Counter,
    subscriptions: Gauge,
    seen: Seen,
}

/// What is looked at when somebody asks.
#[derive(Clone, Debug, Default)]
struct Seen {
    projected: Gauge,
    lag: Gauge,
    trouble: Gauge,
    queued: Gauge,
    connections: Family<[(&'static str, &'static str); 2], Gauge>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// A subscription that is open until this is dropped.
#[derive(Debug)]
pub struct OpenSubscription(Gauge);

impl Drop for OpenSubscription {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    pub fn new(engine: &Engine, webhooks: &Webhooks) -> Arc<Self> {
        let requests = Family::default();
        // From a millisecond to half a minute.
        let request_seconds = Histogram::new(exponential_buckets(0.001, 2.0, 16));
        let (rate_limited, subscriptions, seen) = (Counter::default(), Gauge::default(), Seen::default());
        let mut registry = Registry::default();
        engine.metrics().register(&mut registry);
        let accord = registry.sub_registry_with_prefix("accord");
        webhooks.register_figures(accord);
        accord.register("requests", "GraphQL requests answered, by outcome", requests.clone());
        accord.register_with_unit(
            "request",
            "Time to answer a GraphQL request",
            Unit::Seconds,
            request_seconds.clone(),
        );
        accord.register(
            "rate_limited_requests",
            "Requests beyond their sender's allowance",
            rate_limited.clone(),
        );
        accord.register("open_subscriptions", "Subscriptions that are open", subscriptions.clone());
        accord.register("projected", "Position up to which rows are written", seen.projected.clone());
        accord.register("projection_lag_events", "Events in the log without their rows", seen.lag.clone());
        accord.register("trouble", "1 while the engine is in trouble", seen.trouble.clone());
        accord.register("queued_commands", "Commands that wait for the next commit", seen.queued.clone());
        accord.register(
            "connections",
            "Connections to Postgres, of writers and of readers: idle, busy, and the most that there may be",
            seen.connections.clone(),
        );
        let engine = engine.clone();
        Arc::new(Self { engine, registry, requests, request_seconds, rate_limited, subscriptions, seen })
    }

    /// Counts a subscription as long as what this returns is kept.
    pub fn open_subscription(&self) -> OpenSubscription {
        self.subscriptions.inc();
        OpenSubscription(self.subscriptions.clone())
    }

    /// `outcome` is `OK` or the code of the first error.
    pub(super) fn count_answer(&self, outcome: &'static str, seconds: f64, status: StatusCode) {
        self.requests.get_or_create(&[("outcome", outcome)]).inc();
        self.request_seconds.observe(seconds);
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.rate_limited.inc();
        }
    }

    /// As text, as of now.
    fn text(&self) -> Result<String, fmt::Error> {
        let Seen { projected, lag, trouble, queued, connections } = &self.seen;
        let position = self.engine.position().0;
        projected.set(position);
        lag.set(self.engine.metrics().head().saturating_sub(position).max(0));
        trouble.set(self.engine.health().trouble.is_some().into());
        queued.set(gauge(self.engine.queued()));
        for (pool, of) in [("writers", self.engine.writers()), ("readers", self.engine.readers())] {
            let (size, idle) = (gauge(of.size()), gauge(of.num_idle()));
            let most = gauge(of.options().get_max_connections());
            for (state, count) in [("idle", idle), ("busy", size.saturating_sub(idle).max(0)), ("most", most)]
            {
                connections.get_or_create(&[("pool", pool), ("state", state)]).set(count);
            }
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn gauge(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

/// For an address that operators reach and partners do not: nobody is asked for a token.
pub fn router(metrics: Arc<Metrics>) -> Router {
    Router::new().route("/metrics", get(show)).with_state(metrics)
}

async fn show(State(metrics): State<Arc<Metrics>>) -> Response {
    match metrics.text() {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(failure) => {
            error!(%failure, "Could not write the metrics");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
