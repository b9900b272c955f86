//! Rows as a file.

use super::{CUSTOM, DATE, H_HOUR, KINDS, LAG_SECONDS, NOMINAL_H_HOUR, PREFIX, link_lag};
use crate::{Field, Row, predecessor};
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{PhaseCode, Span, TaskCode, Title, plan::Dependency};
use quick_xml::escape::partial_escape;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

/// What is written.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// What the project is called.
    pub title: &'a str,
    /// In whole seconds, what is less is left out; `None`: not set yet.
    pub h_hour: Option<DateTime<Utc>>,
    /// In the order in which they are carried out. One that rows have and this has not comes behind them, called by its code.
    pub phases: &'a [(PhaseCode, Title)],
    /// With codes that differ.
    pub rows: &'a [Row],
    /// When tasks start, from H-hour, as they have been laid out. Others start at their offset, or at H-hour.
    pub starts: &'a BTreeMap<TaskCode, Span>,
}

/// Reading it gives the same rows in the order of their phases, if their titles have only letters that XML has: U+FFFE and
/// U+FFFF, which are no letters, become U+FFFD.
pub fn write(plan: Plan<'_>) -> String {
    let outline = Outline::of(plan);
    let mut xml =
        Xml { text: "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".to_owned(), depth: 0 };
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
    xml.leaf("NewTasksEstimated", 0);
    custom_fields(&mut xml);
    calendars(&mut xml);
    xml.begin("Tasks");
    outline.h_hour_task(&mut xml);
    for phase in &outline.phases {
        outline.phase_task(&mut xml, phase);
        for (number, row) in phase.rows.iter().enumerate() {
            outline.task(&mut xml, phase, number + 1, row);
        }
    }
    xml.end("Tasks");
    xml.end("Project");
    xml.text
}

/// Its id among calendars.
const ROUND_THE_CLOCK: usize = 1;

const MIDNIGHT: &str = "00:00:00";

/// Of tasks: their duration does not depend on how many work on them.
const FIXED_DURATION: usize = 1;

/// How durations are shown.
const IN_HOURS: usize = 5;

/// How lags are shown: in hours that pass, whatever calendars say.
const IN_ELAPSED_HOURS: usize = 6;

/// Of the task that stands for H-hour; the others follow.
const H_HOUR_UID: usize = 1;

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

fn calendars(xml: &mut Xml) {
    xml.begin("Calendars");
    xml.begin("Calendar");
    xml.leaf("UID", ROUND_THE_CLOCK);
    xml.leaf("Name", "24 Hours");
    xml.leaf("IsBaseCalendar", 1);
    xml.leaf("BaseCalendarUID", -1);
    xml.begin("WeekDays");
    for day in 1..=7 {
        xml.begin("WeekDay");
        xml.leaf("DayType", day);
        xml.leaf("DayWorking", 1);
        xml.begin("WorkingTimes");
        xml.begin("WorkingTime");
        xml.leaf("FromTime", MIDNIGHT);
        xml.leaf("ToTime", MIDNIGHT);
        xml.end("WorkingTime");
        xml.end("WorkingTimes");
        xml.end("WeekDay");
    }
    xml.end("WeekDays");
    xml.end("Calendar");
    xml.end("Calendars");
}

/// The rows by phases, with what Microsoft Project numbers them by.
struct Outline<'a> {
    plan: Plan<'a>,
    h_hour: NaiveDateTime,
    phases: Vec<Phase<'a>>,
    uids: BTreeMap<&'a TaskCode, usize>,
    tasks: BTreeSet<&'a TaskCode>,
    /// Of the whole, H-hour included.
    start: Span,
    finish: Span,
}

struct Phase<'a> {
    uid: usize,
    /// Counted from 1 behind H-hour.
    number: usize,
    code: &'a PhaseCode,
    name: &'a str,
    rows: Vec<&'a Row>,
    start: Span,
    finish: Span,
}

