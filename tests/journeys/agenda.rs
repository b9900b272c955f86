//! What waits for a person, and what does not: each kind of entry from when it waits until it is settled.

use crate::{
    live::{Events, invite},
    plan::{coalition, sections},
    support::{Server, column},
};
use accord::domain::Role;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const AGENDA: &str = "agenda { totalCount nodes {
    key kind why since due overdue mutation ccir operation { code } event { type }
    planVersion { number } task { code } phase { code } condition { code } officerRequest { post { code } }
    decisionPoint { point { code } status }
  } }";

/// The entries of somebody's agenda, as of now.
async fn agenda(server: &Server, who: &str) -> Vec<Value> {
    let data = server.data(who, &format!("{{ viewer {{ {AGENDA} }} }}"), Value::Null).await;
    entries(&data["viewer"])
}

fn entries(viewer: &Value) -> Vec<Value> {
    let entries = viewer["agenda"]["nodes"].as_array().unwrap().clone();
    assert_eq!(viewer["agenda"]["totalCount"], json!(entries.len()));
    entries
}

/// Kinds of entries, each with what it is about.
fn brief(entries: &[Value]) -> Vec<String> {
    entries
        .iter()
        .map(|entry| {
            let places = [
                "/event/type",
                "/planVersion/number",
                "/task/code",
                "/phase/code",
                "/condition/code",
                "/officerRequest/post/code",
                "/decisionPoint/point/code",
            ];
            let mut about = places.iter().filter_map(|place| entry.pointer(place));
            let of = about.next().unwrap_or_else(|| panic!("{entry}"));
            assert_eq!(about.next(), None, "one object: {entry}");
            let of = of.as_str().map_or_else(|| of.to_string(), str::to_owned);
            format!("{} {of}", entry["kind"].as_str().unwrap())
        })
        .collect()
}

async fn waits(server: &Server, who: &str) -> Vec<String> {
    brief(&agenda(server, who).await)
}

/// What waits for whom, and nothing else for anybody.
async fn check(server: &Server, expected: &[(&str, &[&str])]) {
    for who in ["THA-01", "THA-02", "MMR-01", "LAO-01"] {
        let wanted = expected.iter().find(|(named, _)| *named == who).map_or(&[][..], |(_, kinds)| *kinds);
        assert_eq!(waits(server, who).await, wanted, "{who}");
    }
}

fn named(operation: &str) -> Value {
    json!({ "operation": operation })
}

fn task_of(task: &str) -> Value {
    json!({ "operation": "ALPHA", "task": task })
}

/// Drafts ALPHA's plan, of two phases. T01 and T03 are Thailand's, T02 and T04, which the second phase begins with and
/// Lao PDR may not see, on others' ground. All three decide at the gate, Myanmar at DP2.
async fn draft(server: &Server, ccir: &Value) {
    let mut sections = sections();
    sections["ccir"] = ccir.clone();
    sections["phases"] =
        json!([{ "code": "P1", "name": "Prepare" }, { "code": "P2", "name": "Action", "gate": "GO_NO_GO" }]);
    sections["goNoGo"] = json!(["Route open"]);
    sections["decisionPoints"] = json!([
        { "code": "GO_NO_GO", "at": "T02", "decision": "Begin?", "deciders": ["THA", "MMR", "LAO"] },
        { "code": "DP2", "at": "T01", "decision": "Open another shelter?", "deciders": ["MMR"] },
    ]);
    let task = |code: &str, phase: &str, (lead, territory, post): (&str, &str, &str), start: &str| {
        json!({
            "code": code, "title": format!("Task {code}"), "phase": phase, "leadPartner": lead,
            "territory": territory, "post": post, "startOffset": start, "duration": "PT2H",
            "predecessors": if code == "T02" { json!(["T01"]) } else { json!([]) },
        })
    };
    let tasks = json!([
        task("T01", "P1", ("THA", "THA", "THA-01"), "PT0H"),
        task("T02", "P2", ("MMR", "LAO", "MMR-01"), "PT6H"),
        task("T03", "P1", ("THA", "THA", "THA-02"), "PT1H"),
        task("T04", "P2", ("THA", "THA", "THA-02"), "PT4H"),
    ]);
    server.done("THA-01", "draftPlan", json!({ "operation": "ALPHA", "sections": sections }), "").await;
    server.done("THA-01", "importTasks", json!({ "operation": "ALPHA", "tasks": tasks }), "").await;
    let query = "{ operation(code: \"ALPHA\") { task(code: \"T04\") { id } } }";
    let seen = server.data("THA-01", query, Value::Null).await;
    let mark = json!({ "task": seen["operation"]["task"]["id"], "releasableTo": ["MMR"] });
    server.done("THA-01", "markReleasability", mark, "").await;
}

