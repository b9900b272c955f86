//! A running server: the engine on a database, and the API before it.
//!
//! Nothing here migrates, reads a configuration or waits for a signal.

use anyhow::{Context as _, Result, bail};
use std::{net::SocketAddr, sync::Arc, time::Duration};

use api::{
    documents::Documents,
    http::metrics::Metrics,
    rates::{Allowance, Rates},
    trust::Trust,
    webhook::Webhooks,
};
pub use api::{
    http::{Live, LiveSettings, Origins},
    webhook::{Pace, Reach, Settings as WebhookSettings, WebhookKey},
};
use engine::{Clock, Engine, Entropy};
use event_log::ReaderSettings;
use sqlx::PgPool;
use tokio::{
    join,
    net::TcpListener,
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use crate::listening::{self, ConnectionSettings};

/// How long requests may take to finish when the server stops.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long connections may take to come home.
pub const CLOSING: Duration = Duration::from_secs(2);

/// What a server needs besides its database.
#[derive(Debug)]
pub struct ServerSettings {
    /// Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Of what is recorded. Tokens expire by the machine's clock, whatever this one shows.
    pub clock: Clock,
    pub entropy: Entropy,
    pub trust: Trust,
    pub explorer: Option<api::Explorer>,
    pub live: LiveSettings,
    pub limits: Limits,
    pub documents: Documents,
    /// Of other pages that may ask.
    pub origins: Origins,
    /// Where operators read metrics, without a token; `None`: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    pub webhooks: WebhookSettings,
}

/// How much is answered at once and in a time.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Of each actor.
    pub allowance: Allowance,
    /// After which the database gives up a question.
    pub statement_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { allowance: Allowance::USUAL, statement_timeout: ReaderSettings::default().statement_timeout }
    }
}

/// A server that answers. Dropping it also stops it, without waiting for anything.
pub struct Running {
    /// Such as `http://127.0.0.1:8080`.
    pub url: String,
    /// Such as `http://127.0.0.1:9464/metrics`.
    pub metrics_url: Option<String>,
    pub engine: Engine,
    /// Its open websockets and event streams.
    pub live: Live,
    webhooks: Arc<Webhooks>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
    /// Who serves the figures, and who looks for keys. Ends with this, or it would keep the engine and its
    /// connections.
    watched: JoinSet<std::io::Result<()>>,
    /// Who sends events to webhooks; the same of its end.
    delivering: JoinSet<()>,
}

/// Listens, projects what the read model lacks, and answers. The pool is that of
/// [`crate::database::prepare`].
pub async fn start(pool: PgPool, settings: ServerSettings) -> Result<Running> {
    let ServerSettings {
        listen,
        clock,
        entropy,
        trust,
        explorer,
        live,
        limits,
        documents,
        origins,
        metrics_listen,
        webhooks,
    } = settings;
    let (listener, url) = bind(listen, "--listen or ACCORD_LISTEN").await?;
    let metrics_listener = match metrics_listen {
        Some(address) => Some(bind(address, "--metrics-listen or ACCORD_METRICS_LISTEN").await?),
        None => None,
    };
    let readers = ReaderSettings::default();
    let readers = ReaderSettings {
        min_connections: readers.max_connections,
        statement_timeout: limits.statement_timeout,
        ..readers
    };
    let settings = engine::Settings { reads: Some(readers), ..engine::Settings::default() };
    let engine =
        Engine::open(pool, clock, entropy.clone(), settings).await.context("could not start on this log")?;
    let files = listening::raise_file_limit();
    // A websocket that is not read gets a moment to be told so before its connection ends.
    let connections = ConnectionSettings::of(files, live.unread * 2);
    let live = Live::new(LiveSettings { most: live.most.min(listening::most_websockets(files)), ..live });
    let webhooks = Webhooks::new(webhooks);
    let metrics = Metrics::new(&engine, &webhooks);
    let trust = Arc::new(trust);
    let service = api::http::Service {
        engine: engine.clone(),
        schema: api::schema(),
        careful_schema: api::careful_schema(),
        trust: Arc::clone(&trust),
        clock: Clock::System,
        entropy,
        rates: Rates::new(limits.allowance),
        room: Arc::default(),
        documents: Arc::new(documents),
        metrics: Arc::clone(&metrics),
        live: live.clone(),
        origins,
        webhooks: Arc::clone(&webhooks),
        explorer,
    };
    let mut watched = JoinSet::new();
    watched.spawn(async move {
        trust.keep_looking().await;
        Ok(())
    });
    let metrics_url = metrics_listener.map(|(listener, url)| {
        watched.spawn(axum::serve(listener, api::http::metrics::router(metrics)).into_future());
        format!("{url}/metrics")
    });
    let mut delivering = JoinSet::new();
    delivering.spawn(Arc::clone(&webhooks).deliver(engine.clone()));
    let (stop, stopped) = oneshot::channel::<()>();
    let streams = live.clone();
    let stopped = async move {
        // Also when the sender is gone.
        let _ = stopped.await;
        // They would go on for as long as their clients like.
        streams.stop();
    };
    let served = tokio::spawn(listening::serve(listener, api::http::router(service), connections, stopped));
    Ok(Running { url, metrics_url, engine, live, webhooks, stop, served, watched, delivering })
}

