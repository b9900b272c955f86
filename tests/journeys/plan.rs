//! A coalition from nothing to a plan in force, all of it by mutations.

use crate::support::{Server, codes, column};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// Partners, an active centre, posts that are held, and an operation `ALPHA` that Thailand leads.
pub async fn coalition(server: &Server) -> Value {
    let admin = "service:import";
    for (code, role) in [("THA", "HOST"), ("MMR", "PRINCIPAL"), ("LAO", "PARTICIPANT")] {
        let profile =
            json!({ "name": code, "agency": "Police", "timeZone": "Asia/Bangkok", "currency": "THB" });
        let founding = json!({ "profile": profile, "role": role });
        let shown = "partner { code role status }";
        let payload = server
            .done(admin, "accedePartner", json!({ "partner": code, "founding": founding }), shown)
            .await;
        assert_eq!(payload["partner"], json!({ "code": code, "role": role, "status": "ACCEDED" }));
    }
    let criteria = json!([{ "name": "security", "weight": 60 }, { "name": "cost", "weight": 40 }]);
    let centre = json!({ "code": "CMCC", "name": "Centre", "criteria": criteria });
    server.done(admin, "proposeCentre", centre, "").await;
    let scores = json!([{ "criterion": "security", "score": 4 }, { "criterion": "cost", "score": 3 }]);
    let site = json!({ "centre": "CMCC", "site": "CHIANG_MAI", "place": "Chiang Mai", "scores": scores });
    let payload = server.done(admin, "assessSite", site, "centre { sites { weightedScore } }").await;
    assert_eq!(payload["centre"]["sites"], json!([{ "weightedScore": 3.6 }]));
    let selection = json!({
        "centre": "CMCC", "site": "CHIANG_MAI", "agreedBy": ["THA", "MMR"], "rationale": "Secure premises",
    });
    let shown = "centre { selection { site agreedBy { code } } }";
    let payload = server.done(admin, "selectSite", selection, shown).await;
    assert_eq!(column(&payload["centre"]["selection"]["agreedBy"], "/code"), ["THA", "MMR"]);
    server.done(admin, "establishCentre", json!({ "centre": "CMCC" }), "").await;

    for (index, post) in ["THA-01", "MMR-01", "LAO-01"].into_iter().enumerate() {
        let partner = &post[..3];
        let new = json!({ "code": post, "partner": partner, "title": "Liaison Officer", "liaison": true });
        server.done(admin, "establishPost", new, "").await;
        let officer = format!("00000000-0000-4000-8000-00000000000{index}");
        server.done(admin, "nominateOfficer", json!({ "post": post, "officer": officer }), "").await;
        server.done(admin, "acceptNomination", json!({ "post": post }), "").await;
        let payload = server.done(admin, "takePost", json!({ "post": post }), "post { status }").await;
        assert_eq!(payload["post"]["status"], "IN_POST");
    }
    let payload =
        server.done("THA-01", "activateCentre", json!({ "centre": "CMCC" }), "centre { status }").await;
    assert_eq!(payload["centre"]["status"], "ACTIVE");

    let operation = json!({
        "code": "ALPHA", "title": "Operation ALPHA", "leadPartner": "THA",
        "classification": "RESTRICTED", "releasableTo": ["MMR", "LAO"],
    });
    let payload = server.done("THA-01", "initiateOperation", operation, "operation { id status }").await;
    assert_eq!(payload["operation"]["status"], "INITIATED");
    payload["operation"]["id"].clone()
}

fn task(operation: &Value, code: &str, partner: &str, start: &str, predecessors: &[&str]) -> Value {
    json!({
        "operation": operation, "code": code, "title": format!("Task {code}"), "phase": "P1",
        "leadPartner": partner, "territory": partner, "post": format!("{partner}-01"),
        "startOffset": start, "duration": "PT12H", "predecessors": predecessors,
    })
}