/// Submits ALPHA's draft; what a decision on it says.
async fn submit(server: &Server) -> Value {
    let shown = "planVersion { id contentHash }";
    let submitted = server.done("THA-01", "submitPlan", named("ALPHA"), shown).await;
    let (version, seen_at) = (&submitted["planVersion"], &submitted["receipt"]["position"]);
    json!({ "planVersionId": version["id"], "contentHash": version["contentHash"], "seenAt": seen_at })
}

/// ALPHA in force by a second version, after Myanmar has rejected the first: with its condition C1 on P2.
async fn in_force(server: &Server) {
    in_force_with(server, &json!([])).await;
}

/// The same with these information requirements.
async fn in_force_with(server: &Server, ccir: &Value) {
    coalition(server).await;
    let admin = "service:import";
    let new = json!({ "code": "THA-02", "partner": "THA", "title": "Watch Officer", "liaison": false });
    server.done(admin, "establishPost", new, "").await;
    let officer = "00000000-0000-4000-8000-000000000009";
    server.done(admin, "nominateOfficer", json!({ "post": "THA-02", "officer": officer }), "").await;
    for mutation in ["acceptNomination", "takePost"] {
        server.done(admin, mutation, json!({ "post": "THA-02" }), "").await;
    }
    draft(server, ccir).await;
    check(server, &[]).await;

    let decision = submit(server).await;
    let first: &[&str] = &["PLAN_DECISION 1"];
    let all = [("THA-01", first), ("THA-02", first), ("MMR-01", first), ("LAO-01", first)];
    check(server, &all).await;
    let entry = agenda(server, "LAO-01").await.remove(0);
    assert_eq!(entry["why"], "Version 1 of ALPHA's plan waits for the consent of LAO to T02.");
    let now = "2023-08-16T02:00:00Z";
    assert_eq!((&entry["mutation"], &entry["since"]), (&json!("consentToPlan"), &json!(now)));
    assert_eq!((&entry["due"], &entry["overdue"]), (&Value::Null, &json!(false)));
    assert_eq!(entry["operation"]["code"], "ALPHA");

    let mut rejection = decision;
    rejection["reason"] = "No route.".into();
    server.done("MMR-01", "rejectPlan", rejection, "").await;
    let back: &[&str] = &["DRAFT_SENT_BACK 1"];
    check(server, &[("THA-01", back), ("THA-02", back)]).await;
    let entry = agenda(server, "THA-01").await.remove(0);
    assert_eq!((&entry["mutation"], &entry["since"]), (&json!("openAmendment"), &json!(now)));
    let amendment = json!({ "operation": "ALPHA", "reason": "Another route" });
    server.done("THA-01", "openAmendment", amendment, "").await;
    check(server, &[]).await;

    let decision = submit(server).await;
    server.done("THA-01", "approvePlan", decision.clone(), "").await;
    let mut conditional = decision.clone();
    conditional["conditions"] = json!([{ "code": "C1", "gate": "P2", "text": "Terminals accepted" }]);
    server.done("MMR-01", "approvePlan", conditional, "").await;
    check(server, &[("MMR-01", &["CONDITION_TO_SETTLE C1"]), ("LAO-01", &["PLAN_DECISION 2"])]).await;
    server.done("LAO-01", "consentToPlan", decision.clone(), "").await;
    check(server, &[("MMR-01", &["CONDITION_TO_SETTLE C1"])]).await;
    let promulgation = json!({ "planVersionId": decision["planVersionId"], "seenAt": decision["seenAt"] });
    server.done("THA-01", "promulgatePlan", promulgation, "").await;
}

/// The first of these entries of this kind.
fn of_kind<'a>(entries: &'a [Value], kind: &str) -> &'a Value {
    entries.iter().find(|entry| entry["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {entries:#?}"))
}

async fn go(server: &Server, who: &str) {
    let seen_at = server.head(who).await;
    let word = json!({
        "operation": "ALPHA", "phase": "P2", "decision": "GO", "seenAt": seen_at,
        "criteria": [{ "criterion": "Route open", "met": true }],
    });
    server.done(who, "decideGoNoGo", word, "").await;
}

