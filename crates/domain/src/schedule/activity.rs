//! What is laid out: a plan's tasks as the schedule sees them, each with the calendar that holds for it.
//! Nothing is laid out here.

use crate::{
    Instant, Span, TaskCode,
    plan::{CalendarOf, Dependency, PlannedTask, StartConstraint, WorkCalendar},
    schedule::working::Working,
};
use std::collections::BTreeSet;

/// What the network is laid out on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Only dependencies and durations, round the clock: the first task starts at zero.
    Network,
    /// Planned offsets, constraints and calendars besides: times are relative to H-hour.
    Offsets,
    /// As offsets, with what has happened: nothing that has not started starts before `now`, and nothing that
    /// goes on finishes before it.
    Forecast { now: Span },
}

/// A task as the schedule sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity<'a> {
    pub code: &'a TaskCode,
    pub offset: Span,
    /// Nothing: a milestone.
    pub duration: Span,
    pub predecessors: &'a BTreeSet<Dependency>,
    pub constraint: StartConstraint,
    pub finish_no_later_than: Option<Span>,
    /// Place of its calendar among those that the network is laid out by; `None`: round the clock.
    pub calendar: Option<usize>,
    pub actual: Actual,
}

/// When a task was carried out, relative to H-hour, as far as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Actual {
    pub start: Option<Span>,
    pub finish: Option<Span>,
}

impl<'a> From<&'a PlannedTask> for Activity<'a> {
    fn from(task: &'a PlannedTask) -> Self {
        let PlannedTask { code, start_offset, duration, predecessors, terms, .. } = task;
        Self {
            code,
            offset: *start_offset,
            duration: *duration,
            predecessors,
            constraint: terms.constraint,
            finish_no_later_than: terms.finish_no_later_than,
            calendar: None,
            actual: Actual::default(),
        }
    }
}

/// When a plan's tasks can be carried out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hours<'a> {
    pub calendars: &'a [WorkCalendar],
    /// Calendars hold once it is set: before, nobody knows which day is a holiday, and all work round the
    /// clock.
    pub h_hour: Option<Instant>,
    /// Whether what starts as soon as possible is laid out anew, as in a draft. A version that nations decide
    /// on has it where it was when it was submitted, for every reader, whatever else they see.
    pub floating: bool,
}

/// When planned tasks finish: by the calendar that holds for each, where it starts by the plan.
#[derive(Debug)]
pub struct Finishes {
    calendar_of: CalendarOf,
    working: Vec<Working>,
}

impl Finishes {
    pub fn new(hours: &Hours<'_>) -> Self {
        let (calendars, h_hour) = match hours.h_hour {
            Some(h_hour) => (hours.calendars, h_hour),
            None => return Self { calendar_of: CalendarOf::default(), working: Vec::new() },
        };
        let working = calendars.iter().map(|calendar| Working::new(calendar, h_hour)).collect();
        Self { calendar_of: CalendarOf::new(calendars), working }
    }

    /// Exclusive.
    pub fn of(&mut self, task: &PlannedTask) -> Span {
        let calendar = self.calendar(task);
        finish(&mut self.working, calendar, task.start_offset, task.duration)
    }

    fn calendar(&self, task: &PlannedTask) -> Option<usize> {
        self.calendar_of.task(&task.lead, task.post.as_ref())
    }
}

/// When what starts then and takes so much work finishes, by the calendar at this place; `None`: round the
/// clock.
pub(crate) fn finish(calendars: &mut [Working], calendar: Option<usize>, start: Span, work: Span) -> Span {
    let working = calendar.and_then(|calendar| calendars.get_mut(calendar));
    working.map_or(start + work, |working| working.finish(start, work))
}

/// The tasks of a plan, each with its calendar.
pub fn activities<'a>(
    tasks: impl IntoIterator<Item = &'a PlannedTask>,
    hours: &Hours<'_>,
) -> (Vec<Activity<'a>>, Vec<Working>) {
    let floating = hours.floating;
    let tasks: Vec<_> = tasks.into_iter().collect();
    let codes: BTreeSet<_> = if tasks.iter().any(|task| task.is_floating()) {
        tasks.iter().map(|task| &task.code).collect()
    } else {
        BTreeSet::new()
    };
    // What waits for a task that is not there, as when its reader may not see it, cannot be laid out: it is
    // where it is.
    let is_laid = |task: &PlannedTask| {
        floating && task.predecessors.iter().all(|waits| codes.contains(&waits.predecessor))
    };
    let finishes = Finishes::new(hours);
    let activity = |task: &'a PlannedTask| {
        let activity = Activity::from(task);
        let constraint = match activity.constraint {
            StartConstraint::AsSoonAsPossible if !is_laid(task) => StartConstraint::StartNoEarlierThan,
            constraint => constraint,
        };
        Activity { calendar: finishes.calendar(task), constraint, ..activity }
    };
    (tasks.into_iter().map(activity).collect(), finishes.working)
}
