//! What nations approve: canonical JSON under SHA-256, annexes as salted hashes.

use crate::support::{Story, of, saphan::*};
use domain::{
    Salt, Sha256, Span,
    plan::{Section, Sections, TaskRevision, View},
};
use serde_json::Value;
use sha2::Digest;

fn hash(story: &Story) -> Sha256 {
    story.version(1).content(&saphan()).hash()
}

/// RFC 8785 for what plans hold: texts, whole numbers, lists and objects. Names are ASCII, so their order by bytes is
/// that by UTF-16 units, and `serde_json` escapes texts as the standard wants.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| name.as_str());
            let members: Vec<_> =
                members.iter().map(|(name, value)| format!("\"{name}\":{}", canonical(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(entries) => {
            format!("[{}]", entries.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

#[test]
fn the_hash_is_sha_256_of_the_canonical_json_of_the_content() {
    let story = draft().when(tha(), attach(annex("B", "Two compounds, “A” and B\n"))).accepted();
    let version = story.version(1);
    let operation = saphan();
    let content = version.content(&operation);
    let written_otherwise = canonical(&serde_json::to_value(&content).unwrap());
    assert_eq!(content.canonical(), written_otherwise);
    assert_eq!(content.hash().0, <[u8; 32]>::from(sha2::Sha256::digest(written_otherwise)));
    // Submission stores the very hash that the draft had.
    let story = story.when(tha(), submit()).accepted();
    assert_eq!(story.version(1).content_hash, Some(content.hash()));
}

#[test]
fn the_order_in_which_a_plan_was_written_does_not_matter() {
    let mut backwards = small_plan();
    backwards.reverse();
    assert_eq!(hash(&draft()), hash(&draft_with(sections(), backwards)));
}

#[test]
fn every_change_of_the_content_changes_its_hash() {
    let story = draft();
    let revise = |revision: TaskRevision| revise_task("T16", revision);
    let none = TaskRevision::default;
    let section = |section: Section| {
        planning(domain::plan::PlanCommand::ReviseSection { operation: saphan(), section: Box::new(section) })
    };
    let changes = [
        revise(TaskRevision { title: Some(of("Secure Site A")), ..none() }),
        revise(TaskRevision { phase: Some(of("P1")), ..none() }),
        revise(TaskRevision { lead: Some(of("LAO")), ..none() }),
        revise(TaskRevision { territory: Some(of("THA")), ..none() }),
        revise(TaskRevision { post: Some(of("MMR-02")), ..none() }),
        revise(TaskRevision { start_offset: Some(Span::hours(1)), ..none() }),
        revise(TaskRevision { duration: Some(Span::hours(11)), ..none() }),
        add_dependency("T27", "T02"),
        remove_task("T27"),
        add_task(task("T30", "THA", "THA", 0, 1, &[])),
        attach(annex("B", "Text")),
        section(Section::Mission(of("Another"))),
        section(Section::GoNoGo(vec![of("rehearsal_complete")])),
    ];
    let mut hashes = vec![hash(&story)];
    for change in changes {
        let hash = hash(&story.clone().when(tha(), change).accepted());
        assert!(!hashes.contains(&hash));
        hashes.push(hash);
    }
}

#[test]
fn an_annex_enters_the_content_as_its_salted_hash_and_nothing_else() {
    let story = draft().when(tha(), attach(annex("B", "Two compounds at the river"))).accepted();
    let version = story.version(1);
    let canonical = version.content(&saphan()).canonical();
    assert!(!canonical.contains("compounds at the river") && !canonical.contains("Situation and sites"));
    let salted = &version.annexes[&of::<domain::AnnexCode>("B")];
    assert!(canonical.contains(&format!("{{\"code\":\"annex/B\",\"hash\":\"{}\"}}", salted.hash)));
    // Whoever may read the annex can check it; the same text under another salt is another hash.
    assert_eq!(salted.annex.part_hash(salted.salt), salted.hash);
    assert_ne!(salted.annex.part_hash(Salt([0; 16])), salted.hash);
}

#[test]
fn both_views_say_everything_that_the_plan_says() {
    let sections = Sections {
        administration: Some(of("Shelter for 120.")),
        command_and_signal: Some(of("Centre coordinates.")),
        ..sections()
    };
    let basis = [of("Minutes of the meeting")];
    for (view, headings) in [(View::Smeac, 5), (View::Iimarch, 7)] {
        let paragraphs = sections.view(view, &basis);
        assert_eq!(paragraphs.len(), headings);
        let all: Vec<_> = paragraphs.iter().map(|paragraph| paragraph.text.as_str()).collect();
        let all = all.join("\n");
        for said in [
            "Persons are held at two compounds.",
            "Recover and assist them.",
            "Protect victims first",
            "All are screened",
            "Prepare, act, assist.",
            "Phase P1: Prepare",
            "Shelter for 120.",
            "Centre coordinates.",
            "Minutes of the meeting",
        ] {
            assert_eq!(all.matches(said).count(), 1, "{view:?} says `{said}` once");
        }
    }
}
