//! Dependencies of all kinds, with lag and lead: as planners write them, as they are shown, and what they do
//! to a schedule.

use crate::{
    plan::{coalition, sections},
    support::{Server, codes},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

fn task(operation: &Value, code: &str, duration: &str, predecessors: &[&str]) -> Value {
    json!({
        "operation": operation, "code": code, "title": format!("Task {code}"), "phase": "P1",
        "leadPartner": "THA", "territory": "THA", "startOffset": "PT0H", "duration": duration,
        "predecessors": predecessors,
    })
}

/// Four tasks, the fourth without what it waits for; operation, and the id of the fourth.
async fn drafted(server: &Server) -> (Value, Value) {
    let operation = coalition(server).await;
    server.done("THA-01", "draftPlan", json!({ "operation": operation, "sections": sections() }), "").await;
    for (code, duration, predecessors) in
        [("T01", "PT10H", &[] as &[&str]), ("T02", "PT6H", &["T01SS+2h"]), ("T03", "PT3H", &["T02FF+0h"])]
    {
        server.done("THA-01", "addTask", task(&operation, code, duration, predecessors), "").await;
    }
    let payload =
        server.done("THA-01", "addTask", task(&operation, "T04", "PT1H", &[]), "task { task { id } }").await;
    (operation, payload["task"]["task"]["id"].clone())
}

#[sqlx::test(migrations = false)]
async fn a_plan_with_dependencies_of_all_kinds_is_laid_out_as_by_hand(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let (_, fourth) = drafted(&server).await;
    let before = server.head("THA-01").await;
    let lead = json!({ "task": fourth, "predecessor": "T02", "kind": "START_TO_FINISH", "lag": "-PT30M" });
    let shown = "task { dependencies { predecessor { code } kind lag } predecessors { code } }";
    let payload = server.done("THA-01", "addDependency", lead, shown).await;
    let waits = json!({ "predecessor": { "code": "T02" }, "kind": "START_TO_FINISH", "lag": "-PT30M" });
    assert_eq!(payload["task"], json!({ "dependencies": [waits], "predecessors": [{ "code": "T02" }] }));

    // By hand: T01 takes 10 h, which is all. T02 starts 2 h after it. T03 ends when T02 does, at 8. T04 may
    // end half an hour before T02 starts, at 1:30. T02 may end at 10, so it can slip by 2 h, and T03 notices
    // at once.
    let query = "{ operation(code: \"ALPHA\") { schedule(basis: NETWORK) {
        length criticalPath { code }
        tasks { task { code } earlyStart earlyFinish lateStart lateFinish totalFloat freeFloat } } } }";
    let schedule = server.data("THA-01", query, Value::Null).await["operation"]["schedule"].clone();
    let row = |code: &str, times: [&str; 6]| {
        let [early_start, early_finish, late_start, late_finish, total, free] = times;
        json!({
            "task": { "code": code }, "earlyStart": early_start, "earlyFinish": early_finish,
            "lateStart": late_start, "lateFinish": late_finish, "totalFloat": total, "freeFloat": free,
        })
    };
    let rows = json!([
        row("T01", ["PT0H", "PT10H", "PT0H", "PT10H", "PT0H", "PT0H"]),
        row("T04", ["PT30M", "PT1H30M", "PT9H", "PT10H", "PT8H30M", "PT8H30M"]),
        row("T02", ["PT2H", "PT8H", "PT4H", "PT10H", "PT2H", "PT0H"]),
        row("T03", ["PT5H", "PT8H", "PT7H", "PT10H", "PT2H", "PT2H"]),
    ]);
    assert_eq!(schedule, json!({ "length": "PT10H", "criticalPath": [{ "code": "T01" }], "tasks": rows }));

    let query = "query ($before: Position!, $now: Position!) { operation(code: \"ALPHA\") {
        second: task(code: \"T02\") {
          predecessors { predecessor { code } successor { code } kind lag }
          successors { predecessor { code } successor { code } kind lag } }
        fourth: task(code: \"T04\") { versions { edges { node { predecessorCodes predecessors } } } } }
      changes(from: { position: $before }, to: { position: $now }) { edges { node { field before after event { type payload } } } } }";
    let data =
        server.data("THA-01", query, json!({ "before": before, "now": server.head("THA-01").await })).await;
    let dependency = |before: &str, after: &str, kind: &str, lag: &str| json!({ "predecessor": { "code": before }, "successor": { "code": after }, "kind": kind, "lag": lag });
    let second = &data["operation"]["second"];
    assert_eq!(second["predecessors"], json!([dependency("T01", "T02", "START_TO_START", "PT2H")]));
    assert_eq!(
        second["successors"],
        json!([
            dependency("T02", "T03", "FINISH_TO_FINISH", "PT0H"),
            dependency("T02", "T04", "START_TO_FINISH", "-PT30M"),
        ])
    );
    let versions = &data["operation"]["fourth"]["versions"]["edges"];
    let was = |codes: &[&str], written: &[&str]| json!({ "node": { "predecessorCodes": codes, "predecessors": written } });
    assert_eq!(versions, &json!([was(&[], &[]), was(&["T02"], &["T02SF-30m"])]));
    let change = &data["changes"]["edges"][0]["node"];
    assert_eq!(
        (&change["field"], &change["before"], &change["after"]),
        (&json!("predecessors"), &json!([]), &json!(["T02SF-30m"]))
    );
    assert_eq!(change["event"]["type"], "DependencyAdded");
    assert_eq!(
        change["event"]["payload"]["dependency"],
        json!({ "predecessor": "T02", "kind": "START_TO_FINISH", "lag": "-PT30M" })
    );
}