#[sqlx::test(migrations = false)]
async fn each_kind_waits_for_whom_it_concerns_until_it_is_settled(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    in_force(&server).await;
    let gate: &[&str] = &["GO_NO_GO P2"];
    let unsettled: &[&str] = &["GO_NO_GO P2", "CONDITION_TO_SETTLE C1"];
    check(&server, &[("THA-01", gate), ("THA-02", gate), ("MMR-01", unsettled), ("LAO-01", gate)]).await;
    assert_eq!(agenda(&server, "LAO-01").await[0]["due"], Value::Null);
    let h_hour = json!({ "operation": "ALPHA", "at": "2023-10-09T06:00:00+07:00" });
    server.done("THA-01", "setHHour", h_hour, "").await;
    // When the phase begins, as far as each may see its tasks.
    for (who, due) in [("MMR-01", "2023-10-09T03:00:00Z"), ("LAO-01", "2023-10-09T05:00:00Z")] {
        let entries = agenda(&server, who).await;
        assert_eq!(of_kind(&entries, "GO_NO_GO")["due"], due, "{who}");
    }
    let gone_by = server.head("MMR-01").await;

    let request = json!({ "operation": "ALPHA", "task": "T02", "post": "MMR-01", "reason": "Knows it" });
    let asked = server.done("THA-01", "requestOfficer", request, "request { id }").await;
    let requested: &[&str] = &["GO_NO_GO P2", "OFFICER_REQUEST MMR-01", "CONDITION_TO_SETTLE C1"];
    assert_eq!(waits(&server, "MMR-01").await, requested);
    assert_eq!(waits(&server, "LAO-01").await, gate);
    let declined = json!({ "requestId": asked["request"]["id"], "reason": "On leave" });
    server.done("MMR-01", "declineRequestedOfficer", declined, "").await;
    assert_eq!(waits(&server, "MMR-01").await, unsettled);

    let query = "{ operation(code: \"ALPHA\") { phases { outstandingConditions { id } } } }";
    let held = server.data("LAO-01", query, Value::Null).await;
    let condition = held.pointer("/operation/phases/1/outstandingConditions/0/id").unwrap();
    let evidence = json!({ "conditionId": condition, "evidence": "12 of 12" });
    server.done("LAO-01", "proposeConditionSatisfied", evidence.clone(), "").await;
    let entries = agenda(&server, "MMR-01").await;
    let why = "LAO says that C1 on version 2 of ALPHA's plan is met: confirm or contest it.";
    assert_eq!(of_kind(&entries, "CONDITION_TO_SETTLE")["why"], why);
    server.done("MMR-01", "satisfyCondition", evidence, "").await;
    assert_eq!(waits(&server, "MMR-01").await, gate);

    for who in ["THA-01", "MMR-01"] {
        go(&server, who).await;
    }
    check(&server, &[("LAO-01", gate)]).await;
    go(&server, "LAO-01").await;
    check(&server, &[]).await;

    // As it was, with an id of that moment.
    let then = format!("{{ asOf(at: {{ position: {gone_by} }}) {{ viewer {{ {AGENDA} }} }} }}");
    let data = server.data("MMR-01", &then, Value::Null).await;
    assert_eq!(brief(&entries_of_past(&data)), unsettled);
}

fn entries_of_past(data: &Value) -> Vec<Value> {
    entries(&data["asOf"]["viewer"])
}

/// H-hour is set, nothing holds ALPHA's second phase back, and it is active.
async fn activate(server: &Server) {
    let held = json!({ "operation": "ALPHA", "at": "2023-10-09T06:00:00+07:00" });
    server.done("THA-01", "setHHour", held, "").await;
    let query = "{ operation(code: \"ALPHA\") { phases { outstandingConditions { id } } } }";
    let held = server.data("MMR-01", query, Value::Null).await;
    let condition = held.pointer("/operation/phases/1/outstandingConditions/0/id").unwrap();
    let evidence = json!({ "conditionId": condition, "evidence": "12 of 12" });
    server.done("MMR-01", "satisfyCondition", evidence, "").await;
    for who in ["THA-01", "MMR-01", "LAO-01"] {
        go(server, who).await;
    }
    server.done("THA-01", "activateOperation", named("ALPHA"), "").await;
}

