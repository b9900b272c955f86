//! Rows as a file.

use super::{
    CUSTOM, DATE, H_HOUR, KINDS, LAG_SECONDS, NOMINAL_H_HOUR, PREFIX,
    calendar::{self, ROUND_THE_CLOCK},
    link_lag,
    xml_writer::Xml,
};
use crate::{Field, Row, predecessor};
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{
    PhaseCode, Span, TaskCode, Title,
    plan::{CalendarOf, Dependency, StartConstraint, WorkCalendar},
};
use std::collections::BTreeMap;

/// What is written.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// What the project is called.
    pub title: &'a str,
    /// In whole seconds, what is less is left out; `None`: not set yet.
    pub h_hour: Option<DateTime<Utc>>,
    /// In the order in which they are carried out. One that rows have and this has not comes behind them,
    /// called by its code.
    pub phases: &'a [(PhaseCode, Title)],
    pub calendars: &'a [WorkCalendar],
    /// With codes that differ.
    pub rows: &'a [Row],
    /// When tasks start and finish, from H-hour, as they have been laid out. Others start at their offset, or
    /// at H-hour.
    pub times: &'a BTreeMap<TaskCode, (Span, Span)>,
}

/// Reading it gives the same calendars, and the same rows in the order of their phases and groups, if titles
/// have only letters that XML has: U+FFFE and U+FFFF, which are no letters, become U+FFFD.
pub fn write(plan: Plan<'_>) -> String {
    let outline = Outline::of(plan);
    let mut xml = Xml::new();
    xml.begin_with("Project", " xmlns=\"http://schemas.microsoft.com/project\"");
    xml.leaf("SaveVersion", 14);
    xml.leaf("Name", plan.title);
    xml.leaf("Title", plan.title);
    xml.leaf("ScheduleFromStart", 1);
    xml.leaf("StartDate", outline.date(outline.start));
    xml.leaf("FinishDate", outline.date(outline.finish));
    xml.leaf("CurrencyCode", "USD");
    xml.leaf("CalendarUID", ROUND_THE_CLOCK);
    xml.leaf("DefaultStartTime", MIDNIGHT);
    xml.leaf("DefaultFinishTime", MIDNIGHT);
    xml.leaf("MinutesPerDay", 24 * 60);
    xml.leaf("MinutesPerWeek", 7 * 24 * 60);
    xml.leaf("DaysPerMonth", 30);
    xml.leaf("DefaultTaskType", FIXED_DURATION);
    xml.leaf("DurationFormat", IN_HOURS);
    // What must start on a date starts then, whatever it waits for.
    xml.leaf("HonorConstraints", 1);
    xml.leaf("NewTasksEstimated", 0);
    custom_fields(&mut xml);
    calendar::write(&mut xml, plan.calendars, outline.h_hour);
    xml.begin("Tasks");
    outline.h_hour_task(&mut xml);
    // H-hour is the first of the first level.
    let mut numbers = [1, 0, 0];
    for (index, line) in outline.lines.iter().enumerate() {
        numbers[line.level - 1] += 1;
        numbers[line.level..].fill(0);
        let number: Vec<String> = numbers[..line.level].iter().map(ToString::to_string).collect();
        outline.line(&mut xml, index, line, &number.join("."));
    }
    xml.end("Tasks");
    xml.end("Project");
    xml.into_text()
}

const MIDNIGHT: &str = "00:00:00";

/// Of tasks: their duration does not depend on how many work on them.
const FIXED_DURATION: usize = 1;

/// How durations are shown.
const IN_HOURS: usize = 5;

/// How lags are shown: in hours that pass, whatever calendars say.
const IN_ELAPSED_HOURS: usize = 6;

/// Of the task that stands for H-hour; the others follow.
const H_HOUR_UID: usize = 1;

const fn uid(index: usize) -> usize {
    H_HOUR_UID + 1 + index
}

fn custom_fields(xml: &mut Xml) {
    xml.begin("ExtendedAttributes");
    for (field, id, name) in CUSTOM {
        xml.begin("ExtendedAttribute");
        xml.leaf("FieldID", id);
        xml.leaf("FieldName", name);
        xml.leaf("Alias", format!("{PREFIX}{field}"));
        xml.end("ExtendedAttribute");
    }
    xml.end("ExtendedAttributes");
}

/// The tasks as they stand one below another.
struct Outline<'a> {
    plan: Plan<'a>,
    h_hour: NaiveDateTime,
    lines: Vec<Line<'a>>,
    uids: BTreeMap<&'a TaskCode, usize>,
    calendar_of: CalendarOf,
    /// Of the whole, H-hour included.
    start: Span,
    finish: Span,
}

struct Line<'a> {
    /// From 1.
    level: usize,
    kind: Kind<'a>,
    start: Span,
    finish: Span,
}

