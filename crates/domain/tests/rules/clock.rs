//! Clocks: what starts and stops them, and that they are breached once, when they fell due.

use crate::support::{Story, carrying::*, matter::*, of, saphan::*};
use domain::{
    Actor, Event, Instant, Priority, RefusalCode, Span,
    clock::{Clock, ClockKind},
    incident::IncidentEvent,
    request::{NewRequest, RequestEvent},
};

fn clock(story: &Story, number: u32) -> Clock {
    incident(story).clocks.get(number).expect("it was started").clone()
}

fn count(story: &Story) -> usize {
    incident(story).clocks.iter().count()
}

fn times(clock: &Clock) -> (Instant, Instant, Option<Instant>, Option<Instant>) {
    (clock.started_at, clock.due_at, clock.stopped_at, clock.breached_at)
}

#[test]
fn rules_start_clocks_from_when_an_incident_was_reported_however_late_it_is_judged() {
    let story = incident_triaged();
    assert_eq!(times(&clock(&story, 1)), (at(0), at(60), None, None));
    assert_eq!(times(&clock(&story, 2)), (at(0), at(180), None, None));
    // Of a priority without limits, none.
    let story = at_minute(incident_reported(), 12).when(tha(), triage(Priority::P4)).accepted();
    assert_eq!(count(&story), 0);
    // What was done before it was judged needs no clock.
    let story = at_minute(incident_reported(), 5).when(tha(), respond(None)).accepted();
    let story = at_minute(story, 12).when(tha(), triage(Priority::P1)).accepted();
    assert_eq!(count(&story), 1);
    assert_eq!(clock(&story, 1).kind, ClockKind::Respond);
}

#[test]
fn without_rules_there_are_no_clocks_and_new_rules_change_none_that_runs() {
    let story = at_minute(active(), 0).when(tha(), report_incident()).accepted();
    let story = story.when(tha(), triage(Priority::P1)).accepted();
    assert_eq!(count(&story), 0);
    let none = domain::watch::WatchRules { limits: Vec::new(), ..rules() };
    let set = domain::watch::WatchEvent::WatchRulesSet { centre: of("CMCC"), rules: none };
    let story = incident_triaged().and([set]);
    assert_eq!(times(&clock(&story, 1)), (at(0), at(60), None, None));
    let story = story.when(tha(), issue(ask_of("MMR"))).accepted();
    assert_eq!(request_of(&story).clocks.iter().count(), 0);
}

#[test]
fn what_it_waits_for_stops_a_clock_and_so_does_the_end() {
    let story = at_minute(incident_triaged(), 51).when(tha(), respond(None)).accepted();
    assert_eq!(times(&clock(&story, 1)), (at(0), at(60), Some(at(51)), None));
    assert!(clock(&story, 2).is_open());
    let story = story.when(tha(), dispatch("THA-01", None)).accepted();
    assert!(clock(&story, 2).is_open(), "who is on the way is not there");
    let story = at_minute(story, 165).when(tha(), arrive("THA-01")).accepted();
    assert_eq!(clock(&story, 2).stopped_at, Some(at(165)));
    let closed = incident_closed();
    assert_eq!([1, 2].map(|number| clock(&closed, number).stopped_at), [Some(at(60)); 2]);
    // The moment that it is due is in time.
    assert_eq!(clock(&closed, 1).is_met(), Some(true));
}

#[test]
fn a_clock_that_falls_due_is_breached_once_by_its_service_alone() {
    let story = at_minute(incident_triaged(), 61);
    for actor in [tha(), watch("THA-01"), import()] {
        story.clone().when(actor, miss(1)).forbidden();
    }
    let story = story.when(Actor::clock(), miss(1)).then([missed(1, ClockKind::Decide)]);
    assert_eq!(times(&clock(&story, 1)), (at(0), at(60), None, Some(at(60))));
    let story = story.when(Actor::clock(), miss(1)).unchanged();
    // Decided after all: both stand.
    let story = at_minute(story, 75).when(tha(), respond(None)).accepted();
    assert_eq!(times(&clock(&story, 1)), (at(0), at(60), Some(at(75)), Some(at(60))));
    assert_eq!(clock(&story, 1).is_met(), Some(false));
    story
        .when(Actor::clock(), miss(1))
        .unchanged()
        .when(Actor::clock(), miss(9))
        .refused_at([(RefusalCode::NotFound, "clock")])
        .when(Actor::clock(), miss_of("INC-099", 1))
        .refused_at([(RefusalCode::NotFound, "incident")]);
}

