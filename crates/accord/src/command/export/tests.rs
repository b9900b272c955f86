//! The tables of payloads and statuses, held against what the domain and the schema say.

use super::{
    history::Event,
    objects::{Kind, Object, about, named_paths},
};
use exchange::mining::Details;
use serde_json::Value;
use std::{collections::BTreeSet, fs};

/// The examples of each type of event as it is today, by its name.
fn examples() -> Vec<(String, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/events");
    let mut examples = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // `TaskRevised.1` is an older shape.
        if !kind.contains('.') {
            let schema: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            examples.extend(
                schema["examples"].as_array().unwrap().iter().map(|shown| (kind.clone(), shown.clone())),
            );
        }
    }
    assert!(examples.len() > 100);
    examples
}

fn event(kind: &str, payload: Value) -> Event {
    Event {
        id: String::new(),
        kind: kind.to_owned(),
        at: chrono::DateTime::UNIX_EPOCH,
        post: None,
        payload,
        details: Details {
            event_type: kind.to_owned(),
            position: 1,
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            lag_seconds: 0,
            actor: String::new(),
            command: String::new(),
            corrects: None,
            causes: Vec::new(),
            late_reason: None,
        },
    }
}

#[test]
fn what_a_payload_names_is_what_the_domain_says_that_its_event_is_about() {
    let shapes: std::collections::BTreeMap<_, _> = domain::Event::shapes().collect();
    let mut unlike = Vec::new();
    for (kind, payload) in examples() {
        let decoded =
            domain::Event::decode(&kind, shapes[kind.as_str()], payload.to_string().as_bytes()).unwrap();
        let scope = decoded.about().scope();
        let Some(operation) = scope.operation else { continue };
        let event = event(&kind, payload);
        let named = about(&event);
        let codes = |of: Kind| -> BTreeSet<String> {
            named
                .iter()
                .filter(|(object, _)| object.kind == of)
                .map(|(object, _)| object.code.clone())
                .collect()
        };
        let mut wrong = |what: &str, so: bool| {
            if !so {
                unlike.push(format!("{what} of {kind}: {}", event.payload));
            }
        };
        wrong("operation", codes(Kind::Operation) == [operation.to_string()].into());
        let version: BTreeSet<String> = scope.version.iter().map(ToString::to_string).collect();
        // What a finding rests on is tied to it, and no event happened to that.
        let is_evidence = kind == "EvidenceLinked";
        wrong("plan version", codes(Kind::PlanVersion) == version || is_evidence);
        let tasks: BTreeSet<String> = scope.tasks.iter().map(ToString::to_string).collect();
        wrong("tasks", codes(Kind::Task).is_superset(&tasks) || is_evidence);
        let matters =
            [Kind::Incident, Kind::Request, Kind::Contribution, Kind::Outcome, Kind::Sitrep, Kind::Count];
        let told: usize = matters.iter().map(|of| codes(*of).len()).sum();
        wrong("matters", told > 0 || scope.matters.is_empty() || is_evidence);
    }
    assert_eq!(unlike, [""; 0]);
}

#[test]
fn every_number_of_a_plan_version_and_no_other_is_one() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/events");
    for (kind, payload) in examples() {
        let schema: Value =
            serde_json::from_slice(&fs::read(format!("{folder}/{kind}.json")).unwrap()).unwrap();
        let Some(told) = schema["properties"]["number"]["description"].as_str() else { continue };
        let is_version = told.contains("plan version") || told == "Always 1.";
        let number = payload["number"].to_string();
        let named = about(&event(&kind, payload));
        // The version of a decision point stands elsewhere.
        let of_version =
            |(object, _): &(Object, _)| object.kind == Kind::PlanVersion && object.code == number;
        assert_eq!(named.iter().any(of_version), is_version, "{kind}: {told}");
    }
}

/// What stands at the top of a payload and is read as a code is a code of that kind, in every type of event.
#[test]
fn every_field_that_is_read_as_a_code_is_one() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/events");
    let names: BTreeSet<String> = examples().into_iter().map(|(kind, _)| kind).collect();
    let mut seen = 0;
    for kind in names {
        let schema: Value =
            serde_json::from_slice(&fs::read(format!("{folder}/{kind}.json")).unwrap()).unwrap();
        for (path, of, only) in named_paths() {
            let field = path.strip_suffix("[]").unwrap_or(path);
            let told = &schema["properties"][field];
            let is_read = only.is_empty() || only.contains(&kind.as_str());
            if told.is_null() || of == Kind::PlanVersion || !is_read {
                continue;
            }
            let is_list = field.len() < path.len();
            let told = if is_list { &told["items"] } else { told };
            let shape =
                told["$ref"].as_str().or_else(|| told["anyOf"][0]["$ref"].as_str()).unwrap_or_default();
            let wanted = match of {
                Kind::Operation => "OperationCode",
                Kind::PlanVersion => "",
                Kind::Phase => "PhaseCode",
                Kind::Task => "TaskCode",
                Kind::Incident => "IncidentCode",
                Kind::Request => "RequestCode",
                Kind::Contribution => "ContributionCode",
                Kind::Outcome => "OutcomeCode",
                Kind::Sitrep => "SitrepCode",
                Kind::Finding => "FindingCode",
                Kind::Post => "PostCode",
                Kind::Count | Kind::Partner => "PartnerCode",
            };
            // `phase` and `task` are also things as a whole, which have their codes within.
            let is_whole = matches!(field, "phase" | "task") && !shape.ends_with("Code");
            assert!(is_whole || shape.ends_with(&format!("/{wanted}")), "{kind}: {path} is {shape}: {told}");
            seen += 1;
        }
    }
    assert!(seen > 150, "{seen}");
}