#[sqlx::test(migrations = false)]
async fn a_dependency_is_replaced_by_the_next_on_the_same_task_and_plain_unless_more_is_said(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let (operation, fourth) = drafted(&server).await;
    let shown = "task { dependencies { predecessor { code } kind lag } }";
    for (more, kind, lag) in [
        (json!({ "kind": "START_TO_START", "lag": "P1D" }), "START_TO_START", "PT24H"),
        (json!({ "kind": "FINISH_TO_FINISH" }), "FINISH_TO_FINISH", "PT0H"),
        // As clients ask that know of no kinds.
        (json!({}), "FINISH_TO_START", "PT0H"),
    ] {
        let mut input = json!({ "task": fourth, "predecessor": "T01" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let payload = server.done("THA-01", "addDependency", input, shown).await;
        let waits = json!([{ "predecessor": { "code": "T01" }, "kind": kind, "lag": lag }]);
        assert_eq!(payload["task"]["dependencies"], waits);
    }
    let removed = json!({ "task": fourth, "predecessor": "T01" });
    let payload = server.done("THA-01", "removeDependency", removed, shown).await;
    assert_eq!(payload["task"]["dependencies"], json!([]));

    // What cannot be: a text that is none, a task twice, a cycle over other kinds, a lag that is none.
    let add = |predecessors: &[&str]| task(&operation, "T05", "PT1H", predecessors);
    let refusals = server.refused("THA-01", "addTask", add(&["T01", "T01XX+2h", "T02SS-2x"])).await;
    assert_eq!(codes(&refusals), ["INVALID_CODE", "INVALID_CODE"]);
    assert_eq!(refusals[1]["field"], json!(["predecessors", "2"]));
    let refusals = server.refused("THA-01", "addTask", add(&["T01SS+0h", "T01FF+2h"])).await;
    assert_eq!(codes(&refusals), ["ALREADY_EXISTS"]);
    server
        .done(
            "THA-01",
            "addDependency",
            json!({ "task": fourth, "predecessor": "T03", "kind": "START_TO_FINISH" }),
            "",
        )
        .await;
    let first = server
        .data("THA-01", "{ operation(code: \"ALPHA\") { task(code: \"T01\") { id } } }", Value::Null)
        .await;
    let first = &first["operation"]["task"]["id"];
    let cycle = json!({ "task": first, "predecessor": "T04", "kind": "START_TO_START", "lag": "-PT2H" });
    let refusals = server.refused("THA-01", "addDependency", cycle).await;
    assert_eq!(codes(&refusals), ["DEPENDENCY_CYCLE"]);
    let endless = json!({ "task": fourth, "predecessor": "T01", "lag": "P1Y" });
    let refusals = server.refused("THA-01", "addDependency", endless).await;
    assert_eq!((codes(&refusals), &refusals[0]["field"]), (vec!["INVALID_DURATION"], &json!(["lag"])));
}