#[test]
fn no_clock_is_breached_before_it_is_due_or_when_it_was_stopped_in_time() {
    for minute in [59, 60] {
        at_minute(incident_triaged(), minute)
            .when(Actor::clock(), miss(1))
            .refused_at([(RefusalCode::WrongState, "clock")])
            .saying("The clock falls due only at 2023-10-09T00:00:00+00:00.");
    }
    let story = at_minute(incident_triaged(), 51).when(tha(), respond(None)).accepted();
    at_minute(story, 61).when(Actor::clock(), miss(1)).unchanged();
}

#[test]
fn a_late_report_stops_a_clock_before_it_was_due_and_a_breach_stands_that_was_told_before() {
    let decided = |story: Story| story.late(minutes(30)).when(tha(), respond(None)).accepted();
    // Nobody had told of the breach yet: there was none, it turns out.
    let story = decided(at_minute(incident_triaged(), 80));
    assert_eq!(clock(&story, 1).stopped_at, Some(at(50)));
    story.when(Actor::clock(), miss(1)).unchanged();
    let breached = at_minute(incident_triaged(), 61).when(Actor::clock(), miss(1)).accepted();
    let story = decided(at_minute(breached, 80));
    assert_eq!(times(&clock(&story, 1)), (at(0), at(60), Some(at(50)), Some(at(60))));
    assert_eq!(clock(&story, 1).is_met(), Some(true));
}

#[test]
fn what_was_done_late_is_a_breach_though_the_service_was_down() {
    let story = at_minute(incident_triaged(), 75).when(tha(), respond(None)).accepted();
    let story = at_minute(story, 200).when(tha(), dispatch("THA-01", None)).accepted();
    let story = story.when(tha(), arrive("THA-01")).accepted();
    // Nobody is called to it: it was done since.
    let story = story
        .when(Actor::clock(), miss(1))
        .then([missed(1, ClockKind::Decide)])
        .when(Actor::clock(), miss(2))
        .then([missed(2, ClockKind::Respond)]);
    story.when(Actor::clock(), miss(1)).unchanged();
}

#[test]
fn a_correction_may_stop_a_clock_later_or_not_at_all_and_it_is_breached_then() {
    let story = at_minute(incident_triaged(), 51).when(tha(), respond(None)).accepted();
    let story = at_minute(story, 90).when(tha(), correct_incident(3, at(70))).accepted();
    assert_eq!(clock(&story, 1).stopped_at, Some(at(70)));
    story.when(Actor::clock(), miss(1)).then([missed(1, ClockKind::Decide)]);
}

#[test]
fn an_acknowledgement_by_a_watch_that_is_slow_stops_the_clock() {
    let story = at_minute(asked(), 1).late(minutes(2)).when(mmr(), acknowledge()).accepted();
    let stopped = request_of(&story).clocks.get(1).unwrap().clone();
    assert_eq!((stopped.stopped_at, stopped.is_met()), (Some(at(0)), Some(true)));
}

#[test]
fn escalation_makes_a_clock_fall_due_earlier_and_never_later() {
    let story = at_minute(incident_reported(), 12).when(tha(), triage(Priority::P2)).accepted();
    assert_eq!((count(&story), clock(&story, 1).due_at), (1, at(240)));
    let story = at_minute(story, 100).when(tha(), escalate(Some(Priority::P1), None)).accepted();
    assert_eq!(times(&clock(&story, 1)), (at(0), at(160), None, None));
    assert_eq!(times(&clock(&story, 2)), (at(100), at(280), None, None));
    // Twenty minutes are left anyway.
    let story = at_minute(incident_reported(), 12).when(tha(), triage(Priority::P2)).accepted();
    let story = at_minute(story, 220).when(tha(), escalate(Some(Priority::P1), None)).accepted();
    assert_eq!(clock(&story, 1).due_at, at(240));
}

#[test]
fn what_was_breached_has_another_clock_when_it_becomes_more_urgent() {
    let story = at_minute(incident_reported(), 12).when(tha(), triage(Priority::P2)).accepted();
    let story = at_minute(story, 241).when(Actor::clock(), miss(1)).accepted();
    let story = at_minute(story, 250).when(tha(), escalate(Some(Priority::P1), None)).accepted();
    assert_eq!(times(&clock(&story, 2)), (at(250), at(310), None, None));
    let story = at_minute(story, 260).when(tha(), respond(None)).accepted();
    assert_eq!([1, 2].map(|number| clock(&story, number).stopped_at), [Some(at(260)); 2]);
}

