//! Schedules through the API: SAPHAN's, constraints and calendars, forecasts, and what a move would do.

use crate::{
    plan::{coalition, sections},
    support::{Server, codes, column},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// Once H-hour is set: 9 October 2023, 6:00 in Bangkok.
const AUTHORISED: &str = "2023-09-25T10:00:00+07:00";

fn told(conflicts: &Value) -> Vec<(&str, Vec<&str>)> {
    let conflicts = conflicts.as_array().unwrap();
    conflicts.iter().map(|one| (one["kind"].as_str().unwrap(), column(&one["tasks"], "/code"))).collect()
}

/// Version 2, from the scenario: T01 24 h, T02 72, T07 24, T08 72, T13 48, T14 12, T15 4, then T16 or T17 12,
/// T21 12, T22 24, T23 72, T24 264, T25 48, T26 72, T28 12, T29 96: together 868 h, each waiting for the one
/// before. Version 1 has no T13. T08 leads to nothing then, and T14 waits for T09 (48 h after T07) and T12
/// (24 h): 24 + 72 + 24 + 48 + 24 + 12 + 4 = 208 to the end of T15 where version 2 has 256, and 820 in all.
/// With offsets, T29 starts at H+1080 in both and takes 96 h: from H-288 that is 1,464 h, and all before it
/// can slip.
#[sqlx::test(migrations = false)]
async fn both_versions_of_saphan_are_laid_out_as_by_hand(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, AUTHORISED).await;
    let query = "query ($number: Int!) { operation(code: \"SAPHAN\") { planVersion(number: $number) {
        network: schedule(basis: NETWORK) { length criticalPath { code } criticalPaths { tasks { code } } tasks { task { code } } }
        offsets: schedule { start length criticalPath { code } groups { phase { code } group earlyStart earlyFinish taskCount } } } } }";
    for (number, hours, tasks, before_t14) in
        [(1, "PT820H", 28, ["T09", "T12"]), (2, "PT868H", 29, ["T08", "T13"])]
    {
        let data = server.data("THA-02", query, json!({ "number": number })).await;
        let version = &data["operation"]["planVersion"];
        let (network, offsets) = (&version["network"], &version["offsets"]);
        assert_eq!((&network["length"], network["tasks"].as_array().unwrap().len()), (&json!(hours), tasks));
        let critical = [
            &["T01", "T02", "T07"],
            &before_t14[..],
            &["T14", "T15", "T16", "T17", "T21", "T22", "T23", "T24", "T25", "T26", "T28", "T29"],
        ]
        .concat();
        assert_eq!(column(&network["criticalPath"], "/code"), critical);
        // Over Site A or over Site B.
        let paths = network["criticalPaths"].as_array().unwrap();
        let path = |index: usize| column(&paths[index]["tasks"], "/code");
        assert_eq!(paths.len(), 2);
        let without =
            |code: &str| -> Vec<&str> { critical.iter().copied().filter(|one| *one != code).collect() };
        assert_eq!([path(0), path(1)], [without("T17"), without("T16")]);
        assert_eq!((&offsets["start"], &offsets["length"]), (&json!("-PT288H"), &json!("PT1464H")));
        assert_eq!(column(&offsets["criticalPath"], "/code"), ["T29"]);
        let review = json!({ "phase": { "code": "P5" }, "group": null, "earlyStart": "PT1080H",
                             "earlyFinish": "PT1176H", "taskCount": 1 });
        assert_eq!(offsets["groups"][4], review);
    }
}

