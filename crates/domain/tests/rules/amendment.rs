//! Amendments: a new version needs every decision anew, and the one in force stays until another takes its place.

use crate::support::{of, saphan::*};
use domain::{
    RefusalCode, Role, Span,
    assignment::AssignmentEvent,
    plan::{PlanEvent, TaskRevision, VersionStatus},
};

#[test]
fn an_amendment_starts_as_the_newest_version_stands_without_its_decisions() {
    let story = submitted().when(chn(), approve(1)).accepted().when(mmr(), reject(1, &["T16"])).accepted();
    let opened = PlanEvent::AmendmentOpened {
        operation: saphan(),
        number: 2,
        base: 1,
        reason: of("Handover at the border"),
    };
    let story = story.when(tha(), open_amendment()).then([opened]);
    let (old, new) = (story.version(1), story.version(2));
    assert_eq!((new.status, new.base), (VersionStatus::Draft, Some(1)));
    assert_eq!((&old.tasks, &old.sections, &old.annexes), (&new.tasks, &new.sections, &new.annexes));
    assert!(new.decisions.is_empty());
    assert_eq!(old.status, VersionStatus::Rejected, "opening changes nothing of the one before");
}

#[test]
fn only_the_lead_amends() {
    submitted().when(chn(), open_amendment()).forbidden();
    submitted().when(post_as("THA-02", [Role::Liaison]), open_amendment()).forbidden();
    submitted().when(import(), open_amendment()).forbidden();
}

#[test]
fn the_same_content_under_another_number_has_another_hash() {
    let story = submitted().when(tha(), open_amendment()).accepted().when(tha(), submit()).accepted();
    assert_ne!(story.version(1).content_hash, story.version(2).content_hash);
}

#[test]
fn submitting_supersedes_what_was_never_promulgated() {
    let story = submitted().when(tha(), open_amendment()).accepted();
    let hash = story.version(2).content(&saphan()).hash();
    let story = story.when(tha(), submit()).then([
        PlanEvent::PlanVersionSubmitted { operation: saphan(), number: 2, content_hash: hash },
        PlanEvent::PlanVersionSuperseded { operation: saphan(), number: 1, by: 2 },
    ]);
    story.when(mmr(), approve(1)).refused([RefusalCode::StalePlanVersion]);
}

#[test]
fn approvals_never_carry_over() {
    approved()
        .when(tha(), open_amendment())
        .accepted()
        .when(tha(), submit())
        .accepted()
        .when(tha(), promulgate(2))
        .rejected()
        .saying("CHN has not approved version 2.");
}

#[test]
fn the_version_in_force_stays_until_another_is_promulgated() {
    let story = amend(in_force(), 2, |story| story.when(tha(), move_task("T27", 60)).accepted());
    assert_eq!(story.operation("SAPHAN").in_force, Some(1));
    assert_eq!(story.version(1).status, VersionStatus::Promulgated);

    let story = story.when(tha(), promulgate(2)).accepted();
    assert_eq!(story.operation("SAPHAN").in_force, Some(2));
    assert_eq!(story.version(1).status, VersionStatus::Superseded);
}

#[test]
fn a_new_version_moves_the_officers_that_it_moves_and_releases_those_it_drops() {
    let story = in_force()
        .when(tha(), assign("T27", "LAO-02"))
        .accepted()
        .when(tha(), assign("T21", "MMR-02"))
        .accepted();
    let story = amend(story, 2, |story| {
        let to_laos =
            TaskRevision { lead: Some(of("LAO")), territory: Some(of("LAO")), ..TaskRevision::default() };
        let story = story.when(tha(), move_task("T27", 60)).accepted();
        story.when(tha(), revise_task("T21", to_laos)).accepted()
    });
    let story = story.when(tha(), promulgate(2)).accepted();
    let told = |event: AssignmentEvent| domain::Event::Assignment(event);
    let events: Vec<_> = story.log.iter().map(|recorded| recorded.event.clone()).collect();
    assert!(events.contains(&told(AssignmentEvent::AssignmentRetimed {
        operation: saphan(),
        number: 1,
        task: of("T27"),
        post: of("LAO-02"),
        start: Span::hours(60),
        duration: Span::hours(24),
    })));
    assert!(events.contains(&told(AssignmentEvent::AssignmentWithdrawn {
        operation: saphan(),
        number: 2,
        task: of("T21"),
        post: of("MMR-02"),
        reason: of("Version 2 of the plan gives the task to LAO."),
    })));
    assert_eq!(story.operation("SAPHAN").live_assignments().count(), 1);
}

#[test]
fn a_new_version_that_binds_an_officer_twice_is_not_promulgated() {
    let plan = || {
        let mut tasks = small_plan();
        tasks.push(task("T30", "LAO", "LAO", 100, 4, &[]));
        approve_by_all(draft_with(sections(), tasks).when(tha(), submit()).accepted(), 1)
            .when(tha(), promulgate(1))
            .accepted()
            .when(tha(), assign("T27", "LAO-02"))
            .accepted()
            .when(tha(), assign("T30", "LAO-02"))
            .accepted()
    };
    amend(plan(), 2, |story| story.when(tha(), move_task("T30", 50)).accepted())
        .when(tha(), promulgate(2))
        .rejected()
        .saying("LAO-02 would be bound twice at the time of T27.");
    // Two tasks of one post may change places.
    amend(plan(), 2, |story| {
        let story = story.when(tha(), move_task("T30", 48)).accepted();
        story.when(tha(), move_task("T27", 52)).accepted()
    })
    .when(tha(), promulgate(2))
    .accepted();
}
