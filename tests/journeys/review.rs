//! After-action reviews: findings that rest on evidence, each reader told of what it may see of that; what is done about
//! them; and each partner's own word.

use crate::{
    execution::{active, at, set_clock, told},
    support::{SAPHAN, Server, codes, column},
};
use accord::scenario::{self, model::review::FindingStatus};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::BTreeMap;

/// After the last command that is imported.
const END: &str = "2023-12-12T09:00:00+07:00";

/// What of the review of an operation somebody sees.
async fn review(server: &Server, who: &str, operation: &str, fields: &str) -> Value {
    let query = format!("{{ operation(code: \"{operation}\") {{ review {{ {fields} }} }} }}");
    server.data(who, &query, Value::Null).await["operation"]["review"].take()
}

const EVIDENCE: &str = "evidence { number kind withheld position post { code } object { __typename
    ... on Incident { code } ... on Request { code } ... on Sitrep { code } ... on Task { code }
    ... on RecordedDecision { outcome } ... on PlanDecision { kind partner { code } }
    ... on Shift { number } ... on AssistanceClaim { counts { figure count } } } }";

/// By their codes.
async fn findings(server: &Server, who: &str, operation: &str, fields: &str) -> BTreeMap<String, Value> {
    let fields = format!("findings {{ nodes {{ code {fields} }} }}");
    let found = review(server, who, operation, &fields).await;
    let nodes = found["findings"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| (node["code"].as_str().unwrap().to_owned(), node.clone())).collect()
}

/// `F3` as it is told of.
fn brief(evidence: &Value) -> Vec<String> {
    let brief = |piece: &Value| {
        let object = &piece["object"];
        let name =
            ["/code", "/partner/code", "/outcome", "/number"].into_iter().find_map(|key| object.pointer(key));
        let name = name.map(|name| name.as_str().map_or_else(|| name.to_string(), str::to_owned));
        format!("{} {}", piece["kind"].as_str().unwrap(), name.unwrap_or_default()).trim().to_owned()
    };
    evidence.as_array().unwrap().iter().map(brief).collect()
}

#[sqlx::test(migrations = false)]
async fn x15_a_finding_without_evidence_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-11-27T09:00:00+07:00").await;
    let input = json!({
        "operation": "SAPHAN", "code": "F8", "kind": "IMPROVE", "observation": "It rained", "evidence": [],
    });
    let refusals = server.refused("THA-09", "recordFinding", input).await;
    assert_eq!(told(&refusals), [at("EVIDENCE_REQUIRED", "evidence")]);
    let found = findings(&server, "THA-09", "SAPHAN", "status").await;
    assert_eq!(found.keys().collect::<Vec<_>>(), ["F1", "F2", "F3", "F4", "F5", "F6", "F7"]);
}

