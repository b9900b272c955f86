//! Sends one message to one address, and says what came of it. No redirect is followed, no proxy asked and no answer read
//! beyond a bound. Names are looked up once: what is connected to is the number that was checked.

use crate::webhook::{address::Reach, pace::Pace};
use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    client::conn::http1::{self, SendRequest},
    header::{CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    sync::OnceCell,
    task::AbortHandle,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::ServerName},
};
use url::{Host, Position, Url};

/// How much of an answer is read, so that its connection serves again. What it says is not looked at.
const ANSWER_BYTES: usize = 64 * 1024;

/// Numbers of one name that are tried.
const MOST_NUMBERS: usize = 4;

/// What is sent.
pub(crate) struct Message {
    /// The same whenever the same is sent again.
    pub id: String,
    /// Seconds since 1970.
    pub timestamp: i64,
    /// Of each secret that is good now.
    pub signature: String,
    pub body: Bytes,
}

/// Why something was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// That was answered, if anything was.
    pub status: Option<u16>,
    /// A sentence. It names no address.
    pub message: String,
    /// How long the receiver would have us wait.
    pub wait: Option<Duration>,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self { status: None, message: message.into(), wait: None }
    }

    /// Whether the receiver wants nothing more.
    pub fn is_gone(&self) -> bool {
        self.status == Some(StatusCode::GONE.as_u16())
    }
}

/// An open connection to a receiver.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: AbortHandle,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

pub(crate) struct Client {
    reach: Reach,
    pace: Pace,
    /// Made when it is first wanted: without certificate authorities, what is sent by HTTP goes all the same.
    tls: OnceCell<TlsConnector>,
}

impl Client {
    pub fn new(reach: Reach, pace: Pace) -> Self {
        Self { reach, pace, tls: OnceCell::new() }
    }

    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Sends over the connection that there is, or over a new one, which is then there for what comes next.
    pub async fn send(
        &self,
        connection: &mut Option<Connection>,
        address: &Url,
        message: &Message,
    ) -> Result<(), Failure> {
        let seconds = self.pace.attempt.as_secs();
        let attempt = timeout(self.pace.attempt, self.attempt(connection, address, message)).await;
        let outcome =
            attempt.unwrap_or_else(|_| Err(Failure::new(format!("There was no answer within {seconds} s."))));
        if outcome.is_err() {
            *connection = None;
        }
        outcome
    }

    async fn attempt(
        &self,
        connection: &mut Option<Connection>,
        address: &Url,
        message: &Message,
    ) -> Result<(), Failure> {
        let mut kept = connection.take();
        if let Some(open) = &mut kept
            && open.sender.ready().await.is_err()
        {
            kept = None;
        }
        let mut open = match kept {
            Some(open) => open,
            None => self.connect(address).await?,
        };
        let failed = |error: hyper::Error| Failure::new(format!("The connection broke: {error}."));
        let answer = open.sender.send_request(request(address, message)?).await.map_err(failed)?;
        let outcome = judge(&answer);
        // The rest of a longer answer would stand before the next one.
        if Limited::new(answer.into_body(), ANSWER_BYTES).collect().await.is_ok() {
            *connection = Some(open);
        }
        outcome
    }

    async fn connect(&self, address: &Url) -> Result<Connection, Failure> {
        let seconds = self.pace.connect.as_secs();
        let late = |_| Failure::new(format!("There was no connection within {seconds} s."));
        timeout(self.pace.connect, async {
            let stream = self.reach_out(address).await?;
            if address.scheme() == "http" {
                return handshake(stream).await;
            }
            let stream = self.tls().await?.connect(server_name(address)?, stream).await;
            handshake(stream.map_err(|error| Failure::new(format!("TLS failed: {error}.")))?).await
        })
        .await
        .unwrap_or_else(|elapsed| Err(late(elapsed)))
    }

