//! What nations approve: canonical JSON under SHA-256, annexes as salted hashes.

use crate::support::{Story, of, saphan::*};
use domain::{
    RefusalCode, Salt, Sha256, Span,
    coalition::PartnerRole,
    plan::{
        Annex, ApprovalPolicy, Ccir, CommandRelationship, CommandRelationshipKind, DecisionPoint, Intent,
        LineOfEffort, Objective, Phase, PlanCommand, PlannedTask, Risk, Section, Sections, TaskRevision,
        TimeWindow, View,
    },
    release::{Classification, HandlingCode},
};
use serde_json::Value;
use sha2::Digest;
use std::collections::BTreeSet;

fn hash(story: &Story) -> Sha256 {
    story.version(1).content(&saphan()).hash()
}

/// RFC 8785 for what plans hold: texts, whole numbers, lists and objects. Names are ASCII, so their order by
/// bytes is that by UTF-16 units, and `serde_json` escapes texts as the standard wants.
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
        revise(TaskRevision { post: Some(Some(of("MMR-02"))), ..none() }),
        revise(TaskRevision { start_offset: Some(Span::hours(1)), ..none() }),
        revise(TaskRevision { duration: Some(Span::hours(11)), ..none() }),
        add_dependency("T27", "T02"),
        add_dependency("T27", "T02SS+0h"),
        add_dependency("T27", "T02FS+2h"),
        add_dependency("T27", "T02FS-2h"),
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

/// Every section says something, and nothing that another says.
fn full() -> Sections {
    let point = DecisionPoint {
        code: of("DP2"),
        at: of("T22"),
        decision: of("Open overflow shelter"),
        deciders: vec![of("THA"), of("MMR")],
        trigger: Some(of("persons received > 110")),
        ccir: vec![of("CCIR1")],
    };
    Sections {
        administration: Some(of("Shelter for 120.")),
        command_and_signal: Some(of("Centre coordinates.")),
        objectives: vec![Objective {
            code: of("O1"),
            line_of_effort: of("LOE1"),
            text: of("Every person is screened in time"),
            measure: of("screened_within_96h_pct"),
            target: 100,
        }],
        phases: vec![
            Phase { code: of("P1"), name: of("Prepare"), gate: None },
            Phase { code: of("P3"), name: of("Action"), gate: Some(of("GO_NO_GO")) },
        ],
        decision_points: vec![point],
        ccir: vec![Ccir::plain(of("CCIR1"), of("Change in control of either site"))],
        go_no_go: vec![of("rehearsal_complete")],
        command_relationships: vec![CommandRelationship {
            of: of("MMR-02"),
            to: of("MMR"),
            kind: CommandRelationshipKind::NationalCommand,
        }],
        risks: vec![risk()],
        ..sections()
    }
}

fn risk() -> Risk {
    Risk {
        code: of("R6"),
        text: of("River flooding"),
        likelihood: 3,
        impact: 4,
        treatment: of("Move within the window"),
        owner: Some(of("THA-07")),
    }
}

#[test]
fn both_views_say_everything_that_the_plan_says_once() {
    let basis = [of("Minutes of the meeting")];
    for (view, headings) in [(View::Smeac, 5), (View::Iimarch, 7)] {
        let paragraphs = full().view(view, &basis);
        assert_eq!(paragraphs.len(), headings);
        let all: Vec<_> = paragraphs.iter().flat_map(|paragraph| paragraph.text.lines()).collect();
        for said in [
            "Persons are held at two compounds.",
            "Recover and assist them.",
            "Purpose: Protect victims first",
            "Key tasks: T16",
            "End state: All are screened",
            "Prepare, act, assist.",
            "Line of effort LOE1: Victim assistance",
            "Phase P1: Prepare",
            "Phase P3: Action (gate GO_NO_GO)",
            "Objective O1 of LOE1: Every person is screened in time (screened_within_96h_pct: 100)",
            "Decision point DP2 at T22: Open overflow shelter; by THA, MMR; when persons received > 110; on CCIR1",
            "Information requirement CCIR1: Change in control of either site",
            "Go/no-go criterion: rehearsal_complete",
            "H-hour from 2023-10-08T00:00:00+07:00, before 2023-10-16T00:00:00+07:00",
            "R6 (likelihood 3, impact 4, owner THA-07): River flooding. Move within the window",
            "Shelter for 120.",
            "Centre coordinates.",
            "MMR-02 to MMR: NATIONAL_COMMAND",
            "Approval by every HOST, PRINCIPAL",
            "Minutes of the meeting",
        ] {
            assert_eq!(all.iter().filter(|line| **line == said).count(), 1, "{view:?} says `{said}` once");
        }
        assert_eq!(all.len(), 20, "{view:?} says nothing else");
    }
}