#[sqlx::test(migrations = false)]
async fn saphans_seven_findings_stand_as_the_scenario_has_them_with_what_proves_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    let told = scenario::read(SAPHAN).unwrap().review.unwrap();
    let shown = format!(
        "kind status observation discussion conclusion recommendation due(zone: {{ name: \"Asia/Bangkok\" }})
         owner {{ code }} action {{ completedAt accepted validatedBy {{ code }} }} {EVIDENCE}"
    );
    let found = findings(&server, "THA-09", "SAPHAN", &shown).await;
    assert_eq!(found.len(), told.findings.len());
    for finding in &told.findings {
        let known = &found[&finding.id];
        for (field, text) in [
            ("observation", &finding.observation),
            ("discussion", &finding.discussion),
            ("conclusion", &finding.conclusion),
            ("recommendation", &finding.recommendation),
        ] {
            assert_eq!(known[field], *text, "{} {field}", finding.id);
        }
        assert_eq!(known["owner"]["code"], finding.owner, "{}", finding.id);
        let (kind, status) = (finding.kind.to_string(), finding.status.to_string());
        assert_eq!((&known["kind"], &known["status"]), (&json!(kind), &json!(status)), "{}", finding.id);
        let end = finding.due.succ_opt().unwrap();
        assert_eq!(known["due"], format!("{end}T00:00:00+07:00"), "{}", finding.id);
        let learned = finding.status == FindingStatus::LessonLearned;
        let validator = &known["action"]["validatedBy"]["code"];
        assert_eq!(*validator, if learned { json!("THA-09") } else { Value::Null }, "{}", finding.id);
    }
    let proofs = |code: &str| brief(&found[code]["evidence"]);
    assert_eq!(proofs("F1"), ["INCIDENT INC-001", "REQUEST RFA-001", "REQUEST RFA-002", "METRIC INC-001"]);
    assert_eq!(proofs("F2"), ["DECISION MMR", "METRIC"]);
    assert_eq!(found["F2"]["evidence"][0]["object"]["kind"], "REJECTED");
    assert_eq!(proofs("F3"), ["INCIDENT INC-001", "METRIC"]);
    let decisions = proofs("F4").split_off(2);
    assert_eq!(proofs("F4")[..2], ["SITREP SITREP-02", "SITREP SITREP-03-C1"]);
    assert!(!decisions.is_empty() && decisions.iter().all(|told| told == "DECISION Open overflow shelter"));
    assert_eq!(proofs("F5"), ["REQUEST RFA-004", "TASK T27", "METRIC T27"]);
    assert_eq!(proofs("F6"), ["SHIFT 3", "METRIC"]);
    assert_eq!(proofs("F7"), ["TASK T13", "CLAIM"]);
    let counts = found["F7"]["evidence"][1]["object"]["counts"].as_array().unwrap();
    let count =
        |figure: &str| counts.iter().find(|count| count["figure"] == figure).unwrap()["count"].clone();
    assert_eq!(
        (count("PROTECTED_RETURN_DEFERRED"), count("PUNISHED_FOR_COMPELLED_ACTS")),
        (json!(11), json!(0))
    );

    // A metric has the value that it had when it was linked, which the scenario expects.
    let metrics = "evidence { number kind metric { code value unit } }";
    let measured = findings(&server, "LAO-01", "SAPHAN", metrics).await;
    for (finding, number, code, unit, name) in [
        ("F1", 4, "TIME_TO_DECIDE", "MINUTES", "inc001_time_to_decide_min"),
        ("F2", 2, "SUBMISSION_TO_PROMULGATION", "HOURS", "plan_first_submit_to_promulgation_h"),
        ("F3", 2, "RECORDING_LAG", "MINUTES", "mmr_arrival_recording_lag_min"),
        ("F5", 3, "FINISH_VARIANCE", "MINUTES", "t27_finish_variance_min"),
        ("F6", 2, "WATCH_GAP", "MINUTES", "watch_gap_min"),
    ] {
        let value = scenario::read(SAPHAN).unwrap().metrics_expected[name].digits.to_string();
        let expected = json!({
            "number": number, "kind": "METRIC", "metric": { "code": code, "value": value, "unit": unit },
        });
        assert_eq!(measured[finding]["evidence"].as_array().unwrap().last(), Some(&expected), "{finding}");
    }

    // Counts are for their authority alone: China is told that there is something, and nothing else.
    let seen = findings(&server, "CHN-01", "SAPHAN", &format!("evidenceCount {EVIDENCE}")).await;
    let withheld = json!({
        "number": 2, "kind": "CLAIM", "withheld": true, "position": null, "post": null, "object": null,
    });
    assert_eq!((&seen["F7"]["evidence"][1], &seen["F7"]["evidenceCount"]), (&withheld, &json!(2)));
    assert_eq!(seen["F7"]["evidence"][0]["withheld"], false);

    let fields = "questions { question answer } adoptions { partner { code } current adoptedAt }";
    let known = review(&server, "LAO-01", "SAPHAN", fields).await;
    let question = |question: &str, answer: &str| json!({ "question": question, "answer": answer });
    assert_eq!(
        known["questions"],
        json!([
            question("PLANNED", &told.questions.planned),
            question("HAPPENED", &told.questions.happened),
            question("WHY", &told.questions.why),
            question("NEXT", &told.questions.next),
        ])
    );
    assert_eq!(column(&known["adoptions"], "/partner/code"), ["CHN", "LAO", "MMR", "THA"]);
    let adoptions = known["adoptions"].as_array().unwrap();
    assert!(
        adoptions.iter().all(|word| word["current"] == true && word["adoptedAt"] == "2023-12-08T08:00:00Z")
    );
    let operation = server.data("THA-01", "{ operation(code: \"SAPHAN\") { status } }", Value::Null).await;
    assert_eq!(operation["operation"]["status"], "CLOSED");

    // As many statements for seven findings as for one.
    let listed = |first: u32| {
        format!("{{ operation(code: \"SAPHAN\") {{ review {{ findings(first: {first}) {{ nodes {{ code
          owner {{ code }} evidence {{ kind post {{ code }} object {{ ... on Task {{ code }} }} }} }} }} }} }} }}")
    };
    let statements = async |first: u32| {
        let answer = server.ask("THA-01", &listed(first), Value::Null).await;
        answer["extensions"]["cost"]["statements"].as_u64().unwrap()
    };
    // But for the kinds of objects that only the others have: decisions of two kinds, SITREPs, tasks, shifts, claims, and
    // the event and the centre that metrics are of.
    let (one, seven) = (statements(1).await, statements(7).await);
    assert!(one > 0 && seven <= one + 9, "{seven} statements, and {one} for one finding");
}

