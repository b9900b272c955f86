//! Logs on standard error, as text or as JSON, and spans for a collector where there is one.

use anyhow::{Context as _, Result, bail};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use std::io;
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, filter::Targets, fmt, layer::SubscriberExt as _, registry::LookupSpan,
    util::SubscriberInitExt as _,
};

/// Where spans are sent, as OpenTelemetry's own programs read it. Unset, none are made.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// Whose spans are sent: ours, which hold no variable and nobody's name.
const OURS: [&str; 5] = ["accord", "api", "engine", "event_log", "read_model"];

#[derive(Clone, Debug, clap::Args)]
pub struct Logging {
    /// How logs are written to standard error.
    #[arg(long, global = true, env = "ACCORD_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    log_format: Format,
    /// Which logs are written, such as `info,sqlx=debug`; `RUST_LOG` is read when this is not given.
    #[arg(long = "log", global = true, env = "ACCORD_LOG", value_name = "FILTER")]
    filter: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Logging {
    /// `usual` is the filter when the caller asks for none. Spans are sent until what this returns is
    /// dropped.
    pub fn begin(&self, usual: &str) -> Result<Traces> {
        let given = self.filter.clone().filter(|filter| !filter.is_empty());
        let given = given.or_else(|| std::env::var("RUST_LOG").ok().filter(|filter| !filter.is_empty()));
        let filter = given.as_deref().unwrap_or(usual);
        let filter = read(filter)
            .with_context(|| format!("`{filter}` is no filter of logs; try `info` or `info,sqlx=debug`"))?;
        let logs = fmt::layer().with_writer(io::stderr);
        let logs = match self.log_format {
            Format::Text => logs.with_target(false).with_filter(filter).boxed(),
            Format::Json => logs.json().flatten_event(true).with_filter(filter).boxed(),
        };
        let endpoint = std::env::var(ENDPOINT).ok().filter(|endpoint| !endpoint.is_empty());
        let traces = endpoint.as_deref().map(Traces::to).transpose()?;
        let spans = traces.as_ref().map(Traces::layer);
        tracing_subscriber::registry().with(logs).with(spans).init();
        Ok(traces.unwrap_or_default())
    }
}

/// By targets and levels alone: a filter that knows spans took up to a twentieth of a server's time.
fn read(filter: &str) -> Result<Targets> {
    let parts: Vec<_> = filter.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        bail!("it names no level");
    }
    if let Some(part) = parts.iter().find(|part| part.contains('[')) {
        bail!("`{part}` is about spans, which are not told apart");
    }
    // Of its own accord it would take nothing between two commas for a level, and a space for a part of a name.
    Ok(parts.join(",").parse()?)
}

/// Sends spans to a collector; what is left is sent when this is dropped.
#[derive(Default)]
pub struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// `endpoint` is the collector's, such as `http://127.0.0.1:4318`.
    fn to(endpoint: &str) -> Result<Self> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .with_context(|| format!("could not send spans to {endpoint}, which {ENDPOINT} names"))?;
        let resource = Resource::builder().with_service_name("accord").build();
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        Ok(Self(Some(provider)))
    }

    fn layer<S>(&self) -> Option<impl Layer<S> + use<S>>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let tracer = self.0.as_ref()?.tracer("accord");
        let ours = Targets::new().with_targets(OURS.map(|target| (target, LevelFilter::INFO)));
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        Some(layer.with_location(false).with_threads(false).with_filter(ours))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Some(provider) = &self.0
            && let Err(error) = provider.shutdown()
        {
            tracing::warn!(%error, "Could not send the last spans");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use axum::{Router, body::Bytes, routing::post};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn spans_of_ours_reach_the_collector_before_the_end() {
        let (sender, received) = mpsc::channel();
        let collect = post(move |body: Bytes| async move { drop(sender.send(body)) });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/", listener.local_addr().unwrap());
        let collector = axum::serve(listener, Router::new().route("/v1/traces", collect));
        tokio::spawn(collector.into_future());

        let traces = Traces::to(&endpoint).unwrap();
        {
            let subscriber = tracing_subscriber::registry().with(traces.layer());
            let _until_then = tracing::subscriber::set_default(subscriber);
            tracing::info_span!(target: "engine", "command", command.id = "c1").in_scope(|| ());
            tracing::info_span!(target: "sqlx", "of-others").in_scope(|| ());
        }
        tokio::task::spawn_blocking(move || drop(traces)).await.unwrap();
        let sent = received.recv().unwrap();
        let holds = |text: &str| sent.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(holds("command") && holds("command.id") && holds("c1") && holds("accord"));
        assert!(!holds("of-others"));
    }

    #[test]
    fn a_filter_is_read_whatever_stands_around_its_parts_and_one_of_spans_is_refused() {
        let written = |filter: &str| read(filter).map(|targets| targets.to_string());
        for same in ["info,sqlx=debug", " info , sqlx=debug ", "info,sqlx=debug,", ",info,,sqlx=debug"] {
            assert_eq!(written(same).unwrap(), written("info,sqlx=debug").unwrap(), "{same}");
        }
        for bad in
            ["", ",", " ", "info,[request]=debug", "info,api[request{id=1}]=debug", "a=b=c", "api=loud"]
        {
            assert!(written(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_endpoint_that_is_none_is_told() {
        let fault = format!("{:#}", Traces::to("nowhere at all").err().unwrap());
        assert!(fault.contains("could not send spans to nowhere at all"), "{fault}");
    }
}
