//! Release labels: who reads what by them, who sets them, what they make of contents, and how the hidden is
//! absent.

use crate::support::{Ask, Story, given, of, saphan::*};
use domain::{
    Event, PartnerCode, RefusalCode, Rejection, Role, Salt, Scope, TaskCode,
    coalition::PartnerRole,
    operation::{OperationCommand, OperationEvent},
    plan::{Annex, ContentPart, ImportedTask, PlanCommand, PlanEvent, Section, TaskRevision},
    release::{Classification, HandlingCode, Label, Marked, MarkedItem, Release},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

type Mark = fn() -> Ask;
type About = Box<dyn Fn(&str) -> Ask>;

const PARTNERS: [&str; 4] = ["THA", "CHN", "MMR", "LAO"];

/// Of a task as version 1 has it.
fn task_label(story: &Story, code: &str) -> Label {
    let (operation, version) = (story.operation("SAPHAN"), story.version(1));
    operation.task_label(&version, &version.tasks[&of::<TaskCode>(code)])
}

fn annex_label(story: &Story, code: &str) -> Label {
    let (operation, version) = (story.operation("SAPHAN"), story.version(1));
    operation.annex_label(&version, &version.annexes[&of::<domain::AnnexCode>(code)])
}

fn version_label(story: &Story, number: u32) -> Label {
    story.operation("SAPHAN").version_label(&story.version(number))
}

fn readers(label: &Label) -> String {
    label.releasable_to.iter().map(PartnerCode::as_str).collect::<Vec<_>>().join(" ")
}

fn careful(item: Option<Marked>, to: &[&str], class: Classification, handling: HandlingCode) -> Ask {
    let release =
        Release { releasable_to: partners(to), classification: Some(class), handling: Some(handling) };
    operating(OperationCommand::MarkReleasability { operation: saphan(), item, release })
}

/// Version 1 is being drafted; Thailand and Myanmar read T16, which Myanmar leads.
fn narrowed() -> Story {
    draft().when(tha(), release_task("T16", &["THA", "MMR"])).accepted()
}

#[test]
fn what_was_recorded_before_there_were_labels_reads_and_hashes_as_ever() {
    for (kind, payload) in [
        ("ReleasabilityMarked", r#"{"operation":"SAPHAN","releasableTo":["CHN","THA"]}"#),
        (
            "OperationInitiated",
            r#"{"operation":"SAPHAN","title":"SAPHAN","lead":"THA","classification":"RESTRICTED","releasableTo":["CHN"]}"#,
        ),
        (
            "AnnexAttached",
            concat!(
                r#"{"operation":"SAPHAN","number":1,"annex":{"code":"B","title":"Sites","classification":"SECRET","#,
                r#""releasableTo":["THA"]},"salt":"00000000000000000000000000000000"}"#
            ),
        ),
    ] {
        let event = Event::decode(kind, 1, payload.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(event.encode().payload).unwrap(), payload);
    }
    // The annex by itself is under its part's hash, so a code that is the default must leave no trace.
    let plain = annex("B", "Site A");
    assert!(!plain.canonical().contains("handling"));
    assert!(Annex { handling: HandlingCode::H1, ..plain }.canonical().contains(r#""handling":"H1""#));
}

#[test]
fn a_child_inherits_its_parents_label_until_it_has_one_of_its_own() {
    let story = draft().when(tha(), attach(annex("B", "Site A"))).accepted();
    let label = story.operation("SAPHAN").label();
    assert_eq!((label.owner.as_str(), readers(&label)), ("THA", "CHN LAO MMR THA".to_owned()));
    assert_eq!((label.classification, label.handling), (Classification::Restricted, HandlingCode::H0));
    assert_eq!(version_label(&story, 1), label);
    assert_eq!(task_label(&story, "T16"), Label { owner: of("MMR"), ..label });
    assert_eq!(readers(&annex_label(&story, "B")), "MMR THA");
    assert_eq!(annex_label(&story, "B").classification, Classification::Confidential);
    let story = story.when(tha(), release_version(1, &["CHN", "LAO"])).accepted();
    assert_eq!(readers(&version_label(&story, 1)), "CHN LAO THA", "its owner always reads it");
    assert_eq!(readers(&task_label(&story, "T01")), "CHN LAO THA");
    assert_eq!(readers(&annex_label(&story, "B")), "THA", "its own readers, of those that read the version");
    assert_eq!(readers(&story.operation("SAPHAN").label()), "CHN LAO MMR THA");
}

#[test]
fn readers_beyond_the_parents_wait_until_the_parent_is_released_to_them_too() {
    let invited = domain::coalition::PartnerEvent::PartnerInvited {
        partner: of("INTERPOL"),
        profile: profile("INTERPOL"),
        role: PartnerRole::Observer,
    };
    let screening = Annex { releasable_to: partners(&["CHN", "INTERPOL"]), ..annex("C", "Screening") };
    let story = draft().and([invited]).when(tha(), attach(screening)).accepted();
    assert_eq!(readers(&annex_label(&story, "C")), "CHN THA");
    let story = story.when(tha(), release(&["CHN", "INTERPOL", "LAO", "MMR"])).accepted();
    assert_eq!(readers(&annex_label(&story, "C")), "CHN INTERPOL THA");
    assert_eq!(readers(&task_label(&story, "T16")), "CHN INTERPOL LAO MMR THA");
}

#[test]
fn a_task_is_read_by_its_lead_and_on_its_territory_as_long_as_they_read_the_version() {
    let story = draft().when(tha(), release_task("T02", &[])).accepted();
    assert_eq!(readers(&task_label(&story, "T02")), "CHN THA", "China leads it, in Thailand");
    let to_mmr = TaskRevision { territory: Some(of("MMR")), ..TaskRevision::default() };
    let story = story.when(tha(), revise_task("T02", to_mmr)).accepted();
    assert_eq!(readers(&task_label(&story, "T02")), "CHN MMR THA", "Thailand leads the operation");
    let story = story.when(tha(), release_version(1, &["MMR"])).accepted();
    assert_eq!(readers(&task_label(&story, "T02")), "MMR THA");
}

#[test]
fn the_most_restrictive_of_all_labels_counts() {
    let secret = |story: Story| {
        let item = Some(Marked::PlanVersion { number: 1 });
        let ask = careful(item, &PARTNERS, Classification::Secret, HandlingCode::H2);
        story.when(tha(), ask).accepted()
    };
    let task = |classification, handling| {
        careful(Some(Marked::Task { task: of("T16") }), &PARTNERS, classification, handling)
    };
    let both = |label: &Label| (label.classification, label.handling);
    let story = draft().when(tha(), task(Classification::Confidential, HandlingCode::H3)).accepted();
    assert_eq!(both(&task_label(&story, "T16")), (Classification::Confidential, HandlingCode::H3));
    assert_eq!(both(&task_label(&secret(story), "T16")), (Classification::Secret, HandlingCode::H3));
    let story = draft().when(tha(), task(Classification::Unclassified, HandlingCode::H0)).accepted();
    assert_eq!(both(&task_label(&story, "T16")), (Classification::Restricted, HandlingCode::H0));
}

#[test]
fn what_a_mark_leaves_out_stays_as_it_was_and_a_mark_that_changes_nothing_is_none() {
    let item = || Some(Marked::Task { task: of("T16") });
    let story = draft()
        .when(tha(), careful(item(), &["MMR"], Classification::Secret, HandlingCode::H1))
        .then([OperationEvent::ReleasabilityMarked {
            operation: saphan(),
            releasable_to: partners(&["MMR"]),
            classification: Some(Classification::Secret),
            handling: Some(HandlingCode::H1),
            item: Some(MarkedItem::Task { task: of("T16"), salt: salt() }),
        }])
        .when(tha(), release_task("T16", &["MMR"]))
        .unchanged()
        .when(tha(), release_task("T16", &["LAO", "MMR"]))
        .accepted();
    let label = task_label(&story, "T16");
    assert_eq!((label.classification, label.handling), (Classification::Secret, HandlingCode::H1));
    assert_eq!(readers(&label), "LAO MMR THA");
    let all = careful(None, &PARTNERS, Classification::Confidential, HandlingCode::H2);
    let label = story.when(tha(), all).accepted().operation("SAPHAN").label();
    assert_eq!((label.classification, label.handling), (Classification::Confidential, HandlingCode::H2));
}

/// The salt that stories draw first in each command.
fn salt() -> Salt {
    let story = draft().when(tha(), attach(annex("B", "Site A"))).accepted();
    story.version(1).annexes.values().next().unwrap().salt
}

#[test]
fn commanders_of_the_owner_mark_and_of_a_task_those_of_its_lead_too() {
    let story = draft().when(tha(), attach(annex("B", "Site A"))).accepted();
    let of_the_lead: [Mark; 3] =
        [|| release(&["MMR"]), || release_version(1, &["MMR"]), || release_annex(1, "B", &["MMR"])];
    let of_the_task: Mark = || release_task("T16", &["CHN"]);
    for ask in of_the_lead.into_iter().chain([of_the_task]) {
        story.clone().when(tha(), ask()).accepted();
        story.clone().when(post_as("THA-02", [Role::Planner, Role::Liaison]), ask()).forbidden();
        story.clone().when(import(), ask()).forbidden();
    }
    for ask in of_the_lead {
        story.clone().when(mmr(), ask()).forbidden();
    }
    story.clone().when(mmr(), of_the_task()).accepted();
    story.clone().when(post_as("MMR-01", [Role::Planner]), of_the_task()).forbidden();
    story.when(lao(), of_the_task()).forbidden();
}

#[test]
fn a_label_names_partners_of_the_coalition() {
    let story = draft().when(tha(), attach(annex("B", "Site A"))).accepted();
    for ask in [
        release(&["THA", "VNM"]),
        release_version(1, &["VNM"]),
        release_task("T16", &["VNM"]),
        release_annex(1, "B", &["VNM"]),
    ] {
        story
            .clone()
            .when(tha(), ask)
            .refused_at([(RefusalCode::UnknownReference, "releasableTo")])
            .saying("There is no partner VNM.");
    }
    let initiate = OperationCommand::Initiate {
        operation: of("SAPHAN"),
        title: of("Assistance"),
        lead: of("THA"),
        classification: Classification::Restricted,
        handling: HandlingCode::H1,
        releasable_to: partners(&["CHN", "VNM"]),
    };
    given(coalition())
        .when(tha(), operating(initiate))
        .refused_at([(RefusalCode::UnknownReference, "releasableTo")]);
    // Like other references, an annex's may be left open while it is drafted.
    let early = Annex { releasable_to: partners(&["VNM"]), ..annex("B", "Site A") };
    draft()
        .when(tha(), attach(early))
        .accepted()
        .when(tha(), submit())
        .refused_at([(RefusalCode::UnknownReference, "")])
        .saying("Annex B is releasable to VNM, which is no partner.");
}

#[test]
fn a_task_with_a_label_enters_the_content_as_its_salted_hash_and_nothing_else() {
    let story = narrowed();
    let version = story.version(1);
    let task = &version.tasks[&of::<TaskCode>("T16")];
    let content = version.content(&saphan()).canonical();
    let hash = task.part_hash(salt());
    assert_eq!(version.task_part(task), Some((salt(), hash)));
    assert!(content.contains(&format!(r#""parts":[{{"code":"task/T16","hash":"{hash}"}}]"#)), "{content}");
    assert!(!content.contains(r#"{"code":"T16","#), "{content}");
    // Whoever reads the task can check it: a tag, the salt, and its canonical JSON.
    let mut text = b"accord part v1\n".to_vec();
    text.extend(salt().0);
    text.extend(task.canonical().bytes());
    assert_eq!(hash, domain::Sha256::of(&[&text]));
    // Annexes come first, as their codes do.
    let story = story.when(tha(), attach(annex("B", "Site A"))).accepted();
    let operation = saphan();
    let parts: Vec<_> =
        story.version(1).content(&operation).parts.into_iter().map(|part| part.code).collect();
    assert_eq!(parts, ["annex/B", "task/T16"]);
    // Whatever of it changes, changes the content.
    let before = story.version(1).content(&operation).hash();
    let moved = story.when(mmr(), move_task("T16", 1)).accepted();
    assert_ne!(moved.version(1).content(&operation).hash(), before);
}

#[test]
fn a_mark_changes_a_draft_and_never_what_was_submitted() {
    let open = draft();
    let hash = |story: &Story, number| story.version(number).content(&saphan()).hash();
    assert_ne!(hash(&narrowed(), 1), hash(&open, 1));
    let story = narrowed().when(tha(), submit()).accepted();
    let before = hash(&story, 1);
    assert_eq!(story.version(1).content_hash, Some(before));
    let story = story.when(tha(), release_task("T16", &PARTNERS)).accepted().and([
        // As an older build let the lead do while nations decided.
        marked(Some(MarkedItem::Task { task: of("T21"), salt: salt() }), &["THA"]),
        marked(Some(MarkedItem::PlanVersion { number: 1 }), &["MMR"]),
        marked(None, &["LAO", "MMR"]),
    ]);
    assert_eq!(hash(&story, 1), before);
    let parts = |number| -> Vec<String> {
        let version = story.clone().when(tha(), open_amendment()).accepted().version(number);
        version.content(&saphan()).parts.into_iter().map(|ContentPart { code, .. }| code).collect()
    };
    assert_eq!(parts(1), ["task/T16"]);
    assert_eq!(parts(2), ["task/T16", "task/T21"], "an amendment begins with the labels of its day");
}

#[test]
fn a_label_holds_in_every_version_and_an_amendment_is_released_like_its_base() {
    let story = narrowed()
        .when(tha(), attach(annex("B", "Site A")))
        .accepted()
        .when(tha(), remove_task("T02"))
        .accepted()
        .when(tha(), release_version(1, &["LAO", "MMR"]))
        .accepted()
        .when(tha(), release_annex(1, "B", &[]))
        .accepted()
        .when(tha(), submit())
        .accepted()
        .when(tha(), open_amendment())
        .accepted();
    assert_eq!(readers(&version_label(&story, 2)), "LAO MMR THA");
    let operation = story.operation("SAPHAN");
    let version = story.version(2);
    let t16 = &version.tasks[&of::<TaskCode>("T16")];
    assert_eq!(readers(&operation.task_label(&version, t16)), "MMR THA");
    let b = &version.annexes[&of::<domain::AnnexCode>("B")];
    assert_eq!(readers(&operation.annex_label(&version, b)), "THA");
    // What planners write anew is released as a commander has marked it.
    let story = story.when(tha(), attach(annex("B", "Site B"))).accepted();
    let version = story.version(2);
    let b = &version.annexes[&of::<domain::AnnexCode>("B")];
    assert_eq!(readers(&operation.annex_label(&version, b)), "THA");
    let story = story.when(mmr(), attach(annex("B", "Site C"))).refused([RefusalCode::AlreadyExists]).story;
    story.when(tha(), release_version(2, &PARTNERS)).accepted();
}

#[test]
fn a_decision_is_on_what_its_partner_may_read_and_not_on_what_was_withheld_since() {
    let story = with_secrets();
    let seen_at = story.head();
    let story = story
        .when(tha(), release(&["MMR"]))
        .refused_at([(RefusalCode::DeciderCannotRead, "releasableTo"); 2])
        .when(tha(), release_task("T21", &["CHN", "THA"]))
        .accepted()
        .when(tha(), release_annex(1, "B", &[]))
        .accepted();
    let early = || approve_named(move |named| named.seen_at = seen_at);
    let withheld = story.head();
    let told = format!("Something of version 1 was withheld from MMR at {withheld}: decide on what is left.");
    let story = story
        .when(mmr(), early())
        .refused_at([(RefusalCode::SeenAtInvalid, "seenAt")])
        .saying(&told)
        .when(mmr(), approve(1))
        .accepted()
        // Nothing was withheld from China.
        .when(chn(), early())
        .accepted()
        .when(tha(), approve(1))
        .accepted()
        .when(lao(), consent(1, &[]))
        .accepted();
    story.when(tha(), promulgate(1)).accepted();
}

#[test]
fn a_refused_mark_tells_nothing_of_a_version_that_is_hidden() {
    // Laos leads a task on the ground of Thailand: it reads the plan, and decides on nothing.
    let mut tasks = small_plan();
    tasks.retain(|task| task.code.as_str() != "T27");
    tasks.push(task("T30", "LAO", "THA", 60, 2, &[]));
    let by_voters = |story: Story, number| {
        let story = story.when(tha(), submit()).accepted().when(tha(), approve(number)).accepted();
        story.when(chn(), approve(number)).accepted().when(mmr(), approve(number)).accepted()
    };
    let story = by_voters(draft_with(sections(), tasks), 1).when(tha(), promulgate(1)).accepted();
    let mark = || release_task("T30", &["LAO"]);
    let told = |story: Story| -> Vec<String> {
        let refused = story.when(lao(), mark()).rejected();
        for refusal in &refused.refusals {
            assert_eq!(refusal.code, RefusalCode::DecidedUpon);
            assert_eq!(refusal.field, ["releasableTo"]);
        }
        refused.refusals.into_iter().map(|refusal| refusal.message).collect()
    };
    let instead = "with this in it, which stays readable to it: what is to be withheld needs another task.";
    let seen = ["CHN", "MMR"].map(|who| format!("{who} decided on version 1 {instead}"));
    assert_eq!(told(story.clone()), seen);
    let story = by_voters(story.when(tha(), open_amendment()).accepted(), 2);
    let hidden = story.when(tha(), release_version(2, &["CHN", "MMR"])).accepted();
    // Two did: how often it is said would tell how many.
    assert_eq!(told(hidden), [format!("A partner decided on a version {instead}")]);
}

/// Version 1 has annex B, which Thailand and Myanmar read, and T16, which China does not.
fn with_secrets() -> Story {
    narrowed().when(tha(), attach(annex("B", "Site A"))).accepted().when(tha(), submit()).accepted()
}

#[test]
fn what_a_partner_decided_on_is_not_taken_from_it() {
    let decided = approve_by_all(with_secrets(), 1);
    let not = |story: &Story, ask: Ask, who: &str, instead: &str| {
        story.clone().when(tha(), ask).refused_at([(RefusalCode::DecidedUpon, "releasableTo")]).saying(
            &format!("{who} decided on version 1 with this in it, which stays readable to it: {instead}."),
        )
    };
    let (next, task) = ("narrow it in the next version", "what is to be withheld needs another task");
    not(&decided, release(&["CHN", "MMR"]), "LAO", "release the next version to fewer");
    not(&decided, release_version(1, &["CHN", "MMR"]), "LAO", next);
    not(&decided, release_annex(1, "B", &[]), "MMR", next);
    not(&decided, release_task("T21", &["CHN"]), "LAO", task);
    // Also of one that was taken back, or overtaken: it was decided on.
    let revoked = decided.clone().when(lao(), revoke(1)).accepted();
    not(&revoked, release(&["CHN", "MMR"]), "LAO", "release the next version to fewer");
    let amended = decided.clone().when(tha(), open_amendment()).accepted();
    not(&amended, release_task("T21", &["CHN"]), "LAO", task);
    // From the next version on it may be narrowed.
    amended
        .when(tha(), release_version(2, &["CHN", "MMR"]))
        .accepted()
        .when(tha(), release_annex(2, "B", &[]))
        .accepted();
    // It is not taken from who could not read it: opened by mistake, it is closed again.
    decided
        .clone()
        .when(tha(), release_task("T16", &PARTNERS))
        .accepted()
        .when(tha(), release_task("T16", &["THA", "MMR"]))
        .accepted()
        .when(tha(), release_annex(1, "B", &["CHN", "MMR"]))
        .accepted()
        .when(tha(), release_annex(1, "B", &["MMR"]))
        .accepted();
    // One that has left reads nothing any more.
    let left =
        domain::coalition::PartnerEvent::PartnerWithdrew { partner: of("LAO"), reason: of("Elections") };
    decided.and([left]).when(tha(), release(&["CHN", "MMR"])).accepted();
}

#[test]
fn observers_read_a_draft_only_when_it_is_shared_with_them() {
    let admitted = [
        domain::coalition::PartnerEvent::PartnerInvited {
            partner: of("INTERPOL"),
            profile: profile("INTERPOL"),
            role: PartnerRole::Observer,
        },
        domain::coalition::PartnerEvent::ObserverAdmitted { partner: of("INTERPOL") },
    ];
    let to = ["CHN", "INTERPOL", "LAO", "MMR"];
    let story = draft().and(admitted).and(held("INTERPOL-01", true)).and([marked(None, &to)]);
    let observer = || post("INTERPOL-01");
    // Of a version that it does not see it is told nothing, of one that it sees that it has no vote.
    let answer = |story: Story, code| {
        let refusals = story.when(observer(), approve(1)).rejected().refusals;
        assert_eq!(refusals.last().map(|refusal| refusal.code), Some(code), "{refusals:?}");
    };
    answer(story.clone(), RefusalCode::NotFound);
    answer(story.clone().when(tha(), submit()).accepted(), RefusalCode::NotAnApprover);
    let shared = PlanEvent::DraftShared { operation: saphan(), number: 1, with: partners(&["INTERPOL"]) };
    let shared = story.clone().when(tha(), share_draft(&["INTERPOL"])).then([shared]);
    let shared = shared.when(tha(), share_draft(&["INTERPOL"])).unchanged();
    answer(shared.clone(), RefusalCode::NotAnApprover);
    answer(shared.when(tha(), share_draft(&[])).accepted(), RefusalCode::NotFound);
    story
        .clone()
        .when(tha(), share_draft(&["UNODC", "VNM"]))
        .refused_at([(RefusalCode::UnknownReference, "with.0"), (RefusalCode::UnknownReference, "with.1")])
        .when(tha(), release(&["CHN", "LAO", "MMR"]))
        .accepted()
        .when(tha(), share_draft(&["INTERPOL"]))
        .refused_at([(RefusalCode::UnknownReference, "with.0")])
        .saying("The version is not released to INTERPOL: release it first.");
    story.clone().when(chn(), share_draft(&["INTERPOL"])).forbidden();
    story
        .when(tha(), submit())
        .accepted()
        .when(tha(), share_draft(&["INTERPOL"]))
        .refused([RefusalCode::VersionImmutable]);
}

/// What each command is answered when its task is hidden is what it is answered when there is no such task.
#[test]
fn a_hidden_task_and_an_absent_one_answer_alike() {
    let drafting: [About; 7] = [
        Box::new(|code| {
            revise_task(code, TaskRevision { title: Some(of("Another")), ..TaskRevision::default() })
        }),
        Box::new(remove_task),
        Box::new(|code| add_dependency(code, "T02")),
        Box::new(|code| add_dependency("T27", code)),
        Box::new(|code| {
            planning(PlanCommand::RemoveDependency {
                operation: saphan(),
                task: of(code),
                predecessor: of("T01"),
            })
        }),
        Box::new(|code| release_task(code, &["CHN"])),
        Box::new(|code| add_task(task("T30", "CHN", "CHN", 0, 1, &[code]))),
    ];
    for about in drafting {
        let answer = |code: &str| narrowed().when(chn(), about(code)).rejected().refusals;
        let said = |code: &str| format!("{:?}", answer(code)).replace(code, "T__");
        assert_eq!(said("T16"), said("T99"));
    }
    // A dependency on it is none to take away.
    let forget = |code: &str| {
        planning(PlanCommand::RemoveDependency {
            operation: saphan(),
            task: of("T21"),
            predecessor: of(code),
        })
    };
    for code in ["T16", "T99"] {
        narrowed().when(chn(), forget(code)).unchanged();
    }
    let decided = narrowed().when(tha(), submit()).accepted();
    let objection = |code: &str| {
        let refusals = decided.clone().when(chn(), reject(1, &[code])).rejected().refusals;
        format!("{refusals:?}").replace(code, "T__")
    };
    assert_eq!(objection("T16"), objection("T99"));
    let story = approve_by_all(decided, 1).when(tha(), promulgate(1)).accepted();
    let story = story.when(mmr(), assign("T16", "MMR-02")).accepted();
    let assigned = |code: &str| story.clone().when(chn(), assign(code, "CHN-03")).rejected().refusals;
    assert_eq!(assigned("T16"), assigned("T99"));
    let withdrawn = |number| story.clone().when(chn(), withdraw_assignment(number)).rejected().refusals;
    assert_eq!(withdrawn(1), withdrawn(9));
    // Its leader sees it all the while.
    story.when(mmr(), withdraw_assignment(1)).accepted();
}

#[test]
fn reasons_that_rest_on_a_hidden_task_do_not_tell_which_it_is() {
    let phases = |kept: &str| {
        let phases = sections().phases.into_iter().filter(|phase| phase.code.as_str() == kept).collect();
        planning(PlanCommand::ReviseSection {
            operation: saphan(),
            section: Box::new(Section::Phases(phases)),
        })
    };
    let only_t16 = || {
        let tasks = vec![task("T15", "CHN", "CHN", 0, 1, &[]), task("T16", "MMR", "MMR", 0, 12, &["T15"])];
        draft_with(sections(), tasks).when(tha(), release_task("T16", &[])).accepted()
    };
    let removed = only_t16().when(chn(), remove_task("T15")).refused([RefusalCode::TaskHasSuccessors]);
    assert_eq!(removed.refusals[0].subject, None);
    removed.saying("A task that is not released to you waits for T15.");
    let without_t15 = TaskRevision { phase: Some(of("P1")), ..TaskRevision::default() };
    only_t16()
        .when(chn(), revise_task("T15", without_t15))
        .accepted()
        .when(chn(), phases("P1"))
        .refused_at([(RefusalCode::UnknownReference, "")])
        .saying("Tasks that are not released to you refer to what this leaves out.");
    // T27 waits for T21, which waits for T16, which waits for T01.
    narrowed().when(chn(), add_dependency("T01", "T27")).refused([RefusalCode::DependencyCycle]).saying(
        "T01 would wait for T27, which waits for T21, which waits for a task that is not released to you, \
             which waits for T01.",
    );
    // That there is one of this code its part has told already.
    let again = narrowed().when(chn(), add_task(task("T16", "CHN", "CHN", 0, 1, &[])));
    assert_eq!(again.refused([RefusalCode::AlreadyExists]).refusals[0].subject, None);
}

#[test]
fn a_hidden_version_is_not_there() {
    // Whether or not the rules would allow it of what is under decision.
    let hidden = |story: Story| story.and([marked(Some(MarkedItem::PlanVersion { number: 1 }), &["MMR"])]);
    let mission = || {
        let section = Box::new(Section::Mission(of("Another")));
        planning(PlanCommand::ReviseSection { operation: saphan(), section })
    };
    // As before there was a draft.
    let answer = |story: Story| story.when(chn(), mission()).rejected().refusals;
    assert_eq!(answer(hidden(draft())), answer(operation()));
    hidden(draft()).when(mmr(), mission()).accepted();
    // But there cannot be a second one.
    let section = || planning(PlanCommand::Draft { operation: saphan(), sections: Box::default() });
    hidden(draft())
        .when(chn(), section())
        .refused_at([(RefusalCode::AlreadyExists, "operation")])
        .saying("There is a plan, and it is not released to you.");
    let decisions: [fn(u32) -> Ask; 4] =
        [approve, |number| reject(number, &[]), revoke, |number| waive(number, "CHN", "C1")];
    for decide in decisions {
        let answer = |number| {
            let story = hidden(submitted());
            let command = decide(1)(&story);
            let command = match command {
                domain::Command::Plan(command) => renumbered(command, number),
                other => panic!("{other:?}"),
            };
            story
                .when(chn(), planning(command))
                .refused_at([(RefusalCode::NotFound, "planVersionId")])
                .refusals
        };
        assert_eq!(answer(1), answer(9));
    }
    let in_force = hidden(in_force());
    assert_eq!(
        in_force.when(chn(), assign("T02", "CHN-03")).refused([RefusalCode::PlanNotInForce]).refusals,
        submitted().when(chn(), assign("T02", "CHN-03")).refused([RefusalCode::PlanNotInForce]).refusals
    );
}

/// The same about another version.
fn renumbered(command: PlanCommand, number: u32) -> PlanCommand {
    match command {
        PlanCommand::Approve { mut named, conditions } => {
            named.number = number;
            PlanCommand::Approve { named, conditions }
        }
        PlanCommand::Reject { mut named, reason_code, reason, objects_to } => {
            named.number = number;
            PlanCommand::Reject { named, reason_code, reason, objects_to }
        }
        PlanCommand::Revoke { operation, reason, .. } => PlanCommand::Revoke { operation, number, reason },
        PlanCommand::WaiveCondition { operation, partner, condition, reason, .. } => {
            PlanCommand::WaiveCondition { operation, number, partner, condition, reason }
        }
        other => other,
    }
}

#[test]
fn an_overtaken_version_does_not_tell_of_a_hidden_one() {
    let story = submitted()
        .when(tha(), open_amendment())
        .accepted()
        .when(tha(), submit())
        .accepted()
        .and([marked(Some(MarkedItem::PlanVersion { number: 2 }), &["MMR"])]);
    let told =
        |actor| story.clone().when(actor, approve(1)).refused([RefusalCode::StalePlanVersion]).refusals;
    assert_eq!(told(chn())[0].message, "Version 1 is SUPERSEDED; no version is under decision.");
    assert_eq!(told(chn())[0].subject, None);
    assert_eq!(told(mmr())[0].message, "Version 1 is SUPERSEDED; version 2 is under decision.");
}

#[test]
fn an_event_is_about_the_items_that_can_be_released_apart() {
    let (operation, number) = (saphan(), 1);
    let t16: TaskCode = of("T16");
    let whole = Scope { operation: Some(&operation), ..Scope::default() };
    let scope = |event: &Event, wanted: &Scope<'_>| assert_eq!(event.about().scope(), *wanted, "{event:?}");
    let on = |item| Event::Operation(marked(Some(item), &["THA"]));
    scope(&acceded("THA", PartnerRole::Host), &Scope::default());
    scope(&initiated("SAPHAN", &[]), &whole);
    scope(&Event::Operation(marked(None, &[])), &whole);
    let of_version = Scope { version: Some(1), ..whole.clone() };
    scope(&on(MarkedItem::PlanVersion { number }), &of_version);
    let of_task = Scope { tasks: vec![&t16], ..whole.clone() };
    scope(&on(MarkedItem::Task { task: t16.clone(), salt: salt() }), &of_task);
    let b: domain::AnnexCode = of("B");
    let of_annex = Scope { annex: Some(&b), ..of_version.clone() };
    scope(&on(MarkedItem::Annex { number, annex: b.clone() }), &of_annex);
    let attached =
        PlanEvent::AnnexAttached { operation: saphan(), number, annex: annex("B", "A"), salt: salt() };
    scope(&Event::Plan(attached), &of_annex);
    let removed = PlanEvent::TaskRemovedFromPlan { operation: saphan(), number, task: t16.clone() };
    scope(&Event::Plan(removed), &Scope { tasks: vec![&t16], ..of_version });
    scope(&Event::Assignment(assigned(1, "T16", "MMR-02", 0, 12)), &of_task);
}

/// A label as any commander might set it, on any item.
fn any_mark() -> impl Strategy<Value = (Option<Marked>, Release)> {
    let tasks = prop::sample::select(vec!["T01", "T02", "T16", "T21", "T27"]);
    let item = prop_oneof![
        1 => Just(None),
        1 => Just(Some(Marked::PlanVersion { number: 1 })),
        1 => Just(Some(Marked::Annex { number: 1, annex: of("B") })),
        4 => tasks.prop_map(|code| Some(Marked::Task { task: of(code) })),
    ];
    let class = prop::sample::select(vec![
        None,
        Some(Classification::Unclassified),
        Some(Classification::Confidential),
        Some(Classification::Secret),
    ]);
    let handling = prop::sample::select(vec![None, Some(HandlingCode::H0), Some(HandlingCode::H2)]);
    (item, prop::sample::subsequence(PARTNERS.to_vec(), 0..=4), class, handling).prop_map(
        |(item, to, classification, handling)| {
            (item, Release { releasable_to: partners(&to), classification, handling })
        },
    )
}

fn is_below(child: &Label, parent: &Label) -> bool {
    child.releasable_to.is_subset(&parent.releasable_to)
        && child.classification >= parent.classification
        && child.handling >= parent.handling
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_child_is_never_released_to_more_or_with_less_care_than_its_parent(
        marks in proptest::collection::vec(any_mark(), 1..8),
        submitted_after in 0_usize..8,
    ) {
        let mut story = draft().when(tha(), attach(annex("B", "Site A"))).accepted();
        for (index, (item, release)) in marks.into_iter().enumerate() {
            if index == submitted_after {
                // Refused where a mark has hidden it from those that decide.
                if let Ok(events) = story.decide(&tha(), &submit()(&story)) {
                    story.append(&tha(), events);
                }
            }
            let command = OperationCommand::MarkReleasability { operation: saphan(), item, release };
            let command = domain::Command::Operation(command);
            match story.decide(&tha(), &command) {
                Ok(events) => drop(story.append(&tha(), events)),
                Err(Rejection::Refused(refusals)) => prop_assert!(
                    refusals.iter().all(|refusal| refusal.code == RefusalCode::DeciderCannotRead),
                    "{:?}", refusals
                ),
                Err(other) => panic!("{other:?}"),
            }
        }
        let (operation, version) = (story.operation("SAPHAN"), story.version(1));
        let label = operation.label();
        let of_version = operation.version_label(&version);
        prop_assert!(is_below(&of_version, &label));
        let b = annex_label(&story, "B");
        prop_assert!(is_below(&b, &of_version));
        let mut items = vec![(release_version as fn(u32, &[&str]) -> Ask, of_version.clone())].into_iter().map(|(ask, label)| (ask(1, &[]), label)).collect::<Vec<_>>();
        items.push((release_annex(1, "B", &[]), b));
        for task in version.tasks.values() {
            let label = operation.task_label(&version, task);
            prop_assert!(is_below(&label, &of_version));
            let keeps = |partner: &PartnerCode| {
                !of_version.is_readable_by(partner) || label.is_readable_by(partner)
            };
            prop_assert!([&task.lead, &task.territory, &operation.lead].into_iter().all(keeps));
            items.push((release_task(task.code.as_str(), &[]), label));
        }
        // Commands find exactly what the label lets their sender read.
        for (ask, label) in items {
            let command = ask(&story);
            for partner in [chn(), mmr(), lao()] {
                let code = partner.partner().unwrap().clone();
                let hidden = match story.clone().decide(&partner, &command) {
                    Err(Rejection::Refused(refusals)) => refusals.iter().any(|refusal| refusal.code == RefusalCode::NotFound),
                    _ => false,
                };
                prop_assert_eq!(hidden, !label.is_readable_by(&code), "{:?} by {}", command, code);
            }
        }
        if let Some(hash) = version.content_hash {
            prop_assert_eq!(version.content(&saphan()).hash(), hash, "a mark is no content");
        }
        let named: BTreeSet<_> = version.content(&saphan()).parts.iter().map(|part| part.code.clone()).collect();
        prop_assert_eq!(named.len(), version.content(&saphan()).parts.len());
    }
}

#[test]
fn a_task_is_labelled_before_it_is_added_by_whoever_drafts() {
    let new = |code: &str, release: Option<Release>| {
        planning(PlanCommand::AddTask {
            operation: saphan(),
            task: Box::new(task(code, "LAO", "LAO", 0, 1, &[])),
            release,
        })
    };
    let for_mmr = || Some(Release { releasable_to: partners(&["MMR"]), ..Release::default() });
    let story = draft().when(lao(), new("T40", for_mmr())).accepted();
    assert_eq!(readers(&task_label(&story, "T40")), "LAO MMR THA");
    // A code that the plan has had keeps its label: commanders change that.
    let removed = || planning(PlanCommand::RemoveTask { operation: saphan(), task: of("T40") });
    let story = story.when(lao(), removed()).accepted();
    let for_all = Some(Release { releasable_to: partners(&PARTNERS), ..Release::default() });
    let story = story.when(lao(), new("T40", for_all.clone())).refused([RefusalCode::AlreadyExists]).story;
    let story = story.when(lao(), new("T40", for_mmr())).accepted();
    assert_eq!(readers(&task_label(&story, "T40")), "LAO MMR THA");
    let file = ImportedTask { release: for_all, ..imported("T40", Some(0), &[]) };
    let story = story
        .when(tha(), import_tasks(vec![file]))
        .refused_at([(RefusalCode::AlreadyExists, "tasks.0.releasableTo")])
        .story;
    let file = ImportedTask { release: for_mmr(), ..imported("T41", Some(0), &[]) };
    let story = story.when(lao(), import_tasks(vec![file])).accepted();
    assert_eq!(readers(&task_label(&story, "T41")), "MMR THA");
}

#[test]
fn an_amendment_has_its_label_from_its_first_moment_on_and_a_commander_gives_it() {
    let open = || {
        planning(PlanCommand::OpenAmendment {
            operation: saphan(),
            reason: of("An informer was named"),
            release: Some(Release { releasable_to: partners(&["MMR"]), ..Release::default() }),
        })
    };
    let story = submitted().when(tha(), open()).accepted();
    assert_eq!(readers(&version_label(&story, 2)), "MMR THA");
}
