//! A file as rows.

mod custom;
mod outline;
mod project;
mod task;

pub use project::{Defaults, Project};

use super::{
    calendar,
    value::{parse_offset, tell},
    xml::{self, Element, Kept},
};
use crate::{Column, Faults, Mapping};
use chrono::NaiveDateTime;
use custom::CustomFields;
use domain::Span;
use outline::{Entry, Kind, Tasks};
use std::str;
use task::{Facts, Task};

/// Largest file, in bytes: Microsoft Project writes about three thousand for a task.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Most tasks of a file, summary tasks included.
pub const MOST_ROWS: usize = 20_000;

/// Reads a file, or tells every fault that it has. Whether predecessors that are not in the file exist
/// elsewhere is left to whoever knows them.
pub fn read(bytes: &[u8], mapping: &Mapping, defaults: &Defaults) -> Result<Project, Faults> {
    if bytes.len() > MOST_BYTES {
        return Err(Faults::one(1, &format!("is larger than {} MiB", MOST_BYTES / 1024 / 1024)));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Faults::one(1, "is not UTF-8 but UTF-16: save it as XML in UTF-8"));
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let lines = before.split(|byte| *byte == b'\n');
        Faults::one(lines.count(), "is not UTF-8")
    })?;
    let root = xml::parse(text.trim_start_matches('\u{feff}'), KEPT).map_err(|fault| {
        let mut faults = Faults::default();
        let column = Column::new(fault.place.column - 1, "");
        faults.add(fault.place.line, Some(column), &fault.message);
        faults
    })?;
    let mut faults = Faults::default();
    let custom = CustomFields::of(&root, mapping, &mut faults);
    let project = project(&root, custom, defaults, &mut faults);
    faults.listed.sort_by_key(|fault| (fault.line, fault.column.as_ref().map(|column| column.number)));
    if faults.is_empty() { Ok(project) } else { Err(faults) }
}

/// All that is read of a file.
const KEPT: &Kept = &[
    ("Project", &["Name", "Title", "StartDate", "CalendarUID", "ExtendedAttributes", "Calendars", "Tasks"]),
    ("ExtendedAttributes", &["ExtendedAttribute"]),
    ("ExtendedAttribute", &["FieldID", "FieldName", "Alias", "Value"]),
    ("Calendars", &["Calendar"]),
    ("Calendar", &["UID", "Name", "IsBaseCalendar", "WeekDays", "Exceptions", "WorkWeeks"]),
    ("WeekDays", &["WeekDay"]),
    ("WeekDay", &["DayType", "DayWorking", "TimePeriod", "WorkingTimes"]),
    ("Exceptions", &["Exception"]),
    ("Exception", &["TimePeriod", "Name", "Type", "Period", "DayWorking", "WorkingTimes"]),
    ("TimePeriod", &["FromDate", "ToDate"]),
    ("WorkWeeks", &["WorkWeek"]),
    ("WorkingTimes", &["WorkingTime"]),
    ("WorkingTime", &["FromTime", "ToTime"]),
    ("Tasks", &["Task"]),
    (
        "Task",
        &[
            "UID",
            "ID",
            "Name",
            "Active",
            "Manual",
            "IsNull",
            "WBS",
            "OutlineLevel",
            "Start",
            "Duration",
            "Recurring",
            "Milestone",
            "Summary",
            "IsSubproject",
            "ExternalTask",
            "ConstraintType",
            "CalendarUID",
            "ConstraintDate",
            "Deadline",
            "Notes",
            "PredecessorLink",
            "ExtendedAttribute",
        ],
    ),
    ("PredecessorLink", &["PredecessorUID", "Type", "CrossProject", "LinkLag", "LagFormat"]),
];

fn project(root: &Element, custom: CustomFields, defaults: &Defaults, faults: &mut Faults) -> Project {
    let title = root.value("Title").or_else(|| root.value("Name"));
    let mut project = Project {
        title: title.and_then(|title| title.parse().ok()),
        phases: Vec::new(),
        rows: Vec::new(),
        lines: Vec::new(),
        calendars: None,
        calendar_lines: Vec::new(),
    };
    let mut elements: Vec<&Element> =
        root.child("Tasks").into_iter().flat_map(|tasks| tasks.children("Task")).collect();
    if let Some(element) = elements.get(MOST_ROWS) {
        tell(faults, element, &format!("the file has more than {MOST_ROWS} tasks"));
        elements.truncate(MOST_ROWS);
    }
    let entries = outline::entries(&elements, &custom, &mut project.phases, faults);
    let h_hour = outline::find_h_hour(&entries, defaults.h_hour, faults);
    let start = find_start(root, h_hour, faults);
    let elapsed = calendar::is_round_the_clock(root);
    let facts = Facts { defaults, custom, elapsed, h_hour, start };
    let tasks = Tasks::of(&entries, faults);
    let (mut read, mut note) = (Vec::new(), None);
    for Entry { element, kind } in &entries {
        match kind {
            Kind::Task { code, phase, group } => {
                let task = Task { facts: &facts, element, tasks: &tasks, faults };
                read.push((*element, task.row(code.as_ref().ok(), phase.as_ref(), group).ok()));
            }
            Kind::Summary => outline::check_summary(element, faults),
            Kind::HHour => note = note.or_else(|| element.child("Notes")),
            Kind::Passed => {}
        }
    }
    let with_calendars: Vec<calendar::Task<'_>> =
        read.iter().map(|(element, row)| calendar::Task { element, row: row.as_ref() }).collect();
    (project.calendars, project.calendar_lines) = calendar::read(root, note, &with_calendars, faults);
    for (element, row) in read {
        if let Some(row) = row {
            project.rows.push(row);
            project.lines.push(element.place.line);
        }
    }
    project
}

/// In other programs, tasks that nothing holds start with the project; in a plan, at H-hour or with the first
/// that has a date.
fn find_start(root: &Element, h_hour: Option<NaiveDateTime>, faults: &mut Faults) -> Option<Span> {
    let h_hour = h_hour?;
    let date = root.child("StartDate").filter(|date| !date.text().is_empty() && !custom::is_own(root))?;
    parse_offset(faults, date, h_hour).ok()
}
