//! Elements as calendars.

use super::{
    DAY_MINUTES, DaysOff, Exception, NOTED, Note, Times, Unlike, Week, Worked, merged, minutes_ahead,
    write::name,
};
use crate::{
    Faults, Row,
    mspdi::{
        value::{Told, parse_as, parse_date, tell},
        xml::Element,
    },
    xml::xml_text,
};
use chrono::{Datelike as _, NaiveTime, Timelike as _};
use domain::plan::{
    CalendarOf, HOLIDAY_YEARS, Holiday, MOST_CALENDARS, MOST_DAYS_OFF, MOST_HOLIDAYS, MOST_STRETCHES,
    WorkCalendar, WorkingHours,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

/// Most exceptions of a calendar: a holiday takes from three days in UTC, or from the first, the last and
/// those between.
const MOST_EXCEPTIONS: usize = 3 * MOST_HOLIDAYS;

/// What days off are called that have no name.
const UNNAMED: &str = "Off";

/// A task that is read.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    pub element: &'a Element,
    /// `None`: it has faults, which are told.
    pub row: Option<&'a Row>,
}

/// An element that becomes a calendar of the plan.
struct Found<'a> {
    uid: &'a str,
    element: &'a Element,
    calendar: Result<WorkCalendar, Told>,
    /// Whose it is, tasks say.
    foreign: bool,
}

/// The calendars of a file, each with the line that it begins on; `None`: it neither has any nor notes any.
pub fn read(
    root: &Element,
    note: Option<&Element>,
    tasks: &[Task<'_>],
    faults: &mut Faults,
) -> (Option<Vec<WorkCalendar>>, Vec<usize>) {
    let all: Vec<&Element> =
        root.child("Calendars").into_iter().flat_map(|all| all.children("Calendar")).collect();
    let Ok(noted) = read_note(note, faults) else { return (None, Vec::new()) };
    let mut found = noted.as_ref().map(|noted| of_note(noted, &all, faults)).unwrap_or_default();
    of_tasks(tasks, &all, &mut found, faults);
    let mut codes = BTreeMap::new();
    for Found { element, calendar, .. } in &found {
        let Ok(calendar) = calendar else { continue };
        let first = *codes.entry(&calendar.code).or_insert(element.place);
        if first != element.place {
            let message =
                format!("{} is the code of the calendar on line {} already", calendar.code, first.line);
            tell(faults, element, &message);
        }
    }
    give_out(tasks, &mut found);
    let places: BTreeMap<&str, usize> =
        found.iter().enumerate().map(|(index, found)| (found.uid, index)).collect();
    let read: Result<Vec<WorkCalendar>, Told> = found.iter().map(|found| found.calendar.clone()).collect();
    let Ok(calendars) = read else { return (None, Vec::new()) };
    check(tasks, &places, &calendars, faults);
    let lines = found.iter().map(|found| found.element.place.line).collect();
    (Some(calendars).filter(|calendars| noted.is_some() || !calendars.is_empty()), lines)
}

/// Whether the project's own calendar is, so that time of work is time that passes. What is wrong with it is
/// not told: nothing else is read of it.
pub fn is_round_the_clock(root: &Element) -> bool {
    let Some(uid) = root.value("CalendarUID") else { return false };
    let mut all = root.child("Calendars").into_iter().flat_map(|all| all.children("Calendar"));
    all.find(|calendar| calendar.value("UID") == Some(uid)).is_some_and(|calendar| {
        worked(calendar, &mut Faults::default()).is_ok_and(|(worked, _)| worked.is_round_the_clock())
    })
}

/// Calendars that this crate wrote.
fn read_note(note: Option<&Element>, faults: &mut Faults) -> Result<Option<Note<'static>>, Told> {
    let Some((note, (_, json))) = note.and_then(|note| Some((note, note.text().split_once(NOTED)?))) else {
        return Ok(None);
    };
    // What stands behind it is the planner's.
    let read = serde_json::Deserializer::from_str(json).into_iter::<Note<'static>>().next();
    match read {
        Some(Ok(note)) if is_sound(&note) => Ok(Some(note)),
        _ => Err(tell(
            faults,
            note,
            "is not what was noted of the plan's calendars: export the plan anew, or take the note away",
        )),
    }
}

