//! Somebody's event log, imported by a mapping and carried out.

use crate::support::{at, import, pool};
use accord::scenario::{self, In};
use engine::{Clock, Engine, Entropy, Settings};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::process::Command;

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
fn all_faults_of_both_files_are_told_and_nothing_is_imported() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| {
        std::fs::write(dir.path().join(name), text).unwrap();
    };
    file("mapping.yaml", MAPPING.replace("role: HOST", "role: GUEST"));
    // The first trace ends twice, by a rule for its last event and by one for another.
    let rule = "{transition: start, ev: TaskCompleted}";
    let twice = MAPPING.replace("{transition: start, ev: TaskProgressReported}", rule);
    file("twice.yaml", twice.replace("role: HOST", "role: GUEST"));
    file("log.xes", LOG.to_owned());
    file("bad.xes", LOG.replace("2013-03-04T08:00:00+01:00", "soon"));
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_accord"));
        let output = command.current_dir(dir.path()).arg("import").args(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, out, err) = run(&["bad.xes", "--format", "xes", "--mapping", "mapping.yaml"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(lines.len(), 3, "{err}");
    assert!(lines[0].starts_with("mapping.yaml:4:") && lines[0].contains("`GUEST` is none of HOST"), "{err}");
    assert!(lines[1].starts_with("bad.xes:18:7: `soon` is no time"), "{err}");
    assert!(lines[2].contains("mapping.yaml and bad.xes have 2 faults"), "{err}");

    let (code, out, _) = run(&["log.xes", "--format", "xes", "--mapping", "twice.yaml", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    let told: Vec<_> =
        told["faults"].as_array().unwrap().iter().map(|fault| (&fault["file"], &fault["line"])).collect();
    let at = |file: &str, line: u32| (serde_json::json!(file), serde_json::json!(line));
    let (mapping, event) = (at("twice.yaml", 4), at("log.xes", 40));
    assert_eq!((code, told), (Some(1), vec![(&mapping.0, &mapping.1), (&event.0, &event.1)]));

    let (code, _, err) = run(&["log.xes", "--format", "xes"]);
    assert!(code == Some(2) && err.contains("--mapping"), "{err}");
    let (code, _, err) = run(&["mapping.yaml", "--mapping", "mapping.yaml"]);
    assert!(code == Some(1) && err.contains("--mapping goes with --format xes"), "{err}");
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
