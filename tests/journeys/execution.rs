//! Tasks as they are carried out: what people report, when it happened and when the log learned of it, and what
//! comes of that.

use crate::{
    plan::{coalition, sections},
    schedule::put_in_force,
    support::{Server, codes, column},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// The server's clock shows this from now on.
pub fn set_clock(server: &Server, at: &str) {
    server.engine().clock().set(at.parse().unwrap());
}

/// ALPHA, active since 22:00 before H-hour, which is at 23:00 (UTC), in phase P1. T01 is Myanmar's, and T02, which
/// waits for it; T03 is Thailand's. Each takes 12 hours. T03 is withheld from Lao PDR.
pub async fn active(server: &Server) -> Value {
    let operation = coalition(server).await;
    let task = |code: &str, partner: &str, start: &str, predecessors: &[&str]| {
        json!({
            "code": code, "title": format!("Task {code}"), "phase": "P1", "leadPartner": partner,
            "territory": partner, "post": format!("{partner}-01"), "startOffset": start, "duration": "PT12H",
            "predecessors": predecessors,
        })
    };
    let tasks = json!([
        task("T01", "MMR", "PT0H", &[]),
        task("T02", "MMR", "PT12H", &["T01"]),
        task("T03", "THA", "PT0H", &[]),
    ]);
    put_in_force(server, &operation, sections(), tasks).await;
    let h_hour = json!({ "operation": operation, "at": "2023-10-09T06:00:00+07:00" });
    server.done("THA-01", "setHHour", h_hour, "").await;
    let mark = json!({ "operation": operation, "task": "T03", "releasableTo": ["MMR"] });
    server.done("THA-01", "markReleasability", mark, "").await;
    set_clock(server, "2023-10-08T22:00:00Z");
    server.done("THA-01", "activateOperation", json!({ "operation": operation }), "").await;
    server.done("THA-01", "startPhase", json!({ "operation": operation, "phase": "P1" }), "").await;
    operation
}

/// The input of a command on a task of ALPHA.
fn on(task: &str, mut more: Value) -> Value {
    more["operation"] = "ALPHA".into();
    more["task"] = task.into();
    more
}

/// The codes of refusals with the dotted places that they are at, in order.
pub fn told(refusals: &[Value]) -> Vec<(&str, String)> {
    let place = |refusal: &Value| column(&refusal["field"], "").join(".");
    codes(refusals).into_iter().zip(refusals.iter().map(place)).collect()
}

pub fn at<'a>(code: &'a str, place: &str) -> (&'a str, String) {
    (code, place.to_owned())
}

/// Fields of a task of ALPHA, as somebody sees it.
async fn task(server: &Server, who: &str, code: &str, fields: &str) -> Value {
    let query = format!(
        "query ($code: String!) {{ operation(code: \"ALPHA\") {{ task(code: $code) {{ {fields} }} }} }}"
    );
    server.data(who, &query, json!({ "code": code })).await["operation"]["task"].take()
}

/// Where a task stands.
const FIELDS: &str =
    "status issuedAt acknowledgedAt actualStart actualFinish progress blockedSince blockReason
    startVariance finishVariance";

