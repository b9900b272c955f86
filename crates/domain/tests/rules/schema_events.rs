//! The files of `schema/events`: what is recorded once is read for ever.
//!
//! `accord schema` writes them. To write them from here: `ACCORD_BLESS=1 cargo test -p domain --test rules`.

use crate::support::of;
use domain::{
    Event, Span, catalogue,
    catalogue::examples,
    codec::Encoded,
    plan::{Dependency, PlanEvent, PlannedTask, Terms},
};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

fn schemas() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schema")
}

/// Name and text of every file in the folder.
fn files_in(folder: &str) -> BTreeMap<String, String> {
    bless();
    let entries = fs::read_dir(schemas().join(folder)).expect("the schemas are part of the repository");
    entries
        .map(|entry| {
            let path = entry.expect("the folder can be listed").path();
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("schemas are text"))
        })
        .collect()
}

/// Writes missing and changed files when asked to; a shape that was released is not to be changed this way.
fn bless() {
    if option_env!("ACCORD_BLESS").is_none() {
        return;
    }
    let folder = schemas().join("events");
    fs::create_dir_all(&folder).expect("schema/events can be made");
    for (name, text) in catalogue::files() {
        let path = folder.join(name);
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(path, text).expect("schema/events can be written");
        }
    }
}

/// What a file says besides the shape.
#[derive(Deserialize)]
struct Golden<'a> {
    title: String,
    version: i16,
    #[serde(borrow)]
    examples: Vec<&'a RawValue>,
}

/// The text without the white space outside of its strings: as it was hashed.
fn compact(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    text.chars()
        .filter(|letter| {
            let kept = quoted || !letter.is_whitespace();
            if *letter == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = *letter == '\\' && !escaped;
            kept
        })
        .collect()
}

/// Reads every example of the folder, and writes again those whose shape is still the current one: which are
/// told apart from those of older shapes.
fn read_back(folder: &str) -> [Vec<Event>; 2] {
    let (mut read, mut upcast) = (Vec::new(), Vec::new());
    for (name, text) in files_in(folder) {
        let golden: Golden =
            serde_json::from_str(&text).expect("a schema has a title, a version and examples");
        let old = format!("{}.{}.json", golden.title, golden.version);
        assert!(name == format!("{}.json", golden.title) || name == old, "{name}");
        for example in golden.examples {
            let payload = compact(example.get());
            let event = Event::decode(&golden.title, golden.version, payload.as_bytes()).unwrap();
            let Encoded { kind, version, payload: written } = event.encode();
            assert_eq!(kind, golden.title);
            if version == golden.version {
                assert_eq!(String::from_utf8(written).unwrap(), payload, "{kind}");
                read.push(event);
            } else {
                assert!(golden.version < version, "{kind}");
                upcast.push(event);
            }
        }
    }
    [read, upcast]
}

#[test]
fn no_file_is_missing_left_over_or_different() {
    let (stored, made): (_, BTreeMap<_, _>) = (files_in("events"), catalogue::files().collect());
    let names = stored.keys().chain(made.keys());
    let stale: BTreeSet<_> = names.filter(|name| stored.get(*name) != made.get(*name)).collect();
    assert_eq!(stale, BTreeSet::new(), "run `cargo xtask schema`, and look at what changed");
}

#[test]
fn every_payload_is_read_as_its_example_and_written_to_the_same_bytes() {
    let mut examples = examples::events();
    examples.sort_by_key(Event::kind);
    let [read, _] = read_back("events");
    assert_eq!(read, examples);
}

