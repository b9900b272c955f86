//! Programs of others against a real server: what they make of the API is what outside clients will.

use crate::support::Server;
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::path::Path;

/// Runs one of `tests/clients` with the server's address and a token; the JSON that it prints.
async fn client(server: &Server, program: &'static str) -> Value {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
    assert!(clients.join("node_modules").is_dir(), "run `npm ci` in {}", clients.display());
    let (url, token) = (server.url("/graphql"), server.token("THA-01"));
    // On a thread of its own: the server answers on this one's runtime meanwhile.
    let output = tokio::task::spawn_blocking(move || {
        std::process::Command::new("node").current_dir(clients).arg(program).args([url, token]).output()
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
    let counts = client(&server, "audit.js").await;
    assert_eq!((&counts["error"], &counts["warn"]), (&Value::from(0), &Value::from(0)), "{counts}");
    // Version 1.23 has 61 audits; the three that only notice are of GET, which is refused here on purpose.
    assert_eq!((&counts["ok"], &counts["notice"]), (&Value::from(58), &Value::from(3)), "{counts}");
}
