//! A plan held against what happened.

use crate::support::{Server, column};
use accord::domain::Span;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::BTreeMap;

/// After the last command that is imported.
const END: &str = "2023-12-12T09:00:00+07:00";

const HELD: &str = "query ($hHour: PlannedBy! = THEN, $version: Int) { operation(code: \"SAPHAN\") {
   plannedVersusActual(hHour: $hHour, version: $version) {
     tasks { task { code startVariance finishVariance } plannedStart plannedFinish actualStart actualFinish
       startVariance finishVariance drivers { kind by task { code } } }
     phases { phase { code } plannedStart plannedFinish actualStart actualFinish startVariance finishVariance }
   }
 } }";

async fn held(server: &Server, who: &str, of: Value) -> Value {
    server.data(who, HELD, of).await["operation"]["plannedVersusActual"].take()
}

fn tasks(held: &Value) -> BTreeMap<&str, &Value> {
    let tasks = held["tasks"].as_array().unwrap().iter();
    tasks.map(|held| (held["task"]["code"].as_str().unwrap(), held)).collect()
}

fn span(value: &Value) -> Span {
    value.as_str().unwrap().parse().unwrap()
}

#[sqlx::test(migrations = false)]
async fn each_delay_of_saphan_is_explained_to_the_second(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, END).await;
    let held = held(&server, "THA-01", json!({})).await;
    let tasks = tasks(&held);
    // 29 of the plan, and the one that the response to the incident made.
    assert_eq!(tasks.len(), 30);
    for (code, finish) in [("T16", "-PT3H"), ("T17", "PT2H"), ("T21", "PT3H"), ("T27", "PT28H")] {
        assert_eq!(tasks[code]["finishVariance"], finish, "{code}");
    }
    assert_eq!(tasks["T17"]["startVariance"], "PT1H30M");
    for (code, held) in &tasks {
        // The same as each task says of itself.
        for variance in ["startVariance", "finishVariance"] {
            assert_eq!(held[variance], held["task"][variance], "{code}");
        }
        if held["finishVariance"].is_null() {
            continue;
        }
        let drivers = held["drivers"].as_array().unwrap();
        let sum = |kinds: &[&str]| {
            let parts = drivers.iter().filter(|driver| kinds.contains(&driver["kind"].as_str().unwrap()));
            parts.fold(Span::ZERO, |sum, driver| sum + span(&driver["by"]))
        };
        assert_eq!(sum(&["PREDECESSOR", "START"]), span(&held["startVariance"]), "{code}");
        assert_eq!(
            sum(&["PREDECESSOR", "START", "BLOCKS", "LENGTH"]),
            span(&held["finishVariance"]),
            "{code}"
        );
    }
    // T18 waited for T17, which was two hours late, and then took a quarter of an hour to begin.
    let drivers = tasks["T18"]["drivers"].as_array().unwrap();
    assert_eq!(drivers[0]["kind"], "PREDECESSOR");
    assert_eq!(drivers[0]["task"]["code"], "T17");
}

#[sqlx::test(migrations = false)]
async fn what_was_known_of_delays_is_answered_as_of_a_moment(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, END).await;
    let then = |at: &str| {
        let query = format!(
            "{{ asOf(at: {{ recordedAt: \"{at}\" }}) {{ operation(code: \"SAPHAN\") {{ plannedVersusActual {{ tasks {{ \
             task {{ code }} actualFinish finishVariance }} }} }} }} }}"
        );
        let server = &server;
        async move {
            let data = server.data("THA-01", &query, Value::Null).await;
            let held = data["asOf"]["operation"]["plannedVersusActual"].clone();
            let found = held["tasks"].as_array().unwrap().iter().find(|held| held["task"]["code"] == "T21");
            found.cloned().unwrap()
        }
    };
    assert_eq!(then("2023-10-11T06:00:00+07:00").await["actualFinish"], Value::Null);
    assert_eq!(then("2023-10-11T12:00:00+07:00").await["finishVariance"], "PT0H");
    assert_eq!(then("2023-10-13T00:00:00+07:00").await["finishVariance"], "PT3H");
}

#[sqlx::test(migrations = false)]
async fn what_a_reader_may_not_see_holds_nobody_back_for_it(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, END).await;
    let of_other = held(&server, "LAO-01", json!({})).await;
    let shown = server
        .data(
            "LAO-01",
            "{ operation(code: \"SAPHAN\") { tasks { nodes { code } } emergentTasks { code } } }",
            Value::Null,
        )
        .await;
    let mut seen = column(&shown["operation"]["tasks"]["nodes"], "/code");
    seen.extend(column(&shown["operation"]["emergentTasks"], "/code"));
    for (code, held) in tasks(&of_other) {
        assert!(seen.contains(&code), "{code}");
        for driver in held["drivers"].as_array().unwrap() {
            let task = &driver["task"];
            assert!(task.is_null() || seen.contains(&task["code"].as_str().unwrap()), "{code}: {driver}");
        }
    }
    let answer = server.ask("THA-01", HELD, json!({ "version": 99 })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
}
