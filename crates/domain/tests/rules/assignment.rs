//! Assignments: no officer is bound twice, in one operation or in two, before H-hour is set or after.

use crate::support::{Story, instant, of, saphan::*};
use domain::{
    Event, RefusalCode, Role, Span, Subject,
    assignment::AssignmentEvent,
    operation::OperationEvent,
    plan::{Holiday, PlanCommand, PlanEvent, PlannedTask, Section, Sections},
};

/// In force, with tasks of Myanmar from H to H+12, H+6 to H+10 and H+12 to H+24.
fn busy() -> Story {
    let mut tasks = small_plan();
    tasks.push(task("T17", "MMR", "MMR", 6, 4, &[]));
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    approve_by_all(story, 1).when(tha(), promulgate(1)).accepted()
}

/// In force, with MMR-02 foreseen for T16.
fn foreseen() -> Story {
    let mut tasks = small_plan();
    tasks[2].post = Some(of("MMR-02"));
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    approve_by_all(story, 1).when(tha(), promulgate(1)).accepted()
}

/// Another operation of the same coalition, in force, with one task of Myanmar from H to H+12.
fn with_bravo(story: Story, h_hour: Option<&str>) -> Story {
    let operation = of("BRAVO");
    let drafted =
        PlanEvent::PlanDrafted { operation: of("BRAVO"), number: 1, sections: Box::new(sections()) };
    let added = PlanEvent::TaskAddedToPlan {
        operation: of("BRAVO"),
        number: 1,
        task: task("T01", "MMR", "MMR", 0, 12, &[]),
    };
    let in_force = PlanEvent::PlanPromulgated {
        operation,
        number: 1,
        content_hash: domain::Sha256([1; 32]),
        seen_at: story.head(),
    };
    let story = story.and([initiated("BRAVO", &["MMR"])]).and([drafted, added, in_force]);
    match h_hour {
        Some(at) => story.and([OperationEvent::HHourSet {
            operation: of("BRAVO"),
            at: instant(at),
            calendars: Vec::new(),
        }]),
        None => story,
    }
}

#[test]
fn a_post_is_bound_to_a_task_of_the_plan_in_force_once() {
    in_force()
        .when(mmr(), assign("T16", "MMR-02"))
        .then([assigned(1, "T16", "MMR-02", 0, 12)])
        .when(mmr(), assign("T16", "MMR-02"))
        .unchanged();
    submitted().when(mmr(), assign("T16", "MMR-02")).refused([RefusalCode::PlanNotInForce]);
}

#[test]
fn a_milestone_takes_nobodys_time() {
    let mut tasks = small_plan();
    tasks.push(task("T17", "MMR", "MMR", 6, 0, &[]));
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    let story = approve_by_all(story, 1).when(tha(), promulgate(1)).accepted();
    let story = story.when(mmr(), assign("T16", "MMR-02")).accepted();
    story.when(mmr(), assign("T17", "MMR-02")).accepted();
}

#[test]
fn a_post_is_not_bound_twice_at_one_time() {
    busy()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted()
        .when(mmr(), assign("T17", "MMR-02"))
        .refused_at([(RefusalCode::OfficerOverlap, "post")])
        .saying("MMR-02 cannot take T17: it is bound with T16 at that time.")
        // Stretches are half-open: T21 starts when T16 has finished.
        .when(mmr(), assign("T21", "MMR-02"))
        .accepted()
        .when(mmr(), assign("T17", "MMR-01"))
        .accepted();
}

#[test]
fn a_withdrawn_officer_is_free_again() {
    busy()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted()
        .when(mmr(), withdraw_assignment(1))
        .accepted()
        .when(mmr(), withdraw_assignment(1))
        .unchanged()
        .when(mmr(), assign("T17", "MMR-02"))
        .accepted();
    busy().when(tha(), withdraw_assignment(7)).refused_at([(RefusalCode::NotFound, "assignmentId")]);
}

#[test]
fn the_officer_belongs_to_the_partner_that_leads_the_task() {
    in_force()
        .when(lao(), assign("T16", "LAO-02"))
        .refused_at([(RefusalCode::PostNotOfLeadPartner, "post")])
        .saying("MMR leads T16, and LAO-02 is a post of LAO.");
}