    async fn reach_out(&self, address: &Url) -> Result<TcpStream, Failure> {
        let port = address.port_or_known_default().unwrap_or(443);
        let found: Vec<SocketAddr> = match address.host() {
            Some(Host::Ipv4(ip)) => vec![(ip, port).into()],
            Some(Host::Ipv6(ip)) => vec![(ip, port).into()],
            Some(Host::Domain(name)) => {
                lookup_host((name, port)).await.map(Iterator::collect).unwrap_or_default()
            }
            None => Vec::new(),
        };
        let mut last = None;
        for number in found.into_iter().filter(|found| self.reach.allows(found.ip())).take(MOST_NUMBERS) {
            match TcpStream::connect(number).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        // Whether there is such a name within the server's network is nobody's to learn here.
        Err(last.map_or_else(
            || {
                Failure::new(
                    "The address leads nowhere that may be called: names must lead to the public Internet.",
                )
            },
            |error| Failure::new(format!("There was no connection: {error}.")),
        ))
    }

    async fn tls(&self) -> Result<&TlsConnector, Failure> {
        let connector = self.tls.get_or_try_init(|| async {
            let read = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(read.map(|read| read.certs).unwrap_or_default());
            if roots.is_empty() {
                return Err(Failure::new("This server knows no certificate authorities."));
            }
            connector(roots).map_err(|error| Failure::new(format!("TLS failed: {error}.")))
        });
        connector.await
    }
}

fn connector(roots: RootCertStore) -> Result<TlsConnector, tokio_rustls::rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn server_name(address: &Url) -> Result<ServerName<'static>, Failure> {
    let name = match address.host() {
        Some(Host::Domain(name)) => ServerName::try_from(name.to_owned()).ok(),
        Some(Host::Ipv4(ip)) => Some(ServerName::IpAddress(std::net::IpAddr::from(ip).into())),
        Some(Host::Ipv6(ip)) => Some(ServerName::IpAddress(std::net::IpAddr::from(ip).into())),
        None => None,
    };
    name.ok_or_else(|| Failure::new("No certificate could be for such a name."))
}

async fn handshake<S>(stream: S) -> Result<Connection, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| Failure::new(format!("The connection broke: {error}.")))?;
    // How it ends is seen by whoever sends over it.
    let driver = tokio::spawn(async move { drop(connection.await) }).abort_handle();
    Ok(Connection { sender, driver })
}