enum Kind<'a> {
    Phase(&'a PhaseCode),
    Group(&'a Title),
    Task(&'a Row),
}

impl<'a> Outline<'a> {
    fn of(plan: Plan<'a>) -> Self {
        let mut phases = by_first(plan.rows.iter(), |row| &row.phase);
        let places: BTreeMap<&PhaseCode, usize> =
            plan.phases.iter().enumerate().map(|(index, (code, _))| (code, index)).collect();
        phases.sort_by_key(|(code, _)| places.get(code).copied().unwrap_or(usize::MAX));
        let mut outline = Self {
            plan,
            h_hour: plan.h_hour.map_or(NOMINAL_H_HOUR, whole_seconds),
            lines: Vec::new(),
            uids: BTreeMap::new(),
            calendar_of: CalendarOf::new(plan.calendars),
            start: Span::ZERO,
            finish: Span::ZERO,
        };
        for (code, rows) in phases {
            outline.push(1, Kind::Phase(code));
            for (group, rows) in by_first(rows.into_iter(), |row| row.terms.group.as_ref()) {
                if let Some(group) = group {
                    outline.push(2, Kind::Group(group));
                }
                for row in rows {
                    outline.push(if group.is_some() { 3 } else { 2 }, Kind::Task(row));
                }
            }
        }
        outline.sum_up();
        outline
    }

    fn push(&mut self, level: usize, kind: Kind<'a>) {
        let (mut start, mut finish) = (Span::ZERO, Span::ZERO);
        if let Kind::Task(row) = kind {
            let laid_out = self.plan.times.get(&row.code).copied();
            let planned = row.offset.unwrap_or_default();
            (start, finish) = laid_out.unwrap_or((planned, planned + row.duration));
            self.uids.insert(&row.code, uid(self.lines.len()));
        }
        self.lines.push(Line { level, kind, start, finish });
    }

    /// Gives summary tasks the times of what is in them.
    fn sum_up(&mut self) {
        let mut open: [Option<(Span, Span)>; 2] = [None, None];
        for line in self.lines.iter_mut().rev() {
            let times = match line.kind {
                Kind::Task(_) => (line.start, line.finish),
                Kind::Phase(_) | Kind::Group(_) => open[line.level - 1].take().unwrap_or_default(),
            };
            (line.start, line.finish) = times;
            for outer in open.iter_mut().take(line.level - 1) {
                let (start, finish) = outer.unwrap_or(times);
                *outer = Some((start.min(times.0), finish.max(times.1)));
            }
            self.start = self.start.min(line.start);
            self.finish = self.finish.max(line.finish);
        }
    }

    fn date(&self, offset: Span) -> String {
        // Beyond what can be dated there is no H-hour.
        let date = self.h_hour.checked_add_signed(offset.as_delta()).unwrap_or(self.h_hour);
        date.format(DATE).to_string()
    }

    fn h_hour_task(&self, xml: &mut Xml) {
        let name = match self.plan.h_hour {
            Some(_) => H_HOUR.to_owned(),
            None => format!("{H_HOUR} (not set; dates are nominal)"),
        };
        xml.begin("Task");
        head(xml, H_HOUR_UID, &name, "1");
        self.times(xml, Span::ZERO, Span::ZERO, Span::ZERO);
        xml.leaf("Milestone", 1);
        xml.leaf("Summary", 0);
        xml.leaf("ConstraintType", 2);
        xml.leaf("ConstraintDate", self.date(Span::ZERO));
        if let Some(note) = calendar::note(self.plan.calendars, self.h_hour) {
            xml.leaf("Notes", note);
        }
        xml.end("Task");
    }

    /// `number` is its place in the outline.
    fn line(&self, xml: &mut Xml, index: usize, line: &Line<'_>, number: &str) {
        xml.begin("Task");
        match line.kind {
            Kind::Phase(code) => {
                let name = self.plan.phases.iter().find(|(known, _)| known == code);
                head(xml, uid(index), name.map_or(code.as_str(), |(_, name)| name.as_str()), number);
                self.summary(xml, line);
                custom(xml, |field| (field == Field::Phase).then(|| code.to_string()));
            }
            Kind::Group(name) => {
                head(xml, uid(index), name.as_str(), number);
                self.summary(xml, line);
            }
            Kind::Task(row) => {
                head(xml, uid(index), row.title.as_str(), number);
                self.task(xml, line, row);
            }
        }
        xml.end("Task");
    }

    fn summary(&self, xml: &mut Xml, line: &Line<'_>) {
        self.times(xml, line.start, line.finish, line.finish - line.start);
        xml.leaf("Milestone", 0);
        xml.leaf("Summary", 1);
        xml.leaf("ConstraintType", 0);
    }

    fn task(&self, xml: &mut Xml, line: &Line<'_>, row: &Row) {
        self.times(xml, line.start, line.finish, row.duration);
        xml.leaf("Milestone", usize::from(row.duration == Span::ZERO));
        xml.leaf("Summary", 0);
        // Without it, a task of this type has been seen to lose its duration.
        xml.leaf("RemainingDuration", duration(row.duration));
        let (constraint, date) = match (row.offset, row.terms.constraint) {
            (None, _) => (0, None),
            (Some(offset), StartConstraint::MustStartOn) => (2, Some(offset)),
            (Some(offset), _) => (4, Some(offset)),
        };
        xml.leaf("ConstraintType", constraint);
        if let Some(index) = self.calendar_of.task(&row.lead, row.post.as_ref()) {
            xml.leaf("CalendarUID", calendar::uid(index));
        }
        if let Some(offset) = date {
            xml.leaf("ConstraintDate", self.date(offset));
        }
        if let Some(latest) = row.terms.finish_no_later_than {
            xml.leaf("Deadline", self.date(latest));
        }
        for dependency in &row.predecessors {
            self.link(xml, dependency);
        }
        custom(xml, |field| self.custom_value(row, field));
    }

    /// What it takes in work may be less than what passes meanwhile.
    fn times(&self, xml: &mut Xml, start: Span, finish: Span, work: Span) {
        xml.leaf("Start", self.date(start));
        xml.leaf("Finish", self.date(finish));
        xml.leaf("Duration", duration(work));
        xml.leaf("DurationFormat", IN_HOURS);
        xml.leaf("EffortDriven", 0);
        xml.leaf("Estimated", 0);
    }

    fn link(&self, xml: &mut Xml, dependency: &Dependency) {
        let Some(uid) = self.uids.get(&dependency.predecessor) else { return };
        let kind = KINDS.iter().find(|(kind, _)| *kind == dependency.kind);
        xml.begin("PredecessorLink");
        xml.leaf("PredecessorUID", uid);
        xml.leaf("Type", kind.map_or("", |(_, number)| number));
        xml.leaf("CrossProject", 0);
        xml.leaf("LinkLag", link_lag(dependency.lag));
        xml.leaf("LagFormat", IN_ELAPSED_HOURS);
        xml.end("PredecessorLink");
    }

    fn custom_value(&self, row: &Row, field: Field) -> Option<String> {
        match field {
            Field::Code => Some(row.code.to_string()),
            Field::Lead => Some(row.lead.to_string()),
            Field::Territory => Some(row.territory.to_string()),
            Field::Post => row.post.as_ref().map(ToString::to_string),
            Field::LineOfEffort => row.line_of_effort.as_ref().map(ToString::to_string),
            Field::Predecessors => {
                let is_exact = |one: &&Dependency| {
                    self.uids.contains_key(&one.predecessor) && one.lag.as_seconds() % LAG_SECONDS == 0
                };
                let others = row.predecessors.iter().filter(|one| !is_exact(one));
                let texts = others.map(|one| predecessor::write(one, |code| self.uids.contains_key(code)));
                let text = texts.collect::<Vec<_>>().join(" ");
                (!text.is_empty()).then_some(text)
            }
            Field::MutualLegalAssistance => row.terms.mutual_legal_assistance.then(|| "yes".to_owned()),
            Field::Phase
            | Field::Title
            | Field::Offset
            | Field::Duration
            | Field::Group
            | Field::Constraint
            | Field::FinishNoLaterThan => None,
        }
    }
}

/// What each task begins with; `number` is its place in the outline.
fn head(xml: &mut Xml, uid: usize, name: &str, number: &str) {
    xml.leaf("UID", uid);
    xml.leaf("ID", uid);
    xml.leaf("Name", name);
    xml.leaf("Active", 1);
    xml.leaf("Manual", 0);
    xml.leaf("Type", FIXED_DURATION);
    xml.leaf("IsNull", 0);
    xml.leaf("OutlineNumber", number);
    xml.leaf("OutlineLevel", number.split('.').count());
}

/// Rows with the same key together, in the order in which each first comes.
fn by_first<'a, K: Ord + Copy>(
    rows: impl Iterator<Item = &'a Row>,
    key: impl Fn(&'a Row) -> K,
) -> Vec<(K, Vec<&'a Row>)> {
    let mut places = BTreeMap::new();
    let mut together = Vec::<(K, Vec<&Row>)>::new();
    for row in rows {
        let place = *places.entry(key(row)).or_insert(together.len());
        if place == together.len() {
            together.push((key(row), Vec::new()));
        }
        together[place].1.push(row);
    }
    together
}

/// Those of a task's custom fields that it has.
fn custom(xml: &mut Xml, value: impl Fn(Field) -> Option<String>) {
    for (field, id, _) in CUSTOM {
        if let Some(value) = value(field) {
            xml.begin("ExtendedAttribute");
            xml.leaf("FieldID", id);
            xml.leaf("Value", value);
            xml.end("ExtendedAttribute");
        }
    }
}

fn whole_seconds(at: DateTime<Utc>) -> NaiveDateTime {
    DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at).naive_utc()
}

/// All three units, as Microsoft Project has them. Not negative.
fn duration(span: Span) -> String {
    let total = span.as_seconds().max(0);
    format!("PT{}H{}M{}S", total / 3_600, total / 60 % 60, total % 60)
}
