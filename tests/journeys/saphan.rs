//! Operation SAPHAN as the scenario tells it: what must be refused, answered as of a moment, and computed.

use crate::support::{SAPHAN, Server, codes, column};
use accord::{
    domain::{
        OperationCode, PartnerCode, Span, TaskCode,
        ids::{AnnexId, IncidentId, OperationId, PartnerId, PlanVersionId, RequestId, TaskId},
    },
    scenario::{
        self,
        model::expected::{Answer, AsOfCheck},
    },
};
use chrono::{DateTime, FixedOffset};
use serde_json::{Value, json};
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::collections::BTreeMap;

/// Once H-hour is set and every task has its officer.
const AUTHORISED: &str = "2023-09-25T10:00:00+07:00";

/// After the last command that is imported.
const END: &str = "2023-12-12T09:00:00+07:00";

async fn whole(options: PgConnectOptions) -> Server {
    Server::saphan(options, END).await
}

fn saphan_id() -> OperationId {
    OperationId::of(&OperationCode::new("SAPHAN").unwrap())
}

fn task_id(code: &str) -> String {
    TaskId::of(saphan_id(), &TaskCode::new(code).unwrap()).to_string()
}

/// What the scenario says that this question is answered, as of each moment.
fn checks(question: &str) -> Vec<AsOfCheck> {
    let all = scenario::read(SAPHAN).unwrap().as_of_checks.into_iter();
    let found: Vec<_> = all.filter(|check| check.question == question).collect();
    assert_eq!(found.len(), 2, "{question}");
    found
}

fn version_id(number: u32) -> PlanVersionId {
    PlanVersionId::of(saphan_id(), number)
}

#[sqlx::test(migrations = false)]
async fn x01_a_centre_is_not_activated_while_a_liaison_post_is_vacant(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-09-07T09:00:00+07:00").await;
    let refusals = server.refused("THA-01", "activateCentre", json!({ "centre": "CMCC" })).await;
    assert_eq!(codes(&refusals), ["LIAISON_NOT_IN_POST"]);
    let partner = server.data("THA-01", "{ partner(code: \"MMR\") { id } }", Value::Null).await;
    assert_eq!(refusals[0]["subject"], json!({ "__typename": "Partner", "id": partner["partner"]["id"] }));
}

#[sqlx::test(migrations = false)]
async fn x02_a_rejected_version_is_not_promulgated(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-15T16:00:00+07:00").await;
    let (version, _) = server.version("THA-01", 1).await;
    let seen_at = server.head("THA-01").await;
    let input = json!({ "planVersionId": version, "seenAt": seen_at });
    let refusals = server.refused("THA-01", "promulgatePlan", input).await;
    let incomplete: Vec<&str> = refusals
        .iter()
        .filter(|refusal| refusal["code"] == "APPROVAL_INCOMPLETE")
        .map(|refusal| refusal["message"].as_str().unwrap())
        .collect();
    // Myanmar has rejected, Lao PDR has not consented yet.
    assert_eq!(incomplete.len(), 2, "{refusals:#?}");
    assert!(incomplete.iter().any(|message| message.contains("MMR") && message.contains("rejected")));
}

#[sqlx::test(migrations = false)]
async fn x03_a_version_that_was_overtaken_is_not_approved(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-19T10:00:00+07:00").await;
    let (version, hash) = server.version("MMR-01", 1).await;
    let seen_at = server.head("MMR-01").await;
    let input = json!({ "planVersionId": version, "contentHash": hash, "seenAt": seen_at });
    let refusals = server.refused("MMR-01", "approvePlan", input).await;
    assert_eq!(codes(&refusals), ["STALE_PLAN_VERSION"]);
    let (under_decision, _) = server.version("MMR-01", 2).await;
    assert_eq!(refusals[0]["subject"]["id"], under_decision);
}

