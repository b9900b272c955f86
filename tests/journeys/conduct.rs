//! An operation while it is carried out: phases and their gates, the log of decisions, clashes with other
//! operations, pause and end.

use crate::{
    plan::{coalition, sections},
    support::{Server, codes, column},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// ALPHA, active, under a plan of two phases. P1 is free; P2 has a gate, at which all three partners decide, and
/// Myanmar's condition C1 holds it back. T01 is Thailand's, T02 and T03, which waits for it, Myanmar's.
async fn active(server: &Server) -> Value {
    let operation = coalition(server).await;
    let mut sections = sections();
    sections["phases"] =
        json!([{ "code": "P1", "name": "Prepare" }, { "code": "P2", "name": "Action", "gate": "GO_NO_GO" }]);
    sections["goNoGo"] = json!(["Shelter ready", "Route open"]);
    sections["decisionPoints"] = json!([
        { "code": "GO_NO_GO", "at": "T02", "decision": "Begin?", "deciders": ["THA", "MMR", "LAO"] },
        { "code": "DP2", "at": "T01", "decision": "Open another shelter?", "deciders": ["THA", "MMR"] },
    ]);
    let task = |code: &str, phase: &str, partner: &str, start: &str, predecessors: &[&str]| {
        json!({
            "code": code, "title": format!("Task {code}"), "phase": phase, "leadPartner": partner,
            "territory": partner, "post": format!("{partner}-01"), "startOffset": start, "duration": "PT2H",
            "predecessors": predecessors,
        })
    };
    let tasks = json!([
        task("T01", "P1", "THA", "PT0H", &[]),
        task("T02", "P2", "MMR", "PT4H", &[]),
        task("T03", "P2", "MMR", "PT8H", &["T02"]),
    ]);
    server.done("THA-01", "draftPlan", json!({ "operation": operation, "sections": sections }), "").await;
    server.done("THA-01", "importTasks", json!({ "operation": operation, "tasks": tasks }), "").await;
    let shown = "planVersion { id contentHash }";
    let submitted = server.done("THA-01", "submitPlan", json!({ "operation": operation }), shown).await;
    let (version, seen_at) = (&submitted["planVersion"], &submitted["receipt"]["position"]);
    let decision = json!({
        "planVersionId": version["id"], "contentHash": version["contentHash"], "seenAt": seen_at,
    });
    server.done("THA-01", "approvePlan", decision.clone(), "").await;
    let mut conditional = decision;
    conditional["conditions"] = json!([{ "code": "C1", "gate": "P2", "text": "Terminals accepted" }]);
    server.done("MMR-01", "approvePlan", conditional, "").await;
    let promulgation = json!({ "planVersionId": version["id"], "seenAt": seen_at });
    server.done("THA-01", "promulgatePlan", promulgation, "").await;
    let h_hour = json!({ "operation": operation, "at": "2023-10-09T06:00:00+07:00" });
    server.done("THA-01", "setHHour", h_hour, "").await;
    let early = json!({ "operation": "ALPHA", "phase": "P1" });
    assert_eq!(codes(&server.refused("THA-01", "startPhase", early).await), ["WRONG_STATE"]);
    server.done("THA-01", "activateOperation", json!({ "operation": operation }), "").await;
    operation
}

fn phase(code: &str) -> Value {
    json!({ "operation": "ALPHA", "phase": code })
}

/// A word on P2 of one who finds both criteria met.
fn word(decision: &str, seen_at: &Value) -> Value {
    let met = |criterion: &str| json!({ "criterion": criterion, "met": true });
    json!({
        "operation": "ALPHA", "phase": "P2", "decision": decision, "seenAt": seen_at,
        "criteria": [met("Shelter ready"), met("Route open")],
    })
}

/// Satisfies C1.
async fn settle_condition(server: &Server) {
    let query = "{ operation(code: \"ALPHA\") { phases { outstandingConditions { id code } } } }";
    let data = server.data("MMR-01", query, Value::Null).await;
    let held = &data["operation"]["phases"];
    assert_eq!(held[0]["outstandingConditions"], json!([]));
    assert_eq!(column(&held[1]["outstandingConditions"], "/code"), ["C1"]);
    let satisfied =
        json!({ "conditionId": held[1]["outstandingConditions"][0]["id"], "evidence": "12 of 12" });
    server.done("MMR-01", "satisfyCondition", satisfied, "").await;
}

/// The codes of refusals with the dotted places that they are at, in order.
fn told(refusals: &[Value]) -> Vec<(&str, String)> {
    let place = |refusal: &Value| column(&refusal["field"], "").join(".");
    let mut told: Vec<_> = codes(refusals).into_iter().zip(refusals.iter().map(place)).collect();
    told.sort();
    told
}

fn at<'a>(code: &'a str, place: &str) -> (&'a str, String) {
    (code, place.to_owned())
}