#[sqlx::test(migrations = false)]
async fn a_shift_of_h_hour_is_previewed_and_nothing_is_recorded(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, AUTHORISED).await;
    let before = server.head("THA-02").await;
    let query = "query ($at: DateTime!) { operation(code: \"SAPHAN\") {
        previewReschedule(input: { hHour: $at }, zone: { partner: \"MMR\" }) {
          withinWindow hHourBefore hHourAfter lengthBefore lengthAfter newConflicts { kind tasks { code } }
          tasks { task { code } startBefore startAfter startsBefore startsAfter shift } } } }";
    // FRAGO-1 moves it by a day; X13 would move it out of its window, which ends before 16 October.
    for (at, shift, within) in
        [("2023-10-10T06:00:00+07:00", "PT24H", true), ("2023-10-18T06:00:00+07:00", "PT216H", false)]
    {
        let data = server.data("THA-02", query, json!({ "at": at })).await;
        let preview = &data["operation"]["previewReschedule"];
        assert_eq!((&preview["withinWindow"], &preview["newConflicts"]), (&json!(within), &json!([])));
        assert_eq!(preview["hHourBefore"], "2023-10-09T05:30:00+06:30");
        assert_eq!(
            (&preview["lengthBefore"], &preview["lengthAfter"]),
            (&json!("PT1464H"), &json!("PT1464H"))
        );
        let tasks = preview["tasks"].as_array().unwrap();
        assert_eq!(tasks.len(), 29);
        assert!(tasks.iter().all(|task| task["shift"] == shift && task["startBefore"] == task["startAfter"]));
        assert_eq!(tasks[0]["startsBefore"], "2023-09-27T05:30:00+06:30");
    }
    assert_eq!(server.head("THA-02").await, before);
}

/// T14 from -48 to -30 ends at -18: T15, planned at -24, starts then. The free float of whatever leads to the
/// two grows by as much, but not of T09, which T12 follows without a pause. T16 starts at H all the same.
#[sqlx::test(migrations = false)]
async fn what_a_moved_task_moves_is_previewed_with_the_conflicts_that_it_makes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, AUTHORISED).await;
    let query = "query ($tasks: [MovedTaskInput!]!) { operation(code: \"SAPHAN\") {
        previewReschedule(input: { tasks: $tasks }) { newConflicts { kind tasks { code } message } resolvedConflicts { kind }
          tasks { task { code } startBefore startAfter shift } } } }";
    let moved = json!([{ "task": "T14", "startOffset": "-PT30H" }]);
    let data = server.data("THA-02", query, json!({ "tasks": moved })).await;
    let preview = &data["operation"]["previewReschedule"];
    let codes = column(&preview["tasks"], "/task/code");
    assert_eq!(codes, ["T10", "T11", "T12", "T13", "T14", "T15"]);
    let fifteen = json!({ "task": { "code": "T15" }, "startBefore": "-PT24H", "startAfter": "-PT18H", "shift": "PT6H" });
    assert_eq!(preview["tasks"][5], fifteen);
    assert_eq!(told(&preview["newConflicts"]), [("DEPENDENCY_NOT_MET", vec!["T15", "T14"])]);
    assert_eq!(
        preview["newConflicts"][0]["message"],
        "T15 waits for T14 and is planned PT6H too early for that."
    );
    let answer = server.ask("THA-02", query, json!({ "tasks": [{ "task": "T99" }] })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(answer["errors"][0]["message"], "The plan has no task T99 that you may see.");
}