#[sqlx::test(migrations = false)]
async fn what_a_commander_must_know_comes_first_and_is_told_for_a_day(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let ccir = json!([
        { "code": "CCIR1", "text": "What holds us up", "events": ["TaskBlocked"], "priority": "P2" },
        { "code": "CCIR2", "text": "What begins", "events": ["OperationActivated", "PhaseStarted"],
          "categories": ["SECURITY"] },
        { "code": "CCIR3", "text": "Route unusable" },
    ]);
    in_force_with(&server, &ccir).await;
    activate(&server).await;
    let activated: &[&str] = &["CCIR_MET OperationActivated"];
    let all = ["THA-01", "THA-02", "MMR-01", "LAO-01"].map(|who| (who, activated));
    check(&server, &all).await;
    let entry = agenda(&server, "LAO-01").await.remove(0);
    assert_eq!(entry["why"], "OperationActivated in ALPHA meets CCIR2.");
    assert_eq!((&entry["ccir"], &entry["mutation"]), (&json!(["CCIR2"]), &Value::Null));
    let now = "2023-08-16T02:00:00Z";
    assert_eq!(
        (&entry["since"], &entry["due"], &entry["overdue"]),
        (&json!(now), &Value::Null, &json!(false))
    );

    // Later a task of Thailand's is stuck that Lao PDR may not see.
    server.engine().clock().set("2023-08-16T03:00:00Z".parse().unwrap());
    server.done("THA-01", "startPhase", json!({ "operation": "ALPHA", "phase": "P2" }), "").await;
    server.engine().clock().set("2023-08-16T03:30:00Z".parse().unwrap());
    server.done("THA-02", "startTask", task_of("T04"), "").await;
    let block = json!({ "operation": "ALPHA", "task": "T04", "reason": "NO_ACCESS" });
    server.done("THA-02", "blockTask", block, "").await;
    let known = ["CCIR_MET OperationActivated", "CCIR_MET PhaseStarted", "CCIR_MET TaskBlocked"];
    let stuck = [known[0], known[1], known[2], "TASK_TO_UNBLOCK T04"];
    let expected: &[(&str, &[&str])] =
        &[("THA-01", &stuck), ("THA-02", &stuck), ("MMR-01", &known), ("LAO-01", &known[..2])];
    check(&server, expected).await;
    // What is stuck is marked for whoever has to do with it, commander or not.
    let liaison = server.token_as("THA-01", &[Role::Liaison]);
    let body = json!({ "query": format!("{{ viewer {{ {AGENDA} }} }}") });
    let request = server.client().post(server.url("/graphql")).bearer_auth(liaison).json(&body);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    let entries = entries(&answer["data"]["viewer"]);
    assert_eq!(brief(&entries), ["TASK_TO_UNBLOCK T04"]);
    assert_eq!(entries[0]["ccir"], json!(["CCIR1"]));

    // In the log each event says what it meets, with what meets it.
    let query = "{ operation(code: \"ALPHA\") { history(first: 100) { edges { node { type ccir {
        code text events priority categories } } } } } }";
    let marks = async |who: &str| -> Vec<String> {
        let data = server.data(who, query, Value::Null).await;
        let edges = data["operation"]["history"]["edges"].as_array().unwrap().clone();
        let marked = edges.iter().filter(|edge| edge["node"]["ccir"] != json!([]));
        marked.map(|edge| format!("{} {}", edge["node"]["type"], edge["node"]["ccir"][0])).collect()
    };
    let seen = marks("MMR-01").await;
    assert_eq!(seen.len(), 3, "{seen:#?}");
    let blocked = r#""TaskBlocked" {"categories":[],"code":"CCIR1","events":["TaskBlocked"],"priority":"P2","text":"What holds us up"}"#;
    assert_eq!(seen[2], blocked);
    assert_eq!(marks("LAO-01").await, seen[..2]);

    // A day later the first is old news, and then all of it.
    let then = server.head("MMR-01").await;
    server.engine().clock().set("2023-08-17T02:00:00Z".parse().unwrap());
    assert_eq!(waits(&server, "MMR-01").await, known[1..]);
    server.engine().clock().set("2023-08-17T03:30:00Z".parse().unwrap());
    check(&server, &[("THA-01", &stuck[3..]), ("THA-02", &stuck[3..])]).await;
    let unmarked = agenda(&server, "THA-02").await.remove(0);
    assert_eq!(unmarked["ccir"], json!([]));
    // As of then it is told as it was.
    let then = format!("{{ asOf(at: {{ position: {then} }}) {{ viewer {{ {AGENDA} }} }} }}");
    let data = server.data("MMR-01", &then, Value::Null).await;
    assert_eq!(brief(&entries_of_past(&data)), known);
}

