//! A file as rows.

use super::{
    CUSTOM, DATE, H_HOUR, KINDS, LAG_SECONDS, PREFIX, calendar, link_lag,
    xml::{self, Element, Kept, Place},
};
use crate::{Column, Faults, Field, Mapping, Row, predecessor};
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{
    PartnerCode, PhaseCode, Span, TaskCode, Title,
    plan::{Dependency, DependencyKind, StartConstraint, Terms, WorkCalendar},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    str::{self, FromStr},
};

/// Largest file, in bytes: Microsoft Project writes about three thousand for a task.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Most tasks of a file, summary tasks included.
pub const MOST_ROWS: usize = 20_000;

/// What is taken where a file does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Defaults {
    pub lead: Option<PartnerCode>,
    pub territory: Option<PartnerCode>,
    /// Of tasks that are in no summary task.
    pub phase: Option<PhaseCode>,
    /// What offsets are counted from in a file without H-hour; without either, no date can be read.
    pub h_hour: Option<DateTime<Utc>>,
}

/// What a file says, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// What the project is called.
    pub title: Option<Title>,
    /// In the order of the file, each with what it is called.
    pub phases: Vec<(PhaseCode, Title)>,
    pub rows: Vec<Row>,
    /// On which line each row's task begins, counted from 1.
    pub lines: Vec<usize>,
    /// Of partners and posts; `None`: the file does not say. It says that there are none where all were deleted that it was
    /// written with.
    pub calendars: Option<Vec<WorkCalendar>>,
    /// On which line each begins.
    pub calendar_lines: Vec<usize>,
}

/// Reads a file, or tells every fault that it has. Whether predecessors that are not in the file exist elsewhere is left to
/// whoever knows them.
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
    let reader = Reader {
        defaults,
        custom: custom_fields(&root, mapping, &mut faults),
        elapsed: calendar::is_round_the_clock(&root),
        h_hour: None,
        start: None,
    };
    let project = reader.project(&root, &mut faults);
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

/// Something is wrong and was told.
#[derive(Debug, Clone, Copy)]
pub struct Told;

pub fn tell(faults: &mut Faults, element: &Element, message: &str) -> Told {
    let column = Column::new(element.place.column - 1, element.name);
    faults.add(element.place.line, Some(column), message);
    Told
}

/// What each custom field tells, by its id.
fn custom_fields(root: &Element, mapping: &Mapping, faults: &mut Faults) -> BTreeMap<String, Vec<Field>> {
    let mut custom = BTreeMap::<String, Vec<Field>>::new();
    let definitions: Vec<&Element> = root
        .child("ExtendedAttributes")
        .into_iter()
        .flat_map(|all| all.children("ExtendedAttribute"))
        .collect();
    for field in Field::ALL {
        let is_custom = CUSTOM.iter().any(|(custom, ..)| *custom == field);
        let wanted = mapping.header(field);
        if !is_custom {
            if mapping.is_chosen(field) {
                let message = format!("the {field} stands in an element of its own, and in no custom field");
                faults.add(root.place.line, None, &message);
            }
            continue;
        }
        let own = format!("{PREFIX}{field}");
        let is_called = |definition: &Element, wanted: &str| {
            let names = [definition.value("Alias"), definition.value("FieldName")];
            names.into_iter().flatten().any(|name| name.to_lowercase() == wanted.to_lowercase())
        };
        let find = |wanted: &str| definitions.iter().find(|definition| is_called(definition, wanted));
        let chosen = mapping.is_chosen(field);
        let found = if chosen { find(wanted) } else { find(&own).or_else(|| find(wanted)) };
        match found.and_then(|definition| definition.value("FieldID")) {
            Some(id) => custom.entry(id.to_owned()).or_default().push(field),
            None if chosen => {
                let message = format!("there is no custom field `{wanted}`, which is to be the {field}");
                faults.add(root.place.line, None, &message);
            }
            None => {}
        }
    }
    custom
}

struct Reader<'a> {
    defaults: &'a Defaults,
    custom: BTreeMap<String, Vec<Field>>,
    /// Whether time of work is time that passes.
    elapsed: bool,
    /// `None` until it is known, and where nothing says it.
    h_hour: Option<NaiveDateTime>,
    /// When tasks start that nothing holds, from H-hour; `None`: as the plan has it.
    start: Option<Span>,
}

/// What an element `Task` is.
enum Kind {
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

struct Entry<'a> {
    element: &'a Element,
    kind: Kind,
}

