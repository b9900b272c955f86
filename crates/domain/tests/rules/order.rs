//! Fragmentary orders: what may change without a new version, all of it or nothing.

use crate::support::{Story, instant, of, saphan::*};
use domain::{
    Event, RefusalCode, Role, Span, Subject,
    assignment::AssignmentEvent,
    operation::OperationEvent,
    plan::{PlanEvent, PlannedTask},
};

const H_HOUR: &str = "2023-10-09T06:00:00+07:00";
const NEXT_DAY: &str = "2023-10-10T06:00:00+07:00";

fn issued(order: u32, h_hour: Option<&str>) -> Event {
    Event::Plan(PlanEvent::FragmentaryOrderIssued {
        operation: saphan(),
        number: 1,
        order,
        reason: of("River flooding"),
        h_hour: h_hour.map(instant),
    })
}

fn shifted(by: &str, to: &str, calendars: &[&str]) -> Event {
    Event::Operation(OperationEvent::HHourShifted {
        operation: saphan(),
        to: instant(to),
        reason: of(by),
        calendars: calendars.iter().copied().map(of).collect(),
    })
}

fn withdrawn(number: u32, task: &str, post: &str, reason: &str) -> Event {
    Event::Assignment(AssignmentEvent::AssignmentWithdrawn {
        operation: saphan(),
        number,
        task: of(task),
        post: of(post),
        reason: of(reason),
    })
}

fn bound_from(number: u32, task: &str, post: &str, start: i64, hours: i64, h_hour: &str) -> Event {
    let mut event = assigned(number, task, post, start, hours);
    if let AssignmentEvent::OfficerAssigned { h_hour: of_operation, .. } = &mut event {
        *of_operation = Some(instant(h_hour));
    }
    Event::Assignment(event)
}

/// T16 and T21 are Thailand's, which leads the operation and binds its own officers.
fn plan() -> Vec<PlannedTask> {
    let mut tasks = small_plan();
    for planned in tasks.iter_mut().filter(|task| ["T16", "T21"].contains(&task.code.as_str())) {
        planned.lead = of("THA");
    }
    tasks
}

fn in_force() -> Story {
    put_in_force(plan())
}

fn put_in_force(tasks: Vec<PlannedTask>) -> Story {
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    approve_by_all(story, 1).when(tha(), promulgate(1)).accepted()
}

/// In force, with H-hour, T16 (H to H+12) and T21 (H+12 to H+24) carried out by THA-01.
fn carried_out() -> Story {
    in_force()
        .when(tha(), assign("T16", "THA-01"))
        .accepted()
        .when(tha(), assign("T21", "THA-01"))
        .accepted()
        .when(tha(), set_h_hour(H_HOUR))
        .accepted()
}

#[test]
fn an_order_moves_h_hour_in_its_window_and_is_numbered() {
    carried_out()
        .when(tha(), order(Some(NEXT_DAY), &[]))
        .then([issued(1, Some(NEXT_DAY)), shifted("FRAGO-1", NEXT_DAY, &["THA-01"])])
        .when(tha(), order(Some(NEXT_DAY), &[]))
        .unchanged()
        .when(tha(), order(Some(H_HOUR), &[]))
        .then([issued(2, Some(H_HOUR)), shifted("FRAGO-2", H_HOUR, &["THA-01"])])
        .when(tha(), order(Some("2023-10-18T06:00:00+07:00"), &[]))
        .refused_at([(RefusalCode::HhourOutsideWindow, "hHour")]);
}

#[test]
fn an_order_gives_a_task_to_another_officer() {
    let taken = "FRAGO-1 gives the task to THA-02.";
    carried_out()
        .when(tha(), order(None, &[("T21", "THA-02"), ("T16", "THA-01")]))
        .then([
            issued(1, None),
            withdrawn(2, "T21", "THA-01", taken),
            bound_from(3, "T21", "THA-02", 12, 12, H_HOUR),
        ])
        .when(tha(), order(None, &[("T21", "THA-02")]))
        .unchanged();
}

#[test]
fn two_officers_change_places_while_h_hour_moves() {
    let story = carried_out().when(tha(), assign("T16", "THA-02")).accepted();
    let story = story.when(tha(), order(Some(NEXT_DAY), &[("T21", "THA-02"), ("T16", "THA-01")])).then([
        issued(1, Some(NEXT_DAY)),
        shifted("FRAGO-1", NEXT_DAY, &["THA-01", "THA-02"]),
        withdrawn(2, "T21", "THA-01", "FRAGO-1 gives the task to THA-02."),
        withdrawn(3, "T16", "THA-02", "FRAGO-1 gives the task to THA-01."),
        bound_from(4, "T21", "THA-02", 12, 12, NEXT_DAY),
    ]);
    for post in ["THA-02", "THA-01"] {
        let calendar = Subject::Bookings(of(post));
        assert_eq!(story.world().get(&calendar), Some(&crate::support::fold(&story.log, &calendar)));
    }
}

