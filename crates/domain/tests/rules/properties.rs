//! What no sequence of commands can bring about, whatever planners and commanders ask for.

use crate::support::{Ask, Story, fold, of, saphan::*};
use domain::{
    Actor, Command, Event, PartnerCode, Rejection, State, Subject, TaskCode,
    coalition::{Coalition, PartnerRole, PartnerStatus, PostCommand},
    operation::OperationCommand,
    plan::{ConditionStatus, DecisionKind, PlanCommand, PlanEvent, TaskRevision, Version},
    schedule::{Finishes, Hours},
};
use proptest::prelude::*;
use std::{collections::BTreeSet, sync::LazyLock};

const TASKS: [&str; 6] = ["T01", "T02", "T16", "T21", "T27", "T30"];
const PARTNERS: [&str; 4] = ["THA", "CHN", "MMR", "LAO"];
const LIAISONS: [&str; 4] = ["THA-02", "CHN-01", "MMR-01", "LAO-01"];

/// A choice of what is asked, by whom, and about what: small numbers that mean the same in every run.
#[derive(Debug, Clone, Copy)]
struct Choice {
    what: u8,
    who: u8,
    one: u8,
    other: u8,
}

/// Kinds of commands on a plan; the kinds after them change the coalition under its decisions.
const OF_PLANS: u8 = 24;
const CHORUS: u8 = 10;
const PROMULGATE: u8 = 20;
const MARK: u8 = OF_PLANS + 4;
const ALL: u8 = MARK + 1;

fn choices(kinds: u8, length: usize) -> impl Strategy<Value = Vec<Choice>> {
    let what = prop_oneof![8 => 0..kinds, 1 => Just(CHORUS), 2 => Just(PROMULGATE)];
    let choice = (what, 0_u8..4, 0_u8..6, 0_u8..6);
    let choice = choice.prop_map(|(what, who, one, other)| Choice { what, who, one, other });
    proptest::collection::vec(choice, 1..length)
}

fn actor(who: u8) -> Actor {
    [tha, chn, mmr, lao][usize::from(who)]()
}

/// Where histories begin: random commands alone seldom get as far as promulgation.
static BEGINNINGS: LazyLock<[Story; 5]> =
    LazyLock::new(|| [draft(), submitted(), approved(), in_force(), in_office_hours()]);

/// Commands of one choice: a submission with the consent of all, else one.
fn asked(story: &Story, choice: Choice) -> Vec<(Actor, Ask)> {
    let newest = u32::try_from(versions(story)).unwrap();
    if choice.what == CHORUS {
        let approvals = [tha(), chn(), mmr()].map(|voter| (voter, approve(newest)));
        let submission = [(tha(), submit())];
        return submission.into_iter().chain(approvals).chain([(lao(), consent(newest, &[]))]).collect();
    }
    vec![asked_once(newest, choice)]
}

/// How many versions the plan has, counted where a fold would take in the whole log.
fn versions(story: &Story) -> usize {
    let begins = |event: &Event| {
        matches!(event, Event::Plan(PlanEvent::PlanDrafted { .. } | PlanEvent::AmendmentOpened { .. }))
    };
    story.log.iter().filter(|recorded| begins(&recorded.event)).count()
}

fn asked_once(newest: u32, choice: Choice) -> (Actor, Ask) {
    let Choice { what, who, one, other } = choice;
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
        11 | 12 => (actor(who), approve(number)),
        13 => (
            actor(who),
            approve_if(number, vec![condition("C1", if one < 3 { "PROMULGATION" } else { "P3" })]),
        ),
        14 => (actor(who), reject(number, &[])),
        15 => (lao(), consent(number, if one < 3 { &[] } else { &["T27"] })),
        16 => (actor(who), revoke(number)),
        17 if one < 2 => (chn(), waive(number, "CHN", "C1")),
        17 if one == 2 => (chn(), satisfy(number, "CHN", "C1")),
        17 if one == 3 => (chn(), contest(number, "CHN", "C1")),
        17 if one == 4 => (actor(who), confirm(number)),
        17 => (actor(who), withdraw_plan()),
        18 => (tha(), open_amendment()),
        19 | PROMULGATE => (tha(), promulgate(number)),
        21 | 22 => {
            let post = ["THA-01", "CHN-03", "MMR-02", "LAO-02"][usize::from(who)];
            (if other < 4 { actor(who) } else { tha() }, assign(task_code, post))
        }
        23 if one < 2 => (tha(), set_h_hour("2023-10-09T06:00:00+07:00")),
        23 if one == 2 => (tha(), order(Some("2023-10-13T06:00:00+07:00"), &[])),
        23 if one == 3 => {
            (tha(), order(None, &[(task_code, ["THA-03", "CHN-02", "MMR-01", "LAO-01"][usize::from(who)])]))
        }
        // Before a weekend.
        23 if one == 4 => (tha(), shift_h_hour("2023-10-13T06:00:00+07:00")),
        23 => (actor(who), withdraw_assignment(u32::from(other))),
        24 => (import(), relieve(LIAISONS[usize::from(who)])),
        25 => {
            let acting =
                PostCommand::AppointActing { post: of(LIAISONS[usize::from(who)]), officer: officer(3) };
            (import(), posting(acting))
        }
        MARK => {
            let to: Vec<&str> = (0..4).filter(|bit| one >> bit & 1 == 1).map(|bit| PARTNERS[bit]).collect();
            let ask = match other {
                0 => release(&PARTNERS),
                1 => release_version(number, &to),
                2 => release_annex(number, "B", &to),
                _ => release_task(TASKS[usize::from(who)], &to),
            };
            (if other % 2 == 0 { tha() } else { actor(who) }, ask)
        }
        26 if one == 0 => (import(), suspend(PARTNERS[usize::from(who)])),
        26 if one == 1 => (import(), reinstate(PARTNERS[usize::from(who)])),
        26 if one == 2 && other == 0 => (import(), leave(PARTNERS[usize::from(who)])),
        _ => {
            let role = if other < 3 { PartnerRole::Principal } else { PartnerRole::Participant };
            (import(), change_role(PARTNERS[usize::from(who)], role))
        }
    }
}

