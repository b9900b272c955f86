//! A network between the nodes and Postgres that fails on demand. It knows no protocol: it carries bytes.

use anyhow::{Context as _, Result};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU8, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    task::JoinHandle,
    time::sleep,
};

/// What becomes of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    Fair,
    /// Each piece comes late.
    Slow,
    /// Nothing comes from Postgres any more; what is sent to it arrives. A commit is made, and nobody hears
    /// of it.
    DeafToServer,
    /// Nothing reaches Postgres any more.
    DeafToClient,
    /// Neither way, and nobody is told.
    Gone,
}

const WEATHERS: [Weather; 5] =
    [Weather::Fair, Weather::Slow, Weather::DeafToServer, Weather::DeafToClient, Weather::Gone];

const LATE: Duration = Duration::from_millis(50);

struct Shared {
    weather: AtomicU8,
    /// Connections of an older generation are cut.
    generation: watch::Sender<usize>,
    /// Bytes that were held back since the weather changed.
    withheld: AtomicUsize,
    /// The socket of the Postgres that new connections go to.
    upstream: RwLock<PathBuf>,
}

/// Stops when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.reset();
    }
}

impl Proxy {
    /// Before the Postgres on this socket.
    pub async fn start(socket: PathBuf) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("could not listen")?;
        let address = listener.local_addr().context("could not tell which port was taken")?;
        let shared = Arc::new(Shared {
            weather: AtomicU8::new(0),
            generation: watch::Sender::new(0),
            withheld: AtomicUsize::new(0),
            upstream: RwLock::new(socket),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, accepting })
    }

    /// The same database through this network.
    pub fn route(&self, url: &str) -> String {
        let (before, database) = url.split_once("@localhost:5432/").unwrap_or((url, ""));
        let database = database.split('?').next().unwrap_or_default();
        format!("{before}@{}/{database}?sslmode=disable", self.address)
    }

    pub fn set(&self, weather: Weather) {
        self.shared.withheld.store(0, Ordering::Relaxed);
        let index = WEATHERS.iter().position(|known| *known == weather).unwrap_or_default();
        self.shared.weather.store(u8::try_from(index).unwrap_or_default(), Ordering::Relaxed);
    }

    /// Before another Postgres from now on. What is connected is cut.
    pub fn lead_to(&self, socket: PathBuf) {
        *self.shared.upstream.write().unwrap_or_else(PoisonError::into_inner) = socket;
        self.reset();
    }

    /// Bytes that did not arrive since the weather was set.
    pub fn withheld(&self) -> usize {
        self.shared.withheld.load(Ordering::Relaxed)
    }

    /// Cuts every connection there is.
    pub fn reset(&self) {
        self.shared.generation.send_modify(|generation| *generation += 1);
    }
}

impl Shared {
    fn weather(&self) -> Weather {
        WEATHERS[usize::from(self.weather.load(Ordering::Relaxed))]
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        if let Ok((client, _)) = listener.accept().await {
            tokio::spawn(carry(client, Arc::clone(&shared)));
        }
    }
}

async fn carry(client: TcpStream, shared: Arc<Shared>) {
    let mut generation = shared.generation.subscribe();
    let born = *generation.borrow_and_update();
    // Postgres may be down: then this connection ends at once.
    let upstream = shared.upstream.read().unwrap_or_else(PoisonError::into_inner).clone();
    let Ok(server) = UnixStream::connect(upstream).await else { return };
    // Ends like a cable that is cut, with what is under way lost, and not like a conversation.
    let _ = client.set_zero_linger();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pass(from_client, to_server, &shared, Weather::DeafToClient) => {}
        () = pass(from_server, to_client, &shared, Weather::DeafToServer) => {}
        _ = generation.wait_for(|now| *now != born) => {}
    }
}

/// Carries one direction, until an end closes.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    shared: &Shared,
    deaf: Weather,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let weather = shared.weather();
        if weather == Weather::Slow {
            sleep(LATE).await;
        }
        if weather == deaf || weather == Weather::Gone {
            // What was lost once never comes, so neither does what follows it: the rest is swallowed too.
            shared.withheld.fetch_add(length, Ordering::Relaxed);
            while let Ok(length @ 1..) = from.read(&mut buffer).await {
                shared.withheld.fetch_add(length, Ordering::Relaxed);
            }
            return;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::UnixListener;

    /// A connection through a proxy to a server that answers what it hears.
    async fn echo() -> (Proxy, TcpStream, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("socket");
        let listener = UnixListener::bind(&socket).unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.into_split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        let proxy = Proxy::start(socket).await.unwrap();
        let stream = TcpStream::connect(proxy.address).await.unwrap();
        (proxy, stream, dir)
    }

    async fn answers(stream: &mut TcpStream) -> bool {
        let mut answer = [0; 2];
        stream.write_all(b"hi").await.is_ok() && stream.read_exact(&mut answer).await.is_ok()
    }

    #[tokio::test]
    async fn it_carries_bytes_both_ways_until_it_is_reset() {
        let (proxy, mut stream, _dir) = echo().await;
        assert!(answers(&mut stream).await);
        proxy.set(Weather::Slow);
        assert!(answers(&mut stream).await);
        proxy.reset();
        assert!(!answers(&mut stream).await);
        let mut next = TcpStream::connect(proxy.address).await.unwrap();
        assert!(answers(&mut next).await);
    }

    #[tokio::test]
    async fn what_it_holds_back_in_either_direction_never_arrives() {
        for weather in [Weather::DeafToServer, Weather::DeafToClient, Weather::Gone] {
            let (proxy, mut stream, _dir) = echo().await;
            assert!(answers(&mut stream).await);
            proxy.set(weather);
            stream.write_all(b"hi").await.unwrap();
            while proxy.withheld() == 0 {
                tokio::task::yield_now().await;
            }
            proxy.reset();
            assert!(stream.read_u8().await.is_err(), "{weather:?}");
        }
    }

    #[tokio::test]
    async fn it_leads_to_another_server_from_when_it_is_told() {
        let (proxy, mut stream, _dir) = echo().await;
        assert!(answers(&mut stream).await);
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("socket");
        let listener = UnixListener::bind(&socket).unwrap();
        proxy.lead_to(socket);
        assert!(!answers(&mut stream).await);
        let mut next = TcpStream::connect(proxy.address).await.unwrap();
        let (mut other, _) = listener.accept().await.unwrap();
        other.write_all(b"!").await.unwrap();
        assert_eq!(next.read_u8().await.unwrap(), b'!');
    }

    #[tokio::test]
    async fn a_route_leads_to_the_same_database_as_the_same_role() {
        let (proxy, _stream, _dir) = echo().await;
        assert_eq!(
            proxy.route("postgres://me@localhost:5432/torture_1?host=%2Ftmp"),
            format!("postgres://me@{}/torture_1?sslmode=disable", proxy.address)
        );
    }
}
