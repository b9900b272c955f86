//! What no sequence of commands can bring about, whatever planners and commanders ask for.

use crate::support::{Ask, Story, fold, of, saphan::*};
use domain::{
    Actor, Command, Event, Rejection, Subject, TaskCode,
    plan::{DecisionKind, PlanEvent, TaskRevision, Version},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

const TASKS: [&str; 6] = ["T01", "T02", "T16", "T21", "T27", "T30"];
const PARTNERS: [&str; 4] = ["THA", "CHN", "MMR", "LAO"];

/// A choice of what is asked, by whom, and about what: small numbers that mean the same in every run.
#[derive(Debug, Clone, Copy)]
struct Choice {
    what: u8,
    who: u8,
    one: u8,
    other: u8,
}

fn choices(length: usize) -> impl Strategy<Value = Vec<Choice>> {
    let choice = (0_u8..22, 0_u8..4, 0_u8..6, 0_u8..6);
    let choice = choice.prop_map(|(what, who, one, other)| Choice { what, who, one, other });
    proptest::collection::vec(choice, 1..length)
}

fn actor(who: u8) -> Actor {
    [tha, chn, mmr, lao][usize::from(who)]()
}

fn asked(story: &Story, choice: Choice) -> (Actor, Ask) {
    let Choice { what, who, one, other } = choice;
    let newest = u32::try_from(story.operation("SAPHAN").versions.len()).unwrap();
    let number = if other == 0 { 1 } else { newest };
    let (task_code, before) = (TASKS[usize::from(one)], TASKS[usize::from(other)]);
    let lead = PARTNERS[usize::from(other % 4)];
    match what {
        0 | 1 => (actor(who), add_task(task(task_code, PARTNERS[usize::from(who)], lead, 0, 4, &[before]))),
        2 => {
            let lead = Some(of(lead));
            (actor(who), revise_task(task_code, TaskRevision { lead, ..TaskRevision::default() }))
        }
        3 => (actor(who), move_task(task_code, i64::from(other) * 7 - 20)),
        4 => (actor(who), remove_task(task_code)),
        5 | 6 => (actor(who), add_dependency(task_code, before)),
        7 => (actor(who), attach(annex("B", task_code))),
        8 | 9 => (tha(), submit()),
        10..=12 => (actor(who), approve(number)),
        13 => (
            actor(who),
            approve_if(number, vec![condition("C1", if one < 3 { "PROMULGATION" } else { "P3" })]),
        ),
        14 => (actor(who), reject(number, &[])),
        15 => (lao(), consent(number, if one < 3 { &[] } else { &["T27"] })),
        16 => (actor(who), revoke(number)),
        17 => (chn(), waive(number, "CHN", "C1")),
        18 => (tha(), open_amendment()),
        19 | 20 => (tha(), promulgate(number)),
        _ => (tha(), assign(task_code, ["THA-01", "CHN-03", "MMR-02", "LAO-02"][usize::from(who)])),
    }
}

/// Sends the commands; the story that the accepted ones make, and each with the events that it gave.
fn lived(choices: &[Choice]) -> Story {
    let mut story = draft();
    for choice in choices {
        let (actor, ask) = asked(&story, *choice);
        let command: Command = ask(&story);
        let before = story.log.len();
        match story.decide(&actor, &command) {
            Ok(events) => {
                // The same world, command and context give the same events.
                assert_eq!(story.clone().decide(&actor, &command), Ok(events.clone()));
                for event in &events {
                    judge(&story, event);
                }
                story.append(&actor, events);
            }
            Err(Rejection::Refused(reasons)) => {
                assert!(!reasons.is_empty(), "a refusal says why");
                assert_eq!(story.log.len(), before);
            }
            Err(Rejection::Forbidden(why)) => assert!(!why.is_empty()),
            Err(Rejection::Missing(subjects)) => panic!("still missing: {subjects:?}"),
        }
    }
    story
}

/// What must hold of an event at the moment at which it happens.
fn judge(story: &Story, event: &Event) {
    let Event::Plan(event) = event else { return };
    match event {
        PlanEvent::PlanPromulgated { number, content_hash, .. } => {
            let version = story.version(*number);
            assert_eq!(
                *content_hash,
                version.content(&saphan()).hash(),
                "what comes into force was approved"
            );
            promulgable(&version);
        }
        PlanEvent::PlanVersionApproved { number, given, .. }
        | PlanEvent::PlanVersionApprovedWithConditions { number, given, .. }
        | PlanEvent::PlanVersionRejected { number, given, .. }
        | PlanEvent::TerritorialConsentGiven { number, given, .. }
        | PlanEvent::TerritorialConsentRefused { number, given, .. } => {
            let content = story.version(*number).content(&saphan()).hash();
            assert_eq!(given.content_hash, content, "a decision is on the content that was hashed");
        }
        _ => {}
    }
}

/// Written without the code that decides it: host and principals have approved, every other territory has consented.
fn promulgable(version: &Version) {
    let live: Vec<_> = version.live_decisions().collect();
    assert!(live.iter().all(|decision| decision.kind != DecisionKind::Rejected));
    let approves = |partner: &str| {
        live.iter().any(|decision| decision.partner.as_str() == partner && decision.kind.approves())
    };
    for voter in ["THA", "CHN", "MMR"] {
        assert!(approves(voter), "{voter} has not approved");
    }
    for task in version.tasks.values().filter(|task| task.territory.as_str() == "LAO") {
        let consented = live.iter().any(|decision| {
            decision.partner.as_str() == "LAO"
                && decision.kind == DecisionKind::TerritorialConsent
                && decision.tasks.contains(&task.code)
        });
        assert!(consented, "Lao PDR has not consented to {}", task.code);
    }
}

/// No task waits for itself, found by walking, not by the rule's own search.
fn acyclic(version: &Version) -> bool {
    let mut done: BTreeSet<&TaskCode> = BTreeSet::new();
    loop {
        let next: Vec<&TaskCode> = version
            .tasks
            .values()
            .filter(|task| !done.contains(&task.code))
            .filter(|task| task.predecessors.iter().all(|before| done.contains(before)))
            .map(|task| &task.code)
            .collect();
        if next.is_empty() {
            return done.len() == version.tasks.len();
        }
        done.extend(next);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn no_commands_bring_about_what_the_rules_exclude(choices in choices(80)) {
        let story = lived(&choices);
        let operation = story.operation("SAPHAN");
        for version in &operation.versions {
            prop_assert!(acyclic(version), "version {} has a cycle", version.number);
            let deciders: Vec<_> = version.live_decisions().map(|decision| &decision.partner).collect();
            let distinct: BTreeSet<_> = deciders.iter().collect();
            prop_assert_eq!(distinct.len(), deciders.len(), "one live decision per partner");
            if let Some(hash) = version.content_hash {
                prop_assert_eq!(version.content(&saphan()).hash(), hash, "a submitted version never changes");
            }
        }
        // No officer is bound twice at one time.
        for post in ["THA-01", "CHN-03", "MMR-02", "LAO-02"] {
            let domain::State::Calendar(calendar) = fold(&story.log, &Subject::Calendar(of(post))) else {
                panic!("a calendar is a calendar")
            };
            let mut stretches: Vec<_> =
                calendar.entries.values().map(|entry| (entry.start, entry.start + entry.duration)).collect();
            stretches.sort_unstable();
            prop_assert!(stretches.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{post}: {stretches:?}");
        }
        // The world that decisions were taken on is the one that the log tells.
        for subject in [Subject::Coalition, Subject::Operation(saphan())] {
            prop_assert_eq!(story.world().get(&subject), Some(&fold(&story.log, &subject)));
        }
    }

    #[test]
    fn approvals_of_all_bring_about_promulgation_whatever_came_before(choices in choices(30)) {
        let mut story = lived(&choices);
        let newest = story.operation("SAPHAN").versions.len();
        if story.version(u32::try_from(newest).unwrap()).status != domain::plan::VersionStatus::Draft {
            let (actor, ask) = (tha(), open_amendment());
            let command = ask(&story);
            let events = story.decide(&actor, &command).unwrap();
            story.append(&actor, events);
        }
        // Whether this draft may be submitted is its own matter; if so, nobody but the deciders stands in its way.
        let submission = submit()(&story);
        if let Ok(events) = story.decide(&tha(), &submission) {
            story.append(&tha(), events);
            let number = u32::try_from(story.operation("SAPHAN").versions.len()).unwrap();
            for actor in [tha(), chn(), mmr()] {
                let approval = approve(number)(&story);
                let events = story.decide(&actor, &approval).unwrap();
                story.append(&actor, events);
            }
            let version = story.version(number);
            if version.tasks.values().any(|task| task.territory.as_str() == "LAO") {
                let consent = consent(number, &[])(&story);
                let events = story.decide(&lao(), &consent).unwrap();
                story.append(&lao(), events);
            }
            let promulgation = promulgate(number)(&story);
            match story.decide(&tha(), &promulgation) {
                Ok(events) => prop_assert!(!events.is_empty()),
                // An officer would be bound twice by the new times: no approval mends that.
                Err(Rejection::Refused(reasons)) => prop_assert!(
                    reasons.iter().all(|reason| reason.code == domain::RefusalCode::OfficerOverlap),
                    "{reasons:?}"
                ),
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}
