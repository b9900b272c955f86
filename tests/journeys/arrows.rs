//! Who depends on whom: the arrows of ARCHITECTURE.md, held against what cargo knows. Needs no database.

use serde_json::{Value, json};
use std::{collections::BTreeSet, process::Command};

/// Every crate of ours, and exactly those of ours that it depends on. Its tests may use the same, and no
/// more.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("questions", &[]),
    ("event-log", &["questions"]),
    ("embedded-postgres", &[]),
    ("read-model", &["domain", "questions"]),
    ("exchange", &["domain"]),
    ("document", &["domain"]),
    ("engine", &["domain", "event-log", "questions", "read-model"]),
    ("api", &["domain", "engine", "exchange", "read-model"]),
    // The binary knows the whole. It serves what `api` and `engine` are. From `event-log` and `read-model` it
    // needs their tables, to migrate, verify and export, and from `domain` the commands that a scenario turns
    // into. What it sends and fetches as a client of the API, `exchange` reads from files and writes to them,
    // and `document` shows.
    (
        "accord",
        &["api", "document", "domain", "embedded-postgres", "engine", "event-log", "exchange", "read-model"],
    ),
    // These tasks build in seconds, and run also when Accord does not compile.
    ("xtask", &["embedded-postgres"]),
    // Runs Accord as others do, as processes.
    ("torture", &["embedded-postgres"]),
    // The public surface alone, which shows what its own types are made of.
    ("tests", &["accord"]),
];

/// Libraries that only some of our crates may name, whatever else those crates use.
const RESERVED: &[(&str, &[&str])] = &[
    ("async-graphql", &["api"]),
    // It takes minutes to build, and nobody who serves waits for it.
    ("typst", &["document"]),
    // `api` holds no SQL, `domain` does no IO, and `xtask` leaves both to others.
    ("sqlx", &["accord", "engine", "event-log", "questions", "read-model", "tests", "torture"]),
];

/// What `domain` must build without, at any depth.
const NOT_BELOW_DOMAIN: &[&str] = &["sqlx", "tokio"];

/// What this cargo says, without asking a network or changing the lock file.
fn cargo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args([
            "--offline",
            "--locked",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "cargo {} failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn metadata() -> Value {
    serde_json::from_slice(&cargo(&["metadata", "--format-version", "1", "--no-deps"])).unwrap()
}

fn packages(metadata: &Value) -> &[Value] {
    metadata["packages"].as_array().unwrap()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap()
}

fn dependencies(package: &Value) -> &[Value] {
    package["dependencies"].as_array().unwrap()
}

/// One sentence for each arrow that is wrong, missing or unknown.
fn faults(metadata: &Value) -> Vec<String> {
    let members: BTreeSet<&str> = packages(metadata).iter().map(name).collect();
    let gone = ARROWS.iter().filter(|(from, _)| !members.contains(from));
    let mut faults: Vec<String> =
        gone.map(|(from, _)| format!("`{from}` is among the arrows, but there is no such crate")).collect();
    for package in packages(metadata) {
        let from = name(package);
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == from) else {
            faults.push(format!("`{from}` is a new crate: give it its arrows, here and in ARCHITECTURE.md"));
            continue;
        };
        let among = if allowed.is_empty() { "nothing of ours".to_owned() } else { allowed.join(", ") };
        let mut held = BTreeSet::new();
        for dependency in dependencies(package) {
            let to = name(dependency);
            // A crate of ours is a path, so that a namesake from a registry is not taken for it.
            if !members.contains(to) || dependency["path"].is_null() {
                continue;
            }
            let is_for_tests = dependency["kind"] == "dev";
            if !allowed.contains(&to) {
                let whose = if is_for_tests { "the tests of " } else { "" };
                faults.push(format!("{whose}`{from}` → `{to}`: `{from}` may depend on {among}"));
            } else if !is_for_tests {
                held.insert(to);
            }
        }
        let missing = allowed.iter().filter(|to| !held.contains(*to));
        faults.extend(
            missing.map(|to| format!("`{from}` → `{to}` is among the arrows, but not in its Cargo.toml")),
        );
    }
    faults
}

#[test]
fn every_crate_depends_on_exactly_those_of_ours_that_the_arrows_name() {
    let faults = faults(&metadata());
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn libraries_stay_in_the_crates_that_may_know_them() {
    let metadata = metadata();
    for (library, crates) in RESERVED {
        for package in packages(&metadata) {
            let knows = dependencies(package).iter().any(|dependency| name(dependency) == *library);
            let from = name(package);
            assert!(
                !knows || crates.contains(&from),
                "`{from}` → `{library}`: that is for {}",
                crates.join(", ")
            );
        }
    }
}

#[test]
fn domain_builds_without_a_runtime_or_a_database() {
    // The tree of this machine, because cargo has fetched nothing of other platforms.
    let tree = cargo(&["tree", "--package", "domain", "--edges", "normal,build", "--prefix", "none"]);
    let tree = String::from_utf8(tree).unwrap();
    let below: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(below.contains("domain"), "{tree}");
    for library in NOT_BELOW_DOMAIN {
        assert!(
            !below.iter().any(|found| found == library || found.starts_with(&format!("{library}-"))),
            "`domain` → … → `{library}`: see `cargo tree --package domain --edges normal,build --invert {library}`"
        );
    }
}

/// Whoever builds Accord alone builds of others' libraries exactly what the tests were built with: otherwise
/// that is minutes, for the runtime, for Postgres, and for all that stands on them.
#[test]
fn accord_alone_has_the_libraries_of_the_whole_with_the_same_features() {
    let features = |selection: &[&str]| {
        let tree = [&["tree", "--prefix", "none", "--format", "{p} {f}"], selection].concat();
        let tree = String::from_utf8(cargo(&tree)).unwrap();
        tree.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect::<BTreeSet<_>>()
    };
    let alone = features(&["--package", "accord", "--edges", "normal,build"]);
    let whole = features(&["--workspace", "--edges", "normal,build,dev"]);
    let others: Vec<_> = alone.difference(&whole).collect();
    assert!(
        others.is_empty(),
        "with other features in the whole workspace: {others:#?}\n`cargo tree --workspace --edges \
         normal,build,dev,features --invert …` tells who asks for them; ask for the same in Cargo.toml"
    );
}

#[test]
fn a_wrong_a_missing_and_an_unknown_arrow_are_named() {
    let mut metadata = metadata();
    for package in metadata["packages"].as_array_mut().unwrap() {
        let dependency = match package["name"].as_str().unwrap() {
            "domain" => json!({ "name": "engine", "path": "/", "kind": null }),
            "embedded-postgres" => json!({ "name": "domain", "path": "/", "kind": "dev" }),
            // From a registry, so none of ours.
            "read-model" => json!({ "name": "domain", "path": null, "kind": null }),
            "xtask" => {
                package["name"] = json!("console");
                continue;
            }
            _ => continue,
        };
        package["dependencies"] = json!([dependency]);
    }
    let mut told = faults(&metadata);
    told.sort();
    assert_eq!(
        told,
        [
            "`console` is a new crate: give it its arrows, here and in ARCHITECTURE.md",
            "`domain` → `engine`: `domain` may depend on nothing of ours",
            "`read-model` → `domain` is among the arrows, but not in its Cargo.toml",
            "`read-model` → `questions` is among the arrows, but not in its Cargo.toml",
            "`xtask` is among the arrows, but there is no such crate",
            "the tests of `embedded-postgres` → `domain`: `embedded-postgres` may depend on nothing of ours",
        ]
    );
}
