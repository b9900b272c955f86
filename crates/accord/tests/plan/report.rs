//! `accord report`: lists of what was done.

use super::Served;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::fs;

#[sqlx::test(migrations = false)]
async fn a_list_is_taken_in_wholly_or_every_fault_is_told_at_its_line_and_column(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan(options).await;
    let head = served.head();
    let list = |name: &str, lines: &[&str]| {
        let text = [&["task;what;at;reason"], lines].concat().join("\n");
        fs::write(served.path(name), text + "\n").unwrap();
    };
    let report = async |post: &str, more: &[&str]| {
        served.run(post, &[&["report", "--operation", "SAPHAN"], more].concat()).await
    };

    // What the file alone shows to be wrong is told before anything is sent.
    list("wrong.csv", &["T01;begun;2023-09-25;", ";ACKNOWLEDGED;2023-09-25T09:00:00+07:00;"]);
    let ran = report("THA-02", &["wrong.csv"]).await;
    assert_eq!(ran.code, 1);
    assert!(ran.err.starts_with("wrong.csv:2:2: what: is none of ACKNOWLEDGED, STARTED,"), "{ran:#?}");
    assert!(ran.err.contains("\nwrong.csv:2:3: at: an instant "), "{ran:#?}");
    assert!(ran.err.contains("\nwrong.csv:3:1: task: must not be empty\n"), "{ran:#?}");
    assert!(ran.err.ends_with("accord: nothing was sent: wrong.csv has 3 faults. Mend it and try again\n"));

    // Of the rest, the server tells all.
    let first = "T01;ACKNOWLEDGED;2023-09-25T09:30:00+07:00;";
    list(
        "early.csv",
        &[first, "", "T02;STARTED;2023-09-25T09:30:00+07:00;", "T99;COMPLETED;2023-09-25T09:30:00+07:00;"],
    );
    let ran = report("THA-02", &["early.csv", "--json"]).await;
    assert_eq!(ran.code, 1);
    let told = ran.json();
    assert_eq!(
        (&told["refusals"][0]["line"], &told["refusals"][0]["column"], &told["refusals"][0]["code"]),
        (&json!(5), &json!(1), &json!("NOT_FOUND")),
        "{told:#}"
    );
    list("early.csv", &["", first]);
    let ran = report("THA-02", &["early.csv"]).await;
    assert_eq!(ran.code, 1);
    assert!(ran.err.starts_with("early.csv:3:1: task: T01 has not been issued. (WRONG_STATE)\n"), "{ran:#?}");
    assert!(
        ran.err.ends_with("accord: nothing was reported on SAPHAN: mend the list and try again\n"),
        "{ran:#?}"
    );
    assert_eq!(served.head(), head, "nothing was stored");

    served.on_saphan("IssueTask", json!({ "task": "T01", "occurredAt": "2023-09-25T09:00:00+07:00" })).await;
    let checked = report("THA-02", &["early.csv", "--dry-run"]).await;
    assert_eq!((checked.code, &*checked.out), (0, "early.csv has no faults: 1 report would be sent.\n"));
    let ran = report("THA-02", &["early.csv"]).await;
    let position = head + 2;
    assert_eq!(
        (ran.code, &*ran.out, &*ran.err),
        (0, &*format!("SAPHAN has 1 report more at position {position}: T01 ISSUED.\n"), "")
    );
    // The same list once more does nothing twice.
    let again = report("THA-02", &["early.csv", "--json"]).await.json();
    let tasks = json!([{ "code": "T01", "status": "ISSUED" }]);
    assert_eq!(again, json!({ "operation": "SAPHAN", "reports": 1, "tasks": tasks, "position": position }));
    assert_eq!(served.head(), position);
}
