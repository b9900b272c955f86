//! Tasks that responses to incidents make, outside of every plan version: how officers are bound to them, and how they are
//! carried out.

use crate::support::{Story, carrying::*, fold, gate, matter::*, of, saphan::*};
use domain::{
    Event, RefusalCode, Role, Span, State, Subject, TaskCode,
    assignment::AssignmentEvent,
    execution::{Baseline, TaskClaim, TaskStatus},
    incident::ResponseTask,
};

/// Myanmar is to receive persons from H+1 to H+4, and MMR-02 is at T16.
fn decided() -> Story {
    let story = at_minute(at_h_hour(), 1).when(mmr(), start("T16")).accepted();
    let story = at_minute(story, 10).when(tha(), report_incident()).accepted();
    at_minute(story, 20).when(tha(), respond(Some(receive_by("MMR", "ET-01", 60)))).accepted()
}

fn fixed(number: u32, post: &str) -> Event {
    Event::Assignment(AssignmentEvent::OfficerAssigned {
        operation: saphan(),
        number,
        task: of("ET-01"),
        post: of(post),
        start: Span::ZERO,
        duration: Span::hours(3),
        h_hour: Some(at(60)),
        is_fixed: true,
    })
}

fn bookings(story: &Story, post: &str) -> Vec<(String, domain::Instant)> {
    let subject = Subject::Bookings(of(post));
    let State::Bookings(bookings) = fold(&story.log, &subject) else {
        panic!("bookings fold into themselves")
    };
    if let Some(known) = story.world().get(&subject) {
        assert_eq!(known, &State::Bookings(bookings.clone()));
    }
    let entry = |booking: &domain::assignment::Booking| {
        (booking.task.to_string(), booking.h_hour.expect("it is set") + booking.start.as_delta())
    };
    bookings.entries.values().map(entry).collect()
}

#[test]
fn an_officer_at_another_task_is_not_bound_to_a_response() {
    let story = decided();
    let refused =
        story.when(mmr(), assign("ET-01", "MMR-02")).refused_at([(RefusalCode::OfficerOverlap, "post")]);
    let story = refused.saying("MMR-02 cannot take ET-01: it is bound with T16 at that time.");
    let story = story.when(mmr(), assign("ET-01", "MMR-01")).then([fixed(3, "MMR-01")]);
    let story = story.when(mmr(), assign("ET-01", "MMR-01")).unchanged();
    // Who is bound to a response is bound to nothing else at that time.
    let done = at_minute(story, 30).when(mmr(), complete("T16")).accepted();
    done.when(mmr(), assign("ET-01", "MMR-02")).accepted();
}

#[test]
fn officers_are_bound_to_a_response_by_its_lead_alone() {
    let story = decided();
    story
        .clone()
        .when(tha(), assign("ET-01", "MMR-01"))
        .refused_at([(RefusalCode::NotYourOfficer, "post")])
        .when(tha(), assign("ET-01", "THA-01"))
        .refused_at([(RefusalCode::PostNotOfLeadPartner, "post")])
        .when(chn(), assign("ET-01", "MMR-01"))
        .forbidden();
    let asked = story.when(tha(), request("ET-01", "MMR-01")).accepted();
    asked.when(mmr(), accept_requested(1)).accepted();
    // Nobody was asked whether the post that it names may go: its own partner binds it.
    let named = ResponseTask { post: Some(of("MMR-01")), ..receive_by("MMR", "ET-01", 60) };
    let story = at_minute(at_h_hour(), 10).when(tha(), report_incident()).accepted();
    let story = story.when(tha(), respond(Some(named))).accepted();
    story.clone().when(tha(), assign("ET-01", "MMR-01")).refused_at([(RefusalCode::NotYourOfficer, "post")]);
    // It may begin at once.
    story.when(post_as("MMR-01", [Role::Planner]), start("ET-01")).accepted();
}

