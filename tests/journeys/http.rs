//! The server as clients, probes and attackers meet it.

use crate::support::Server;
use serde_json::{Value, json};
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

#[sqlx::test(migrations = false)]
async fn anybody_may_ask_whether_it_is_alive_and_ready_and_nothing_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let get = |path: &'static str| server.client().get(server.url(path)).send();
    assert_eq!(get("/healthz").await.unwrap().status(), 200);
    let ready = get("/readyz").await.unwrap();
    assert_eq!(ready.status(), 200);
    assert_eq!(ready.json::<Value>().await.unwrap(), json!({ "ready": true, "reasons": [] }));
    // The explorer gives tokens away: it is there in a demo only.
    assert_eq!(get("/").await.unwrap().status(), 404);

    let anonymous = server.client().post(server.url("/graphql")).json(&json!({ "query": "{ __typename }" }));
    let answer = anonymous.send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"accord\"");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert!(body["errors"][0]["extensions"]["requestId"].is_string());
}

#[sqlx::test(migrations = false)]
async fn a_token_of_another_issuer_is_not_believed(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options.clone()).await;
    let stranger = Server::empty(options).await;
    let body = json!({ "query": "{ viewer { name } }" });
    let request = server.client().post(server.url("/graphql")).bearer_auth(stranger.token("THA-01"));
    assert_eq!(request.json(&body).send().await.unwrap().status(), 401);
}

#[sqlx::test(migrations = false)]
async fn only_one_json_request_by_post_of_a_bounded_size_is_taken(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let token = server.token("service:import");
    let url = server.url("/graphql");
    let client = server.client();
    let query = "{ \"query\": \"{ viewer { name } }\" }";

    let get = client.get(format!("{url}?query={{viewer{{name}}}}")).bearer_auth(&token).send().await.unwrap();
    assert_eq!((get.status().as_u16(), &get.headers()["allow"]), (405, &"POST".parse().unwrap()));
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"] {
        let post = client.post(&url).bearer_auth(&token).header("content-type", kind).body(query);
        assert_eq!(post.send().await.unwrap().status(), 415, "{kind}");
    }
    let post = |body: String| {
        let post = client.post(&url).bearer_auth(&token).header("content-type", "application/json");
        post.body(body).send()
    };
    assert_eq!(post(query.to_owned()).await.unwrap().status(), 200);
    assert_eq!(post(format!("[{query}]")).await.unwrap().status(), 400);
    let large = |bytes| json!({ "query": "{ viewer { name } }", "variables": { "a": "x".repeat(bytes) } });
    // More than axum's own limit, which is none here.
    assert_eq!(post(large(3 << 20).to_string()).await.unwrap().status(), 200);
    assert_eq!(post(large(4 << 20).to_string()).await.unwrap().status(), 413);
}

#[sqlx::test(migrations = false)]
async fn a_fragment_bomb_and_deep_nesting_are_refused_before_they_cost_anything(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let fragments: Vec<String> = (0..24)
        .map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1))
        .chain(["fragment F24 on Query { __typename }".to_owned()])
        .collect();
    let bomb = format!("{{ ...F0 }} {}", fragments.concat());
    let deep = format!("{}__typename{}", "{ viewer ".repeat(70), "}".repeat(70));
    for attack in [bomb, deep] {
        let answer = server.ask("service:import", &attack, Value::Null).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
        assert_eq!(answer.get("data"), None);
    }
}