/// Sends the commands to a story; what the accepted ones make of it.
fn lived(mut story: Story, choices: &[Choice]) -> Story {
    for choice in choices {
        for (actor, ask) in asked(&story, *choice) {
            send(&mut story, &actor, ask);
        }
    }
    story
}

fn send(story: &mut Story, actor: &Actor, ask: Ask) {
    let command: Command = ask(story);
    let before = story.log.clone();
    match story.decide(actor, &command) {
        Ok(told) => {
            // The same world, command and context give the same events.
            assert_eq!(story.decide(actor, &command).as_ref(), Ok(&told));
            let events: Vec<_> = told.iter().map(|told| told.event.clone()).collect();
            for event in &events {
                judge(story, event);
            }
            judge_h_hour(story, &command, &events);
            story.append(actor, told);
        }
        Err(Rejection::Refused(reasons)) => {
            assert!(!reasons.is_empty(), "a refusal says why");
            assert_eq!(story.log, before);
        }
        Err(Rejection::Forbidden(why)) => assert!(!why.is_empty()),
        Err(Rejection::Missing(subjects)) => panic!("still missing: {subjects:?}"),
    }
}

/// Round the clock, an H-hour binds nobody for longer than before: nothing is told of it.
fn judge_h_hour(story: &Story, command: &Command, events: &[Event]) {
    let told = match command {
        Command::Operation(OperationCommand::SetHHour { .. } | OperationCommand::ShiftHHour { .. }) => 1,
        // The order itself besides.
        Command::Plan(PlanCommand::IssueFragmentaryOrder { change, .. }) if change.officers.is_empty() => 2,
        _ => return,
    };
    let operation = story.operation("SAPHAN");
    let calendars = operation.plan.version_in_force().map_or(0, |version| version.sections.calendars.len());
    assert!(events.len() <= told || calendars > 0, "{events:?}");
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
            promulgable(&coalition_of(story), &version);
        }
        PlanEvent::PlanVersionApproved { number, given, .. }
        | PlanEvent::PlanVersionApprovedWithConditions { number, given, .. }
        | PlanEvent::PlanVersionRejected { number, given, .. }
        | PlanEvent::TerritorialConsentGiven { number, given, .. }
        | PlanEvent::TerritorialConsentRefused { number, given, .. } => {
            let content = story.version(*number).content(&saphan()).hash();
            assert_eq!(given.content_hash, content, "a decision is on the content that was hashed");
        }
        PlanEvent::PlanDrafted { .. }
        | PlanEvent::PlanSectionRevised { .. }
        | PlanEvent::PhaseAdded { .. }
        | PlanEvent::TaskAddedToPlan { .. }
        | PlanEvent::TaskRevised { .. }
        | PlanEvent::TaskTermsSet { .. }
        | PlanEvent::TaskRemovedFromPlan { .. }
        | PlanEvent::DependencyAdded { .. }
        | PlanEvent::DependencyRemoved { .. }
        | PlanEvent::RiskRecorded { .. }
        | PlanEvent::AnnexAttached { .. }
        | PlanEvent::PlanVersionSubmitted { .. }
        | PlanEvent::PlanVersionSuperseded { .. }
        | PlanEvent::PlanVersionRecalled { .. }
        | PlanEvent::ApprovalRevoked { .. }
        | PlanEvent::ApprovalConditionSatisfied { .. }
        | PlanEvent::ApprovalConditionWaived { .. }
        | PlanEvent::AmendmentOpened { .. }
        | PlanEvent::DecisionConfirmed { .. }
        | PlanEvent::ConditionSatisfactionProposed { .. }
        | PlanEvent::ApprovalConditionContested { .. }
        | PlanEvent::PlanWithdrawn { .. }
        | PlanEvent::DraftShared { .. }
        | PlanEvent::FragmentaryOrderIssued { .. } => {}
    }
}

fn coalition_of(story: &Story) -> Coalition {
    match fold(&story.log, &Subject::Coalition) {
        State::Coalition(coalition) => coalition,
        other => panic!("{other:?}"),
    }
}

