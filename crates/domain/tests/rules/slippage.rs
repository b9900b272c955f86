//! What was planned held against what happened: the parts of a delay add up, and each is whose it is.

use chrono::{DateTime, FixedOffset, TimeDelta};
use domain::{
    Span, TaskCode,
    plan::{Dependency, DependencyKind},
    schedule::slippage::{CarriedOut, Driver, Slippage, slippage},
};
use proptest::{collection::vec, prelude::*};

fn hour(hours: i64) -> DateTime<FixedOffset> {
    minute(hours * 60)
}

fn minute(minutes: i64) -> DateTime<FixedOffset> {
    let h_hour: DateTime<FixedOffset> = "2031-05-01T06:00:00+02:00".parse().unwrap();
    h_hour + TimeDelta::minutes(minutes)
}

fn minutes(minutes: i64) -> Span {
    Span::seconds(minutes * 60)
}

fn task(number: usize) -> TaskCode {
    format!("T{number}").parse().unwrap()
}

fn done(from: i64, to: i64) -> CarriedOut {
    CarriedOut { started: Some(hour(from)), finished: Some(hour(to)), blocked: Span::ZERO }
}

#[test]
fn what_waited_for_a_late_task_was_held_by_it_and_for_the_rest_by_itself() {
    // Planned from 4 to 6, released at 7, begun at 8, blocked for an hour, done at 11.
    let own = CarriedOut { blocked: Span::hours(1), ..done(8, 11) };
    let waits = [Dependency::plain(task(1)), Dependency::plain(task(2))];
    let other = |code: &TaskCode| if *code == task(1) { done(0, 7) } else { done(0, 3) };
    let slipped = slippage((hour(4), hour(6)), &waits, &own, other);
    assert_eq!(
        slipped,
        Some(Slippage {
            start: Span::hours(4),
            finish: Some(Span::hours(5)),
            drivers: vec![
                (Driver::Predecessor(task(1)), Span::hours(3)),
                (Driver::Start, Span::hours(1)),
                (Driver::Blocks, Span::hours(1)),
            ],
        })
    );
}

#[test]
fn what_began_early_and_ended_early_was_held_by_nobody() {
    let slipped =
        slippage((hour(4), hour(8)), &[] as &[Dependency], &done(3, 6), |_| CarriedOut::default()).unwrap();
    let (early, shorter) = (Span::hours(-1), Span::hours(-1));
    assert_eq!(slipped.drivers, [(Driver::Start, early), (Driver::Length, shorter)]);
    assert_eq!(slipped.finish, Some(Span::hours(-2)));
}

#[test]
fn what_began_before_it_was_released_was_held_until_it_began_and_no_longer() {
    let waits = [Dependency::plain(task(1))];
    let slipped = slippage((hour(4), hour(5)), &waits, &done(6, 7), |_| done(0, 9)).unwrap();
    assert_eq!(slipped.drivers, [(Driver::Predecessor(task(1)), Span::hours(2))]);
}

#[test]
fn a_lag_counts_and_what_has_not_ended_holds_nobody_yet() {
    let waits = [
        Dependency { kind: DependencyKind::StartToStart, lag: Span::hours(5), ..Dependency::plain(task(1)) },
        Dependency::plain(task(2)),
    ];
    let other = |code: &TaskCode| {
        if *code == task(1) { done(0, 9) } else { CarriedOut { finished: None, ..done(0, 9) } }
    };
    let own = CarriedOut { finished: None, ..done(5, 9) };
    let slipped = slippage((hour(4), hour(5)), &waits, &own, other).unwrap();
    assert_eq!(slipped.drivers, [(Driver::Predecessor(task(1)), Span::hours(1))]);
    assert_eq!(slipped.finish, None);
}

#[test]
fn what_has_not_begun_has_not_slipped_yet() {
    let nothing = CarriedOut::default();
    assert_eq!(slippage((hour(4), hour(5)), &[] as &[Dependency], &nothing, |_| nothing), None);
}

proptest! {
    #[test]
    fn the_parts_of_a_delay_add_up(
        planned in (-500_i64..500, 0_i64..300),
        actual in (-500_i64..500, 0_i64..300, 0_i64..100),
        others in vec((-500_i64..500, 0_i64..300, -60_i64..60, any::<bool>()), 0..5),
    ) {
        let own = CarriedOut {
            started: Some(minute(actual.0)),
            finished: Some(minute(actual.0 + actual.1)),
            blocked: minutes(actual.2.min(actual.1)),
        };
        let waits: Vec<_> = others
            .iter()
            .enumerate()
            .map(|(number, (.., lag, starts))| {
                let kind = if *starts { DependencyKind::StartToStart } else { DependencyKind::FinishToStart };
                Dependency { kind, lag: minutes(*lag), ..Dependency::plain(task(number)) }
            })
            .collect();
        let other = |code: &TaskCode| {
            let number: usize = code.as_str()[1..].parse().unwrap();
            let (start, length, ..) = others[number];
            CarriedOut { started: Some(minute(start)), finished: Some(minute(start + length)), blocked: Span::ZERO }
        };
        let begin = minute(planned.0);
        let slipped = slippage((begin, minute(planned.0 + planned.1)), &waits, &own, other).unwrap();
        let of_start = |driver: &Driver| matches!(driver, Driver::Predecessor(_) | Driver::Start);
        let sum = |which: &dyn Fn(&Driver) -> bool| {
            let parts = slipped.drivers.iter().filter(|(driver, _)| which(driver));
            parts.fold(Span::ZERO, |sum, (_, by)| sum + *by)
        };
        prop_assert_eq!(sum(&of_start), slipped.start);
        prop_assert_eq!(Some(sum(&|_| true)), slipped.finish);
        prop_assert_eq!(slipped.start, minutes(actual.0 - planned.0));
        // Nobody holds another back by less than nothing, or beyond when that began.
        for (driver, by) in &slipped.drivers {
            if let Driver::Predecessor(_) = driver {
                prop_assert!(*by > Span::ZERO && *by <= slipped.start);
            }
        }
    }
}
