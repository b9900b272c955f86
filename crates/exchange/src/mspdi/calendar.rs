//! The plan's calendars as the format has them: weeks of working times, and days that are exceptions.
//!
//! A file's times are UTC, so hours on the clocks of a zone are moved by the offset that the zone has at H-hour. Where
//! clocks change, they are an hour off on the other side of the change; the plan's own schedule follows the clocks.

use super::write::Xml;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use domain::plan::{DayTime, Holiday, WorkCalendar};
use std::collections::BTreeSet;

/// Id of the calendar of 24 hours on seven days.
pub const ROUND_THE_CLOCK: usize = 1;

/// Id of a plan's calendar by its place among them.
pub const fn uid(index: usize) -> usize {
    ROUND_THE_CLOCK + 1 + index
}

const DAY_MINUTES: i64 = 24 * 60;
const WEEK_MINUTES: i64 = 7 * DAY_MINUTES;

/// Minutes of a day in UTC that are worked, half-open, in order and apart.
type Times = Vec<(i64, i64)>;

pub fn write(xml: &mut Xml, calendars: &[WorkCalendar], h_hour: NaiveDateTime) {
    xml.begin("Calendars");
    begin(xml, ROUND_THE_CLOCK, "24 Hours");
    week(xml, &std::array::from_fn(|_| vec![(0, DAY_MINUTES)]));
    xml.end("Calendar");
    for (index, calendar) in calendars.iter().enumerate() {
        let ahead = minutes_ahead(calendar, h_hour.and_utc());
        let days = days(calendar, ahead);
        begin(xml, uid(index), calendar.name.as_str());
        week(xml, &days);
        exceptions(xml, calendar, &days, ahead);
        xml.end("Calendar");
    }
    xml.end("Calendars");
}

fn begin(xml: &mut Xml, uid: usize, name: &str) {
    xml.begin("Calendar");
    xml.leaf("UID", uid);
    xml.leaf("Name", name);
    xml.leaf("IsBaseCalendar", 1);
    xml.leaf("BaseCalendarUID", -1);
}

/// How far the zone's clocks are ahead of UTC then.
fn minutes_ahead(calendar: &WorkCalendar, at: DateTime<Utc>) -> i64 {
    i64::from(calendar.time_zone.local(at).offset().local_minus_utc()) / 60
}

/// Each day of a week in UTC, from Sunday as the format counts.
fn days(calendar: &WorkCalendar, ahead: i64) -> [Times; 7] {
    let mut stretches = Vec::new();
    for hours in &calendar.week {
        // Days count from Monday there.
        let day = (hours.day as i64 + 1) * DAY_MINUTES;
        let minutes = |time: DayTime| i64::from(time.minutes());
        let start = (day + minutes(hours.from) - ahead).rem_euclid(WEEK_MINUTES);
        let end = start + minutes(hours.to) - minutes(hours.from);
        stretches.extend([(start, end), (start - WEEK_MINUTES, end - WEEK_MINUTES)]);
    }
    let mut days: [Times; 7] = Default::default();
    for (day, begin) in days.iter_mut().zip((0..).step_by(24 * 60)) {
        let within = stretches.iter().map(|(start, end)| (start - begin, end - begin));
        let within = within.map(|(start, end)| (start.max(0), end.min(DAY_MINUTES)));
        let mut within: Times = within.filter(|(start, end)| start < end).collect();
        within.sort_unstable();
        for (start, end) in within {
            match day.last_mut() {
                Some((_, last)) if *last >= start => *last = end.max(*last),
                _ => day.push((start, end)),
            }
        }
    }
    days
}

fn week(xml: &mut Xml, days: &[Times; 7]) {
    xml.begin("WeekDays");
    for (index, times) in days.iter().enumerate() {
        xml.begin("WeekDay");
        xml.leaf("DayType", index + 1);
        working(xml, times);
        xml.end("WeekDay");
    }
    xml.end("WeekDays");
}

fn working(xml: &mut Xml, times: &Times) {
    xml.leaf("DayWorking", usize::from(!times.is_empty()));
    if times.is_empty() {
        return;
    }
    xml.begin("WorkingTimes");
    for (start, end) in times {
        xml.begin("WorkingTime");
        xml.leaf("FromTime", clock(*start));
        xml.leaf("ToTime", clock(*end));
        xml.end("WorkingTime");
    }
    xml.end("WorkingTimes");
}

/// The end of a day is written as its beginning.
fn clock(minutes: i64) -> String {
    format!("{:02}:{:02}:00", minutes / 60 % 24, minutes % 60)
}

/// Days in UTC that a holiday takes from, one after another that are off as one.
fn exceptions(xml: &mut Xml, calendar: &WorkCalendar, days: &[Times; 7], ahead: i64) {
    if calendar.holidays.is_empty() {
        return;
    }
    xml.begin("Exceptions");
    for holiday in &calendar.holidays {
        let mut off: Option<(NaiveDate, NaiveDate)> = None;
        for (date, times) in changed(holiday, days, ahead) {
            if times.is_empty() {
                off = Some((off.map_or(date, |(first, _)| first), date));
                continue;
            }
            if let Some((first, last)) = off.take() {
                exception(xml, holiday, first, last, &Times::new());
            }
            exception(xml, holiday, date, date, &times);
        }
        if let Some((first, last)) = off {
            exception(xml, holiday, first, last, &Times::new());
        }
    }
    xml.end("Exceptions");
}

/// What is worked on days in UTC on which that is not as in every week, or nothing. Of many that are off one after another, the
/// first and the last.
fn changed(holiday: &Holiday, days: &[Times; 7], ahead: i64) -> Vec<(NaiveDate, Times)> {
    let midnight = |date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc().timestamp() / 60;
    let start = midnight(holiday.from) - ahead;
    let end = midnight(holiday.to) + DAY_MINUTES - ahead;
    let first = holiday.from.checked_sub_days(Days::new(1)).unwrap_or(holiday.from);
    let last = holiday.to.checked_add_days(Days::new(1)).unwrap_or(holiday.to);
    // Those between the first and the last three are off as a whole, whatever the zone: they are passed over, for a holiday may
    // be long.
    let ends = (0..3)
        .flat_map(|days| [first.checked_add_days(Days::new(days)), last.checked_sub_days(Days::new(days))]);
    let ends: BTreeSet<NaiveDate> = ends.flatten().filter(|date| (first..=last).contains(date)).collect();
    let mut changed = Vec::new();
    for date in ends {
        let (start, end) = (start - midnight(date), end - midnight(date));
        let usual = &days[date.weekday().num_days_from_sunday() as usize];
        let parts = usual.iter().flat_map(|(from, to)| [(*from, start.min(*to)), (end.max(*from), *to)]);
        let left: Times = parts.filter(|(from, to)| from < to).collect();
        let overlaps = start < DAY_MINUTES && end > 0;
        if overlaps && (left != *usual || usual.is_empty()) {
            changed.push((date, left));
        }
    }
    changed
}

fn exception(xml: &mut Xml, holiday: &Holiday, first: NaiveDate, last: NaiveDate, times: &Times) {
    xml.begin("Exception");
    xml.leaf("EnteredByOccurrences", 0);
    xml.begin("TimePeriod");
    xml.leaf("FromDate", format!("{first}T00:00:00"));
    xml.leaf("ToDate", format!("{last}T23:59:00"));
    xml.end("TimePeriod");
    xml.leaf("Occurrences", (last - first).num_days() + 1);
    xml.leaf("Name", &holiday.name);
    xml.leaf("Type", 1);
    working(xml, times);
    xml.end("Exception");
}