#[test]
fn a_partner_without_liaison_officer_receives_no_task() {
    foreseen()
        .when(import(), relieve("MMR-01"))
        .accepted()
        .when(tha(), assign("T16", "MMR-02"))
        .refused_at([(RefusalCode::LiaisonNotInPost, "post")]);
}

#[test]
fn an_officer_is_bound_by_its_own_partner_and_by_the_lead_as_the_plan_foresees() {
    foreseen().when(tha(), assign("T16", "MMR-02")).then([assigned(1, "T16", "MMR-02", 0, 12)]);
    foreseen()
        .when(tha(), assign("T16", "MMR-01"))
        .refused_at([(RefusalCode::NotYourOfficer, "post")])
        .saying("MMR-01 is a post of MMR, and the plan in force does not foresee it for T16: request it.");
    foreseen().when(tha(), assign("T21", "MMR-02")).refused([RefusalCode::NotYourOfficer]);
    foreseen()
        .when(tha(), order(None, &[("T16", "MMR-02"), ("T21", "MMR-01")]))
        .refused_at([(RefusalCode::NotYourOfficer, "officers.1.post")])
        .when(tha(), order(None, &[("T16", "MMR-02")]))
        .accepted();
    // Whom its partner has bound it has agreed to.
    foreseen()
        .when(mmr(), assign("T21", "MMR-01"))
        .accepted()
        .when(tha(), order(None, &[("T16", "MMR-02"), ("T21", "MMR-01")]))
        .accepted();
    in_force().when(mmr(), assign("T16", "MMR-02")).accepted();
    in_force().when(chn(), assign("T16", "MMR-02")).forbidden();
    in_force().when(post_as("MMR-01", [Role::Liaison]), assign("T16", "MMR-02")).forbidden();
    in_force().when(import(), assign("T16", "MMR-02")).forbidden();
}

#[test]
fn the_lead_binds_nobody_whose_nation_has_not_agreed_to_the_task() {
    // On the ground of Thailand, Laos is asked for nothing, and has no vote.
    let mut tasks = small_plan();
    tasks.retain(|task| task.code.as_str() != "T27");
    tasks.push(PlannedTask { post: Some(of("LAO-02")), ..task("T30", "LAO", "THA", 60, 2, &[]) });
    let story = draft_with(sections(), tasks)
        .when(tha(), submit())
        .accepted()
        .when(tha(), approve(1))
        .accepted()
        .when(chn(), approve(1))
        .accepted()
        .when(mmr(), approve(1))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
    story
        .clone()
        .when(tha(), assign("T30", "LAO-02"))
        .refused_at([(RefusalCode::NotYourOfficer, "post")])
        .saying("LAO-02 is a post of LAO, which has not agreed to it for T30: request it.");
    story
        .clone()
        .when(tha(), order(None, &[("T30", "LAO-02")]))
        .refused_at([(RefusalCode::NotYourOfficer, "officers.0.post")]);
    story.clone().when(lao(), assign("T30", "LAO-02")).accepted();
    story.when(tha(), request("T30", "LAO-02")).accepted().when(lao(), accept_requested(1)).accepted();
    // Consent to the very task is agreement to it.
    let mut tasks = small_plan();
    tasks[4].post = Some(of("LAO-02"));
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    let story = approve_by_all(story, 1).when(tha(), promulgate(1)).accepted();
    story.when(tha(), assign("T27", "LAO-02")).accepted();
}

#[test]
fn unknown_tasks_and_posts_are_told_together() {
    in_force()
        .when(tha(), assign("T99", "MMR-99"))
        .refused_at([(RefusalCode::NotFound, "task"), (RefusalCode::NotFound, "post")]);
}

