//! The server as clients, probes and attackers meet it.

use crate::support::Server;
use accord::{
    api::{auth::Holder, trust::Trust},
    domain::Actor,
    keys::{Keys, Trusted},
    server::Origins,
};
use chrono::{DateTime, TimeDelta, Utc};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::io::Read as _;
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest as _};

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
    // The explorer gives tokens away: it is there in a demo only. Others are told what this is.
    assert_eq!(get("/graphiql/page.js").await.unwrap().status(), 404);
    let page = get("/").await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(page.text().await.unwrap().contains("/schema.graphql"));
    let schema = get("/schema.graphql").await.unwrap().text().await.unwrap();
    assert_eq!(schema, accord::api::sdl());

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
    let answer = post(large(4 << 20).to_string()).await.unwrap();
    assert_eq!(answer.status(), 413);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(
        body["errors"][0]["message"],
        "The body has more than 4194304 bytes (4 MiB), which is the most."
    );

    let packed = client.post(&url).bearer_auth(&token).header("content-type", "application/json");
    let packed = packed.header("content-encoding", "gzip").body(query).send().await.unwrap();
    assert_eq!(
        (packed.status().as_u16(), &packed.headers()["accept-encoding"]),
        (415, &"identity".parse().unwrap())
    );
    let body: Value = packed.json().await.unwrap();
    assert!(body["errors"][0]["message"].as_str().unwrap().contains("Content-Encoding"), "{body}");
}

#[sqlx::test(migrations = false)]
async fn answers_of_some_length_are_packed_for_whoever_takes_them_so(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let post = |path: &str, query: &str, encoding: &'static str| {
        let post = server.client().post(server.url(path)).bearer_auth(server.token("THA-01"));
        post.header("accept-encoding", encoding).json(&json!({ "query": query })).send()
    };
    let (long, short) = ("{ __schema { types { name description } } }", "{ head { position } }");
    let plain = post("/graphql", long, "identity").await.unwrap();
    assert_eq!(plain.headers().get("content-encoding"), None);
    let plain = plain.bytes().await.unwrap();
    let packed = post("/graphql", long, "br;q=0.9, gzip").await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let vary = packed.headers().get_all("vary").iter().any(|vary| vary == "accept-encoding");
    assert!(vary, "{:?}", packed.headers());
    let packed = packed.bytes().await.unwrap();
    assert!(packed.len() * 2 < plain.len(), "{} of {}", packed.len(), plain.len());
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    let data = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap()["data"].take();
    assert_eq!(data(&unpacked), data(&plain));
    for (path, query) in [("/graphql", short), ("/graphql/stream", long)] {
        let answer = post(path, query, "gzip").await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.headers().get("content-encoding")),
            (200, None),
            "{path}"
        );
    }
}

#[sqlx::test(migrations = false)]
async fn no_command_is_carried_out_and_then_not_shown_for_how_it_would_be_packed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    for (number, encoding) in
        ["br, *;q=0", "identity;q=0", "*;q=0", "gzip;q=0, identity;q=0"].iter().enumerate()
    {
        let query = format!(
            "mutation {{ invitePartner(input: {{ code: \"P{number}\", role: OBSERVER,
               profile: {{ name: \"P\", agency: \"Police\" }} }}) {{
               ... on MutationOutcome {{ receipt {{ position }} refusals {{ message }} }} }} }}"
        );
        let post = server.client().post(server.url("/graphql")).bearer_auth(server.token("service:import"));
        let answer = post.header("accept-encoding", *encoding).json(&json!({ "query": query })).send();
        let answer = answer.await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.headers().get("content-encoding")),
            (200, None),
            "{encoding}"
        );
        let answer: Value = answer.json().await.unwrap();
        let outcome = &answer["data"]["invitePartner"];
        assert_eq!(outcome["receipt"]["position"], (number + 1).to_string(), "{encoding}: {answer}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn pages_of_other_origins_ask_only_where_an_operator_has_named_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const CONSOLE: &str = "https://console.example";
    let named = Origins(vec![CONSOLE.parse().unwrap()]);
    for origins in [Origins::default(), named.clone()] {
        let server = Server::empty_for(options.clone(), origins.clone()).await;
        for origin in [CONSOLE, "https://evil.example"] {
            let may = origins == named && origin == CONSOLE;
            let allowed = may.then(|| origin.parse().unwrap());
            let preflight = server.client().request("OPTIONS".parse().unwrap(), server.url("/graphql"));
            let preflight = preflight
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,content-type");
            let answer = preflight.send().await.unwrap();
            assert_eq!(answer.headers().get("access-control-allow-origin"), allowed.as_ref(), "{origin}");
            assert_eq!(answer.status().is_success(), origins == named, "{origin}");
            let post = server.client().post(server.url("/graphql")).bearer_auth(server.token("THA-01"));
            let post = post.header("origin", origin).json(&json!({ "query": "{ __typename }" }));
            let answer = post.send().await.unwrap();
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers().get("access-control-allow-origin"), allowed.as_ref(), "{origin}");
            assert_eq!(answer.headers().get("access-control-allow-credentials"), None);

            let mut socket =
                server.url("/graphql/ws").replacen("http", "ws", 1).into_client_request().unwrap();
            socket.headers_mut().insert("origin", origin.parse().unwrap());
            match tokio_tungstenite::connect_async(socket).await {
                Ok(_) => assert!(may, "{origin}"),
                Err(tungstenite::Error::Http(answer)) => {
                    assert!(!may && answer.status() == 403, "{origin}: {answer:?}");
                }
                Err(error) => panic!("{error}"),
            }
        }
        server.stop().await;
    }
}