#[test]
fn a_response_is_carried_out_without_a_phase_and_without_a_plan() {
    let story = decided().when(mmr(), assign("ET-01", "MMR-01")).accepted();
    let officer = || post_as("MMR-01", [Role::Planner]);
    let story = story.when(tha(), claim("ET-01", TaskClaim::Issued)).accepted();
    let story = story.when(officer(), claim("ET-01", TaskClaim::Acknowledged)).accepted();
    let story = at_minute(story, 70).when(officer(), start("ET-01")).accepted();
    let execution = |story: &Story| {
        let operation = story.operation("SAPHAN");
        operation.executions.get(&of::<TaskCode>("ET-01")).expect("it was started").as_ref().clone()
    };
    let baseline = Baseline { version: None, h_hour: at(60), start: at(60), finish: at(240) };
    assert_eq!(execution(&story).baseline, Some(baseline));
    let story = story.when(officer(), progress("ET-01", 50)).accepted();
    story.clone().when(tha(), gate::close()).rejected();
    let story = at_minute(story, 130).when(officer(), complete("ET-01")).accepted();
    let bound = AssignmentEvent::AssignmentRetimed {
        operation: saphan(),
        number: 3,
        task: of("ET-01"),
        post: of("MMR-01"),
        start: minutes(10),
        duration: minutes(60),
    };
    assert_eq!(story.log.last().unwrap().event, Event::Assignment(bound));
    assert_eq!(story.operation("SAPHAN").standing(&of("ET-01")).status, TaskStatus::Completed);
    // What was said wrongly of it is put right.
    let claims = execution(&story).claims;
    let last = claims.iter().last().unwrap().number;
    let story = story.when(officer(), correct("ET-01", last, at(125))).accepted();
    assert_eq!(story.operation("SAPHAN").standing(&of("ET-01")).ended_at, Some(at(125)));
    // In an operation that is planned and not active, or whose plan was withdrawn, it is all the same.
    let planning = at_minute(operation(), 0).when(tha(), report_incident()).accepted();
    let planning = planning.when(tha(), respond(Some(receive("ET-01", 10)))).accepted();
    let planning = planning.when(tha(), assign("ET-01", "THA-01")).accepted();
    planning.when(tha(), start("ET-01")).accepted();
    let withdrawn = decided().when(mmr(), assign("ET-01", "MMR-01")).accepted();
    let withdrawn = withdrawn.when(tha(), withdraw_plan()).accepted();
    assert_eq!(withdrawn.operation("SAPHAN").live_assignments().count(), 1);
    withdrawn.when(officer(), start("ET-01")).accepted();
}

#[test]
fn a_response_starts_no_earlier_than_it_was_decided() {
    let story = decided().when(mmr(), assign("ET-01", "MMR-01")).accepted();
    let late = |story: &Story| at_minute(story.clone(), 30).late(minutes(15)).when(mmr(), start("ET-01"));
    late(&story)
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .saying("ET-01 was decided only at 2023-10-08T23:20:00+00:00.");
    // It was decided earlier, it turns out.
    let story = story.when(tha(), correct_incident(2, at(12))).accepted();
    late(&story).accepted();
}

#[test]
fn no_h_hour_and_no_version_moves_what_a_response_binds() {
    let story = at_minute(active(), -400).when(tha(), report_incident()).accepted();
    let story = story.when(tha(), respond(Some(receive_by("MMR", "ET-01", -300)))).accepted();
    let story = story.when(mmr(), assign("ET-01", "MMR-02")).accepted();
    let of_response = ("ET-01".to_owned(), at(-300));
    assert!(bookings(&story, "MMR-02").contains(&of_response));
    let day = "2023-10-10T06:00:00+07:00";
    for ask in [shift_h_hour(day), order(Some(day), &[])] {
        let moved = story.clone().when(tha(), ask).accepted();
        assert!(bookings(&moved, "MMR-02").contains(&of_response));
        assert!(bookings(&moved, "MMR-02").contains(&("T16".to_owned(), at(24 * 60))));
    }
    let amended = amend(story.clone(), 2, |story| story.when(tha(), move_task("T27", 60)).accepted());
    let amended = amended.when(tha(), promulgate(2)).accepted();
    assert!(bookings(&amended, "MMR-02").contains(&of_response));
    // An H-hour that brings a task of the plan upon it is refused.
    let shifted = story.when(tha(), shift_h_hour("2023-10-09T03:00:00+07:00"));
    shifted.refused_at([(RefusalCode::OfficerOverlap, "to")]);
}

