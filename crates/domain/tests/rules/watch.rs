//! The rules by which a watch is stood.

use crate::support::{
    Ask, Story, given,
    matter::{limit, rules},
    of,
    saphan::*,
};
use domain::{
    Command, Priority, RefusalCode, Role, State, Subject,
    centre::CentreEvent,
    clock::{ClockKind, Limit},
    watch::{WatchCommand, WatchEvent, WatchRules},
};

fn set_in(centre: &str, rules: WatchRules) -> Ask {
    let centre = of(centre);
    Box::new(|_| Command::Watch(WatchCommand::SetRules { centre, rules }))
}

fn set(rules: WatchRules) -> Ask {
    set_in("CMCC", rules)
}

fn is_set(rules: WatchRules) -> WatchEvent {
    WatchEvent::WatchRulesSet { centre: of("CMCC"), rules }
}

fn proposed() -> Story {
    centre_proposed(given(coalition()), "CMCC")
}

fn centre_proposed(story: Story, centre: &str) -> Story {
    let criterion = domain::centre::Criterion { name: of("security"), weight: 100 };
    story.and([CentreEvent::CentreProposed {
        centre: of(centre),
        name: of("Coordination Centre"),
        criteria: vec![criterion],
    }])
}

fn established() -> Story {
    proposed().and([CentreEvent::CentreEstablished { centre: of("CMCC") }])
}

fn limits(story: &Story) -> Vec<Limit> {
    let State::Coalition(coalition) = crate::support::fold(&story.log, &Subject::Coalition) else {
        panic!("the coalition folds into itself")
    };
    coalition.limits
}

#[test]
fn a_commander_of_the_host_or_a_service_sets_how_the_watch_is_stood() {
    let story = established().when(tha(), set(rules())).then([is_set(rules())]);
    assert_eq!(limits(&story), rules().limits);
    let story = story.when(tha(), set(rules())).unchanged();
    let other = WatchRules { limits: Vec::new(), ..rules() };
    let story = story.when(tha(), set(other.clone())).then([is_set(other)]);
    assert_eq!(limits(&story), []);
    let active = established().and([CentreEvent::CentreActivated { centre: of("CMCC") }]);
    active.when(tha(), set(rules())).accepted();
    established().when(chn(), set(rules())).forbidden();
    established().when(import(), set(rules())).accepted();
    established().when(domain::Actor::clock(), set(rules())).forbidden();
    let others = [Role::Planner, Role::Liaison, Role::Watch];
    established().when(post_as("THA-02", others), set(rules())).forbidden();
}

#[test]
fn a_watch_is_stood_in_a_centre_that_stands() {
    let wrong = [(RefusalCode::WrongState, "centre")];
    proposed().when(tha(), set(rules())).refused_at(wrong).saying("CMCC is PROPOSED.");
    let down = established().and([CentreEvent::CentreStoodDown { centre: of("CMCC"), reason: of("Done") }]);
    down.when(tha(), set(rules())).refused_at(wrong);
    established().when(tha(), set_in("OTHER", rules())).refused_at([(RefusalCode::NotFound, "centre")]);
}

#[test]
fn everything_that_is_wrong_with_rules_is_told_at_once() {
    let limits = vec![
        limit(Priority::P1, ClockKind::Decide, 0, None),
        limit(Priority::P1, ClockKind::Due, 60, None),
        limit(Priority::P1, ClockKind::Decide, 366 * 24 * 60 + 1, Some("THA-99")),
        limit(Priority::P2, ClockKind::Decide, 366 * 24 * 60, None),
    ];
    let wrong = WatchRules { shift_hours: 25, min_officers: 101, min_nations: 0, limits };
    established().when(tha(), set(wrong)).refused_at([
        (RefusalCode::InvalidValue, "shiftHours"),
        (RefusalCode::InvalidValue, "minOfficers"),
        (RefusalCode::InvalidValue, "minNations"),
        (RefusalCode::InvalidValue, "limits.0.minutes"),
        (RefusalCode::InvalidValue, "limits.1.clock"),
        (RefusalCode::InvalidValue, "limits.2.minutes"),
        (RefusalCode::InvalidValue, "limits.2.clock"),
        (RefusalCode::UnknownReference, "limits.2.escalateTo"),
    ]);
    let few = WatchRules { min_officers: 1, min_nations: 2, ..rules() };
    established()
        .when(tha(), set(few))
        .refused_at([(RefusalCode::InvalidValue, "minNations")])
        .saying("1 officers are not of 2 nations.");
}

#[test]
fn limits_are_those_that_were_set_last_whichever_centre_set_them() {
    let story = centre_proposed(established(), "SECOND");
    let story = story.and([CentreEvent::CentreEstablished { centre: of("SECOND") }]);
    let none = WatchRules { limits: Vec::new(), ..rules() };
    let story = story.when(tha(), set(rules())).accepted().when(tha(), set_in("SECOND", none)).accepted();
    assert_eq!(limits(&story), []);
    let story = story.when(tha(), set(rules())).then([is_set(rules())]);
    assert_eq!(limits(&story), rules().limits);
}