/// Codes and texts that are some, in numbers that can be worked out: programs and people may have changed
/// them.
fn is_sound(note: &Note<'_>) -> bool {
    let codes: BTreeSet<_> = note.calendars.iter().map(|calendar| &calendar.code).collect();
    // On some clocks, the last moment that can be told is none.
    (1..=9_999).contains(&note.h_hour.year())
        && note.calendars.len() <= MOST_CALENDARS
        && codes.len() == note.calendars.len()
        && note.calendars.iter().all(|calendar| {
            let WorkCalendar { code, name, time_zone, week, rest, partners, posts, .. } = calendar;
            is(code, code.as_str())
                && is(name, name.as_str())
                && is(time_zone, time_zone.as_str())
                && week.iter().all(|hours| hours.from < hours.to)
                && calendar.holidays.iter().all(|Holiday { name, .. }| is(name, name.as_str()))
                && rest.is_none_or(domain::Span::is_within_bounds)
                && partners.iter().all(|partner| is(partner, partner.as_str()))
                && posts.iter().all(|post| is(post, post.as_str()))
                && week.len() <= MOST_STRETCHES
                && are_bounded(&calendar.holidays)
        })
}

fn is<T: FromStr + PartialEq>(value: &T, text: &str) -> bool {
    text.parse::<T>().is_ok_and(|parsed| parsed == *value)
}

/// As a plan takes it.
fn are_bounded(holidays: &[Holiday]) -> bool {
    holidays.len() <= MOST_HOLIDAYS
        && holidays.iter().all(|Holiday { from, to, .. }| {
            HOLIDAY_YEARS.contains(&from.year()) && (0..MOST_DAYS_OFF).contains(&(*to - *from).num_days())
        })
}

fn of_note<'a>(note: &Note<'_>, all: &[&'a Element], faults: &mut Faults) -> Vec<Found<'a>> {
    let mut by_code = BTreeMap::<&str, &Element>::new();
    let mut by_name = BTreeMap::<&str, &Element>::new();
    // Those of resources are called as these are.
    for element in all.iter().filter(|element| element.value("IsBaseCalendar") != Some("0")) {
        let Some(called) = element.value("Name") else { continue };
        by_name.entry(called).or_insert(element);
        // What programs call the one of 24 hours on seven days: it begins with no code.
        if let Some(code) = called.split_whitespace().next().filter(|_| called != "24 Hours") {
            by_code.entry(code).or_insert(element);
        }
    }
    let mut found = Vec::new();
    for noted in note.calendars.iter() {
        let as_written = by_name.get(xml_text(&name(noted)).as_str());
        let Some(element) = as_written.or_else(|| by_code.get(noted.code.as_str())) else { continue };
        let calendar = as_noted(noted, note, element, faults);
        let uid = element.value("UID").unwrap_or_default();
        found.push(Found { uid, element, calendar, foreign: false });
    }
    found
}

/// Exactly, unless it was changed since.
fn as_noted(
    noted: &WorkCalendar,
    note: &Note<'_>,
    element: &Element,
    faults: &mut Faults,
) -> Result<WorkCalendar, Told> {
    let (worked, places) = worked(element, faults)?;
    let called = element.value("Name").unwrap_or_default();
    let mut calendar = noted.clone();
    if called != xml_text(&name(noted)) {
        let rest = called.split_once(char::is_whitespace).map_or(called, |(_, rest)| rest.trim());
        calendar.name = parse_as(faults, element, rest)?;
    }
    if worked != Worked::of(noted, note.h_hour) {
        let ahead = minutes_ahead(noted, note.h_hour.and_utc());
        (calendar.week, calendar.holidays) = on_clocks(ahead, element, &worked, &places, faults)?;
    }
    Ok(calendar)
}

/// Those of others that tasks have.
fn of_tasks<'a>(tasks: &[Task<'_>], all: &[&'a Element], found: &mut Vec<Found<'a>>, faults: &mut Faults) {
    let used: BTreeSet<&str> = tasks.iter().filter_map(|task| uid_of(task.element)).collect();
    let mut known = BTreeSet::new();
    for element in all {
        let Some(uid) = element.value("UID") else { continue };
        if !used.contains(uid) {
            continue;
        }
        if !known.insert(uid) {
            tell(faults, element, "has a UID that another calendar has already");
            continue;
        }
        if found.iter().any(|found| found.uid == uid) {
            continue;
        }
        if found.len() == MOST_CALENDARS {
            tell(
                faults,
                element,
                &format!("tasks have more than the {MOST_CALENDARS} calendars that a plan takes"),
            );
            break;
        }
        let calendar = match worked(element, faults) {
            Ok((worked, _)) if worked.is_round_the_clock() => continue,
            Ok((worked, places)) => foreign(uid, element, &worked, &places, faults),
            Err(told) => Err(told),
        };
        found.push(Found { uid, element, calendar, foreign: true });
    }
    for task in tasks {
        if let Some(uid) = task
            .element
            .child("CalendarUID")
            .filter(|_| uid_of(task.element).is_some_and(|uid| !known.contains(uid)))
        {
            tell(faults, uid, "there is no calendar of this UID");
        }
    }
}