/// T01 was to take from -288 to -264 and took from -276 to -240, so that T02 (72 h) ends at -168 and not at
/// -192, and T07 (24 h) at -144. T16 can still start at H.
#[sqlx::test(migrations = false)]
async fn a_forecast_from_what_has_happened_tells_how_much_later_than_the_baseline(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, AUTHORISED).await;
    let query = "query ($now: DateTime, $actuals: [TaskActualInput!]!) { operation(code: \"SAPHAN\") {
        schedule(basis: FORECAST, now: $now, actuals: $actuals) {
          tasks(zone: { partner: \"THA\" }) { task { code } earlyFinish earliestFinish baselineFinish slippage } } } }";
    let actuals = json!([{
        "task": "T01", "startedAt": "2023-09-27T18:00:00+07:00", "finishedAt": "2023-09-29T06:00:00+07:00",
    }]);
    let variables = json!({ "now": "2023-09-29T06:00:00+07:00", "actuals": actuals });
    let data = server.data("THA-02", query, variables).await;
    let tasks = data["operation"]["schedule"]["tasks"].as_array().unwrap();
    let of = |code: &str| tasks.iter().find(|task| task["task"]["code"] == code).unwrap().clone();
    let row = |code: &str, finish: &str, at: &str, baseline: &str, slippage: &str| {
        json!({ "task": { "code": code }, "earlyFinish": finish, "earliestFinish": at, "baselineFinish": baseline,
                "slippage": slippage })
    };
    for wanted in [
        row("T01", "-PT240H", "2023-09-29T06:00:00+07:00", "-PT264H", "PT24H"),
        row("T02", "-PT168H", "2023-10-02T06:00:00+07:00", "-PT192H", "PT24H"),
        row("T07", "-PT144H", "2023-10-03T06:00:00+07:00", "-PT168H", "PT24H"),
        row("T16", "PT12H", "2023-10-09T18:00:00+07:00", "PT12H", "PT0H"),
    ] {
        assert_eq!(of(wanted["task"]["code"].as_str().unwrap()), wanted);
    }
    let unknown = json!({ "now": AUTHORISED, "actuals": [{ "task": "T77", "startedAt": AUTHORISED }] });
    let answer = server.ask("THA-02", query, unknown).await;
    assert_eq!(answer["errors"][0]["message"], "The plan has no task T77 that you may see.");
    // It is made as of the log's clock unless another moment is said.
    let as_of_now = server.data("THA-02", query, json!({ "now": AUTHORISED, "actuals": [] })).await;
    assert_eq!(server.data("THA-02", query, json!({ "actuals": [] })).await, as_of_now);
}

/// A draft with a calendar of Bangkok's office hours for THA, and T01 (16 h, at H), T02 (2 h, at H+10).
#[sqlx::test(migrations = false)]
async fn terms_and_calendars_are_drafted_shown_and_kept(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    server.done("THA-01", "draftPlan", json!({ "operation": operation, "sections": sections() }), "").await;
    let task = |code: &str, offset: &str, duration: &str, terms: Value| {
        json!({
            "operation": operation, "code": code, "title": code, "phase": "P1", "leadPartner": "THA",
            "territory": "THA", "startOffset": offset, "duration": duration, "terms": terms,
        })
    };
    server.done("THA-01", "addTask", task("T01", "PT0H", "PT16H", Value::Null), "").await;
    let terms = json!({ "group": "Ports", "mutualLegalAssistance": true });
    let shown = "task { milestone terms { group constraint finishNoLaterThan mutualLegalAssistance } }";
    let added = server.done("THA-01", "addTask", task("T02", "PT10H", "PT2H", terms), shown).await;
    let terms = json!({ "group": "Ports", "constraint": "START_NO_EARLIER_THAN", "finishNoLaterThan": null,
                        "mutualLegalAssistance": true });
    assert_eq!(added["task"], json!({ "milestone": false, "terms": terms }));

    let hours = |day: &str| json!({ "day": day, "from": "08:00", "to": "16:00" });
    let calendar = json!({
        "code": "OFFICE", "name": "Office hours", "timeZone": "Asia/Bangkok", "partners": ["THA"], "rest": "PT11H",
        "week": [hours("MONDAY"), hours("TUESDAY"), hours("WEDNESDAY")],
        "holidays": [{ "name": "A day off", "from": "2023-10-10" }],
    });
    let revise = |calendar: &Value| json!({ "operation": operation, "section": { "calendars": [calendar] } });
    let shown = "planVersion { calendars { code timeZone week { day from to } holidays { from to } rest partners { code } } }";
    let revised = server.done("THA-01", "revisePlanSection", revise(&calendar), shown).await;
    let calendars = &revised["planVersion"]["calendars"];
    assert_eq!(calendars[0]["holidays"], json!([{ "from": "2023-10-10", "to": "2023-10-10" }]));
    assert_eq!(
        (&calendars[0]["rest"], &calendars[0]["partners"]),
        (&json!("PT11H"), &json!([{ "code": "THA" }]))
    );
    let mut faulty = calendar;
    faulty["timeZone"] = json!("Asia/Atlantis");
    faulty["week"][1]["to"] = json!("25:00");
    faulty["holidays"][0]["from"] = json!("10 October");
    let refusals = server.refused("THA-01", "revisePlanSection", revise(&faulty)).await;
    assert_eq!(codes(&refusals)[0], "INVALID_TIME_ZONE");
    let at = |index: usize| refusals[index]["field"].clone();
    assert_eq!(at(1), json!(["section", "calendars", "0", "week", "1", "to"]));
    assert_eq!(at(2), json!(["section", "calendars", "0", "holidays", "0", "from"]));

    // Without an H-hour nobody knows which day is off. On Monday, 9 October at 8:00, by hand: T01 takes
    // Monday and, after the day off, Wednesday to 16:00: 56 h. T02, planned at 18:00, starts on Wednesday at
    // 8:00, H+48.
    let query = "{ operation(code: \"ALPHA\") { plan { conflicts { kind tasks { code } }
        schedule { groups { group taskCount } tasks { earlyFinish } } }
      previewReschedule(input: { hHour: \"2023-10-09T08:00:00+07:00\" }) {
        tasks { task { code } startAfter finishBefore finishAfter } newConflicts { kind tasks { code } message } } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let (plan, preview) = (&data["operation"]["plan"], &data["operation"]["previewReschedule"]);
    assert_eq!(plan["schedule"]["tasks"], json!([{ "earlyFinish": "PT16H" }, { "earlyFinish": "PT12H" }]));
    assert_eq!(
        plan["schedule"]["groups"],
        json!([{ "group": null, "taskCount": 2 }, { "group": "Ports", "taskCount": 1 }])
    );
    assert_eq!(
        preview["tasks"],
        json!([
            { "task": { "code": "T01" }, "startAfter": "PT0H", "finishBefore": "PT16H", "finishAfter": "PT56H" },
            { "task": { "code": "T02" }, "startAfter": "PT48H", "finishBefore": "PT12H", "finishAfter": "PT50H" },
        ])
    );
    assert_eq!(told(&preview["newConflicts"]), [("OUTSIDE_WORKING_TIME", vec!["T02"])]);
    let in_hours = ("LEGAL_ASSISTANCE_IN_HOURS", vec!["T02"]);
    let unassigned = |code| ("TASK_UNASSIGNED", vec![code]);
    assert_eq!(told(&plan["conflicts"]), [in_hours, unassigned("T01"), unassigned("T02")]);
}

/// T02 waits for T01 (4 h) and takes 6: it ends at 10, two hours too late.
#[sqlx::test(migrations = false)]
async fn a_latest_finish_that_cannot_be_kept_is_a_conflict_and_open_starts_are_laid_out_at_submission(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    server.done("THA-01", "draftPlan", json!({ "operation": operation, "sections": sections() }), "").await;
    let task = |code: &str, duration: &str, predecessors: &[&str]| {
        json!({
            "code": code, "title": code, "phase": "P1", "leadPartner": "THA", "territory": "THA", "post": "THA-01",
            "duration": duration, "predecessors": predecessors,
        })
    };
    let tasks = [task("T01", "PT4H", &[]), task("T02", "PT6H", &["T01"]), task("T03", "PT0H", &["T02"])];
    let shown = "planVersion { tasks(first: 9) { edges { node { id code startOffset milestone terms { constraint } } } } }";
    let input = json!({ "operation": operation, "tasks": tasks });
    let imported = server.done("THA-01", "importTasks", input, shown).await;
    let nodes: Vec<_> = imported["planVersion"]["tasks"]["edges"].as_array().unwrap().clone();
    let of =
        |node: &Value| (node["node"]["startOffset"].clone(), node["node"]["terms"]["constraint"].clone());
    let floating = |offset: &str| (json!(offset), json!("AS_SOON_AS_POSSIBLE"));
    assert_eq!(
        nodes.iter().map(of).collect::<Vec<_>>(),
        [floating("PT0H"), floating("PT4H"), floating("PT10H")]
    );
    assert_eq!(nodes[2]["node"]["milestone"], true);

    // T01 takes longer: what waits for it floats with it, and is laid out when nations are to decide.
    let task_id =
        |code: &str| json!(format!("{{ operation(code: \"ALPHA\") {{ task(code: \"{code}\") {{ id }} }} }}"));
    let id = async |code: &str| {
        let query = task_id(code);
        server.data("THA-01", query.as_str().unwrap(), Value::Null).await["operation"]["task"]["id"].clone()
    };
    let longer = json!({ "task": id("T01").await, "duration": "PT5H" });
    server.done("THA-01", "reviseTask", longer, "").await;
    let bound = json!({ "constraint": "AS_SOON_AS_POSSIBLE", "finishNoLaterThan": "PT8H" });
    let input = json!({ "task": id("T02").await, "terms": bound });
    server.done("THA-01", "setTaskTerms", input, "task { terms { finishNoLaterThan } }").await;
    let query = "{ operation(code: \"ALPHA\") { conflicts { kind tasks { code } message }
        tasks(first: 9) { edges { node { startOffset totalFloat } } } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let conflicts = &data["operation"]["conflicts"];
    assert_eq!(told(conflicts), [("NEGATIVE_FLOAT", vec!["T01"]), ("NEGATIVE_FLOAT", vec!["T02"])]);
    assert_eq!(
        conflicts[1]["message"],
        "T02 has PT3H too little to keep what it or what waits for it is bound to."
    );
    server.done("THA-01", "submitPlan", json!({ "operation": operation }), "").await;
    let data = server.data("THA-01", query, Value::Null).await;
    let offsets = column(&data["operation"]["tasks"]["edges"], "/node/startOffset");
    assert_eq!(offsets, ["PT0H", "PT5H", "PT11H"]);
}

/// The plan is drafted with these sections and tasks, approved by the nations and put in force.
pub async fn put_in_force(server: &Server, operation: &Value, sections: Value, tasks: Value) {
    server.done("THA-01", "draftPlan", json!({ "operation": operation, "sections": sections }), "").await;
    server.done("THA-01", "importTasks", json!({ "operation": operation, "tasks": tasks }), "").await;
    let shown = "planVersion { id contentHash }";
    let submitted = server.done("THA-01", "submitPlan", json!({ "operation": operation }), shown).await;
    let (version, seen_at) = (&submitted["planVersion"], &submitted["receipt"]["position"]);
    for who in ["THA-01", "MMR-01"] {
        let decision = json!({
            "planVersionId": version["id"], "contentHash": version["contentHash"], "seenAt": seen_at,
        });
        server.done(who, "approvePlan", decision, "").await;
    }
    let promulgation = json!({ "planVersionId": version["id"], "seenAt": seen_at });
    server.done("THA-01", "promulgatePlan", promulgation, "").await;
}

/// T01 takes 16 h by office hours in Yangon, 9:00 to 17:00 from Monday to Friday. From Monday, 9 October,
/// 9:00 on (2:30 UTC) it ends on Tuesday at 17:00 (10:30 UTC), 32 h later, and not on Tuesday at 1:00. From
/// Friday, 13 October, on it goes on after the weekend: to Monday, 16 October, 17:00, 80 h later.
#[sqlx::test(migrations = false)]
async fn everything_that_tells_of_a_tasks_finish_counts_working_time(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options.clone()).await;
    let alpha = coalition(&server).await;
    let bravo = json!({
        "code": "BRAVO", "title": "Operation BRAVO", "leadPartner": "THA", "classification": "RESTRICTED",
        "releasableTo": ["MMR"],
    });
    let bravo =
        server.done("THA-01", "initiateOperation", bravo, "operation { id }").await["operation"]["id"].take();
    let task = |duration: &str| {
        json!([{
            "code": "T01", "title": "Screen arrivals", "phase": "P1", "leadPartner": "MMR", "territory": "MMR",
            "post": "MMR-01", "startOffset": "PT0H", "duration": duration,
        }])
    };
    let hours = |day: &str| json!({ "day": day, "from": "09:00", "to": "17:00" });
    let week = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"].map(hours);
    let mut by_office_hours = sections();
    by_office_hours["calendars"] = json!([{
        "code": "OFFICE", "name": "Office hours", "timeZone": "Asia/Yangon", "posts": ["MMR-01"], "week": week,
    }]);
    put_in_force(&server, &alpha, by_office_hours, task("PT16H")).await;
    put_in_force(&server, &bravo, sections(), task("PT4H")).await;

    let query = "query ($code: String!) { operation(code: $code) { task(code: \"T01\") { id plannedFinish }
        schedule { tasks { earlyFinish earliestFinish } } } }";
    let told = async |code: &str| {
        let data = server.data("MMR-01", query, json!({ "code": code })).await;
        let token = server.token("MMR-01");
        let feed =
            server.client().get(server.url(&format!("/calendar/operation/{code}.ics"))).bearer_auth(token);
        let feed = feed.send().await.unwrap().text().await.unwrap();
        let end = feed.lines().find_map(|line| line.strip_prefix("DTEND:")).unwrap_or_default().to_owned();
        let operation = &data["operation"];
        let of_schedule = operation["schedule"]["tasks"][0].clone();
        json!([
            operation["task"]["plannedFinish"],
            of_schedule["earlyFinish"],
            of_schedule["earliestFinish"],
            end
        ])
    };
    let id = async |code: &str| {
        let data = server.data("MMR-01", query, json!({ "code": code })).await;
        data["operation"]["task"]["id"].clone()
    };
    let (alphas, bravos) = (id("ALPHA").await, id("BRAVO").await);
    // Without an H-hour nobody knows which hours are worked.
    assert_eq!(told("ALPHA").await, json!([null, "PT16H", null, ""]));
    let set = |operation: &Value, at: &str| json!({ "operation": operation, "at": at });
    server.done("THA-01", "setHHour", set(&alpha, "2023-10-09T09:00:00+06:30"), "").await;
    let tuesday = "2023-10-10T10:30:00Z";
    assert_eq!(told("ALPHA").await, json!([tuesday, "PT32H", tuesday, "20231010T103000Z"]));
    // Round the clock, nothing pauses.
    server.done("THA-01", "setHHour", set(&bravo, "2023-10-10T02:00:00+06:30"), "").await;
    let morning = "2023-10-09T23:30:00Z";
    assert_eq!(told("BRAVO").await, json!([morning, "PT4H", morning, "20231009T233000Z"]));

    // Of the night between, the officer is not free for another operation; of the evening after, it is.
    let assign = |task: &Value| json!({ "task": task, "post": "MMR-01" });
    server.done("THA-01", "assignOfficer", assign(&alphas), "").await;
    let refusals = server.refused("THA-01", "assignOfficer", assign(&bravos)).await;
    assert_eq!(codes(&refusals), ["OFFICER_OVERLAP"]);
    let shift = |operation: &Value, to: &str| json!({ "operation": operation, "to": to, "reason": "Flood" });
    server.done("THA-01", "shiftHHour", shift(&bravo, "2023-10-10T17:00:00+06:30"), "").await;
    server.done("THA-01", "assignOfficer", assign(&bravos), "").await;

    server.done("THA-01", "shiftHHour", shift(&alpha, "2023-10-13T09:00:00+06:30"), "").await;
    let monday = "2023-10-16T10:30:00Z";
    assert_eq!(told("ALPHA").await, json!([monday, "PT80H", monday, "20231016T103000Z"]));
    let query = "query ($id: ID!) { node(id: $id) { ... on Task { history(last: 2) { edges { node { type payload } } } } } }";
    let data = server.data("THA-01", query, json!({ "id": alphas })).await;
    let history = data["node"]["history"]["edges"].as_array().unwrap();
    let of = |edge: &Value| (edge["node"]["type"].clone(), edge["node"]["payload"]["duration"].clone());
    assert_eq!(
        history.iter().map(of).collect::<Vec<_>>(),
        [(json!("OfficerAssigned"), json!("PT32H")), (json!("AssignmentRetimed"), json!("PT80H"))]
    );
    // Nor of the weekend.
    let sunday = shift(&bravo, "2023-10-15T09:00:00+06:30");
    assert_eq!(codes(&server.refused("THA-01", "shiftHHour", sunday).await), ["OFFICER_OVERLAP"]);

    // What was decided is decided so again, and rows are what the log makes them.
    let pool = accord::database::prepare(options).await.unwrap();
    let decided = accord::engine::check_decisions(&pool, |_, _| ()).await.unwrap();
    assert_eq!((decided.differences.len(), decided.other_rules), (0, 0), "{decided:?}");
    let rows = accord::engine::check_read_models(&pool, None, |_, _| ()).await.unwrap();
    assert_eq!(rows, Vec::<String>::new());
}