#[sqlx::test(migrations = false)]
async fn who_does_not_see_the_plan_is_not_told_what_its_commanders_must_know(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let admin = "service:import";
    let profile = json!({ "name": "CHN", "agency": "Police", "timeZone": "Asia/Bangkok", "currency": "THB" });
    let founding = json!({ "profile": profile, "role": "PARTICIPANT" });
    server.done(admin, "accedePartner", json!({ "partner": "CHN", "founding": founding }), "").await;
    let new = json!({ "code": "CHN-01", "partner": "CHN", "title": "Liaison Officer", "liaison": true });
    server.done(admin, "establishPost", new, "").await;
    let officer = "00000000-0000-4000-8000-000000000019";
    server.done(admin, "nominateOfficer", json!({ "post": "CHN-01", "officer": officer }), "").await;
    for mutation in ["acceptNomination", "takePost"] {
        server.done(admin, mutation, json!({ "post": "CHN-01" }), "").await;
    }
    let all = json!({ "operation": "ALPHA", "releasableTo": ["CHN", "LAO", "MMR"] });
    server.done("THA-01", "markReleasability", all, "").await;
    let mut sections = sections();
    sections["ccir"] = json!([{ "code": "CCIR1", "text": "H-hour", "events": ["HHourSet"] }]);
    let task = json!({
        "code": "T01", "title": "Task", "phase": "P1", "leadPartner": "THA", "territory": "THA",
        "startOffset": "PT0H", "duration": "PT2H", "predecessors": [],
    });
    let shown = "planVersion { id }";
    let drafted = json!({ "operation": "ALPHA", "sections": sections });
    let drafted = server.done("THA-01", "draftPlan", drafted, shown).await;
    server.done("THA-01", "importTasks", json!({ "operation": "ALPHA", "tasks": [task] }), "").await;
    let mark = json!({ "planVersionId": drafted["planVersion"]["id"], "releasableTo": ["LAO", "MMR"] });
    server.done("THA-01", "markReleasability", mark, "").await;
    let decision = submit(&server).await;
    for who in ["THA-01", "MMR-01"] {
        server.done(who, "approvePlan", decision.clone(), "").await;
    }
    let promulgation = json!({ "planVersionId": decision["planVersionId"], "seenAt": decision["seenAt"] });
    server.done("THA-01", "promulgatePlan", promulgation, "").await;
    let h_hour = json!({ "operation": "ALPHA", "at": "2023-10-09T06:00:00+07:00" });
    server.done("THA-01", "setHHour", h_hour, "").await;
    let query =
        "{ operation(code: \"ALPHA\") { history(first: 100) { edges { node { type ccir { code } } } } } }";
    for (who, met) in [("LAO-01", json!([{ "code": "CCIR1" }])), ("CHN-01", json!([]))] {
        let data = server.data(who, query, Value::Null).await;
        let edges = data["operation"]["history"]["edges"].as_array().unwrap();
        let set = edges.iter().find(|edge| edge["node"]["type"] == "HHourSet");
        assert_eq!(set.unwrap()["node"]["ccir"], met, "{who}");
        let told = waits(&server, who).await;
        assert_eq!(told.contains(&"CCIR_MET HHourSet".to_owned()), met != json!([]), "{who}: {told:?}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_task_waits_for_its_post_with_its_next_step_and_a_decision_for_who_takes_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    in_force(&server).await;
    activate(&server).await;
    check(&server, &[]).await;
    server.done("THA-01", "startPhase", json!({ "operation": "ALPHA", "phase": "P1" }), "").await;
    check(&server, &[("THA-01", &["TASK_TO_START T01"]), ("THA-02", &["TASK_TO_START T03"])]).await;
    let entry = agenda(&server, "THA-01").await.remove(0);
    assert_eq!((&entry["due"], &entry["mutation"]), (&json!("2023-10-08T23:00:00Z"), &json!("startTask")));

    server.done("THA-01", "issueTask", task_of("T01"), "").await;
    assert_eq!(waits(&server, "THA-01").await, ["TASK_TO_ACKNOWLEDGE T01"]);
    server.done("THA-01", "acknowledgeTask", task_of("T01"), "").await;
    assert_eq!(waits(&server, "THA-01").await, ["TASK_TO_START T01"]);
    server.done("THA-01", "startTask", task_of("T01"), "").await;
    assert_eq!(waits(&server, "THA-01").await, ["TASK_TO_FINISH T01"]);

    // The decision is due with its task, and is entered once.
    let decisions = agenda(&server, "MMR-01").await;
    assert_eq!(brief(&decisions), ["DECISION_DUE DP2"]);
    assert_eq!(
        (&decisions[0]["decisionPoint"]["status"], &decisions[0]["overdue"]),
        (&json!("DUE"), &json!(false))
    );
    assert_eq!(decisions[0]["why"], "Decision DP2 of ALPHA is due: Open another shelter?.");

    // Who speaks for a partner is told what is stuck, of its own tasks alone.
    server.done("THA-02", "startTask", task_of("T03"), "").await;
    let block = json!({ "operation": "ALPHA", "task": "T03", "reason": "NO_ACCESS" });
    server.done("THA-02", "blockTask", block, "").await;
    check(
        &server,
        &[
            ("THA-01", &["TASK_TO_FINISH T01", "TASK_TO_UNBLOCK T03"]),
            ("THA-02", &["TASK_TO_UNBLOCK T03"]),
            ("MMR-01", &["DECISION_DUE DP2"]),
        ],
    )
    .await;
    server.done("THA-02", "unblockTask", task_of("T03"), "").await;
    assert_eq!(waits(&server, "THA-02").await, ["TASK_TO_FINISH T03"]);
    server.done("THA-02", "completeTask", task_of("T03"), "").await;
    server.done("THA-01", "completeTask", task_of("T01"), "").await;
    let decisions = agenda(&server, "MMR-01").await;
    assert_eq!(
        (&decisions[0]["decisionPoint"]["status"], &decisions[0]["overdue"]),
        (&json!("OVERDUE"), &json!(true))
    );
    let seen_at = server.head("MMR-01").await;
    let decision = json!({
        "operation": "ALPHA", "decisionPoint": "DP2", "question": "Open another shelter?", "outcome": "Open it",
        "reasons": "The first is full.", "seenAt": seen_at,
    });
    server.done("MMR-01", "recordDecision", decision, "").await;
    check(&server, &[]).await;

    // What waits for T01 may start now that that is done, and its phase was started.
    server.done("THA-01", "startPhase", json!({ "operation": "ALPHA", "phase": "P2" }), "").await;
    check(&server, &[("MMR-01", &["TASK_TO_START T02"]), ("THA-02", &["TASK_TO_START T04"])]).await;
    // A post that is bound takes the place of the one that the plan foresaw.
    server
        .done("THA-01", "assignOfficer", json!({ "operation": "ALPHA", "task": "T04", "post": "THA-01" }), "")
        .await;
    check(&server, &[("MMR-01", &["TASK_TO_START T02"]), ("THA-01", &["TASK_TO_START T04"])]).await;
    let end = json!({ "operation": "ALPHA", "reason": "Over" });
    server.done("THA-01", "terminateOperation", end, "").await;
    check(&server, &[]).await;
}

#[sqlx::test(migrations = false)]
async fn an_agenda_is_of_what_its_holder_may_see_and_do(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let operation = json!({
        "code": "BETA", "title": "Operation BETA", "leadPartner": "THA", "classification": "RESTRICTED",
        "releasableTo": ["MMR"],
    });
    server.done("THA-01", "initiateOperation", operation, "").await;
    for code in ["ALPHA", "BETA"] {
        let task = json!({
            "code": "T01", "title": "Task", "phase": "P1", "leadPartner": "THA", "territory": "THA",
            "startOffset": "PT0H", "duration": "PT2H", "predecessors": [],
        });
        server.done("THA-01", "draftPlan", json!({ "operation": code, "sections": sections() }), "").await;
        server.done("THA-01", "importTasks", json!({ "operation": code, "tasks": [task] }), "").await;
        server.done("THA-01", "submitPlan", named(code), "").await;
    }
    let of = async |token: String| -> Vec<String> {
        let body = json!({ "query": "{ viewer { agenda { nodes { kind operation { code } } } } }" });
        let request = server.client().post(server.url("/graphql")).bearer_auth(token).json(&body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let nodes = answer["data"]["viewer"]["agenda"]["nodes"].as_array().unwrap().clone();
        let code = |node: &Value| node["operation"]["code"].as_str().unwrap().to_owned();
        let mut codes: Vec<String> = nodes.iter().map(code).collect();
        codes.sort();
        codes
    };
    let commander = [Role::Commander];
    assert_eq!(of(server.token_as("MMR-01", &commander)).await, ["ALPHA", "BETA"]);
    // No vote, no ground in it; and of BETA it knows nothing.
    assert_eq!(of(server.token_as("LAO-01", &commander)).await, [""; 0]);
    for roles in [&[Role::Planner][..], &[Role::Liaison], &[Role::Reviewer], &[]] {
        assert_eq!(of(server.token_as("MMR-01", roles)).await, [""; 0], "{roles:?}");
    }
    assert_eq!(of(server.token("service:import")).await, [""; 0]);

    // The first page is the head of the list, and the next goes on behind it.
    let query = "query ($after: String) { viewer { agenda(first: 1, after: $after) {
        nodes { key operation { code } } pageInfo { hasNextPage endCursor } totalCount } } }";
    let first = server.data("MMR-01", query, Value::Null).await;
    let first = &first["viewer"]["agenda"];
    assert_eq!((&first["pageInfo"]["hasNextPage"], &first["totalCount"]), (&json!(true), &json!(2)));
    let after = json!({ "after": first["pageInfo"]["endCursor"] });
    let next = server.data("MMR-01", query, after).await;
    let next = &next["viewer"]["agenda"];
    assert_eq!(next["pageInfo"]["hasNextPage"], false);
    let mut codes = [first, next].map(|page| column(&page["nodes"], "/operation/code"));
    codes.sort();
    assert_eq!(codes, [["ALPHA"], ["BETA"]]);
    let wrong = server.ask("MMR-01", query, json!({ "after": "rubbish" })).await;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{wrong}");

    // What is withheld from Myanmar waits for it no more, also as of before.
    let before = server.head("THA-01").await;
    server.done("THA-01", "recallPlan", json!({ "operation": "BETA", "reason": "Wrong route" }), "").await;
    assert_eq!(of(server.token_as("MMR-01", &commander)).await, ["ALPHA"]);
    assert_eq!(waits(&server, "THA-01").await, ["PLAN_DECISION 1", "DRAFT_SENT_BACK 1"]);
    let narrowed = json!({ "operation": "BETA", "releasableTo": [] });
    server.done("THA-01", "markReleasability", narrowed, "").await;
    let then = format!("{{ asOf(at: {{ position: {before} }}) {{ viewer {{ {AGENDA} }} }} }}");
    let data = server.data("MMR-01", &then, Value::Null).await;
    let seen = entries_of_past(&data);
    assert_eq!(seen.iter().map(|entry| &entry["operation"]["code"]).collect::<Vec<_>>(), ["ALPHA"]);
}

