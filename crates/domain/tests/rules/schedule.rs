//! The critical path method on networks whose answers can be derived by hand, and on SAPHAN.

use crate::support::of;
use domain::{
    Span, TaskCode,
    plan::{Dependency, DependencyKind, StartConstraint},
    schedule::{Activity, Actual, Basis, Schedule, schedule},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use strum::IntoEnumIterator;

/// Code, offset and duration in hours, predecessors.
type Row = (String, i64, i64, BTreeSet<Dependency>);

fn row(code: &str, offset: i64, hours: i64, before: &str) -> Row {
    (code.to_owned(), offset, hours, before.split_whitespace().map(of).collect())
}

fn laid(rows: &[Row], basis: Basis) -> Schedule {
    let codes: Vec<TaskCode> = rows.iter().map(|(code, ..)| of(code)).collect();
    let activities: Vec<_> = rows
        .iter()
        .zip(&codes)
        .map(|((_, offset, hours, predecessors), code)| Activity {
            code,
            offset: Span::hours(*offset),
            duration: Span::hours(*hours),
            predecessors,
            constraint: StartConstraint::default(),
            finish_no_later_than: None,
            calendar: None,
            actual: Actual::default(),
        })
        .collect();
    schedule(&activities, basis, &mut [])
}

fn critical(schedule: &Schedule) -> String {
    let mut codes: Vec<&str> = schedule.critical().into_iter().map(TaskCode::as_str).collect();
    codes.sort_unstable();
    codes.join(" ")
}

/// Early start and finish, late start and finish, total and free float, in hours.
fn hours(schedule: &Schedule, code: &str) -> [i64; 6] {
    let times = schedule.times[&of::<TaskCode>(code)];
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
fn the_longer_of_two_ways_is_critical() {
    // By hand: A(3) then B(5) or C(2), then D(4). The way over B takes 12 h; C can slip by 5 - 2 = 3 h.
    let rows = [row("A", 0, 3, ""), row("B", 0, 5, "A"), row("C", 0, 2, "A"), row("D", 0, 4, "B C")];
    let schedule = laid(&rows, Basis::Network);
    assert_eq!((schedule.start, schedule.length), (Span::ZERO, Span::hours(12)));
    assert_eq!(critical(&schedule), "A B D");
    assert_eq!(hours(&schedule, "C"), [3, 5, 6, 8, 3, 3]);
}

#[test]
fn free_float_is_what_no_successor_notices() {
    // By hand: A(10) is the length. B(2) then C(3) end at 5, so both have 5 h of total float; B has no free
    // float, because C would start later at once.
    let rows = [row("A", 0, 10, ""), row("B", 0, 2, ""), row("C", 0, 3, "B")];
    let schedule = laid(&rows, Basis::Network);
    assert_eq!(hours(&schedule, "B"), [0, 2, 5, 7, 5, 0]);
    assert_eq!(hours(&schedule, "C"), [2, 5, 7, 10, 5, 5]);
}

#[test]
fn offsets_hold_a_task_back_and_never_pull_it_before_its_predecessor() {
    // By hand: A from -24 to 0; B may not start before 6; C would like to start at -10 and waits for A.
    let rows = [row("A", -24, 24, ""), row("B", 6, 4, "A"), row("C", -10, 2, "A")];
    let schedule = laid(&rows, Basis::Offsets);
    assert_eq!((schedule.start, schedule.length), (Span::hours(-24), Span::hours(34)));
    assert_eq!(hours(&schedule, "B"), [6, 10, 6, 10, 0, 0]);
    assert_eq!(hours(&schedule, "C"), [0, 2, 8, 10, 8, 8]);
    // A can slip until B may start: 6 h.
    assert_eq!(hours(&schedule, "A"), [-24, 0, -18, 6, 6, 0]);
}

#[test]
fn each_kind_ties_the_two_ends_that_it_names() {
    // By hand, after A from 0 to 10: the start of B(4) is 10 + 2, or 0 + 2; its end is 10 + 2, or 0 + 7.
    for (before, starts) in [("AFS+2h", 12), ("ASS+2h", 2), ("AFF+2h", 8), ("ASF+7h", 3)] {
        let schedule = laid(&[row("A", 0, 10, ""), row("B", 0, 4, before)], Basis::Network);
        let [start, finish, ..] = hours(&schedule, "B");
        assert_eq!((start, finish), (starts, starts + 4), "{before}");
    }
    // A lead lets B overlap; it does not let it start before the whole does.
    for (before, starts) in [("AFS-3h", 7), ("AFS-30h", 0), ("ASF+1h", 0)] {
        let schedule = laid(&[row("A", 0, 10, ""), row("B", 0, 4, before)], Basis::Network);
        assert_eq!(hours(&schedule, "B")[0], starts, "{before}");
    }
}

#[test]
fn late_times_and_floats_go_back_over_the_same_ends() {
    // By hand: T1(10) from 0. T2(6) starts 2 h after it, so at 2, and ends at 8. T3(3) ends no earlier than
    // T2 and 1 h: from 6 to 9. T4(5) starts 4 h before T1 ends: from 6 to 11, which is the end. Back: T4 is
    // critical; T1 has to start by 6 + 4 - 10 = 0. T3 may end at 11, so it has 2 h; T2 then ends by 10.
    let rows = [
        row("T1", 0, 10, ""),
        row("T2", 0, 6, "T1SS+2h"),
        row("T3", 0, 3, "T2FF+1h"),
        row("T4", 0, 5, "T1FS-4h"),
    ];
    let schedule = laid(&rows, Basis::Network);
    assert_eq!((schedule.length, critical(&schedule)), (Span::hours(11), "T1 T4".to_owned()));
    assert_eq!(hours(&schedule, "T1"), [0, 10, 0, 10, 0, 0]);
    assert_eq!(hours(&schedule, "T2"), [2, 8, 4, 10, 2, 0]);
    assert_eq!(hours(&schedule, "T3"), [6, 9, 8, 11, 2, 2]);
    assert_eq!(hours(&schedule, "T4"), [6, 11, 6, 11, 0, 0]);
}

#[test]
fn what_only_starts_another_may_end_with_the_whole() {
    // By hand: T1(10) starts with the whole and ends it; T2(2) starts an hour after it and can slip by 7 h.
    let schedule = laid(&[row("T1", 0, 10, ""), row("T2", 0, 2, "T1SS+1h")], Basis::Network);
    assert_eq!(hours(&schedule, "T1"), [0, 10, 0, 10, 0, 0]);
    assert_eq!(hours(&schedule, "T2"), [1, 3, 8, 10, 7, 7]);
}

#[test]
fn a_plan_without_tasks_has_no_length() {
    assert_eq!(laid(&[], Basis::Offsets), Schedule::default());
}

#[test]
fn two_ways_of_one_length_are_both_critical() {
    // By hand: A(2) B(3) and C(4) D(1) both take 5 h to E(1); F(1) may start at any of the first 5 hours.
    let rows = [
        row("A", 0, 2, ""),
        row("B", 0, 3, "A"),
        row("C", 0, 4, ""),
        row("D", 0, 1, "C"),
        row("E", 0, 1, "B D"),
        row("F", 0, 1, ""),
    ];
    let schedule = laid(&rows, Basis::Network);
    assert_eq!(schedule.length, Span::hours(6));
    assert_eq!(critical(&schedule), "A B C D E");
    assert_eq!(hours(&schedule, "F"), [0, 1, 5, 6, 5, 5]);
}

#[test]
fn critical_tasks_are_told_in_the_order_of_their_starts() {
    let rows = [row("Z", 0, 1, ""), row("M", 0, 1, "Z"), row("A", 0, 1, "M")];
    let schedule = laid(&rows, Basis::Network);
    assert_eq!(schedule.critical(), [&of::<TaskCode>("Z"), &of("M"), &of("A")]);
}

#[test]
fn a_predecessor_that_is_not_in_the_list_is_ignored() {
    // As when a reader may not see it: B starts at once.
    let schedule = laid(&[row("B", 3, 2, "A")], Basis::Offsets);
    assert_eq!(hours(&schedule, "B"), [3, 5, 3, 5, 0, 0]);
}

#[test]
fn the_order_of_the_list_does_not_matter() {
    let mut backwards = saphan();
    backwards.reverse();
    for basis in [Basis::Network, Basis::Offsets] {
        assert_eq!(laid(&backwards, basis), laid(&saphan(), basis));
    }
}

/// Version 2 of SAPHAN's plan, from the scenario.
fn saphan() -> Vec<Row> {
    [
        ("T01", -288, 24, ""),
        ("T02", -264, 72, "T01"),
        ("T03", -264, 48, "T01"),
        ("T04", -240, 48, "T01"),
        ("T05", -264, 96, "T01"),
        ("T06", -240, 48, "T01"),
        ("T07", -192, 24, "T02 T03"),
        ("T08", -168, 72, "T03 T07"),
        ("T09", -144, 48, "T07"),
        ("T10", -168, 96, "T03"),
        ("T11", -120, 48, "T02"),
        ("T12", -96, 24, "T09"),
        ("T13", -96, 48, "T05 T08"),
        ("T14", -48, 12, "T09 T11 T12 T13"),
        ("T15", -24, 4, "T10 T14"),
        ("T16", 0, 12, "T15"),
        ("T17", 0, 12, "T15"),
        ("T18", 12, 24, "T11 T16 T17"),
        ("T19", 0, 24, "T10 T15"),
        ("T20", 0, 18, "T15"),
        ("T21", 12, 12, "T16 T17"),
        ("T22", 24, 24, "T21"),
        ("T23", 48, 72, "T13 T22"),
        ("T24", 120, 264, "T23"),
        ("T25", 384, 48, "T24"),
        ("T26", 432, 72, "T25"),
        ("T27", 432, 48, "T25"),
        ("T28", 516, 12, "T18 T19 T20 T26 T27"),
        ("T29", 1080, 96, "T28"),
    ]
    .map(|(code, offset, hours, before)| row(code, offset, hours, before))
    .into()
}

#[test]
fn the_pure_network_of_saphan_is_868_hours_long() {
    // 24+72+24+72+48+12+4 (T01 T02 T07 T08 T13 T14 T15) = 256, +12+12 (T16 or T17, T21) = 280,
    // +24+72+264+48+72+12+96 (T22 T23 T24 T25 T26 T28 T29) = 868.
    let schedule = laid(&saphan(), Basis::Network);
    assert_eq!(schedule.length, Span::hours(868));
    assert_eq!(critical(&schedule), "T01 T02 T07 T08 T13 T14 T15 T16 T17 T21 T22 T23 T24 T25 T26 T28 T29");
}

#[test]
fn with_its_offsets_saphan_spans_1464_hours_and_only_the_review_is_critical() {
    // The review starts no earlier than H+1080 and takes 96 h: from H-288 that is 1464 h, and all before it
    // can slip.
    let schedule = laid(&saphan(), Basis::Offsets);
    assert_eq!((schedule.start, schedule.length), (Span::hours(-288), Span::hours(1_464)));
    assert_eq!(critical(&schedule), "T29");
}

/// Acyclic: a task waits only for tasks before it in the list.
fn networks() -> impl Strategy<Value = Vec<Row>> {
    proptest::collection::vec(
        (-50_i64..50, 0_i64..40, proptest::collection::vec(any::<prop::sample::Index>(), 0..4)),
        1..30,
    )
    .prop_map(|tasks| {
        let rows = tasks.iter().enumerate().map(|(position, (offset, hours, before))| {
            let before = before.iter().filter(|_| position > 0);
            let before = before.map(|index| of(&format!("T{}", index.index(position)))).collect();
            (format!("T{position}"), *offset, *hours, before)
        });
        rows.collect()
    })
}

/// The same networks with dependencies of all kinds, with lags and leads.
fn mixed() -> impl Strategy<Value = Vec<Row>> {
    let kinds = prop::sample::select(DependencyKind::iter().collect::<Vec<_>>());
    (networks(), proptest::collection::vec((kinds, -30_i64..30), 1..40)).prop_map(|(mut rows, ties)| {
        let mut ties = ties.iter().cycle();
        for (_, _, _, before) in &mut rows {
            *before = std::mem::take(before)
                .into_iter()
                .zip(&mut ties)
                .map(|(plain, (kind, lag))| Dependency { kind: *kind, lag: Span::hours(*lag), ..plain })
                .collect();
        }
        rows
    })
}

/// Both passes as they are for finish to start without lag alone, in hours: what [`hours`] tells.
fn classic(rows: &[Row], basis: Basis) -> BTreeMap<&str, [i64; 6]> {
    let mut early = BTreeMap::new();
    for (code, offset, hours, before) in rows {
        let ready = before.iter().map(|before| early[before.predecessor.as_str()]).map(|(_, finish)| finish);
        let start: i64 = match basis {
            Basis::Network => ready.max().unwrap_or(0),
            Basis::Offsets | Basis::Forecast { .. } => ready.max().unwrap_or(*offset).max(*offset),
        };
        early.insert(code.as_str(), (start, start + hours));
    }
    let end = early.values().map(|(_, finish)| *finish).max().unwrap_or(0);
    let mut late = BTreeMap::<&str, (i64, i64)>::new();
    let mut times = BTreeMap::new();
    for (code, _, hours, _) in rows.iter().rev() {
        let after: Vec<&str> = rows
            .iter()
            .filter(|(_, _, _, before)| before.iter().any(|before| before.predecessor.as_str() == code))
            .map(|(after, ..)| after.as_str())
            .collect();
        let late_finish = after.iter().map(|after| late[after].0).min().unwrap_or(end);
        let next = after.iter().map(|after| early[after].0).min().unwrap_or(end);
        let (start, finish) = early[code.as_str()];
        late.insert(code, (late_finish - hours, late_finish));
        let total = late_finish - hours - start;
        times.insert(code.as_str(), [start, finish, late_finish - hours, late_finish, total, next - finish]);
    }
    times
}

proptest! {
    #[test]
    fn floats_and_times_agree_on_every_network(rows in networks(), offsets: bool) {
        let basis = if offsets { Basis::Offsets } else { Basis::Network };
        let schedule = laid(&rows, basis);
        prop_assert_eq!(schedule.times.len(), rows.len());
        let end = schedule.times.values().map(|times| times.early_finish).max().unwrap();
        let start = schedule.times.values().map(|times| times.early_start).min().unwrap();
        prop_assert_eq!((schedule.start, schedule.length), (start, end - start));
        prop_assert!(!schedule.critical().is_empty(), "what ends last has no float");
        for (code, offset, hours, before) in &rows {
            let times = schedule.times[&of::<TaskCode>(code)];
            prop_assert_eq!(times.early_finish - times.early_start, Span::hours(*hours));
            prop_assert_eq!(times.late_finish - times.late_start, Span::hours(*hours));
            prop_assert_eq!(times.total_float, times.late_start - times.early_start);
            prop_assert!(Span::ZERO <= times.free_float && times.free_float <= times.total_float);
            prop_assert!(times.late_finish <= end);
            if offsets {
                prop_assert!(times.early_start >= Span::hours(*offset));
            }
            for Dependency { predecessor, .. } in before {
                prop_assert!(schedule.times[predecessor].early_finish <= times.early_start);
                prop_assert!(schedule.times[predecessor].late_finish <= times.late_start);
            }
        }
    }

    #[test]
    fn finish_to_start_without_lag_is_laid_out_as_when_there_was_nothing_else(rows in networks(), offsets: bool) {
        let basis = if offsets { Basis::Offsets } else { Basis::Network };
        let schedule = laid(&rows, basis);
        for (code, times) in classic(&rows, basis) {
            prop_assert_eq!(hours(&schedule, code), times, "{}", code);
        }
    }

    #[test]
    fn early_and_late_times_keep_every_dependency_of_every_kind(rows in mixed(), offsets: bool) {
        let basis = if offsets { Basis::Offsets } else { Basis::Network };
        let schedule = laid(&rows, basis);
        let end = schedule.start + schedule.length;
        prop_assert!(!schedule.critical().is_empty(), "what ends last has no float");
        for (code, offset, _, before) in &rows {
            let times = schedule.times[&of::<TaskCode>(code)];
            prop_assert_eq!(times.total_float, times.late_start - times.early_start);
            prop_assert!(Span::ZERO <= times.free_float && times.free_float <= times.total_float, "{}", code);
            prop_assert!(times.late_finish <= end);
            let not_before = if offsets { Span::hours(*offset) } else { Span::ZERO };
            prop_assert!(times.early_start >= not_before);
            for Dependency { predecessor, kind, lag } in before {
                let before = schedule.times[predecessor];
                let ends = |before: (Span, Span), own: (Span, Span)| match kind {
                    DependencyKind::FinishToStart => (before.1, own.0),
                    DependencyKind::StartToStart => (before.0, own.0),
                    DependencyKind::FinishToFinish => (before.1, own.1),
                    DependencyKind::StartToFinish => (before.0, own.1),
                };
                let (from, to) =
                    ends((before.early_start, before.early_finish), (times.early_start, times.early_finish));
                prop_assert!(from + *lag <= to, "early {} {}", code, predecessor);
                let (from, to) =
                    ends((before.late_start, before.late_finish), (times.late_start, times.late_finish));
                prop_assert!(from + *lag <= to, "late {} {}", code, predecessor);
            }
        }
    }

    /// What float means, tried out: so much later and nobody, or the end, notices; an hour more and the end
    /// does.
    #[test]
    fn a_task_can_start_its_float_later_and_not_an_hour_more(rows in mixed(), which: prop::sample::Index) {
        let before = laid(&rows, Basis::Offsets);
        let which = which.index(rows.len());
        let code: TaskCode = of(&rows[which].0);
        let end = |schedule: &Schedule| schedule.start + schedule.length;
        let later = |hours: i64| {
            let mut rows = rows.clone();
            rows[which].1 = before.times[&code].early_start.as_seconds() / 3_600 + hours;
            laid(&rows, Basis::Offsets)
        };
        let [.., total, free] = hours(&before, &rows[which].0);
        prop_assert_eq!(end(&later(total)), end(&before));
        prop_assert_eq!(end(&later(total + 1)), end(&before) + Span::hours(1));
        let unnoticed = later(free);
        prop_assert_eq!(end(&unnoticed), end(&before));
        for (other, times) in &before.times {
            prop_assert!(*other == code || unnoticed.times[other].early_start == times.early_start, "{other}");
        }
    }

    /// What float means, tried out: so much longer and the plan ends as before, an hour more and it ends an
    /// hour later.
    #[test]
    fn a_task_can_take_its_float_longer_and_not_an_hour_more(
        rows in networks(),
        which: prop::sample::Index,
        offsets: bool,
    ) {
        let basis = if offsets { Basis::Offsets } else { Basis::Network };
        let before = laid(&rows, basis);
        let which = which.index(rows.len());
        let code: TaskCode = of(&rows[which].0);
        let end = |schedule: &Schedule| schedule.start + schedule.length;
        let longer = |hours: i64| {
            let mut rows = rows.clone();
            rows[which].2 += hours;
            laid(&rows, basis)
        };
        let [.., total, free] = hours(&before, &rows[which].0);
        prop_assert_eq!(end(&longer(total)), end(&before));
        prop_assert_eq!(end(&longer(total + 1)), end(&before) + Span::hours(1));
        let unnoticed = longer(free);
        for (other, times) in &before.times {
            prop_assert!(*other == code || unnoticed.times[other].early_start == times.early_start, "{other}");
        }
    }
}
