//! The golden files of `schema/events`: what is recorded once is read for ever.
//!
//! `accord schema` writes them. To write them from here: `ACCORD_BLESS=1 cargo test -p domain --test rules`.

use domain::{Event, event::Encoded, examples};
use std::{collections::BTreeMap, fs, path::PathBuf};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schema/events")
}

/// Name and text of every file in the folder.
fn stored() -> BTreeMap<String, String> {
    bless();
    let entries = fs::read_dir(folder()).expect("schema/events is part of the repository");
    entries
        .map(|entry| {
            let path = entry.expect("the folder can be listed").path();
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("golden files are text"))
        })
        .collect()
}

/// Writes missing and changed files when asked to; a shape that was released is not to be changed this way.
fn bless() {
    if option_env!("ACCORD_BLESS").is_none() {
        return;
    }
    fs::create_dir_all(folder()).expect("schema/events can be made");
    for (name, text) in examples::golden() {
        let path = folder().join(name);
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(path, text).expect("schema/events can be written");
        }
    }
}

fn examples_in(text: &str) -> (String, i16, Vec<serde_json::Value>) {
    let file: serde_json::Value = serde_json::from_str(text).expect("golden files are JSON");
    let kind = file["type"].as_str().expect("a golden file names its event").to_owned();
    let version = file["version"].as_i64().and_then(|version| version.try_into().ok());
    let examples = file["examples"].as_array().expect("a golden file holds examples").clone();
    (kind, version.expect("a golden file has a version"), examples)
}

#[test]
fn no_golden_file_is_missing_left_over_or_different() {
    assert_eq!(stored(), examples::golden().collect());
}

#[test]
fn every_stored_payload_is_read_as_its_example_and_written_as_it_was() {
    let mut read = Vec::new();
    for (name, text) in stored() {
        let (kind, version, payloads) = examples_in(&text);
        assert_eq!(name, format!("{kind}.json"));
        for payload in payloads {
            let event = Event::decode(&kind, version, payload.to_string().as_bytes()).unwrap();
            let Encoded { payload: written, .. } = event.encode();
            assert_eq!(serde_json::from_slice::<serde_json::Value>(&written).unwrap(), payload, "{kind}");
            read.push(event);
        }
    }
    let mut examples = examples::events();
    examples.sort_by_key(Event::kind);
    assert_eq!(read, examples);
}
