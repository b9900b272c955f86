//! Programs of others against a real server: what they make of the API is what outside clients will.

use crate::{live::invite, sdl::Sdl, support::Server};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{collections::BTreeSet, path::Path};
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

#[sqlx::test(migrations = false)]
async fn a_websocket_that_its_client_closes_ends_cleanly(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let seen = client(&server, "close.js", &[]).await;
    let expected = json!({
        "ws without a code": [1005, ""], "ws 1000": [1000, "bye"], "ws 4000": [4000, "bye"],
        "graphql-ws": [1000, true],
    });
    assert_eq!(seen, expected);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn apollos_link_for_persisted_queries_falls_back_to_the_queries(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let seen = client(&server, "persisted.js", &[]).await;
    // The hash alone once, and never again.
    let got = json!([{ "position": "0", "requests": 2 }, { "position": "0", "requests": 3 }]);
    assert_eq!(seen, json!({ "POST": got, "GET": got }));
}

/// One object of each kind, by its id.
async fn one_of_each_kind(server: &Server) -> Vec<String> {
    let query = "{
      operation(code: \"SAPHAN\") { id
        task(code: \"T18\") { id assignments { id } claims { id } }
        phases { gate { words { id } } } decisions(first: 1) { edges { node { id } } } deconflictions { id }
        plan { id tasks(first: 1) { edges { node { id } } } }
        first: planVersion(number: 1) { annex(code: \"B\") { id } }
        second: planVersion(number: 2) { decisions { id conditions { id } } } }
      operation(code: \"SAPHAN\") { incident(code: \"INC-001\") { id claims { id } clocks { id } }
        request(code: \"RFA-001\") { id } contributions(first: 1) { nodes { id } }
        assistance { claims { id } } sitreps(first: 1) { nodes { id } } }
      centre(code: \"CMCC\") { shifts(first: 1) { nodes { id } } }
      partner(code: \"MMR\") { id } centres(first: 1) { edges { node { id } } } post(code: \"MMR-01\") { id }
      events(first: 1) { edges { node { id } } }
    }";
    let mut ids = std::collections::BTreeMap::new();
    let mut left = vec![server.data("THA-01", query, Value::Null).await];
    while let Some(value) = left.pop() {
        if let Some(id) = value["id"].as_str() {
            let (kind, _) = id.rsplit_once('_').unwrap();
            ids.entry(kind.to_owned()).or_insert_with(|| id.to_owned());
        }
        match value {
            Value::Object(members) => left.extend(members.into_iter().map(|(_, value)| value)),
            // The first of several is met first: it was there the longest.
            Value::Array(values) => left.extend(values.into_iter().rev()),
            _ => {}
        }
    }
    ids.into_values().collect()
}

#[sqlx::test(migrations = false)]
async fn caches_of_others_as_they_come_keep_the_present_and_the_past_apart(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    // When it is over; then, when some of each kind are there.
    let server = Server::saphan(options, "2023-12-12T09:00:00+07:00").await;
    let ids = one_of_each_kind(&server).await;
    let kinds =
        server.data("THA-01", "{ __type(name: \"Node\") { possibleTypes { name } } }", Value::Null).await;
    // A world is none of the present, and SAPHAN tells of no request for an officer, of no entry of the watch's log, and of
    // no outcome and no review before its end.
    let kinds = kinds["__type"]["possibleTypes"].as_array().unwrap().len() - 7;
    assert_eq!(ids.len(), kinds, "one of each kind: {ids:?}");

    let more = ["2023-10-12T12:00:00+07:00".to_owned(), json!(ids).to_string()];
    let seen = client(&server, "moments.js", &more).await;
    let operation = |world: &Value| world["operation"].clone();
    for library in ["apollo", "relay", "urql"] {
        let Value::Object(seen) = &seen[library] else { panic!("{library} saw nothing") };
        let [now, then, both, again] = ["now", "then", "both", "again"].map(|name| &seen[name]);
        // What is on the screen does not change by looking at the past.
        assert_eq!(&seen["nowAfter"], now, "{library}");
        assert_eq!(&seen["nowAtLast"], now, "{library}");
        assert_ne!(operation(now)["status"], operation(then)["status"], "{library}");
        assert_ne!(operation(now)["id"], operation(then)["id"], "{library}");
        assert_eq!(operation(now)["key"], operation(then)["key"], "{library}");
        // Nor within a request, and each by its own id.
        assert_eq!(both["now"], now["nodes"], "{library}");
        assert_eq!(both["then"]["nodes"], then["nodes"], "{library}");
        for ((id, now), then) in
            ids.iter().zip(now["nodes"].as_array().unwrap()).zip(then["nodes"].as_array().unwrap())
        {
            assert_eq!([&now["id"], &now["key"], &then["key"]], [id; 3], "{library}");
            let moment = then["id"].as_str().unwrap().strip_prefix(id).unwrap();
            assert_eq!(then["id"], format!("{id}{moment}"), "{library}");
            assert_eq!(moment, format!("@{}", then_position(&seen["then"])), "{library}");
        }
        let (world, nodes) = again.as_array().unwrap().split_first().unwrap();
        assert_eq!(world["id"], format!("world@{}", then_position(&seen["then"])), "{library}");
        assert_eq!(nodes, then["nodes"].as_array().unwrap().as_slice(), "{library}");
    }
    // The page's own query, with one fragment for both.
    let shown = |world: &Value| world["operation"]["status"].clone();
    assert_eq!(shown(&seen["compare"]), shown(&seen["apollo"]["now"]));
    assert_eq!(shown(&seen["compare"]["then"]), shown(&seen["apollo"]["then"]));
    let types = seen["types"].as_str().unwrap();
    assert!(types.contains("status: OperationStatus") && types.contains("hHour: string | null"), "{types}");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn no_command_takes_an_id_of_the_past_and_each_says_which_to_send(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-10-12T00:00:00+07:00").await;
    let ids = one_of_each_kind(&server).await;
    let kinds: BTreeSet<String> = ids.iter().map(|id| id.rsplit_once('_').unwrap().0.to_owned()).collect();
    let key = |kind: &str| ids.iter().find(|id| id.starts_with(&format!("{kind}_"))).cloned();
    let past = |kind: &str| key(kind).map(|id| format!("{id}@2"));
    let sdl = Sdl::of(&server, "THA-01").await;
    let mut told = 0;
    for (mutation, input) in sdl.mutations() {
        let Some(sent) = sdl.input(&input, &kinds, &past) else { continue };
        let refusals = server.refused("THA-01", &mutation, sent.clone()).await;
        for (field, id) in sent.as_object().unwrap() {
            let Some(key) = id.as_str().and_then(|id| id.strip_suffix("@2")) else { continue };
            let refusal = refusals.iter().find(|refusal| refusal["field"] == json!([field]));
            let refusal = refusal.unwrap_or_else(|| panic!("{mutation}: {field} of {sent}: {refusals:?}"));
            assert_eq!(refusal["code"], "INVALID_VALUE", "{mutation}: {refusal}");
            assert!(refusal["message"].as_str().unwrap().ends_with(&format!("Send `{key}`.")), "{refusal}");
            told += 1;
        }
    }
    assert!(told > 20, "{told} ids were sent");
    server.stop().await;
}

fn then_position(then: &Value) -> &str {
    then["head"]["position"].as_str().unwrap()
}
