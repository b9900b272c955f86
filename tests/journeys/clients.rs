//! Programs of others against a real server: what they make of the API is what outside clients will.

use crate::{live::invite, support::Server};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::path::Path;
use tokio::join;

/// Runs one of `tests/clients` with the server's address, a token and more; the JSON that it prints.
async fn client(server: &Server, program: &'static str, more: &[String]) -> Value {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
    assert!(clients.join("node_modules").is_dir(), "run `npm ci` in {}", clients.display());
    let mut arguments = vec![program.to_owned(), server.url("/graphql"), server.token("THA-01")];
    arguments.extend_from_slice(more);
    // On a thread of its own: the server answers on this one's runtime meanwhile.
    let output = tokio::task::spawn_blocking(move || {
        std::process::Command::new("node").current_dir(clients).args(arguments).output()
    });
    let output = output.await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    // Shown when the test fails.
    println!("{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[sqlx::test(migrations = false)]
async fn the_audit_of_graphql_over_http_finds_no_error_and_nothing_to_warn_of(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-09-25T10:00:00+07:00").await;
    let counts = client(&server, "audit.js", &[]).await;
    assert_eq!((&counts["error"], &counts["warn"]), (&Value::from(0), &Value::from(0)), "{counts}");
    // Version 1.23 has 61 audits; the three that only notice are of GET, which is refused here on purpose.
    assert_eq!((&counts["ok"], &counts["notice"]), (&Value::from(58), &Value::from(3)), "{counts}");
}

/// Every event of SAPHAN and those that others make meanwhile, each once and in order, however often it was
/// cut off.
async fn resumes(options: PgConnectOptions, program: &'static str) {
    const MANY: usize = 40;
    let server = Server::saphan(options, "2023-09-25T10:00:00+07:00").await;
    let head: usize = server.head("THA-01").await.as_str().unwrap().parse().unwrap();
    let last = [(head + MANY).to_string()];
    let (got, ()) = join!(client(&server, program, &last), invite(&server, MANY));
    let all: Vec<String> = (1..=head + MANY).map(|position| position.to_string()).collect();
    assert_eq!(got["positions"], json!(all));
    assert!(got["cuts"].as_u64().unwrap() > 3, "{}", got["cuts"]);
}

#[sqlx::test(migrations = false)]
async fn graphql_ws_is_cut_off_and_resumes(_: PgPoolOptions, options: PgConnectOptions) {
    resumes(options, "websocket.js").await;
}

#[sqlx::test(migrations = false)]
async fn graphql_sse_is_cut_off_and_resumes(_: PgPoolOptions, options: PgConnectOptions) {
    resumes(options, "event-stream.js").await;
}