fn foreign(
    uid: &str,
    element: &Element,
    worked: &Worked,
    places: &[&Element],
    faults: &mut Faults,
) -> Result<WorkCalendar, Told> {
    let called = element.value("Name").unwrap_or_default();
    let coded = called.split_once(char::is_whitespace).and_then(|(code, name)| {
        let code = code.parse().ok().filter(|_| code.contains(|letter: char| letter.is_ascii_uppercase()))?;
        Some((code, name.trim()))
    });
    let (code, called) = match coded {
        Some(coded) => coded,
        None => (parse_as(faults, element, &format!("C{uid}"))?, called),
    };
    let name = parse_as(faults, element.child("Name").unwrap_or(element), called)?;
    let (week, holidays) = on_clocks(0, element, worked, places, faults)?;
    Ok(WorkCalendar {
        code,
        name,
        time_zone: parse_as(faults, element, "UTC")?,
        week,
        holidays,
        rest: None,
        partners: BTreeSet::new(),
        posts: BTreeSet::new(),
    })
}

/// Hours and days off by clocks that are so much ahead of UTC, as many as a plan takes. The week goes first:
/// each day of an exception is held against its stretches.
fn on_clocks(
    ahead: i64,
    element: &Element,
    worked: &Worked,
    places: &[&Element],
    faults: &mut Faults,
) -> Result<(Vec<WorkingHours>, Vec<Holiday>), Told> {
    let week = worked.hours(ahead);
    if week.len() > MOST_STRETCHES {
        let message =
            format!("has more than the {MOST_STRETCHES} stretches of work in a week that a plan takes");
        return Err(tell(faults, element, &message));
    }
    let holidays = holidays(worked, places, ahead, faults)?;
    if !are_bounded(&holidays) {
        let (first, last) = (HOLIDAY_YEARS.start(), HOLIDAY_YEARS.end());
        let message = format!(
            "has more than the {MOST_HOLIDAYS} holidays in the years {first} to {last} that a plan takes"
        );
        return Err(tell(faults, element, &message));
    }
    Ok((week, holidays))
}

/// Says whose those are that this crate did not write: that of a task with a post, the post's; else its
/// lead's. Where tasks do not agree, the check tells so.
fn give_out(tasks: &[Task<'_>], found: &mut [Found<'_>]) {
    let noted: Vec<WorkCalendar> =
        found.iter().filter(|found| !found.foreign).filter_map(|found| found.calendar.clone().ok()).collect();
    let mut posts: BTreeSet<_> = noted.iter().flat_map(|calendar| &calendar.posts).collect();
    let mut partners: BTreeSet<_> = noted.iter().flat_map(|calendar| &calendar.partners).collect();
    for (uid, row) in tasks.iter().filter_map(|task| Some((uid_of(task.element)?, task.row?))) {
        let calendar = found.iter_mut().find(|found| found.uid == uid && found.foreign);
        let Some(Ok(calendar)) = calendar.map(|found| &mut found.calendar) else { continue };
        match &row.post {
            Some(post) if posts.insert(post) => _ = calendar.posts.insert(post.clone()),
            None if partners.insert(&row.lead) => _ = calendar.partners.insert(row.lead.clone()),
            Some(_) | None => {}
        }
    }
}

