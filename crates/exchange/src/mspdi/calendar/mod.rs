//! The plan's calendars as the format has them, and back.
//!
//! The format knows of a calendar its name, a week of working times, and days that are exceptions. A file's
//! times are UTC, so hours on the clocks of a zone are moved by the offset that the zone has at H-hour. Where
//! clocks change, they are an hour off on the other side of the change; the plan's own schedule follows the
//! clocks.
//!
//! What the format cannot say (code, zone, rest, whom it is for, how hours that touch are cut) stands in the
//! `Notes` of the milestone H-hour as JSON, behind [`NOTED`]. Notes are a text that the schema does not
//! bound, and that programs keep (seen of MPXJ); calendars have no custom fields, those of tasks end after
//! 255 letters, and an element that the schema has not may keep a program from opening the file. Names begin
//! with the calendar's code: by that it is found again, and no two have one name, which Microsoft Project
//! asks for. As with links, what is noted counts as long as the calendar is what it was written as. Of one
//! that was changed elsewhere, hours and days off are those of the file, moved back by the offset that is
//! noted; the rest stays as noted. One that is no longer there is no more, the last one too.
//!
//! Others come in if tasks have them: of the tasks' posts, or of the leads of those without a post, in UTC,
//! each under the code that its name begins with, else `C` and its number. One of 24 hours on seven days is
//! none. The project's own calendar is not read: tasks without one of their own take time that passes.

mod read;
mod write;

pub use read::{Task, is_round_the_clock, read};
pub use write::{ROUND_THE_CLOCK, note, uid, write};

use crate::xml::xml_text;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use domain::plan::{DayTime, Holiday, MOST_DAYS_OFF, Weekday, WorkCalendar, WorkingHours};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};
use strum::VariantArray as _;

/// What the calendars' note begins with.
const NOTED: &str = "Accord calendars: ";

/// What the format cannot say.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Note<'a> {
    /// The H-hour by which hours were moved.
    h_hour: NaiveDateTime,
    calendars: Cow<'a, [WorkCalendar]>,
}

const DAY_MINUTES: i64 = 24 * 60;

/// Minutes of a day that are worked, half-open, in order and apart.
type Times = Vec<(i64, i64)>;

/// From Sunday, as the format counts.
type Week = [Times; 7];

/// A calendar in UTC.
#[derive(Debug, Default, PartialEq, Eq)]
struct Worked {
    week: Week,
    /// In order and apart.
    exceptions: Vec<Exception>,
}

/// What is worked on some days on which that is not as in every week.
#[derive(Debug, PartialEq, Eq)]
struct Exception {
    first: NaiveDate,
    last: NaiveDate,
    times: Times,
    name: String,
}

/// Days off on the clocks of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DaysOff {
    first: NaiveDate,
    last: NaiveDate,
    /// The place of the exception that has their name.
    exception: usize,
}

/// Why an exception is no holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unlike {
    /// More is worked than otherwise.
    Work,
    /// Less, on a day that is not off.
    PartOfDay,
}

/// How far the zone's clocks are ahead of UTC then, in minutes.
fn minutes_ahead(calendar: &WorkCalendar, at: DateTime<Utc>) -> i64 {
    i64::from(calendar.time_zone.local(at).offset().local_minus_utc()) / 60
}

/// The day's place in a week, of days that are counted from a Sunday.
fn place(day: i64) -> usize {
    usize::try_from(day.rem_euclid(7)).unwrap_or_default()
}

fn usual(week: &Week, date: NaiveDate) -> &Times {
    &week[date.weekday().num_days_from_sunday() as usize]
}

/// From the minutes' first day: on which each part of them lies, and where in it.
fn cut(from: i64, to: i64) -> impl Iterator<Item = (i64, (i64, i64))> {
    (from.div_euclid(DAY_MINUTES)..).map_while(move |day| {
        let begin = day * DAY_MINUTES;
        let part = (from.max(begin) - begin, to.min(begin + DAY_MINUTES) - begin);
        (part.0 < part.1).then_some((day, part))
    })
}