#[sqlx::test(migrations = false)]
async fn an_approval_is_sent_in_three_round_trips(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-21T12:00:00+07:00").await;
    // First: what waits, and what is different from what China decided on last.
    let query =
        "{ head { position } viewer { agenda(first: 10) { nodes { kind why since mutation planVersion {
        id number contentHash outstanding { partner { code } kind }
        changedSince { decision { kind } from { number } differences { kind of code field before after } }
      } } } } }";
    let seen = server.data("CHN-01", query, Value::Null).await;
    let entries = seen["viewer"]["agenda"]["nodes"].as_array().unwrap();
    let entry = of_kind(entries, "PLAN_DECISION");
    assert_eq!((&entry["mutation"], &entry["planVersion"]["number"]), (&json!("approvePlan"), &json!(2)));
    assert_eq!(entry["since"], "2023-09-19T02:00:00Z");
    let version = &entry["planVersion"];
    assert!(column(&version["outstanding"], "/partner/code").contains(&"CHN"), "{version:#}");
    let since = &version["changedSince"];
    assert_eq!(
        (&since["decision"]["kind"], &since["from"]["number"]),
        (&json!("APPROVED_WITH_CONDITIONS"), &json!(1))
    );
    let differences = since["differences"].as_array().unwrap();
    let moved =
        differences.iter().any(|difference| difference["of"] == "task" && difference["kind"] == "CHANGED");
    assert!(moved, "{differences:#?}");
    // Second: the tasks that it names.
    let code = differences.iter().find(|difference| difference["of"] == "task").unwrap()["code"].clone();
    let details = "query ($code: String!) { operation(code: \"SAPHAN\") { task(code: $code) { title leadPartner { code } } } }";
    let task = server.data("CHN-01", details, json!({ "code": code })).await;
    assert!(task["operation"]["task"]["title"].is_string(), "{task}");
    // Third.
    let input = json!({
        "planVersionId": version["id"], "contentHash": version["contentHash"], "seenAt": seen["head"]["position"],
    });
    server.done("CHN-01", "approvePlan", input, "").await;
    let left = server.data("CHN-01", query, Value::Null).await;
    assert!(!column(&left["viewer"]["agenda"]["nodes"], "/kind").contains(&"PLAN_DECISION"), "{left:#}");
}