const GATE: &str = "{ operation(code: \"ALPHA\") { phases {
    code name startedAt completedAt
    gate { code deciders { code } waitsFor { code } decision decidedAt passed
      words { id number partner { code } post { code } decision counts acceptedRisks criteria { criterion met note } } }
  } } }";

/// The gate of P2 as somebody sees it.
async fn gate(server: &Server, who: &str) -> Value {
    server.data(who, GATE, Value::Null).await["operation"]["phases"][1]["gate"].take()
}

#[sqlx::test(migrations = false)]
async fn a_phase_starts_once_every_decider_has_said_go_in_its_own_word(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options.clone()).await;
    active(&server).await;
    let begun = server.head("THA-01").await;
    let message = |refusals: &[Value]| refusals[0]["message"].as_str().unwrap().to_owned();
    let forbidden = server.refused("MMR-01", "startPhase", phase("P1")).await;
    assert_eq!(
        (codes(&forbidden), message(&forbidden).as_str()),
        (vec!["FORBIDDEN"], "This is for THA to do.")
    );
    let shown = "phase { code name startedAt gate { code } }";
    let payload = server.done("THA-01", "startPhase", phase("P1"), shown).await;
    let now = "2023-08-16T02:00:00Z";
    assert_eq!(payload["phase"], json!({ "code": "P1", "name": "Prepare", "startedAt": now, "gate": null }));
    let refusals = server.refused("THA-01", "startPhase", phase("P9")).await;
    assert_eq!(told(&refusals), [at("NOT_FOUND", "phase")]);

    // Both reasons at once: nobody has said go, and the condition names the phase.
    let refusals = server.refused("THA-01", "startPhase", phase("P2")).await;
    assert_eq!(told(&refusals), [at("CONDITION_OUTSTANDING", "phase"), at("GATE_NOT_PASSED", "phase")]);
    let condition = refusals.iter().find(|refusal| refusal["code"] == "CONDITION_OUTSTANDING").unwrap();
    assert_eq!(condition["subject"]["__typename"], "Condition");
    let seen = server.head("THA-01").await;
    let refusals = server.refused("THA-01", "decideGoNoGo", word("GO", &seen)).await;
    assert_eq!(told(&refusals), [at("CONDITION_OUTSTANDING", "phase")]);
    settle_condition(&server).await;

    // All that is wrong with a word comes at once, at its place.
    let judged = |criterion: &str, met: bool| json!({ "criterion": criterion, "met": met, "note": " " });
    let mut wrong = word("MAYBE", &json!("x"));
    wrong["phase"] = "p 2".into();
    wrong["criteria"] = json!([judged("Route open", true), { "criterion": "", "met": "yes" }]);
    wrong["acceptedRisks"] = json!(["Route open", ""]);
    let refusals = server.refused("THA-01", "decideGoNoGo", wrong).await;
    let places: Vec<_> = told(&refusals).into_iter().map(|(_, place)| place).collect();
    let mut expected = [
        "acceptedRisks.1",
        "criteria.0.note",
        "criteria.1.criterion",
        "criteria.1.met",
        "decision",
        "phase",
        "seenAt",
    ];
    let mut found = places.clone();
    found.sort();
    expected.sort_unstable();
    assert_eq!(found, expected, "{refusals:#?}");
    let mut unmet = word("GO", &seen);
    unmet["criteria"][1]["met"] = false.into();
    let refusals = server.refused("THA-01", "decideGoNoGo", unmet).await;
    assert_eq!(told(&refusals), [at("RISK_NOT_ACCEPTED", "criteria.1")]);
    let mut unknown = word("GO", &seen);
    unknown["criteria"][0]["criterion"] = "Weather".into();
    let refusals = server.refused("THA-01", "decideGoNoGo", unknown).await;
    assert_eq!(
        told(&refusals),
        [at("INVALID_VALUE", "criteria"), at("UNKNOWN_REFERENCE", "criteria.0.criterion")]
    );

    // Two say go, the third does not: all decide anew, having seen that.
    let seen = server.head("THA-01").await;
    server.done("THA-01", "decideGoNoGo", word("GO", &seen), "").await;
    let shown = "phase { gate { decision passed waitsFor { code } } }";
    let payload = server.done("MMR-01", "decideGoNoGo", word("GO", &seen), shown).await;
    let waits = json!({ "decision": null, "passed": false, "waitsFor": [{ "code": "LAO" }] });
    assert_eq!(payload["phase"]["gate"], waits);
    let payload = server.done("LAO-01", "decideGoNoGo", word("NO_GO", &seen), shown).await;
    let all = json!([{ "code": "LAO" }, { "code": "MMR" }, { "code": "THA" }]);
    assert_eq!(payload["phase"]["gate"], json!({ "decision": "NO_GO", "passed": false, "waitsFor": all }));
    let refusals = server.refused("THA-01", "startPhase", phase("P2")).await;
    assert_eq!(told(&refusals), [at("GATE_NOT_PASSED", "phase")]);
    let refusals = server.refused("THA-01", "decideGoNoGo", word("GO", &seen)).await;
    assert_eq!(told(&refusals), [at("SEEN_AT_INVALID", "seenAt")]);
    let refused_at = server.head("THA-01").await;
    for who in ["THA-01", "MMR-01"] {
        server.done(who, "decideGoNoGo", word("GO", &refused_at), "").await;
    }
    let mut last = word("GO", &refused_at);
    last["criteria"][1] = json!({ "criterion": "Route open", "met": false, "note": "Flooded at the bridge" });
    last["acceptedRisks"] = json!(["Route open"]);
    // What one finds unmet, all accept, in words of their own.
    let payload = server.done("LAO-01", "decideGoNoGo", last, shown).await;
    let others = json!([{ "code": "MMR" }, { "code": "THA" }]);
    assert_eq!(payload["phase"]["gate"], json!({ "decision": "NO_GO", "passed": false, "waitsFor": others }));
    for (who, waits) in [("THA-01", json!([{ "code": "MMR" }])), ("MMR-01", json!([]))] {
        let mut accepting = word("GO", &refused_at);
        accepting["acceptedRisks"] = json!(["Route open"]);
        let payload = server.done(who, "decideGoNoGo", accepting, shown).await;
        assert_eq!(payload["phase"]["gate"]["waitsFor"], waits, "{who}");
    }
    let payload = server.done("THA-01", "startPhase", phase("P2"), "phase { startedAt }").await;
    assert_eq!(payload["phase"]["startedAt"], now);

    let seen = gate(&server, "LAO-01").await;
    assert_eq!(
        (&seen["decision"], &seen["passed"], &seen["decidedAt"]),
        (&json!("GO"), &json!(true), &json!(now))
    );
    let words = seen["words"].as_array().unwrap();
    let of = |key: &str| words.iter().map(|word| word[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("number"), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(of("counts"), [false, false, false, false, false, true, true, true]);
    assert_eq!(words[5]["criteria"][1]["note"], "Flooded at the bridge");
    assert_eq!(words[7]["acceptedRisks"], json!(["Route open"]));
    assert_eq!(words[2]["post"]["code"], "LAO-01");

    // Each word knows what its author was looking at, and has a history; the past is as it was.
    let query = "query ($id: ID!, $at: Position!) {
      node(id: $id) { ... on GoNoGoWord { phaseCode seenAt planVersion { number }
        history { edges { node { type } } }
        knownThen { head { position } operation(code: \"ALPHA\") { phases { startedAt gate { decision words { number } } } } } } }
      asOf(at: { position: $at }) { operation(code: \"ALPHA\") { phases { gate { passed decision } } } } }";
    let data = server.data("MMR-01", query, json!({ "id": words[3]["id"], "at": refused_at })).await;
    let node = &data["node"];
    assert_eq!((&node["phaseCode"], &node["seenAt"]), (&json!("P2"), &refused_at));
    assert_eq!(node["planVersion"]["number"], 1);
    assert_eq!(node["knownThen"]["head"]["position"], refused_at);
    let then = &node["knownThen"]["operation"]["phases"];
    assert_eq!((&then[0]["startedAt"], &then[1]["startedAt"]), (&json!(now), &Value::Null));
    assert_eq!(then[1]["gate"]["decision"], "NO_GO");
    assert_eq!(then[1]["gate"]["words"].as_array().unwrap().len(), 3);
    let history = column(&node["history"]["edges"], "/node/type");
    assert!(!history.is_empty() && history.iter().all(|kind| kind.starts_with("GoNoGo")), "{history:?}");
    let past = &data["asOf"]["operation"]["phases"][1]["gate"];
    assert_eq!(*past, json!({ "passed": false, "decision": "NO_GO" }));

    // What changed since the activation: phases are told as a field of their operation, words as objects.
    let query = "query ($from: Position!, $to: Position!) { changes(from: { position: $from }, to: { position: $to }, first: 100) {
      edges { node { kind field before after object { __typename } event { type } } } } }";
    let head = server.head("MMR-01").await;
    let data = server.data("MMR-01", query, json!({ "from": begun, "to": head })).await;
    let changes = data["changes"]["edges"].as_array().unwrap();
    let phases: Vec<_> =
        changes.iter().map(|edge| &edge["node"]).filter(|change| change["field"] == "phases").collect();
    assert_eq!(phases.len(), 2, "{changes:#?}");
    for change in &phases {
        assert_eq!((&change["object"]["__typename"], &change["before"]), (&json!("Operation"), &Value::Null));
        assert_eq!(change["event"]["type"], "PhaseStarted");
    }
    let second = phases.iter().find(|change| change["after"]["code"] == "P2").unwrap();
    assert_eq!(second["after"]["gate"]["decision"], "GO");
    let words = changes.iter().filter(|edge| edge["node"]["object"]["__typename"] == "GoNoGoWord");
    assert_eq!(words.count(), 8);

    let payload = server.done("THA-01", "completePhase", phase("P1"), "phase { completedAt }").await;
    assert_eq!(payload["phase"]["completedAt"], now);
    check(&server, options).await;
}

/// What was decided is decided so again, and rows are what the log makes them.
async fn check(server: &Server, options: PgConnectOptions) {
    let head = server.head("THA-01").await;
    assert_ne!(head, "0");
    let pool = accord::database::prepare(options).await.unwrap();
    let decided = accord::engine::check_decisions(&pool, |_, _| ()).await.unwrap();
    assert_eq!((decided.differences.len(), decided.other_rules), (0, 0), "{decided:?}");
    let rows = accord::engine::check_read_models(&pool, None, |_, _| ()).await.unwrap();
    assert_eq!(rows, Vec::<String>::new());
}

#[sqlx::test(migrations = false)]
async fn a_decision_is_kept_with_what_was_known_when_it_was_taken(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options.clone()).await;
    active(&server).await;
    server.done("THA-01", "startPhase", phase("P1"), "").await;
    let points = "{ operation(code: \"ALPHA\") { decisionPoints { point { code } status task { code } awaited { code } } } }";
    let state =
        async |who: &str| server.data(who, points, Value::Null).await["operation"]["decisionPoints"].take();
    let pending = |code: &str, task: &str, awaited: &[&str]| {
        let awaited: Vec<_> = awaited.iter().map(|code| json!({ "code": code })).collect();
        json!({ "point": { "code": code }, "status": "PENDING", "task": { "code": task }, "awaited": awaited })
    };
    assert_eq!(
        state("LAO-01").await,
        json!([pending("GO_NO_GO", "T02", &["THA", "MMR", "LAO"]), pending("DP2", "T01", &["THA", "MMR"])])
    );
    server.done("THA-01", "startTask", json!({ "operation": "ALPHA", "task": "T01" }), "").await;
    assert_eq!(state("LAO-01").await[1]["status"], "DUE");

    let seen = server.head("THA-01").await;
    // What comes between is not what the commander was looking at.
    let pause = json!({ "operation": "ALPHA", "reason": "Fighting near the bridge" });
    server.done("THA-01", "pauseOperation", pause, "").await;
    let entry = json!({
        "operation": "ALPHA", "decisionPoint": "DP2", "question": "Open another shelter?",
        "options": [{ "text": "Open it now", "assessment": "Beds for 40 more" }, { "text": "Wait" }],
        "outcome": "Open it", "reasons": "More persons than places", "seenAt": seen,
    });
    let shown = "decision { id number question outcome reasons decidedAt seenAt decisionPointCode
        partner { code } post { code } options { text assessment } decisionPoint { code decision }
        operation { code status }
        knownThen { operation(code: \"ALPHA\") { id status pausedAt } } }";
    let payload = server.done("THA-01", "recordDecision", entry.clone(), shown).await;
    let decision = &payload["decision"];
    assert_eq!((&decision["number"], &decision["outcome"]), (&json!(1), &json!("Open it")));
    assert_eq!((&decision["partner"]["code"], &decision["post"]["code"]), (&json!("THA"), &json!("THA-01")));
    assert_eq!(
        decision["options"],
        json!([{ "text": "Open it now", "assessment": "Beds for 40 more" }, { "text": "Wait", "assessment": null }])
    );
    assert_eq!(decision["decisionPoint"], json!({ "code": "DP2", "decision": "Open another shelter?" }));
    assert_eq!(decision["operation"]["status"], "PAUSED");
    let then = &decision["knownThen"]["operation"];
    assert_eq!((&then["status"], &then["pausedAt"]), (&json!("ACTIVE"), &Value::Null));
    assert!(then["id"].as_str().unwrap().ends_with(&format!("@{}", seen.as_str().unwrap())), "{then}");
    assert_eq!(state("LAO-01").await[1]["awaited"], json!([{ "code": "MMR" }]));
    let mut of_another = entry.clone();
    of_another["decisionPoint"] = Value::Null;
    server.done("MMR-01", "recordDecision", of_another, "").await;
    assert_eq!(state("LAO-01").await[1]["status"], "DUE", "an entry without the point settles nothing");
    server.done("MMR-01", "recordDecision", entry.clone(), "").await;
    let taken =
        json!({ "point": { "code": "DP2" }, "status": "TAKEN", "task": { "code": "T01" }, "awaited": [] });
    assert_eq!(state("LAO-01").await[1], taken);

    // Faults are told at once, and who does not decide is told so.
    let mut wrong = entry.clone();
    wrong["question"] = "".into();
    wrong["options"][1]["text"] = " ".into();
    wrong["outcome"] = "".into();
    wrong["decisionPoint"] = "d p".into();
    let refusals = server.refused("THA-01", "recordDecision", wrong).await;
    let mut places: Vec<_> = told(&refusals).into_iter().map(|(_, place)| place).collect();
    places.sort();
    assert_eq!(places, ["decisionPoint", "options.1.text", "outcome", "question"]);
    assert_eq!(codes(&server.refused("LAO-01", "recordDecision", entry.clone()).await), ["FORBIDDEN"]);
    let mut unknown = entry.clone();
    unknown["decisionPoint"] = "DP9".into();
    unknown["seenAt"] = "99999".into();
    let refusals = server.refused("THA-01", "recordDecision", unknown).await;
    assert_eq!(told(&refusals), [at("SEEN_AT_INVALID", "seenAt"), at("UNKNOWN_REFERENCE", "decisionPoint")]);

    // A page never shifts.
    let query = "query ($after: String) { operation(code: \"ALPHA\") { decisions(first: 2, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } edges { node { number partner { code } decisionPointCode } } } } }";
    let data = server.data("LAO-01", query, json!({ "after": null })).await;
    let page = &data["operation"]["decisions"];
    assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
    let data = server.data("LAO-01", query, json!({ "after": page["pageInfo"]["endCursor"] })).await;
    let rest = &data["operation"]["decisions"];
    assert_eq!(rest["pageInfo"]["hasNextPage"], false);
    let third =
        json!([{ "node": { "number": 3, "partner": { "code": "MMR" }, "decisionPointCode": "DP2" } }]);
    assert_eq!(rest["edges"], third);
    let wrong = "{ operation(code: \"ALPHA\") { decisions(last: 1) { nodes { number } } } }";
    let data = server.data("LAO-01", wrong, Value::Null).await;
    assert_eq!(data["operation"]["decisions"]["nodes"], json!([{ "number": 3 }]));
    check(&server, options).await;
}

/// The open clashes among the conflicts that somebody sees, with their tasks.
async fn clashes(server: &Server, who: &str) -> Vec<Value> {
    let query = "{ operation(code: \"ALPHA\") { conflicts { kind message tasks { code } } } }";
    let mut data = server.data(who, query, Value::Null).await;
    let conflicts = data["operation"]["conflicts"].as_array_mut().unwrap();
    conflicts.retain(|conflict| conflict["kind"] == "DECONFLICTION_OPEN");
    std::mem::take(conflicts)
}

#[sqlx::test(migrations = false)]
async fn a_clash_is_for_who_sees_all_its_tasks_and_a_conflict_until_it_is_settled(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options.clone()).await;
    active(&server).await;
    let mark = json!({ "operation": "ALPHA", "task": "T01", "releasableTo": ["MMR"] });
    server.done("THA-01", "markReleasability", mark, "").await;
    let begun = server.head("THA-01").await;
    let found = json!({
        "operation": "ALPHA", "other": "River police", "areas": ["Mae Sot"], "tasks": ["T01", "T02"],
        "period": { "from": "2023-10-10T00:00:00+07:00", "to": "2023-10-12T00:00:00+07:00" },
    });
    let mut wrong = found.clone();
    wrong["tasks"] = json!(["T02", "T99"]);
    wrong["period"]["to"] = wrong["period"]["from"].clone();
    let refusals = server.refused("THA-01", "findDeconflictionConflict", wrong).await;
    assert_eq!(told(&refusals), [at("INVALID_VALUE", "period"), at("UNKNOWN_REFERENCE", "tasks.1")]);
    let shown = "deconfliction { id number other areas taskCodes tasks { code } foundAt clearedAt resolution
        period(zone: { partner: \"THA\" }) { from to } }";
    let payload = server.done("THA-01", "findDeconflictionConflict", found.clone(), shown).await;
    let clash = &payload["deconfliction"];
    let id = &clash["id"];
    assert_eq!(clash["period"]["to"], "2023-10-12T00:00:00+07:00");
    assert_eq!((column(&clash["tasks"], "/code"), &clash["clearedAt"]), (vec!["T01", "T02"], &Value::Null));
    // Of another, with T02 alone, everybody knows; the same again is the same.
    let mut other = found.clone();
    (other["other"], other["tasks"]) = ("Customs".into(), json!(["T02"]));
    let second =
        server.done("THA-01", "findDeconflictionConflict", other, "deconfliction { id number }").await;
    assert_eq!(second["deconfliction"]["number"], 2);
    let again = server.done("THA-01", "findDeconflictionConflict", found, "deconfliction { id }").await;
    assert_eq!(again["deconfliction"]["id"], *id);

    let message = "2 tasks clash with River police, and nobody has said how that was settled.";
    let both = json!({ "kind": "DECONFLICTION_OPEN", "message": message, "tasks": [{ "code": "T01" }, { "code": "T02" }] });
    for who in ["THA-01", "MMR-01"] {
        assert_eq!(clashes(&server, who).await[0], both, "{who}");
    }
    let seen = clashes(&server, "LAO-01").await;
    assert_eq!(seen.len(), 1);
    assert!(seen[0]["message"].as_str().unwrap().starts_with("A task clashes with Customs"), "{seen:?}");

    // To who may not see a task that it names it is as if it were not, also in the log.
    let query = "query ($id: ID!, $from: Position!) {
      node(id: $id) { id }
      operation(code: \"ALPHA\") { deconflictions { number other } history { edges { node { payload } } } }
      changes(from: { position: $from }, to: { position: \"HEAD\" }) { edges { node { object { id } after } } } }";
    let head = server.head("THA-01").await;
    let query = query.replace("HEAD", head.as_str().unwrap());
    for (who, sees) in [("THA-01", true), ("MMR-01", true), ("LAO-01", false)] {
        let data = server.data(who, &query, json!({ "id": id, "from": begun })).await;
        assert_eq!(data["node"].is_null(), !sees, "{who}");
        assert_eq!(
            data["operation"]["deconflictions"].as_array().unwrap().len(),
            1 + usize::from(sees),
            "{who}"
        );
        assert_eq!(data.to_string().contains("River police"), sees, "{who}: {data:#}");
        assert!(data.to_string().contains("Customs"), "{who}");
    }
    let settled = |id: &Value| json!({ "deconflictionId": id, "resolution": "Dates exchanged" });
    let absent = json!("deconfliction_00000000000000000000000000");
    let answers = [
        server.refused("LAO-01", "clearDeconfliction", settled(id)).await,
        server.refused("LAO-01", "clearDeconfliction", settled(&absent)).await,
    ];
    assert_eq!(told(&answers[0]), [at("NOT_FOUND", "deconflictionId")]);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(codes(&server.refused("MMR-01", "clearDeconfliction", settled(id)).await), ["FORBIDDEN"]);
    let shown = "deconfliction { clearedAt resolution }";
    let payload = server.done("THA-01", "clearDeconfliction", settled(id), shown).await;
    let cleared = json!({ "clearedAt": "2023-08-16T02:00:00Z", "resolution": "Dates exchanged" });
    assert_eq!(payload["deconfliction"], cleared);
    let mut otherwise = settled(id);
    otherwise["resolution"] = "Otherwise".into();
    let refusals = server.refused("THA-01", "clearDeconfliction", otherwise).await;
    assert_eq!(told(&refusals), [at("WRONG_STATE", "deconflictionId")]);
    assert_eq!(clashes(&server, "THA-01").await.len(), 1);
    let query = "{ operation(code: \"ALPHA\") { open: deconflictions(open: true) { number } deconflictions { number } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let lists = json!({ "open": [{ "number": 2 }], "deconflictions": [{ "number": 1 }, { "number": 2 }] });
    assert_eq!(data["operation"], lists);
    check(&server, options).await;
}

#[sqlx::test(migrations = false)]
async fn what_is_said_of_a_task_that_was_taken_out_is_seen_by_who_saw_the_task(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options.clone()).await;
    coalition(&server).await;
    let task = |code: &str| {
        json!({
            "code": code, "title": format!("Task {code}"), "phase": "P1", "leadPartner": "THA", "territory": "THA",
            "post": "THA-01", "startOffset": "PT0H", "duration": "PT2H", "predecessors": [],
        })
    };
    server.done("THA-01", "draftPlan", json!({ "operation": "ALPHA", "sections": sections() }), "").await;
    let tasks = json!({ "operation": "ALPHA", "tasks": [task("T01"), task("T02")] });
    server.done("THA-01", "importTasks", tasks, "").await;
    let mark = json!({ "operation": "ALPHA", "task": "T01", "releasableTo": ["MMR"] });
    server.done("THA-01", "markReleasability", mark, "").await;
    let mut ids = Vec::new();
    for (other, task) in [("River police", "T01"), ("Customs", "T02")] {
        let found = json!({ "operation": "ALPHA", "other": other, "areas": ["Mae Sot"], "tasks": [task] });
        let shown = "deconfliction { id }";
        let payload = server.done("THA-01", "findDeconflictionConflict", found, shown).await;
        ids.push(payload["deconfliction"]["id"].clone());
    }
    for task in ["T01", "T02"] {
        server.done("THA-01", "removeTask", json!({ "operation": "ALPHA", "task": task }), "").await;
    }
    for (id, resolution) in ids.iter().zip(["By the river", "At the border"]) {
        let settled = json!({ "deconflictionId": id, "resolution": resolution });
        server.done("THA-01", "clearDeconfliction", settled, "").await;
    }
    let query = "{ operation(code: \"ALPHA\") {
        deconflictions { resolution }
        history(first: 100) { edges { node { type payload } } } } }";
    for (who, all) in [("THA-01", true), ("MMR-01", true), ("LAO-01", false)] {
        let data = server.data(who, query, Value::Null).await;
        let seen = data.to_string();
        assert_eq!(seen.contains("River police"), all, "{who}: {data:#}");
        assert!(seen.contains("Customs"), "{who}");
        let edges = data["operation"]["history"]["edges"].as_array().unwrap();
        let cleared = edges.iter().filter(|edge| edge["node"]["type"] == "DeconflictionCleared");
        let said: Vec<_> = cleared.map(|edge| edge["node"]["payload"]["resolution"].clone()).collect();
        let told = if all { vec!["By the river", "At the border"] } else { vec!["At the border"] };
        assert_eq!(said, told, "{who}");
        assert_eq!(column(&data["operation"]["deconflictions"], "/resolution"), told, "{who}");
    }
    // Whatever is withheld afterwards is withheld of it, too.
    let mark = json!({ "operation": "ALPHA", "releasableTo": ["LAO"] });
    server.done("THA-01", "markReleasability", mark, "").await;
    let data = server.data("MMR-01", "{ operation(code: \"ALPHA\") { code } }", Value::Null).await;
    assert_eq!(data["operation"], Value::Null);
    check(&server, options).await;
}

const STATUS: &str = "operation { status pausedAt pauseReason endedAt terminationReason }";

#[sqlx::test(migrations = false)]
async fn an_operation_is_paused_resumed_and_closed_once_nothing_goes_on(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options.clone()).await;
    active(&server).await;
    let now = "2023-08-16T02:00:00Z";
    let named = || json!({ "operation": "ALPHA" });
    let pause = |reason: &str| json!({ "operation": "ALPHA", "reason": reason });
    assert_eq!(
        told(&server.refused("THA-01", "pauseOperation", pause(" ")).await),
        [at("REASON_REQUIRED", "reason")]
    );
    assert_eq!(codes(&server.refused("MMR-01", "pauseOperation", pause("Flood")).await), ["FORBIDDEN"]);
    let payload = server.done("THA-01", "pauseOperation", pause("Flood"), STATUS).await;
    let paused = json!({
        "status": "PAUSED", "pausedAt": now, "pauseReason": "Flood", "endedAt": null, "terminationReason": null,
    });
    assert_eq!(payload["operation"], paused);
    assert_eq!(codes(&server.refused("THA-01", "startPhase", phase("P1")).await), ["WRONG_STATE"]);
    let payload = server.done("THA-01", "resumeOperation", named(), STATUS).await;
    assert_eq!(
        (&payload["operation"]["status"], &payload["operation"]["pausedAt"]),
        (&json!("ACTIVE"), &Value::Null)
    );

    server.done("THA-01", "startPhase", phase("P1"), "").await;
    let task = || json!({ "operation": "ALPHA", "task": "T01" });
    server.done("THA-01", "pauseOperation", pause("Flood again"), "").await;
    assert_eq!(codes(&server.refused("THA-01", "startTask", task()).await), ["WRONG_STATE"]);
    server.done("THA-01", "resumeOperation", named(), "").await;
    server.done("THA-01", "startTask", task(), "").await;
    let refusals = server.refused("THA-01", "closeOperation", named()).await;
    assert_eq!(codes(&refusals), ["TASK_IN_PROGRESS"]);
    assert_eq!(refusals[0]["subject"]["__typename"], "Task");

    // What an amendment would do to a task that has begun is known before it comes into force.
    server.done("THA-01", "openAmendment", pause("Later"), "").await;
    server
        .done("THA-01", "reviseTask", json!({ "operation": "ALPHA", "task": "T01", "duration": "PT3H" }), "")
        .await;
    let query = "{ operation(code: \"ALPHA\") { planVersion(number: 2) { effectOnExecution { taskCode task { code } changes refused } }
      plan { effectOnExecution { taskCode } } } }";
    let data = server.data("MMR-01", query, Value::Null).await;
    let effect = |changes: Value, refused: bool| json!([{ "taskCode": "T01", "task": { "code": "T01" }, "changes": changes, "refused": refused }]);
    let told_of = |data: &Value| data["operation"]["planVersion"]["effectOnExecution"].clone();
    assert_eq!(told_of(&data), effect(json!(["DURATION"]), false));
    assert_eq!(data["operation"]["plan"]["effectOnExecution"], json!([]));
    server
        .done(
            "THA-01",
            "reviseTask",
            json!({ "operation": "ALPHA", "task": "T01", "startOffset": "PT1H" }),
            "",
        )
        .await;
    let data = server.data("MMR-01", query, Value::Null).await;
    assert_eq!(told_of(&data), effect(json!(["START", "DURATION"]), true));

    server.done("THA-01", "completeTask", task(), "").await;
    let payload = server.done("THA-01", "closeOperation", named(), STATUS).await;
    let closed = json!({
        "status": "CLOSED", "pausedAt": null, "pauseReason": null, "endedAt": now, "terminationReason": null,
    });
    assert_eq!(payload["operation"], closed);
    let refused = server.refused("THA-01", "startPhase", phase("P2")).await;
    assert!(codes(&refused).contains(&"WRONG_STATE"), "{refused:?}");
    check(&server, options).await;
}

#[sqlx::test(migrations = false)]
async fn an_operation_is_broken_off_and_one_that_is_hidden_is_as_none(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options.clone()).await;
    active(&server).await;
    let reason = json!({ "operation": "ALPHA", "reason": "Both sites were abandoned" });
    assert_eq!(codes(&server.refused("LAO-01", "terminateOperation", reason.clone()).await), ["FORBIDDEN"]);
    let payload = server.done("THA-01", "terminateOperation", reason, STATUS).await;
    let ended = json!({
        "status": "TERMINATED", "pausedAt": null, "pauseReason": null, "endedAt": "2023-08-16T02:00:00Z",
        "terminationReason": "Both sites were abandoned",
    });
    assert_eq!(payload["operation"], ended);
    assert!(codes(&server.refused("THA-01", "startPhase", phase("P1")).await).contains(&"WRONG_STATE"));

    let bravo = json!({
        "code": "BRAVO", "title": "Operation BRAVO", "leadPartner": "THA", "classification": "SECRET",
        "releasableTo": ["MMR"],
    });
    server.done("THA-01", "initiateOperation", bravo, "").await;
    let seen = server.head("LAO-01").await;
    let commands = [
        ("startPhase", json!({ "phase": "P1" })),
        ("completePhase", json!({ "phase": "P1" })),
        ("decideGoNoGo", json!({ "phase": "P1", "decision": "GO", "seenAt": seen })),
        ("recordDecision", json!({ "question": "Go?", "outcome": "Yes", "reasons": "So", "seenAt": seen })),
        ("pauseOperation", json!({ "reason": "Flood" })),
        ("resumeOperation", json!({})),
        ("closeOperation", json!({})),
        ("terminateOperation", json!({ "reason": "Flood" })),
        ("findDeconflictionConflict", json!({ "other": "Customs", "tasks": ["T01"] })),
    ];
    for (name, more) in commands {
        let mut answers = Vec::new();
        for operation in ["BRAVO", "NONE"] {
            let mut input = more.clone();
            input["operation"] = operation.into();
            answers.push(server.refused("LAO-01", name, input).await);
        }
        assert_eq!(told(&answers[0]), [at("NOT_FOUND", "operation")], "{name}");
        assert_eq!(answers[0], answers[1], "{name}");
    }
    check(&server, options).await;
}