/// In order and apart.
fn merged(mut times: Times) -> Times {
    times.sort_unstable();
    let mut merged = Times::with_capacity(times.len());
    for (from, to) in times {
        match merged.last_mut() {
            Some((_, last)) if *last >= from => *last = to.max(*last),
            _ => merged.push((from, to)),
        }
    }
    merged
}

/// What is left of them without those between.
fn without(times: &Times, start: i64, end: i64) -> Times {
    let parts = times.iter().flat_map(|(from, to)| [(*from, start.min(*to)), (end.max(*from), *to)]);
    parts.filter(|(from, to)| from < to).collect()
}

fn minutes(times: &Times) -> i64 {
    times.iter().map(|(from, to)| to - from).sum()
}

/// The week by clocks that are so much ahead.
fn turned(week: &Week, ahead: i64) -> Week {
    let mut turned = Week::default();
    for (day, times) in (0..).zip(week) {
        for (from, to) in times {
            let begin = day * DAY_MINUTES + ahead;
            for (day, part) in cut(begin + from, begin + to) {
                turned[place(day)].push(part);
            }
        }
    }
    turned.map(merged)
}

impl Worked {
    fn of(calendar: &WorkCalendar, h_hour: NaiveDateTime) -> Self {
        let ahead = minutes_ahead(calendar, h_hour.and_utc());
        let mut local = Week::default();
        for hours in &calendar.week {
            // Days count from Monday there.
            local[place(hours.day as i64 + 1)].push((hours.from.minutes().into(), hours.to.minutes().into()));
        }
        let week = turned(&local, -ahead);
        let exceptions = exceptions(&calendar.holidays, &week, ahead);
        Self { week, exceptions }
    }

    /// 24 hours on seven days, and never off.
    fn is_round_the_clock(&self) -> bool {
        self.exceptions.is_empty() && self.week.iter().all(|times| *times == [(0, DAY_MINUTES)])
    }

    /// By clocks that are so much ahead of UTC, from Monday on.
    fn hours(&self, ahead: i64) -> Vec<WorkingHours> {
        let local = turned(&self.week, ahead);
        let time = |minutes: i64| u16::try_from(minutes).ok().and_then(DayTime::of);
        let days = Weekday::VARIANTS.iter().zip(1..);
        let hours = days.flat_map(|(day, number)| {
            local[place(number)].iter().filter_map(move |(from, to)| {
                Some(WorkingHours { day: *day, from: time(*from)?, to: time(*to)? })
            })
        });
        hours.collect()
    }

    /// Days that are off by those clocks; else the exceptions that are not, by their place. They are to lie
    /// in years that end: they are gone through day by day.
    fn holidays(&self, ahead: i64) -> Result<Vec<DaysOff>, BTreeMap<usize, Unlike>> {
        let local = turned(&self.week, ahead);
        let mut unlike = BTreeMap::new();
        let mut off = BTreeMap::<NaiveDate, usize>::new();
        let mut less = BTreeMap::<NaiveDate, (i64, usize)>::new();
        for (index, exception) in self.exceptions.iter().enumerate() {
            let Exception { first, last, times, .. } = exception;
            // Whole days, also those on which nobody works.
            if times.is_empty() {
                let days = (*last - *first).num_days() + 1;
                let whole = cut(ahead, days * DAY_MINUTES + ahead);
                let whole = whole.filter(|(_, part)| *part == (0, DAY_MINUTES));
                off.extend(whole.filter_map(|(day, _)| Some((plus(*first, day)?, index))));
            }
            for date in first.iter_days().take_while(|date| date <= last) {
                let usual = usual(&self.week, date);
                let lost = times.iter().fold(usual.clone(), |lost, (from, to)| without(&lost, *from, *to));
                if minutes(times) > minutes(usual) - minutes(&lost) {
                    unlike.insert(index, Unlike::Work);
                }
                for (day, part) in lost.iter().flat_map(|(from, to)| cut(from + ahead, to + ahead)) {
                    let Some(date) = plus(date, day) else { continue };
                    let (sum, of) = less.entry(date).or_insert((0, index));
                    (*sum, *of) = (*sum + part.1 - part.0, index);
                }
            }
        }
        for (date, (lost, index)) in less {
            if lost == minutes(usual(&local, date)) {
                off.entry(date).or_insert(index);
            } else {
                unlike.entry(index).or_insert(Unlike::PartOfDay);
            }
        }
        if unlike.is_empty() { Ok(self.together(off)) } else { Err(unlike) }
    }