#[test]
fn who_is_there_already_need_not_arrive_again_when_it_becomes_more_urgent() {
    let story = at_minute(incident_reported(), 12).when(tha(), triage(Priority::P3)).accepted();
    let story = story.when(tha(), dispatch("THA-01", None)).accepted();
    let story = at_minute(story, 40).when(tha(), arrive("THA-01")).accepted();
    let story = at_minute(story, 50).when(tha(), escalate(Some(Priority::P1), None)).accepted();
    let kinds: Vec<_> = incident(&story).clocks.iter().map(|clock| clock.kind).collect();
    assert_eq!(kinds, [ClockKind::Decide]);
    // It had been decided before, it turns out: the clock was stopped when it started.
    let story = at_minute(story, 60).late(minutes(15)).when(tha(), respond(None)).accepted();
    assert_eq!(times(&clock(&story, 1)), (at(50), at(110), Some(at(50)), None));
}

#[test]
fn a_clock_that_names_a_post_calls_it_when_it_is_breached() {
    let escalated = IncidentEvent::IncidentEscalated {
        operation: saphan(),
        incident: of("INC-001"),
        priority: None,
        to: Some(of("THA-01")),
        reason: of("RESPOND fell due at 2023-10-09T02:00:00+00:00."),
        clocks: Vec::new(),
    };
    let story = at_minute(incident_triaged(), 181)
        .when(Actor::clock(), miss(2))
        .then([missed(2, ClockKind::Respond), Event::Incident(escalated)]);
    let claims = incident(&story).claims;
    assert_eq!(claims.iter().last().unwrap().reporter, "service:clock");
}

#[test]
fn a_request_that_is_heard_late_was_breached_and_is_heard_all_the_same() {
    let ask = NewRequest { priority: Priority::P3, due: Some(at(4_000)), ..ask_of("LAO") };
    let story = at_minute(watched(), 0).when(tha(), issue(ask)).accepted();
    at_minute(story.clone(), 1_440)
        .when(Actor::clock(), lapse(1))
        .refused_at([(RefusalCode::WrongState, "clock")]);
    let escalated = RequestEvent::RequestEscalated {
        operation: saphan(),
        request: of("RFA-001"),
        priority: None,
        to: Some(of("THA-01")),
        reason: of("ACKNOWLEDGE fell due at 2023-10-09T23:00:00+00:00."),
        clocks: Vec::new(),
    };
    let story = at_minute(story, 1_441)
        .when(Actor::clock(), lapse(1))
        .then([lapsed(1, ClockKind::Acknowledge), Event::Request(escalated)]);
    let story = at_minute(story, 1_560).when(lao(), acknowledge()).accepted();
    let heard = request_of(&story).clocks.get(1).unwrap().clone();
    assert_eq!((heard.stopped_at, heard.breached_at), (Some(at(1_560)), Some(at(1_440))));
    assert_eq!(heard.is_met(), Some(false));
    let story = story.when(Actor::clock(), lapse(1)).unchanged();
    // Fulfilled in time.
    let story = at_minute(story, 3_900).when(lao(), fulfil()).accepted();
    assert_eq!(request_of(&story).clocks.get(2).unwrap().is_met(), Some(true));
    at_minute(story, 4_100).when(Actor::clock(), lapse(2)).unchanged();
}

#[test]
fn a_service_that_was_down_for_days_says_why_it_is_late() {
    let story = at_minute(incident_triaged(), 60 + 72 * 60).late(Span::hours(72));
    let story =
        story.when(Actor::clock(), miss(1)).refused_at([(RefusalCode::LateReasonRequired, "lateReason")]);
    let mut story = story.story;
    story.now = at(60 + 72 * 60).to_utc();
    let story = story.late(Span::hours(72)).because("The service was down");
    let story = story.when(Actor::clock(), miss(1)).accepted();
    let last = story.log.last().unwrap();
    assert_eq!((last.at.occurred_at, last.at.late_reason.as_deref()), (at(60), Some("The service was down")));
    assert_eq!(last.at.actor, "service:clock");
}
