//! Incidents: what was reported, who answered it, what the clocks said, and what came to light later.

use crate::{
    execution::{active, at, set_clock, told},
    live::Events,
    support::{Server, codes, column},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// The centre's rules: of what is most urgent, an hour to decide and three to be there.
pub async fn set_watch_rules(server: &Server) {
    let limit = |priority: &str, clock: &str, minutes: u32| json!({ "priority": priority, "clock": clock, "minutes": minutes, "escalateTo": "THA-01" });
    let rules = json!({
        "centre": "CMCC", "shiftHours": 12, "minOfficers": 2, "minNations": 2,
        "limits": [
            limit("P1", "DECIDE", 60), limit("P1", "RESPOND", 180), limit("P1", "ACKNOWLEDGE", 15),
            limit("P2", "DECIDE", 240), limit("P3", "ACKNOWLEDGE", 1440),
        ],
    });
    server.done("THA-01", "setWatchRules", rules, "").await;
}

/// ALPHA, active, and an incident that Myanmar reports at 22:30 (UTC) of 22:20; its id.
async fn reported(server: &Server) -> Value {
    active(server).await;
    set_watch_rules(server).await;
    set_clock(server, "2023-10-08T22:30:00Z");
    let report = json!({
        "operation": "ALPHA", "code": "INC-1", "title": "Persons moved to the river", "kind": "OTHER",
        "place": "Crossing 3", "territory": "MMR", "persons": 20, "occurredAt": "2023-10-08T22:20:00Z",
    });
    let shown =
        "incident { id status reportedAt owner { code } report { place persons territory { code } } }";
    let mut done = server.done("MMR-01", "reportIncident", report, shown).await;
    let id = done["incident"]["id"].take();
    let expected = json!({
        "id": null, "status": "REPORTED", "reportedAt": "2023-10-08T22:20:00Z", "owner": { "code": "MMR" },
        "report": { "place": "Crossing 3", "persons": 20, "territory": { "code": "MMR" } },
    });
    assert_eq!(done["incident"], expected);
    id
}

/// A task that Myanmar takes on at its own bank.
fn response_task(code: &str) -> Value {
    json!({
        "code": code, "title": "Stop them at the bank", "leadPartner": "MMR", "territory": "MMR", "post": "MMR-01",
        "start": "2023-10-08T22:45:00Z", "duration": "PT3H",
    })
}

/// The incident as somebody sees it.
async fn seen(server: &Server, who: &str, fields: &str) -> Value {
    let query = format!("{{ operation(code: \"ALPHA\") {{ incident(code: \"INC-1\") {{ {fields} }} }} }}");
    server.data(who, &query, Value::Null).await["operation"]["incident"].take()
}

/// Kinds of clocks with when they fall due, were stopped and breached, and whether they were met.
const CLOCKS: &str = "clocks { kind dueAt stoppedAt breachedAt met }";

fn clock(kind: &str, due: &str, stopped: &Value, breached: &Value, met: &Value) -> Value {
    json!({ "kind": kind, "dueAt": due, "stoppedAt": stopped, "breachedAt": breached, "met": met })
}

#[sqlx::test(migrations = false)]
async fn an_incident_is_judged_answered_by_a_task_outside_the_plan_and_closed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let id = reported(&server).await;
    let on = |mut more: Value| {
        more["incidentId"] = id.clone();
        more
    };
    let triage = on(json!({ "priority": "P1" }));
    let done = server.done("LAO-01", "triageIncident", triage, "incident { status priority }").await;
    assert_eq!(done["incident"], json!({ "status": "TRIAGED", "priority": "P1" }));

    let seen_at = server.head("MMR-01").await;
    let decision = on(json!({ "task": response_task("ET-1"), "reasons": "Risk to life", "seenAt": seen_at }));
    let shown = "incident { status decidedAt emergentTasks { id code emergent } }";
    set_clock(&server, "2023-10-08T22:40:00Z");
    let done = server.done("THA-01", "decideResponse", decision, shown).await;
    let task = done["incident"]["emergentTasks"][0]["id"].clone();
    assert_eq!(
        done["incident"],
        json!({
            "status": "RESPONDING", "decidedAt": "2023-10-08T22:40:00Z",
            "emergentTasks": [{ "id": task, "code": "ET-1", "emergent": true }],
        })
    );

    // The task is one of the operation's, and of no plan.
    let fields = "key code title emergent incident { code } plannedTask { id } phase { code } startOffset duration
        terms { group } plannedStart plannedFinish leadPartner { code } territory { code } post { code } status
        release { owner { code } } predecessors { predecessor { code } } critical totalFloat versions { totalCount }";
    let query = format!(
        "query ($id: ID!) {{
           node(id: $id) {{ ... on Task {{ {fields} }} }}
           operation(code: \"ALPHA\") {{
             task(code: \"ET-1\") {{ {fields} }}
             emergentTasks {{ {fields} }}
             tasks {{ nodes {{ code emergent }} }}
           }}
         }}"
    );
    let data = server.data("LAO-01", &query, json!({ "id": task })).await;
    let expected = json!({
        "key": task, "code": "ET-1", "title": "Stop them at the bank", "emergent": true,
        "incident": { "code": "INC-1" }, "plannedTask": null, "phase": null, "startOffset": null, "duration": "PT3H",
        "terms": null, "plannedStart": "2023-10-08T22:45:00Z", "plannedFinish": "2023-10-09T01:45:00Z",
        "leadPartner": { "code": "MMR" }, "territory": { "code": "MMR" }, "post": { "code": "MMR-01" },
        "status": "PLANNED", "release": { "owner": { "code": "MMR" } }, "predecessors": [], "critical": false,
        "totalFloat": null, "versions": { "totalCount": 0 },
    });
    assert_eq!(data["node"], expected);
    assert_eq!(data["operation"]["task"], expected);
    assert_eq!(data["operation"]["emergentTasks"], json!([expected]));
    let planned = json!([
        { "code": "T01", "emergent": false }, { "code": "T02", "emergent": false },
    ]);
    assert_eq!(data["operation"]["tasks"]["nodes"], planned, "T03 is withheld from Lao PDR");

    // It is booked and carried out as those of the plan are, by its code and by its id.
    let bound = json!({ "operation": "ALPHA", "task": "ET-1", "post": "MMR-01" });
    let shown = "task { code assignments { post { code } task { code emergent } } }";
    let done = server.done("MMR-01", "assignOfficer", bound, shown).await;
    let assigned = json!([{ "post": { "code": "MMR-01" }, "task": { "code": "ET-1", "emergent": true } }]);
    assert_eq!(done["task"], json!({ "code": "ET-1", "assignments": assigned }));
    let sent = on(json!({ "post": "MMR-01", "task": "ET-1", "occurredAt": "2023-10-08T22:41:00Z" }));
    set_clock(&server, "2023-10-08T22:50:00Z");
    server.done("MMR-01", "dispatchResponder", sent, "").await;
    let shown = "task { status startVariance claims { kind task { code } } }";
    let done = server.done("MMR-01", "startTask", json!({ "task": task }), shown).await;
    let claims = json!([{ "kind": "STARTED", "task": { "code": "ET-1" } }]);
    assert_eq!(done["task"], json!({ "status": "IN_PROGRESS", "startVariance": "PT5M", "claims": claims }));
    set_clock(&server, "2023-10-09T00:00:00Z");
    server.done("MMR-01", "recordArrival", on(json!({ "post": "MMR-01" })), "").await;
    let contained = on(json!({ "personsRecovered": 17 }));
    server.done("MMR-01", "containIncident", contained, "").await;
    let done = server.done(
        "MMR-01",
        "completeTask",
        json!({ "operation": "ALPHA", "task": "ET-1" }),
        "task { status }",
    );
    assert_eq!(done.await["task"]["status"], "COMPLETED");

    // An operation does not close over it.
    let refusals = server.refused("THA-01", "closeOperation", json!({ "operation": "ALPHA" })).await;
    let open: Vec<_> = refusals.iter().filter(|refusal| refusal["code"] == "INCIDENT_OPEN").collect();
    assert_eq!(open.len(), 1, "{refusals:#?}");
    assert_eq!(open[0]["subject"], json!({ "__typename": "Incident", "id": id }));
    let done =
        server.done("THA-01", "closeIncident", on(json!({ "outcome": "All safe" })), "incident { status }");
    assert_eq!(done.await["incident"]["status"], "CLOSED");

    let fields = "before: status(validAt: \"2023-10-08T22:40:30Z\") now: status personsRecovered
        responders { post { code } taskCode dispatchedAt arrivedAt }";
    let sent = json!([{
        "post": { "code": "MMR-01" }, "taskCode": "ET-1", "dispatchedAt": "2023-10-08T22:41:00Z",
        "arrivedAt": "2023-10-09T00:00:00Z",
    }]);
    let expected =
        json!({ "before": "RESPONDING", "now": "CLOSED", "personsRecovered": 17, "responders": sent });
    assert_eq!(seen(&server, "THA-01", fields).await, expected);
    let met =
        |kind: &str, due: &str, stopped: &str| clock(kind, due, &json!(stopped), &Value::Null, &json!(true));
    let clocks = json!([
        met("DECIDE", "2023-10-08T23:20:00Z", "2023-10-08T22:40:00Z"),
        met("RESPOND", "2023-10-09T01:20:00Z", "2023-10-09T00:00:00Z"),
    ]);
    assert_eq!(seen(&server, "LAO-01", CLOCKS).await["clocks"], clocks);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_report_from_the_field_comes_late_the_breach_stands_and_the_clock_was_met(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let id = reported(&server).await;
    let on = |mut more: Value| {
        more["incidentId"] = id.clone();
        more
    };
    let query = "subscription { clockChanged(operation: \"ALPHA\") { key kind stoppedAt breachedAt } }";
    let mut changed = Events::open(&server, "LAO-01", query, Value::Null, None).await;
    server.done("LAO-01", "triageIncident", on(json!({ "priority": "P1" })), "").await;
    let mut told = Vec::new();
    for _ in 0..2 {
        told.push(next_clock(&mut changed).await["kind"].take());
    }
    told.sort_by_key(ToString::to_string);
    assert_eq!(told, [json!("DECIDE"), json!("RESPOND")]);
    server.done("MMR-01", "dispatchResponder", on(json!({ "post": "MMR-01" })), "").await;

    // An hour after the report nobody has decided. The moment itself is still in time.
    set_clock(&server, "2023-10-08T23:20:00Z");
    assert_eq!(server.engine().tell_due().await.unwrap(), 0);
    set_clock(&server, "2023-10-08T23:20:01Z");
    assert_eq!(server.engine().tell_due().await.unwrap(), 1);
    let breached = next_clock(&mut changed).await;
    assert_eq!(
        (&breached["kind"], &breached["breachedAt"]),
        (&json!("DECIDE"), &json!("2023-10-08T23:20:00Z"))
    );
    assert_eq!(server.engine().tell_due().await.unwrap(), 0, "once");
    // The post that the rules name was called.
    let agenda = "{ viewer { agenda { nodes { kind why mutation incident { code } overdue } } } }";
    let data = server.data("THA-01", agenda, Value::Null).await;
    let calls: Vec<_> = data["viewer"]["agenda"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["kind"] == "ESCALATED")
        .collect();
    assert_eq!(calls.len(), 1, "{data:#}");
    assert_eq!((&calls[0]["incident"]["code"], &calls[0]["overdue"]), (&json!("INC-1"), &json!(true)));

    // At 01:20 nobody is known to be there, and that is told.
    set_clock(&server, "2023-10-09T01:30:00Z");
    assert_eq!(server.engine().tell_due().await.unwrap(), 1);
    assert_eq!(next_clock(&mut changed).await["kind"], "RESPOND");
    // They had been there since half past midnight.
    set_clock(&server, "2023-10-09T05:00:00Z");
    let arrival = on(json!({
        "post": "MMR-01", "occurredAt": "2023-10-09T00:30:00Z", "lateReason": "No signal at the crossing",
    }));
    let done =
        server.done("MMR-01", "recordArrival", arrival, "incident { claims { id kind lag lateReason } }");
    let claims = done.await["incident"]["claims"].take();
    let arrived = claims.as_array().unwrap().iter().find(|claim| claim["kind"] == "ARRIVED").unwrap();
    assert_eq!(
        (&arrived["lag"], &arrived["lateReason"]),
        (&json!("PT4H30M"), &json!("No signal at the crossing"))
    );
    let respond = |stopped: &str, met: bool| {
        clock("RESPOND", "2023-10-09T01:20:00Z", &json!(stopped), &json!("2023-10-09T01:20:00Z"), &json!(met))
    };
    let told = next_clock(&mut changed).await;
    assert_eq!((&told["kind"], &told["stoppedAt"]), (&json!("RESPOND"), &json!("2023-10-09T00:30:00Z")));
    let clocks = seen(&server, "LAO-01", CLOCKS).await["clocks"].take();
    assert_eq!(clocks[1], respond("2023-10-09T00:30:00Z", true));

    // Put right once more: they were late, and both claims stay.
    let correction =
        json!({ "claimId": arrived["id"], "at": "2023-10-09T02:00:00Z", "reason": "Wrong watch" });
    server.done("MMR-01", "correctIncidentTimes", correction.clone(), "").await;
    assert_eq!(next_clock(&mut changed).await["stoppedAt"], "2023-10-09T02:00:00Z");
    let clocks = seen(&server, "LAO-01", CLOCKS).await["clocks"].take();
    assert_eq!(clocks[1], respond("2023-10-09T02:00:00Z", false));
    let claims = seen(&server, "LAO-01", "claims { kind corrects { kind } correctedBy { number } }").await;
    let corrected = claims["claims"].as_array().unwrap();
    assert_eq!(corrected.iter().filter(|claim| claim["kind"] == "ARRIVED").count(), 2);
    // Other nations put nothing right that is Myanmar's.
    let refusals = server.refused("LAO-01", "correctIncidentTimes", correction).await;
    assert_eq!(codes(&refusals), ["FORBIDDEN"]);

    // As it was known at two o'clock, nobody was there.
    let query = "{ asOf(at: { recordedAt: \"2023-10-09T02:00:00Z\" }) { operation(code: \"ALPHA\") {
        incident(code: \"INC-1\") { firstArrivalAt clocks { kind met } } } } }";
    let then = server.data("LAO-01", query, Value::Null).await["asOf"]["operation"]["incident"].take();
    let unknown = json!([{ "kind": "DECIDE", "met": null }, { "kind": "RESPOND", "met": null }]);
    assert_eq!(then, json!({ "firstArrivalAt": null, "clocks": unknown }));
    server.stop().await;
}

/// The next clock that a subscription is sent.
async fn next_clock(changed: &mut Events) -> Value {
    let (_, _, data) = changed.next().await.unwrap();
    let mut answer: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["clockChanged"].take()
}

#[sqlx::test(migrations = false)]
async fn what_is_wrong_with_a_report_or_a_response_is_told_where_it_stands(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let id = reported(&server).await;
    let report = json!({
        "operation": "ALPHA", "code": "INC-1", "title": "Again", "kind": "OTHER", "territory": "XXX", "ccir": "C9",
    });
    assert_eq!(
        told(&server.refused("MMR-01", "reportIncident", report).await),
        [at("ALREADY_EXISTS", "code"), at("UNKNOWN_REFERENCE", "territory"), at("UNKNOWN_REFERENCE", "ccir"),]
    );
    let blank = json!({ "operation": "ALPHA", "code": "x y", "title": " ", "kind": "OTHER", "hazards": "" });
    let refusals = server.refused("MMR-01", "reportIncident", blank).await;
    let places: Vec<_> = told(&refusals).into_iter().map(|(_, place)| place).collect();
    assert_eq!(places, ["code", "title", "hazards"]);

    let seen_at = server.head("THA-01").await;
    let decision =
        |task: Value| json!({ "incidentId": id, "task": task, "reasons": "Go", "seenAt": seen_at });
    let mut foreign = response_task("T01");
    foreign["territory"] = "LAO".into();
    foreign["post"] = "THA-01".into();
    foreign["duration"] = "PT0H".into();
    assert_eq!(
        told(&server.refused("THA-01", "decideResponse", decision(foreign)).await),
        [
            at("ALREADY_EXISTS", "task.code"),
            at("FOREIGN_LEAD_WITHOUT_CONSENT", "task.territory"),
            at("POST_NOT_OF_LEAD_PARTNER", "task.post"),
            at("INVALID_VALUE", "task.duration"),
        ]
    );
    // Those decide who reported it, or lead the operation.
    let refusals = server.refused("LAO-01", "decideResponse", decision(response_task("ET-1"))).await;
    assert_eq!(codes(&refusals), ["FORBIDDEN"]);
    // Everybody sends their own, and who was not sent does not arrive.
    let sent = json!({ "incidentId": id, "post": "MMR-01" });
    assert_eq!(codes(&server.refused("LAO-01", "dispatchResponder", sent.clone()).await), ["FORBIDDEN"]);
    assert_eq!(
        told(&server.refused("MMR-01", "recordArrival", sent.clone()).await),
        [at("WRONG_STATE", "post")]
    );
    // What there is not, and a task that is hidden, are not found.
    let absent = json!({ "incidentId": "incident_00000000000000000000000000", "priority": "P1" });
    assert_eq!(
        told(&server.refused("MMR-01", "triageIncident", absent).await),
        [at("NOT_FOUND", "incidentId")]
    );
    let mut hidden = json!({ "incidentId": id, "post": "LAO-01", "task": "T03" });
    let there = server.refused("LAO-01", "dispatchResponder", hidden.clone()).await;
    hidden["task"] = "T99".into();
    assert_eq!(there, server.refused("LAO-01", "dispatchResponder", hidden).await);
    // Urgency only rises, and is said first.
    let escalation = json!({ "incidentId": id, "priority": "P1", "reason": "More of them" });
    assert_eq!(
        told(&server.refused("MMR-01", "escalateIncident", escalation.clone()).await),
        [at("WRONG_STATE", "priority")]
    );
    server.done("MMR-01", "triageIncident", json!({ "incidentId": id, "priority": "P2" }), "").await;
    let due = json!([{ "kind": "DECIDE", "dueAt": "2023-10-09T02:20:00Z" }]);
    assert_eq!(seen(&server, "MMR-01", "clocks { kind dueAt }").await["clocks"], due);
    // What runs falls due earlier by it.
    let done = server.done("MMR-01", "escalateIncident", escalation, "incident { clocks { kind dueAt } }");
    let due = json!([
        { "kind": "DECIDE", "dueAt": "2023-10-08T23:30:00Z" },
        { "kind": "RESPOND", "dueAt": "2023-10-09T01:30:00Z" },
    ]);
    assert_eq!(done.await["incident"]["clocks"], due);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn an_incident_that_was_not_over_is_reopened_and_its_clocks_run_anew(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let id = reported(&server).await;
    server.done("MMR-01", "triageIncident", json!({ "incidentId": id, "priority": "P1" }), "").await;
    server.done("MMR-01", "closeIncident", json!({ "incidentId": id }), "").await;
    let again = json!({ "incidentId": id, "reason": "They came back" });
    set_clock(&server, "2023-10-08T23:00:00Z");
    let done = server.done(
        "THA-01",
        "reopenIncident",
        again,
        "incident { status reopenedAt clocks { kind dueAt } }",
    );
    let incident = done.await["incident"].take();
    assert_eq!(
        (&incident["status"], &incident["reopenedAt"]),
        (&json!("TRIAGED"), &json!("2023-10-08T23:00:00Z"))
    );
    assert_eq!(
        column(&incident["clocks"], "/dueAt"),
        ["2023-10-08T23:20:00Z", "2023-10-09T01:20:00Z", "2023-10-09T00:00:00Z", "2023-10-09T02:00:00Z"]
    );
    // Its commanders and those of the operation's lead are asked to decide.
    let agenda = "{ viewer { agenda { nodes { kind due mutation incident { code } } } } }";
    for (who, asked) in [("THA-01", true), ("MMR-01", true), ("LAO-01", false)] {
        let data = server.data(who, agenda, Value::Null).await;
        let entries = data["viewer"]["agenda"]["nodes"].as_array().unwrap();
        let decides = json!({
            "kind": "RESPONSE_TO_DECIDE", "due": "2023-10-09T00:00:00Z", "mutation": "decideResponse",
            "incident": { "code": "INC-1" },
        });
        assert_eq!(entries.contains(&decides), asked, "{who} {entries:#?}");
    }
    server.stop().await;
}