pub fn sections() -> Value {
    json!({
        "situation": "Persons are held.", "mission": "Recover them.", "concept": "Together, each at home.",
        "phases": [{ "code": "P1", "name": "Action" }],
        "hHourWindow": { "from": "2023-10-08T00:00:00+07:00", "to": "2023-10-16T00:00:00+07:00" },
    })
}

#[sqlx::test(migrations = false)]
async fn a_plan_is_drafted_decided_by_nations_and_put_in_force(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    let on = |more: Value| {
        let mut input = json!({ "operation": operation });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    server.done("THA-01", "issueWarningOrder", on(json!({ "text": "Plan for October." })), "").await;
    server.done("THA-01", "recordLegalBasis", on(json!({ "instruments": ["Minutes"] })), "").await;
    server.done("THA-01", "draftPlan", on(json!({ "sections": sections() })), "").await;
    // Planners of every partner draft together.
    server.done("MMR-01", "addTask", task(&operation, "T01", "MMR", "PT0H", &[]), "").await;
    server.done("THA-01", "addTask", task(&operation, "T02", "THA", "PT12H", &["T01"]), "").await;
    let payload = server
        .done(
            "LAO-01",
            "addTask",
            task(&operation, "T03", "LAO", "PT24H", &["T02"]),
            "task { id task { id } }",
        )
        .await;
    let third = payload["task"]["task"]["id"].clone();
    let annex = json!({
        "code": "B", "title": "Sites", "text": "Two compounds.", "classification": "SECRET",
        "releasableTo": ["MMR"],
    });
    server.done("THA-01", "attachAnnex", on(annex), "annex { partHash salt }").await;
    let revised = json!({ "task": third, "startOffset": "PT30H" });
    let payload = server.done("LAO-01", "reviseTask", revised, "task { startOffset }").await;
    assert_eq!(payload["task"]["startOffset"], "PT30H");

    let submitted =
        server.done("THA-01", "submitPlan", on(json!({})), "planVersion { id contentHash }").await;
    let (version, hash) = (&submitted["planVersion"]["id"], &submitted["planVersion"]["contentHash"]);
    let seen_at = &submitted["receipt"]["position"];
    let decision = |more: Value| {
        let mut input = json!({ "planVersionId": version, "contentHash": hash, "seenAt": seen_at });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };

    // What was submitted is what is decided on, and it does not change any more.
    let refusals = server.refused("THA-01", "addTask", task(&operation, "T04", "THA", "PT0H", &[])).await;
    assert_eq!(codes(&refusals), ["VERSION_IMMUTABLE"]);
    let stale = json!({ "planVersionId": version, "contentHash": "0".repeat(64), "seenAt": seen_at });
    let refusals = server.refused("MMR-01", "approvePlan", stale).await;
    assert_eq!(codes(&refusals), ["STALE_PLAN_VERSION"]);
    assert_eq!(refusals[0]["field"], json!(["contentHash"]));

    server.done("THA-01", "approvePlan", decision(json!({})), "").await;
    let condition = json!([{ "code": "C1", "gate": "PROMULGATION", "text": "Terminals accepted" }]);
    let shown = "planVersion { status missingApprovals { code } conditions { id status } }";
    let payload =
        server.done("MMR-01", "approvePlan", decision(json!({ "conditions": condition })), shown).await;
    let approved = &payload["planVersion"];
    assert_eq!(column(&approved["missingApprovals"], "/code"), ["LAO"]);

    // Every reason at once: Lao PDR has not consented, Myanmar's condition is outstanding.
    let promulgation = json!({ "planVersionId": version, "seenAt": seen_at });
    let refusals = server.refused("THA-01", "promulgatePlan", promulgation.clone()).await;
    let mut told = codes(&refusals);
    told.sort_unstable();
    assert_eq!(told, ["APPROVAL_INCOMPLETE", "CONDITION_OUTSTANDING"]);

    server.done("LAO-01", "consentToPlan", decision(json!({ "tasks": ["T03"] })), "").await;
    let condition = &approved["conditions"][0]["id"];
    let waiver = json!({ "conditionId": condition, "reason": "Delivered" });
    assert_eq!(codes(&server.refused("THA-01", "waiveCondition", waiver).await), ["NOT_THE_AUTHOR"]);
    let satisfied = json!({ "conditionId": condition, "evidence": "12 of 12" });
    let told = codes(&server.refused("THA-01", "satisfyCondition", satisfied.clone()).await).join(" ");
    assert_eq!(told, "NOT_THE_AUTHOR");
    // The lead lays its evidence before the author, which takes it.
    let shown = "condition { status proposal { evidence partner { code } post { code } contested } }";
    let payload = server.done("THA-01", "proposeConditionSatisfied", satisfied, shown).await;
    let proposal = json!({
        "evidence": "12 of 12", "partner": { "code": "THA" }, "post": { "code": "THA-01" }, "contested": null,
    });
    assert_eq!(payload["condition"], json!({ "status": "OUTSTANDING", "proposal": proposal }));
    let taken = json!({ "conditionId": condition, "evidence": proposal["evidence"] });
    let payload = server.done("MMR-01", "satisfyCondition", taken, "condition { status note }").await;
    assert_eq!(payload["condition"], json!({ "status": "SATISFIED", "note": "12 of 12" }));

    let shown = "planVersion { status operation { status plan { number } } }";
    let payload = server.done("THA-01", "promulgatePlan", promulgation, shown).await;
    let expected =
        json!({ "status": "PROMULGATED", "operation": { "status": "AUTHORISED", "plan": { "number": 1 } } });
    assert_eq!(payload["planVersion"], expected);

    let outside = on(json!({ "at": "2023-10-18T06:00:00+07:00" }));
    assert_eq!(codes(&server.refused("THA-01", "setHHour", outside).await), ["HHOUR_OUTSIDE_WINDOW"]);
    let inside = on(json!({ "at": "2023-10-09T06:00:00+07:00" }));
    let payload = server.done("THA-01", "setHHour", inside, "operation { hHour }").await;
    assert_eq!(payload["operation"]["hHour"], "2023-10-08T23:00:00Z");

    let shown = "task { plannedStart assignments { id post { code } } }";
    let payload =
        server.done("THA-01", "assignOfficer", json!({ "task": third, "post": "LAO-01" }), shown).await;
    assert_eq!(payload["task"]["plannedStart"], "2023-10-10T05:00:00Z");
    let assignment = &payload["task"]["assignments"][0]["id"];
    let withdrawal = json!({ "assignmentId": assignment, "reason": "Ill" });
    server.done("LAO-01", "withdrawAssignment", withdrawal, "assignment { withdrawnAt }").await;

    let payload = server.done("THA-01", "activateOperation", on(json!({})), "operation { status }").await;
    assert_eq!(payload["operation"]["status"], "ACTIVE");
    // An amendment is worked on while the version in force is carried out.
    let shown = "planVersion { number status base { number } operation { plan { number } } }";
    let payload = server.done("THA-01", "openAmendment", on(json!({ "reason": "Flood" })), shown).await;
    let expected = json!({
        "number": 2, "status": "DRAFT", "base": { "number": 1 }, "operation": { "plan": { "number": 1 } },
    });
    assert_eq!(payload["planVersion"], expected);
}

#[sqlx::test(migrations = false)]
async fn every_fault_of_an_input_is_told_at_once_with_its_place(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    let wrong = json!({
        "operation": "operation_0", "code": "t 1", "title": " ", "phase": "P1", "leadPartner": "THA",
        "territory": "THA", "startOffset": "soon", "duration": "P1M", "predecessors": ["T01", "?"],
        "idempotencyKey": "",
    });
    let refusals = server.refused("THA-01", "addTask", wrong).await;
    let told: Vec<String> = refusals
        .iter()
        .map(|refusal| {
            let path: Vec<_> =
                refusal["field"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
            format!("{} {}", path.join("."), refusal["code"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            "idempotencyKey INVALID_TEXT",
            "operation NOT_FOUND",
            "code INVALID_CODE",
            "title INVALID_TEXT",
            "startOffset INVALID_DURATION",
            "duration INVALID_DURATION",
            "predecessors.1 INVALID_CODE",
        ]
    );
    let unknown = task(&operation, "T01", "XXX", "PT0H", &["T99"]);
    server.done("THA-01", "draftPlan", json!({ "operation": operation, "sections": sections() }), "").await;
    let refusals = server.refused("THA-01", "addTask", unknown).await;
    assert!(refusals.len() >= 3, "{refusals:#?}");
}

#[sqlx::test(migrations = false)]
async fn a_key_answers_its_first_success_again_and_belongs_to_its_actor(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    let order = |text: &str| json!({ "operation": operation, "text": text, "idempotencyKey": "k1" });
    let first = server.done("THA-01", "issueWarningOrder", order("Plan."), "").await;
    let head = server.head("THA-01").await;
    let again = server.done("THA-01", "issueWarningOrder", order("Plan."), "").await;
    assert_eq!(first["receipt"], again["receipt"]);
    assert_eq!(server.head("THA-01").await, head);
    let refusals = server.refused("THA-01", "issueWarningOrder", order("Another.")).await;
    assert_eq!(codes(&refusals), ["IDEMPOTENCY_KEY_REUSED"]);
    assert_eq!(refusals[0]["field"], json!(["idempotencyKey"]));
    // Another actor's key is another key: its command is decided, and refused for what it is.
    assert_eq!(codes(&server.refused("MMR-01", "issueWarningOrder", order("Plan.")).await), ["FORBIDDEN"]);
}

#[sqlx::test(migrations = false)]
async fn an_officer_who_was_relieved_may_do_nothing_from_then_on(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    server.done("THA-01", "draftPlan", json!({ "operation": operation, "sections": sections() }), "").await;
    let relief = json!({ "post": "MMR-01", "reason": "Rotation" });
    server.done("service:import", "relieveOfficer", relief, "").await;
    let added = task(&operation, "T01", "MMR", "PT0H", &[]);
    let post = json!({ "code": "MMR-07", "partner": "MMR", "title": "Clerk" });
    for (mutation, input) in [("addTask", added), ("establishPost", post)] {
        let refusals = server.refused("MMR-01", mutation, input).await;
        assert_eq!(codes(&refusals), ["FORBIDDEN"], "{mutation}");
        assert!(refusals[0]["message"].as_str().unwrap().contains("MMR-01"), "{refusals:?}");
    }
    // … and reads no operation, also not as of the time when it could; nor does a post that there never was.
    let query = "{ viewer { name inGoodStanding } operations { totalCount } operation(code: \"ALPHA\") { id }
       head { position } }";
    for who in ["MMR-01", "MMR-99"] {
        let seen = server.data(who, query, Value::Null).await;
        assert_eq!(seen["viewer"], json!({ "name": who, "inGoodStanding": false }));
        assert_eq!((&seen["operations"]["totalCount"], &seen["operation"]), (&json!(0), &Value::Null));
        let before = seen["head"]["position"].as_str().unwrap().parse::<i64>().unwrap() - 1;
        let past =
            format!("{{ asOf(at: {{ position: \"{before}\" }}) {{ operation(code: \"ALPHA\") {{ id }} }} }}");
        assert_eq!(server.data(who, &past, Value::Null).await, json!({ "asOf": { "operation": null } }));
    }
}

#[sqlx::test(migrations = false)]
async fn what_is_not_released_does_not_exist(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let hidden = json!({
        "code": "BRAVO", "title": "Operation BRAVO", "leadPartner": "THA",
        "classification": "SECRET", "releasableTo": [],
    });
    let payload = server.done("THA-01", "initiateOperation", hidden, "operation { id }").await;
    let id = &payload["operation"]["id"];
    let query = "query ($id: ID!, $absent: ID!) {
       byId: operation(id: $id) { id } node(id: $id) { id } nodes(ids: [$id, $absent]) { id }
       byCode: operation(code: \"BRAVO\") { id }
       operations { totalCount edges { node { code } } }
     }";
    let absent = "operation_00000000000000000000000000";
    let data = server.data("MMR-01", query, json!({ "id": id, "absent": absent })).await;
    let expected = json!({
        "byId": null, "node": null, "nodes": [null, null], "byCode": null,
        "operations": { "totalCount": 1, "edges": [{ "node": { "code": "ALPHA" } }] },
    });
    assert_eq!(data, expected);
    // Hidden and absent are refused in the same words.
    let on = |id: &Value| json!({ "operation": id, "text": null });
    let hidden = server.refused("MMR-01", "issueWarningOrder", on(id)).await;
    let absent = server.refused("MMR-01", "issueWarningOrder", on(&json!(absent))).await;
    assert_eq!(codes(&hidden), ["NOT_FOUND"]);
    assert_eq!(hidden, absent);
}

#[sqlx::test(migrations = false)]
async fn tasks_of_a_file_come_into_the_draft_all_or_none(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    server.done("THA-01", "draftPlan", json!({ "operation": operation, "sections": sections() }), "").await;
    let row = |code: &str, more: Value| {
        let mut row = json!({
            "code": code, "title": format!("Task {code}"), "phase": "P1", "leadPartner": "THA",
            "territory": "THA", "duration": "PT2H",
        });
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    let import = |tasks: Value| json!({ "operation": operation, "tasks": tasks });
    let shown = "planVersion { number tasks(first: 9) { edges { node { code startOffset post { code }
        dependencies { predecessor { code } kind lag } } } } conflicts { kind message tasks { code } } }";
    let file = json!([
        row("T02", json!({ "predecessors": ["T01SS+1h"] })),
        row("T01", json!({ "startOffset": "-PT6H", "post": "THA-01" })),
    ]);
    let before = server.head("THA-01").await;

    // Every fault of every task, and nothing of the file is there.
    let wrong = json!([
        row("T01", json!({})),
        row("t2", json!({ "duration": "2 hours", "predecessors": ["T01", "T01XX+1h"] })),
    ]);
    let refusals = server.refused("THA-01", "importTasks", import(wrong)).await;
    assert_eq!(codes(&refusals), ["INVALID_CODE", "INVALID_DURATION", "INVALID_CODE"]);
    assert_eq!(refusals[2]["field"], json!(["tasks", "1", "predecessors", "1"]));
    let wrong = json!([
        row("T01", json!({ "phase": "P9", "predecessors": ["T02"] })),
        row("T02", json!({ "predecessors": ["T01"] }))
    ]);
    let refusals = server.refused("THA-01", "importTasks", import(wrong)).await;
    assert_eq!(codes(&refusals), ["UNKNOWN_REFERENCE", "DEPENDENCY_CYCLE"]);
    let wrong = vec![row("t1", json!({ "duration": "2 hours" })); 600];
    let refusals = server.refused("THA-01", "importTasks", import(json!(wrong))).await;
    assert_eq!((refusals.len(), &refusals[999]["field"]), (1_001, &json!(["tasks", "499", "duration"])));
    assert_eq!(refusals[1_000]["message"], "100 more tasks were not looked at.");
    assert_eq!(server.head("THA-01").await, before);

    // Those of calendars with them, each at its place: first what cannot be read, then what the plan does not
    // take.
    let hours = |from: &str, to: &str| json!([{ "day": "MONDAY", "from": from, "to": to }]);
    let calendar = |code: &str, zone: &str, week: Value| json!({ "code": code, "name": "Office", "timeZone": zone, "week": week, "partners": ["THA"] });
    let import_with = |tasks: Value, calendars: Value| json!({ "operation": operation, "tasks": tasks, "calendars": calendars });
    let places = |refusals: &[Value]| -> Vec<String> {
        let words = |field: &Value| -> Vec<String> {
            field.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
        };
        refusals.iter().map(|refusal| words(&refusal["field"]).join(".")).collect()
    };
    let unreadable = json!([calendar("office", "Asia/Atlantis", hours("8:00", "16:00"))]);
    let wrong = import_with(json!([row("t2", json!({}))]), unreadable);
    let refusals = server.refused("THA-01", "importTasks", wrong).await;
    assert_eq!(
        places(&refusals),
        ["tasks.0.code", "calendars.0.code", "calendars.0.timeZone", "calendars.0.week.0.from"]
    );
    let untaken = json!([
        calendar("A", "Asia/Bangkok", hours("16:00", "08:00")),
        calendar("B", "Asia/Yangon", json!([])),
    ]);
    let wrong = import_with(json!([row("T02", json!({ "phase": "P9" }))]), untaken);
    let refusals = server.refused("THA-01", "importTasks", wrong).await;
    assert_eq!(
        places(&refusals),
        ["calendars.0.week.0.to", "calendars.1.week", "calendars.1.partners.0", "tasks.0.phase"]
    );
    assert_eq!(server.head("THA-01").await, before);

    let payload = server.done("THA-01", "importTasks", import(file.clone()), shown).await;
    let version = &payload["planVersion"];
    assert_eq!(
        column(&version["tasks"]["edges"], "/node/startOffset"),
        ["-PT6H", "-PT5H"],
        "T02 starts an hour after T01 does"
    );
    let waits = json!([{ "predecessor": { "code": "T01" }, "kind": "START_TO_START", "lag": "PT1H" }]);
    assert_eq!(version["tasks"]["edges"][1]["node"]["dependencies"], waits);
    let unassigned = json!({ "kind": "TASK_UNASSIGNED", "message": "No post is planned for T02 or assigned to it.", "tasks": [{ "code": "T02" }] });
    assert_eq!(version["conflicts"], json!([&unassigned]));

    // With calendars, all of it is one step; without any, they stay; an empty list takes them away.
    let office = json!([calendar("A", "Asia/Bangkok", hours("08:00", "16:00"))]);
    let calendars = "planVersion { calendars { code } }";
    let with = |calendars: Value| import_with(file.clone(), calendars);
    let codes_of = |payload: Value| column(&payload["planVersion"]["calendars"], "/code").len();
    assert_eq!(codes_of(server.done("THA-01", "importTasks", with(office), calendars).await), 1);
    assert_eq!(codes_of(server.done("THA-01", "importTasks", import(file.clone()), calendars).await), 1);
    assert_eq!(codes_of(server.done("THA-01", "importTasks", with(json!([])), calendars).await), 0);

    // Once more changes nothing; a change of the file is a change of the task, and what it leaves out stays.
    let after = server.head("THA-01").await;
    server.done("THA-01", "importTasks", import(file), "").await;
    assert_eq!(server.head("THA-01").await, after);
    let early = json!([row("T02", json!({ "startOffset": "-PT6H", "predecessors": ["T01"] }))]);
    let version = server.done("THA-01", "importTasks", import(early), shown).await["planVersion"].clone();
    assert_eq!(column(&version["tasks"]["edges"], "/node/code"), ["T01", "T02"]);
    let told = "T02 waits for T01 and is planned PT2H too early for that.";
    let too_early = json!({ "kind": "DEPENDENCY_NOT_MET", "message": told, "tasks": [{ "code": "T02" }, { "code": "T01" }] });
    assert_eq!(version["conflicts"], json!([too_early, unassigned]));
    let query = "{ operation(code: \"ALPHA\") { conflicts { kind } } }";
    let conflicts = server.data("THA-01", query, Value::Null).await["operation"]["conflicts"].clone();
    assert_eq!(conflicts, json!([{ "kind": "DEPENDENCY_NOT_MET" }, { "kind": "TASK_UNASSIGNED" }]));
}