/// That each task has the calendar here that it will have in the plan.
fn check(
    tasks: &[Task<'_>],
    places: &BTreeMap<&str, usize>,
    calendars: &[WorkCalendar],
    faults: &mut Faults,
) {
    let of = CalendarOf::new(calendars);
    let told = |index: Option<usize>| match index {
        Some(index) => format!("the calendar {}", calendars[index].code),
        None => "no calendar".to_owned(),
    };
    for (element, row) in tasks.iter().filter_map(|task| Some((task.element, task.row?))) {
        let here = uid_of(element).and_then(|uid| places.get(uid).copied());
        let there = of.task(&row.lead, row.post.as_ref());
        if here != there {
            let mend = match &row.post {
                Some(post) => format!("{post} one calendar; a post without any has that of its tasks' lead"),
                None => format!("{} without a post one calendar", row.lead),
            };
            let message = format!(
                "has {} here, and would have {} in the plan: give all tasks of {mend}",
                told(here),
                told(there)
            );
            tell(faults, element.child("CalendarUID").unwrap_or(element), &message);
        }
    }
}

/// Of the task's own calendar.
fn uid_of(task: &Element) -> Option<&str> {
    task.value("CalendarUID").filter(|uid| *uid != "-1")
}

/// With the elements of its exceptions.
fn worked<'a>(calendar: &'a Element, faults: &mut Faults) -> Result<(Worked, Vec<&'a Element>), Told> {
    let mut told = Ok(());
    if let Some(week) = calendar.child("WorkWeeks").and_then(|weeks| weeks.child("WorkWeek")) {
        told = Err(tell(
            faults,
            week,
            "weeks of other hours are not known here: a calendar has the same hours in every week",
        ));
    }
    let days = || calendar.child("WeekDays").into_iter().flat_map(|days| days.children("WeekDay"));
    let newer: Vec<&Element> =
        calendar.child("Exceptions").into_iter().flat_map(|all| all.children("Exception")).collect();
    // The older form of exceptions says the same again.
    let older = || days().filter(|day| day.value("DayType") == Some("0")).collect();
    let elements: Vec<&Element> = if newer.is_empty() { older() } else { newer };
    let week = week(calendar, days(), faults);
    let exceptions = exceptions(&elements, faults);
    told?;
    let (exceptions, places) = exceptions?.into_iter().unzip();
    Ok((Worked { week: week?, exceptions }, places))
}

fn week<'a>(
    calendar: &Element,
    days: impl Iterator<Item = &'a Element>,
    faults: &mut Faults,
) -> Result<Week, Told> {
    let mut told = Ok(());
    let mut week: [Option<Times>; 7] = Default::default();
    for day in days {
        let kind = day.child("DayType").unwrap_or(day);
        let number = kind.text().parse::<usize>().ok().filter(|number| *number <= 7);
        let place = match number {
            Some(0) => continue,
            Some(number) if week[number - 1].is_none() => number - 1,
            Some(_) => {
                told = Err(tell(faults, kind, "is a day that the calendar has already"));
                continue;
            }
            None => {
                told = Err(tell(faults, kind, "is no day: they are 1 (Sunday) to 7"));
                continue;
            }
        };
        match times(day, faults) {
            Ok(times) => week[place] = Some(times),
            Err(error) => {
                week[place] = Some(Times::new());
                told = Err(error);
            }
        }
    }
    told?;
    if week.iter().any(Option::is_none) {
        return Err(tell(faults, calendar, "does not say of each of the seven days whether it is worked on"));
    }
    Ok(week.map(Option::unwrap_or_default))
}

/// Of a day, or of those of an exception.
fn times(day: &Element, faults: &mut Faults) -> Result<Times, Told> {
    let stretches = || day.child("WorkingTimes").into_iter().flat_map(|times| times.children("WorkingTime"));
    let works = day.value("DayWorking").is_none_or(|_| day.flag("DayWorking"));
    if !works || day.child("DayWorking").is_none() && stretches().next().is_none() {
        return Ok(Times::new());
    }
    if let Some(stretch) = stretches().nth(MOST_STRETCHES) {
        let message = format!("a day has at most {MOST_STRETCHES} stretches of work");
        return Err(tell(faults, stretch, &message));
    }
    let mut told = Ok(());
    let mut times = Times::new();
    for stretch in stretches() {
        let from = clock(stretch, "FromTime", faults);
        let to = clock(stretch, "ToTime", faults);
        match (from, to) {
            // The end of the day is written as its beginning.
            (Ok(from), Ok(0)) => times.push((from, DAY_MINUTES)),
            (Ok(from), Ok(to)) if from < to => times.push((from, to)),
            (Ok(_), Ok(_)) => told = Err(tell(faults, stretch, "ends before it begins")),
            (from, to) => told = from.and(to).map(|_| ()),
        }
    }
    if times.is_empty() && told.is_ok() {
        told = Err(tell(faults, day, "is worked on, and does not say when"));
    }
    told.map(|()| merged(times))
}

