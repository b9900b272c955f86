//! `accord export` for process mining: what goes out to whom.

use super::{Ran, Served};
use exchange::xes::{Keys, Log, read};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::BTreeSet;

/// SAPHAN and its review are over.
const OVER: &str = "2024-06-01T00:00:00+07:00";

impl Served {
    /// `accord export` for process mining, which must succeed.
    async fn mined(&self, post: &str, format: &str, more: &[&str]) -> String {
        let export = ["export", "--operation", "SAPHAN", "--format", format];
        let Ran { code, out, err } = self.run(post, &[&export[..], more].concat()).await;
        assert_eq!((code, err.as_str()), (0, ""), "{more:?}");
        out
    }

    /// Positions of what happened, in its order, as a post is told.
    async fn happened(&self, post: &str) -> Vec<i64> {
        let query = "query ($after: String) { operation(code: \"SAPHAN\") {
                       replay(order: AS_HAPPENED, first: 100, after: $after) {
                         pageInfo { hasNextPage endCursor } nodes { events { position } } } } }";
        let (mut positions, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = self.ask(post, query, json!({ "after": after })).await["operation"]["replay"].take();
            let steps = page["nodes"].as_array().unwrap().iter();
            let events = steps.flat_map(|step| step["events"].as_array().unwrap());
            positions.extend(events.map(|event| event["position"].as_str().unwrap().parse::<i64>().unwrap()));
            if page["pageInfo"]["hasNextPage"] == false {
                return positions;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
}

fn log(text: &str) -> Log {
    read(text.as_bytes(), &Keys::default()).unwrap()
}

/// Positions of the events of a file in XES, each as often as it stands there.
fn positions(text: &str) -> Vec<i64> {
    let values = text.split("<int key=\"position\" value=\"").skip(1);
    // The first is what events have where a tool makes a new one.
    values.skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect()
}

#[sqlx::test(migrations = false)]
async fn each_reader_exports_what_it_may_see_and_all_of_that(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan_until(options, OVER).await;
    let mut seen = Vec::new();
    for post in ["THA-01", "LAO-01"] {
        let happened = served.happened(post).await;
        let text = served.mined(post, "xes", &[]).await;
        let told: BTreeSet<i64> = positions(&text).into_iter().collect();
        assert_eq!(told, happened.iter().copied().collect(), "{post}");
        // In one trace, each event stands once, in the order in which it happened.
        let whole = served.mined(post, "xes", &["--case", "operation"]).await;
        assert_eq!((positions(&whole), log(&whole).traces.len()), (happened.clone(), 1), "{post}");
        let ocel: Value = serde_json::from_str(&served.mined(post, "ocel2", &[]).await).unwrap();
        let events: Vec<i64> = ocel["events"].as_array().unwrap().iter().map(position).collect();
        assert_eq!(events, happened, "{post}");
        seen.push((text, told, ocel));
    }
    let [(of_lead, by_lead, _), (of_laos, by_laos, ocel)] = &seen[..] else { unreachable!() };
    assert!(by_laos.len() < by_lead.len() && by_laos.is_subset(by_lead));
    // Who counts persons tells nobody else of each report, and RFA-003 is for China.
    for hidden in ["Count THA", "PersonsReceived"] {
        assert!(of_lead.contains(hidden) && !of_laos.contains(hidden), "{hidden}");
        assert!(!ocel.to_string().contains(hidden), "{hidden}");
    }
    let query =
        "{ operation(code: \"SAPHAN\") { requests { nodes { code } } incidents { nodes { code } } } }";
    let shown = served.ask("LAO-01", query, Value::Null).await["operation"].take();
    for (list, kind) in [("requests", "Request"), ("incidents", "Incident")] {
        let shown: BTreeSet<String> = shown[list]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| format!("{kind} {}", node["code"].as_str().unwrap()))
            .collect();
        let traces: BTreeSet<String> =
            log(of_laos).traces.into_iter().filter_map(|trace| trace.name).collect();
        let of_kind = traces.into_iter().filter(|name| name.starts_with(&format!("{kind} "))).collect();
        assert_eq!(shown, of_kind);
    }
    // It does not read the operation at all.
    let export = ["export", "--operation", "SAPHAN", "--format", "xes"];
    let ran = served.run("INTERPOL-01", &export).await;
    assert!(ran.code == 1 && ran.out.is_empty(), "{ran:#?}");
}

