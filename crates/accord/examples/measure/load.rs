//! A client that costs little: on two cores whatever it costs is missing to the server.

use anyhow::{Context as _, Result, bail, ensure};
use std::{sync::Arc, time::Instant};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    task::JoinSet,
};

/// One kept connection that asks one thing after another.
pub struct Connection {
    stream: BufReader<TcpStream>,
    head: String,
}

/// What came of some requests.
pub struct Answered {
    pub per_second: f64,
    /// In milliseconds, sorted.
    pub latencies: Vec<f64>,
}

impl Connection {
    /// `address` such as `127.0.0.1:8080`.
    pub async fn open(address: &str, path: &str, accept: &str, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("could not connect to the server")?;
        stream.set_nodelay(true)?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\naccept: {accept}\r\n\
             content-type: application/json\r\n"
        );
        Ok(Self { stream: BufReader::new(stream), head })
    }

    pub async fn send(&mut self, body: &str) -> Result<()> {
        let request = format!("{}content-length: {}\r\n\r\n{body}", self.head, body.len());
        self.stream.get_mut().write_all(request.as_bytes()).await.context("could not ask the server")
    }

    /// The answer to one request, which has no errors.
    pub async fn ask(&mut self, body: &str) -> Result<Vec<u8>> {
        self.send(body).await?;
        let mut length = None;
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = Some(value.trim().parse::<usize>()?);
            }
        }
        let mut answer = vec![0; length.context("an answer without a length")?];
        self.stream.read_exact(&mut answer).await?;
        ensure!(
            answer.starts_with(b"{\"data\"") && !answer.windows(9).any(|part| part == b"\"errors\":"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
        Ok(answer)
    }

    /// The next line, without its end.
    pub async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            bail!("the server closed the connection");
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

/// Asks `requests` questions over `connections` at once; `question` makes the body of each from its number.
pub async fn drive(
    address: &str,
    token: &str,
    connections: usize,
    requests: usize,
    question: impl Fn(usize) -> String + Send + Sync + 'static,
) -> Result<Answered> {
    let question = Arc::new(question);
    let mut opened = Vec::with_capacity(connections);
    for _ in 0..connections {
        opened.push(Connection::open(address, "/graphql", "application/graphql-response+json", token).await?);
    }
    let begun = Instant::now();
    let mut asking = JoinSet::new();
    for (first, mut connection) in opened.into_iter().enumerate() {
        let question = Arc::clone(&question);
        asking.spawn(async move {
            let mut latencies = Vec::with_capacity(requests / connections + 1);
            for number in (first..requests).step_by(connections) {
                let body = question(number);
                let begun = Instant::now();
                connection.ask(&body).await?;
                latencies.push(begun.elapsed().as_secs_f64() * 1_000.0);
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::with_capacity(requests);
    while let Some(done) = asking.join_next().await {
        latencies.append(&mut done??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    latencies.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
    Ok(Answered { per_second: requests as f64 / seconds, latencies })
}
