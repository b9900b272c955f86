//! What clients may rely on: what a command answers, how inputs name things, what is cut short and what is not.

use crate::{
    plan::{coalition, sections},
    schedule::put_in_force,
    sdl::Sdl,
    support::{Server, codes, column},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

fn task(code: &str, offset: &str) -> Value {
    json!({
        "code": code, "title": code, "phase": "P1", "leadPartner": "THA", "territory": "THA",
        "startOffset": offset, "duration": "PT2H",
    })
}

fn with(mut input: Value, more: Value) -> Value {
    let (Value::Object(input_members), Value::Object(more)) = (&mut input, more) else {
        panic!("two objects")
    };
    input_members.extend(more);
    input
}

/// ALPHA with a draft of these tasks, which people name by their codes.
async fn drafted(options: PgConnectOptions, tasks: &[Value]) -> Server {
    let server = Server::empty(options).await;
    coalition(&server).await;
    server.done("THA-01", "draftPlan", json!({ "operation": "ALPHA", "sections": sections() }), "").await;
    server.done("THA-01", "importTasks", json!({ "operation": "ALPHA", "tasks": tasks }), "").await;
    server
}

#[sqlx::test(migrations = false)]
async fn what_was_carried_out_is_told_whatever_fails_beside_it(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    put_in_force(&server, &operation, sections(), json!([task("T01", "PT0H")])).await;
    let query = "mutation {
      broken: setHHour(input: { operation: \"ALPHA\", at: \"2023-10-09T06:00:00+07:00\" }) {
        ...Outcome ... on SetHHourPayload { operation { code hHour(zone: { name: \"CET+1\" }) } } }
      refused: removeTask(input: { operation: \"ALPHA\", task: \"T01\" }) { ...Outcome }
      after: shiftHHour(input: { operation: \"ALPHA\", to: \"2023-10-09T08:00:00+07:00\", reason: \"By day\" }) {
        ...Outcome } }
      fragment Outcome on MutationOutcome { receipt { eventIds } refusals { code message field } }";
    let answer = server.ask("THA-01", query, Value::Null).await;
    let data = &answer["data"];
    // The field is null, its operation is not, and what was done is told.
    assert_eq!(data["broken"]["operation"], json!({ "code": "ALPHA", "hHour": null }), "{answer:#}");
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["path"]), (1, &json!(["broken", "operation", "hHour"])));
    assert_eq!(data["broken"]["receipt"]["eventIds"].as_array().unwrap().len(), 1);
    assert_eq!(data["broken"]["refusals"], json!([]));
    assert_eq!(data["refused"]["receipt"], Value::Null);
    assert!(!data["refused"]["refusals"].as_array().unwrap().is_empty());
    assert_eq!(data["after"]["receipt"]["eventIds"].as_array().unwrap().len(), 1);
    // Who may not send it is refused like any other, and told what it takes.
    let refusals = server.refused("MMR-01", "activateOperation", json!({ "operation": "ALPHA" })).await;
    assert_eq!(
        (codes(&refusals), &refusals[0]["message"]),
        (vec!["FORBIDDEN"], &json!("This is for THA to do."))
    );
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_faulty_nullable_field_is_null_alone(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-10-12T00:00:00+07:00").await;
    let query = "{ operation(code: \"SAPHAN\") { code hHour(zone: { name: \"CET+1\" }) status }
      post(code: \"THA-01\") { code status } head { position } }";
    let answer = server.ask("THA-01", query, Value::Null).await;
    let operation = json!({ "code": "SAPHAN", "hHour": null, "status": "ACTIVE" });
    assert_eq!(answer["data"]["operation"], operation, "{answer:#}");
    assert_eq!(answer["data"]["post"], json!({ "code": "THA-01", "status": "IN_POST" }));
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["path"]), (1, &json!(["operation", "hHour"])));
    assert_eq!(errors[0]["extensions"]["code"], "BAD_USER_INPUT");
    // Its parents are asked for twice, and counted once.
    let tasks = "code tasks(first: 100) { nodes { code } }";
    let cost = async |fields: &str| {
        let query = format!("{{ operation(code: \"SAPHAN\") {{ {tasks} {fields} }} }}");
        let answer = server.ask("THA-01", &query, Value::Null).await;
        assert_eq!(answer["data"]["operation"]["tasks"]["nodes"].as_array().unwrap().len(), 29);
        answer["extensions"]["cost"]["objects"].as_u64().unwrap()
    };
    let right = cost("hHour").await;
    assert!(right > 29, "{right}");
    assert_eq!(cost("hHour(zone: { name: \"CET+1\" })").await, right);
    // Of a value that an enum has not, all that it has are told.
    let query = "{ operations(filter: { status: BURNING }) { totalCount } }";
    let answer = server.ask("THA-01", query, Value::Null).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("it has INITIATED, "), "{message}");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn faults_of_scalars_and_enums_come_with_all_others_at_their_places(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let week = json!([{ "day": "MON", "from": "08:00", "to": "25:00" }]);
    let calendar = json!({
        "code": "c 1", "name": "Office", "timeZone": "Asia/Bangkok", "partners": ["THA"], "week": week, "holidays": [],
    });
    let sections = with(
        sections(),
        json!({
            "hHourWindow": { "from": "8 October", "to": "2023-10-16T00:00:00+07:00" },
            "calendars": [calendar],
        }),
    );
    let input = json!({ "operation": "ALPHA", "sections": sections, "occurredAt": "yesterday" });
    let refusals = server.refused("THA-01", "draftPlan", input).await;
    let mut places: Vec<String> =
        refusals.iter().map(|refusal| column(&refusal["field"], "").join(".")).collect();
    places.sort_unstable();
    let expected = [
        "occurredAt",
        "sections.calendars.0.code",
        "sections.calendars.0.week.0.day",
        "sections.calendars.0.week.0.to",
        "sections.hHourWindow.from",
    ];
    assert_eq!(places, expected, "{refusals:#?}");
    let day = refusals.iter().find(|refusal| refusal["field"].as_array().unwrap().last().unwrap() == "day");
    assert!(day.unwrap()["message"].as_str().unwrap().contains("MONDAY, TUESDAY"), "{day:?}");
    server.stop().await;
}

/// The paths of refusals, dotted.
fn places(refusals: &[Value]) -> Vec<String> {
    refusals.iter().map(|refusal| column(&refusal["field"], "").join(".")).collect()
}

#[sqlx::test(migrations = false)]
async fn a_refusal_of_an_entry_of_a_list_names_its_place(_: PgPoolOptions, options: PgConnectOptions) {
    let server = drafted(options, &[task("T01", "PT0H")]).await;
    let waits = |code: &str, list: Value| with(task(code, "PT9H"), json!({ "predecessors": list }));
    // The domain has these as sets: `AA` comes first in it.
    let new = with(waits("T02", json!(["T01", "ZZ", "AASS+2h"])), json!({ "operation": "ALPHA" }));
    let refusals = server.refused("THA-01", "addTask", new).await;
    let mut found = places(&refusals);
    found.sort_unstable();
    assert_eq!(found, ["predecessors.1", "predecessors.2"]);
    let tasks = [waits("T03", json!(["ZZ", "T01"])), waits("T04", json!(["T03", "AA"]))];
    let refusals =
        server.refused("THA-01", "importTasks", json!({ "operation": "ALPHA", "tasks": tasks })).await;
    assert_eq!(places(&refusals), ["tasks.0.predecessors.0", "tasks.1.predecessors.1"]);
    let new = json!({
        "code": "BRAVO", "title": "Bravo", "leadPartner": "THA", "classification": "RESTRICTED",
        "releasableTo": ["THA", "QQQ", "MMR", "AAA"],
    });
    let refusals = server.refused("THA-01", "initiateOperation", new).await;
    let mut found = places(&refusals);
    found.sort_unstable();
    assert_eq!(found, ["releasableTo.1", "releasableTo.3"]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_refusal_of_a_task_that_is_decided_on_names_its_place(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-19T10:00:00+07:00").await;
    let (id, hash) = server.version("THA-01", 2).await;
    let seen_at = server.head("THA-01").await;
    let decision =
        |more: Value| with(json!({ "planVersionId": id, "contentHash": hash, "seenAt": seen_at }), more);
    let consent = decision(json!({ "tasks": ["T99", "T27", "T98"] }));
    let refusals = server.refused("LAO-01", "consentToPlan", consent).await;
    let mut found = places(&refusals);
    found.sort_unstable();
    assert_eq!(found, ["tasks.0", "tasks.2"], "{refusals:#?}");
    for (who, own) in [("LAO-01", "T27"), ("MMR-01", "T16")] {
        let objection = decision(json!({ "objectsTo": [own, "T99"], "reason": "Too early." }));
        let refusals = server.refused(who, "rejectPlan", objection).await;
        assert_eq!(places(&refusals), ["objectsTo.1"], "{who}: {refusals:#?}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_faulty_variable_hinders_each_command_that_uses_it_and_no_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let query = "mutation ($at: DateTime!, $level: Classification!, $officer: UUID!, $c: DateTime = \"soon\") {
      a: initiateOperation(input: { code: \"V1\", title: \"V1\", leadPartner: \"THA\", classification: $level,
        releasableTo: [], occurredAt: $at, lateReason: \"late\" }) { ...Outcome }
      b: initiateOperation(input: { code: \"V2\", title: \"V2\", leadPartner: \"THA\", classification: $level,
        releasableTo: [], occurredAt: $at, lateReason: \"late\" }) { ...Outcome }
      right: initiateOperation(input: { code: \"V3\", title: \"V3\", leadPartner: \"THA\",
        classification: UNCLASSIFIED, releasableTo: [] }) { ...Outcome }
      ...Rest }
      fragment Rest on Mutation {
        nominated: nominateOfficer(input: { post: \"THA-02\", officer: $officer, occurredAt: $at }) { ...Outcome }
        default: nominateOfficer(input: { post: \"tha 2\", officer: $officer, occurredAt: $c }) { ...Outcome } }
      fragment Outcome on MutationOutcome { receipt { position } refusals { field } }";
    let variables = json!({ "at": "yesterday", "level": "SUPERSECRET", "officer": "nope" });
    let answer = server.ask("THA-01", query, variables).await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    let places = |name: &str| {
        let outcome = &answer["data"][name];
        let mut places: Vec<String> = outcome["refusals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|refusal| column(&refusal["field"], "").join("."))
            .collect();
        places.sort_unstable();
        (outcome["receipt"].is_null(), places)
    };
    let refused = |places: &[&str]| (true, places.iter().map(ToString::to_string).collect::<Vec<_>>());
    for twice in ["a", "b"] {
        assert_eq!(places(twice), refused(&["classification", "occurredAt"]), "{twice}: {answer:#}");
    }
    assert_eq!(places("right"), (false, Vec::new()), "{answer:#}");
    assert_eq!(places("nominated"), refused(&["occurredAt", "officer"]), "{answer:#}");
    assert_eq!(places("default"), refused(&["occurredAt", "officer", "post"]), "{answer:#}");
    let data = server.data("THA-01", "{ operations { nodes { code } } }", Value::Null).await;
    assert_eq!(column(&data["operations"]["nodes"], "/code"), ["ALPHA", "V3"]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn null_takes_away_and_what_is_left_out_stays(_: PgPoolOptions, options: PgConnectOptions) {
    let lines = json!({ "linesOfEffort": [{ "code": "LOE1", "name": "Search" }] });
    let server = Server::empty(options).await;
    coalition(&server).await;
    let plan = json!({ "operation": "ALPHA", "sections": with(sections(), lines) });
    server.done("THA-01", "draftPlan", plan, "").await;
    let terms = json!({ "group": "Ports", "constraint": "AS_SOON_AS_POSSIBLE", "finishNoLaterThan": "PT9H" });
    let new = json!({ "operation": "ALPHA", "post": "THA-01", "lineOfEffort": "LOE1", "terms": terms });
    server.done("THA-01", "addTask", with(task("T01", "PT0H"), new), "").await;

    let shown =
        "task { title post { code } lineOfEffort { code } terms { group constraint finishNoLaterThan } }";
    let named = json!({ "operation": "ALPHA", "task": "T01" });
    let revise = |more: Value| with(named.clone(), more);
    let left = server.done("THA-01", "reviseTask", revise(json!({ "title": "One" })), shown).await;
    assert_eq!(
        (&left["task"]["post"], &left["task"]["lineOfEffort"]),
        (&json!({ "code": "THA-01" }), &json!({ "code": "LOE1" }))
    );
    let nulls = json!({ "post": null, "lineOfEffort": null });
    let taken = server.done("THA-01", "reviseTask", revise(nulls), shown).await;
    assert_eq!((&taken["task"]["post"], &taken["task"]["lineOfEffort"]), (&Value::Null, &Value::Null));
    assert_eq!(taken["task"]["title"], "One");
    let refusals =
        server.refused("THA-01", "reviseTask", revise(json!({ "title": null, "duration": null }))).await;
    assert_eq!(codes(&refusals), ["INVALID_VALUE"; 2]);
    assert_eq!(column(&json!(refusals), "/field/0"), ["title", "duration"]);

    let set = |terms: Value| revise(json!({ "terms": terms }));
    let grouped = server.done("THA-01", "setTaskTerms", set(json!({ "group": "Roads" })), shown).await;
    let expected =
        json!({ "group": "Roads", "constraint": "AS_SOON_AS_POSSIBLE", "finishNoLaterThan": "PT9H" });
    assert_eq!(grouped["task"]["terms"], expected);
    let nulls = json!({ "group": null, "finishNoLaterThan": null });
    let bare = server.done("THA-01", "setTaskTerms", set(nulls), shown).await;
    let expected = json!({ "group": null, "constraint": "AS_SOON_AS_POSSIBLE", "finishNoLaterThan": null });
    assert_eq!(bare["task"]["terms"], expected);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_task_is_named_by_its_code_or_by_any_of_its_ids_also_one_that_only_an_amendment_has(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    put_in_force(&server, &operation, sections(), json!([task("T01", "PT0H")])).await;
    server
        .done("THA-01", "openAmendment", json!({ "operation": "ALPHA", "reason": "A road is closed" }), "")
        .await;
    let new = with(task("T30", "PT1H"), json!({ "operation": "ALPHA" }));
    let added = server.done("THA-01", "addTask", new, "task { id taskId }").await;
    let planned = &added["task"]["id"];
    // By each of them, one after the other.
    let query = "{ operation(code: \"ALPHA\") { task(code: \"T30\") { id title } } }";
    let found = server.data("THA-01", query, Value::Null).await["operation"]["task"].clone();
    assert_eq!(found, json!({ "id": added["task"]["taskId"], "title": "T30" }));
    for (number, named) in [
        json!({ "task": planned }),
        json!({ "task": found["id"] }),
        json!({ "task": "T30", "operation": "ALPHA" }),
        json!({ "task": "T30", "operation": operation }),
    ]
    .into_iter()
    .enumerate()
    {
        let revision = with(named, json!({ "title": format!("Name {number}") }));
        let revised = server.done("THA-01", "reviseTask", revision, "task { title id }").await;
        assert_eq!(revised["task"], json!({ "title": format!("Name {number}"), "id": planned }));
    }
    // Found by its code and by its name, once, as is one that both versions have.
    for (text, codes) in [("T30", json!(["T30"])), ("name 3", json!(["T30"])), ("T01", json!(["T01"]))] {
        let query = "query ($text: String!) { search(text: $text) { nodes { ... on Task { code } } } }";
        let found = server.data("THA-01", query, json!({ "text": text })).await;
        assert_eq!(json!(column(&found["search"]["nodes"], "/code")), codes, "{text}");
    }
    let nodes = server
        .data(
            "THA-01",
            "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Task { code } ... on PlannedTask { code } } }",
            json!({ "ids": [found["id"], planned] }),
        )
        .await;
    assert_eq!(nodes["nodes"], json!([{ "code": "T30" }, { "code": "T30" }]));
    // A code alone names none; nor does a code of another operation.
    let refusals = server.refused("THA-01", "removeTask", json!({ "task": "T30" })).await;
    assert_eq!((codes(&refusals), &refusals[0]["field"]), (vec!["UNKNOWN_REFERENCE"], &json!(["operation"])));
    let refusals =
        server.refused("THA-01", "removeTask", json!({ "task": "T30", "operation": "BRAVO" })).await;
    assert_eq!((codes(&refusals), &refusals[0]["field"]), (vec!["NOT_FOUND"], &json!(["operation"])));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn no_list_of_a_plan_is_cut_short(_: PgPoolOptions, options: PgConnectOptions) {
    let tasks: Vec<Value> = (0..130).map(|number| task(&format!("T{number:03}"), "PT0H")).collect();
    let server = drafted(options, &tasks).await;
    let query = "{ operation(code: \"ALPHA\") { tasks { nodes { code } pageInfo { hasNextPage } }
      plan { tasks { nodes { code } edges { node { code } } totalCount pageInfo { hasNextPage } } }
      page: tasks(first: 100) { nodes { code } pageInfo { hasNextPage } } }
      posts { nodes { code } edges { node { code } } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let codes: Vec<String> = (0..130).map(|number| format!("T{number:03}")).collect();
    for list in ["/operation/tasks", "/operation/plan/tasks"] {
        let list = data.pointer(list).unwrap();
        assert_eq!(column(&list["nodes"], "/code"), codes);
        assert_eq!(list["pageInfo"]["hasNextPage"], false);
    }
    assert_eq!(column(&data["operation"]["plan"]["tasks"]["edges"], "/node/code"), codes);
    assert_eq!(data["operation"]["plan"]["tasks"]["totalCount"], 130);
    assert_eq!(column(&data["operation"]["page"]["nodes"], "/code"), codes[..100]);
    assert_eq!(data["operation"]["page"]["pageInfo"]["hasNextPage"], true);
    assert_eq!(column(&data["posts"]["nodes"], "/code"), column(&data["posts"]["edges"], "/node/code"));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn filters_that_name_nothing_and_moments_to_come_are_refused(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = drafted(options, &[task("T01", "PT0H")]).await;
    for faulty in [
        "{ operation(code: \"ALPHA\") { tasks(filter: { phase: \"P77\" }) { totalCount } } }",
        "{ operation(code: \"ALPHA\") { tasks(filter: { lineOfEffort: \"LOE9\" }) { totalCount } } }",
        "{ operation(code: \"ALPHA\") { plan { tasks(filter: { leadPartner: \"BLE\" }) { totalCount } } } }",
        "{ operation(code: \"ALPHA\") { plan { tasks(filter: { territory: \"tha\" }) { totalCount } } } }",
        "{ operations(filter: { leadPartner: \"BLE\" }) { totalCount } }",
        "{ posts(filter: { partner: \"BLE\" }) { totalCount } }",
        "{ events(filter: { partner: \"BLE\" }) { totalCount } }",
        "{ events(filter: { actor: \"BLE-01\" }) { totalCount } }",
        "{ events(filter: { actor: \"service:Import\" }) { totalCount } }",
        "{ events(filter: { operation: \"BRAVO\" }) { totalCount } }",
        "{ events(filter: { subject: \"operation_zzzz\" }) { totalCount } }",
        "{ events(filter: { subject: \"task_00000000000000000000000000\" }) { totalCount } }",
        "{ changes(from: { position: \"1\" }, to: { position: \"2\" }, subject: \"nonsense\") { totalCount } }",
        "{ changes(from: { position: \"1\" }, to: { position: \"2\" }, subject: \"task_00000000000000000000000000@2\")
           { totalCount } }",
        "{ accessLog(filter: { actor: \"tha 1\" }) { totalCount } }",
        "{ asOf(at: { recordedAt: \"2226-01-01T00:00:00Z\" }) { head { position } } }",
        "{ changes(from: { position: \"1\" }, to: { recordedAt: \"2226-01-01T00:00:00Z\" }) { totalCount } }",
    ] {
        let answer = server.ask("THA-01", faulty, Value::Null).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{faulty}: {answer}");
    }
    let right = "{ events(filter: { operation: \"ALPHA\", actor: \"service:import\" }) { totalCount }
      of: events(filter: { operation: \"ALPHA\", actor: \"THA-01\", partner: \"THA\" }) { totalCount }
      operation(code: \"ALPHA\") { tasks(filter: { phase: \"P1\", leadPartner: \"THA\" }) { totalCount } } now }";
    let data = server.data("THA-01", right, Value::Null).await;
    assert_eq!(
        (&data["events"]["totalCount"], &data["operation"]["tasks"]["totalCount"]),
        (&json!(0), &json!(1))
    );
    assert!(data["of"]["totalCount"].as_i64().unwrap() > 0);
    // What was removed still has its history, by whichever of its ids.
    let query = "{ operation(code: \"ALPHA\") { task(code: \"T01\") { id } } head { position } }";
    let before = server.data("THA-01", query, Value::Null).await;
    let task = before["operation"]["task"]["id"].as_str().unwrap();
    let then = &before["head"]["position"];
    server.done("THA-01", "removeTask", json!({ "operation": "ALPHA", "task": "T01" }), "").await;
    let query = "query ($task: ID!, $then: Position!, $at: Position!) { events(filter: { subject: $task }) { totalCount }
      changes(from: { position: $then }, to: { position: $at }, subject: $task) { nodes { kind } } }";
    let at = server.head("THA-01").await;
    for id in [task.to_owned(), format!("{task}@{}", then.as_str().unwrap())] {
        let found = server.data("THA-01", query, json!({ "task": id, "then": then, "at": at })).await;
        assert_eq!(found["events"]["totalCount"], 2, "{id}");
        assert_eq!(column(&found["changes"]["nodes"], "/kind"), ["REMOVED"], "{id}");
    }
    // The present is no moment to come.
    let query =
        "query ($now: DateTime!) { asOf(at: { recordedAt: $now }) { head { position } } head { position } }";
    let data = server.data("THA-01", query, json!({ "now": data["now"] })).await;
    assert_eq!(data["asOf"]["head"], data["head"]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn no_text_that_is_asked_for_fails_on_this_side(_: PgPoolOptions, options: PgConnectOptions) {
    let server = drafted(options, &[task("T01", "PT0H")]).await;
    let sdl = Sdl::of(&server, "THA-01").await;
    // The last is a cursor.
    let mut asked = 0;
    for text in ["a\u{0}b", "service:\u{0}", "task_0000000000000000000000000\u{0}", "MTphAGI"] {
        for (query, variables) in sdl.texts(text) {
            let answer = server.ask("THA-01", &query, variables.clone()).await;
            assert!(answer.get("data").is_some(), "it is carried out: {query} {variables} {answer}");
            let codes: Vec<_> = answer["errors"].as_array().into_iter().flatten().collect();
            let ours = codes.iter().find(|error| error["extensions"]["code"] != "BAD_USER_INPUT");
            assert_eq!(ours, None, "{query} {variables}");
            asked += 1;
        }
    }
    let questions = sdl.texts("").into_iter().map(|(query, variables)| format!("{query} {variables}"));
    let questions: Vec<String> = questions.collect();
    for known in
        ["search(text:", "accessLog(filter: $value) { __typename } } {\"value\":{\"actor\"", "mayCall("]
    {
        assert!(questions.iter().any(|question| question.contains(known)), "{known} of {questions:#?}");
    }
    assert!(asked > 100, "{asked}");
    server.stop().await;
}

/// T02 waits for T01; T03 has office hours that the H-hour does not meet.
#[sqlx::test(migrations = false)]
async fn payloads_tell_what_a_command_did_besides(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    let hours = |day: &str| json!({ "day": day, "from": "08:00", "to": "16:00" });
    let week: Vec<Value> = ["MONDAY", "TUESDAY", "WEDNESDAY"].into_iter().map(hours).collect();
    let calendar = json!({
        "code": "OFFICE", "name": "Office hours", "timeZone": "Asia/Bangkok", "partners": ["THA"], "week": week,
        "holidays": [],
    });
    let plan =
        json!({ "operation": operation, "sections": with(sections(), json!({ "calendars": [calendar] })) });
    server.done("THA-01", "draftPlan", plan, "").await;
    let floating = json!({ "predecessors": ["T01"], "terms": { "constraint": "AS_SOON_AS_POSSIBLE" } });
    for task in [task("T01", "PT0H"), with(task("T02", "PT2H"), floating)] {
        server.done("THA-01", "addTask", with(task, json!({ "operation": "ALPHA" })), "").await;
    }
    let longer = json!({ "operation": "ALPHA", "task": "T01", "duration": "PT5H" });
    server.done("THA-01", "reviseTask", longer, "").await;
    let shown = "planVersion { id contentHash status } laidOut { task { code } startBefore startAfter }";
    let submitted = server.done("THA-01", "submitPlan", json!({ "operation": "ALPHA" }), shown).await;
    let moved = json!([{ "task": { "code": "T02" }, "startBefore": "PT2H", "startAfter": "PT5H" }]);
    assert_eq!(submitted["laidOut"], moved);

    // Under decision until nothing hinders its promulgation.
    let (version, seen_at) = (&submitted["planVersion"], &submitted["receipt"]["position"]);
    let decision =
        json!({ "planVersionId": version["id"], "contentHash": version["contentHash"], "seenAt": seen_at });
    let condition = json!([{ "code": "C1", "gate": "PROMULGATION", "text": "The road is open" }]);
    server.done("THA-01", "approvePlan", decision.clone(), "").await;
    server.done("MMR-01", "approvePlan", with(decision, json!({ "conditions": condition })), "").await;
    let query = "{ operation(code: \"ALPHA\") { underDecision { status conditions { id } missingApprovals { code } } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let under = &data["operation"]["underDecision"];
    assert_eq!((&under["status"], &under["missingApprovals"]), (&json!("SUBMITTED"), &json!([])));
    let condition = under["conditions"][0]["id"].clone();
    let met = json!({ "conditionId": condition, "evidence": "Seen open" });
    server.done("MMR-01", "satisfyCondition", met.clone(), "").await;
    let data = server.data("THA-01", query, Value::Null).await;
    assert_eq!(data["operation"]["underDecision"]["status"], "APPROVED");
    let unmet = json!({ "conditionId": condition, "reason": "Closed again" });
    server.done("MMR-01", "contestCondition", unmet, "").await;
    let data = server.data("THA-01", query, Value::Null).await;
    assert_eq!(data["operation"]["underDecision"]["status"], "SUBMITTED");
    server.done("MMR-01", "satisfyCondition", met, "").await;
    let promulgation = json!({ "planVersionId": version["id"], "seenAt": seen_at });
    server.done("THA-01", "promulgatePlan", promulgation, "").await;
    let data = server.data("THA-01", query, Value::Null).await;
    assert_eq!(data["operation"]["underDecision"], Value::Null);

    // On Monday, 9 October, the office works from 8:00, which is no conflict; at 20:00 it is closed.
    let shown = "newConflicts { kind tasks { code } } resolvedConflicts { kind tasks { code } }";
    let h_hour = |at: &str| json!({ "operation": "ALPHA", "at": format!("2023-10-09T{at}+07:00") });
    let set = server.done("THA-01", "setHHour", h_hour("20:00:00"), shown).await;
    let closed = |code: &str| json!({ "kind": "OUTSIDE_WORKING_TIME", "tasks": [{ "code": code }] });
    let kinds = |list: &Value| -> Vec<Value> {
        list.as_array().unwrap().iter().filter(|one| one["kind"] == "OUTSIDE_WORKING_TIME").cloned().collect()
    };
    assert_eq!(kinds(&set["newConflicts"]), [closed("T01"), closed("T02")], "{set:#}");
    let shift = json!({ "operation": "ALPHA", "to": "2023-10-09T08:00:00+07:00", "reason": "By day" });
    let shifted = server.done("THA-01", "shiftHHour", shift, shown).await;
    assert_eq!(kinds(&shifted["resolvedConflicts"]), [closed("T01"), closed("T02")], "{shifted:#}");
    assert_eq!(kinds(&shifted["newConflicts"]), [Value::Null; 0]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_viewer_knows_which_commands_are_theirs_to_send(_: PgPoolOptions, options: PgConnectOptions) {
    let server = drafted(options, &[task("T01", "PT0H")]).await;
    let query = "{ viewer { submit: mayCall(mutation: \"submitPlan\", operation: \"ALPHA\")
      task: mayCall(mutation: \"addTask\", operation: \"ALPHA\") invite: mayCall(mutation: \"invitePartner\")
      hidden: mayCall(mutation: \"addTask\", operation: \"BRAVO\") } }";
    for (who, submit, task, invite) in
        [("THA-01", true, true, true), ("MMR-01", false, true, false), ("service:import", false, false, true)]
    {
        let viewer = server.data(who, query, Value::Null).await["viewer"].clone();
        let expected = json!({ "submit": submit, "task": task, "invite": invite, "hidden": false });
        assert_eq!(viewer, expected, "{who}");
    }
    // A console that is newer than this server asks for what there is not yet, beside what there is.
    let unknown = "{ viewer { name mayCall(mutation: \"recordIncident\") } }";
    let data = server.data("THA-01", unknown, Value::Null).await;
    assert_eq!(data["viewer"], json!({ "name": "THA-01", "mayCall": false }));
    // And everybody reads who may, beside what each does.
    let query = "{ __type(name: \"Mutation\") { fields { name description } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    for field in data["__type"]["fields"].as_array().unwrap() {
        let description = field["description"].as_str().unwrap_or_default();
        assert!(description.lines().last().unwrap_or_default().starts_with("For a"), "{field}");
    }
    server.stop().await;
}