#[sqlx::test(migrations = false)]
async fn pages_do_not_shift_under_writes_and_meet_end_to_end(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let accede = |code: &'static str, role: &'static str| {
        let profile = json!({ "name": code, "agency": "Police" });
        let input = json!({ "partner": code, "founding": { "profile": profile, "role": role } });
        server.done("service:import", "accedePartner", input, "")
    };
    accede("BBB", "HOST").await;
    accede("DDD", "PRINCIPAL").await;
    accede("FFF", "PRINCIPAL").await;
    let query = "query ($first: Int, $after: String, $last: Int, $before: String) {
       partners(first: $first, after: $after, last: $last, before: $before) {
         totalCount edges { node { code } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
       }
     }";
    let page = |variables: Value| server.ask("service:import", query, variables);
    let mut first = page(json!({ "first": 2 })).await;
    let codes = |answer: &Value| -> Vec<String> {
        let edges = answer["data"]["partners"]["edges"].as_array().unwrap();
        edges.iter().map(|edge| edge["node"]["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(&first), ["BBB", "DDD"]);
    let position = first["extensions"]["position"].clone();
    accede("AAA", "PRINCIPAL").await;
    accede("EEE", "PRINCIPAL").await;

    // The next page is of the position of the first, whatever has been written since.
    let end = first["data"]["partners"]["pageInfo"]["endCursor"].take();
    let next = page(json!({ "first": 2, "after": end })).await;
    assert_eq!((codes(&next), &next["extensions"]["position"]), (vec!["FFF".to_owned()], &position));
    assert_eq!(next["data"]["partners"]["totalCount"], 3);
    let start = &next["data"]["partners"]["pageInfo"]["startCursor"];
    let back = page(json!({ "last": 2, "before": start })).await;
    assert_eq!(codes(&back), ["BBB", "DDD"]);
    assert_eq!(codes(&page(json!({ "last": 2 })).await), ["EEE", "FFF"]);

    for wrong in
        [json!({ "first": 0 }), json!({ "first": 101 }), json!({ "first": -1 }), json!({ "after": "x" })]
    {
        let answer = page(wrong).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    }
}

#[sqlx::test(migrations = false)]
async fn what_was_accepted_is_finished_when_the_server_stops(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options.clone()).await;
    let token = server.token("service:import");
    let url = server.url("/graphql");
    let query = "mutation ($input: InvitePartnerInput!) {
       invitePartner(input: $input) { ... on InvitePartnerPayload { receipt { position } } }
     }";
    let mut sent = tokio::task::JoinSet::new();
    for number in 0..40 {
        let profile = json!({ "name": "Partner", "agency": "Police" });
        let input = json!({ "code": format!("P{number}"), "profile": profile, "role": "PARTICIPANT" });
        let body = json!({ "query": query, "variables": { "input": input } });
        let request = server.client().post(&url).bearer_auth(&token).json(&body);
        sent.spawn(async move { request.send().await.ok()?.json::<Value>().await.ok() });
    }
    // Some have been answered when the server is told to stop, others are on their way.
    let mut acknowledged = Vec::new();
    let mut take = |answer: Option<Value>| {
        let position = answer.as_ref().and_then(|answer| {
            answer.pointer("/data/invitePartner/receipt/position")?.as_str()?.parse::<i64>().ok()
        });
        acknowledged.extend(position);
    };
    take(sent.join_next().await.unwrap().unwrap());
    server.stop().await;
    while let Some(answer) = sent.join_next().await {
        take(answer.unwrap());
    }
    acknowledged.sort_unstable();
    let pool = accord::database::prepare(options).await.unwrap();
    let positions: Vec<i64> =
        sqlx::query_scalar("select position from event order by position").fetch_all(&pool).await.unwrap();
    assert!(!acknowledged.is_empty());
    assert!(
        acknowledged.iter().all(|position| positions.contains(position)),
        "{acknowledged:?} {positions:?}"
    );
    // Answered by whoever carried it out: nothing is in the log that nobody was told of.
    assert_eq!(acknowledged, positions);
}

#[sqlx::test(migrations = false)]
async fn texts_that_no_database_takes_are_refused_before_they_meet_the_commands_of_others(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let input = json!({
        "partner": "THA", "idempotencyKey": "a\u{0}b", "lateReason": "a\u{0}b",
        "founding": { "profile": { "name": "Thailand", "agency": "Police" }, "role": "HOST" },
    });
    let refusals = server.refused("service:import", "accedePartner", input).await;
    assert_eq!(crate::support::codes(&refusals), ["INVALID_TEXT", "INVALID_TEXT"]);
    assert_eq!(server.client().get(server.url("/readyz")).send().await.unwrap().status(), 200);
}

#[sqlx::test(migrations = false)]
async fn a_node_that_a_newer_build_has_left_behind_says_so_to_probes_and_to_clients(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options.clone()).await;
    let input = |partner: &str| {
        let profile = json!({ "name": partner, "agency": "Police" });
        json!({ "partner": partner, "founding": { "profile": profile, "role": "HOST" } })
    };
    let receipt = server.done("service:import", "accedePartner", input("THA"), "").await["receipt"].take();

    // As a newer build commits: an event of a kind that this one does not know.
    let mut owner = PgConnection::connect_with(&options).await.unwrap();
    let newer = "with head as (select * from log_commit order by last_position desc limit 1),
         commit as (insert into log_commit
             select last_position + 1, last_position, 1, recorded_at, node, sha256(hash) from head)
         insert into event
             select last_position + 1, recorded_at, recorded_at, 0, gen_random_uuid(), gen_random_uuid(),
                    'service:newer', null, 'WeatherReported', 1, '{}', decode(repeat('00', 16), 'hex')
             from head";
    sqlx::query(newer).execute(&mut owner).await.unwrap();

    let mutation = "mutation ($input: AccedePartnerInput!) {
        accedePartner(input: $input) { __typename } }";
    let answer = server.ask("service:import", mutation, json!({ "input": input("LAO") })).await;
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "BUSY", "{answer:#}");
    assert_eq!(
        error["message"],
        "This node is of an older version than the log, and carries out no command until it is upgraded. Send it to \
         another node."
    );
    let ready = server.client().get(server.url("/readyz")).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    let reason = "this node is of an older version than the log and writes nothing: upgrade it";
    assert_eq!(ready.json::<Value>().await.unwrap(), json!({ "ready": false, "reasons": [reason] }));
    // What it has shown, it goes on showing.
    assert_eq!(server.head("service:import").await, receipt["position"]);
}