#[test]
fn across_operations_instants_decide_once_both_h_hours_are_set() {
    let h_hour = "2023-10-09T06:00:00+07:00";
    let bound = |bravo: Option<&str>, ours: Option<&str>| {
        let story = with_bravo(busy(), bravo).when(mmr(), assign_in("BRAVO", "T01", "MMR-02")).accepted();
        match ours {
            Some(at) => story.when(tha(), set_h_hour(at)).accepted(),
            None => story,
        }
    };
    bound(Some(h_hour), Some(h_hour))
        .when(mmr(), assign("T16", "MMR-02"))
        .refused([RefusalCode::OfficerOverlap])
        // What the other operation is, is not said: it may be hidden from whoever asks.
        .saying("MMR-02 cannot take T16: it is bound in another operation at that time.");
    bound(Some(h_hour), Some("2023-10-10T06:00:00+07:00")).when(mmr(), assign("T16", "MMR-02")).accepted();
    // Offsets of two operations say nothing about each other.
    bound(None, Some(h_hour)).when(mmr(), assign("T16", "MMR-02")).accepted();
    bound(Some(h_hour), None).when(mmr(), assign("T16", "MMR-02")).accepted();
}

#[test]
fn an_h_hour_that_would_bind_an_officer_twice_is_refused() {
    let h_hour = "2023-10-09T06:00:00+07:00";
    let story = with_bravo(busy(), Some(h_hour))
        .when(mmr(), assign_in("BRAVO", "T01", "MMR-02"))
        .accepted()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted();
    let story = story
        .when(tha(), set_h_hour(h_hour))
        .refused_at([(RefusalCode::OfficerOverlap, "at")])
        .when(tha(), set_h_hour("2023-10-11T06:00:00+07:00"))
        .accepted()
        .when(tha(), shift_h_hour(h_hour))
        .refused_at([(RefusalCode::OfficerOverlap, "to")])
        .story;
    // The calendar that the rules judge is the one that the log tells.
    let calendar = Subject::Bookings(of("MMR-02"));
    assert_eq!(story.world().get(&calendar), Some(&crate::support::fold(&story.log, &calendar)));
}