    /// Days one after another that are called the same, as far as a holiday goes.
    fn together(&self, off: BTreeMap<NaiveDate, usize>) -> Vec<DaysOff> {
        let name = |exception: usize| &self.exceptions[exception].name;
        let mut together = Vec::<DaysOff>::new();
        for (date, exception) in off {
            match together.last_mut() {
                Some(days)
                    if days.last.succ_opt() == Some(date)
                        && (date - days.first).num_days() < MOST_DAYS_OFF
                        && name(days.exception) == name(exception) =>
                {
                    days.last = date;
                }
                _ => together.push(DaysOff { first: date, last: date, exception }),
            }
        }
        together
    }
}

fn plus(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    date.checked_add_signed(chrono::TimeDelta::days(days))
}

/// Days in UTC that holidays take from, one after another that are off as one. A day that two take from is
/// the first's.
fn exceptions(holidays: &[Holiday], week: &Week, ahead: i64) -> Vec<Exception> {
    let mut holidays: Vec<&Holiday> = holidays.iter().filter(|holiday| holiday.from <= holiday.to).collect();
    holidays.sort_by_key(|holiday| (holiday.from, holiday.to));
    // Those that touch are off as a whole.
    let mut wholes = Vec::<(NaiveDate, NaiveDate)>::new();
    for Holiday { from, to, .. } in &holidays {
        match wholes.last_mut() {
            Some((_, last)) if last.succ_opt().is_none_or(|next| *from <= next) => *last = (*to).max(*last),
            _ => wholes.push((*from, *to)),
        }
    }
    let mut exceptions = Vec::<Exception>::new();
    for holiday in holidays {
        let whole = wholes[wholes.partition_point(|(_, last)| *last < holiday.from)];
        let done = exceptions.last().map(|exception| exception.last);
        let mut begun = false;
        for (date, times) in changed((holiday.from, holiday.to), whole, done, week, ahead) {
            match exceptions.last_mut() {
                Some(exception) if begun && times.is_empty() && exception.times.is_empty() => {
                    exception.last = date;
                }
                _ => exceptions.push(Exception {
                    first: date,
                    last: date,
                    times,
                    name: xml_text(holiday.name.as_str()),
                }),
            }
            begun = true;
        }
    }
    exceptions
}

/// What is worked on days in UTC on which that is not as in every week, or nothing. Of many that are off one
/// after another, the first and the last.
fn changed(
    (from, to): (NaiveDate, NaiveDate),
    whole: (NaiveDate, NaiveDate),
    done: Option<NaiveDate>,
    week: &Week,
    ahead: i64,
) -> Vec<(NaiveDate, Times)> {
    let midnight = |date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc().timestamp() / 60;
    let in_utc = |from, to| (midnight(from) - ahead, midnight(to) + DAY_MINUTES - ahead);
    let first = from.checked_sub_days(Days::new(1)).unwrap_or(from);
    let first = done.map_or(first, |done| first.max(done.succ_opt().unwrap_or(done)));
    let last = to.checked_add_days(Days::new(1)).unwrap_or(to);
    // Those between the first and the last three are off as a whole, whatever the zone: they are passed over,
    // for a holiday may be long.
    let ends = (0..3)
        .flat_map(|days| [first.checked_add_days(Days::new(days)), last.checked_sub_days(Days::new(days))]);
    let ends: BTreeSet<NaiveDate> = ends.flatten().filter(|date| (first..=last).contains(date)).collect();
    let (own, whole) = (in_utc(from, to), in_utc(whole.0, whole.1));
    let mut changed = Vec::new();
    for date in ends {
        let begin = midnight(date);
        let usual = usual(week, date);
        let left = without(usual, whole.0 - begin, whole.1 - begin);
        let overlaps = own.0 < begin + DAY_MINUTES && own.1 > begin;
        if overlaps && (left != *usual || usual.is_empty()) {
            changed.push((date, left));
        }
    }
    changed
}
