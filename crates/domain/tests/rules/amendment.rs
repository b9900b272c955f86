//! Amendments: a new version needs every decision anew, and the one in force stays until another takes its
//! place.

use crate::support::{Story, of, saphan::*};
use domain::{
    Event, RefusalCode, Role, Span,
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
    assert_eq!(story.operation("SAPHAN").plan.in_force, Some(1));
    assert_eq!(story.version(1).status, VersionStatus::Promulgated);

    let story = story.when(tha(), promulgate(2)).accepted();
    assert_eq!(story.operation("SAPHAN").plan.in_force, Some(2));
    assert_eq!(story.version(1).status, VersionStatus::Superseded);
}

#[test]
fn a_new_version_moves_the_officers_that_it_moves_and_releases_those_it_drops() {
    let story = in_force()
        .when(lao(), assign("T27", "LAO-02"))
        .accepted()
        .when(mmr(), assign("T21", "MMR-02"))
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
fn a_new_version_moves_no_officer_whose_nation_has_not_agreed_to_it() {
    let mut tasks = small_plan();
    tasks.retain(|task| task.code.as_str() != "T27");
    tasks.push(task("T30", "LAO", "THA", 60, 2, &[]));
    tasks.push(task("T31", "LAO", "THA", 70, 2, &[]));
    let by_voters = |story: Story, number| {
        let story = story.when(tha(), submit()).accepted().when(tha(), approve(number)).accepted();
        let story = story.when(chn(), approve(number)).accepted().when(mmr(), approve(number)).accepted();
        story.when(tha(), promulgate(number)).accepted()
    };
    let story = by_voters(draft_with(sections(), tasks), 1)
        .when(lao(), assign("T30", "LAO-02"))
        .accepted()
        .when(lao(), assign("T31", "LAO-01"))
        .accepted();
    let story = story.when(tha(), open_amendment()).accepted();
    let story = by_voters(story.when(tha(), move_task("T30", 100)).accepted(), 2);
    let events: Vec<_> = story.log.iter().map(|recorded| recorded.event.clone()).collect();
    assert!(events.contains(&domain::Event::Assignment(AssignmentEvent::AssignmentWithdrawn {
        operation: saphan(),
        number: 1,
        task: of("T30"),
        post: of("LAO-02"),
        reason: of("Version 2 of the plan moves the task, and LAO has not agreed."),
    })));
    let bound: Vec<_> =
        story.operation("SAPHAN").live_assignments().map(|assignment| assignment.task.to_string()).collect();
    assert_eq!(bound, ["T31"], "what has not moved stays");
}

#[test]
fn a_new_version_that_binds_an_officer_twice_is_not_promulgated() {
    let plan = || {
        let mut tasks = small_plan();
        tasks.push(task("T30", "LAO", "LAO", 100, 4, &[]));
        approve_by_all(draft_with(sections(), tasks).when(tha(), submit()).accepted(), 1)
            .when(tha(), promulgate(1))
            .accepted()
            .when(lao(), assign("T27", "LAO-02"))
            .accepted()
            .when(lao(), assign("T30", "LAO-02"))
            .accepted()
    };
    amend(plan(), 2, |story| story.when(tha(), move_task("T30", 50)).accepted())
        .when(tha(), promulgate(2))
        .rejected()
        .saying("LAO-02 cannot take T27: it is bound with T30 at that time.");
    // Two tasks of one post may change places.
    amend(plan(), 2, |story| {
        let story = story.when(tha(), move_task("T30", 48)).accepted();
        story.when(tha(), move_task("T27", 52)).accepted()
    })
    .when(tha(), promulgate(2))
    .accepted();
}

#[test]
fn an_amendment_starts_from_the_newest_version_whatever_became_of_it() {
    let recalled = submitted().when(tha(), recall()).accepted();
    let again = recalled.when(tha(), open_amendment()).accepted();
    assert_eq!(again.version(2).base, Some(1));
    again.when(tha(), open_amendment()).refused_at([(RefusalCode::DraftExists, "operation")]);
    let second = amend(in_force(), 2, |story| story.when(tha(), remove_task("T02")).accepted());
    let third = second.when(tha(), open_amendment()).accepted();
    assert_eq!(third.version(3).base, Some(2), "version 2 is newer than the one in force");
    assert!(!third.version(3).tasks.contains_key(&of::<domain::TaskCode>("T02")));
}

#[test]
fn a_change_of_the_amendment_leaves_its_base_alone() {
    let story = in_force().when(tha(), open_amendment()).accepted();
    let before = story.version(1);
    let story = story
        .when(tha(), move_task("T16", 6))
        .accepted()
        .when(tha(), remove_task("T27"))
        .accepted()
        .when(mmr(), attach(annex("B", "Site A")))
        .accepted();
    assert_eq!(story.version(1), before);
    assert_eq!(story.version(1).content(&saphan()).hash(), story.version(1).content_hash.unwrap());
}

#[test]
fn while_an_amendment_is_under_way_the_version_in_force_is_carried_out() {
    let under_way = in_force().when(tha(), open_amendment()).accepted();
    let decided = under_way.clone().when(tha(), submit()).accepted().when(mmr(), reject(2, &[])).accepted();
    for story in [under_way, decided] {
        let story = story
            .when(tha(), set_h_hour("2023-10-09T06:00:00+07:00"))
            .accepted()
            .when(mmr(), assign("T16", "MMR-02"))
            .accepted()
            .when(tha(), activate())
            .accepted();
        assert_eq!(story.operation("SAPHAN").plan.current_version().unwrap().number, 1);
    }
}

#[test]
fn a_third_version_supersedes_the_second_and_not_the_one_in_force() {
    let second = in_force().when(tha(), open_amendment()).accepted().when(tha(), submit()).accepted();
    let third = second.when(tha(), open_amendment()).accepted();
    let content_hash = third.version(3).content(&saphan()).hash();
    let story = third.when(tha(), submit()).then([
        PlanEvent::PlanVersionSubmitted { operation: saphan(), number: 3, content_hash },
        PlanEvent::PlanVersionSuperseded { operation: saphan(), number: 2, by: 3 },
    ]);
    assert_eq!(story.version(1).status, VersionStatus::Promulgated);
    story
        .when(tha(), promulgate(2))
        .rejected()
        .saying("Version 2 is SUPERSEDED; version 3 is under decision.");
}

#[test]
fn a_recalled_version_is_not_superseded_by_a_later_one() {
    let story = submitted().when(tha(), recall()).accepted().when(tha(), open_amendment()).accepted();
    let story = story.when(tha(), submit()).accepted();
    assert_eq!(story.version(1).status, VersionStatus::Recalled);
}

#[test]
fn consent_and_conditions_do_not_carry_over_either() {
    let conditional = approved()
        .when(chn(), revoke(1))
        .accepted()
        .when(chn(), approve_if(1, vec![condition("C1", "P3")]))
        .accepted();
    let story = conditional.when(tha(), open_amendment()).accepted().when(tha(), submit()).accepted();
    assert_eq!((story.version(1).decisions.len(), story.version(2).decisions.len()), (5, 0));
    story
        .when(chn(), satisfy(2, "CHN", "C1"))
        .refused([RefusalCode::NotFound])
        .when(tha(), approve(2))
        .accepted()
        .when(chn(), approve(2))
        .accepted()
        .when(mmr(), approve(2))
        .accepted()
        .when(tha(), promulgate(2))
        .refused([RefusalCode::ApprovalIncomplete])
        .saying("LAO has not consented to T27 on its territory.");
}

#[test]
fn promulgation_tells_what_it_does_to_the_one_before_and_to_each_officer() {
    let story = in_force()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted()
        .when(mmr(), assign("T21", "MMR-02"))
        .accepted()
        .when(chn(), assign("T02", "CHN-03"))
        .accepted();
    let story = amend(story, 2, |story| {
        let story = story.when(tha(), move_task("T21", 20)).accepted();
        story.when(tha(), remove_task("T02")).accepted()
    });
    let content_hash = story.version(2).content_hash.unwrap();
    let (retimed, withdrawn) = (
        AssignmentEvent::AssignmentRetimed {
            operation: saphan(),
            number: 2,
            task: of("T21"),
            post: of("MMR-02"),
            start: Span::hours(20),
            duration: Span::hours(12),
        },
        AssignmentEvent::AssignmentWithdrawn {
            operation: saphan(),
            number: 3,
            task: of("T02"),
            post: of("CHN-03"),
            reason: of("Version 2 of the plan has no such task."),
        },
    );
    let seen_at = story.head();
    let story = story.when(tha(), promulgate(2)).then([
        Event::from(PlanEvent::PlanPromulgated { operation: saphan(), number: 2, content_hash, seen_at }),
        PlanEvent::PlanVersionSuperseded { operation: saphan(), number: 1, by: 2 }.into(),
        retimed.into(),
        withdrawn.into(),
    ]);
    story.when(tha(), promulgate(2)).unchanged().when(tha(), promulgate(1)).rejected();
}

#[test]
fn a_task_may_take_the_time_of_one_that_the_amendment_drops() {
    let mut plan = small_plan();
    plan.push(task("T03", "CHN", "THA", 60, 12, &[]));
    let story = approve_by_all(draft_with(sections(), plan).when(tha(), submit()).accepted(), 1)
        .when(tha(), promulgate(1))
        .accepted()
        .when(chn(), assign("T02", "CHN-03"))
        .accepted()
        .when(chn(), assign("T03", "CHN-03"))
        .accepted();
    amend(story, 2, |story| {
        let story = story.when(tha(), remove_task("T02")).accepted();
        story.when(tha(), move_task("T03", -24)).accepted()
    })
    .when(tha(), promulgate(2))
    .accepted();
}

#[test]
fn a_promulgation_entered_late_withdraws_nobody_before_they_were_assigned() {
    let story = amend(in_force(), 2, |story| story.when(tha(), remove_task("T02")).accepted())
        .after(Span::hours(10))
        .when(chn(), assign("T02", "CHN-03"))
        .accepted()
        .after(Span::hours(1))
        .late(Span::hours(5))
        .when(tha(), promulgate(2))
        .accepted();
    let operation = story.operation("SAPHAN");
    let assignment = &operation.assignments[&1];
    assert_eq!(assignment.withdrawn_at, Some(assignment.assigned_at));
}