impl Reader<'_> {
    fn project(mut self, root: &Element, faults: &mut Faults) -> Project {
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
        let entries = self.entries(&elements, &mut project.phases, faults);
        self.h_hour = self.find_h_hour(&entries, faults);
        self.start = self.find_start(root, faults);
        let tasks = Tasks::of(&entries, faults);
        let (mut read, mut note) = (Vec::new(), None);
        for Entry { element, kind } in &entries {
            match kind {
                Kind::Task { code, phase, group } => {
                    let task = Task { reader: &self, element, tasks: &tasks, faults };
                    read.push((*element, task.row(code.as_ref().ok(), phase.as_ref(), group).ok()));
                }
                Kind::Summary => check_summary(element, faults),
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

    fn entries<'e>(
        &self,
        elements: &[&'e Element],
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
                        phase = Some(self.phase(element, &mut begun, phases, faults));
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
                Kind::Task { code: self.code(element, faults), phase: phase.clone(), group: group.clone() }
            };
            entries.push(Entry { element, kind });
        }
        entries
    }

    /// Of a summary task of the first level.
    fn phase(
        &self,
        element: &Element,
        begun: &mut BTreeMap<PhaseCode, usize>,
        phases: &mut Vec<(PhaseCode, Title)>,
        faults: &mut Faults,
    ) -> Result<PhaseCode, Told> {
        let name = name(element, faults)?;
        let code: PhaseCode = match self.custom(element, Field::Phase) {
            Some(value) => parse(faults, value)?,
            None => match [element.value("WBS"), Some(name.as_str())].into_iter().flatten().find_map(telling)
            {
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

    fn code(&self, element: &Element, faults: &mut Faults) -> Result<TaskCode, Told> {
        if let Some(value) = self.custom(element, Field::Code) {
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

    /// The value of a custom field, if there is one.
    fn custom<'e>(&self, element: &'e Element, field: Field) -> Option<&'e Element> {
        let mut values = element.children("ExtendedAttribute");
        let value = values.find_map(|attribute| {
            let id = attribute.value("FieldID")?;
            let is_it = self.custom.get(id).is_some_and(|fields| fields.contains(&field));
            attribute.child("Value").filter(|_| is_it)
        });
        value.filter(|value| !value.text().is_empty())
    }

    fn find_h_hour(&self, entries: &[Entry<'_>], faults: &mut Faults) -> Option<NaiveDateTime> {
        let mut marks = entries.iter().filter(|entry| matches!(entry.kind, Kind::HHour));
        let mark = marks.next().map(|entry| entry.element);
        if let Some(second) = marks.next() {
            tell(faults, second.element, "is H-hour a second time");
        }
        let of_mark = mark.and_then(|mark| mark.child("ConstraintDate").or_else(|| mark.child("Start")));
        if let Some(date) = of_mark {
            return parse_date(faults, date).ok();
        }
        self.defaults.h_hour.map(|at| at.naive_utc())
    }

    /// In other programs, tasks that nothing holds start with the project; in a plan, at H-hour or with the first that has a date.
    fn find_start(&self, root: &Element, faults: &mut Faults) -> Option<Span> {
        let h_hour = self.h_hour?;
        let date = root.child("StartDate").filter(|date| !date.text().is_empty() && !is_own(root))?;
        since(faults, date, h_hour).ok()
    }
}

/// Whether this crate wrote it: nobody else has a use for what links cannot say.
fn is_own(root: &Element) -> bool {
    let name = format!("{PREFIX}{}", Field::Predecessors);
    let mut definitions =
        root.child("ExtendedAttributes").into_iter().flat_map(|all| all.children("ExtendedAttribute"));
    definitions.any(|definition| definition.value("Alias") == Some(name.as_str()))
}

/// From H-hour.
fn since(faults: &mut Faults, element: &Element, h_hour: NaiveDateTime) -> Result<Span, Told> {
    let date = parse_date(faults, element)?;
    let offset = Span::seconds((date - h_hour).num_seconds());
    if offset.is_within_bounds() {
        Ok(offset)
    } else {
        Err(tell(faults, element, "is more than 100 years from H-hour"))
    }
}

/// A code that somebody chose: numbers alone are made by programs.
fn telling<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| text.contains(|letter: char| letter.is_ascii_uppercase()))
}

fn name(element: &Element, faults: &mut Faults) -> Result<Title, Told> {
    match element.child("Name") {
        Some(name) => parse(faults, name),
        None => Err(tell(faults, element, "has no Name")),
    }
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

fn check_summary(element: &Element, faults: &mut Faults) {
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

fn parse<T: FromStr<Err: Display>>(faults: &mut Faults, element: &Element) -> Result<T, Told> {
    parse_as(faults, element, element.text())
}

pub fn parse_as<T: FromStr<Err: Display>>(
    faults: &mut Faults,
    element: &Element,
    text: &str,
) -> Result<T, Told> {
    text.parse().map_err(|error| tell(faults, element, &format!("{error}")))
}

/// Without a time zone it is UTC.
pub fn parse_date(faults: &mut Faults, element: &Element) -> Result<NaiveDateTime, Told> {
    let text = element.text();
    let read = NaiveDateTime::parse_from_str(text, DATE)
        .or_else(|_| DateTime::parse_from_rfc3339(text).map(|at| at.naive_utc()));
    read.map_err(|_| {
        let begin: String = text.chars().take(40).collect();
        tell(faults, element, &format!("`{begin}` is no date: write it as 2023-10-15T06:00:00"))
    })
}

/// The tasks that others may wait for.
struct Tasks<'a> {
    by_uid: BTreeMap<&'a str, &'a Entry<'a>>,
    /// With the place of the first of each code.
    codes: BTreeMap<&'a TaskCode, Place>,
}

impl<'a> Tasks<'a> {
    fn of(entries: &'a [Entry<'a>], faults: &mut Faults) -> Self {
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

/// What binds a task in time besides what it waits for.
struct Bound {
    offset: Option<Span>,
    constraint: StartConstraint,
    finish_no_later_than: Option<Span>,
}

impl Bound {
    /// With the project, if neither a date nor a task that it starts after holds it.
    fn starting_with(self, start: Option<Span>, predecessors: &BTreeSet<Dependency>) -> Self {
        let holds = |one: &Dependency| {
            matches!(one.kind, DependencyKind::FinishToStart | DependencyKind::StartToStart)
        };
        if start.is_none()
            || self.constraint != StartConstraint::AsSoonAsPossible
            || predecessors.iter().any(holds)
        {
            return self;
        }
        Self { offset: start, constraint: StartConstraint::StartNoEarlierThan, ..self }
    }
}

/// A task while it is read.
struct Task<'a> {
    reader: &'a Reader<'a>,
    element: &'a Element,
    tasks: &'a Tasks<'a>,
    faults: &'a mut Faults,
}

impl Task<'_> {
    /// Its code was read before, and what was wrong with it or with its phase is told.
    fn row(
        mut self,
        code: Option<&TaskCode>,
        phase: Option<&Result<PhaseCode, Told>>,
        group: &Result<Option<Title>, Told>,
    ) -> Result<Row, Told> {
        let checked = self.check();
        let code = self.code(code);
        let title = name(self.element, self.faults);
        let phase = self.phase(phase);
        let line_of_effort = self.optional(Field::LineOfEffort);
        let lead = self.partner(Field::Lead, self.reader.defaults.lead.as_ref());
        let territory = self.partner(Field::Territory, self.reader.defaults.territory.as_ref());
        let post = self.optional(Field::Post);
        let duration = self.duration();
        let bound = self.bound();
        let mutual_legal_assistance = self.assistance();
        let predecessors = self.predecessors();
        checked?;
        let predecessors = predecessors?;
        let Bound { offset, constraint, finish_no_later_than } =
            bound?.starting_with(self.reader.start, &predecessors);
        Ok(Row {
            code: code?,
            title: title?,
            phase: phase?,
            line_of_effort: line_of_effort?,
            lead: lead?,
            territory: territory?,
            post: post?,
            offset,
            duration: duration?,
            predecessors,
            terms: Terms {
                group: group.clone()?,
                constraint,
                finish_no_later_than,
                mutual_legal_assistance: mutual_legal_assistance?,
            },
        })
    }

    fn fault(&mut self, element: &Element, message: &str) -> Told {
        tell(self.faults, element, message)
    }

    /// Kinds of tasks that a plan has not.
    fn check(&mut self) -> Result<(), Told> {
        let element = self.element;
        let mut checked = Ok(());
        for (name, message) in [
            (
                "Manual",
                "is scheduled manually: schedule it automatically, with a constraint where it needs one",
            ),
            ("Recurring", "repeats: make a task for each time"),
            ("ExternalTask", "belongs to another project, which is not read"),
            ("IsSubproject", "stands for another project, which is not read"),
        ] {
            if let Some(flag) = element.child(name).filter(|_| element.flag(name)) {
                checked = Err(self.fault(flag, message));
            }
        }
        checked
    }

    fn code(&mut self, code: Option<&TaskCode>) -> Result<TaskCode, Told> {
        let code = code.ok_or(Told)?;
        match self.tasks.codes.get(code) {
            Some(first) if *first != self.element.place => {
                Err(self.fault(self.element, &format!("{code} is on line {} already", first.line)))
            }
            _ => Ok(code.clone()),
        }
    }

    fn phase(&mut self, within: Option<&Result<PhaseCode, Told>>) -> Result<PhaseCode, Told> {
        if let Some(value) = self.reader.custom(self.element, Field::Phase) {
            return parse(self.faults, value);
        }
        match (within, &self.reader.defaults.phase) {
            (Some(Ok(phase)), _) | (None, Some(phase)) => Ok(phase.clone()),
            (Some(Err(Told)), _) => Err(Told),
            (None, None) => Err(self.fault(
                self.element,
                "is in no phase: put it into a summary task, or say which phase such tasks are of",
            )),
        }
    }

    fn optional<T: FromStr<Err: Display>>(&mut self, field: Field) -> Result<Option<T>, Told> {
        match self.reader.custom(self.element, field) {
            Some(value) => parse(self.faults, value).map(Some),
            None => Ok(None),
        }
    }

    fn partner(&mut self, field: Field, default: Option<&PartnerCode>) -> Result<PartnerCode, Told> {
        match (self.optional(field)?, default) {
            (Some(partner), _) => Ok(partner),
            (None, Some(partner)) => Ok(partner.clone()),
            (None, None) => Err(self.fault(
                self.element,
                &format!("has no {field}: give it the custom field `{PREFIX}{field}`, or say which partner is meant"),
            )),
        }
    }

    fn duration(&mut self) -> Result<Span, Told> {
        let Some(element) = self.element.child("Duration") else {
            return Err(self.fault(self.element, "has no Duration"));
        };
        let duration: Span = parse(self.faults, element)?;
        if duration >= Span::ZERO {
            Ok(duration)
        } else {
            Err(self.fault(element, "a task takes no less than nothing, as a milestone does"))
        }
    }

    fn assistance(&mut self) -> Result<bool, Told> {
        let Some(value) = self.reader.custom(self.element, Field::MutualLegalAssistance) else {
            return Ok(false);
        };
        match value.text().to_lowercase().as_str() {
            "no" | "false" | "0" => Ok(false),
            "yes" | "true" | "x" | "1" => Ok(true),
            _ => Err(self.fault(value, "write yes or no")),
        }
    }

    fn bound(&mut self) -> Result<Bound, Told> {
        let deadline = match self.element.child("Deadline") {
            Some(date) => self.moment(date).map(Some),
            None => Ok(None),
        };
        let mut bound =
            Bound { offset: None, constraint: StartConstraint::AsSoonAsPossible, finish_no_later_than: None };
        let Some(kind) = self.element.child("ConstraintType") else {
            return Ok(Bound { finish_no_later_than: deadline?, ..bound });
        };
        match kind.text() {
            "" | "0" => {}
            "2" => {
                bound.constraint = StartConstraint::MustStartOn;
                bound.offset = Some(self.constraint_date(kind)?);
            }
            "4" => {
                bound.constraint = StartConstraint::StartNoEarlierThan;
                bound.offset = Some(self.constraint_date(kind)?);
            }
            "7" => bound.finish_no_later_than = Some(self.constraint_date(kind)?),
            "1" => {
                return Err(self.fault(
                    kind,
                    "as late as possible is not known here: let it start as soon as possible (0)",
                ));
            }
            "3" => {
                return Err(self.fault(
                    kind,
                    "must finish on is not known here: let it start on a date (2), or finish no later (7)",
                ));
            }
            "5" => {
                return Err(self.fault(
                    kind,
                    "start no later than is not known here: let it finish no later than a date (7)",
                ));
            }
            "6" => {
                return Err(self.fault(
                    kind,
                    "finish no earlier than is not known here: let it start no earlier than a date (4)",
                ));
            }
            _ => return Err(self.fault(kind, "is no type of constraint: they are numbers from 0 to 7")),
        }
        // Of two latest finishes, the earlier binds.
        let both = [bound.finish_no_later_than, deadline?];
        Ok(Bound { finish_no_later_than: both.into_iter().flatten().min(), ..bound })
    }

    fn constraint_date(&mut self, kind: &Element) -> Result<Span, Told> {
        match self.element.child("ConstraintDate") {
            Some(date) => self.moment(date),
            None => Err(self.fault(kind, "needs a ConstraintDate")),
        }
    }

    /// A date, counted from H-hour.
    fn moment(&mut self, element: &Element) -> Result<Span, Told> {
        let Some(h_hour) = self.reader.h_hour else {
            parse_date(self.faults, element)?;
            return Err(self.fault(
                element,
                "cannot be counted from H-hour: add a milestone `H-hour` on the first level, or say when H-hour is",
            ));
        };
        since(self.faults, element, h_hour)
    }

    fn predecessors(&mut self) -> Result<BTreeSet<Dependency>, Told> {
        let mut told = Ok(());
        let mut links = BTreeMap::<TaskCode, Dependency>::new();
        for link in self.element.children("PredecessorLink") {
            match self.link(link) {
                Ok(Some(dependency)) => {
                    let code = dependency.predecessor.clone();
                    if links.contains_key(&code) {
                        told = Err(self.fault(link, &format!("waits for {code} twice")));
                    }
                    links.insert(code, dependency);
                }
                Ok(None) => {}
                Err(error) => told = Err(error),
            }
        }
        if let Some(cell) = self.reader.custom(self.element, Field::Predecessors) {
            let tasks = self.tasks;
            let exact = predecessor::read_all(
                cell.text(),
                |code| tasks.codes.contains_key(code),
                |message| told = Err(tell(self.faults, cell, &message)),
            );
            for dependency in exact {
                let link = links.get(&dependency.predecessor);
                let is_of_link = link.is_some_and(|link| {
                    link.kind == dependency.kind && link_lag(link.lag) == link_lag(dependency.lag)
                });
                if is_of_link || !tasks.codes.contains_key(&dependency.predecessor) {
                    links.insert(dependency.predecessor.clone(), dependency);
                }
            }
        }
        told.map(|()| links.into_values().collect())
    }

    /// `None`: it is to something that is passed over.
    fn link(&mut self, link: &Element) -> Result<Option<Dependency>, Told> {
        if link.flag("CrossProject") {
            return Err(self.fault(link, "waits for a task of another project, which is not read"));
        }
        let Some(uid) = link.child("PredecessorUID") else {
            return Err(self.fault(link, "has no PredecessorUID"));
        };
        let predecessor = match self.tasks.by_uid.get(uid.text()).map(|entry| &entry.kind) {
            Some(Kind::Task { code, .. }) => code.clone()?,
            Some(Kind::Passed) => return Ok(None),
            Some(Kind::HHour) => {
                return Err(self.fault(uid, "nothing waits for H-hour: let it start no earlier than a date"));
            }
            Some(Kind::Summary) => {
                return Err(self.fault(uid, "nothing waits for a summary task: name the last of its tasks"));
            }
            None => {
                let begin: String = uid.text().chars().take(40).collect();
                return Err(self.fault(uid, &format!("there is no task of the UID {begin}")));
            }
        };
        let kind = match link.child("Type") {
            // As the format's own default is.
            None => Ok(DependencyKind::FinishToStart),
            Some(number) => match KINDS.iter().find(|(_, known)| *known == number.text()) {
                Some((kind, _)) => Ok(*kind),
                None => {
                    Err(self.fault(number, "is no type of link: they are 0 (FF), 1 (FS), 2 (SF) and 3 (SS)"))
                }
            },
        };
        let lag = self.lag(link);
        Ok(Some(Dependency { predecessor, kind: kind?, lag: lag? }))
    }

    fn lag(&mut self, link: &Element) -> Result<Span, Told> {
        let Some(element) = link.child("LinkLag") else { return Ok(Span::ZERO) };
        let Ok(tenths) = element.text().parse::<i64>() else {
            return Err(self.fault(element, "is no number of tenths of a minute"));
        };
        let lag = Span::seconds(tenths.saturating_mul(LAG_SECONDS));
        if !lag.is_within_bounds() {
            return Err(self.fault(element, "is longer than 100 years"));
        }
        // Seven, days of work, is the format's default.
        let format = link.value("LagFormat").unwrap_or("7");
        let is_elapsed = matches!(format, "4" | "6" | "8" | "10" | "12" | "36" | "38" | "40" | "42" | "44");
        let is_percent = matches!(format, "19" | "20" | "51" | "52");
        if lag == Span::ZERO || is_elapsed || self.reader.elapsed && !is_percent {
            Ok(lag)
        } else if is_percent {
            Err(self
                .fault(element, "a lag in percent is not known here: give it in elapsed time, such as 2eh"))
        } else {
            Err(self.fault(
                element,
                "is in time of work, of a calendar that has less than 24 hours on seven days: give it in elapsed time, such as 2eh",
            ))
        }
    }
}