/// Written without the code that decides it, from domain rules 5, 7, 10 and 13.
fn promulgable(coalition: &Coalition, version: &Version) {
    let live: Vec<_> = version.live_decisions().collect();
    let of_partner = |partner: &PartnerCode| live.iter().find(|decision| decision.partner == *partner);
    let approves =
        |partner: &PartnerCode| of_partner(partner).is_some_and(|decision| decision.kind.approves());
    assert!(live.iter().all(|decision| decision.kind != DecisionKind::Rejected), "nobody has rejected");
    assert!(live.iter().any(|decision| decision.kind.approves()), "somebody has approved");
    for partner in coalition.partners.values() {
        let votes = partner.status == PartnerStatus::Acceded
            && version.submitted_to.contains(&partner.code)
            && version.sections.approval_policy.required_roles.contains(&partner.role);
        assert!(!votes || approves(&partner.code), "{} has not approved", partner.code);
    }
    for task in version.tasks.values() {
        let consented = of_partner(&task.territory).is_some_and(|decision| {
            decision.kind == DecisionKind::TerritorialConsent && decision.tasks.contains(&task.code)
        });
        // The lead, without a vote, has by submitting, if it has not decided otherwise.
        let submitted = task.territory.as_str() == "THA" && of_partner(&task.territory).is_none();
        assert!(approves(&task.territory) || consented || submitted, "nobody let {} in", task.code);
        let there = coalition
            .posts
            .values()
            .any(|post| post.partner == task.lead && post.liaison && post.holder().is_some());
        assert!(there, "{} leads {} and has no liaison officer", task.lead, task.code);
        for partner in [&task.lead, &task.territory] {
            assert_eq!(coalition.partners[partner].status, PartnerStatus::Acceded, "{partner}");
        }
    }
    for condition in live.iter().flat_map(|decision| &decision.conditions) {
        let blocks = condition.gate.as_str() == "PROMULGATION";
        let settled = matches!(condition.status, ConditionStatus::Satisfied | ConditionStatus::Waived);
        assert!(!blocks || settled, "{}", condition.code);
    }
    for decision in &live {
        let (post, at, known) = decision.authority();
        let tenures = &coalition.posts[&of::<domain::PostCode>(post)].tenures;
        let held = tenures.iter().filter(|held| held.entered < known);
        let held =
            held.clone().any(|held| held.taken_at <= at && held.relieved_at.is_none_or(|end| at < end));
        assert!(held, "{post} did not decide out of post");
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
            .filter(|task| task.predecessors.iter().all(|before| done.contains(&before.predecessor)))
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
    fn no_commands_bring_about_what_the_rules_exclude(
        begin in 0..BEGINNINGS.len(),
        choices in choices(ALL, 60),
    ) {
        let story = lived(BEGINNINGS[begin].clone(), &choices);
        let operation = story.operation("SAPHAN");
        prop_assert_eq!(versions(&story), operation.plan.versions.len());
        for version in &operation.plan.versions {
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
            let domain::State::Bookings(calendar) = fold(&story.log, &Subject::Bookings(of(post))) else {
                panic!("a calendar is a calendar")
            };
            let mut stretches: Vec<_> =
                calendar.entries.values().map(|entry| (entry.start, entry.start + entry.duration)).collect();
            stretches.sort_unstable();
            prop_assert!(stretches.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{post}: {stretches:?}");
            // Each is bound until its task finishes, by the plan in force and the H-hour that there are now.
            for entry in calendar.entries.values() {
                let version = operation.plan.version_in_force().unwrap();
                let task = &version.tasks[&entry.task];
                let hours =
                    Hours { calendars: &version.sections.calendars, h_hour: operation.h_hour, floating: false };
                let finish = Finishes::new(&hours).of(task);
                prop_assert_eq!((entry.start, entry.start + entry.duration), (task.start_offset, finish));
                if version.sections.calendars.is_empty() || operation.h_hour.is_none() {
                    prop_assert_eq!(entry.duration, task.duration);
                }
            }
        }
        // What the world knows is what the log tells.
        for subject in [Subject::Coalition, Subject::Operation(saphan())] {
            if let Some(known) = story.world().get(&subject) {
                prop_assert_eq!(known, &fold(&story.log, &subject));
            }
        }
    }

    #[test]
    fn approvals_of_all_bring_about_promulgation_whatever_came_before(choices in choices(OF_PLANS, 30)) {
        let mut story = lived(BEGINNINGS[0].clone(), &choices);
        let newest = story.operation("SAPHAN").plan.versions.len();
        if story.version(u32::try_from(newest).unwrap()).status != domain::plan::VersionStatus::Draft {
            let (actor, ask) = (tha(), open_amendment());
            let command = ask(&story);
            let events = story.decide(&actor, &command).unwrap();
            story.append(&actor, events);
        }
        // Whether this draft may be submitted is its own matter; if so, nobody but the deciders stands in its
        // way.
        let submission = submit()(&story);
        if let Ok(events) = story.decide(&tha(), &submission) {
            story.append(&tha(), events);
            let number = u32::try_from(story.operation("SAPHAN").plan.versions.len()).unwrap();
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
