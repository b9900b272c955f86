//! Calendars as elements.

use super::{DAY_MINUTES, Exception, NOTED, Note, Times, Week, Worked};
use crate::mspdi::xml_writer::Xml;
use chrono::NaiveDateTime;
use domain::plan::WorkCalendar;

/// Id of the calendar of 24 hours on seven days.
pub const ROUND_THE_CLOCK: usize = 1;

/// Begins with no code, so that no calendar of a plan is called as it is.
const ROUND_THE_CLOCK_NAME: &str = "Round the clock";

/// Id of a plan's calendar by its place among them.
pub const fn uid(index: usize) -> usize {
    ROUND_THE_CLOCK + 1 + index
}

/// Its code, and what it is called.
pub fn name(calendar: &WorkCalendar) -> String {
    format!("{} {}", calendar.code, calendar.name)
}

/// What the calendars' elements cannot say; `None`: there are none.
pub fn note(calendars: &[WorkCalendar], h_hour: NaiveDateTime) -> Option<String> {
    if calendars.is_empty() {
        return None;
    }
    let note = serde_json::to_string(&Note { h_hour, calendars: calendars.into() });
    // Nothing in it cannot be written. JSON has an escape for what XML cannot say.
    let json = note.unwrap_or_default().replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff");
    Some(format!("{NOTED}{json}"))
}

pub fn write(xml: &mut Xml, calendars: &[WorkCalendar], h_hour: NaiveDateTime) {
    xml.begin("Calendars");
    begin(xml, ROUND_THE_CLOCK, ROUND_THE_CLOCK_NAME);
    week(xml, &std::array::from_fn(|_| vec![(0, DAY_MINUTES)]));
    xml.end("Calendar");
    for (index, calendar) in calendars.iter().enumerate() {
        let worked = Worked::of(calendar, h_hour);
        begin(xml, uid(index), &name(calendar));
        week(xml, &worked.week);
        exceptions(xml, &worked.exceptions);
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

fn week(xml: &mut Xml, days: &Week) {
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

fn exceptions(xml: &mut Xml, exceptions: &[Exception]) {
    if exceptions.is_empty() {
        return;
    }
    xml.begin("Exceptions");
    for Exception { first, last, times, name } in exceptions {
        xml.begin("Exception");
        xml.leaf("EnteredByOccurrences", 0);
        xml.begin("TimePeriod");
        xml.leaf("FromDate", format!("{first}T00:00:00"));
        xml.leaf("ToDate", format!("{last}T23:59:00"));
        xml.end("TimePeriod");
        xml.leaf("Occurrences", (*last - *first).num_days() + 1);
        xml.leaf("Name", name);
        xml.leaf("Type", 1);
        working(xml, times);
        xml.end("Exception");
    }
    xml.end("Exceptions");
}