#[sqlx::test(migrations = false)]
async fn a_task_is_carried_out_from_its_order_to_its_end(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    active(&server).await;
    let nothing = json!({
        "status": "PLANNED", "issuedAt": null, "acknowledgedAt": null, "actualStart": null, "actualFinish": null,
        "progress": null, "blockedSince": null, "blockReason": null, "startVariance": null, "finishVariance": null,
    });
    assert_eq!(task(&server, "LAO-01", "T01", FIELDS).await, nothing);

    let shown = format!("task {{ {FIELDS} }}");
    let mut expected = nothing;
    let mut expect = |changes: Value| {
        expected.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        expected.clone()
    };
    let refusals = server.refused("MMR-01", "acknowledgeTask", on("T01", json!({}))).await;
    assert_eq!(told(&refusals), [at("WRONG_STATE", "task")]);
    let done = server.done("THA-01", "issueTask", on("T01", json!({})), &shown).await;
    assert_eq!(done["task"], expect(json!({ "status": "ISSUED", "issuedAt": "2023-10-08T22:00:00Z" })));
    // The same once more is no fault, and nothing new.
    let before = server.head("THA-01").await;
    server.done("THA-01", "issueTask", on("T01", json!({})), "").await;
    assert_eq!(server.head("THA-01").await, before);
    set_clock(&server, "2023-10-08T22:30:00Z");
    let done = server.done("MMR-01", "acknowledgeTask", on("T01", json!({})), &shown).await;
    assert_eq!(done["task"], expect(json!({ "acknowledgedAt": "2023-10-08T22:30:00Z" })));

    set_clock(&server, "2023-10-08T23:30:00Z");
    let start = on("T01", json!({ "occurredAt": "2023-10-09T05:45:00+06:30" }));
    let done = server.done("MMR-01", "startTask", start.clone(), &shown).await;
    let started =
        json!({ "status": "IN_PROGRESS", "actualStart": "2023-10-08T23:15:00Z", "startVariance": "PT15M" });
    assert_eq!(done["task"], expect(started));
    assert_eq!(told(&server.refused("MMR-01", "startTask", start).await), [at("WRONG_STATE", "task")]);

    set_clock(&server, "2023-10-09T03:00:00Z");
    let refusals =
        server.refused("MMR-01", "reportProgress", on("T01", json!({ "percent": -1, "text": " " }))).await;
    assert_eq!(told(&refusals), [at("INVALID_VALUE", "percent"), at("INVALID_TEXT", "text")]);
    let refusals = server.refused("MMR-01", "reportProgress", on("T01", json!({ "percent": 101 }))).await;
    assert_eq!(told(&refusals), [at("INVALID_VALUE", "percent")]);
    let progress = on("T01", json!({ "percent": 40, "text": "North gate open" }));
    let done = server.done("MMR-01", "reportProgress", progress, &shown).await;
    assert_eq!(done["task"], expect(json!({ "progress": 40 })));

    set_clock(&server, "2023-10-09T05:00:00Z");
    let blocked = on("T01", json!({ "reason": "OTHER" }));
    assert_eq!(told(&server.refused("MMR-01", "blockTask", blocked).await), [at("REASON_REQUIRED", "text")]);
    let refusals =
        server.refused("MMR-01", "blockTask", on("T01", json!({ "reason": "RAIN", "text": "" }))).await;
    assert_eq!(told(&refusals), [at("INVALID_VALUE", "reason"), at("INVALID_TEXT", "text")]);
    let blocked = on("T01", json!({ "reason": "NO_ACCESS", "text": "The bridge is closed" }));
    let done = server.done("MMR-01", "blockTask", blocked, &shown).await;
    let stands =
        json!({ "status": "BLOCKED", "blockedSince": "2023-10-09T05:00:00Z", "blockReason": "NO_ACCESS" });
    assert_eq!(done["task"], expect(stands));
    set_clock(&server, "2023-10-09T06:00:00Z");
    let done = server.done("MMR-01", "unblockTask", on("T01", json!({})), &shown).await;
    let stands = json!({ "status": "IN_PROGRESS", "blockedSince": null, "blockReason": null });
    assert_eq!(done["task"], expect(stands));

    set_clock(&server, "2023-10-09T10:00:00Z");
    let done = server
        .done("MMR-01", "completeTask", on("T01", json!({ "outcome": "Both sites held" })), &shown)
        .await;
    let stands = json!({
        "status": "COMPLETED", "actualFinish": "2023-10-09T10:00:00Z", "progress": 100, "finishVariance": "-PT1H",
    });
    assert_eq!(done["task"], expect(stands));
    let late = server.refused("MMR-01", "cancelTask", on("T01", json!({ "reason": " " }))).await;
    assert_eq!(told(&late), [at("REASON_REQUIRED", "reason")]);
    let gone = on("T03", json!({ "reason": "The site is empty" }));
    let done = server.done("THA-01", "cancelTask", gone, &shown).await;
    assert_eq!(done["task"]["status"], "CANCELLED");
    assert_eq!(done["task"]["finishVariance"], Value::Null, "it was not completed");

    let claims = task(
        &server,
        "LAO-01",
        "T01",
        "claims { number kind text percent blockReason occurredAt recordedAt lag reporter { code } }",
    )
    .await;
    assert_eq!(
        column(&claims["claims"], "/kind"),
        ["ISSUED", "ACKNOWLEDGED", "STARTED", "PROGRESS", "BLOCKED", "UNBLOCKED", "COMPLETED"]
    );
    assert_eq!(
        claims["claims"][2],
        json!({
            "number": 3, "kind": "STARTED", "text": null, "percent": null, "blockReason": null,
            "occurredAt": "2023-10-08T23:15:00Z", "recordedAt": "2023-10-08T23:30:00Z", "lag": "PT15M",
            "reporter": { "code": "MMR-01" },
        })
    );
    assert_eq!(claims["claims"][3]["percent"], 40);
    assert_eq!(claims["claims"][4]["blockReason"], "NO_ACCESS");
    assert_eq!(claims["claims"][6]["text"], "Both sites held");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn what_was_known_and_what_was_so_are_two_questions(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    active(&server).await;
    set_clock(&server, "2023-10-08T23:30:00Z");
    let start = on("T01", json!({ "occurredAt": "2023-10-08T23:15:00Z" }));
    let started = server.done("MMR-01", "startTask", start, "").await["receipt"]["position"].take();
    // Three days later: it was blocked at 2:00 that night, until 4:00.
    set_clock(&server, "2023-10-11T23:00:00Z");
    let late = on("T01", json!({ "reason": "NO_ACCESS", "occurredAt": "2023-10-09T02:00:00Z" }));
    let refusals = server.refused("MMR-01", "blockTask", late.clone()).await;
    assert_eq!(told(&refusals), [at("LATE_REASON_REQUIRED", "lateReason")]);
    let mut explained = late;
    explained["lateReason"] = "No signal on site".into();
    server.done("MMR-01", "blockTask", explained, "").await;
    let open = on("T01", json!({ "occurredAt": "2023-10-09T04:00:00Z", "lateReason": "No signal on site" }));
    server.done("MMR-01", "unblockTask", open, "").await;

    let query = "query ($at: Moment!, $then: DateTime) {
        now: operation(code: \"ALPHA\") { task(code: \"T01\") { status(validAt: $then) } }
        asOf(at: $at) { operation(code: \"ALPHA\") { task(code: \"T01\") { status(validAt: $then) } } } }";
    for (then, is_so, was_known) in [
        (json!("2023-10-08T23:00:00Z"), "PLANNED", "PLANNED"),
        (json!("2023-10-09T01:00:00Z"), "IN_PROGRESS", "IN_PROGRESS"),
        (json!("2023-10-09T03:00:00Z"), "BLOCKED", "IN_PROGRESS"),
        (json!("2023-10-09T05:00:00Z"), "IN_PROGRESS", "IN_PROGRESS"),
        (Value::Null, "IN_PROGRESS", "IN_PROGRESS"),
    ] {
        let data = server.data("LAO-01", query, json!({ "at": { "position": started }, "then": then })).await;
        assert_eq!(data["now"]["task"]["status"], is_so, "{then}");
        assert_eq!(data["asOf"]["operation"]["task"]["status"], was_known, "{then}");
    }

    // A correction is a claim of its own; what it puts right stays, and the past knows nothing of it.
    let shown = "startVariance actualStart claims { id kind occurredAt lateReason correctionReason
        corrects { number } correctedBy { number } }";
    let wrong = task(&server, "MMR-01", "T01", shown).await["claims"][0].take();
    let correction = json!({
        "claimId": wrong["id"], "at": "2023-10-08T23:05:00Z", "reason": "By the team's own list",
    });
    let forbidden = server.refused("THA-01", "correctTaskTimes", correction.clone()).await;
    assert_eq!(codes(&forbidden), ["FORBIDDEN"]);
    let done =
        server.done("MMR-01", "correctTaskTimes", correction.clone(), &format!("task {{ {shown} }}")).await;
    let corrected = &done["task"];
    assert_eq!(
        (&corrected["startVariance"], &corrected["actualStart"]),
        (&json!("PT5M"), &json!("2023-10-08T23:05:00Z"))
    );
    let claims = &corrected["claims"];
    assert_eq!(claims[0]["occurredAt"], "2023-10-08T23:15:00Z");
    assert_eq!(claims[0]["correctedBy"], json!({ "number": 4 }));
    assert_eq!(claims[1]["lateReason"], "No signal on site");
    assert_eq!(
        claims[3],
        json!({
            "id": claims[3]["id"], "kind": "STARTED", "occurredAt": "2023-10-08T23:05:00Z", "lateReason": null,
            "correctionReason": "By the team's own list", "corrects": { "number": 1 }, "correctedBy": null,
        })
    );
    let query = "query ($at: Moment!) { asOf(at: $at) { operation(code: \"ALPHA\") {
        task(code: \"T01\") { startVariance claims { number correctedBy { number } } } } } }";
    let data = server.data("MMR-01", query, json!({ "at": { "position": started } })).await;
    assert_eq!(
        data["asOf"]["operation"]["task"],
        json!({ "startVariance": "PT15M", "claims": [{ "number": 1, "correctedBy": null }] })
    );
    // What was corrected is corrected no more, and an id of nothing is found nowhere.
    assert_eq!(
        told(&server.refused("MMR-01", "correctTaskTimes", correction).await),
        [at("WRONG_STATE", "claimId")]
    );
    let unknown = json!({ "claimId": "taskclaim_00000000000000000000000000", "at": "2023-10-08T23:05:00Z", "reason": "" });
    let refusals = server.refused("MMR-01", "correctTaskTimes", unknown).await;
    assert_eq!(told(&refusals), [at("NOT_FOUND", "claimId"), at("REASON_REQUIRED", "reason")]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn order_is_checked_when_it_is_claimed_and_contradiction_shown_when_it_is_learned(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    active(&server).await;
    set_clock(&server, "2023-10-09T11:30:00Z");
    let refusals = server.refused("MMR-01", "startTask", on("T02", json!({}))).await;
    assert_eq!(told(&refusals), [at("PREDECESSOR_INCOMPLETE", "task")]);
    assert_eq!(refusals[0]["subject"]["__typename"], "Task");
    server.done("MMR-01", "startTask", on("T01", json!({ "occurredAt": "2023-10-08T23:00:00Z" })), "").await;
    server
        .done("MMR-01", "completeTask", on("T01", json!({ "occurredAt": "2023-10-09T10:00:00Z" })), "")
        .await;
    server.done("MMR-01", "startTask", on("T02", json!({ "occurredAt": "2023-10-09T10:30:00Z" })), "").await;

    let query = "{ operation(code: \"ALPHA\") { conflicts { kind message tasks { code }
        claims { kind occurredAt task { code } } } } }";
    let contradicted = |data: &Value| -> Vec<Value> {
        let all = data["operation"]["conflicts"].as_array().unwrap();
        all.iter().filter(|conflict| conflict["kind"] == "ORDER_CONTRADICTED").cloned().collect()
    };
    assert_eq!(contradicted(&server.data("LAO-01", query, Value::Null).await), [Value::Null; 0]);
    let claims = task(&server, "MMR-01", "T01", "claims { id kind }").await;
    let later =
        json!({ "claimId": claims["claims"][1]["id"], "at": "2023-10-09T11:00:00Z", "reason": "Misread" });
    server.done("MMR-01", "correctTaskTimes", later, "").await;
    let found = contradicted(&server.data("LAO-01", query, Value::Null).await);
    assert_eq!(found.len(), 1);
    assert_eq!(column(&found[0]["tasks"], "/code"), ["T02", "T01"]);
    assert_eq!(
        found[0]["claims"],
        json!([
            { "kind": "STARTED", "occurredAt": "2023-10-09T10:30:00Z", "task": { "code": "T02" } },
            { "kind": "COMPLETED", "occurredAt": "2023-10-09T11:00:00Z", "task": { "code": "T01" } },
        ])
    );
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_list_of_reports_is_taken_in_wholly_or_not_at_all(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    active(&server).await;
    set_clock(&server, "2023-10-09T12:00:00Z");
    let said = |task: &str, what: &str, at: &str| json!({ "task": task, "what": what, "occurredAt": at });
    let mut progress = said("T01", "PROGRESS", "2023-10-09T04:00:00Z");
    progress["percent"] = json!(50);
    let reports = json!([
        said("T01", "STARTED", "2023-10-08T23:10:00Z"),
        progress,
        said("T01", "COMPLETED", "2023-10-09T10:50:00Z"),
        said("T02", "STARTED", "2023-10-09T11:00:00Z"),
    ]);
    let list = |reports: &Value| json!({ "operation": "ALPHA", "reports": reports });

    // Each is judged on those before it: the list in another order is refused, where it does not hold.
    let mut turned = reports.clone();
    turned.as_array_mut().unwrap().swap(2, 3);
    let refusals = server.refused("MMR-01", "reportTasks", list(&turned)).await;
    assert_eq!(told(&refusals), [at("PREDECESSOR_INCOMPLETE", "reports.2.task")]);
    assert_eq!(task(&server, "MMR-01", "T01", "status").await["status"], "PLANNED", "nothing was stored");

    // What is wrong with entries comes at once, each fault at its place.
    let mut blocked = said("T01", "BLOCKED", "2023-10-09T04:00:00Z");
    blocked["percent"] = json!(3);
    let mut progress = said("T77", "PROGRESS", "yesterday");
    progress["text"] = " ".into();
    progress["reason"] = "NO_ACCESS".into();
    let wrong = json!([blocked, progress, said("T03", "ENDED", "2023-10-09T04:00:00Z")]);
    let refusals = server.refused("LAO-01", "reportTasks", list(&wrong)).await;
    let mut places = told(&refusals);
    places.sort();
    assert_eq!(
        places,
        [
            at("INVALID_TEXT", "reports.1.text"),
            at("INVALID_VALUE", "reports.0.percent"),
            at("INVALID_VALUE", "reports.1.occurredAt"),
            at("INVALID_VALUE", "reports.1.percent"),
            at("INVALID_VALUE", "reports.1.reason"),
            at("INVALID_VALUE", "reports.2.what"),
            at("NOT_FOUND", "reports.1.task"),
            // Withheld from Lao PDR: as absent.
            at("NOT_FOUND", "reports.2.task"),
            at("REASON_REQUIRED", "reports.0.reason"),
        ]
    );
    for (many, place) in [(0, "reports"), (1_001, "reports")] {
        let list = list(&vec![said("T01", "STARTED", "2023-10-08T23:10:00Z"); many].into());
        let refusals = server.refused("MMR-01", "reportTasks", list).await;
        assert_eq!(told(&refusals), [at("INVALID_VALUE", place)], "{many}");
    }

    let mut keyed = list(&reports);
    keyed["idempotencyKey"] = "night".into();
    let done = server.done("MMR-01", "reportTasks", keyed.clone(), "tasks { code status actualStart }").await;
    assert_eq!(
        done["tasks"],
        json!([
            { "code": "T01", "status": "COMPLETED", "actualStart": "2023-10-08T23:10:00Z" },
            { "code": "T02", "status": "IN_PROGRESS", "actualStart": "2023-10-09T11:00:00Z" },
        ])
    );
    let again = server.done("MMR-01", "reportTasks", keyed, "").await;
    assert_eq!(again["receipt"], done["receipt"]);
    let events = "history { nodes { type occurredAt } }";
    let history = task(&server, "MMR-01", "T02", events).await["history"]["nodes"].take();
    let started = history.as_array().unwrap().iter().find(|event| event["type"] == "TaskStarted").unwrap();
    assert_eq!(started["occurredAt"], "2023-10-09T11:00:00Z", "each event has its own time");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn who_may_not_say_it_is_refused_and_what_is_hidden_is_not_there(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    active(&server).await;
    for (name, more) in [
        ("issueTask", json!({})),
        ("acknowledgeTask", json!({})),
        ("startTask", json!({})),
        ("reportProgress", json!({ "percent": 1 })),
        ("blockTask", json!({ "reason": "WEATHER" })),
        ("unblockTask", json!({})),
        ("completeTask", json!({})),
        ("cancelTask", json!({ "reason": "No need" })),
    ] {
        let refusals = server.refused("LAO-01", name, on("T01", more.clone())).await;
        assert_eq!(codes(&refusals), ["FORBIDDEN"], "{name}");
        // A task that is withheld, and one that there never was.
        let hidden = server.refused("LAO-01", name, on("T03", more.clone())).await;
        assert_eq!(hidden, server.refused("LAO-01", name, on("T77", more)).await, "{name}");
        assert_eq!(told(&hidden), [at("NOT_FOUND", "task")], "{name}");
    }
    let one = json!([{ "task": "T01", "what": "STARTED", "occurredAt": "2023-10-08T22:00:00Z" }]);
    let refusals =
        server.refused("LAO-01", "reportTasks", json!({ "operation": "ALPHA", "reports": one })).await;
    assert_eq!(codes(&refusals), ["FORBIDDEN"]);

    let before = server.head("THA-01").await;
    set_clock(&server, "2023-10-08T23:30:00Z");
    server.done("THA-01", "startTask", on("T03", json!({})), "").await;
    server.done("MMR-01", "startTask", on("T01", json!({})), "").await;
    let claim = |of: Value| of["claims"][0]["id"].clone();
    let (hidden, open) = (
        claim(task(&server, "THA-01", "T03", "claims { id }").await),
        claim(task(&server, "THA-01", "T01", "claims { id }").await),
    );
    let query = "query ($ids: [ID!]!, $from: Moment!, $to: Moment!) {
        nodes(ids: $ids) { id ... on TaskClaim { task { code } history { nodes { type } } } }
        changes(from: $from, to: $to) { nodes { kind field before after event { type }
          object { __typename ... on Task { code } ... on TaskClaim { kind } } } } }";
    let asked = json!({
        "ids": [hidden, open], "from": { "position": before }, "to": { "position": server.head("THA-01").await },
    });
    let seen = server.data("LAO-01", query, asked.clone()).await;
    let shown = json!({
        "id": open, "task": { "code": "T01" }, "history": { "nodes": [{ "type": "TaskStarted" }] },
    });
    assert_eq!(seen["nodes"], json!([null, shown]));
    let changed = |seen: &Value| -> Vec<String> {
        let nodes = seen["changes"]["nodes"].as_array().unwrap();
        let mut changed: Vec<_> = nodes
            .iter()
            .map(|change| {
                let object = &change["object"];
                let what = object["code"].as_str().or(object["kind"].as_str()).unwrap_or_default();
                assert_eq!(change["event"]["type"], "TaskStarted");
                format!("{what} {} {} {}", change["field"], change["before"], change["after"])
            })
            .collect();
        changed.sort();
        changed
    };
    let started = "\"2023-10-08T23:30:00Z\"";
    let claimed = json!({
        "kind": "STARTED", "occurredAt": "2023-10-08T23:30:00Z", "recordedAt": "2023-10-08T23:30:00Z",
        "position": seen["changes"]["nodes"][0]["after"]["position"], "lateReason": null, "correctionReason": null,
        "correctedBy": null,
    });
    let of_claim = changed(&seen).into_iter().find(|change| change.starts_with("STARTED")).unwrap();
    assert!(of_claim.starts_with("STARTED null null {"), "{of_claim}");
    assert!(claimed.as_object().unwrap().keys().all(|field| of_claim.contains(field.as_str())), "{of_claim}");
    let of_task: Vec<_> = changed(&seen).into_iter().filter(|change| change.starts_with('T')).collect();
    assert_eq!(
        of_task,
        [
            format!("T01 \"actualStart\" null {started}"),
            "T01 \"status\" \"PLANNED\" \"IN_PROGRESS\"".to_owned(),
        ]
    );
    let all = changed(&server.data("THA-01", query, asked).await);
    assert!(all.contains(&"T03 \"status\" \"PLANNED\" \"IN_PROGRESS\"".to_owned()), "{all:?}");
    server.stop().await;
}

/// T01 begins two hours late, and takes 12: T02 can begin at 13:00 and not at 11:00, and ends two hours late.
#[sqlx::test(migrations = false)]
async fn a_forecast_reads_what_is_claimed_and_tries_what_is_said_in_its_place(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    active(&server).await;
    set_clock(&server, "2023-10-09T01:00:00Z");
    server.done("MMR-01", "startTask", on("T01", json!({})), "").await;
    let query = "query ($actuals: [TaskActualInput!]) { operation(code: \"ALPHA\") {
        schedule(basis: FORECAST, actuals: $actuals) { tasks { task { code } earliestFinish slippage } } } }";
    let of = |data: &Value, code: &str| {
        let tasks = data["operation"]["schedule"]["tasks"].as_array().unwrap();
        let found = tasks.iter().find(|task| task["task"]["code"] == code).unwrap();
        (found["earliestFinish"].clone(), found["slippage"].clone())
    };
    let forecast = server.data("LAO-01", query, json!({ "actuals": [] })).await;
    assert_eq!(of(&forecast, "T01"), (json!("2023-10-09T13:00:00Z"), json!("PT2H")));
    assert_eq!(of(&forecast, "T02"), (json!("2023-10-10T01:00:00Z"), json!("PT2H")));
    let earlier = json!({ "actuals": [{ "task": "T01", "startedAt": "2023-10-08T23:00:00Z" }] });
    let tried = server.data("LAO-01", query, earlier).await;
    assert_eq!(of(&tried, "T02"), (json!("2023-10-09T23:00:00Z"), json!("PT0H")));
    server.stop().await;
}
