//! Working time: how much of it lies between two instants, and which instant is so much of it away.
//!
//! `W(t)` is the working time from an anchor to `t`. It never falls and stands still outside working time, so
//! that every question is one on `W` and its two inverses: where a finish is meant, the earliest instant with
//! that much work behind it; where a start is meant, the latest. A finish at the end of a shift and a start
//! at the next one's beginning are the same working time, which is why a task that waits for a Friday's last
//! hour starts on Monday without delay.

use crate::{
    Instant, Span,
    plan::{Holiday, WorkCalendar},
};
use chrono::{DateTime, Datelike as _, Days, NaiveDate, Offset as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use std::collections::VecDeque;

/// So far from H-hour, ten years, calendars hold; further away all time is working time. What is worked out
/// for one calendar is bounded by it.
const HORIZON: i64 = Span::MAX.as_seconds() / 10;

/// Days that are worked out at a time.
const STEP: u64 = 32;

/// A stretch of working time, half-open, in seconds from H-hour.
#[derive(Debug, Clone, Copy)]
struct Shift {
    start: i64,
    end: i64,
    /// `W(start)`.
    worked: i64,
}

/// A calendar on an operation's time: instants are spans from H-hour. Days are worked out as they are asked
/// for.
#[derive(Debug)]
pub struct Working {
    h_hour: DateTime<Utc>,
    zone: Tz,
    /// From Monday; minutes of the day, in order and apart.
    week: [Vec<(u16, u16)>; 7],
    /// In order and apart, the last day included.
    holidays: Vec<(NaiveDate, NaiveDate)>,
    /// In order and apart.
    shifts: VecDeque<Shift>,
    /// Days before this and from this on are in `shifts`, or not yet.
    known: std::ops::Range<NaiveDate>,
}

impl Working {
    /// A zone that this build does not know is taken for UTC, as elsewhere.
    pub fn new(calendar: &WorkCalendar, h_hour: Instant) -> Self {
        let zone = calendar.time_zone.as_str().parse().unwrap_or(Tz::UTC);
        let mut week: [Vec<(u16, u16)>; 7] = Default::default();
        let mut hours = calendar.week.clone();
        hours.sort();
        for hours in hours {
            let day = &mut week[hours.day as usize];
            match day.last_mut() {
                Some((_, to)) if *to >= hours.from.minutes() => *to = (*to).max(hours.to.minutes()),
                _ => day.push((hours.from.minutes(), hours.to.minutes())),
            }
        }
        let mut days_off: Vec<_> =
            calendar.holidays.iter().map(|Holiday { from, to, .. }| (*from, *to)).collect();
        days_off.sort_unstable();
        let mut holidays: Vec<(NaiveDate, NaiveDate)> = Vec::with_capacity(days_off.len());
        for (from, to) in days_off {
            match holidays.last_mut() {
                Some((_, last)) if from <= *last => *last = to.max(*last),
                _ => holidays.push((from, to)),
            }
        }
        let h_hour = h_hour.to_utc();
        let today = h_hour.with_timezone(&zone).date_naive();
        Self { h_hour, zone, week, holidays, shifts: VecDeque::new(), known: today..today }
    }

    /// The first working moment from `at` on.
    pub fn next(&mut self, at: Span) -> Span {
        let worked = self.worked(at.as_seconds());
        // The latest instant with as much behind it, unless that is `at` already.
        Span::seconds(self.latest(worked).max(at.as_seconds()))
    }

    /// The finish of what starts at `start` and takes so much work.
    pub fn finish(&mut self, start: Span, work: Span) -> Span {
        if work <= Span::ZERO {
            return start;
        }
        let worked = self.worked(start.as_seconds());
        Span::seconds(self.earliest(worked.saturating_add(work.as_seconds())))
    }

    /// The latest start of what takes so much work and has to be finished by `finish`.
    pub fn start(&mut self, finish: Span, work: Span) -> Span {
        if work <= Span::ZERO {
            return finish;
        }
        let worked = self.worked(finish.as_seconds());
        Span::seconds(self.latest(worked.saturating_sub(work.as_seconds())))
    }

    /// Working time from `from` to `to`; negative when `to` is before.
    pub fn between(&mut self, from: Span, to: Span) -> Span {
        Span::seconds(self.worked(to.as_seconds()).saturating_sub(self.worked(from.as_seconds())))
    }

    /// `W(at)`.
    fn worked(&mut self, at: i64) -> i64 {
        self.reach(|first, _| first.start <= at, |_, last| last.end > at);
        let (Some(first), Some(last)) = (self.shifts.front(), self.shifts.back()) else { return at };
        if at < first.start {
            return first.worked.saturating_sub(first.start.saturating_sub(at));
        }
        if at >= last.end {
            return (last.worked + last.end - last.start).saturating_add(at - last.end);
        }
        let shift = self.shifts[self.shifts.partition_point(|shift| shift.start <= at) - 1];
        shift.worked + (at.min(shift.end) - shift.start)
    }

    /// The earliest instant with `W` of `worked`.
    fn earliest(&mut self, worked: i64) -> i64 {
        self.reach(|first, _| first.worked < worked, |_, last| last.worked + last.end - last.start >= worked);
        let (Some(first), Some(last)) = (self.shifts.front(), self.shifts.back()) else { return worked };
        if worked <= first.worked {
            return first.start.saturating_sub(first.worked.saturating_sub(worked));
        }
        let end = last.worked + last.end - last.start;
        if worked > end {
            return last.end.saturating_add(worked - end);
        }
        let shift = self.shifts[self.shifts.partition_point(|shift| shift.worked < worked) - 1];
        shift.start + (worked - shift.worked)
    }

    /// The latest instant with `W` of `worked`.
    fn latest(&mut self, worked: i64) -> i64 {
        self.reach(|first, _| first.worked <= worked, |_, last| last.worked + last.end - last.start > worked);
        let (Some(first), Some(last)) = (self.shifts.front(), self.shifts.back()) else { return worked };
        if worked < first.worked {
            return first.start.saturating_sub(first.worked.saturating_sub(worked));
        }
        let end = last.worked + last.end - last.start;
        if worked >= end {
            return last.end.saturating_add(worked - end);
        }
        let shift = self.shifts[self.shifts.partition_point(|shift| shift.worked <= worked) - 1];
        shift.start + (worked - shift.worked)
    }

    /// Works out days until `early` and `late` hold of the first and the last shift, or the horizon is
    /// reached.
    fn reach(&mut self, early: impl Fn(&Shift, &Shift) -> bool, late: impl Fn(&Shift, &Shift) -> bool) {
        let holds = |shifts: &VecDeque<Shift>, what: &dyn Fn(&Shift, &Shift) -> bool| {
            shifts.front().zip(shifts.back()).is_some_and(|(first, last)| what(first, last))
        };
        while !holds(&self.shifts, &late) && self.grow_late() {}
        while !holds(&self.shifts, &early) && self.grow_early() {}
    }

    /// Whether there is more to work out.
    fn grow_late(&mut self) -> bool {
        let day = self.known.end;
        let Some(end) = day.checked_add_days(Days::new(STEP)).filter(|end| self.near(*end)) else {
            return false;
        };
        self.known.end = end;
        for day in day.iter_days().take_while(|day| *day < end) {
            for (start, end) in self.on(day) {
                let (start, worked) = match self.shifts.back() {
                    Some(last) => (start.max(last.end), last.worked + last.end - last.start),
                    None => (start, 0),
                };
                if start < end {
                    self.shifts.push_back(Shift { start, end, worked });
                }
            }
        }
        true
    }

    /// As [`Self::grow_late`], to the other side.
    fn grow_early(&mut self) -> bool {
        let end = self.known.start;
        let Some(from) = end.checked_sub_days(Days::new(STEP)).filter(|from| self.near(*from)) else {
            return false;
        };
        self.known.start = from;
        let days: Vec<_> = from.iter_days().take_while(|day| *day < end).collect();
        for day in days.into_iter().rev() {
            for (start, end) in self.on(day).into_iter().rev() {
                let (end, after) =
                    self.shifts.front().map_or((end, 0), |first| (end.min(first.start), first.worked));
                if start < end {
                    self.shifts.push_front(Shift { start, end, worked: after - (end - start) });
                }
            }
        }
        true
    }

    fn near(&self, day: NaiveDate) -> bool {
        let noon = day.and_time(chrono::NaiveTime::MIN).and_utc();
        (noon - self.h_hour).num_seconds().abs() < HORIZON
    }

    /// The shifts of one day, in seconds from H-hour.
    fn on(&self, day: NaiveDate) -> Vec<(i64, i64)> {
        let begun = self.holidays.partition_point(|(from, _)| *from <= day);
        if self.holidays[..begun].last().is_some_and(|(_, to)| day <= *to) {
            return Vec::new();
        }
        let hours = &self.week[day.weekday().num_days_from_monday() as usize];
        hours.iter().map(|(from, to)| (self.instant(day, *from), self.instant(day, *to))).collect()
    }

    /// Seconds from H-hour. Of a time that clocks show twice, the first; one that they leave out is when it
    /// would have been without the change.
    fn instant(&self, day: NaiveDate, minutes: u16) -> i64 {
        let local = day.and_time(chrono::NaiveTime::MIN) + TimeDelta::minutes(minutes.into());
        let at = self.zone.from_local_datetime(&local).earliest().map_or_else(
            || {
                let before = self.zone.offset_from_utc_datetime(&(local - TimeDelta::days(1))).fix();
                (local - before).and_utc()
            },
            |at| at.to_utc(),
        );
        (at - self.h_hour).num_seconds()
    }
}