#[test]
fn an_officer_who_was_withdrawn_is_bound_again_under_a_new_number() {
    let story = in_force()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted()
        .when(mmr(), withdraw_assignment(1))
        .then([AssignmentEvent::AssignmentWithdrawn {
            operation: saphan(),
            number: 1,
            task: of("T16"),
            post: of("MMR-02"),
            reason: of("Needed elsewhere"),
        }])
        .when(mmr(), assign("T16", "MMR-02"))
        .then([assigned(2, "T16", "MMR-02", 0, 12)]);
    let assignments = story.operation("SAPHAN").assignments;
    assert_eq!(assignments.values().map(|one| one.withdrawn_at.is_some()).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn several_officers_share_a_task_and_each_is_bound_for_itself() {
    busy()
        .when(mmr(), assign("T16", "MMR-01"))
        .accepted()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted()
        .when(mmr(), assign("T17", "MMR-01"))
        .refused([RefusalCode::OfficerOverlap])
        .when(mmr(), withdraw_assignment(2))
        .accepted()
        .when(mmr(), assign("T17", "MMR-02"))
        .accepted();
}

#[test]
fn stretches_that_share_an_hour_overlap_in_either_order() {
    for (first, second) in [("T16", "T17"), ("T17", "T16")] {
        busy()
            .when(mmr(), assign(first, "MMR-02"))
            .accepted()
            .when(mmr(), assign(second, "MMR-02"))
            .refused([RefusalCode::OfficerOverlap]);
    }
}

#[test]
fn across_operations_stretches_that_touch_do_not_overlap_whatever_the_offset_from_utc() {
    // BRAVO binds the officer from 06:00 to 18:00 at +07:00; T16 takes 12 h, as long as that.
    let bound = |ours: &str| {
        with_bravo(busy(), Some("2023-10-09T06:00:00+07:00"))
            .when(mmr(), assign_in("BRAVO", "T01", "MMR-02"))
            .accepted()
            .when(tha(), set_h_hour(ours))
            .accepted()
            .when(mmr(), assign("T16", "MMR-02"))
    };
    bound("2023-10-09T17:30:00+06:30").accepted();
    bound("2023-10-09T17:29:59+06:30").refused([RefusalCode::OfficerOverlap]);
    bound("2023-10-08T18:00:00+07:00").accepted();
    bound("2023-10-08T18:00:01+07:00").refused([RefusalCode::OfficerOverlap]);
    // Not a whole second later: the stretches share half of one.
    bound("2023-10-09T17:59:59.500+07:00").refused([RefusalCode::OfficerOverlap]);
    bound("2023-10-08T18:00:00.500+07:00").refused([RefusalCode::OfficerOverlap]);
}

#[test]
fn setting_h_hour_names_the_posts_whose_calendars_it_moves() {
    let at = "2023-10-09T06:00:00+07:00";
    let story = in_force()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted()
        .when(mmr(), assign("T21", "MMR-02"))
        .accepted()
        .when(lao(), assign("T27", "LAO-02"))
        .accepted()
        .when(tha(), assign("T01", "THA-01"))
        .accepted()
        .when(tha(), withdraw_assignment(4))
        .accepted()
        .when(tha(), set_h_hour(at))
        .then([OperationEvent::HHourSet {
            operation: saphan(),
            at: instant(at),
            calendars: vec![of("LAO-02"), of("MMR-02")],
        }]);
    let assigned = story.when(tha(), assign("T01", "THA-01")).accepted();
    let Some(domain::State::Bookings(calendar)) = assigned.world().get(&Subject::Bookings(of("MMR-02")))
    else {
        panic!("the calendar was judged")
    };
    assert!(calendar.entries.values().all(|entry| entry.h_hour == Some(instant(at))));
}

#[test]
fn a_suspended_partners_officers_receive_no_tasks() {
    foreseen()
        .when(tha(), suspend("MMR"))
        .accepted()
        .when(tha(), assign("T16", "MMR-02"))
        .refused([RefusalCode::TakesNoTasks]);
}

#[test]
fn all_reasons_against_an_assignment_are_told_at_once() {
    busy()
        .when(lao(), assign("T27", "LAO-02"))
        .accepted()
        .when(import(), relieve("LAO-01"))
        .accepted()
        .when(tha(), suspend("LAO"))
        .accepted()
        .when(tha(), assign("T16", "LAO-02"))
        .refused_at([
            (RefusalCode::TakesNoTasks, "post"),
            (RefusalCode::PostNotOfLeadPartner, "post"),
            (RefusalCode::LiaisonNotInPost, "post"),
        ]);
}

#[test]
fn a_task_of_a_draft_is_nothing_to_be_bound_to() {
    in_force()
        .when(tha(), open_amendment())
        .accepted()
        .when(tha(), add_task(task("T30", "MMR", "MMR", 60, 4, &[])))
        .accepted()
        .when(mmr(), assign("T30", "MMR-02"))
        .refused_at([(RefusalCode::NotFound, "task")]);
}

#[test]
fn a_withdrawal_is_not_older_than_the_assignment() {
    in_force()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted()
        .after(Span::hours(2))
        .late(Span::hours(3))
        .when(mmr(), withdraw_assignment(1))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .story
        .when(lao(), withdraw_assignment(1))
        .forbidden();
}

#[test]
fn who_has_the_post_is_not_the_calendars_matter() {
    in_force()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted()
        .when(mmr(), relieve("MMR-02"))
        .accepted()
        .when(mmr(), assign("T21", "MMR-02"))
        .accepted();
}

#[test]
fn tasks_of_two_operations_may_have_one_code() {
    let tasks = vec![task("T01", "MMR", "MMR", 0, 12, &[]), task("T16", "LAO", "LAO", 0, 12, &[])];
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    let ours = approve_by_all(story, 1).when(tha(), promulgate(1)).accepted();
    with_bravo(ours, None)
        .when(mmr(), assign_in("BRAVO", "T01", "MMR-02"))
        .accepted()
        .when(mmr(), assign("T01", "MMR-02"))
        .then([assigned(1, "T01", "MMR-02", 0, 12)]);
}

#[test]
fn across_operations_the_later_h_hour_is_the_later() {
    // BRAVO binds the officer from 06:00 to 18:00; T17 runs from H+6 to H+10.
    let bound = |ours: &str| {
        with_bravo(busy(), Some("2023-10-09T06:00:00+07:00"))
            .when(mmr(), assign_in("BRAVO", "T01", "MMR-02"))
            .accepted()
            .when(tha(), set_h_hour(ours))
            .accepted()
            .when(mmr(), assign("T17", "MMR-02"))
    };
    bound("2023-10-09T14:00:00+07:00").accepted();
    bound("2023-10-08T22:00:00+07:00").refused([RefusalCode::OfficerOverlap]);
    bound("2023-10-08T20:00:00+07:00").accepted();
}

#[test]
fn what_a_post_does_elsewhere_is_not_found_out_by_asking_for_what_is_refused_anyway() {
    let h_hour = "2023-10-09T06:00:00+07:00";
    with_bravo(busy(), Some(h_hour))
        .when(mmr(), assign_in("BRAVO", "T01", "MMR-02"))
        .accepted()
        .when(tha(), set_h_hour(h_hour))
        .accepted()
        // T01 is Thailand's, so no post of Myanmar takes it, whether it is busy or not.
        .when(mmr(), assign("T01", "MMR-02"))
        .refused_at([(RefusalCode::PostNotOfLeadPartner, "post")]);
}

/// Days in Yangon: Monday, Friday, and the Wednesday between them.
const MONDAY: &str = "2023-10-09T08:00:00+06:30";
const WEDNESDAY: &str = "2023-10-11T08:00:00+06:30";
const FRIDAY: &str = "2023-10-13T08:00:00+06:30";

/// T16 takes 16 h from H-hour on, in office hours from 8 to 16. From a Monday or a Wednesday that is the day
/// and the next: to H+32. From a Friday, the second day is the Monday after: 72 h later, to H+80.
fn bound_in_office_hours() -> Story {
    in_office_hours().when(mmr(), assign("T16", "MMR-02")).then([assigned(1, "T16", "MMR-02", 0, 16)])
}

fn set(at: &str) -> Event {
    OperationEvent::HHourSet { operation: saphan(), at: instant(at), calendars: vec![of("MMR-02")] }.into()
}

fn shifted(to: &str) -> Event {
    OperationEvent::HHourShifted {
        operation: saphan(),
        to: instant(to),
        reason: of("River flooding"),
        calendars: vec![of("MMR-02")],
    }
    .into()
}

#[test]
fn an_officer_is_bound_until_its_task_finishes_by_its_calendar() {
    let story = in_office_hours().when(tha(), set_h_hour(MONDAY)).accepted();
    let bound = AssignmentEvent::OfficerAssigned {
        operation: saphan(),
        number: 1,
        task: of("T16"),
        post: of("MMR-02"),
        start: Span::ZERO,
        duration: Span::hours(32),
        h_hour: Some(instant(MONDAY)),
        is_fixed: false,
    };
    story
        .when(mmr(), assign("T16", "MMR-02"))
        .then([bound])
        // From Tuesday, 4:00, to 6:00: nobody works then, and the task has not been finished.
        .when(mmr(), assign("T17", "MMR-02"))
        .refused_at([(RefusalCode::OfficerOverlap, "post")])
        .saying("MMR-02 cannot take T17: it is bound with T16 at that time.")
        .when(mmr(), assign("T21", "MMR-02"))
        .accepted();
}

#[test]
fn across_operations_too_an_officer_is_bound_in_the_pauses_of_its_task() {
    // BRAVO's T01 takes 12 h round the clock. From Tuesday, 1:00, on, it is after the 16th hour and before
    // the end of T16 on Tuesday at 16:00.
    let bravo = |h_hour| {
        let story = with_bravo(in_office_hours(), Some(h_hour)).when(tha(), set_h_hour(MONDAY)).accepted();
        let bound = story.when(mmr(), assign("T16", "MMR-02")).accepted();
        bound.when(mmr(), assign_in("BRAVO", "T01", "MMR-02"))
    };
    bravo("2023-10-10T01:00:00+06:30").refused([RefusalCode::OfficerOverlap]);
    bravo("2023-10-10T15:59:59+06:30").refused([RefusalCode::OfficerOverlap]);
    bravo("2023-10-10T16:00:00+06:30").accepted();
}

#[test]
fn an_order_that_moves_h_hour_tells_so_too() {
    let story = bound_in_office_hours().when(tha(), set_h_hour(MONDAY)).accepted();
    let story = story.when(tha(), order(Some(FRIDAY), &[])).accepted();
    assert_eq!(story.log.last().unwrap().event, retimed(1, "T16", "MMR-02", 0, 80).into());
}

#[test]
fn an_h_hour_tells_for_how_long_it_binds_officers_whose_tasks_have_a_calendar() {
    let told = |at, hours| [at, retimed(1, "T16", "MMR-02", 0, hours).into()];
    let story = bound_in_office_hours()
        .when(tha(), set_h_hour(MONDAY))
        .then(told(set(MONDAY), 32))
        .when(tha(), shift_h_hour(FRIDAY))
        .then(told(shifted(FRIDAY), 80))
        .when(tha(), shift_h_hour(WEDNESDAY))
        .then(told(shifted(WEDNESDAY), 32))
        // As long as before.
        .when(tha(), shift_h_hour(MONDAY))
        .then([shifted(MONDAY)]);
    let calendar = Subject::Bookings(of("MMR-02"));
    assert_eq!(story.world().get(&calendar), Some(&crate::support::fold(&story.log, &calendar)));
}

#[test]
fn an_h_hour_is_judged_by_how_long_it_would_bind_officers() {
    // Round the clock, T16 would end at H+16.
    let both = bound_in_office_hours().when(mmr(), assign("T17", "MMR-02")).accepted();
    let withdrawn = both
        .when(tha(), set_h_hour(MONDAY))
        .refused_at([(RefusalCode::OfficerOverlap, "at"), (RefusalCode::OfficerOverlap, "at")])
        .saying("MMR-02 cannot take T16: it is bound with T17 at that time.")
        .when(tha(), withdraw_assignment(2))
        .accepted();
    // T21 begins at H+32.
    withdrawn
        .when(mmr(), assign("T21", "MMR-02"))
        .accepted()
        .when(tha(), set_h_hour(MONDAY))
        .accepted()
        .when(tha(), shift_h_hour(FRIDAY))
        .refused_at([(RefusalCode::OfficerOverlap, "to"), (RefusalCode::OfficerOverlap, "to")])
        .when(tha(), order(Some(FRIDAY), &[]))
        .refused_at([(RefusalCode::OfficerOverlap, "hHour"), (RefusalCode::OfficerOverlap, "hHour")])
        // Unless the order gives one of the two away.
        .when(tha(), order(Some(FRIDAY), &[("T21", "MMR-02")]))
        .refused_at([(RefusalCode::OfficerOverlap, "officers.0.post")])
        .when(tha(), shift_h_hour(WEDNESDAY))
        .accepted();
}

#[test]
fn an_amended_calendar_binds_officers_for_as_long_as_it_says() {
    // With Tuesday off, T16 ends on Wednesday at 16:00, H+56.
    let amended = |story| {
        let off = Holiday { name: of("Thadingyut"), from: of("2023-10-10"), to: of("2023-10-10") };
        let calendar = domain::plan::WorkCalendar { holidays: vec![off], ..office("MMR-02") };
        let section = Box::new(Section::Calendars(vec![calendar]));
        let revise = planning(PlanCommand::ReviseSection { operation: saphan(), section });
        amend(story, 2, |story| story.when(tha(), revise).accepted())
    };
    let bound = bound_in_office_hours().when(tha(), set_h_hour(MONDAY)).accepted();
    let story = amended(bound.clone()).when(tha(), promulgate(2)).accepted();
    assert_eq!(story.log.last().unwrap().event, retimed(1, "T16", "MMR-02", 0, 56).into());
    let both = bound.when(mmr(), assign("T21", "MMR-02")).accepted();
    amended(both)
        .when(tha(), promulgate(2))
        .rejected()
        .saying("MMR-02 cannot take T16: it is bound with T21 at that time.");
}

#[test]
fn nobody_is_bound_for_longer_than_an_event_can_say() {
    let years = Span::MAX.as_seconds() / 3_600;
    let mut tasks = small_plan();
    tasks.push(PlannedTask { post: Some(of("MMR-02")), ..task("T17", "MMR", "MMR", 0, years, &[]) });
    let sections = Sections { calendars: vec![office("MMR-02")], ..sections() };
    let story = draft_with(sections, tasks).when(tha(), submit()).accepted();
    let story = approve_by_all(story, 1).when(tha(), promulgate(1)).accepted();
    let story = story.when(tha(), set_h_hour(MONDAY)).accepted();
    let story = story.when(mmr(), assign("T17", "MMR-02")).accepted();
    let event = &story.log.last().unwrap().event;
    let encoded = event.encode();
    assert_eq!(Event::decode(encoded.kind, encoded.version, &encoded.payload).unwrap(), *event);
}

fn requested(number: u32, task: &str, post: &str, by: &str) -> AssignmentEvent {
    AssignmentEvent::OfficerRequested {
        operation: saphan(),
        number,
        task: of(task),
        post: of(post),
        by: of(by),
        reason: Some(of("For the night crossing")),
    }
}

#[test]
fn an_officer_of_another_partner_is_asked_for_and_its_partner_answers() {
    let accepted = AssignmentEvent::OfficerRequestAccepted {
        operation: saphan(),
        number: 1,
        task: of("T16"),
        post: of("MMR-02"),
    };
    let declined = AssignmentEvent::OfficerRequestDeclined {
        operation: saphan(),
        number: 1,
        task: of("T16"),
        post: of("MMR-02"),
        reason: of("On leave"),
    };
    let asked =
        || in_force().when(tha(), request("T16", "MMR-02")).then([requested(1, "T16", "MMR-02", "THA")]);
    asked().when(tha(), request("T16", "MMR-02")).unchanged();
    // Each partner asks for itself.
    asked().when(chn(), request("T16", "MMR-02")).then([requested(2, "T16", "MMR-02", "CHN")]);
    asked().when(tha(), accept_requested(1)).forbidden();
    asked().when(tha(), decline_requested(1)).forbidden();
    asked()
        .when(mmr(), accept_requested(1))
        .then([accepted, assigned(1, "T16", "MMR-02", 0, 12)])
        .when(mmr(), accept_requested(1))
        .unchanged()
        .when(mmr(), decline_requested(1))
        .refused_at([(RefusalCode::WrongState, "requestId")])
        .when(tha(), request("T16", "MMR-02"))
        .refused_at([(RefusalCode::WrongState, "post")]);
    let story = asked().when(mmr(), decline_requested(1)).then([declined]);
    story
        .when(mmr(), decline_requested(1))
        .unchanged()
        .when(mmr(), accept_requested(1))
        .refused_at([(RefusalCode::WrongState, "requestId")])
        .when(tha(), request("T16", "MMR-02"))
        .then([requested(2, "T16", "MMR-02", "THA")]);
    asked().when(mmr(), accept_requested(7)).refused_at([(RefusalCode::NotFound, "requestId")]);
}

#[test]
fn asking_for_an_officer_tells_nothing_of_what_else_it_does() {
    let story = busy().when(mmr(), assign("T16", "MMR-02")).accepted();
    let story = story.when(tha(), request("T17", "MMR-02")).accepted();
    // Its own partner is told.
    story
        .when(mmr(), accept_requested(1))
        .refused_at([(RefusalCode::OfficerOverlap, "requestId")])
        .when(mmr(), withdraw_assignment(1))
        .accepted()
        .when(mmr(), accept_requested(1))
        .then([
            AssignmentEvent::OfficerRequestAccepted {
                operation: saphan(),
                number: 1,
                task: of("T17"),
                post: of("MMR-02"),
            },
            assigned(2, "T17", "MMR-02", 6, 4),
        ]);
}

#[test]
fn a_request_is_for_a_task_in_force_and_a_post_of_the_partner_that_leads_it() {
    submitted().when(tha(), request("T16", "MMR-02")).refused([RefusalCode::PlanNotInForce]);
    in_force()
        .when(tha(), request("T99", "MMR-99"))
        .refused_at([(RefusalCode::NotFound, "task"), (RefusalCode::NotFound, "post")])
        .when(tha(), request("T16", "LAO-02"))
        .refused_at([(RefusalCode::PostNotOfLeadPartner, "post")])
        .when(mmr(), request("T16", "MMR-02"))
        .refused_at([(RefusalCode::WrongState, "post")]);
    in_force().when(post_as("THA-02", [Role::Liaison]), request("T16", "MMR-02")).forbidden();
    in_force()
        .when(tha(), request("T16", "MMR-02"))
        .accepted()
        .after(Span::hours(2))
        .late(Span::hours(3))
        .when(mmr(), accept_requested(1))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
}