impl<'a> Outline<'a> {
    fn of(plan: Plan<'a>) -> Self {
        let mut by_phase: Vec<(&PhaseCode, &str, Vec<&Row>)> =
            plan.phases.iter().map(|(code, name)| (code, name.as_str(), Vec::new())).collect();
        let mut places: BTreeMap<&PhaseCode, usize> =
            plan.phases.iter().enumerate().map(|(index, (code, _))| (code, index)).collect();
        for row in plan.rows {
            let place = *places.entry(&row.phase).or_insert_with(|| {
                by_phase.push((&row.phase, row.phase.as_str(), Vec::new()));
                by_phase.len() - 1
            });
            by_phase[place].2.push(row);
        }
        // One without tasks would be a task.
        by_phase.retain(|(_, _, rows)| !rows.is_empty());
        let mut outline = Self {
            plan,
            h_hour: plan.h_hour.map_or(NOMINAL_H_HOUR, whole_seconds),
            phases: Vec::new(),
            uids: BTreeMap::new(),
            tasks: plan.rows.iter().map(|row| &row.code).collect(),
            start: Span::ZERO,
            finish: Span::ZERO,
        };
        let mut uid = H_HOUR_UID;
        for (index, (code, name, rows)) in by_phase.into_iter().enumerate() {
            uid += 1;
            let phase_uid = uid;
            let (mut starts, mut finishes) = (Vec::new(), Vec::new());
            for row in &rows {
                uid += 1;
                outline.uids.insert(&row.code, uid);
                starts.push(outline.starts_at(row));
                finishes.push(outline.starts_at(row) + row.duration);
            }
            let start = starts.into_iter().min().unwrap_or_default();
            let finish = finishes.into_iter().max().unwrap_or_default();
            outline.start = outline.start.min(start);
            outline.finish = outline.finish.max(finish);
            outline.phases.push(Phase { uid: phase_uid, number: index + 2, code, name, rows, start, finish });
        }
        outline
    }

    fn starts_at(&self, row: &Row) -> Span {
        self.plan.starts.get(&row.code).copied().or(row.offset).unwrap_or_default()
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
        self.times(xml, Span::ZERO, Span::ZERO);
        xml.leaf("Milestone", 1);
        xml.leaf("Summary", 0);
        xml.leaf("ConstraintType", 2);
        xml.leaf("ConstraintDate", self.date(Span::ZERO));
        xml.end("Task");
    }

    fn phase_task(&self, xml: &mut Xml, phase: &Phase<'_>) {
        xml.begin("Task");
        head(xml, phase.uid, phase.name, &phase.number.to_string());
        self.times(xml, phase.start, phase.finish);
        xml.leaf("Milestone", 0);
        xml.leaf("Summary", 1);
        xml.leaf("ConstraintType", 0);
        custom(xml, |field| (field == Field::Phase).then(|| phase.code.to_string()));
        xml.end("Task");
    }

    fn task(&self, xml: &mut Xml, phase: &Phase<'_>, number: usize, row: &Row) {
        let uid = self.uids.get(&row.code).copied().unwrap_or_default();
        let start = self.starts_at(row);
        xml.begin("Task");
        head(xml, uid, row.title.as_str(), &format!("{}.{number}", phase.number));
        self.times(xml, start, start + row.duration);
        xml.leaf("Milestone", 0);
        xml.leaf("Summary", 0);
        // Without it, a task of this type has been seen to lose its duration.
        xml.leaf("RemainingDuration", duration(row.duration));
        match row.offset {
            None => xml.leaf("ConstraintType", 0),
            Some(offset) => {
                xml.leaf("ConstraintType", 4);
                xml.leaf("ConstraintDate", self.date(offset));
            }
        }
        for dependency in &row.predecessors {
            self.link(xml, dependency);
        }
        custom(xml, |field| self.custom_value(row, field));
        xml.end("Task");
    }

    fn times(&self, xml: &mut Xml, start: Span, finish: Span) {
        xml.leaf("Start", self.date(start));
        xml.leaf("Finish", self.date(finish));
        xml.leaf("Duration", duration(finish - start));
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
                    self.tasks.contains(&one.predecessor) && one.lag.as_seconds() % LAG_SECONDS == 0
                };
                let others = row.predecessors.iter().filter(|one| !is_exact(one));
                let texts = others.map(|one| predecessor::write(one, |code| self.tasks.contains(code)));
                let text = texts.collect::<Vec<_>>().join(" ");
                (!text.is_empty()).then_some(text)
            }
            Field::Phase | Field::Title | Field::Offset | Field::Duration => None,
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

/// The library writes bytes to anywhere and may fail there; a text cannot.
struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    fn begin(&mut self, name: &str) {
        self.begin_with(name, "");
    }

    fn begin_with(&mut self, name: &str, attributes: &str) {
        self.indent();
        self.push(&["<", name, attributes, ">\n"]);
        self.depth += 1;
    }

    fn end(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.push(&["</", name, ">\n"]);
    }

    fn leaf(&mut self, name: &str, value: impl Display) {
        let value = value.to_string().replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
        self.indent();
        self.push(&["<", name, ">", &partial_escape(value), "</", name, ">\n"]);
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }

    fn push(&mut self, texts: &[&str]) {
        for text in texts {
            self.text.push_str(text);
        }
    }
}