fn clock(stretch: &Element, name: &'static str, faults: &mut Faults) -> Result<i64, Told> {
    let Some(element) = stretch.child(name) else {
        return Err(tell(faults, stretch, &format!("has no {name}")));
    };
    match NaiveTime::parse_from_str(element.text(), "%H:%M:%S") {
        Ok(time) if time.second() == 0 && time.nanosecond() == 0 => {
            Ok(i64::from(time.hour() * 60 + time.minute()))
        }
        _ => Err(tell(faults, element, "is no time of day in whole minutes, such as 08:30:00")),
    }
}

/// In order, each with its element.
fn exceptions<'a>(
    elements: &[&'a Element],
    faults: &mut Faults,
) -> Result<Vec<(Exception, &'a Element)>, Told> {
    if let Some(element) = elements.get(MOST_EXCEPTIONS) {
        return Err(tell(faults, element, &format!("a calendar has at most {MOST_EXCEPTIONS} exceptions")));
    }
    let read: Vec<Result<_, Told>> =
        elements.iter().map(|element| exception(element, faults).map(|read| (read, *element))).collect();
    let mut exceptions = read.into_iter().collect::<Result<Vec<_>, Told>>()?;
    exceptions.sort_by_key(|(exception, _)| exception.first);
    let mut told = Ok(());
    for pair in exceptions.windows(2) {
        if pair[1].0.first <= pair[0].0.last {
            let line = pair[0].1.place.line;
            told = Err(tell(
                faults,
                pair[1].1,
                &format!("is of days that the exception on line {line} is of, too"),
            ));
        }
    }
    told.map(|()| exceptions)
}

fn exception(element: &Element, faults: &mut Faults) -> Result<Exception, Told> {
    let repeats = element.child("Type").filter(|kind| !matches!(kind.text(), "" | "1"));
    let every = element.child("Period").filter(|period| !matches!(period.text(), "" | "0" | "1"));
    let mut told = Ok(());
    if let Some(kind) = repeats.or(every) {
        told = Err(tell(faults, kind, "exceptions that repeat are not known here: make one for each time"));
    }
    let times = times(element, faults);
    let Some(period) = element.child("TimePeriod") else {
        return Err(tell(faults, element, "has no TimePeriod"));
    };
    let mut date = |name| match period.child(name) {
        Some(element) => parse_date(faults, element).map(|at| at.date()),
        None => Err(tell(faults, period, &format!("has no {name}"))),
    };
    let (first, last) = (date("FromDate"), date("ToDate"));
    let (first, last) = (first?, last?);
    let (earliest, latest) = (*HOLIDAY_YEARS.start(), *HOLIDAY_YEARS.end());
    // On other clocks, a day and a year may be another.
    let years = earliest - 1..=latest + 2;
    let days = (last - first).num_days() + 1;
    if !years.contains(&first.year()) || !(1..=MOST_DAYS_OFF + 1).contains(&days) {
        let message =
            format!("an exception begins between {earliest} and {latest}, and has 1 to {MOST_DAYS_OFF} days");
        told = Err(tell(faults, period, &message));
    }
    told?;
    let name = element.value("Name").unwrap_or(UNNAMED).to_owned();
    Ok(Exception { first, last, times: times?, name })
}

/// The days off among the exceptions, which all must be that.
fn holidays(
    worked: &Worked,
    places: &[&Element],
    ahead: i64,
    faults: &mut Faults,
) -> Result<Vec<Holiday>, Told> {
    match worked.holidays(ahead) {
        Ok(holidays) => {
            let named = |DaysOff { first, last, exception }: DaysOff| {
                let name = &worked.exceptions[exception].name;
                let at = places[exception].child("Name").unwrap_or(places[exception]);
                parse_as(faults, at, name).map(|name| Holiday { name, from: first, to: last })
            };
            let all: Vec<Result<Holiday, Told>> = holidays.into_iter().map(named).collect();
            all.into_iter().collect()
        }
        Err(unlike) => {
            for (index, unlike) in unlike {
                tell(
                    faults,
                    places[index],
                    match unlike {
                        Unlike::Work => {
                            "is worked on more than in every week, which a plan's calendar cannot say: it has days off only"
                        }
                        Unlike::PartOfDay => {
                            "takes a part of a day, on the calendar's clocks: a plan's calendar has whole days off"
                        }
                    },
                );
            }
            Err(Told)
        }
    }
}
