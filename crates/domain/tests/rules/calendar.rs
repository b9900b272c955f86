//! Constraints and calendars: answers from documentation or by hand, and working time as such against
//! counting it hour by hour.

use crate::support::{instant, of, saphan::task};
use domain::{
    Instant, Span, TaskCode,
    plan::{Dependency, Holiday, PlannedTask, StartConstraint, Weekday, WorkCalendar, WorkingHours},
    schedule::{Activity, Actual, Basis, Finishes, Hours, Schedule, activities, schedule, working::Working},
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use strum::VariantArray as _;

/// Microsoft Project's "Standard" base calendar, as its documentation has it: Monday to Friday, 8:00 to 12:00
/// and 13:00 to 17:00.
fn standard(zone: &str, holidays: &[&str]) -> WorkCalendar {
    let day = |day: Weekday| {
        [("08:00", "12:00"), ("13:00", "17:00")].map(|(from, to)| WorkingHours {
            day,
            from: of(from),
            to: of(to),
        })
    };
    WorkCalendar {
        code: of("STANDARD"),
        name: of("Standard"),
        time_zone: of(zone),
        week: Weekday::VARIANTS[..5].iter().copied().flat_map(day).collect(),
        holidays: holidays
            .iter()
            .map(|day| Holiday { name: of("Holiday"), from: of(day), to: of(day) })
            .collect(),
        rest: None,
        partners: BTreeSet::new(),
        posts: BTreeSet::new(),
    }
}

/// H-hour is Monday, 2 October 2023, 8:00 UTC. Hours from then on: Tuesday 8:00 is 24, Friday 17:00 is 105,
/// the next Monday 8:00 is 168.
fn h_hour() -> Instant {
    instant("2023-10-02T08:00:00Z")
}

const WEEK: i64 = 168;

struct Row {
    code: TaskCode,
    activity: Activity<'static>,
}

/// With offset, duration, predecessors, and by the calendar if `by` says so.
fn row(code: &str, offset: i64, hours: i64, before: &str, by: bool) -> Row {
    let code: TaskCode = of(code);
    let predecessors: BTreeSet<Dependency> = before.split_whitespace().map(of).collect();
    let activity = Activity {
        code: Box::leak(Box::new(code.clone())),
        offset: Span::hours(offset),
        duration: Span::hours(hours),
        predecessors: Box::leak(Box::new(predecessors)),
        constraint: StartConstraint::StartNoEarlierThan,
        finish_no_later_than: None,
        calendar: by.then_some(0),
        actual: Actual::default(),
    };
    Row { code, activity }
}

impl Row {
    fn bound(mut self, constraint: StartConstraint) -> Self {
        self.activity.constraint = constraint;
        self
    }

    fn until(mut self, hours: i64) -> Self {
        self.activity.finish_no_later_than = Some(Span::hours(hours));
        self
    }

    fn happened(mut self, start: i64, finish: Option<i64>) -> Self {
        self.activity.actual = Actual { start: Some(Span::hours(start)), finish: finish.map(Span::hours) };
        self
    }
}

fn laid(rows: &[Row], basis: Basis) -> Schedule {
    let mut working = [Working::new(&standard("UTC", &["2023-10-04"]), h_hour())];
    let activities: Vec<_> = rows.iter().map(|row| row.activity.clone()).collect();
    schedule(&activities, basis, &mut working)
}

/// Early start and finish, late start and finish, total and free float, in hours.
fn hours(schedule: &Schedule, row: &Row) -> [i64; 6] {
    let times = schedule.times[&row.code];
    [
        times.early_start,
        times.early_finish,
        times.late_start,
        times.late_finish,
        times.total_float,
        times.free_float,
    ]
    .map(|span| span.as_seconds() / 3_600)
}

#[test]
fn a_duration_is_working_time_and_pauses_over_noon_nights_holidays_and_weekends() {
    // By hand, with the holiday on Wednesday. 4 h: Monday 8 to 12. 8 h: to 17 on Monday. 9 h: one more on
    // Tuesday, 8 to 9. 16 h: to Tuesday 17 (33). 20 h: 4 more on Thursday (Wednesday is off), 8 to 12 (76).
    // 32 h: Monday, Tuesday, Thursday, Friday: to Friday 17 (105). 33 h: the next Monday at 9.
    for (work, finish) in [(4, 4), (8, 9), (9, 25), (16, 33), (20, 76), (32, 105), (33, WEEK + 1)] {
        let rows = [row("A", 0, work, "", true)];
        assert_eq!(hours(&laid(&rows, Basis::Offsets), &rows[0])[..2], [0, finish], "{work}");
    }
}

#[test]
fn a_start_outside_working_time_moves_to_the_next_shift_and_lags_are_elapsed_time() {
    // By hand: offset 4 is noon, so 13:00 (5); 9 is Monday 17:00, so Tuesday 8:00 (24). After A (Monday 8 to
    // 17), an elapsed lag of 2 h ends at 19:00: Tuesday 8:00. 16 h end on Tuesday at 9:00 (25).
    let rows = [
        row("N", 4, 1, "", true),
        row("E", 9, 1, "", true),
        row("A", 0, 8, "", true),
        row("B", 0, 1, "AFS+2h", true),
        row("C", 0, 1, "AFS+16h", true),
        // Round the clock: nothing pauses.
        row("D", 0, 8, "A", false),
    ];
    let schedule = laid(&rows, Basis::Offsets);
    let start = |index: usize| hours(&schedule, &rows[index])[0];
    assert_eq!([start(0), start(1), start(3), start(4), start(5)], [5, 24, 24, 25, 9]);
    // Durations alone know no calendar.
    let network = laid(&rows, Basis::Network);
    assert_eq!(hours(&network, &rows[4])[..2], [24, 25]);
}

#[test]
fn each_kind_of_dependency_is_kept_in_working_time() {
    // By hand, A works Monday 8 to 17 and Tuesday 8 to 17 (16 h: 0 to 33). B takes 8 h of work.
    // FS: Wednesday is off, so Thursday 8:00 (72) to 17:00 (81). FS-10h: no earlier than Tuesday 7:00 (23):
    // 8:00 (24). SS+3h: no earlier than 11:00 (3): 11 to 12, 13 to 17 and Tuesday 8 to 11 (27). FF: finishes
    // Tuesday 17:00 (33), so it starts at 8:00 (24). FF+12h: no earlier than Wednesday 5:00, a day off: its
    // last working moment before is Tuesday 17:00. SF+30h: finishes no earlier than Tuesday 14:00 (30): 2 h
    // of it are on Tuesday afternoon.. 13 to 14 is one, 8 to 12 are four, and three on Monday, 14 to 17:
    // starts Monday 14:00 (6).
    for (before, start, finish) in [
        ("A", 72, 81),
        ("AFS-10h", 24, 33),
        ("ASS+3h", 3, 27),
        ("AFF+0h", 24, 33),
        ("AFF+12h", 24, 33),
        ("ASF+30h", 6, 30),
    ] {
        let rows = [row("A", 0, 16, "", true), row("B", 0, 8, before, true)];
        assert_eq!(hours(&laid(&rows, Basis::Offsets), &rows[1])[..2], [start, finish], "{before}");
    }
}

#[test]
fn floats_are_working_time_of_the_tasks_own_calendar() {
    // By hand: A works on Monday; E ends the whole on Friday 17:00 (105) and works round the clock from the
    // start. So A can finish by Friday 17:00: it can slip over Tuesday, Thursday and Friday, 24 h of work,
    // and its late start is Friday 8:00.
    let rows = [row("A", 0, 8, "", true), row("E", 0, 105, "", false)];
    let schedule = laid(&rows, Basis::Offsets);
    assert_eq!(hours(&schedule, &rows[0]), [0, 9, 96, 105, 24, 24]);
    assert_eq!(hours(&schedule, &rows[1]), [0, 105, 0, 105, 0, 0]);
}

#[test]
fn a_successor_after_the_weekend_leaves_no_float_in_the_pause() {
    // By hand: A ends on Friday 17:00, B follows on Monday 8:00: both are critical, though 63 h lie between
    // them.
    let rows = [row("A", 96, 8, "", true), row("B", 96, 8, "A", true)];
    let schedule = laid(&rows, Basis::Offsets);
    assert_eq!(hours(&schedule, &rows[0]), [96, 105, 96, 105, 0, 0]);
    assert_eq!(hours(&schedule, &rows[1]), [WEEK, WEEK + 9, WEEK, WEEK + 9, 0, 0]);
    assert_eq!(schedule.critical_paths(9), [[&rows[0].code, &rows[1].code]]);
}

#[test]
fn must_start_on_sets_early_and_late_start_and_float_before_it_runs_negative() {
    // Microsoft Project's documentation, "Constraint types": must start on "sets the early, scheduled, and
    // late start dates to the date you type, anchoring the task in time". By hand: A takes 10 h from 0, and B
    // must start at 6: A is late by 4 h.
    let rows = [
        row("A", 0, 10, "", false),
        row("B", 6, 2, "A", false).bound(StartConstraint::MustStartOn),
        row("C", 0, 4, "B", false),
    ];
    let schedule = laid(&rows, Basis::Offsets);
    assert_eq!(hours(&schedule, &rows[0]), [0, 10, -4, 6, -4, 0]);
    assert_eq!(hours(&schedule, &rows[1]), [6, 8, 6, 8, 0, 0]);
    assert_eq!(hours(&schedule, &rows[2]), [8, 12, 8, 12, 0, 0]);
    assert!(schedule.times[&rows[0].code].is_critical());
}

#[test]
fn finish_no_later_than_sets_the_late_finish_and_leaves_the_early_times_alone() {
    // The same documentation: finish no later than "sets the late finish date to the date that you specify";
    // slack is negative where that is before the early finish. By hand: A(4), B(6) after it, C ends the whole
    // at 20.
    let rows = |latest| {
        [row("A", 0, 4, "", false), row("B", 0, 6, "A", false).until(latest), row("C", 0, 20, "", false)]
    };
    let kept = rows(12);
    let schedule = laid(&kept, Basis::Offsets);
    assert_eq!(hours(&schedule, &kept[1]), [4, 10, 6, 12, 2, 10]);
    assert_eq!(hours(&schedule, &kept[0]), [0, 4, 2, 6, 2, 0]);
    let missed = rows(9);
    let schedule = laid(&missed, Basis::Offsets);
    assert_eq!(hours(&schedule, &missed[1]), [4, 10, 3, 9, -1, 10]);
    assert_eq!(hours(&schedule, &missed[0])[4], -1);
    // Durations alone know no constraint.
    assert_eq!(hours(&laid(&missed, Basis::Network), &missed[1])[4], 10);
}

#[test]
fn a_fixed_start_that_misses_its_own_latest_finish_lacks_what_is_missing() {
    // By hand: from 0 to 10, to be finished by 5. What it waits for has two hours before the fixed start all
    // the same.
    let rows = [
        row("A", 0, 10, "P", false).bound(StartConstraint::MustStartOn).until(5),
        row("P", -4, 2, "", false),
    ];
    let schedule = laid(&rows, Basis::Offsets);
    assert_eq!(hours(&schedule, &rows[0])[..5], [0, 10, -5, 5, -5]);
    assert_eq!(hours(&schedule, &rows[1])[..5], [-4, -2, -2, 0, 2]);
}

#[test]
fn as_soon_as_possible_ignores_the_offset_and_starts_with_the_plan() {
    // By hand: the plan starts with A at -10; X waits for nothing and starts then, Y after A.
    let rows = [
        row("A", -10, 4, "", false),
        row("X", 50, 1, "", false).bound(StartConstraint::AsSoonAsPossible),
        row("Y", 50, 1, "A", false).bound(StartConstraint::AsSoonAsPossible),
    ];
    let schedule = laid(&rows, Basis::Offsets);
    assert_eq!((hours(&schedule, &rows[1])[0], hours(&schedule, &rows[2])[0]), (-10, -6));
}

#[test]
fn a_milestone_takes_no_time_and_stands_where_what_it_waits_for_ends() {
    // By hand: A ends on Friday 17:00; the milestone is then and not on Monday; B follows it on Monday.
    let rows = [row("A", 96, 8, "", true), row("M", 0, 0, "A", true), row("B", 0, 8, "M", true)];
    let schedule = laid(&rows, Basis::Offsets);
    assert_eq!(hours(&schedule, &rows[1])[..2], [105, 105]);
    assert_eq!(hours(&schedule, &rows[2])[..2], [WEEK, WEEK + 9]);
    assert_eq!(schedule.critical().len(), 3);
}

#[test]
fn a_forecast_keeps_what_has_happened_and_moves_what_has_not() {
    // By hand, at 20. A took from 2 to 9 and not from 0 to 4. B(6) began at 10 and goes on: it ends at 20 at
    // the earliest. C(5) waits for B. D(1) has not begun, though it could have at 0: it starts now.
    let rows = [
        row("A", 0, 4, "", false).happened(2, Some(9)),
        row("B", 0, 6, "A", false).happened(10, None),
        row("C", 0, 5, "B", false),
        row("D", 0, 1, "", false),
    ];
    let schedule = laid(&rows, Basis::Forecast { now: Span::hours(20) });
    let times: Vec<_> = rows.iter().map(|row| [hours(&schedule, row)[0], hours(&schedule, row)[1]]).collect();
    assert_eq!(times, [[2, 9], [10, 20], [20, 25], [20, 21]]);
    // Without what has happened it is the plan.
    let plan = laid(&rows, Basis::Offsets);
    assert_eq!(hours(&plan, &rows[2])[..2], [10, 15]);
}

#[test]
fn every_critical_path_is_told_and_no_more_than_asked_for() {
    // By hand: A then B or C, both as long, then D.
    let rows = [
        row("A", 0, 2, "", false),
        row("B", 0, 3, "A", false),
        row("C", 0, 3, "A", false),
        row("D", 0, 1, "B C", false),
        row("E", 0, 1, "A", false),
    ];
    let schedule = laid(&rows, Basis::Network);
    let [a, b, c, d, _] = &rows;
    assert_eq!(schedule.critical_paths(9), [[&a.code, &b.code, &d.code], [&a.code, &c.code, &d.code]]);
    assert_eq!(schedule.critical_paths(1), [[&a.code, &b.code, &d.code]]);
}

#[test]
fn holidays_that_overlap_are_days_off_once() {
    let days = [("2023-10-03", "2023-10-05"), ("2023-10-04", "2023-10-04"), ("2023-10-05", "2023-10-06")];
    let holiday = |(from, to)| Holiday { name: of("Off"), from: of(from), to: of(to) };
    let calendar = WorkCalendar { holidays: days.map(holiday).into(), ..standard("UTC", &[]) };
    // Of the week only Monday is worked: the ninth hour is on the next Monday.
    assert_eq!(Working::new(&calendar, h_hour()).finish(Span::ZERO, Span::hours(9)), Span::hours(WEEK + 1));
}

#[test]
fn hours_are_those_of_the_zones_clocks_also_where_they_differ_by_half_an_hour() {
    // H-hour is 8:00 UTC, which is 14:30 in Yangon: 2.5 h are left of Monday. 3 h of work end on Tuesday at
    // 8:30 there, which is 2:00 UTC: 18 h after H-hour.
    let mut working = Working::new(&standard("Asia/Yangon", &[]), h_hour());
    assert_eq!(working.finish(Span::ZERO, Span::hours(3)), Span::hours(18));
    assert_eq!(working.start(Span::hours(18), Span::hours(3)), Span::ZERO);
}

#[test]
fn the_nights_in_which_clocks_change_have_the_hours_that_they_have() {
    // In Berlin, 29 October 2023 has 25 hours. Round the clock on Sundays: 25 h of work are one Sunday, so 26
    // h take one more hour of the next.
    let calendar = WorkCalendar {
        time_zone: of("Europe/Berlin"),
        week: vec![WorkingHours { day: Weekday::Sunday, from: of("00:00"), to: of("24:00") }],
        ..standard("UTC", &[])
    };
    let mut working = Working::new(&calendar, instant("2023-10-29T00:00:00+02:00"));
    assert_eq!(working.finish(Span::ZERO, Span::hours(25)), Span::hours(25));
    assert_eq!(working.finish(Span::ZERO, Span::hours(26)), Span::hours(WEEK + 2));
    // 31 March 2024 has 23.
    let mut working = Working::new(&calendar, instant("2024-03-31T00:00:00+01:00"));
    assert_eq!(working.finish(Span::ZERO, Span::hours(23)), Span::hours(23));
}

#[test]
fn far_from_h_hour_work_is_found_and_beyond_ten_years_all_time_is_work() {
    let mut working = Working::new(&standard("UTC", &[]), h_hour());
    // 500 weeks of 40 hours.
    let years = Span::hours(500 * WEEK);
    assert_eq!(working.between(Span::ZERO, years), Span::hours(500 * 40));
    assert_eq!(working.between(years, Span::ZERO), Span::hours(-500 * 40));
    let far = Span::hours(600 * WEEK);
    assert_eq!(working.between(far, far + Span::hours(5)), Span::hours(5));
}

/// Whether the hour that begins so many hours from H-hour is worked, from the definition.
fn is_worked(hour: i64) -> bool {
    let (day, hour) = ((hour + 8).div_euclid(24), (hour + 8).rem_euclid(24));
    // Monday is day 0, and Wednesday of the first week is off.
    day.rem_euclid(7) < 5 && day != 2 && ((8..12).contains(&hour) || (13..17).contains(&hour))
}

proptest! {
    #[test]
    fn working_time_is_what_counting_hours_says(start in -400_i64..400, work in 1_i64..200) {
        let mut working = Working::new(&standard("UTC", &["2023-10-04"]), h_hour());
        let worked = (start..start + 9_000).filter(|hour| is_worked(*hour)).nth(usize::try_from(work - 1).unwrap()).unwrap() + 1;
        prop_assert_eq!(working.finish(Span::hours(start), Span::hours(work)), Span::hours(worked));
        prop_assert_eq!(working.between(Span::hours(start), Span::hours(worked)), Span::hours(work));
        let next = (start..start + 200).find(|hour| is_worked(*hour)).unwrap();
        prop_assert_eq!(working.next(Span::hours(start)), Span::hours(next));
        // The latest start that leaves enough work before it.
        let latest = (start - 9_000..start).rev().filter(|hour| is_worked(*hour)).nth(usize::try_from(work - 1).unwrap()).unwrap();
        prop_assert_eq!(working.start(Span::hours(start), Span::hours(work)), Span::hours(latest));
    }

    /// Where nothing else moves it. Without a calendar or an H-hour, it takes its duration from its start.
    #[test]
    fn a_planned_task_finishes_where_the_schedule_has_it(
        start in -400_i64..400,
        work in 0_i64..200,
        shift in 0_i64..WEEK,
        (by_calendar, is_set) in any::<(bool, bool)>(),
    ) {
        let task = PlannedTask { post: Some(of("THA-01")), ..task("T01", "THA", "THA", start, work, &[]) };
        let posts = if by_calendar { [of("THA-01")].into() } else { BTreeSet::new() };
        let calendars = [WorkCalendar { posts, ..standard("Asia/Yangon", &["2023-10-04"]) }];
        let h_hour = is_set.then(|| h_hour() + Span::hours(shift).as_delta());
        let hours = Hours { calendars: &calendars, h_hour, floating: false };
        let finish = Finishes::new(&hours).of(&task);
        let (activities, mut working) = activities([&task], &hours);
        let times = schedule(&activities, Basis::Offsets, &mut working).times[&task.code];
        prop_assert_eq!(times.early_finish, finish);
        if !by_calendar || !is_set {
            prop_assert_eq!(finish, Span::hours(start + work));
        }
    }

    #[test]
    fn in_which_order_instants_are_asked_for_makes_no_difference(asked in proptest::collection::vec(-9_000_i64..9_000, 1..8)) {
        let mut one = Working::new(&standard("UTC", &["2023-10-04"]), h_hour());
        let answers: Vec<_> = asked.iter().map(|at| one.next(Span::hours(*at))).collect();
        for (at, answer) in asked.iter().zip(answers) {
            let mut fresh = Working::new(&standard("UTC", &["2023-10-04"]), h_hour());
            prop_assert_eq!(fresh.next(Span::hours(*at)), answer);
        }
    }
}