#[sqlx::test(migrations = false)]
async fn a_version_is_held_against_one_that_somebody_decided_on(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-21T12:00:00+07:00").await;
    let query = "query ($decision: ID) { operation(code: \"SAPHAN\") {
        one: planVersion(number: 1) { decisions { id kind partner { code } } changedSince(decision: $decision) { from { number } } }
        two: planVersion(number: 2) { changedSince(decision: $decision) {
          decision { partner { code } } from { number } to { number } differences { kind of code field before after } } } } }";
    let none = server.data("LAO-01", query, Value::Null).await;
    assert_eq!(none["operation"]["one"]["changedSince"], Value::Null);
    let decisions = none["operation"]["one"]["decisions"].as_array().unwrap();
    let rejected = decisions.iter().find(|decision| decision["kind"] == "REJECTED").unwrap();
    let data = server.data("LAO-01", query, json!({ "decision": rejected["id"] })).await;
    assert_eq!(data["operation"]["one"]["changedSince"]["from"]["number"], 1);
    let since = &data["operation"]["two"]["changedSince"];
    assert_eq!(since["decision"]["partner"]["code"], rejected["partner"]["code"]);
    assert_eq!((&since["from"]["number"], &since["to"]["number"]), (&json!(1), &json!(2)));
    // Nothing of it is in what may not be read, and nothing names itself as changed that is the same.
    for difference in since["differences"].as_array().unwrap() {
        assert_ne!(difference["before"], difference["after"], "{difference}");
    }
    for decision in ["", "T16", "decision_00000000000000000000000000"] {
        let data = server.data("LAO-01", query, json!({ "decision": decision })).await;
        assert_eq!(data["operation"]["two"]["changedSince"], Value::Null, "{decision}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_subscription_tells_of_an_agenda_only_when_it_has_changed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let query =
        "subscription ($after: Position) { agendaChanged(after: $after) { name agenda { nodes { kind } } } }";
    let next = async |events: &mut Events| {
        let (event, id, data) = events.next().await.unwrap();
        assert_eq!(event, "next");
        let payload: Value = serde_json::from_str(&data).unwrap();
        let changed = &payload["data"]["agendaChanged"];
        let kinds = column(&changed["agenda"]["nodes"], "/kind").into_iter().map(str::to_owned);
        assert_eq!(changed["name"], "MMR-01", "{payload}");
        (id.unwrap(), kinds.collect::<Vec<_>>())
    };
    let mut events = Events::open(&server, "MMR-01", query, json!({}), None).await;
    let (seen, kinds) = next(&mut events).await;
    assert!(kinds.is_empty(), "{kinds:?}");

    // What concerns nobody here is passed over.
    invite(&server, 3).await;
    draft_alpha(&server).await;
    let decision = submit(&server).await;
    let (position, kinds) = next(&mut events).await;
    assert_eq!(
        (json!(position.to_string()), kinds),
        (decision["seenAt"].clone(), vec!["PLAN_DECISION".to_owned()])
    );

    // Whoever comes back is told what is different from what they know, and nothing else.
    let mut again = Events::open(&server, "MMR-01", query, json!({ "after": seen.to_string() }), None).await;
    assert_eq!(next(&mut again).await.1, ["PLAN_DECISION"]);
    let mut known =
        Events::open(&server, "MMR-01", query, json!({ "after": position.to_string() }), None).await;
    invite_more(&server).await;
    server.done("MMR-01", "approvePlan", decision, "").await;
    for events in [&mut events, &mut again, &mut known] {
        assert!(next(events).await.1.is_empty());
    }
}

#[sqlx::test(migrations = false)]
async fn whoever_comes_back_is_told_what_has_become_due_meanwhile(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    in_force(&server).await;
    let h_hour = json!({ "operation": "ALPHA", "at": "2023-10-09T06:00:00+07:00" });
    server.done("THA-01", "setHHour", h_hour, "").await;
    let seen = server.head("LAO-01").await;
    let entry = agenda(&server, "LAO-01").await.remove(0);
    assert_eq!((&entry["kind"], &entry["overdue"]), (&json!("GO_NO_GO"), &json!(false)));
    server.engine().clock().set("2023-10-10T00:00:00Z".parse().unwrap());
    // Of which Lao PDR's agenda has nothing.
    invite_more(&server).await;
    let query = "subscription ($after: Position) { agendaChanged(after: $after) { agenda { nodes { kind overdue } } } }";
    let mut events = Events::open(&server, "LAO-01", query, json!({ "after": seen }), None).await;
    let (_, _, data) = events.next().await.unwrap();
    let payload: Value = serde_json::from_str(&data).unwrap();
    let nodes = &payload["data"]["agendaChanged"]["agenda"]["nodes"];
    let due = json!([{ "kind": "GO_NO_GO", "overdue": true }, { "kind": "DECISION_DUE", "overdue": false }]);
    assert_eq!(*nodes, due, "{payload}");
}

async fn draft_alpha(server: &Server) {
    let task = json!({
        "code": "T01", "title": "Task", "phase": "P1", "leadPartner": "THA", "territory": "THA",
        "startOffset": "PT0H", "duration": "PT2H", "predecessors": [],
    });
    server.done("THA-01", "draftPlan", json!({ "operation": "ALPHA", "sections": sections() }), "").await;
    server.done("THA-01", "importTasks", json!({ "operation": "ALPHA", "tasks": [task] }), "").await;
}

async fn invite_more(server: &Server) {
    let profile = json!({ "name": "Partner", "agency": "Police" });
    let input = json!({ "code": "P9", "profile": profile, "role": "PARTICIPANT" });
    server.done("service:import", "invitePartner", input, "").await;
}
