//! `accord plan schedule`: early and late times, floats and the critical path.

use std::fmt::Write as _;

use anyhow::Result;
use domain::{Span, TaskCode};
use exchange::printable;
use serde::{Deserialize, Serialize};

use super::{Coded, Place};
use crate::output::{Output, print};

/// Lay out the plan in force, else the one being worked on: early and late times, floats and the critical path.
///
/// With --json, times are durations from the plan's start, whatever it is laid out on.
#[derive(Clone, Debug, clap::Args)]
pub struct Schedule {
    /// What it is laid out on.
    #[arg(long, env = "ACCORD_BASIS", value_name = "BASIS", value_enum, default_value_t = Basis::Offsets)]
    basis: Basis,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Basis {
    /// Dependencies and durations alone: the first task starts at zero.
    Network,
    /// The plan's offsets besides, as "no earlier than": times are relative to H-hour.
    Offsets,
}

impl Basis {
    /// In the API.
    fn name(self) -> &'static str {
        match self {
            Self::Network => "NETWORK",
            Self::Offsets => "OFFSETS",
        }
    }

    /// Hours from H-hour, as operation orders count, or from the start.
    fn time(self, time: Span) -> String {
        let h_hour = match self {
            Self::Network => "",
            Self::Offsets => "H",
        };
        let sign = if time < Span::ZERO { '-' } else { '+' };
        format!("{h_hour}{sign}{}", hours(time))
    }
}

/// Without its sign: `12`, `12:30`.
fn hours(span: Span) -> String {
    let total = span.as_seconds().unsigned_abs();
    let (hours, minutes, seconds) = (total / 3_600, total / 60 % 60, total % 60);
    match (minutes, seconds) {
        (0, 0) => format!("{hours}"),
        (_, 0) => format!("{hours}:{minutes:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[derive(Deserialize)]
struct Answer {
    plan: Option<Version>,
    schedule: LaidOut,
}

#[derive(Deserialize)]
struct Version {
    number: u32,
    status: String,
}

#[derive(Deserialize)]
struct LaidOut {
    start: Span,
    length: Span,
    tasks: Vec<Timed>,
}

/// Times of the API: relative to H-hour, or on the network to its start.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timed {
    task: Named,
    early_start: Span,
    early_finish: Span,
    late_start: Span,
    late_finish: Span,
    total_float: Span,
    free_float: Span,
    critical: bool,
}

#[derive(Deserialize)]
struct Named {
    #[serde(flatten)]
    code: Coded<TaskCode>,
    title: String,
}

/// What programs are told; its names are promised.
#[derive(Serialize)]
struct Told<'a> {
    length: Span,
    tasks: Vec<ToldTask<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldTask<'a> {
    code: &'a TaskCode,
    early_start: Span,
    early_finish: Span,
    late_start: Span,
    late_finish: Span,
    total_float: Span,
    free_float: Span,
    critical: bool,
}

impl Schedule {
    pub async fn run(&self, output: Output) -> Result<()> {
        let pinned = self.place.pinned().await?;
        let shown = format!(
            "plan {{ number status }} schedule(basis: {}) {{ start length tasks {{ task {{ code title }}
             earlyStart earlyFinish lateStart lateFinish totalFloat freeFloat critical }} }}",
            self.basis.name()
        );
        let answer: Answer = pinned.ask(&shown, None).await?;
        match output {
            Output::Programs => output.say("", &from_start(&answer.schedule)),
            Output::People => print(&self.table(&answer, &pinned.position)),
        }
    }

    fn table(&self, answer: &Answer, position: &str) -> String {
        let Answer { plan, schedule } = answer;
        let operation = &self.place.operation;
        let Some(Version { number, status }) = plan else {
            return format!("{operation} has no plan as of position {position}.");
        };
        let critical = schedule.tasks.iter().filter(|task| task.critical).count();
        let mut text = format!(
            "{operation}, version {number} ({status}) as of position {position}: {} h, {critical} of {} tasks critical (*).\n",
            hours(schedule.length),
            schedule.tasks.len(),
        );
        let mut lines = vec![COLUMNS.map(|(name, _)| name.to_owned())];
        for task in &schedule.tasks {
            lines.push([
                task.task.code.code.to_string(),
                if task.critical { "*" } else { "" }.to_owned(),
                self.basis.time(task.early_start),
                self.basis.time(task.early_finish),
                self.basis.time(task.late_start),
                self.basis.time(task.late_finish),
                hours(task.total_float),
                hours(task.free_float),
                printable(&task.task.title),
            ]);
        }
        text.push_str(&aligned(&lines));
        text
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}

const COLUMNS: [(&str, Align); 9] = [
    ("Code", Align::Left),
    ("", Align::Left),
    ("Early start", Align::Right),
    ("Early finish", Align::Right),
    ("Late start", Align::Right),
    ("Late finish", Align::Right),
    ("Total float", Align::Right),
    ("Free float", Align::Right),
    ("Title", Align::Left),
];

/// The title comes last, because how wide it is on a terminal depends on its script.
fn aligned(lines: &[[String; COLUMNS.len()]]) -> String {
    let mut widths = [0; COLUMNS.len() - 1];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for line in lines {
        for ((cell, width), (_, align)) in line.iter().zip(widths).zip(COLUMNS) {
            // Writing to a text does not fail.
            let _ = match align {
                Align::Left => write!(text, "{cell:<width$}  "),
                Align::Right => write!(text, "{cell:>width$}  "),
            };
        }
        text.push_str(&line[COLUMNS.len() - 1]);
        text.push('\n');
    }
    text
}

fn from_start(schedule: &LaidOut) -> Told<'_> {
    let start = schedule.start;
    let tasks = schedule.tasks.iter().map(|task| ToldTask {
        code: &task.task.code.code,
        early_start: task.early_start - start,
        early_finish: task.early_finish - start,
        late_start: task.late_start - start,
        late_finish: task.late_finish - start,
        total_float: task.total_float,
        free_float: task.free_float,
        critical: task.critical,
    });
    Told { length: schedule.length, tasks: tasks.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_as_operation_orders_do() {
        assert_eq!(Basis::Offsets.time(Span::hours(-288)), "H-288");
        assert_eq!(Basis::Offsets.time(Span::ZERO), "H+0");
        assert_eq!(Basis::Offsets.time(Span::seconds(-1_800)), "H-0:30");
        assert_eq!(Basis::Network.time(Span::seconds(45_001)), "+12:30:01");
    }
}
