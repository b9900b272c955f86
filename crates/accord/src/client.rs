//! A client of the API, like any other: over HTTP, with a token, and without knowledge of this build's
//! server.
//!
//! TLS is deliberately absent: what reaches beyond this machine goes through a tunnel or a proxy that has it.

use anyhow::{Context as _, Result, bail};
use reqwest::{
    StatusCode, Url,
    header::{AUTHORIZATION, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use serde_json::{Value, json};
use std::{fmt, time::Duration};

/// How long a server may take to accept a connection.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often a request is sent while the server says that it is busy.
const TRIES: u32 = 5;

/// The longest pause that a server is granted between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Where the server is, and who asks.
#[derive(Clone, Debug, clap::Args)]
pub struct Connection {
    /// Where the server is: plain HTTP, through a tunnel where it is not this machine.
    #[arg(long, env = "ACCORD_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// Who asks, as `accord token` prints it. Give it in the variable: what is on a command line, others can
    /// read.
    #[arg(long, env = "ACCORD_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<Token>,
}

/// Shown nowhere, not even by accident.
#[derive(Clone)]
struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl From<&str> for Token {
    fn from(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

pub const UNEXPECTED: &str = "the server did not answer as this client expects: is it of another version?";

const HOW_TO_GET_A_TOKEN: &str = "`accord token --post THA-02 --roles PLANNER` prints one, signed with a key of the \
                                  server's data directory; give it in ACCORD_TOKEN or --token";

impl Connection {
    pub fn open(&self) -> Result<Client> {
        let token = self.token.as_ref().map_or("", |Token(token)| token);
        if token.is_empty() {
            bail!("the server wants to know who asks, by a token. {HOW_TO_GET_A_TOKEN}");
        }
        let Ok(mut authorization) = HeaderValue::from_str(&format!("Bearer {token}")) else {
            bail!("what was given as a token cannot be one. {HOW_TO_GET_A_TOKEN}");
        };
        authorization.set_sensitive(true);
        let url = endpoint(&self.url)?;
        // A redirect would turn a command into a question, and a proxy would be shown the token.
        let http = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(CONNECT_PATIENCE)
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .build()
            .context("could not get ready for HTTP")?;
        Ok(Client { http, url, authorization })
    }
}

/// With or without the path of the API.
fn endpoint(text: &str) -> Result<Url> {
    let mut url = Url::parse(text)
        .with_context(|| format!("`{text}` is not the address of a server, such as http://127.0.0.1:8080"))?;
    match url.scheme() {
        "http" => {}
        "https" => bail!(
            "this build speaks HTTP without TLS: open a tunnel to the server, such as `ssh -L 8080:127.0.0.1:8080 HOST`, \
             and give --url http://127.0.0.1:8080"
        ),
        other => bail!("`{other}` is not spoken here: give an address such as http://127.0.0.1:8080"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        bail!("an address has no name and no password here: who asks is said by a token");
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&if path.ends_with("/graphql") { path } else { format!("{path}/graphql") });
    Ok(url)
}

/// An entry of `errors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// As in `extensions.code`; empty when there is none.
    pub code: String,
    pub message: String,
}

/// The server did not answer what was asked, and said why.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; "))]
pub struct ApiErrors(pub Vec<ApiError>);

#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    url: Url,
    authorization: HeaderValue,
}

impl ApiErrors {
    /// Whether what was asked for may have been carried out all the same.
    pub fn leave_open(&self) -> bool {
        self.0.iter().any(|error| matches!(&*error.code, "BUSY" | "INTERNAL" | ""))
    }
}

impl Client {
    /// The data of an answer without errors; those fail with [`ApiErrors`].
    ///
    /// A server that is busy is asked again after a pause, also when it says that a command was carried out
    /// and cannot be shown yet: send no command without an idempotency key.
    pub async fn ask(&self, query: &str, variables: &Value) -> Result<Value> {
        let body = serde_json::to_vec(&json!({ "query": query, "variables": variables }))
            .context("could not write a request")?;
        let mut pause = Duration::from_secs(1);
        for _ in 1..TRIES {
            match self.ask_once(body.clone()).await? {
                Answer::Data(data) => return Ok(data),
                Answer::Errors { errors, retry_after } if errors.iter().any(|error| error.code == "BUSY") => {
                    tokio::time::sleep(retry_after.unwrap_or(pause).min(LONGEST_PAUSE)).await;
                    pause *= 2;
                }
                Answer::Errors { errors, .. } => return Err(ApiErrors(errors).into()),
            }
        }
        match self.ask_once(body).await? {
            Answer::Data(data) => Ok(data),
            Answer::Errors { errors, .. } => Err(ApiErrors(errors).into()),
        }
    }

    async fn ask_once(&self, body: Vec<u8>) -> Result<Answer> {
        let request = self
            .http
            .post(self.url.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .body(body);
        let unreachable = || format!("could not reach {}: is a server running there?", self.url);
        let response = request.send().await.map_err(reqwest::Error::without_url).with_context(unreachable)?;
        let status = response.status();
        let retry_after =
            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes = response.bytes().await.map_err(reqwest::Error::without_url);
        let bytes = bytes.with_context(|| format!("the answer of {} broke off", self.url))?;
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            // Whoever stands before the API may say so in other ways.
            let message = "This is more than the server takes at once: send it in parts.".to_owned();
            let errors = vec![ApiError { code: "BAD_USER_INPUT".to_owned(), message }];
            return Ok(Answer::Errors { errors, retry_after: None });
        }
        let Ok(Value::Object(mut answer)) = serde_json::from_slice(&bytes) else {
            bail!("{} answered {status}, and nothing in GraphQL: is that an Accord server?", self.url);
        };
        let mut errors: Vec<ApiError> = match answer.get("errors") {
            Some(Value::Array(errors)) => errors.iter().map(api_error).collect(),
            _ => Vec::new(),
        };
        if errors.is_empty() {
            return match answer.remove("data") {
                Some(data) if !data.is_null() => Ok(Answer::Data(data)),
                _ => bail!("{} answered {status}, and neither data nor errors", self.url),
            };
        }
        if status == StatusCode::UNAUTHORIZED || errors.iter().any(|error| error.code == "UNAUTHENTICATED") {
            errors.push(ApiError {
                code: "UNAUTHENTICATED".to_owned(),
                message: format!("{HOW_TO_GET_A_TOKEN}."),
            });
        }
        Ok(Answer::Errors { errors, retry_after: retry_after.map(Duration::from_secs) })
    }
}

enum Answer {
    Data(Value),
    Errors { errors: Vec<ApiError>, retry_after: Option<Duration> },
}

fn api_error(error: &Value) -> ApiError {
    let text = |pointer: &str| error.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    ApiError { code: text("/extensions/code"), message: text("/message") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
        task::JoinHandle,
    };

    #[test]
    fn an_address_is_that_of_the_api() {
        for (given, wanted) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/graphql"),
            ("http://cmcc.example/accord/graphql/", "http://cmcc.example/accord/graphql"),
            ("http://cmcc.example/accord", "http://cmcc.example/accord/graphql"),
        ] {
            assert_eq!(endpoint(given).unwrap().as_str(), wanted);
        }
        for (bad, why) in [
            ("127.0.0.1:8080", "such as http"),
            ("https://cmcc.example", "tunnel"),
            ("", "such as http"),
            ("http://tha:secret@cmcc.example", "by a token"),
        ] {
            let said = format!("{:#}", endpoint(bad).unwrap_err());
            assert!(said.contains(why) && !said.contains("secret"), "{bad}");
        }
    }

    #[test]
    fn a_token_is_shown_nowhere() {
        let connection = Connection { url: "http://[::1]".to_owned(), token: Some("secret\u{7f}".into()) };
        assert!(!format!("{connection:?}").contains("secret"));
        assert!(!format!("{:#}", connection.open().unwrap_err()).contains("secret"));
        let connection = Connection { token: Some("secret".into()), ..connection };
        assert!(!format!("{:?}", connection.open().unwrap()).contains("secret"));
        let none = Connection { token: Some(" ".into()), ..connection };
        assert!(format!("{:#}", none.open().unwrap_err()).contains("accord token"));
    }

    /// A server that gives these answers, a connection each, and what it was sent.
    async fn answering(
        answers: &'static [(&'static str, &'static str)],
    ) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = tokio::spawn(async move {
            let mut asked = Vec::new();
            for (status, body) in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                // The body ends the request, and its variables end the body.
                while !request.ends_with(b"}}}") {
                    assert!(stream.read_buf(&mut request).await.unwrap() > 0, "the whole request");
                }
                let request = String::from_utf8(request).unwrap();
                asked.push(request.split_once("\r\n\r\n").unwrap().1.to_owned());
                let head =
                    format!("HTTP/1.1 {status}\r\nRetry-After: 0\r\nConnection: close\r\nContent-Length:");
                stream.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
            }
            asked
        });
        (url, asked)
    }

    #[tokio::test]
    async fn who_is_told_to_wait_asks_the_same_once_more() {
        const BUSY: &str = r#"{"errors":[{"message":"Later.","extensions":{"code":"BUSY"}}]}"#;
        let (url, asked) =
            answering(&[("503 Service Unavailable", BUSY), ("200 OK", r#"{"data":{"done":true}}"#)]).await;
        let client = Connection { url, token: Some("secret".into()) }.open().unwrap();
        let data = client.ask("mutation", &json!({ "input": { "idempotencyKey": "k" } })).await.unwrap();
        assert_eq!(data, json!({ "done": true }));
        let asked = asked.await.unwrap();
        assert_eq!(asked[0], asked[1]);
        assert!(asked[0].contains(r#""idempotencyKey":"k""#));
    }

    #[test]
    fn what_a_server_could_not_say_is_left_open() {
        let errors = |code: &str| ApiErrors(vec![ApiError { code: code.to_owned(), message: String::new() }]);
        for (code, open) in
            [("BUSY", true), ("INTERNAL", true), ("", true), ("FORBIDDEN", false), ("BAD_USER_INPUT", false)]
        {
            assert_eq!(errors(code).leave_open(), open, "{code}");
        }
    }
}
