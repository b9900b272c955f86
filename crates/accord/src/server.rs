//! A running server: the engine on a database, and the API before it.
//!
//! Nothing here migrates, reads a configuration or waits for a signal.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
pub use api::http::{Live, LiveSettings};
use engine::{Clock, Engine, Entropy};
use sqlx::PgPool;
use tokio::{join, net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};

use crate::patience::PatientListener;

/// How long requests may take to finish when the server stops.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a server needs besides its database.
#[derive(Debug)]
pub struct ServerSettings {
    /// Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Of what is recorded. Tokens expire by the machine's clock, whatever this one shows.
    pub clock: Clock,
    pub entropy: Entropy,
    pub issuers: api::auth::Issuers,
    pub explorer: Option<api::Explorer>,
    pub live: LiveSettings,
}

/// A server that answers. Dropping it also stops it, without waiting for anything.
pub struct Running {
    /// Such as `http://127.0.0.1:8080`.
    pub url: String,
    pub engine: Engine,
    /// Its open websockets and event streams.
    pub live: Live,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

/// Listens, projects what the read model lacks, and answers. The pool is that of [`crate::database::prepare`].
pub async fn start(pool: PgPool, settings: ServerSettings) -> Result<Running> {
    let ServerSettings { listen, clock, entropy, issuers, explorer, live } = settings;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("could not listen on {listen}; name another address with --listen or ACCORD_LISTEN")
    })?;
    let mut address = listener.local_addr().context("could not tell which port was taken")?;
    if address.ip().is_unspecified() {
        // Everywhere is no address to open.
        address.set_ip(if address.is_ipv4() {
            [127, 0, 0, 1].into()
        } else {
            [0, 0, 0, 0, 0, 0, 0, 1].into()
        });
    }
    let engine = Engine::open(pool, clock, entropy.clone(), engine::Settings::default())
        .await
        .context("could not start on this log")?;
    // A websocket that is not read gets a moment to be told so before its connection ends.
    let listener = PatientListener { listener, patience: live.unread * 2 };
    let live = Live::new(live);
    let service = api::http::Service {
        engine: engine.clone(),
        schema: api::schema(),
        issuers: Arc::new(issuers),
        clock: Clock::System,
        entropy,
        live: live.clone(),
        explorer,
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let streams = live.clone();
    let serving = axum::serve(listener, api::http::router(service)).with_graceful_shutdown(async move {
        // Also when the sender is gone.
        let _ = stopped.await;
        // They would go on for as long as their clients like.
        streams.stop();
    });
    let served = tokio::spawn(serving.into_future());
    Ok(Running { url: format!("http://{address}"), engine, live, stop, served })
}

impl Running {
    /// Stops accepting, lets requests finish for a while, then finishes every command that was accepted.
    pub async fn stop(self) -> Result<()> {
        let Self { engine, live, stop, mut served, .. } = self;
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
        engine.close().await;
        match ended {
            Ok(served) => served.context("the server ended in a panic")?.context("the server failed"),
            Err(_) => Ok(()),
        }
    }

    /// Waits until the server ends by itself, which it does only when it fails.
    pub async fn ended(&mut self) -> Result<()> {
        (&mut self.served).await.context("the server ended in a panic")?.context("the server failed")
    }
}