#[test]
fn every_payload_of_an_older_shape_is_read_as_an_event_of_today() {
    let task = PlannedTask {
        code: of("T16"),
        title: of("Secure Site A"),
        phase: of("P3"),
        line_of_effort: Some(of("LOE2")),
        lead: of("MMR"),
        territory: of("MMR"),
        post: Some(of("MMR-02")),
        start_offset: Span::ZERO,
        duration: Span::hours(12),
        predecessors: [Dependency::plain(of("T15"))].into(),
        terms: Terms::default(),
    };
    let early = PlannedTask {
        code: of("T01"),
        line_of_effort: None,
        post: None,
        start_offset: Span::hours(-288),
        duration: Span::seconds(5_400),
        predecessors: BTreeSet::new(),
        ..task.clone()
    };
    let wanted = [
        PlanEvent::DependencyAdded {
            operation: of("SAPHAN"),
            number: 2,
            task: of("T14"),
            dependency: Dependency::plain(of("T13")),
        },
        PlanEvent::TaskAddedToPlan { operation: of("SAPHAN"), number: 1, task },
        PlanEvent::TaskAddedToPlan { operation: of("SAPHAN"), number: 1, task: early },
    ]
    .map(Event::Plan);
    let [_, upcast] = read_back("events");
    let today = examples::events();
    for event in &upcast {
        assert!(wanted.contains(event) || today.contains(event), "{event:?}");
    }
    assert!(wanted.iter().all(|event| upcast.contains(event)));

    // No older shape lacks a file with examples.
    let kinds: BTreeSet<_> = upcast.iter().map(Event::kind).collect();
    let newer: BTreeSet<_> =
        Event::shapes().filter(|(_, version)| *version > 1).map(|(kind, _)| kind).collect();
    assert_eq!(kinds, newer);
}

#[test]
fn every_payload_that_was_released_is_read_and_written_to_the_same_bytes_unless_its_shape_is_older() {
    let [read, _] = read_back("released/events");
    assert!(!read.is_empty());
}

#[test]
fn no_shape_that_was_released_has_become_narrower() {
    let now: BTreeMap<String, Value> = files_in("events")
        .values()
        .map(|text| serde_json::from_str::<Value>(text).unwrap())
        .map(|schema| (schema["$id"].to_string(), schema))
        .collect();
    for (name, text) in files_in("released/events") {
        let released: Value = serde_json::from_str(&text).unwrap();
        // Of type and version: the file of a shape is named anew when the next one comes.
        let id = released["$id"].to_string();
        let current =
            now.get(&id).unwrap_or_else(|| panic!("{id} of {name} was released: it stays for ever"));
        let narrower = narrower(&released, current);
        assert_eq!(narrower, Vec::<String>::new(), "{name}: give the shape a new version");
    }
}

#[test]
fn every_field_says_what_it_means() {
    for entry in catalogue::entries() {
        assert_ne!(entry.description, "", "{}", entry.kind);
        let mut schemas = vec![(entry.kind.to_owned(), &entry.schema)];
        while let Some((place, schema)) = schemas.pop() {
            let choices = schema["oneOf"].as_array().into_iter().flatten();
            schemas.extend(choices.clone().map(|choice| (format!("{place} {choice}"), choice)));
            for choice in choices {
                assert!(choice["description"].is_string(), "{place}: {choice}");
            }
            // The one field of a choice is described with the choice.
            let is_choice = place.contains(' ');
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                assert!(is_choice || property["description"].is_string(), "{place}.{name}");
            }
            for (name, def) in schema["$defs"].as_object().into_iter().flatten() {
                assert!(def["description"].is_string(), "{name}");
                schemas.push((name.clone(), def));
            }
        }
    }
}

/// Where a payload that has the older shape may not have the newer one.
fn narrower(older: &Value, newer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(("", older, older), (newer, newer), &mut found);
    found
}