/// ALPHA under review, ten hours after its H-hour; ids of its tasks, of which Lao PDR does not see T03.
async fn under_review(server: &Server) -> BTreeMap<String, Value> {
    active(server).await;
    set_clock(server, "2023-10-09T09:00:00Z");
    server.done("THA-01", "openReview", json!({ "operation": "ALPHA" }), "review { openedAt }").await;
    let query = "{ operation(code: \"ALPHA\") { tasks { nodes { code id } } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let tasks = data["operation"]["tasks"]["nodes"].as_array().unwrap();
    tasks.iter().map(|task| (task["code"].as_str().unwrap().to_owned(), task["id"].clone())).collect()
}

fn finding(code: &str, evidence: &Value) -> Value {
    json!({
        "operation": "ALPHA", "code": code, "kind": "IMPROVE", "observation": "The gate was shut",
        "conclusion": "Nobody had the keys", "recommendation": "Hand keys over", "evidence": evidence,
    })
}

#[sqlx::test(migrations = false)]
async fn who_may_not_see_a_piece_of_evidence_is_told_that_it_is_withheld(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let tasks = under_review(&server).await;
    server.done("THA-01", "startTask", json!({ "operation": "ALPHA", "task": "T03" }), "").await;
    let query = "{ operation(code: \"ALPHA\") { task(code: \"T03\") { claims { id } } planVersion(number: 1) { id decisions { id } } }
        events(filter: { types: [\"TaskStarted\"] }) { nodes { id } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let (claim, event) = (&data["operation"]["task"]["claims"][0]["id"], &data["events"]["nodes"][0]["id"]);
    let version = &data["operation"]["planVersion"];
    let evidence = json!([
        { "taskId": tasks["T01"] }, { "taskId": tasks["T03"] }, { "claimId": claim }, { "eventId": event },
        { "planVersionId": version["id"] }, { "decisionId": version["decisions"][0]["id"] },
    ]);
    let done =
        server.done("THA-01", "recordFinding", finding("F1", &evidence), "finding { id status }").await;
    assert_eq!(done["finding"]["status"], "LESSON_IDENTIFIED");
    let id = &done["finding"]["id"];

    let shown =
        "evidence { kind withheld object { __typename } position linkedAt knownThen { head { position } } }
        history { nodes { type payload } }";
    let for_lead = findings(&server, "MMR-01", "ALPHA", shown).await;
    let pieces = for_lead["F1"]["evidence"].as_array().unwrap();
    assert!(pieces.iter().all(|piece| piece["withheld"] == false && !piece["knownThen"].is_null()));
    let kinds: Vec<_> = pieces.iter().map(|piece| piece["object"]["__typename"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Task", "Task", "TaskClaim", "Event", "PlanVersion", "PlanDecision"]);
    let for_lao = findings(&server, "LAO-01", "ALPHA", shown).await;
    let pieces = for_lao["F1"]["evidence"].as_array().unwrap();
    let hidden = |kind: &str| {
        json!({
            "kind": kind, "withheld": true, "object": null, "position": null, "linkedAt": null, "knownThen": null,
        })
    };
    assert_eq!(pieces[1..4], [hidden("TASK"), hidden("CLAIM"), hidden("EVENT")]);
    let withheld: Vec<bool> = pieces.iter().map(|piece| piece["withheld"].as_bool().unwrap()).collect();
    assert_eq!(withheld, [false, true, true, true, false, false]);
    // Nor does the finding's history tell what it is.
    let types = |found: &Value| column(&found["history"]["nodes"], "/type").len();
    assert_eq!((types(&for_lead["F1"]), types(&for_lao["F1"])), (7, 4));
    let told = for_lao["F1"].to_string();
    assert!(!told.contains("T03") && !told.contains(event.as_str().unwrap()));
    let query =
        "{ changes(from: { position: \"1\" }, to: { position: \"9999\" }) { nodes { field after } } }";
    let head = server.head("LAO-01").await;
    let query = query.replace("9999", head.as_str().unwrap());
    let changes = server.data("LAO-01", &query, Value::Null).await;
    assert!(!changes.to_string().contains("T03"));

    // What one may not see, one cannot name: the same is said of what never was.
    let link = |task: &Value| json!({ "findingId": id, "evidence": [{ "taskId": tasks["T02"] }, { "taskId": task }] });
    let absent = json!("task_00000000000000000000000000");
    let hidden = server.refused("LAO-01", "linkEvidence", link(&tasks["T03"])).await;
    assert_eq!(hidden, server.refused("LAO-01", "linkEvidence", link(&absent)).await);
    assert_eq!(crate::execution::told(&hidden), [at("NOT_FOUND", "evidence.1.taskId")]);
    let shown = "finding { evidenceCount evidence { kind } }";
    let done = server.done("LAO-01", "linkEvidence", link(&tasks["T01"]), shown).await;
    // T01 proves it already.
    assert_eq!(done["finding"]["evidenceCount"], 7);
}

#[sqlx::test(migrations = false)]
async fn what_is_to_be_done_waits_for_its_post_and_is_validated_by_another(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let tasks = under_review(&server).await;
    let bare = json!({
        "operation": "ALPHA", "code": "F1", "kind": "SUSTAIN", "observation": "The gate was shut",
        "evidence": [{ "taskId": tasks["T01"] }],
    });
    let done = server.done("THA-01", "recordFinding", bare, "finding { id status }").await;
    assert_eq!(done["finding"]["status"], "OBSERVED");
    let id = done["finding"]["id"].clone();
    let on = |more: Value| {
        let mut input = json!({ "findingId": id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let assign = |post: &str| on(json!({ "post": post, "due": "2023-10-20T00:00:00Z" }));
    let refusals = server.refused("THA-01", "assignAction", assign("MMR-01")).await;
    assert_eq!(told(&refusals), [at("WRONG_STATE", "findingId")]);
    let remedy = on(json!({ "conclusion": "Nobody had the keys", "recommendation": "Hand keys over" }));
    let done = server.done("THA-01", "makeRecommendation", remedy, "finding { status owner { code } }").await;
    assert_eq!(done["finding"], json!({ "status": "LESSON_IDENTIFIED", "owner": null }));
    let wrong = on(json!({ "post": "MMR-09", "due": "2023-10-01T00:00:00Z" }));
    let refusals = server.refused("THA-01", "assignAction", wrong).await;
    assert_eq!(told(&refusals), [at("UNKNOWN_REFERENCE", "post"), at("INVALID_VALUE", "due")]);
    let shown = "finding { status owner { code } due action { post { code } completedAt } }";
    let done = server.done("THA-01", "assignAction", assign("MMR-01"), shown).await;
    assert_eq!(
        done["finding"],
        json!({
            "status": "ACTION_ASSIGNED", "owner": { "code": "MMR-01" }, "due": "2023-10-20T00:00:00Z",
            "action": { "post": { "code": "MMR-01" }, "completedAt": null },
        })
    );

    // It waits for that post and for nobody else, also when it is overdue.
    let agenda = "{ viewer { agenda { nodes { kind why due overdue mutation finding { code } operation { code } } } } }";
    for (now, overdue) in [("2023-10-19T00:00:00Z", false), ("2023-10-21T00:00:00Z", true)] {
        set_clock(&server, now);
        let data = server.data("MMR-01", agenda, Value::Null).await;
        let entries = data["viewer"]["agenda"]["nodes"].as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["kind"] == "ACTION_TO_COMPLETE").unwrap();
        assert_eq!(
            *entry,
            json!({
                "kind": "ACTION_TO_COMPLETE", "why": "Your post has to act on finding F1 of ALPHA.",
                "due": "2023-10-20T00:00:00Z", "overdue": overdue, "mutation": "completeAction",
                "finding": { "code": "F1" }, "operation": { "code": "ALPHA" },
            })
        );
        let data = server.data("THA-01", agenda, Value::Null).await;
        assert!(!data.to_string().contains("ACTION_TO_COMPLETE"));
    }
    let done = on(json!({ "note": "The keys hang in the watch room" }));
    assert_eq!(codes(&server.refused("THA-01", "completeAction", done.clone()).await), ["FORBIDDEN"]);
    let payload = server.done("MMR-01", "completeAction", done, "finding { status action { note } }").await;
    assert_eq!(payload["finding"]["status"], "ACTION_COMPLETE");
    assert_eq!(payload["finding"]["action"]["note"], "The keys hang in the watch room");
    let data = server.data("MMR-01", agenda, Value::Null).await;
    assert!(!data.to_string().contains("ACTION_TO_COMPLETE"));

    let verdict = |accepted: bool| on(json!({ "accepted": accepted, "note": "Seen" }));
    let refusals = server.refused("MMR-01", "validateLesson", verdict(true)).await;
    assert_eq!(told(&refusals), [at("VALIDATOR_NOT_INDEPENDENT", "findingId")]);
    let shown = "finding { status action { accepted validatedBy { code } validationNote } }";
    let payload = server.done("LAO-01", "validateLesson", verdict(true), shown).await;
    assert_eq!(
        payload["finding"],
        json!({
            "status": "LESSON_LEARNED",
            "action": { "accepted": true, "validatedBy": { "code": "LAO-01" }, "validationNote": "Seen" },
        })
    );
    let history = findings(&server, "LAO-01", "ALPHA", "history { nodes { type } }").await;
    assert_eq!(
        column(&history["F1"]["history"]["nodes"], "/type"),
        [
            "FindingRecorded",
            "EvidenceLinked",
            "RecommendationMade",
            "ActionAssigned",
            "ActionCompleted",
            "LessonValidated"
        ]
    );
    // As it was known.
    let then = "{ asOf(at: { recordedAt: \"2023-10-19T00:00:00Z\" }) { operation(code: \"ALPHA\") { review {
        findings(filter: { status: [ACTION_ASSIGNED] }) { totalCount nodes { code status } } } } } }";
    let data = server.data("LAO-01", then, Value::Null).await;
    let then = &data["asOf"]["operation"]["review"]["findings"];
    assert_eq!(*then, json!({ "totalCount": 1, "nodes": [{ "code": "F1", "status": "ACTION_ASSIGNED" }] }));
}

#[sqlx::test(migrations = false)]
async fn each_partner_adopts_for_itself_what_it_has_read(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let tasks = under_review(&server).await;
    let adopt = |seen_at: &Value| json!({ "operation": "ALPHA", "seenAt": seen_at });
    let early = server.head("MMR-01").await;
    let refusals = server.refused("MMR-01", "adoptReview", adopt(&early)).await;
    assert_eq!(codes(&refusals), ["WRONG_STATE"; 4]);
    for question in ["PLANNED", "HAPPENED", "WHY", "NEXT"] {
        let answer = json!({ "operation": "ALPHA", "question": question, "answer": "As the log has it" });
        assert_eq!(codes(&server.refused("LAO-01", "answerQuestion", answer.clone()).await), ["FORBIDDEN"]);
        server.done("THA-01", "answerQuestion", answer, "").await;
    }
    let refusals = server.refused("MMR-01", "adoptReview", adopt(&early)).await;
    assert_eq!(told(&refusals), [at("SEEN_AT_INVALID", "seenAt")]);
    let noted = json!({ "operation": "ALPHA", "text": "The gate was shut" });
    let shown = "observation { number partner { code } text }";
    let done = server.done("LAO-01", "recordObservation", noted, shown).await;
    let partner = json!({ "code": "LAO" });
    assert_eq!(done["observation"], json!({ "number": 1, "partner": partner, "text": "The gate was shut" }));
    let seen = server.head("MMR-01").await;
    let shown = "review { adoptions { partner { code } post { code } current seenAt } }";
    let done = server.done("MMR-01", "adoptReview", adopt(&seen), shown).await;
    let word = json!({ "partner": { "code": "MMR" }, "post": { "code": "MMR-01" }, "current": true, "seenAt": seen });
    assert_eq!(done["review"]["adoptions"], json!([word]));
    // What is written later is adopted anew.
    let found = finding("F1", &json!([{ "taskId": tasks["T01"] }]));
    server.done("THA-01", "recordFinding", found.clone(), "").await;
    assert_eq!(codes(&server.refused("THA-01", "recordFinding", found).await), ["ALREADY_EXISTS"]);
    let adoptions = "adoptions { partner { code } current }";
    let known = review(&server, "LAO-01", "ALPHA", adoptions).await;
    assert_eq!(known["adoptions"], json!([{ "partner": { "code": "MMR" }, "current": false }]));
    for who in ["LAO-01", "MMR-01"] {
        let seen = server.head(who).await;
        server.done(who, "adoptReview", adopt(&seen), "").await;
    }
    let known = review(&server, "LAO-01", "ALPHA", adoptions).await;
    let word = |partner: &str| json!({ "partner": { "code": partner }, "current": true });
    assert_eq!(known["adoptions"], json!([word("LAO"), word("MMR")]));
}

#[sqlx::test(migrations = false)]
async fn counts_of_persons_prove_a_finding_as_far_as_each_reader_is_told_of_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    under_review(&server).await;
    server.done("THA-01", "recordPersonsReceived", json!({ "operation": "ALPHA", "count": 3 }), "").await;
    let count = |authority: &str| json!({ "referringAuthority": authority, "figure": "RECEIVED" });
    let absent = finding("F1", &json!([{ "assistance": count("LAO") }]));
    let refusals = server.refused("THA-01", "recordFinding", absent).await;
    assert_eq!(told(&refusals), [at("NOT_FOUND", "evidence.0")]);
    let found = finding("F1", &json!([{ "assistance": count("THA") }]));
    server.done("THA-01", "recordFinding", found, "").await;
    let shown = "evidence { withheld assistance { referringAuthority { code } figure count } }";
    for (who, count) in [("THA-01", json!(3)), ("MMR-01", Value::Null)] {
        let known = findings(&server, who, "ALPHA", shown).await;
        let told = json!({ "referringAuthority": { "code": "THA" }, "figure": "RECEIVED", "count": count });
        assert_eq!(known["F1"]["evidence"], json!([{ "withheld": false, "assistance": told }]), "{who}");
    }
}

/// An operation of Thailand with a small plan.
async fn draft(server: &Server, code: &str, readers: Value, line: &str, task: (&str, &str)) {
    let operation = json!({
        "code": code, "title": code, "leadPartner": "THA", "classification": "RESTRICTED", "releasableTo": readers,
    });
    server.done("THA-01", "initiateOperation", operation, "").await;
    let sections = json!({ "linesOfEffort": [{ "code": "L1", "name": line }], "phases": [{ "code": "P1", "name": "Action" }] });
    server.done("THA-01", "draftPlan", json!({ "operation": code, "sections": sections }), "").await;
    let (title, territory) = task;
    let task = json!({
        "operation": code, "code": "T01", "title": title, "phase": "P1", "leadPartner": territory,
        "territory": territory, "startOffset": "PT0H", "duration": "PT12H", "lineOfEffort": "L1",
    });
    server.done("THA-01", "addTask", task, "").await;
}

#[sqlx::test(migrations = false)]
async fn lessons_are_found_across_operations_and_those_of_similar_ones_are_offered(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let tasks = under_review(&server).await;
    let found = finding("F1", &json!([{ "taskId": tasks["T01"] }]));
    server.done("THA-01", "recordFinding", found, "").await;
    let kept = json!({
        "operation": "ALPHA", "code": "F2", "kind": "SUSTAIN", "observation": "Boats were at hand",
        "evidence": [{ "taskId": tasks["T01"] }],
    });
    server.done("THA-01", "recordFinding", kept, "").await;
    // Of the operations that follow the first is for Thailand alone, and has a finding, too.
    draft(&server, "BRAVO", json!([]), "Recovery", ("Search the port", "THA")).await;
    let off = json!({ "operation": "BRAVO", "reason": "No mandate" });
    server.done("THA-01", "terminateOperation", off, "").await;
    server.done("THA-01", "openReview", json!({ "operation": "BRAVO" }), "").await;
    let query = "{ operation(code: \"BRAVO\") { planVersion(number: 1) { id } } }";
    let version = server.data("THA-01", query, Value::Null).await;
    let mut found = finding("F1", &json!([{ "planVersionId": version["operation"]["planVersion"]["id"] }]));
    found["operation"] = "BRAVO".into();
    server.done("THA-01", "recordFinding", found, "").await;
    draft(&server, "CHARLIE", json!(["MMR", "LAO"]), "recovery", ("Wait", "LAO")).await;
    draft(&server, "DELTA", json!(["MMR", "LAO"]), "Other", ("Take the road", "MMR")).await;
    draft(&server, "ECHO", json!(["MMR", "LAO"]), "Other", ("task t01", "LAO")).await;
    draft(&server, "FOXTROT", json!(["MMR", "LAO"]), "Other", ("Wait", "LAO")).await;

    let lessons = async |who: &str, arguments: &str| -> Vec<String> {
        let query =
            format!("{{ lessons{arguments} {{ totalCount nodes {{ code operation {{ code }} }} }} }}");
        let data = server.data(who, &query, Value::Null).await;
        let nodes = data["lessons"]["nodes"].as_array().unwrap();
        assert_eq!(data["lessons"]["totalCount"], json!(nodes.len()));
        let name = |node: &Value| {
            format!("{} {}", node["operation"]["code"].as_str().unwrap(), node["code"].as_str().unwrap())
        };
        nodes.iter().map(name).collect()
    };
    assert_eq!(lessons("THA-01", "").await, ["ALPHA F1", "ALPHA F2", "BRAVO F1"]);
    assert_eq!(lessons("LAO-01", "").await, ["ALPHA F1", "ALPHA F2"]);
    assert_eq!(lessons("THA-01", "(kind: SUSTAIN)").await, ["ALPHA F2"]);
    assert_eq!(lessons("THA-01", "(status: [OBSERVED, LESSON_LEARNED])").await, ["ALPHA F2"]);
    assert_eq!(lessons("THA-01", "(text: \"KEYS hand\")").await, ["ALPHA F1", "BRAVO F1"]);
    assert_eq!(lessons("THA-01", "(text: \"!\")").await, [""; 0]);
    // By a line of effort, by a territory, by a task's title, by nothing.
    assert_eq!(lessons("THA-01", "(similarTo: \"CHARLIE\")").await, ["BRAVO F1"]);
    assert_eq!(lessons("LAO-01", "(similarTo: \"CHARLIE\")").await, [""; 0]);
    assert_eq!(lessons("LAO-01", "(similarTo: \"DELTA\")").await, ["ALPHA F1", "ALPHA F2"]);
    assert_eq!(lessons("LAO-01", "(similarTo: \"ECHO\")").await, ["ALPHA F1", "ALPHA F2"]);
    assert_eq!(lessons("THA-01", "(similarTo: \"FOXTROT\")").await, [""; 0]);
    let page = "{ lessons(last: 1) { pageInfo { hasPreviousPage startCursor } nodes { code } } }";
    let data = server.data("LAO-01", page, Value::Null).await;
    assert_eq!(
        (&data["lessons"]["nodes"][0]["code"], &data["lessons"]["pageInfo"]["hasPreviousPage"]),
        (&json!("F2"), &json!(true))
    );
    let before = data["lessons"]["pageInfo"]["startCursor"].as_str().unwrap();
    let page = format!("{{ lessons(last: 1, before: \"{before}\") {{ nodes {{ code }} }} }}");
    let data = server.data("LAO-01", &page, Value::Null).await;
    assert_eq!(data["lessons"]["nodes"], json!([{ "code": "F1" }]));
    for (who, named) in [("LAO-01", "BRAVO"), ("LAO-01", "NOWHERE")] {
        let query = format!("{{ lessons(similarTo: \"{named}\") {{ totalCount }} }}");
        let answer = server.ask(who, &query, Value::Null).await;
        assert_eq!(answer["errors"][0]["message"], format!("There is no operation `{named}`."));
    }
}

/// What SAPHAN's findings say in figures, each as its metric: the finding, the metric, and what it is of.
async fn figures(server: &Server) -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let query =
        "{ operation(code: \"SAPHAN\") { incident(code: \"INC-001\") { id } task(code: \"T27\") { id } }
        centre(code: \"CMCC\") { shifts { nodes { id } } }
        events(filter: { types: [\"ResponderArrived\"], actor: \"MMR-02\" }) { nodes { id } } }";
    let data = server.data("THA-09", query, Value::Null).await;
    let (operation, shifts) = (&data["operation"], &data["centre"]["shifts"]["nodes"]);
    vec![
        ("F1", "TIME_TO_DECIDE", operation["incident"]["id"].clone(), "inc001_time_to_decide_min"),
        ("F2", "SUBMISSION_TO_PROMULGATION", Value::Null, "plan_first_submit_to_promulgation_h"),
        ("F3", "RECORDING_LAG", data["events"]["nodes"][0]["id"].clone(), "mmr_arrival_recording_lag_min"),
        ("F5", "FINISH_VARIANCE", operation["task"]["id"].clone(), "t27_finish_variance_min"),
        ("F6", "WATCH_GAP", shifts[2]["id"].clone(), "watch_gap_min"),
    ]
}

#[sqlx::test(migrations = false)]
async fn each_figure_of_saphans_findings_is_a_metric_whose_value_stays_what_it_was(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-11-27T09:00:00+07:00").await;
    let expected = scenario::read(SAPHAN).unwrap().metrics_expected;
    let ids = findings(&server, "THA-09", "SAPHAN", "id").await;
    for (finding, code, subject, name) in figures(&server).await {
        let metric = json!({ "code": code, "subject": subject });
        let input = json!({ "findingId": ids[finding]["id"], "evidence": [{ "metric": metric }] });
        let before = server.head("THA-09").await;
        let shown =
            "finding { evidence { kind withheld metric { code value asKnownAt } object { __typename } } }";
        let done = server.done("THA-09", "linkEvidence", input.clone(), shown).await;
        let linked = done["finding"]["evidence"].as_array().unwrap().last().unwrap().clone();
        let value = expected[name].digits.to_string();
        let told = json!({ "code": code, "value": value, "asKnownAt": before });
        assert_eq!((&linked["kind"], &linked["metric"]), (&json!("METRIC"), &told), "{name}");
        // Those who see what makes it are told of it: here these are all.
        let seen = findings(&server, "CHN-01", "SAPHAN", "evidence { withheld metric { value } }").await;
        let last = seen[finding]["evidence"].as_array().unwrap().last().unwrap();
        assert_eq!(*last, json!({ "withheld": false, "metric": { "value": value } }), "{name}");
    }
    let link = |metric: Value| json!({ "findingId": ids["F1"]["id"], "evidence": [{ "metric": metric }] });
    let refusals = server.refused("THA-09", "linkEvidence", link(json!({ "code": "FINISH_VARIANCE" }))).await;
    assert_eq!(told(&refusals), [at("INVALID_VALUE", "evidence.0.metric.subject")]);
    let absent = json!({ "code": "FINISH_VARIANCE", "subject": "task_00000000000000000000000000" });
    let refusals = server.refused("THA-09", "linkEvidence", link(absent)).await;
    assert_eq!(told(&refusals), [at("NOT_FOUND", "evidence.0.metric.subject")]);
}

#[sqlx::test(migrations = false)]
async fn a_metric_that_is_evidence_stays_as_it_was_known_and_is_told_to_those_who_see_what_makes_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-10-12T02:00:00+07:00").await;
    let query = "{ operation(code: \"SAPHAN\") { incident(code: \"INC-001\") { id } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let incident = data["operation"]["incident"]["id"].clone();
    server.done("THA-01", "openReview", json!({ "operation": "SAPHAN" }), "").await;
    let metric = json!({ "code": "TIME_TO_RESPOND", "subject": incident });
    let mut found = finding("F1", &json!([{ "metric": metric }]));
    found["operation"] = "SAPHAN".into();
    server.done("THA-01", "recordFinding", found, "").await;
    let arrival = json!({
        "incidentId": incident, "post": "MMR-02", "occurredAt": "2023-10-12T01:25:00+07:00", "lateReason": "No signal at the crossing",
    });
    set_clock(&server, "2023-10-11T19:30:00Z");
    server.done("MMR-02", "recordArrival", arrival, "").await;
    let query = "query ($incident: ID!) { operation(code: \"SAPHAN\") {
        metrics(codes: [TIME_TO_RESPOND], subject: $incident) { value }
        review { findings { nodes { evidence { withheld metric { value unit } } } } } } }";
    let seen =
        async |who: &str| server.data(who, query, json!({ "incident": incident })).await["operation"].take();
    let known = seen("CHN-01").await;
    assert_eq!(known["metrics"][0]["value"], "165");
    let told = json!([{ "withheld": false, "metric": { "value": "180", "unit": "MINUTES" } }]);
    assert_eq!(known["review"]["findings"]["nodes"][0]["evidence"], told);
    // Whoever may not see the incident any more is not told how long it took.
    let narrow = json!({ "matterId": incident, "releasableTo": ["MMR"] });
    server.done("THA-01", "markReleasability", narrow, "").await;
    let query = "{ operation(code: \"SAPHAN\") { review { findings { nodes { evidence { withheld metric { value unit } } } } } } }";
    let known = server.data("CHN-01", query, Value::Null).await;
    let told = json!([{ "withheld": true, "metric": null }]);
    assert_eq!(known["operation"]["review"]["findings"]["nodes"][0]["evidence"], told);
}