#[sqlx::test(migrations = false)]
async fn x04_a_partner_without_a_vote_approves_no_plan_also_one_that_it_does_not_see(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-09-20T12:00:00+07:00").await;
    let (version, hash) = server.version("THA-01", 2).await;
    let seen_at = server.head("INTERPOL-01").await;
    let input = |version: &Value| json!({ "planVersionId": version, "contentHash": hash, "seenAt": seen_at });
    // INTERPOL is invited, nobody speaks for it yet, and it does not see the plan.
    let refusals = server.refused("INTERPOL-01", "approvePlan", input(&version)).await;
    assert_eq!(codes(&refusals), ["FORBIDDEN", "NOT_AN_APPROVER"]);
    // Nor is it told whether there is one.
    let approve = "mutation ($input: ApprovePlanInput!) { approvePlan(input: $input) {
       ... on Refused { refusals { code message field subject { id } } }
     } }";
    let answer = |version: Value| {
        let variables = json!({ "input": input(&version) });
        let server = &server;
        async move { server.bytes("INTERPOL-01", approve, variables).await }
    };
    let absent = json!(version_id(99).to_string());
    assert_eq!(answer(version.clone()).await, answer(absent.clone()).await);

    // A principal has a vote, and for whoever was never invited nobody speaks.
    for (who, code) in [("MMR-01", "NOT_FOUND"), ("KHM-01", "FORBIDDEN")] {
        let refusals = server.refused(who, "approvePlan", input(&absent)).await;
        assert_eq!(codes(&refusals), [code], "{who}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn x06_no_partner_says_go_while_a_condition_on_the_phase_is_outstanding(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-10-05T09:00:00+07:00").await;
    let query = "{ operation(code: \"SAPHAN\") { id plan {
       goNoGo decisions { conditions { id code } }
     } } }";
    let seen = server.data("CHN-01", query, Value::Null).await["operation"].take();
    let criteria = seen["plan"]["goNoGo"].as_array().unwrap().iter();
    let criteria: Vec<Value> =
        criteria.map(|criterion| json!({ "criterion": criterion, "met": true })).collect();
    assert_eq!(criteria.len(), 6);
    let word = json!({
        "operation": seen["id"], "phase": "P3", "decision": "GO", "criteria": criteria,
        "seenAt": server.head("CHN-01").await,
    });
    let mut conditions = seen["plan"]["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|decision| decision["conditions"].as_array().unwrap());
    let c1 = conditions.find(|condition| condition["code"] == "C1").unwrap();
    for who in ["THA-01", "CHN-01", "MMR-01"] {
        let refusals = server.refused(who, "decideGoNoGo", word.clone()).await;
        assert_eq!(codes(&refusals), ["CONDITION_OUTSTANDING"], "{who}");
        assert_eq!(refusals[0]["subject"]["id"], c1["id"], "{who}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn x07_an_officer_whose_task_goes_on_is_not_bound_to_a_response(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-10-11T23:34:00+07:00").await;
    let bound = |post: &str| json!({ "operation": "SAPHAN", "task": "ET-01", "post": post });
    let refusals = server.refused("THA-01", "assignOfficer", bound("THA-05")).await;
    assert_eq!(codes(&refusals), ["OFFICER_OVERLAP"]);
    assert!(refusals[0]["message"].as_str().unwrap().contains("T22"), "{refusals:#?}");
    // The one that the decision named is bound to it already.
    let shown = "task { code emergent incident { code } assignments { post { code } } }";
    let done = server.done("THA-01", "assignOfficer", bound("THA-06"), shown).await;
    assert_eq!(
        done["task"],
        json!({
            "code": "ET-01", "emergent": true, "incident": { "code": "INC-001" },
            "assignments": [{ "post": { "code": "THA-06" } }],
        })
    );
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn x12_the_operation_does_not_close_while_its_incident_is_open(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-10-12T05:00:00+07:00").await;
    let refusals = server.refused("THA-01", "closeOperation", json!({ "operation": "SAPHAN" })).await;
    let open: Vec<_> = refusals.iter().filter(|refusal| refusal["code"] == "INCIDENT_OPEN").collect();
    let incident = IncidentId::of(saphan_id(), &"INC-001".parse().unwrap()).to_string();
    assert_eq!(open.len(), 1, "{refusals:#?}");
    assert_eq!(open[0]["subject"], json!({ "__typename": "Incident", "id": incident }));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn x08_a_task_does_not_start_before_what_it_waits_for_is_complete(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-10-10T19:00:00+07:00").await;
    let start = json!({ "task": task_id("T18") });
    for who in ["MMR-03", "MMR-01"] {
        let refusals = server.refused(who, "startTask", start.clone()).await;
        let missing: Vec<_> =
            refusals.iter().filter(|refusal| refusal["code"] == "PREDECESSOR_INCOMPLETE").collect();
        // T11 and T16 are complete by then.
        assert_eq!(missing.len(), 1, "{who} {refusals:#?}");
        assert_eq!(missing[0]["subject"], json!({ "__typename": "Task", "id": task_id("T17") }), "{who}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn x14_a_partner_without_a_liaison_officer_in_post_is_given_no_task(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-11-29T09:00:00+07:00").await;
    let readers = json!({ "operation": "SAPHAN", "releasableTo": ["CHN", "KHM", "LAO", "MMR"] });
    server.done("THA-01", "markReleasability", readers, "").await;
    let amend = json!({ "operation": "SAPHAN", "reason": "Cambodia joins" });
    server.done("THA-01", "openAmendment", amend, "").await;
    let task = json!({
        "operation": "SAPHAN", "code": "T30", "title": "Follow up", "phase": "P5", "lineOfEffort": "LOE3",
        "leadPartner": "KHM", "territory": "THA", "startOffset": "PT1300H", "duration": "PT24H",
    });
    server.done("THA-01", "addTask", task, "").await;
    server.done("THA-01", "submitPlan", json!({ "operation": "SAPHAN" }), "").await;
    let promulgation = server.agree_on_saphan(3).await;
    let refusals = server.refused("THA-01", "promulgatePlan", promulgation).await;
    assert_eq!(codes(&refusals), ["LIAISON_NOT_IN_POST"]);
    let khm = PartnerId::of(&PartnerCode::new("KHM").unwrap()).to_string();
    assert_eq!(refusals[0]["subject"], json!({ "__typename": "Partner", "id": khm }));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn x10_an_annex_that_is_not_released_is_answered_as_one_that_does_not_exist(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-10-01T09:00:00+07:00").await;
    // An observer by now; with a post it may ask.
    let post = json!({ "code": "INTERPOL-01", "partner": "INTERPOL", "title": "Observer", "liaison": true });
    server.done("service:import", "establishPost", post, "").await;
    let officer = json!({ "post": "INTERPOL-01", "officer": "019a0000-0000-7000-8000-000000000001" });
    server.done("service:import", "nominateOfficer", officer, "").await;
    for step in ["acceptNomination", "takePost"] {
        server.done("service:import", step, json!({ "post": "INTERPOL-01" }), "").await;
    }
    let viewer = server.data("INTERPOL-01", "{ viewer { post { inPost } partner { status } } }", Value::Null);
    let viewer = viewer.await["viewer"].take();
    assert_eq!(viewer, json!({ "post": { "inPost": true }, "partner": { "status": "OBSERVER" } }));

    let annex = |code: &str| AnnexId::of(version_id(2), &code.parse().unwrap()).to_string();
    let node = "query ($id: ID!) { node(id: $id) { __typename id ... on Annex { code title text } } }";
    let nodes = "query ($id: ID!) { nodes(ids: [$id, \"no id\"]) { id } }";
    let host = server.data("THA-01", node, json!({ "id": annex("B") })).await;
    assert_eq!(host["node"]["title"], "Situation and sites", "this is its id");
    for query in [node, nodes] {
        let hidden = server.bytes("INTERPOL-01", query, json!({ "id": annex("B") })).await;
        let absent = server.bytes("INTERPOL-01", query, json!({ "id": annex("Z") })).await;
        assert_eq!(hidden, absent);
    }
    // Nor does it stand among the annexes of the plan.
    let plan = "query ($id: ID!) {
       operation(code: \"SAPHAN\") { planVersion(number: 2) { annexes { code } } }
       node(id: $id) { ... on PlanVersion { annexes { id code title } } }
     }";
    let answer = server.bytes("INTERPOL-01", plan, json!({ "id": version_id(2).to_string() })).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(!answer.contains("\"B\"") && !answer.contains("Situation and sites"), "{answer}");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn x13_h_hour_does_not_move_out_of_its_window(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-10-06T17:00:00+07:00").await;
    let operation = server.data("THA-01", "{ operation(code: \"SAPHAN\") { id } }", Value::Null).await;
    let input = json!({
        "operation": operation["operation"]["id"], "to": "2023-10-18T06:00:00+07:00", "reason": "Flooding",
    });
    let refusals = server.refused("THA-01", "shiftHHour", input).await;
    assert_eq!(codes(&refusals), ["HHOUR_OUTSIDE_WINDOW"]);
    let order = |h_hour: &str, officers: Value| {
        let id = &operation["operation"]["id"];
        json!({ "operation": id, "hHour": h_hour, "reason": "Flooding", "officers": officers })
    };
    let wrong = order("2023-10-18T06:00:00+07:00", json!([{ "task": "T99", "post": "THA-01" }]));
    let refusals = server.refused("THA-01", "issueFragmentaryOrder", wrong).await;
    let told: Vec<_> =
        refusals.iter().map(|refusal| format!("{} {}", refusal["code"], refusal["field"])).collect();
    assert_eq!(told, [r#""HHOUR_OUTSIDE_WINDOW" ["hHour"]"#, r#""NOT_FOUND" ["officers","0","task"]"#,]);
    // Another officer of Myanmar takes T18 over, whom Myanmar has bound to it, and H-hour moves by less.
    let query = "{ operation(code: \"SAPHAN\") { task(code: \"T18\") { id } } }";
    let t18 = server.data("MMR-01", query, Value::Null).await["operation"]["task"]["id"].take();
    server.done("MMR-01", "assignOfficer", json!({ "task": t18, "post": "MMR-01" }), "").await;
    let right = order("2023-10-10T05:00:00+07:00", json!([{ "task": "T18", "post": "MMR-01" }]));
    let shown = "operation { hHour plan { number status fragmentaryOrders { code hHour } }
                   task(code: \"T18\") { assignments { post { code } } } }";
    let payload = server.done("THA-01", "issueFragmentaryOrder", right, shown).await;
    assert_eq!(
        payload["operation"],
        json!({
            "hHour": "2023-10-09T22:00:00Z",
            "plan": {
                "number": 2,
                "status": "PROMULGATED",
                "fragmentaryOrders": [{ "code": "FRAGO-1", "hHour": "2023-10-09T22:00:00Z" }],
            },
            "task": { "assignments": [{ "post": { "code": "MMR-01" } }] },
        })
    );
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn frago_1_moves_h_hour_by_a_day_without_a_new_version(_: PgPoolOptions, options: PgConnectOptions) {
    let server = whole(options).await;
    let shown = "operation(code: \"SAPHAN\") { hHour planVersions { edges { node { number
                   fragmentaryOrders { number code reason issuedAt hHour(zone: { partner: \"MMR\" }) } } } } }";
    let query = format!(
        "query ($known: DateTime!) {{
           {shown}
           events(filter: {{ types: [\"FragmentaryOrderIssued\", \"HHourShifted\"] }}) {{
             edges {{ node {{ type commandId recordedAt }} }}
           }}
           asOf(at: {{ recordedAt: $known }}) {{ {shown} }}
         }}"
    );
    let data = server.data("LAO-01", &query, json!({ "known": "2023-10-06T17:00:00+07:00" })).await;
    let versions = |orders: Value| {
        json!([
            { "node": { "number": 1, "fragmentaryOrders": [] } },
            { "node": { "number": 2, "fragmentaryOrders": orders } },
        ])
    };
    let issued = json!([{
        "number": 1,
        "code": "FRAGO-1",
        "reason": "River flooding at the handover point",
        "issuedAt": "2023-10-06T11:00:00Z",
        "hHour": "2023-10-10T05:30:00+06:30",
    }]);
    assert_eq!(data["operation"]["hHour"], "2023-10-09T23:00:00Z");
    assert_eq!(data["operation"]["planVersions"]["edges"], versions(issued));
    assert_eq!(data["asOf"]["operation"]["hHour"], "2023-10-08T23:00:00Z");
    assert_eq!(data["asOf"]["operation"]["planVersions"]["edges"], versions(json!([])));
    let events = data["events"]["edges"].as_array().unwrap();
    assert_eq!(events[0]["node"]["commandId"], events[1]["node"]["commandId"]);
    let told: Vec<_> =
        events.iter().map(|event| (&event["node"]["type"], &event["node"]["recordedAt"])).collect();
    let when = json!("2023-10-06T11:00:00Z");
    assert_eq!(told, [(&json!("FragmentaryOrderIssued"), &when), (&json!("HHourShifted"), &when)]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn x05_a_dependency_that_closes_a_cycle_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-16T11:00:00+07:00").await;
    let query = "{ operation(code: \"SAPHAN\") { task(code: \"T02\") { id } } }";
    let data = server.data("THA-02", query, Value::Null).await;
    let input = json!({ "task": data["operation"]["task"]["id"], "predecessor": "T09" });
    let refusals = server.refused("THA-02", "addDependency", input).await;
    assert_eq!(codes(&refusals), ["DEPENDENCY_CYCLE"]);
    let message = refusals[0]["message"].as_str().unwrap();
    assert!(["T09", "T07", "T02"].iter().all(|task| message.contains(task)), "{message}");
}

#[sqlx::test(migrations = false)]
async fn the_liaison_officer_of_myanmar_was_in_post_before_the_centre_knew(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query = "query ($known: DateTime!) {
       asOf(at: { recordedAt: $known }) {
         post(code: \"MMR-01\") { inPost(validAt: \"2023-09-08T12:00:00+07:00\") }
       }
     }";
    for (known, answer) in [("2023-09-08T12:00:00+07:00", false), ("2023-09-10T00:00:00+07:00", true)] {
        let data = server.data("THA-01", query, json!({ "known": known })).await;
        assert_eq!(data["asOf"]["post"]["inPost"], answer, "{known}");
    }
}

#[sqlx::test(migrations = false)]
async fn t17_started_before_the_centre_knew(_: PgPoolOptions, options: PgConnectOptions) {
    let server = whole(options).await;
    let query = "query ($valid: DateTime!, $known: DateTime!) { asOf(at: { recordedAt: $known }) {
       operation(code: \"SAPHAN\") { task(code: \"T17\") { status(validAt: $valid) } }
     } }";
    for check in checks("t17_started") {
        let moments = json!({ "valid": check.valid.unwrap(), "known": check.known });
        let data = server.data("THA-01", query, moments).await;
        let started = match data["asOf"]["operation"]["task"]["status"].as_str().unwrap() {
            "PLANNED" => false,
            "IN_PROGRESS" => true,
            other => panic!("{other}"),
        };
        assert_eq!(Answer::YesNo(started), check.answer, "{check:?}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn t21_end_is_as_it_was_recorded_at_first_until_it_is_put_right(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query = "query ($known: DateTime!) { asOf(at: { recordedAt: $known }) {
       operation(code: \"SAPHAN\") { task(code: \"T21\") { actualFinish } }
     } }";
    for check in checks("t21_end") {
        let data = server.data("THA-01", query, json!({ "known": check.known })).await;
        let end = data["asOf"]["operation"]["task"]["actualFinish"].as_str().unwrap();
        assert_eq!(Answer::At(end.parse().unwrap()), check.answer, "{check:?}");
    }

    // Both claims stay: the second says which it puts right.
    let query = "{ operation(code: \"SAPHAN\") { task(code: \"T21\") { claims {
       number kind occurredAt(zone: { partner: \"THA\" }) recordedAt(zone: { partner: \"THA\" })
       reporter { code } lag corrects { number } correctedBy { number }
     } } } }";
    let data = server.data("MMR-01", query, Value::Null).await;
    let claim = |number: i32, kind: &str, times: [&str; 3], corrects: Value, corrected_by: Value| {
        let [occurred, recorded, lag] = times;
        json!({
            "number": number, "kind": kind, "occurredAt": occurred, "recordedAt": recorded, "lag": lag,
            "reporter": { "code": "MMR-02" }, "corrects": corrects, "correctedBy": corrected_by,
        })
    };
    let started = ["2023-10-10T20:30:00+07:00", "2023-10-10T20:40:00+07:00", "PT10M"];
    let wrong = ["2023-10-11T06:00:00+07:00", "2023-10-11T06:20:00+07:00", "PT20M"];
    let right = ["2023-10-11T09:00:00+07:00", "2023-10-12T15:00:00+07:00", "PT30H"];
    assert_eq!(
        data["operation"]["task"]["claims"],
        json!([
            claim(1, "STARTED", started, Value::Null, Value::Null),
            claim(2, "COMPLETED", wrong, Value::Null, json!({ "number": 3 })),
            claim(3, "COMPLETED", right, json!({ "number": 2 }), Value::Null),
        ])
    );
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn hhour_is_as_it_was_known(_: PgPoolOptions, options: PgConnectOptions) {
    let server = whole(options).await;
    let query = "query ($known: DateTime!) { asOf(at: { recordedAt: $known }) {
       operation(code: \"SAPHAN\") { hHour }
     } }";
    for check in checks("hhour") {
        let data = server.data("THA-01", query, json!({ "known": check.known })).await;
        let h_hour = data["asOf"]["operation"]["hHour"].as_str().unwrap();
        assert_eq!(Answer::At(h_hour.parse().unwrap()), check.answer, "{check:?}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn the_unit_of_myanmar_was_on_the_scene_before_the_centre_knew(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query = "query ($valid: DateTime!, $known: DateTime!) { asOf(at: { recordedAt: $known }) {
       operation(code: \"SAPHAN\") { incident(code: \"INC-001\") {
         responders(validAt: $valid) { partner { code } arrivedAt }
       } }
     } }";
    for check in checks("mmr_unit_on_scene") {
        let moments = json!({ "valid": check.valid.unwrap(), "known": check.known });
        let data = server.data("THA-01", query, moments).await;
        let responders = data["asOf"]["operation"]["incident"]["responders"].as_array().unwrap();
        let there =
            |responder: &&Value| responder["partner"]["code"] == "MMR" && !responder["arrivedAt"].is_null();
        let there = responders.iter().any(|responder| there(&responder));
        assert_eq!(Answer::YesNo(there), check.answer, "{check:?}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn persons_received_are_as_they_were_known_for_whoever_reads_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query = "query ($valid: DateTime!, $known: DateTime!) { asOf(at: { recordedAt: $known }) {
       operation(code: \"SAPHAN\") { assistance(validAt: $valid) { received } }
     } }";
    let all = scenario::read(SAPHAN).unwrap().as_of_checks.into_iter();
    let checks: Vec<_> = all.filter(|check| check.question == "persons_received").collect();
    assert_eq!(checks.len(), 4);
    for check in checks {
        let moments = json!({ "valid": check.valid.unwrap(), "known": check.known });
        for who in ["THA-01", "CHN-01"] {
            let data = server.data(who, query, moments.clone()).await;
            let received = data["asOf"]["operation"]["assistance"][0]["received"].as_i64().unwrap();
            assert_eq!(Answer::Count(received), check.answer, "{who}: {check:?}");
        }
    }
    // DP2 was taken on what was known then.
    let query = "{ operation(code: \"SAPHAN\") { decisions { nodes { decisionPoint { code }
      knownThen { operation(code: \"SAPHAN\") { assistance { received } } } } } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let decisions = data["operation"]["decisions"]["nodes"].as_array().unwrap();
    let decision = decisions.iter().find(|decision| decision["decisionPoint"]["code"] == "DP2").unwrap();
    assert_eq!(decision["knownThen"]["operation"]["assistance"], json!([{ "received": 118 }]));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn the_persons_assisted_are_as_the_last_tally_says_and_its_small_count_is_for_thailand_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query =
        "{ operation(code: \"SAPHAN\") { assistance { reconciled counts { figure nationality count } } } }";
    let table =
        async |who: &str| server.data(who, query, Value::Null).await["operation"]["assistance"][0].take();
    let told = scenario::read(SAPHAN).unwrap().assistance.unwrap().last.unwrap();
    let mut expected: BTreeMap<(String, Option<String>), u32> = [
        ("RECEIVED", told.received),
        ("MINORS", told.minors),
        ("PRESUMED", told.screened.presumed),
        ("NOT_PRESUMED", told.screened.not_presumed),
        ("IDENTIFIED", told.identified.identified),
        ("NOT_IDENTIFIED", told.identified.not_identified),
        ("UNDETERMINED", told.identified.undetermined),
        ("PUNISHED_FOR_COMPELLED_ACTS", told.punished_for_compelled_acts),
    ]
    .into_iter()
    .map(|(figure, count)| ((figure.to_owned(), None), count))
    .collect();
    let outcomes = told.outcomes.iter();
    expected.extend(outcomes.map(|(outcome, count)| ((outcome.to_uppercase(), None), *count)));
    let identified = told.identified_by_nationality.iter();
    expected.extend(identified.map(|(of, count)| (("IDENTIFIED".to_owned(), Some(of.clone())), *count)));
    let key = |count: &Value| {
        let nationality = count["nationality"].as_str().map(str::to_owned);
        (count["figure"].as_str().unwrap().to_owned(), nationality)
    };
    let own = table("THA-01").await;
    let counts = own["counts"].as_array().unwrap();
    let found: BTreeMap<_, _> = counts
        .iter()
        .map(|count| (key(count), u32::try_from(count["count"].as_u64().unwrap()).unwrap()))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(own["reconciled"], true);
    let other = table("LAO-01").await;
    let hidden = other["counts"].as_array().unwrap().iter().filter(|count| count["count"].is_null());
    let hidden: Vec<_> = hidden.map(|count| key(count).0).collect();
    assert_eq!(hidden, ["NOT_IDENTIFIED", "UNDETERMINED", "PUNISHED_FOR_COMPELLED_ACTS"]);
    assert_eq!(other["reconciled"], true);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn sitreps_have_the_persons_received_that_the_scenario_froze_in_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query = "{ operation(code: \"SAPHAN\") { sitreps { nodes { code
      figures { persons { authority counts { figure nationality count } } } differences { figure was is } } } } }";
    let data = server.data("LAO-01", query, Value::Null).await;
    let sitreps = data["operation"]["sitreps"]["nodes"].as_array().unwrap();
    let found: Vec<_> = sitreps
        .iter()
        .map(|sitrep| {
            let persons = &sitrep["figures"]["persons"];
            let of_thailand =
                persons.as_array().unwrap().iter().filter(|persons| persons["authority"] == "THA");
            let mut counts = of_thailand.flat_map(|persons| persons["counts"].as_array().unwrap());
            let received = counts.find(|count| count["figure"] == "RECEIVED");
            // What is under five is in none.
            let received = received.map_or(0, |received| received["count"].as_u64().unwrap());
            (sitrep["code"].as_str().unwrap().to_owned(), u32::try_from(received).unwrap())
        })
        .collect();
    let told = scenario::read(SAPHAN).unwrap().sitreps;
    let told: Vec<_> = told.into_iter().map(|sitrep| (sitrep.id, sitrep.persons_received)).collect();
    assert_eq!(found, told);
    let corrected = json!([{ "figure": "persons.THA.RECEIVED", "was": "118", "is": "116" }]);
    assert_eq!(sitreps[3]["differences"], corrected);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn x11_a_persons_name_is_no_place(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-10-12T09:00:00+07:00").await;
    let before = server.head("THA-01").await;
    let named = json!({ "operation": "SAPHAN", "count": 1, "place": "Somchai Jaidee" });
    let refusals = server.refused("THA-03", "recordPersonsReceived", named).await;
    assert_eq!(codes(&refusals), ["PERSONAL_DATA_REFUSED"]);
    assert_eq!(server.head("THA-01").await, before);
    server.stop().await;
}

/// What the scenario's `metrics_expected` says, in tenths.
fn tenths(name: &str) -> i64 {
    let told = &scenario::read(SAPHAN).unwrap().metrics_expected[name];
    told.digits * [10, 1][usize::try_from(told.scale).unwrap()]
}

/// The same of what is whole.
fn metric(name: &str) -> i64 {
    tenths(name) / 10
}

fn minutes_between(from: &Value, to: &Value) -> i64 {
    let [from, to] = [from, to].map(|at| at.as_str().unwrap().parse::<DateTime<FixedOffset>>().unwrap());
    (to - from).num_minutes()
}

#[sqlx::test(migrations = false)]
async fn the_incident_was_decided_and_answered_as_fast_as_the_metrics_say(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query = "query ($known: DateTime!) { asOf(at: { recordedAt: $known }) {
       operation(code: \"SAPHAN\") { incident(code: \"INC-001\") {
         status priority reportedAt decidedAt firstArrivalAt personsRecovered
         clocks { kind startedAt dueAt stoppedAt breachedAt met }
         claims { kind lag reporter { code } lateReason }
       } }
     } }";
    let incident = async |known: &str| -> Value {
        server.data("LAO-01", query, json!({ "known": known })).await["asOf"]["operation"]["incident"].take()
    };
    let now = incident(END).await;
    assert_eq!((&now["status"], &now["priority"]), (&json!("CLOSED"), &json!("P1")));
    assert_eq!(now["personsRecovered"], 17);
    let [decide, respond] =
        ["decidedAt", "firstArrivalAt"].map(|at| minutes_between(&now["reportedAt"], &now[at]));
    assert_eq!(decide, metric("inc001_time_to_decide_min"));
    assert_eq!(respond, metric("inc001_time_to_respond_min"));
    // Nothing was known of anybody there when the limit passed, and one of them had been there: both stand.
    let clock = |kind: &str, due: &str, stopped: &str, breached: Value| {
        json!({
            "kind": kind, "startedAt": "2023-10-11T15:40:00Z", "dueAt": due, "stoppedAt": stopped,
            "breachedAt": breached, "met": true,
        })
    };
    let due = "2023-10-11T18:40:00Z";
    assert_eq!(
        now["clocks"],
        json!([
            clock("DECIDE", "2023-10-11T16:40:00Z", "2023-10-11T16:31:00Z", Value::Null),
            clock("RESPOND", due, "2023-10-11T18:25:00Z", json!(due)),
        ])
    );

    // At two o'clock only the arrival at 1:40 was recorded.
    let then = incident("2023-10-12T02:00:00+07:00").await;
    let known = minutes_between(&then["reportedAt"], &then["firstArrivalAt"]);
    assert_eq!(known, metric("inc001_time_to_respond_min_as_known_at_0200"));
    assert_eq!(then["clocks"][1], clock("RESPOND", due, due, json!(due)));

    let arrived = |claim: &&Value| claim["kind"] == "ARRIVED" && claim["reporter"]["code"] == "MMR-02";
    let arrival = now["claims"].as_array().unwrap().iter().find(arrived).unwrap().clone();
    let lag: Span = arrival["lag"].as_str().unwrap().parse().unwrap();
    assert_eq!(lag, Span::seconds(60 * metric("mmr_arrival_recording_lag_min")));
    assert_eq!(arrival["lateReason"], "No signal at the crossing");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn four_of_five_requests_were_acknowledged_in_time_and_all_were_fulfilled_so(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query = "{ operation(code: \"SAPHAN\") { requests(first: 10) { nodes {
       code status issuedAt acknowledgedAt endedAt clocks { kind dueAt breachedAt met }
     } } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let requests = data["operation"]["requests"]["nodes"].as_array().unwrap();
    assert_eq!(column(&data["operation"]["requests"]["nodes"], "/code").len(), 5);
    let clocks = |kind: &str| -> Vec<(&str, &Value)> {
        requests
            .iter()
            .flat_map(|request| {
                let code = request["code"].as_str().unwrap();
                request["clocks"].as_array().unwrap().iter().map(move |clock| (code, clock))
            })
            .filter(|(_, clock)| clock["kind"] == kind)
            .collect()
    };
    let percent = |clocks: &[(&str, &Value)]| -> i64 {
        let met = clocks.iter().filter(|(_, clock)| clock["met"] == true).count();
        i64::try_from(1_000 * met / clocks.len()).unwrap()
    };
    let acknowledge = clocks("ACKNOWLEDGE");
    assert_eq!(acknowledge.len(), 5);
    assert_eq!(percent(&acknowledge), tenths("request_ack_on_time_pct"));
    assert_eq!(percent(&clocks("DUE")), tenths("request_fulfilled_on_time_pct"));
    // Of all of them, one was breached, and that exactly a day after it was asked.
    let all = requests.iter().flat_map(|request| request["clocks"].as_array().unwrap());
    assert_eq!(all.filter(|clock| !clock["breachedAt"].is_null()).count(), 1);
    let breached: Vec<_> = acknowledge.iter().filter(|(_, clock)| !clock["breachedAt"].is_null()).collect();
    let [(code, clock)] = breached.try_into().unwrap();
    assert_eq!((*code, &clock["met"]), ("RFA-004", &json!(false)));
    let at = |value: &Value| value.as_str().unwrap().parse::<DateTime<FixedOffset>>().unwrap();
    assert_eq!(at(&clock["breachedAt"]), at(&json!("2023-10-27T09:00:00+07:00")));
    // Each is as fast as the scenario has it, read from the file itself.
    for told in scenario::read(SAPHAN).unwrap().requests {
        let request = requests.iter().find(|request| request["code"] == *told.id).unwrap();
        assert_eq!(request["status"], "FULFILLED", "{}", told.id);
        assert_eq!(at(&request["issuedAt"]), told.issued, "{}", told.id);
    }
    let minutes = |code: &str| {
        let request = requests.iter().find(|request| request["code"] == code).unwrap();
        minutes_between(&request["issuedAt"], &request["acknowledgedAt"])
    };
    assert_eq!(minutes("RFA-001"), metric("rfa001_ack_min"));
    assert_eq!(minutes("RFA-002"), metric("rfa002_ack_min"));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn interpol_reads_what_it_is_asked_and_nothing_of_the_operation_through_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let id = RequestId::of(saphan_id(), &"RFI-005".parse().unwrap()).to_string();
    // An observer by now; with a post it may ask.
    let post = json!({ "code": "INTERPOL-01", "partner": "INTERPOL", "title": "Observer", "liaison": true });
    server.done("service:import", "establishPost", post, "").await;
    let officer = json!({ "post": "INTERPOL-01", "officer": "019a0000-0000-7000-8000-000000000001" });
    server.done("service:import", "nominateOfficer", officer, "").await;
    for step in ["acceptNomination", "takePost"] {
        server.done("service:import", step, json!({ "post": "INTERPOL-01" }), "").await;
    }
    let query = "query ($id: ID!) {
       node(id: $id) { ... on Request {
         code text status operation { code } incident { code } release { classification }
         from { code } to { code } history { totalCount }
         clocks { kind met operation { code } subject { ... on Request { code } } }
         claims { kind matter { ... on Request { code } } }
       } }
       clocks { totalCount }
       operations { totalCount }
       search(text: \"RF\") { nodes { ... on Request { code } } }
     }";
    let data = server.data("INTERPOL-01", query, json!({ "id": id })).await;
    let request = &data["node"];
    assert_eq!((&request["code"], &request["status"]), (&json!("RFI-005"), &json!("FULFILLED")));
    assert_eq!(request["text"], "Modus operandi check for a Purple Notice");
    for hidden in ["operation", "incident", "release"] {
        assert_eq!(request[hidden], Value::Null, "{hidden}");
    }
    assert_eq!(request["history"]["totalCount"], 0);
    assert_eq!(request["clocks"].as_array().unwrap().len(), 2);
    assert_eq!(request["clocks"][0]["operation"], Value::Null);
    assert_eq!(column(&request["claims"], "/kind"), ["ISSUED", "ACKNOWLEDGED", "FULFILLED"]);
    assert_eq!((&data["clocks"]["totalCount"], &data["operations"]["totalCount"]), (&json!(2), &json!(0)));
    assert_eq!(data["search"]["nodes"], json!([{ "code": "RFI-005" }]));
    assert!(!data.to_string().contains("SAPHAN"), "{data}");
    // Nor do refusals tell of it.
    let late = json!({ "requestId": id, "reason": "No" });
    let refusals = server.refused("INTERPOL-01", "declineRequest", late).await;
    assert!(!format!("{refusals:?}").contains("SAPHAN"), "{refusals:?}");
    // Others do not learn of it.
    for who in ["CHN-01", "MMR-01", "LAO-01"] {
        let data = server.data(who, "query ($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(data["node"], Value::Null, "{who}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn tasks_started_and_finished_as_much_later_as_the_metrics_say(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query = "query ($code: String!) { operation(code: \"SAPHAN\") { task(code: $code) {
       start: startVariance finish: finishVariance
     } } }";
    let mut compared = 0;
    for (name, minutes) in scenario::read(SAPHAN).unwrap().metrics_expected {
        // Such as `t16_finish_variance_min`.
        let Some(name) = name.strip_suffix("_variance_min") else { continue };
        let (task, end) = name.split_once('_').unwrap();
        let data = server.data("THA-01", query, json!({ "code": task.to_uppercase() })).await;
        let variance: Span = data["operation"]["task"][end].as_str().unwrap().parse().unwrap();
        assert_eq!((variance, minutes.scale), (Span::seconds(60 * minutes.digits), 0), "{name}");
        compared += 1;
    }
    assert_eq!(compared, 5);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn the_operation_is_carried_out_from_its_first_phase_to_its_closing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query = "query ($known: DateTime!) { asOf(at: { recordedAt: $known }) {
       operation(code: \"SAPHAN\") { status tasks(first: 100) { edges { node { code status } } } }
     } }";
    for (known, status, going_on, completed) in [
        ("2023-09-27T05:59:00+07:00", "ACTIVE", "", 0),
        ("2023-10-02T06:10:00+07:00", "ACTIVE", "T05 T08 T10", 6),
        ("2023-10-10T12:00:00+07:00", "ACTIVE", "T16 T17 T19 T20", 15),
        ("2023-10-28T12:00:00+07:00", "ACTIVE", "T26 T27", 25),
        ("2023-12-11T08:59:00+07:00", "ACTIVE", "", 29),
        ("2023-12-11T09:00:00+07:00", "CLOSED", "", 29),
    ] {
        let data = server.data("LAO-01", query, json!({ "known": known })).await;
        let operation = &data["asOf"]["operation"];
        assert_eq!(operation["status"], status, "{known}");
        let tasks = operation["tasks"]["edges"].as_array().unwrap();
        let in_status = |status: &str| -> Vec<&str> {
            let found = tasks.iter().filter(|task| task["node"]["status"] == status);
            found.map(|task| task["node"]["code"].as_str().unwrap()).collect()
        };
        assert_eq!(in_status("IN_PROGRESS").join(" "), going_on, "{known}");
        assert_eq!(in_status("COMPLETED").len(), completed, "{known}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn what_is_done_hangs_on_nobody_any_more(_: PgPoolOptions, options: PgConnectOptions) {
    let server = whole(options).await;
    let query = "query ($known: DateTime!) { asOf(at: { recordedAt: $known }) { partner(code: \"CHN\") {
       suspensionEffects { operations { code } tasks { code } } } } }";
    // China leads T02, T04, T11 and T26; Thailand leads the operation.
    for (known, tasks) in [
        (
            "2023-09-27T05:59:00+07:00",
            json!([{ "code": "T02" }, { "code": "T04" }, { "code": "T11" }, { "code": "T26" }]),
        ),
        ("2023-10-28T12:00:00+07:00", json!([{ "code": "T26" }])),
        ("2023-12-11T09:00:00+07:00", json!([])),
    ] {
        let data = server.data("THA-01", query, json!({ "known": known })).await;
        let effects = &data["asOf"]["partner"]["suspensionEffects"];
        assert_eq!(effects["tasks"], tasks, "{known}");
        assert_eq!(effects["operations"], json!([]), "{known}");
    }
    let query = "query ($known: DateTime!) { asOf(at: { recordedAt: $known }) { partner(code: \"THA\") {
       suspensionEffects { operations { code } } } } }";
    for (known, operations) in [
        ("2023-12-11T08:59:00+07:00", json!([{ "code": "SAPHAN" }])),
        ("2023-12-11T09:00:00+07:00", json!([])),
    ] {
        let data = server.data("THA-01", query, json!({ "known": known })).await;
        assert_eq!(data["asOf"]["partner"]["suspensionEffects"]["operations"], operations, "{known}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn the_two_versions_differ_exactly_as_the_amendment_says(_: PgPoolOptions, options: PgConnectOptions) {
    let server = whole(options).await;
    let query = "query ($number: Int!) {
       operation(code: \"SAPHAN\") {
         planVersion(number: $number) {
           tasks(first: 100) {
             totalCount
             edges { node {
               code title startOffset duration
               phase { code } lineOfEffort { code } leadPartner { code } territory { code } post { code }
               predecessors { code }
             } }
           }
           sections { situation mission concept }
           phases { code } risks { code } annexes { code }
         }
       }
     }";
    let mut versions = Vec::new();
    for number in [1, 2] {
        let mut data = server.data("THA-01", query, json!({ "number": number })).await;
        versions.push(data["operation"]["planVersion"].take());
    }
    let [mut v1, mut v2]: [Value; 2] = versions.try_into().unwrap();
    let tasks = |version: &mut Value| -> BTreeMap<String, Value> {
        let edges = version["tasks"]["edges"].take();
        let nodes = edges.as_array().unwrap().iter().map(|edge| edge["node"].clone());
        nodes.map(|task| (task["code"].as_str().unwrap().to_owned(), task)).collect()
    };
    let (mut old, new) = (tasks(&mut v1), tasks(&mut v2));
    assert_eq!((v1["tasks"]["totalCount"].take(), v2["tasks"]["totalCount"].take()), (json!(28), json!(29)));
    assert_eq!(v1, v2, "sections, phases, risks and annexes are the same");

    // `v1_differences` of the scenario, applied to the first version.
    assert!(!old.contains_key("T13"));
    let t18 = old.get_mut("T18").unwrap();
    assert_eq!((&t18["leadPartner"]["code"], &t18["post"]["code"]), (&json!("CHN"), &json!("CHN-03")));
    t18["leadPartner"]["code"] = json!("MMR");
    t18["post"]["code"] = json!("MMR-03");
    let t21 = old.get_mut("T21").unwrap();
    assert_eq!(t21["title"], "Hand over recovered persons at the sites to a joint escort");
    t21["title"] = json!("Escort recovered persons to Friendship Bridge No. 2");
    for waiting in ["T14", "T23"] {
        let predecessors = old.get_mut(waiting).unwrap()["predecessors"].as_array_mut().unwrap();
        predecessors.push(json!({ "code": "T13" }));
        predecessors.sort_by_key(|task| task["code"].as_str().unwrap().to_owned());
    }
    old.insert("T13".to_owned(), new["T13"].clone());
    assert_eq!(old, new);
}

#[sqlx::test(migrations = false)]
async fn decisions_and_what_is_missing_are_answered_as_of_each_date(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query = "query ($known: DateTime!, $number: Int!) {
       asOf(at: { recordedAt: $known }) {
         operation(code: \"SAPHAN\") {
           planVersion(number: $number) {
             status
             missingApprovals { code }
             decisions { kind partner { code } tasks { code } conditions { code gate status } reasonCode }
           }
         }
       }
     }";
    let story = [
        // As known then; version; status; missing; decisions so far.
        ("2023-09-12T08:59:00+07:00", 1, "DRAFT", "CHN LAO MMR THA", ""),
        ("2023-09-12T09:00:00+07:00", 1, "SUBMITTED", "CHN LAO MMR THA", ""),
        ("2023-09-13T14:00:00+07:00", 1, "SUBMITTED", "CHN LAO MMR", "THA APPROVED"),
        (
            "2023-09-14T11:00:00+08:00",
            1,
            "SUBMITTED",
            "LAO MMR",
            "THA APPROVED, CHN APPROVED_WITH_CONDITIONS C1 P3 OUTSTANDING",
        ),
        (
            "2023-09-15T10:30:00+06:30",
            1,
            "REJECTED",
            "LAO MMR",
            "THA APPROVED, CHN APPROVED_WITH_CONDITIONS C1 P3 OUTSTANDING, MMR REJECTED SOVEREIGNTY T18 T21",
        ),
        ("2023-09-15T15:00:00+07:00", 2, "DRAFT", "CHN LAO MMR THA", ""),
        ("2023-09-19T09:00:00+07:00", 2, "SUBMITTED", "CHN LAO MMR THA", ""),
        (
            "2023-09-19T09:00:00+07:00",
            1,
            "SUPERSEDED",
            "",
            "THA APPROVED, CHN APPROVED_WITH_CONDITIONS C1 P3 OUTSTANDING, MMR REJECTED SOVEREIGNTY T18 T21",
        ),
        ("2023-09-20T10:00:00+07:00", 2, "SUBMITTED", "CHN LAO MMR", "THA APPROVED"),
        ("2023-09-21T09:30:00+06:30", 2, "SUBMITTED", "CHN LAO", "THA APPROVED, MMR APPROVED"),
        (
            "2023-09-21T16:00:00+08:00",
            2,
            "SUBMITTED",
            "LAO",
            "THA APPROVED, MMR APPROVED, CHN APPROVED_WITH_CONDITIONS C1 P3 OUTSTANDING",
        ),
        (
            "2023-09-22T11:00:00+07:00",
            2,
            "APPROVED",
            "",
            "THA APPROVED, MMR APPROVED, CHN APPROVED_WITH_CONDITIONS C1 P3 OUTSTANDING, LAO TERRITORIAL_CONSENT T27",
        ),
        (
            "2023-09-25T09:00:00+07:00",
            2,
            "PROMULGATED",
            "",
            "THA APPROVED, MMR APPROVED, CHN APPROVED_WITH_CONDITIONS C1 P3 OUTSTANDING, LAO TERRITORIAL_CONSENT T27",
        ),
    ];
    for (known, number, status, missing, decisions) in story {
        let data = server.data("THA-01", query, json!({ "known": known, "number": number })).await;
        let version = &data["asOf"]["operation"]["planVersion"];
        assert_eq!(version["status"], status, "version {number} as of {known}");
        assert_eq!(column(&version["missingApprovals"], "/code").join(" "), missing, "{number} {known}");
        let told: Vec<String> = version["decisions"].as_array().unwrap().iter().map(told).collect();
        assert_eq!(told.join(", "), decisions, "version {number} as of {known}");
    }
}

/// A decision in one line.
fn told(decision: &Value) -> String {
    let mut words = vec![decision["partner"]["code"].as_str().unwrap(), decision["kind"].as_str().unwrap()];
    words.extend(decision["reasonCode"].as_str());
    words.extend(column(&decision["tasks"], "/code"));
    for condition in decision["conditions"].as_array().unwrap() {
        words.extend(["code", "gate", "status"].map(|key| condition[key].as_str().unwrap()));
    }
    words.join(" ")
}

#[sqlx::test(migrations = false)]
async fn first_submission_to_promulgation_took_312_hours(_: PgPoolOptions, options: PgConnectOptions) {
    let server = whole(options).await;
    let query = "{ operation(code: \"SAPHAN\") {
       first: planVersion(number: 1) { submittedAt }
       second: planVersion(number: 2) { submittedAt promulgatedAt decisions { decidedAt } }
     } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let at = |pointer: &str| -> DateTime<FixedOffset> {
        data["operation"].pointer(pointer).unwrap().as_str().unwrap().parse().unwrap()
    };
    assert_eq!((at("/second/promulgatedAt") - at("/first/submittedAt")).num_minutes(), 312 * 60);
    // `plan_v2_submit_to_last_consent_h` of the scenario.
    assert_eq!((at("/second/decisions/3/decidedAt") - at("/second/submittedAt")).num_minutes(), 74 * 60);
}

#[sqlx::test(migrations = false)]
async fn h_hour_and_every_assignment_are_known_after_promulgation_and_not_before(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query = "query ($known: DateTime!) { asOf(at: { recordedAt: $known }) {
       operation(code: \"SAPHAN\") {
         status hHour
         tasks(first: 100) { edges { node { code plannedStart assignments { post { code } } post { code } } } }
       }
     } }";
    let ask = |known: &'static str| server.data("THA-01", query, json!({ "known": known }));

    let before = ask("2023-09-25T08:59:59+07:00").await["asOf"]["operation"].take();
    assert_eq!((&before["status"], &before["hHour"]), (&json!("PLANNING"), &Value::Null));

    let after = ask(AUTHORISED).await["asOf"]["operation"].take();
    assert_eq!((&after["status"], &after["hHour"]), (&json!("AUTHORISED"), &json!("2023-10-08T23:00:00Z")));
    let tasks = after["tasks"]["edges"].as_array().unwrap();
    assert_eq!(tasks.len(), 29);
    for task in tasks {
        let task = &task["node"];
        assert_eq!(task["assignments"], json!([{ "post": task["post"] }]), "{task}");
    }
    // T16 starts at H, which is 06:00 in Bangkok.
    assert_eq!(tasks[15]["node"]["plannedStart"], "2023-10-08T23:00:00Z");
}

#[sqlx::test(migrations = false)]
async fn annex_b_and_the_operation_are_seen_by_those_they_are_released_to(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = whole(options).await;
    let query =
        "{ operation(code: \"SAPHAN\") { plan { contentHash annexes { code } parts { code hash } } } }";
    let seen_by = |who: &'static str| server.data(who, query, Value::Null);
    let (tha, lao) = (seen_by("THA-01").await, seen_by("LAO-01").await);
    assert_eq!(column(&tha["operation"]["plan"]["annexes"], "/code").join(""), "ABCDEFGHJ");
    assert_eq!(column(&lao["operation"]["plan"]["annexes"], "/code").join(""), "ACEFGHJ");
    // Who may not read it can still check what it approves.
    assert_eq!(tha["operation"]["plan"]["parts"], lao["operation"]["plan"]["parts"]);
    assert_eq!(tha["operation"]["plan"]["contentHash"], lao["operation"]["plan"]["contentHash"]);

    // Not a partner in good standing, nor released to it: the operation is not there.
    let interpol = seen_by("INTERPOL-01").await;
    assert_eq!(interpol, json!({ "operation": null }));
}

#[sqlx::test(migrations = false)]
async fn every_row_is_what_a_fold_of_the_log_makes_it(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options.clone(), END).await;
    let pool: PgPool = accord::database::prepare(options).await.unwrap();
    let head: i64 = server.head("THA-01").await.as_str().unwrap().parse().unwrap();
    for position in [1, head / 3, head / 2, head - 1, head] {
        let end = accord::engine::Moment::Position(accord::domain::Position(position));
        let end = server.engine().resolve(end).await.unwrap();
        let differences = accord::engine::check_read_models(&pool, end, |_, _| ()).await.unwrap();
        assert_eq!(differences, Vec::<String>::new(), "at {position}");
    }
}

#[sqlx::test(migrations = false)]
async fn two_moments_in_one_request_share_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, AUTHORISED).await;
    let query = "{
       a: asOf(at: { recordedAt: \"2023-09-13T12:00:00+07:00\" }) { ...O }
       b: asOf(at: { recordedAt: \"2023-09-20T12:00:00+07:00\" }) { ...O }
       c: operation(code: \"SAPHAN\") { ...P }
     }
     fragment O on Reading { operation(code: \"SAPHAN\") { ...P } }
     fragment P on Operation { status plan { number status } task(code: \"T18\") { leadPartner { code } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let expected = |status: &str, number: u32, plan: &str, lead: &str| {
        json!({
            "status": status, "plan": { "number": number, "status": plan },
            "task": { "leadPartner": { "code": lead } },
        })
    };
    assert_eq!(data["a"]["operation"], expected("PLANNING", 1, "SUBMITTED", "CHN"));
    assert_eq!(data["b"]["operation"], expected("PLANNING", 2, "SUBMITTED", "MMR"));
    assert_eq!(data["c"], expected("AUTHORISED", 2, "PROMULGATED", "MMR"));
}

/// The operation as whoever asks sees it.
const WORLD: &str = "fragment World on Reading {
   operation(code: \"SAPHAN\") {
     key title status releasableTo legalBasis warningOrderAt hHour hHourWindow { from to }
     planVersions(first: 10) { totalCount edges { node {
       key number status contentHash canonicalContent submittedAt promulgatedAt
       sections { situation mission concept }
       missingApprovals { code }
       decisions { key partner { code } kind decidedAt reasonCode reason tasks { code } conditions { code gate status } }
       annexes { key code title text }
       parts { code hash }
       tasks(first: 100) { totalCount }
     } } }
     tasks(first: 100) { totalCount edges { node {
       key code title leadPartner { code } territory { code } plannedStart predecessors { predecessor { code } }
       assignments { key post { code } }
     } } }
   }
 }";

/// A version in one line.
fn version_told(version: &Value) -> String {
    let kinds: Vec<String> = version["decisions"].as_array().unwrap().iter().map(told).collect();
    format!(
        "{} {}: {}; waits for {}; annexes {} of {}; {} tasks",
        version["number"],
        version["status"].as_str().unwrap(),
        kinds.join(", "),
        column(&version["missingApprovals"], "/code").join(" "),
        column(&version["annexes"], "/code").join(""),
        version["parts"].as_array().unwrap().len(),
        version["tasks"]["totalCount"],
    )
}

/// Partners and the annexes that are released to them.
const READERS: [(&str, &str); 4] =
    [("THA-01", "ABCDEFGHJ"), ("CHN-01", "ABCDEFGHJ"), ("MMR-01", "ABCDEFGHJ"), ("LAO-01", "ACEFGHJ")];

/// Who sees nothing: an observer that is invited only, a partner that is not even that, a service.
const STRANGERS: [&str; 3] = ["INTERPOL-01", "KHM-01", "service:import"];

/// What everybody sees of the operation, by who asks.
async fn seen(server: &Server, query: &str, pointer: &str) -> BTreeMap<&'static str, Value> {
    let mut seen = BTreeMap::new();
    for who in READERS.iter().map(|(who, _)| *who).chain(STRANGERS) {
        let mut data = server.data(who, query, Value::Null).await;
        seen.insert(who, data.pointer_mut(pointer).unwrap().take());
    }
    seen
}

#[sqlx::test(migrations = false)]
async fn each_partner_sees_its_own_on_13_16_and_26_september(_: PgPoolOptions, options: PgConnectOptions) {
    const V1: &str =
        "THA APPROVED, CHN APPROVED_WITH_CONDITIONS C1 P3 OUTSTANDING, MMR REJECTED SOVEREIGNTY T18 T21";
    const V2: &str = "THA APPROVED, MMR APPROVED, CHN APPROVED_WITH_CONDITIONS C1 P3 OUTSTANDING, LAO TERRITORIAL_CONSENT T27";
    let days = [
        (
            "2023-09-13T18:00:00+07:00",
            ("PLANNING", 28, 0),
            vec!["1 SUBMITTED: THA APPROVED; waits for CHN LAO MMR; annexes {} of 9; 28 tasks".to_owned()],
        ),
        (
            "2023-09-16T18:00:00+07:00",
            ("PLANNING", 28, 0),
            vec![
                format!("1 REJECTED: {V1}; waits for LAO MMR; annexes {{}} of 9; 28 tasks"),
                "2 DRAFT: ; waits for CHN LAO MMR THA; annexes {} of 9; 28 tasks".to_owned(),
            ],
        ),
        (
            "2023-09-26T18:00:00+07:00",
            ("AUTHORISED", 29, 29),
            vec![
                format!("1 SUPERSEDED: {V1}; waits for ; annexes {{}} of 9; 28 tasks"),
                format!("2 PROMULGATED: {V2}; waits for ; annexes {{}} of 9; 29 tasks"),
            ],
        ),
    ];
    let mut looking_back = Vec::new();
    let server = whole(options.clone()).await;
    for (day, _, _) in &days {
        let query = format!("{{ asOf(at: {{ recordedAt: \"{day}\" }}) {{ ...World }} }} {WORLD}");
        looking_back.push(seen(&server, &query, "/asOf/operation").await);
    }
    server.stop().await;

    for ((day, (status, tasks, bound), versions), looking_back) in days.into_iter().zip(looking_back) {
        for (who, annexes) in READERS {
            let operation = &looking_back[who];
            assert_eq!(operation["status"], status, "{who} {day}");
            let all = operation["tasks"]["edges"].as_array().unwrap();
            let with_officers = all.iter().filter(|task| task["node"]["assignments"] != json!([])).count();
            assert_eq!((all.len(), with_officers), (tasks, bound), "{who} {day}");
            let edges = operation["planVersions"]["edges"].as_array().unwrap();
            let told: Vec<_> = edges.iter().map(|edge| version_told(&edge["node"])).collect();
            let expected: Vec<_> = versions.iter().map(|version| version.replace("{}", annexes)).collect();
            assert_eq!(told, expected, "{who} {day}");
        }
        // But for the annexes that are not released to it, each sees the same.
        let without_annexes = |who: &str| {
            let mut operation = looking_back[who].clone();
            for edge in operation["planVersions"]["edges"].as_array_mut().unwrap() {
                edge["node"]["annexes"].take();
            }
            operation
        };
        for who in ["CHN-01", "MMR-01"] {
            assert_eq!(looking_back[who], looking_back["THA-01"], "{who} {day}");
        }
        assert_eq!(without_annexes("LAO-01"), without_annexes("THA-01"), "{day}");
        for who in STRANGERS {
            assert_eq!(looking_back[who], Value::Null, "{who} {day}");
        }

        // On the day itself they saw what looking back shows.
        recreate(&options).await;
        let server = Server::saphan(options.clone(), day).await;
        let on_the_day = seen(&server, &format!("{{ ...World }} {WORLD}"), "/operation").await;
        assert_eq!(on_the_day, looking_back, "{day}");
        server.stop().await;
    }
}

/// Empties the test's own database.
async fn recreate(options: &PgConnectOptions) {
    let name = options.get_database().unwrap();
    let mut admin = PgConnection::connect_with(&options.clone().database("postgres")).await.unwrap();
    // One statement each: neither may run inside a transaction.
    for statement in [format!("drop database \"{name}\" with (force)"), format!("create database \"{name}\"")]
    {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut admin).await.unwrap();
    }
    admin.close().await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn what_the_demo_proposes_to_ask_is_answered_as_it_says(_: PgPoolOptions, options: PgConnectOptions) {
    let server = whole(options).await;
    let asked = |query: &'static str| server.data("THA-01", query, Value::Null);
    let known = asked(include_str!("../../crates/accord/src/command/demo_queries/known.graphql")).await;
    let then = &known["asOf"]["operation"];
    let units = then["incident"]["responders"].as_array().unwrap();
    assert_eq!(units.len(), 2);
    assert_eq!(units.iter().filter(|unit| !unit["arrivedAt"].is_null()).count(), 1);
    assert_eq!(then["assistance"][0]["received"], 101);

    let changed = asked(include_str!("../../crates/accord/src/command/demo_queries/changed.graphql")).await;
    assert_eq!(changed["changes"]["nodes"].as_array().unwrap().len(), 20);

    let awaited = asked(include_str!("../../crates/accord/src/command/demo_queries/awaited.graphql")).await;
    let condition = |of: &Value| {
        let decisions = of["plan"]["decisions"].as_array().unwrap();
        let china = decisions.iter().find(|decision| decision["partner"]["code"] == "CHN").unwrap();
        china["conditions"][0].clone()
    };
    assert_eq!(condition(&awaited["asOf"]["operation"])["status"], "OUTSTANDING");
    assert_eq!(condition(&awaited["operation"])["status"], "SATISFIED");
}