fn position(event: &Value) -> i64 {
    let attributes = event["attributes"].as_array().unwrap();
    let found = attributes.iter().find(|attribute| attribute["name"] == "position").unwrap();
    found["value"].as_str().unwrap().parse().unwrap()
}

#[sqlx::test(migrations = false)]
async fn the_same_position_gives_the_same_bytes_and_tasks_their_life_cycle(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan_until(options, OVER).await;
    let then = ["--as-of", "2023-10-12T06:00+07:00"];
    let before = served.mined("THA-01", "xes", &then).await;
    let ocel = served.mined("THA-01", "ocel2", &then).await;
    let observed = json!({ "text": "Seen later", "idempotencyKey": "k" });
    served.on_saphan("RecordObservation", observed).await;
    assert_eq!(served.mined("THA-01", "xes", &then).await, before);
    assert_eq!(served.mined("THA-01", "ocel2", &then).await, ocel);

    // T21's end was put right on 12 October at 10:00: before, it stands as it was said first.
    let works = |text: &str| {
        let traces = log(text).traces;
        let trace = traces.iter().find(|trace| trace.name.as_deref() == Some("Task T21")).unwrap();
        let told = trace.events.iter().filter(|event| event.activity.as_deref() == Some("Carry out"));
        told.map(|event| (event.transition.clone().unwrap(), format!("{:?}", event.time))).collect::<Vec<_>>()
    };
    let now = served.mined("THA-01", "xes", &["--case", "task"]).await;
    for (text, end) in [(&before, "2023-10-10T23:00:00+00:00"), (&now, "2023-10-11T02:00:00+00:00")] {
        let works = works(text);
        assert_eq!(
            works.iter().map(|(told, _)| told.as_str()).collect::<Vec<_>>(),
            ["assign", "start", "complete"]
        );
        assert!(works[2].1.contains(end), "{works:?}");
    }
    assert_ne!(works(&before)[2], works(&now)[2]);
    assert_eq!(log(&now).traces.len(), 30);
    let known = served.mined("THA-01", "xes", &["--order", "known", "--case", "operation"]).await;
    let query = "{ operation(code: \"SAPHAN\") { history { totalCount } } }";
    let total = served.ask("THA-01", query, Value::Null).await["operation"]["history"]["totalCount"].take();
    let positions = positions(&known);
    assert_eq!((json!(positions.len()), positions.is_sorted()), (total, true));
}

#[sqlx::test(migrations = false)]
async fn what_does_not_go_together_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan(options).await;
    for (arguments, why) in [
        (&["--operation", "SAPHAN"][..], "--operation goes with --format xes or ocel2, not with log"),
        (
            &["--format", "xes", "--operation", "SAPHAN", "--data-dir", "."],
            "--data-dir goes with --format log, not with xes",
        ),
        (&["--format", "ocel2", "--case", "task"], "--case goes with --format xes, not with ocel2"),
        (&["--format", "xes"], "say which operation with --operation"),
    ] {
        let ran = served.run("THA-01", &[&["export"], arguments].concat()).await;
        assert!(ran.code == 1 && ran.out.is_empty() && ran.err.contains(why), "{ran:#?}");
    }
    let told = ["export", "--format", "xes", "--operation", "SAPHAN", "-o", "out.xes", "--json"];
    let told = served.run("THA-01", &told).await.json();
    let written = std::fs::read_to_string(served.path("out.xes")).unwrap();
    let events: BTreeSet<i64> = positions(&written).into_iter().collect();
    assert_eq!((&told["events"], &told["position"]), (&json!(events.len()), &json!(served.head())));
}
