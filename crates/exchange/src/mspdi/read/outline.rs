//! What the elements `Task` of a file are: phases and groups, tasks, H-hour, and what is passed over.

use super::custom::CustomFields;
use crate::{
    Faults, Field,
    mspdi::{
        H_HOUR,
        value::{Told, name, parse, parse_as, parse_date, tell},
        xml::Element,
    },
    xml::Place,
};
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{PhaseCode, TaskCode, Title};
use std::{collections::BTreeMap, str::FromStr};

/// What an element `Task` is.
pub enum Kind {
    /// A phase, or within one.
    Summary,
    Task {
        code: Result<TaskCode, Told>,
        /// `None`: in no summary task.
        phase: Option<Result<PhaseCode, Told>>,
        group: Result<Option<Title>, Told>,
    },
    HHour,
    /// Not read, and waited for by nothing.
    Passed,
}

pub struct Entry<'a> {
    pub element: &'a Element,
    pub kind: Kind,
}

/// The tasks that others may wait for.
pub struct Tasks<'a> {
    pub by_uid: BTreeMap<&'a str, &'a Entry<'a>>,
    /// With the place of the first of each code.
    pub codes: BTreeMap<&'a TaskCode, Place>,
}

impl<'a> Tasks<'a> {
    pub fn of(entries: &'a [Entry<'a>], faults: &mut Faults) -> Self {
        let mut tasks = Self { by_uid: BTreeMap::new(), codes: BTreeMap::new() };
        for entry in entries {
            let Some(uid) = entry.element.child("UID") else { continue };
            if let Some(first) = tasks.by_uid.insert(uid.text(), entry) {
                let line = first.element.place.line;
                let begin: String = uid.text().chars().take(40).collect();
                tell(faults, uid, &format!("{begin} is the UID of the task on line {line} already"));
            }
            if let Kind::Task { code: Ok(code), .. } = &entry.kind {
                tasks.codes.entry(code).or_insert(entry.element.place);
            }
        }
        tasks
    }
}

pub fn entries<'e>(
    elements: &[&'e Element],
    custom: &CustomFields,
    phases: &mut Vec<(PhaseCode, Title)>,
    faults: &mut Faults,
) -> Vec<Entry<'e>> {
    let (mut phase, mut group) = (None, Ok(None));
    let mut begun = BTreeMap::new();
    let mut entries = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().copied().enumerate() {
        let level = level(element);
        let deeper = elements.get(index + 1).is_some_and(|next| level_of(next) > level_of(element));
        let inactive = element.value("Active").is_some() && !element.flag("Active");
        let kind = if element.flag("IsNull") || level == Some(0) {
            Kind::Passed
        } else if element.flag("Summary") || deeper {
            match level_of(element) {
                0 | 1 => {
                    phase = Some(self::phase(element, custom, &mut begun, phases, faults));
                    group = Ok(None);
                }
                2 => group = name(element, faults).map(Some),
                _ => {}
            }
            Kind::Summary
        } else if inactive {
            Kind::Passed
        } else if level_of(element) <= 1 && is_h_hour(element) {
            Kind::HHour
        } else {
            if level_of(element) <= 1 {
                phase = None;
            }
            if level_of(element) <= 2 {
                group = Ok(None);
            }
            Kind::Task {
                code: self::code(element, custom, faults),
                phase: phase.clone(),
                group: group.clone(),
            }
        };
        entries.push(Entry { element, kind });
    }
    entries
}

/// Of a summary task of the first level.
fn phase(
    element: &Element,
    custom: &CustomFields,
    begun: &mut BTreeMap<PhaseCode, usize>,
    phases: &mut Vec<(PhaseCode, Title)>,
    faults: &mut Faults,
) -> Result<PhaseCode, Told> {
    let name = name(element, faults)?;
    let code: PhaseCode = match custom.value(element, Field::Phase) {
        Some(value) => parse(faults, value)?,
        None => match [element.value("WBS"), Some(name.as_str())].into_iter().flatten().find_map(telling) {
            Some(code) => code,
            None => parse_as(faults, element, &format!("P{}", begun.len() + 1))?,
        },
    };
    if let Some(line) = begun.insert(code.clone(), element.place.line) {
        return Err(tell(faults, element, &format!("phase {code} is on line {line} already")));
    }
    phases.push((code.clone(), name));
    Ok(code)
}

fn code(element: &Element, custom: &CustomFields, faults: &mut Faults) -> Result<TaskCode, Told> {
    if let Some(value) = custom.value(element, Field::Code) {
        return parse(faults, value);
    }
    if let Some(code) = element.value("WBS").and_then(telling) {
        return Ok(code);
    }
    match element.value("ID").or_else(|| element.value("UID")) {
        Some(id) => parse_as(faults, element, &format!("T{id}")),
        None => Err(tell(faults, element, "has neither a code nor an ID")),
    }
}

/// Of a file, else the default.
pub fn find_h_hour(
    entries: &[Entry<'_>],
    default: Option<DateTime<Utc>>,
    faults: &mut Faults,
) -> Option<NaiveDateTime> {
    let mut marks = entries.iter().filter(|entry| matches!(entry.kind, Kind::HHour));
    let mark = marks.next().map(|entry| entry.element);
    if let Some(second) = marks.next() {
        tell(faults, second.element, "is H-hour a second time");
    }
    let of_mark = mark.and_then(|mark| mark.child("ConstraintDate").or_else(|| mark.child("Start")));
    if let Some(date) = of_mark {
        return parse_date(faults, date).ok();
    }
    default.map(|at| at.naive_utc())
}

/// A code that somebody chose: numbers alone are made by programs.
fn telling<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| text.contains(|letter: char| letter.is_ascii_uppercase()))
}

fn level(element: &Element) -> Option<u32> {
    element.value("OutlineLevel").and_then(|level| level.parse().ok())
}

/// Programs without outlines have all tasks on one level.
fn level_of(element: &Element) -> u32 {
    level(element).unwrap_or(1)
}

fn is_h_hour(element: &Element) -> bool {
    let name = element.value("Name").unwrap_or_default();
    let begin = name.get(..H_HOUR.len()).unwrap_or_default();
    element.flag("Milestone") && begin.eq_ignore_ascii_case(H_HOUR)
}

pub fn check_summary(element: &Element, faults: &mut Faults) {
    if let Some(link) = element.child("PredecessorLink") {
        tell(faults, link, "a summary task waits for nothing here: let its first tasks wait");
    }
    if let Some(constraint) = element.child("ConstraintType").filter(|constraint| constraint.text() != "0") {
        tell(faults, constraint, "a summary task has no constraint here: constrain its tasks");
    }
    if let Some(deadline) = element.child("Deadline") {
        tell(faults, deadline, "a summary task has no deadline here: give its tasks one");
    }
    if element.flag("Recurring") {
        tell(faults, element, "repeats: make a task for each time");
    }
}