#[test]
fn the_two_views_differ_in_where_they_say_it() {
    let under = |view, heading: &str| {
        let paragraphs = full().view(view, &[of("Minutes")]);
        paragraphs.into_iter().find(|paragraph| paragraph.heading == heading).unwrap().text
    };
    assert!(under(View::Smeac, "Execution").contains("River flooding"));
    assert!(!under(View::Iimarch, "Method").contains("River flooding"));
    assert!(under(View::Iimarch, "Risk assessment").contains("River flooding"));
    assert!(under(View::Smeac, "Situation").contains("Minutes"));
    assert_eq!(under(View::Iimarch, "Human rights and other legal issues"), "Minutes");
}

#[test]
fn a_plan_that_says_nothing_has_empty_paragraphs() {
    for view in [View::Smeac, View::Iimarch] {
        let said = Sections::default().view(view, &[]);
        let said: Vec<_> =
            said.iter().map(|paragraph| paragraph.text.as_str()).filter(|text| !text.is_empty()).collect();
        assert_eq!(said, ["Approval by every HOST, PRINCIPAL"], "which a plan says from its first draft on");
    }
}

/// Paths of all values in the content: `/sections/risks/0/text`.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| leaves(value, &format!("{path}/{name}"), found));
        }
        Value::Array(entries) => {
            entries
                .iter()
                .enumerate()
                .for_each(|(index, value)| leaves(value, &format!("{path}/{index}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(path.to_owned()),
    }
}

#[test]
fn nothing_of_a_plan_stays_outside_its_hash() {
    let posted = PlannedTask { post: Some(of("MMR-02")), ..task("T16", "MMR", "MMR", 0, 12, &[]) };
    let story = draft_with(full(), vec![posted]);
    let version = story.version(1);
    let operation = saphan();
    let content = serde_json::to_value(version.content(&operation)).unwrap();
    // What each type holds is in the content as it is …
    assert_eq!(content["sections"], serde_json::to_value(full()).unwrap());
    assert_eq!(
        content["tasks"][0],
        serde_json::to_value(&*version.tasks[&of::<domain::TaskCode>("T16")]).unwrap()
    );
    let members: Vec<_> = content.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["number", "operation", "parts", "sections", "tasks"]);
    // … and no section of a full plan is left out when it is written.
    assert_eq!(content["sections"].as_object().unwrap().len(), 16);
    assert_eq!(content["tasks"][0].as_object().unwrap().len(), 10);
    let mut paths = Vec::new();
    leaves(&content, "", &mut paths);
    let mut hashes: BTreeSet<_> = paths
        .iter()
        .map(|path| {
            let mut changed = content.clone();
            let leaf = changed.pointer_mut(path).unwrap();
            *leaf = match leaf.as_i64() {
                Some(number) => Value::from(number + 1),
                None => Value::from(format!("{leaf}.")),
            };
            sha2::Sha256::digest(canonical(&changed)).to_vec()
        })
        .collect();
    assert_eq!(hashes.len(), paths.len());
    assert!(hashes.insert(hash(&story).0.to_vec()), "each differs from the plan's own");
}

#[test]
fn every_section_of_a_plan_is_under_its_hash() {
    let otherwise = [
        Section::Situation(of("Another")),
        Section::Mission(of("Another")),
        Section::CommandersIntent(Intent {
            purpose: of("Another"),
            key_tasks: Vec::new(),
            end_state: of("Another"),
        }),
        Section::Concept(of("Another")),
        Section::Administration(of("Another")),
        Section::CommandAndSignal(of("Another")),
        Section::LinesOfEffort(vec![LineOfEffort { code: of("LOE1"), name: of("Another") }]),
        Section::Phases(full().phases.into_iter().rev().collect()),
        Section::Objectives(Vec::new()),
        Section::DecisionPoints(Vec::new()),
        Section::Ccir(vec![Ccir::plain(of("CCIR1"), of("Another"))]),
        Section::GoNoGo(Vec::new()),
        Section::CommandRelationships(Vec::new()),
        Section::HHourWindow(TimeWindow {
            to: crate::support::instant("2023-10-17T00:00:00+07:00"),
            ..window()
        }),
        Section::ApprovalPolicy(ApprovalPolicy {
            required_roles: [PartnerRole::Principal].into(),
            ..ApprovalPolicy::default()
        }),
    ];
    let story = draft_with(full(), small_plan());
    let mut hashes = BTreeSet::from([hash(&story)]);
    for section in otherwise {
        let revise =
            planning(PlanCommand::ReviseSection { operation: saphan(), section: Box::new(section.clone()) });
        assert!(hashes.insert(hash(&story.clone().when(tha(), revise).accepted())), "{section:?}");
    }
    let riskier = Risk { owner: None, ..risk() };
    let record = planning(PlanCommand::RecordRisk { operation: saphan(), risk: Box::new(riskier) });
    assert!(hashes.insert(hash(&story.when(tha(), record).accepted())));
}

#[test]
fn every_field_of_an_annex_is_under_the_hash_of_its_part() {
    let salt = Salt([5; 16]);
    let plain = annex("B", "Site A");
    let annexes = [
        plain.clone(),
        Annex { code: of("C"), ..plain.clone() },
        Annex { title: of("Another"), ..plain.clone() },
        Annex { text: None, ..plain.clone() },
        Annex { text: Some(of("Site B")), ..plain.clone() },
        Annex { classification: Classification::Secret, ..plain.clone() },
        Annex { releasable_to: partners(&["THA"]), ..plain.clone() },
        Annex { handling: HandlingCode::H2, ..plain.clone() },
    ];
    let hashes: BTreeSet<_> = annexes.iter().map(|annex| annex.part_hash(salt)).collect();
    assert_eq!(hashes.len(), annexes.len());
    // Anybody who was given the annex and its salt can compute this.
    let mut text = b"accord part v1\n".to_vec();
    text.extend(salt.0);
    text.extend(canonical(&serde_json::to_value(&plain).unwrap()).bytes());
    assert_eq!(plain.part_hash(salt).0, <[u8; 32]>::from(sha2::Sha256::digest(text)));
}

#[test]
fn the_hash_of_a_small_plan_is_for_ever() {
    // `printf '%s' "$canonical" | sha256sum`, once; another value would make stored approvals worthless.
    let only = Sections { mission: Some(of("Recover and assist.")), ..Sections::default() };
    let story = draft_with(only, vec![task("T16", "MMR", "MMR", -24, 12, &["T01", "T02"])]);
    let canonical = story.version(1).content(&saphan()).canonical();
    assert_eq!(
        canonical,
        concat!(
            r#"{"number":1,"operation":"SAPHAN","parts":[],"sections":{"approvalPolicy":"#,
            r#"{"requiredRoles":["HOST","PRINCIPAL"]},"ccir":[],"commandRelationships":[],"#,
            r#""decisionPoints":[],"goNoGo":[],"linesOfEffort":[],"mission":"Recover and assist.","#,
            r#""objectives":[],"phases":[],"risks":[]},"tasks":[{"code":"T16","duration":"PT12H","#,
            r#""lead":"MMR","lineOfEffort":"LOE1","phase":"P3","predecessors":["T01","T02"],"#,
            r#""startOffset":"-PT24H","territory":"MMR","title":"A task"}]}"#,
        )
    );
    assert_eq!(hash(&story).to_string(), "3c0d974d78d0b9b3a57c50af8e94182839d618f315012cc8e761b74a35235a4a");
}

#[test]
fn a_dependency_is_a_code_in_the_content_unless_it_is_more_than_that() {
    // `printf '%s' "$canonical" | sha256sum`, as above.
    let waiting = task("T16", "MMR", "MMR", -24, 12, &["T01", "T02SS+0h", "T03FS-30m"]);
    let canonical = concat!(
        r#"{"code":"T16","duration":"PT12H","lead":"MMR","lineOfEffort":"LOE1","phase":"P3","predecessors":["T01","#,
        r#"{"kind":"START_TO_START","lag":"PT0H","predecessor":"T02"},"#,
        r#"{"kind":"FINISH_TO_START","lag":"-PT30M","predecessor":"T03"}],"#,
        r#""startOffset":"-PT24H","territory":"MMR","title":"A task"}"#,
    );
    assert_eq!(waiting.canonical(), canonical);
    let only = Sections { mission: Some(of("Recover and assist.")), ..Sections::default() };
    let story = draft_with(only, vec![waiting]);
    assert!(story.version(1).content(&saphan()).canonical().contains(canonical));
    assert_eq!(hash(&story).to_string(), "ed2bf0403fc338f04c6c772ef0850b4bd0705dcd9e0fc9f0c65b7c95bf41a104");
}

#[test]
fn two_targets_never_stand_under_one_hash() {
    // RFC 8785 writes numbers as doubles: 2^53 and 2^53 + 1 would read alike.
    let most = (1_i64 << 53) - 1;
    let aiming = |target: i64| {
        let objectives = full().objectives.into_iter().map(|objective| Objective { target, ..objective });
        let section = Box::new(Section::Objectives(objectives.collect()));
        draft_with(full(), small_plan())
            .when(tha(), planning(PlanCommand::ReviseSection { operation: saphan(), section }))
    };
    for target in [most, -most] {
        let story = aiming(target).accepted();
        let canonical = story.version(1).content(&saphan()).canonical();
        assert!(
            canonical.contains(&format!("\"target\":{target},"))
                || canonical.contains(&format!("\"target\":{target}}}"))
        );
    }
    for target in [most + 1, most + 2, -most - 1, i64::MAX, i64::MIN] {
        aiming(target).refused_at([(RefusalCode::InvalidValue, "section.objectives.0.target")]);
    }
}