fn request(address: &Url, message: &Message) -> Result<Request<Full<Bytes>>, Failure> {
    Request::post(&address[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &address[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, concat!("accord/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/cloudevents+json; charset=utf-8")
        .header("webhook-id", &message.id)
        .header("webhook-timestamp", message.timestamp)
        .header("webhook-signature", &message.signature)
        .body(Full::new(message.body.clone()))
        .map_err(|_| Failure::new("No request could be made of the address."))
}

fn judge(answer: &Response<Incoming>) -> Result<(), Failure> {
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let what = if status.is_redirection() { ", and no redirect is followed" } else { "" };
    let wait = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Err(Failure {
        status: Some(status.as_u16()),
        message: format!("The receiver answered {status}{what}."),
        wait: wait.map(Duration::from_secs),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };
    use tokio_rustls::{
        TlsAcceptor,
        rustls::{
            ServerConfig,
            pki_types::{CertificateDer, PrivatePkcs8KeyDer},
        },
    };

    /// A certificate for `localhost` that nobody signed but itself, good until 2126, and its key.
    const CERTIFICATE: &str = "\
        MIIBozCCAUqgAwIBAgIUHVbOYaKk1KDiohUpieRyABeOBKAwCgYIKoZIzj0EAwIwHTEbMBkGA1UEAwwSUmVjZWl2ZXIgb2Yg\
        YSB0ZXN0MCAXDTI2MTEzMDAyNTcxMloYDzIxMjYxMTA2MDI1NzEyWjAdMRswGQYDVQQDDBJSZWNlaXZlciBvZiBhIHRlc3Qw\
        WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATnKhV+Wr3nbjNl9h9ziN/IF2FDeWzTL+dfeLN1jTtQ2Rqh/wys03ywkGoxcSdR\
        BW+Z5lc5HZ5QhlRszD7z7xwlo2YwZDAdBgNVHQ4EFgQUYYLc5iF9iGqtLznHXXpO9HUa5dswHwYDVR0jBBgwFoAUYYLc5iF9\
        iGqtLznHXXpO9HUa5dswFAYDVR0RBA0wC4IJbG9jYWxob3N0MAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0EAwIDRwAwRAIgWUTj\
        KYuhXepyOAPwsRKOzazZGOyJGQP5RSI8W8TyoF0CIAxet5Bo+JJc2NCwSuomjEVHyss+LhVBRw6hjgiXqiLM";
    const KEY: &str = "\
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglqrAs3B3Mc5AiFhtADyhJb2ZaVOwyo6Qr89imBaXUxahRANC\
        AATnKhV+Wr3nbjNl9h9ziN/IF2FDeWzTL+dfeLN1jTtQ2Rqh/wys03ywkGoxcSdRBW+Z5lc5HZ5QhlRszD7z7xwl";

    fn certificate() -> CertificateDer<'static> {
        STANDARD.decode(CERTIFICATE).unwrap().into()
    }

    fn client(reach: Reach, roots: &[CertificateDer<'static>]) -> Client {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(roots.to_vec());
        let tls = OnceCell::new_with(Some(connector(store).unwrap()));
        Client { reach, pace: Pace::default(), tls }
    }

    fn message() -> Message {
        Message {
            id: "event_1".to_owned(),
            timestamp: 1,
            signature: "v1,x".to_owned(),
            body: Bytes::from_static(b"{}"),
        }
    }

    /// Answers every connection so, once; the port.
    async fn receiver(answer: String, acceptor: Option<TlsAcceptor>) -> u16 {
        async fn answer_once(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &str) {
            let mut read = [0; 1_024];
            let mut got = Vec::new();
            while !got.ends_with(b"{}") {
                match stream.read(&mut read).await {
                    Ok(0) | Err(_) => return,
                    Ok(length) => got.extend_from_slice(&read[..length]),
                }
            }
            // The client may have heard enough.
            drop(stream.write_all(answer.as_bytes()).await);
        }

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                match &acceptor {
                    None => answer_once(stream, &answer).await,
                    // A client that trusts it not goes away.
                    Some(acceptor) => {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            answer_once(stream, &answer).await;
                        }
                    }
                }
            }
        });
        port
    }

    #[tokio::test]
    async fn a_receiver_is_trusted_by_its_certificate_and_its_name() {
        let key = PrivatePkcs8KeyDer::from(STANDARD.decode(KEY).unwrap()).into();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let port = receiver("HTTP/1.1 204 Done\r\n\r\n".to_owned(), Some(acceptor)).await;
        let send = async |reach, roots: &[CertificateDer<'static>], host: &str| {
            let address = Url::parse(&format!("https://{host}:{port}/")).unwrap();
            client(reach, roots)
                .send(&mut None, &address, &message())
                .await
                .map_err(|failure| failure.message)
        };
        assert_eq!(send(Reach::Private, &[certificate()], "localhost").await, Ok(()));
        for (roots, host) in [(vec![], "localhost"), (vec![certificate()], "127.0.0.1")] {
            let failure = send(Reach::Private, &roots, host).await.unwrap_err();
            assert!(failure.starts_with("TLS failed: invalid peer certificate"), "{failure}");
        }
        let failure = send(Reach::Public, &[certificate()], "localhost").await.unwrap_err();
        assert!(failure.starts_with("The address leads nowhere that may be called"), "{failure}");
    }

    #[tokio::test]
    async fn an_answer_that_is_too_long_counts_and_its_connection_is_not_used_again() {
        let long = ANSWER_BYTES + 1;
        for (length, is_kept) in [(ANSWER_BYTES, true), (long, false)] {
            let body = "x".repeat(length);
            let answer = format!("HTTP/1.1 200 Done\r\ncontent-length: {length}\r\n\r\n{body}");
            let port = receiver(answer, None).await;
            let address = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
            let mut connection = None;
            let sent = client(Reach::Private, &[]).send(&mut connection, &address, &message()).await;
            assert_eq!((sent, connection.is_some()), (Ok(()), is_kept));
        }
    }

    #[tokio::test]
    async fn a_refusal_is_told_with_its_status_and_how_long_it_would_have_us_wait() {
        for (answer, status, message, wait) in [
            ("503 No\r\nretry-after: 30", 503, "The receiver answered 503 Service Unavailable.", Some(30)),
            ("429 No\r\nretry-after: soon", 429, "The receiver answered 429 Too Many Requests.", None),
            ("410 No", 410, "The receiver answered 410 Gone.", None),
            (
                "307 No\r\nlocation: http://127.0.0.1:1/",
                307,
                "The receiver answered 307 Temporary Redirect, and no redirect is followed.",
                None,
            ),
        ] {
            let port = receiver(format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n"), None).await;
            let address = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
            let failure =
                client(Reach::Private, &[]).send(&mut None, &address, &self::message()).await.unwrap_err();
            assert_eq!(failure.is_gone(), status == 410);
            let expected = Failure {
                status: Some(status),
                message: message.to_owned(),
                wait: wait.map(Duration::from_secs),
            };
            assert_eq!(failure, expected);
        }
    }
}