#[test]
fn a_code_is_of_one_task_whether_planned_or_made_by_a_response() {
    let story = decided();
    story
        .clone()
        .when(tha(), respond(Some(receive("ET-01", 60))))
        .refused_at([(RefusalCode::AlreadyExists, "task.code")])
        .saying("The code ET-01 is taken.")
        .when(tha(), respond(Some(receive("T21", 60))))
        .refused_at([(RefusalCode::AlreadyExists, "task.code")]);
    let drafting = story.when(tha(), open_amendment()).accepted();
    drafting
        .clone()
        .when(tha(), add_task(task("ET-01", "THA", "THA", 60, 1, &[])))
        .refused_at([(RefusalCode::AlreadyExists, "code")]);
    drafting
        .when(tha(), import_tasks(vec![imported("ET-01", Some(60), &[])]))
        .refused_at([(RefusalCode::AlreadyExists, "tasks.0.code")]);
}

#[test]
fn a_response_is_hidden_with_its_incident() {
    let story = at_minute(at_h_hour(), 10);
    let story = story.when(tha(), report_as("INC-001", methane(), Some(&[]))).accepted();
    let story = story.when(tha(), respond(Some(receive_by("MMR", "ET-01", 60)))).accepted();
    let absent = story.clone().when(chn(), start("ET-99")).rejected().refusals;
    assert_eq!(story.clone().when(chn(), start("ET-01")).rejected().refusals, absent);
    let absent = story.clone().when(chn(), request("ET-99", "MMR-01")).rejected().refusals;
    assert_eq!(story.clone().when(chn(), request("ET-01", "MMR-01")).rejected().refusals, absent);
    let bound = story.when(mmr(), assign("ET-01", "MMR-02")).refused([RefusalCode::OfficerOverlap]);
    let bound = bound.story.when(mmr(), assign("ET-01", "MMR-01")).accepted();
    let number = bound.operation("SAPHAN").assignments.get_max().unwrap().0;
    bound.when(chn(), withdraw_assignment(number)).refused_at([(RefusalCode::NotFound, "assignmentId")]);
}

#[test]
fn what_a_responder_does_is_a_task_of_its_partner_or_of_that_incident() {
    let story = decided();
    let story = story.when(tha(), report_as("INC-002", methane(), None)).accepted();
    story
        .clone()
        .when(mmr(), dispatch_to("INC-002", "MMR-01", Some("ET-01")))
        .refused_at([(RefusalCode::NotFound, "task")]);
    story
        .clone()
        .when(tha(), dispatch("THA-01", Some("ET-01")))
        .refused_at([(RefusalCode::PostNotOfLeadPartner, "task")]);
    story.when(mmr(), dispatch("MMR-01", Some("ET-01"))).accepted();
}

#[test]
fn an_operation_that_closes_frees_who_is_bound_to_a_response_that_did_not_begin() {
    let story = decided().when(mmr(), assign("ET-01", "MMR-01")).accepted();
    let story = story.when(mmr(), complete("T16")).accepted().when(tha(), close_incident()).accepted();
    let story = story.when(tha(), gate::close()).accepted();
    let bound = story.operation("SAPHAN");
    let bound: Vec<_> = bound.live_assignments().map(|bound| bound.task.as_str()).collect();
    assert_eq!(bound, ["T16"]);
}

#[test]
fn a_response_is_called_off_by_a_commander_of_its_lead() {
    let story = decided().when(mmr(), assign("ET-01", "MMR-01")).accepted();
    story.clone().when(tha(), cancel("ET-01")).forbidden();
    let story = story.when(mmr(), cancel("ET-01")).accepted();
    assert!(bookings(&story, "MMR-01").is_empty());
}