/// A place and its schema in the older file, and its schema in the newer one; each with its whole file.
fn compare(
    (place, older, old_file): (&str, &Value, &Value),
    (newer, new_file): (&Value, &Value),
    found: &mut Vec<String>,
) {
    if let (Some(old), Some(new)) = (older["$ref"].as_str(), newer["$ref"].as_str()) {
        if old != new {
            found.push(format!("{place} is no {old} any more"));
        }
        let def = |file: &Value| file.pointer(&old[1..]).cloned().unwrap_or_default();
        return compare((place, &def(old_file), old_file), (&def(new_file), new_file), found);
    }
    for keyword in ["$ref", "type", "format", "pattern", "uniqueItems", "const"] {
        if older[keyword] != newer[keyword] {
            found.push(format!("{place}: {keyword} was {} and is {}", older[keyword], newer[keyword]));
        }
    }
    for (keyword, sign) in [("minimum", 1), ("minLength", 1), ("maximum", -1), ("maxLength", -1)] {
        let bound = |schema: &Value| schema[keyword].as_i64().map(|bound| sign * bound);
        if bound(newer) > bound(older) && newer[keyword].is_i64() {
            found.push(format!("{place}: {keyword} was {} and is {}", older[keyword], newer[keyword]));
        }
    }
    let required = |schema: &Value| schema["required"].as_array().cloned().unwrap_or_default();
    for field in required(newer) {
        if !required(older).contains(&field) {
            found.push(format!("{place}: {field} must be there"));
        }
    }
    for (name, property) in older["properties"].as_object().into_iter().flatten() {
        match newer["properties"].get(name) {
            Some(now) => {
                compare((&format!("{place}.{name}"), property, old_file), (now, new_file), found);
            }
            None => found.push(format!("{place}.{name} is gone")),
        }
    }
    if older["items"].is_object() {
        compare((&format!("{place}[]"), &older["items"], old_file), (&newer["items"], new_file), found);
    }
    for keyword in ["oneOf", "anyOf"] {
        let choices = |schema: &Value| schema[keyword].as_array().cloned().unwrap_or_default();
        let newer = choices(newer);
        for choice in choices(older) {
            // One of the newer ones must take it all.
            let reasons = newer.iter().map(|now| {
                let mut reasons = Vec::new();
                compare((place, &choice, old_file), (now, new_file), &mut reasons);
                reasons
            });
            if let Some(reasons) = reasons.min_by_key(Vec::len) {
                found.extend(reasons);
            } else {
                found.push(format!("{place}: {choice} is gone"));
            }
        }
    }
}

#[test]
fn a_shape_that_has_become_narrower_is_found() {
    let file = |name: &str| -> Value { serde_json::from_str(&files_in("events")[name]).unwrap() };
    let changed = |name: &str, at: &str, to: Value| {
        let (older, mut newer) = (file(name), file(name));
        *newer.pointer_mut(at).unwrap_or_else(|| panic!("{name} has no {at}")) = to;
        narrower(&older, &newer)
    };
    let task = "TaskAddedToPlan.json";
    assert_eq!(narrower(&file(task), &file(task)), Vec::<String>::new());

    let properties = "/$defs/PlannedTask/properties";
    let gone = changed(task, properties, json!({}));
    assert!(gone.contains(&".task.territory is gone".to_owned()), "{gone:?}");
    let retyped = changed(task, &format!("{properties}/duration"), json!({ "type": "integer" }));
    assert!(retyped[0].starts_with(".task.duration: $ref was \"#/$defs/Span\""), "{retyped:?}");
    let required = changed(task, "/$defs/PlannedTask/required", json!(["code", "post"]));
    assert_eq!(required, [".task: \"post\" must be there"]);
    let bound = changed(task, "/$defs/Title/maxLength", json!(100));
    assert_eq!(bound, [".task.title: maxLength was 200 and is 100"]);
    let pattern = changed(task, "/$defs/TaskCode/pattern", json!("^T[0-9]{2}$"));
    assert!(pattern[0].starts_with(".task.code: pattern was"), "{pattern:?}");
    let values = changed("OperationInitiated.json", "/$defs/Classification/oneOf", json!([]));
    assert!(values[0].contains("UNCLASSIFIED"), "{values:?}");
    // Wider is no harm.
    assert_eq!(changed(task, "/$defs/Title/maxLength", json!(300)), Vec::<String>::new());
}
