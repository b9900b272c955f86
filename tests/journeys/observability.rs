//! What operators see: figures, and logs without anything of what people sent.

use crate::support::Server;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};
use tracing_subscriber::{
    filter::Targets,
    fmt::{self, MakeWriter, format::FmtSpan},
    layer::SubscriberExt as _,
};

/// Names with labels, and their values.
async fn figures(server: &Server) -> BTreeMap<String, f64> {
    let answer = server.client().get(server.metrics_url()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = answer.text().await.unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

#[sqlx::test(migrations = false)]
async fn the_figures_are_what_was_done(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let founding = json!({ "profile": { "name": "Thailand", "agency": "Police" }, "role": "HOST" });
    let accede = |code: &str| json!({ "partner": code, "founding": founding });
    // Two requests, a commit each.
    server.done("service:import", "accedePartner", accede("THA"), "").await;
    let invitation = json!({
        "code": "MMR", "profile": { "name": "Myanmar", "agency": "Police" }, "role": "PRINCIPAL",
    });
    server.done("service:import", "invitePartner", invitation, "").await;
    // Three requests each: the head before and after. One is refused by the rules, the other by its texts.
    server.refused("service:import", "accedePartner", accede("CHN")).await;
    server.refused("service:import", "accedePartner", accede("not a code")).await;
    let head: f64 = server.head("service:import").await.as_str().unwrap().parse().unwrap();
    // Not allowed, not GraphQL, not anybody.
    server.ask("THA-01", "mutation { invitePartner(input: {code: \"LAO\", role: PRINCIPAL, profile: {name: \"L\", agency: \"P\"}}) { __typename } }", Value::Null).await;
    server.ask("service:import", "{", Value::Null).await;
    let anonymous = server.client().post(server.url("/graphql")).json(&json!({ "query": "{ __typename }" }));
    assert_eq!(anonymous.send().await.unwrap().status(), 401);

    let figures = figures(&server).await;
    for (name, value) in [
        ("accord_commands_total{outcome=\"done\"}", 2.0),
        ("accord_commands_total{outcome=\"refused\"}", 2.0),
        ("accord_commands_total{outcome=\"forbidden\"}", 1.0),
        ("accord_refusals_total{code=\"HOST_ALREADY_PRESENT\"}", 1.0),
        ("accord_refusals_total{code=\"INVALID_CODE\"}", 1.0),
        ("accord_commit_commands_count", 2.0),
        ("accord_commit_commands_sum", 2.0),
        ("accord_commit_events_sum", head),
        ("accord_append_seconds_count", 2.0),
        ("accord_project_seconds_count", 2.0),
        ("accord_log_head", head),
        ("accord_projected", head),
        ("accord_projection_lag_events", 0.0),
        ("accord_trouble", 0.0),
        ("accord_queued_commands", 0.0),
        ("accord_open_subscriptions", 0.0),
        ("accord_rate_limited_requests_total", 0.0),
        ("accord_requests_total{outcome=\"OK\"}", 10.0),
        ("accord_requests_total{outcome=\"BAD_USER_INPUT\"}", 1.0),
        ("accord_requests_total{outcome=\"UNAUTHENTICATED\"}", 1.0),
        ("accord_request_seconds_count", 12.0),
        ("accord_connections{pool=\"readers\",state=\"most\"}", 10.0),
    ] {
        assert_eq!(figures.get(name), Some(&value), "{name} in {figures:#?}");
    }
    // A node keeps all of its connections from its start on.
    for pool in ["writers", "readers"] {
        let figure = |state| figures.get(&format!("accord_connections{{pool=\"{pool}\",state=\"{state}\"}}"));
        assert_eq!(
            figure("idle").zip(figure("busy")).map(|(idle, busy)| idle + busy),
            figure("most").copied()
        );
    }
    // The coalition, which all of these commands were decided on.
    assert_eq!(figures.get("accord_cached_subjects"), Some(&1.0));
    // No label tells of anybody.
    for name in figures.keys() {
        assert!(!name.contains("THA") && !name.contains("import"), "{name}");
    }
}

#[sqlx::test(migrations = false)]
async fn partners_do_not_read_the_figures(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    for who in ["THA-01", "service:import"] {
        let asked = server.client().get(server.url("/metrics")).bearer_auth(server.token(who));
        assert_eq!(asked.send().await.unwrap().status(), 404, "{who}");
    }
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[sqlx::test(migrations = false)]
async fn nothing_that_people_send_is_in_the_logs(_: PgPoolOptions, options: PgConnectOptions) {
    let captured = Captured::default();
    let filter = "info,api=trace,engine=trace,event_log=trace,read_model=trace,accord=trace,sqlx=trace";
    let filter: Targets = filter.parse().unwrap();
    let logs = fmt::layer().with_span_events(FmtSpan::FULL).with_ansi(false).with_writer(captured.clone());
    // Of this thread, on which the server runs, too. Beside another subscriber: of one alone `tracing` keeps
    // what the thread wants that comes to a place first, which may be another test's.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let _subscriber =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(filter).with(logs));
    let server = Server::empty(options).await;
    let founding = json!({ "profile": { "name": "Secret-Name", "agency": "Secret-Agency" }, "role": "HOST" });
    let input = json!({ "partner": "THA", "founding": founding, "idempotencyKey": "Secret-Key" });
    server.done("service:import", "accedePartner", input, "").await;
    let query = "query Named($code: String!) { partner(code: $code) { name } }";
    server.ask("service:import", query, json!({ "code": "Secret-Variable" })).await;
    for faulty in [
        "{ partner(code: \"Secret-Literal\") { name ".to_owned(),
        "{ partner(code: \"Secret-Literal\") { secretField } }".to_owned(),
        format!("{{ posts(after: \"{}\") {{ totalCount }} }}", "Secret-Cursor"),
    ] {
        server.ask("service:import", &faulty, Value::Null).await;
    }
    let token = server.token("service:import");
    let forged = format!("{}Secret", &token[..token.len() - 6]);
    let request = server.client().post(server.url("/graphql?secret-parameter=1")).bearer_auth(forged);
    assert_eq!(request.json(&json!({ "query": query })).send().await.unwrap().status(), 401);

    let feed = server.client().get(server.url(&format!("/calendar/partner/THA.ics?token={token}&secret=1")));
    assert_eq!(feed.send().await.unwrap().status(), 200);

    let logs = captured.text();
    // They were taken down, with what finds a request and its command.
    for there in [
        "POST /graphql: 200 OK",
        "POST /graphql: 401",
        "GET /calendar/partner/THA.ics: 200 OK",
        "operation=\"Named\"",
        "request.id=",
        "command.id=",
    ] {
        assert!(logs.contains(there), "{there} is not in {logs}");
    }
    for secret in ["secret", &token[..20], &token[token.len() - 20..]] {
        let line = logs.lines().find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
        assert_eq!(line, None);
    }
}