#[sqlx::test(migrations = false)]
async fn whoever_asks_for_no_entries_is_told_how_many_there_are(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-25T10:00:00+07:00").await;
    let lists = |window: &str| {
        format!(
            "{{ partners({window}) {{ ...L }} posts({window}) {{ totalCount edges {{ cursor }} }}
               events({window}) {{ totalCount edges {{ cursor }} }}
               search(text: \"THA\", {window}) {{ totalCount edges {{ cursor }} }}
               operation(code: \"SAPHAN\") {{ planVersions({window}) {{ totalCount edges {{ cursor }} }} }} }}
             fragment L on PartnerConnection {{ totalCount edges {{ cursor }} pageInfo {{ hasNextPage }} }}"
        )
    };
    let counts = |mut data: Value| {
        let mut operation = data["operation"].take();
        let all =
            [data["partners"].take(), data["posts"].take(), data["events"].take(), data["search"].take()];
        all.into_iter().chain([operation["planVersions"].take()]).collect::<Vec<_>>()
    };
    for window in ["first: 0", "last: 0"] {
        let none = counts(server.data("THA-01", &lists(window), Value::Null).await);
        let some = counts(server.data("THA-01", &lists("first: 2"), Value::Null).await);
        for (none, some) in none.iter().zip(&some) {
            assert_eq!(none["edges"], json!([]), "{window}");
            assert_eq!(none["totalCount"], some["totalCount"]);
            assert!(none["totalCount"].as_u64().unwrap() > 0, "{none}");
        }
    }
    let partners =
        server.data("THA-01", "{ partners(first: 0) { pageInfo { hasNextPage } } }", Value::Null).await;
    assert_eq!(partners["partners"]["pageInfo"]["hasNextPage"], true);
}

#[sqlx::test(migrations = false)]
async fn escapes_of_every_kind_are_the_letters_that_they_name(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let profile = |name: &str| {
        format!(
            "mutation {{ accedePartner(input: {{ partner: \"THA\", founding: {{ role: HOST, profile: {{ \
             name: \"{name}\", agency: \"Police\" }} }} }}) {{ ... on AccedePartnerPayload {{ partner {{ name }} }} }} }}"
        )
    };
    let lone = server.ask("service:import", &profile(r"a\uD83D"), Value::Null).await;
    let error = &lone["errors"][0];
    assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
    let column = profile("").find("name: \"").unwrap() + "name: \"a".len() + 1;
    assert_eq!(error["locations"], json!([{ "line": 1, "column": column }]), "{error}");
    assert!(error["message"].as_str().unwrap().contains("half of a surrogate pair"), "{error}");
    let made = server.ask("service:import", &profile(r"\uD83D\uDE00 \u{1F600} \u0e01"), Value::Null).await;
    assert_eq!(made["data"]["accedePartner"]["partner"]["name"], "😀 😀 ก", "{made}");
}

#[sqlx::test(migrations = false)]
async fn keys_that_come_and_go_are_noticed_while_the_server_runs(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let [first, second] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let handed_over = tempfile::tempdir().unwrap();
    let hand_over = |from: &tempfile::TempDir, name: &str| {
        std::fs::copy(from.path().join("THA.pub.pem"), handed_over.path().join(name)).unwrap();
    };
    let [old, new] = [&first, &second].map(|dir| {
        let mut keys = Keys::open(dir.path()).unwrap();
        keys.ensure(&Holder::Partner("THA".parse().unwrap())).unwrap();
        keys
    });
    std::fs::copy(first.path().join("services.pub.pem"), handed_over.path().join("services.pub.pem"))
        .unwrap();

    let (trusted, issuers) = Trusted::open(handed_over.path()).unwrap();
    let trust = Trust::new(issuers, TimeDelta::hours(24)).that_changes(trusted.into_look());
    let server = Server::empty_that_trusts(options, trust).await;
    let post =
        Actor::Post { post: "THA-01".parse().unwrap(), partner: "THA".parse().unwrap(), roles: [].into() };
    let now: DateTime<Utc> = std::time::SystemTime::now().into();
    let [old, new] = [old, new].map(|keys| keys.token(&post, now + TimeDelta::hours(1)).unwrap());
    let ask = async |token: &str| {
        let request = server.client().post(server.url("/graphql")).bearer_auth(token);
        let answer = request.json(&json!({ "query": "{ viewer { name } }" })).send().await.unwrap();
        let status = answer.status().as_u16();
        let message = answer.json::<Value>().await.unwrap().pointer("/errors/0/message").cloned();
        (status, message.unwrap_or_default())
    };

    let (status, message) = ask(&old).await;
    assert_eq!(status, 401);
    let message = message.as_str().unwrap();
    assert!(
        message.contains("no key of the token's issuer (`iss`), THA. Its operator has to put THA.pub.pem"),
        "{message}"
    );
    hand_over(&first, "THA.pub.pem");
    assert_eq!(ask(&old).await, (200, Value::Null));
    assert_eq!(ask(&new).await.0, 401);
    hand_over(&second, "THA.2024.pub.pem");
    assert_eq!([ask(&old).await.0, ask(&new).await.0], [200, 200]);

    // Listens until its key goes.
    let stream = server.client().post(server.url("/graphql/stream")).bearer_auth(&old);
    let subscription = json!({ "query": "subscription { events(after: \"0\") { position } }" });
    let mut stream = stream.json(&subscription).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    std::fs::remove_file(handed_over.path().join("THA.pub.pem")).unwrap();
    // A token that nobody has signed makes the server look before its time comes.
    assert_eq!(ask(&format!("{old}A")).await.0, 401);
    assert_eq!([ask(&old).await.0, ask(&new).await.0], [401, 200]);
    let mut said = Vec::new();
    while let Some(bytes) = stream.chunk().await.unwrap() {
        said.extend(bytes);
    }
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("UNAUTHENTICATED") && said.ends_with("event: complete\ndata:\n\n"), "{said}");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_token_that_is_good_for_too_long_reads_calendars_and_nothing_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-10-12T00:00:00+07:00").await;
    let long = TimeDelta::days(300);
    let ask = async |token: String| {
        let request = server.client().post(server.url("/graphql")).bearer_auth(token);
        let answer = request.json(&json!({ "query": "{ viewer { name } }" })).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(ask(server.token_for("THA-02", TimeDelta::hours(24))).await.0, 200);
    let reader = server.reader_token("THA-02", long);
    for token in [server.token_for("THA-02", long), reader.clone()] {
        let (status, body) = ask(token).await;
        assert_eq!(status, 401);
        assert_eq!(
            body["errors"][0]["message"],
            "The token is good for longer than this server takes, which is 24 hours. Sign one with an earlier `exp`."
        );
    }
    let calendar = async |token: String| {
        let address = format!("/calendar/post/THA-02.ics?token={token}");
        server.client().get(server.url(&address)).send().await.unwrap().status().as_u16()
    };
    assert_eq!(calendar(reader).await, 200);
    assert_eq!(calendar(server.token_for("THA-02", long)).await, 401);
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
        [json!({ "last": -1 }), json!({ "first": 101 }), json!({ "first": -1 }), json!({ "after": "x" })]
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
