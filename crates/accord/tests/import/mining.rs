//! Somebody's event log, imported by a mapping and carried out.

use crate::support::{at, import, pool};
use accord::scenario::{self, In};
use engine::{Clock, Engine, Entropy, Settings};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const MAPPING: &str = include_str!("mining.yaml");
const LOG: &str = include_str!("mining.xes");

#[sqlx::test(migrations = false)]
async fn a_log_is_carried_out_as_an_exercise(_: PgPoolOptions, options: PgConnectOptions) {
    accord::database::prepare(options.clone()).await.unwrap();
    let read = scenario::read_log(MAPPING, LOG.as_bytes()).unwrap();
    let pool = pool(options).await;
    let summary = import(&pool, &read.scenario, None).await.unwrap();
    assert_eq!(summary.left_for_later, [""; 0]);
    assert_eq!(summary.stopped_at, at("2024-03-05T06:10:00+07:00"));
    let clock = Clock::scripted(summary.stopped_at.to_utc());
    let engine = Engine::open(pool, clock, Entropy::seeded(2), Settings::default()).await.unwrap();
    let events = engine.log().read(0, summary.position.0, 1_000).await.unwrap();
    let claims =
        events.iter().filter(|event| event.kind.starts_with("Task") && event.kind != "TaskAddedToPlan");
    let told: Vec<_> = claims
        .map(|event| (event.kind.as_str(), event.actor.as_str(), event.occurred_at.to_utc().to_rfc3339()))
        .collect();
    let at = |hour: &str| format!("2024-03-{hour}:00+00:00");
    assert_eq!(
        told,
        [
            ("TaskStarted", "THA-03", at("03T23:00")),
            ("TaskBlocked", "THA-01", at("04T01:30")),
            ("TaskStarted", "THA-02", at("04T02:00")),
            ("TaskCompleted", "THA-01", at("04T03:10")),
            ("TaskUnblocked", "THA-01", at("04T05:00")),
            ("TaskProgressReported", "THA-01", at("04T05:30")),
            ("TaskCompleted", "THA-01", at("04T07:00")),
            ("TaskStarted", "THA-02", at("04T23:00")),
            ("TaskCompleted", "THA-01", at("04T23:00")),
        ]
    );
    engine.close().await;
}

#[test]
fn a_bomb_and_a_log_of_too_many_traces_are_refused() {
    let refused = |log: &str| {
        let faults = scenario::read_log(MAPPING, log.as_bytes()).unwrap_err();
        let of_log = faults.iter().filter(|(place, _)| *place == In::Log);
        of_log.map(|(_, fault)| fault.message.clone()).collect::<Vec<_>>().join("\n")
    };
    let bomb = "<!DOCTYPE log [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><log><trace>&b;</trace></log>";
    assert!(refused(bomb).contains("document type"));
    assert!(
        refused("<log><trace><string key=\"concept:name\" value=\"&b;\"/></trace></log>")
            .contains("well-formed")
    );
    let many = format!("<log>{}</log>", "<trace/>".repeat(20_001));
    assert!(refused(&many).contains("one trace more than 20000"));
}
