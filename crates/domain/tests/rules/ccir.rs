//! What the commander must be told at once: criteria that can be met, and the events that meet them.

use crate::support::{Story, carrying::*, of, saphan::*};
use domain::{
    Event, Priority, RefusalCode, Span, State, Subject,
    operation::OperationEvent,
    plan::{Ccir, Met, PlanCommand, Section, Sections, met_by},
};

fn requirement(code: &str, events: &[&str]) -> Ccir {
    Ccir { events: events.iter().map(|name| of(name)).collect(), ..Ccir::plain(of(code), of("To be known")) }
}

/// The plan in force, with these requirements, and under way as others are.
fn requiring(ccir: Vec<Ccir>) -> Story {
    let draft = draft_with(Sections { ccir, ..sections() }, small_plan());
    let approved = approve_by_all(draft.when(tha(), submit()).accepted(), 1);
    activated(approved.when(tha(), promulgate(1)).accepted())
}

/// What the last event of the story meets.
fn met_last(story: &Story) -> Option<Met> {
    let state = State::Operation(Some(story.operation("SAPHAN")));
    let last = &story.log.last().unwrap().event;
    met_by(last, |subject| (*subject == Subject::Operation(saphan())).then_some(&state))
}

fn met(version: u32, codes: &[&str]) -> Met {
    Met { version, codes: codes.iter().map(|code| of(code)).collect() }
}

#[test]
fn criteria_name_what_can_happen_in_an_operation() {
    let revise = |ccir: Vec<Ccir>| {
        let section = Box::new(Section::Ccir(ccir));
        draft().when(tha(), planning(PlanCommand::ReviseSection { operation: saphan(), section }))
    };
    let all = Ccir {
        priority: Some(Priority::P2),
        categories: vec![of("SECURITY")],
        ..requirement("CCIR1", &["TaskBlocked", "PhaseStarted", "PlanWithdrawn", "AssignmentWithdrawn"])
    };
    let story = revise(vec![all.clone()]).accepted();
    assert_eq!(story.version(1).sections.ccir, [all]);
    // A name that nothing has, one that was misspelt, and one of the coalition's: none of them could be met.
    revise(vec![
        requirement("CCIR1", &["TaskBlocked", "TaskBurned"]),
        requirement("CCIR2", &["taskBlocked", "PartnerAcceded"]),
    ])
    .refused_at([
        (RefusalCode::UnknownReference, "section.ccir.0.events.1"),
        (RefusalCode::UnknownReference, "section.ccir.1.events.0"),
        (RefusalCode::UnknownReference, "section.ccir.1.events.1"),
    ])
    .saying("No event of an operation is called TaskBurned.");
}

#[test]
fn an_event_meets_the_requirements_of_the_plan_in_force() {
    let story = requiring(vec![
        requirement("CCIR1", &["TaskBlocked"]),
        requirement("CCIR2", &["PhaseStarted"]),
        requirement("CCIR3", &["TaskStarted", "TaskBlocked"]),
        Ccir::plain(of("CCIR4"), of("Route unusable")),
    ]);
    assert_eq!(met_last(&story), Some(met(1, &["CCIR2"])));
    let story = at_minute(story, -24 * 60).when(tha(), start("T01")).accepted();
    assert_eq!(met_last(&story), Some(met(1, &["CCIR3"])));
    let story = story.when(tha(), block("T01")).accepted();
    assert_eq!(met_last(&story), Some(met(1, &["CCIR1", "CCIR3"])));
    let story = story.when(tha(), unblock("T01")).accepted();
    assert_eq!(met_last(&story), None);
}

#[test]
fn a_version_that_replaces_another_is_the_one_that_counts_from_its_promulgation_on() {
    let story = requiring(vec![requirement("CCIR1", &["TaskStarted", "PlanPromulgated"])]);
    let story = amend(story, 2, |story| {
        let section = Box::new(Section::Ccir(vec![requirement("CCIR5", &["PlanPromulgated"])]));
        story.when(tha(), planning(PlanCommand::ReviseSection { operation: saphan(), section })).accepted()
    });
    let before = story.log.len();
    let story = story.when(tha(), promulgate(2)).accepted();
    let state = State::Operation(Some(story.operation("SAPHAN")));
    let promulgated = story.log[before..]
        .iter()
        .find(|recorded| recorded.event.kind() == "PlanPromulgated")
        .expect("that is what was asked for");
    assert_eq!(met_by(&promulgated.event, |_| Some(&state)), Some(met(2, &["CCIR5"])));
    let story = at_minute(story, -24 * 60).when(tha(), start("T01")).accepted();
    assert_eq!(met_last(&story), None);
}

#[test]
fn nothing_is_met_while_no_plan_is_in_force() {
    let ccir = vec![requirement("CCIR1", &["WarningOrderIssued", "HHourSet"])];
    let story = draft_with(Sections { ccir, ..sections() }, small_plan());
    let issued = OperationEvent::WarningOrderIssued { operation: saphan(), text: Some(of("Prepare.")) };
    assert_eq!(met_last(&story.after(Span::hours(1)).and([Event::from(issued)])), None);
}
