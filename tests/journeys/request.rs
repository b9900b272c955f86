//! Requests between partners: who asks whom for what, by when it is answered, and who learns of it.

use crate::{
    execution::{active, at, set_clock, told},
    incident::set_watch_rules,
    live::Events,
    support::{Server, codes, column},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// ALPHA, active, and what Myanmar asks Lao PDR for at 22:00 (UTC); its id.
async fn asked(server: &Server, due: Value) -> Value {
    active(server).await;
    set_watch_rules(server).await;
    let ask = json!({
        "operation": "ALPHA", "code": "RFI-1", "kind": "RFI", "priority": "P1", "to": "LAO",
        "text": "Which places are free?", "due": due,
    });
    let shown = "request { id status from { code } to { code } clocks { kind dueAt } channel }";
    let mut done = server.done("MMR-01", "issueRequest", ask, shown).await;
    let request = &mut done["request"];
    let id = request["id"].take();
    let clocks = request["clocks"].take();
    let expected = json!({
        "id": null, "status": "ISSUED", "from": { "code": "MMR" }, "to": { "code": "LAO" }, "clocks": null,
        "channel": "POLICE",
    });
    assert_eq!(*request, expected);
    let mut dues = column(&clocks, "/dueAt");
    dues.truncate(1);
    assert_eq!(dues, ["2023-10-08T22:15:00Z"]);
    id
}

/// The request as somebody sees it.
async fn seen(server: &Server, who: &str, fields: &str) -> Value {
    let query = format!("{{ operation(code: \"ALPHA\") {{ request(code: \"RFI-1\") {{ {fields} }} }} }}");
    server.data(who, &query, Value::Null).await["operation"]["request"].take()
}

/// What a partner's officer is asked for, of requests.
async fn agenda(server: &Server, who: &str) -> Value {
    let query = "{ viewer { agenda { nodes { kind due overdue mutation request { code } } } } }";
    let data = server.data(who, query, Value::Null).await;
    let entries = data["viewer"]["agenda"]["nodes"].as_array().unwrap().iter();
    entries.filter(|entry| !entry["request"].is_null()).cloned().collect()
}

#[sqlx::test(migrations = false)]
async fn a_request_is_acknowledged_accepted_and_fulfilled_by_whoever_was_asked(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let id = asked(&server, json!("2023-10-09T10:00:00Z")).await;
    let on = |mut more: Value| {
        more["requestId"] = id.clone();
        more
    };
    let entry = |kind: &str, due: &str, mutation: &str| {
        json!([{
            "kind": kind, "due": due, "overdue": false, "mutation": mutation, "request": { "code": "RFI-1" },
        }])
    };
    let acknowledge = entry("REQUEST_TO_ACKNOWLEDGE", "2023-10-08T22:15:00Z", "acknowledgeRequest");
    assert_eq!(agenda(&server, "LAO-01").await, acknowledge);
    assert_eq!(agenda(&server, "MMR-01").await, json!([]));

    // Everybody answers for themselves.
    for name in ["acknowledgeRequest", "acceptRequest", "fulfilRequest"] {
        assert_eq!(codes(&server.refused("MMR-01", name, on(json!({}))).await), ["FORBIDDEN"], "{name}");
        assert_eq!(codes(&server.refused("THA-01", name, on(json!({}))).await), ["FORBIDDEN"], "{name}");
    }
    set_clock(&server, "2023-10-08T22:11:00Z");
    let shown = "request { status acknowledgedAt }";
    let done = server.done("LAO-01", "acknowledgeRequest", on(json!({})), shown).await;
    let acknowledged = json!({ "status": "ACKNOWLEDGED", "acknowledgedAt": "2023-10-08T22:11:00Z" });
    assert_eq!(done["request"], acknowledged);
    let before = server.head("LAO-01").await;
    server.done("LAO-01", "acknowledgeRequest", on(json!({})), "").await;
    assert_eq!(server.head("LAO-01").await, before, "the same once more is nothing new");
    assert_eq!(
        agenda(&server, "LAO-01").await,
        entry("REQUEST_TO_ANSWER", "2023-10-09T10:00:00Z", "fulfilRequest")
    );
    server.done("LAO-01", "acceptRequest", on(json!({})), "").await;
    let refusals = server.refused("THA-01", "closeOperation", json!({ "operation": "ALPHA" })).await;
    let open: Vec<_> = refusals.iter().filter(|refusal| refusal["code"] == "REQUEST_OPEN").collect();
    assert_eq!(open.len(), 1, "{refusals:#?}");
    assert_eq!(open[0]["subject"], json!({ "__typename": "Request", "id": id }));
    set_clock(&server, "2023-10-08T23:00:00Z");
    server.done("LAO-01", "fulfilRequest", on(json!({ "answer": "Forty" })), "").await;
    assert_eq!(agenda(&server, "LAO-01").await, json!([]));

    // Both and the operation's lead read it, at any moment in the world.
    let fields =
        "then: status(validAt: \"2023-10-08T22:11:00Z\") status outcome claims { kind reporter { code } }
        clocks { kind stoppedAt breachedAt met }";
    let claims: Vec<_> =
        [("ISSUED", "MMR-01"), ("ACKNOWLEDGED", "LAO-01"), ("ACCEPTED", "LAO-01"), ("FULFILLED", "LAO-01")]
            .map(|(kind, reporter)| json!({ "kind": kind, "reporter": { "code": reporter } }))
            .into();
    let clock = |kind: &str, stopped: &str| json!({ "kind": kind, "stoppedAt": stopped, "breachedAt": null, "met": true });
    let clocks = [clock("ACKNOWLEDGE", "2023-10-08T22:11:00Z"), clock("DUE", "2023-10-08T23:00:00Z")];
    for who in ["THA-01", "MMR-01", "LAO-01"] {
        assert_eq!(
            seen(&server, who, fields).await,
            json!({
                "then": "ACCEPTED", "status": "FULFILLED", "outcome": "Forty", "claims": claims, "clocks": clocks,
            }),
            "{who}"
        );
    }
    let over = server.refused("LAO-01", "declineRequest", on(json!({ "reason": "No" }))).await;
    assert_eq!(told(&over), [at("WRONG_STATE", "request")]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_request_that_is_acknowledged_late_keeps_its_breach_and_its_acknowledgement(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let query =
        "subscription { clockChanged { kind subject { ... on Request { code } } stoppedAt breachedAt met } }";
    let mut changed = Events::open(&server, "LAO-01", query, Value::Null, None).await;
    let id = asked(&server, Value::Null).await;
    let next = async |changed: &mut Events| -> Value {
        let (_, _, data) = changed.next().await.unwrap();
        serde_json::from_str::<Value>(&data).unwrap()["data"]["clockChanged"].take()
    };
    let clock = |stopped: Value, breached: Value, met: Value| {
        json!({
            "kind": "ACKNOWLEDGE", "subject": { "code": "RFI-1" }, "stoppedAt": stopped, "breachedAt": breached,
            "met": met,
        })
    };
    assert_eq!(next(&mut changed).await, clock(Value::Null, Value::Null, Value::Null));
    set_clock(&server, "2023-10-08T22:15:01Z");
    assert_eq!(server.engine().tell_due().await.unwrap(), 1);
    let due = json!("2023-10-08T22:15:00Z");
    assert_eq!(next(&mut changed).await, clock(Value::Null, due.clone(), Value::Null));
    assert_eq!(agenda(&server, "LAO-01").await[0]["overdue"], true);
    set_clock(&server, "2023-10-08T22:40:00Z");
    server.done("LAO-01", "acknowledgeRequest", json!({ "requestId": id }), "").await;
    let late = clock(json!("2023-10-08T22:40:00Z"), due.clone(), json!(false));
    assert_eq!(next(&mut changed).await, late);
    // It turns out that it had been in time; both stand.
    let claims = seen(&server, "LAO-01", "claims { id kind }").await;
    let claims = claims["claims"].as_array().unwrap();
    let acknowledged = claims.iter().find(|claim| claim["kind"] == "ACKNOWLEDGED").unwrap();
    let correction =
        json!({ "claimId": acknowledged["id"], "at": "2023-10-08T22:09:00Z", "reason": "By radio" });
    server.done("LAO-01", "correctRequestTimes", correction, "").await;
    assert_eq!(next(&mut changed).await, clock(json!("2023-10-08T22:09:00Z"), due, json!(true)));
    assert_eq!(server.engine().tell_due().await.unwrap(), 0);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn what_is_wrong_with_a_request_is_told_where_it_stands(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let id = asked(&server, Value::Null).await;
    let ask = json!({
        "operation": "ALPHA", "code": "RFI-1", "kind": "RFI", "priority": "P3", "to": "XXX", "text": "Again",
        "due": "2023-10-08T21:00:00Z", "release": { "releasableTo": ["YYY"] },
    });
    assert_eq!(
        told(&server.refused("LAO-01", "issueRequest", ask).await),
        [
            at("ALREADY_EXISTS", "code"),
            at("UNKNOWN_REFERENCE", "to"),
            at("INVALID_VALUE", "due"),
            at("UNKNOWN_REFERENCE", "releasableTo"),
        ]
    );
    let blank = json!({
        "operation": "ALPHA", "code": "x y", "kind": "RFA", "priority": "P3", "to": "LAO", "text": " ",
        "incidentId": "incident_00000000000000000000000000",
    });
    let refusals = server.refused("MMR-01", "issueRequest", blank).await;
    let mut places: Vec<_> = told(&refusals).into_iter().map(|(_, place)| place).collect();
    places.sort();
    assert_eq!(places, ["code", "incidentId", "text"]);
    // Only who asked withdraws and presses, and urgency only rises.
    let reason = |more: Value| {
        let mut input = json!({ "requestId": id, "reason": "So be it" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    assert_eq!(codes(&server.refused("LAO-01", "withdrawRequest", reason(json!({}))).await), ["FORBIDDEN"]);
    let down = reason(json!({ "priority": "P2" }));
    assert_eq!(
        told(&server.refused("MMR-01", "escalateRequest", down).await),
        [at("WRONG_STATE", "priority")]
    );
    let absent = json!({ "requestId": "request_00000000000000000000000000" });
    let refusals = server.refused("LAO-01", "acknowledgeRequest", absent).await;
    assert_eq!(told(&refusals), [at("NOT_FOUND", "requestId")]);
    // The post that is called is told, until it reports something.
    let call = reason(json!({ "to": "LAO-01" }));
    server.done("MMR-01", "escalateRequest", call, "").await;
    let kinds: Vec<Value> = agenda(&server, "LAO-01")
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["kind"].clone())
        .collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    assert!(kinds.contains(&json!("ESCALATED")), "{kinds:?}");
    server.done("LAO-01", "acknowledgeRequest", json!({ "requestId": id }), "").await;
    assert_eq!(column(&agenda(&server, "LAO-01").await, "/kind"), ["REQUEST_TO_ANSWER"]);
    let done =
        server.done("MMR-01", "withdrawRequest", reason(json!({})), "request { status outcome }").await;
    assert_eq!(done["request"], json!({ "status": "WITHDRAWN", "outcome": "So be it" }));
    assert_eq!(agenda(&server, "LAO-01").await, json!([]));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_request_between_two_partners_is_nobody_elses_business(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-10-01T09:00:00+07:00").await;
    let ask = |code: &str, to: &str, release: Value| {
        json!({
            "operation": "SAPHAN", "code": code, "kind": "RFI", "priority": "P2", "to": to,
            "text": "Whose boats are these?", "release": release,
        })
    };
    let shown = "request { id clocks { id } claims { id } }";
    let done = server.done("MMR-01", "issueRequest", ask("RFI-9", "LAO", Value::Null), shown).await;
    let hidden = &done["request"];
    let open = ask("RFI-8", "LAO", json!({ "releasableTo": ["CHN"] }));
    server.done("MMR-01", "issueRequest", open, "").await;
    let query =
        "{ operation(code: \"SAPHAN\") { requests { totalCount nodes { code } } clocks { totalCount } }
        search(text: \"boats\") { totalCount } }";
    for (who, codes) in [("THA-01", 2), ("MMR-01", 2), ("LAO-01", 2), ("CHN-01", 1)] {
        let data = server.data(who, query, Value::Null).await;
        assert_eq!(data["operation"]["requests"]["totalCount"], codes, "{who}");
        assert_eq!(data["operation"]["clocks"]["totalCount"], codes, "{who}");
        assert_eq!(data["search"]["totalCount"], codes, "{who}");
    }
    let node = "query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
    for (id, absent) in [
        (&hidden["id"], "request_00000000000000000000000000"),
        (&hidden["clocks"][0]["id"], "clock_00000000000000000000000000"),
        (&hidden["claims"][0]["id"], "matterclaim_00000000000000000000000000"),
    ] {
        let [there, nowhere] = [id.clone(), json!(absent)].map(|id| json!({ "id": id }));
        assert_eq!(
            server.bytes("CHN-01", node, there).await,
            server.bytes("CHN-01", node, nowhere).await,
            "{absent}"
        );
    }
    server.stop().await;
}
