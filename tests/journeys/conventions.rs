//! That the checks of the schema's conventions find what they are there to find. Needs no server.

use accord::domain::catalogue;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Runs one of `tests/clients`; what it complains of, or `None` when it is content.
fn complaint(program: &str, arguments: &[&Path]) -> Option<String> {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
    assert!(clients.join("node_modules").is_dir(), "run `npm ci` in {}", clients.display());
    let output = Command::new("node")
        .current_dir(clients)
        .arg(program)
        .args(arguments)
        .output()
        .expect("node is there");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() || !said.is_empty(), "{program} fails with its reason");
    (!output.status.success()).then_some(said)
}

fn sdl() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/api.graphql")
}

/// The schema with something changed in it.
fn changed(folder: &tempfile::TempDir, from: &str, to: &str) -> PathBuf {
    let text = fs::read_to_string(sdl()).unwrap();
    assert!(text.contains(from), "the schema has {from}");
    let path = folder.path().join("changed.graphql");
    fs::write(&path, text.replace(from, to)).unwrap();
    path
}

#[test]
fn what_breaks_older_clients_is_named_and_what_an_api_grows_by_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let breaks = |from, to| complaint("breaking.js", &[&sdl(), &changed(&folder, from, to)]);
    for (from, to, said) in [
        (
            "\tcontentHash: Sha256!\n\t\"\"\"\n\tWho",
            "\tdigest: Sha256!\n\t\"\"\"\n\tWho",
            "FIELD_REMOVED: Field 'contentHash' was removed from object type 'PlanVersion'",
        ),
        (
            "\ttitle: String!",
            "\ttitle: String",
            "FIELD_TYPE_CHANGED: Field 'Task.title' changed type from 'String!' to 'String'",
        ),
        (
            "\tlateReason: String\n",
            "\tlateReason: String!\n",
            "INPUT_FIELD_TYPE_CHANGED: Input field 'ApprovePlanInput.lateReason' changed type",
        ),
        ("\tSECRET\n", "\tHIDDEN\n", "ENUM_VALUE_REMOVED: Enum value 'SECRET' was removed"),
        (
            "basis: ScheduleBasis! = OFFSETS",
            "basis: ScheduleBasis! = INSTANTS",
            "FIELD_ARGUMENT_DEFAULT_CHANGED",
        ),
        (" = ApprovePlanPayload | Refused", " = ApprovePlanPayload", "UNION_MEMBER_REMOVED"),
    ] {
        let complaint = breaks(from, to).unwrap_or_else(|| panic!("`{from}` may become `{to}`"));
        assert!(complaint.contains(said), "{complaint}");
    }
    for (from, to) in [
        ("\ttitle: String!\n", "\ttitle: String!\n\tsubtitle: String\n"),
        ("\tSECRET\n", "\tSECRET\n\tTOP_SECRET\n"),
        ("\tlateReason: String\n", "\tlateReason: String\n\tremark: String\n"),
        ("operation(id: ID, code: String)", "operation(id: ID, code: String, alias: String)"),
    ] {
        assert_eq!(breaks(from, to), None, "`{from}` may become `{to}`");
    }
}

#[test]
fn what_breaks_a_convention_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to, said) in [
        ("\tpageInfo: PageInfo!\n", "\tpageInfo: PageInfo\n", "`pageInfo` field must return a non-null"),
        (
            "tasks(filter: TaskFilter, first: Int, after: String, last: Int, before: String)",
            "tasks(filter: TaskFilter)",
            "must include forward pagination arguments",
        ),
        (
            "\tnode: Partner!\n",
            "\tnode: Phase!\n",
            "Edge type's field `node` must implement `Node` interface",
        ),
        ("): ApprovePlanResult\n", "): PlanVersion\n", "A mutation answers with its result"),
        ("): ApprovePlanResult\n", "): ApprovePlanResult!\n", "which may be null"),
        (
            "approvePlan(input: ApprovePlanInput!)",
            "approvePlan(plan: ApprovePlanInput!)",
            "should be named \"input\"",
        ),
        (
            "missingApprovals: [Partner!]!",
            "missingApprovals: [Partner]!",
            "What is not there is not in a list",
        ),
        ("\twarningOrder: String\n", "\tWarning_Order: String\n", "should be in camelCase format"),
        (
            "\t\"\"\"\n\tMakes an approved version the one in force.\n\t\n\tFor a commander of the operation's lead.\n\t\"\"\"\n",
            "",
            "Description is required for field \"promulgatePlan\"",
        ),
    ] {
        let path = changed(&folder, from, to);
        let complaint =
            complaint("lint.js", &[&path]).unwrap_or_else(|| panic!("`{from}` may become `{to}`"));
        assert!(complaint.contains(said), "{complaint}");
        assert!(complaint.starts_with(&format!("{}:", path.display())), "{complaint}");
    }
}

#[test]
fn a_client_is_generated_only_for_documents_that_the_schema_answers() {
    let folder = tempfile::tempdir().unwrap();
    let generated = folder.path().join("generated");
    let path =
        changed(&folder, "\tcontentHash: Sha256!\n\t\"\"\"\n\tWho", "\tdigest: Sha256!\n\t\"\"\"\n\tWho");
    let complaint = complaint("generate.js", &[&path, &generated]).expect("a document asks for it");
    assert!(complaint.contains("Cannot query field \"contentHash\" on type \"PlanVersion\""), "{complaint}");
}

#[test]
fn other_programs_take_every_example_of_an_event_and_nothing_else() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/events");
    assert_eq!(complaint("events.js", &[&events]), None);

    let folder = tempfile::tempdir().unwrap();
    let name = "OfficerAssigned.json";
    let text = fs::read_to_string(events.join(name)).unwrap();
    for (from, to, said) in [
        ("\"duration\": \"PT12H\"", "\"duration\": 12", "example 0: data/duration must be string"),
        ("\"post\": \"MMR-02\"", "\"post\": \"mmr 2\"", "example 0: data/post must match pattern"),
        ("\"type\": \"object\"", "\"type\": \"thing\"", "schema is invalid"),
    ] {
        assert!(text.contains(from), "{name} has {from}");
        fs::write(folder.path().join(name), text.replace(from, to)).unwrap();
        let complaint = complaint("events.js", &[folder.path()]).expect("it is no longer what it was");
        assert!(complaint.contains(said), "{complaint}");
    }
}

#[test]
fn the_catalogue_of_events_knows_every_mutation() {
    let sdl = fs::read_to_string(sdl()).unwrap();
    let mutations = sdl.split_once("\ntype Mutation {\n").unwrap().1.split_once("\n}\n").unwrap().0;
    let mutations: BTreeSet<_> = mutations
        .lines()
        .filter_map(|line| line.trim().split_once("(input: "))
        .map(|(name, _)| name)
        .collect();
    let catalogue = catalogue::entries();
    let known =
        catalogue.iter().flat_map(|entry| entry.sources.iter().copied()).chain(catalogue::sources::BESIDE);
    let known: BTreeSet<_> = known.filter_map(|source| source.mutation).collect();
    assert_eq!(known, mutations);
}