#[test]
fn an_order_that_would_bind_an_officer_twice_is_refused_where_that_was_asked_for() {
    let mut tasks = plan();
    tasks.push(task("T17", "THA", "MMR", 6, 4, &[]));
    let story = put_in_force(tasks).when(tha(), assign("T16", "THA-01")).accepted();
    let story = story.when(tha(), set_h_hour(H_HOUR)).accepted();
    story
        .clone()
        .when(tha(), order(Some(NEXT_DAY), &[("T17", "THA-01")]))
        .refused_at([(RefusalCode::OfficerOverlap, "officers.0.post")])
        .saying("THA-01 cannot take T17: it is bound with T16 at that time.");
    // Not so when another takes over what it did.
    story.when(tha(), order(None, &[("T17", "THA-01"), ("T16", "THA-02")])).accepted();
}

#[test]
fn an_order_is_refused_for_every_reason_at_once() {
    carried_out()
        .when(
            tha(),
            order(
                Some("2023-10-18T06:00:00+07:00"),
                &[("T99", "THA-01"), ("T16", "LAO-02"), ("T21", "THA-99"), ("T16", "THA-02")],
            ),
        )
        .refused_at([
            (RefusalCode::HhourOutsideWindow, "hHour"),
            (RefusalCode::InvalidValue, "officers.3.task"),
            (RefusalCode::NotFound, "officers.0.task"),
            (RefusalCode::PostNotOfLeadPartner, "officers.1.post"),
            (RefusalCode::NotFound, "officers.2.post"),
        ]);
    in_force()
        .when(tha(), order(Some(H_HOUR), &[]))
        .refused_at([(RefusalCode::HhourNotSet, "")])
        .when(tha(), order(None, &[]))
        .refused_at([(RefusalCode::InvalidValue, "")]);
    approved().when(tha(), order(Some(H_HOUR), &[])).refused_at([(RefusalCode::PlanNotInForce, "")]);
}

#[test]
fn an_order_entered_late_is_no_older_than_what_it_changes_or_the_one_before() {
    let hours = Span::hours;
    carried_out()
        .after(hours(9))
        .late(hours(10))
        .when(tha(), order(Some(NEXT_DAY), &[]))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .when(tha(), order(Some(NEXT_DAY), &[]))
        .accepted()
        .after(hours(9))
        .late(hours(10))
        .when(tha(), order(Some(H_HOUR), &[]))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .story
        .late(hours(8))
        .when(tha(), order(Some(H_HOUR), &[]))
        .accepted();
}

#[test]
fn an_order_gives_a_thousand_tasks_away_at_most() {
    let many = |count| vec![("T99", "THA-99"); count];
    carried_out()
        .when(tha(), order(Some(NEXT_DAY), &many(1_001)))
        .refused_at([(RefusalCode::InvalidValue, "officers")]);
    carried_out().when(tha(), order(None, &many(1_000))).rejected().saying("T99 is given to somebody twice.");
}

#[test]
fn orders_are_for_commanders_of_the_lead() {
    let ask = || order(Some(NEXT_DAY), &[]);
    carried_out().when(mmr(), ask()).forbidden();
    carried_out().when(post_as("THA-02", [Role::Planner]), ask()).forbidden();
    carried_out().when(import(), ask()).forbidden();
}

#[test]
fn orders_go_on_being_counted_under_a_later_version_whose_content_they_do_not_touch() {
    let story = carried_out().when(tha(), order(Some(NEXT_DAY), &[])).accepted();
    let story = amend(story, 2, |story| story).when(tha(), promulgate(2)).accepted();
    let story = story.when(tha(), order(Some(H_HOUR), &[])).accepted();
    for (number, code, to) in [(1, "FRAGO-1", NEXT_DAY), (2, "FRAGO-2", H_HOUR)] {
        let orders = story.version(number).orders;
        let told: Vec<_> = orders.iter().map(|order| (order.code(), order.h_hour)).collect();
        assert_eq!(told, [(code.to_owned(), Some(instant(to)))]);
    }
    let version = story.version(1);
    assert_eq!(version.content_hash, Some(version.content(&saphan()).hash()));
}