/// Listens, and tells the address to open.
async fn bind(address: SocketAddr, option: &str) -> Result<(TcpListener, String)> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("could not listen on {address}; name another address with {option}"))?;
    let mut address = listener.local_addr().context("could not tell which port was taken")?;
    if address.ip().is_unspecified() {
        // Everywhere is no address to open.
        address.set_ip(if address.is_ipv4() {
            [127, 0, 0, 1].into()
        } else {
            [0, 0, 0, 0, 0, 0, 0, 1].into()
        });
    }
    Ok((listener, format!("http://{address}")))
}

impl Running {
    /// Stops accepting, lets requests finish for a while, then finishes every command that was accepted.
    pub async fn stop(self) -> Result<()> {
        let Self { engine, live, webhooks, stop, mut served, mut watched, mut delivering, .. } = self;
        webhooks.stop();
        // Nobody receives when the server has ended by itself; that is told below.
        let _ = stop.send(());
        // Websockets are no longer the HTTP server's.
        let ended = timeout(PATIENCE, async { join!(&mut served, live.ended()).0 }).await;
        if ended.is_err() {
            tracing::warn!(
                "Some requests took over {} seconds to finish and were cut off",
                PATIENCE.as_secs()
            );
            served.abort();
        }
        // Other nodes go on at once with what this one lets go of.
        let _ = timeout(CLOSING, delivering.join_next()).await;
        delivering.shutdown().await;
        engine.close().await;
        // Whoever watches sees the end of it.
        watched.shutdown().await;
        // Who was cut off may still hold some.
        let _ = timeout(CLOSING, engine.close_readers()).await;
        match ended {
            Ok(served) => served.context("the server ended in a panic")?.context("the server failed"),
            Err(_) => Ok(()),
        }
    }

    /// Waits until the server ends by itself, which it does only when it fails.
    pub async fn ended(&mut self) -> Result<()> {
        first_end(&mut self.served, self.engine.failed()).await
    }
}

/// What ends a server by itself: its listener, or a task that writes. A process that only the engine has left
/// must not go on, however well it still listens.
async fn first_end(
    served: &mut JoinHandle<std::io::Result<()>>,
    engine_failed: impl Future<Output = ()>,
) -> Result<()> {
    tokio::select! {
        served = served => served.context("the server ended in a panic")?.context("the server failed"),
        () = engine_failed => bail!("the engine failed; start again: what was acknowledged is in the log"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn a_server_ends_with_a_reason_when_the_engine_fails_though_it_still_listens() {
        let mut served = tokio::spawn(pending());
        let error = first_end(&mut served, ready(())).await.unwrap_err();
        assert_eq!(error.to_string(), "the engine failed; start again: what was acknowledged is in the log");
        served.abort();
        let error = first_end(&mut served, pending()).await.unwrap_err();
        assert_eq!(error.to_string(), "the server ended in a panic");
    }
}
