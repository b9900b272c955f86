//! `accord plan schedule`: early and late times, floats and the critical path.

use super::{
    pinned::{Coded, Place},
    version::{self, Wanted},
};
use crate::output::{Output, print};
use anyhow::{Context as _, Result};
use domain::{PartnerCode, Span, TaskCode, TimeZone};
use exchange::printable;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// Lay out a plan: early and late times, floats and the critical path.
///
/// With --json, times are durations from the plan's start, whatever it is laid out on. With calendars, floats
/// are working time.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Schedule {
    /// What it is laid out on.
    #[arg(long, env = "ACCORD_BASIS", value_name = "BASIS", value_enum, default_value_t = Basis::Offsets)]
    basis: Basis,
    /// A version by its number, or `current`: the one in force, else the newest that is being worked on.
    #[arg(long = "version", value_name = "NUMBER", value_parser = version::parse, default_value = "current")]
    number: Wanted,
    /// Show early starts and finishes on these clocks as well, once H-hour is set: an IANA name such as
    /// Asia/Yangon, a partner's code, or UTC.
    #[arg(long, env = "ACCORD_ZONE", value_name = "ZONE")]
    zone: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Basis {
    /// Dependencies and durations alone: the first task starts at zero.
    Network,
    /// The plan's offsets, constraints and calendars besides: times are relative to H-hour.
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
}

#[derive(Deserialize)]
struct Version {
    number: u32,
    status: String,
    schedule: LaidOut,
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
    earliest_start: Option<String>,
    earliest_finish: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(flatten)]
    code: Coded<TaskCode>,
    title: String,
}

/// What programs are told; its names are promised.
#[derive(Serialize)]
struct PromisedTimes<'a> {
    length: Span,
    tasks: Vec<PromisedTask<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PromisedTask<'a> {
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
        let zone = self.zone.as_deref().map(argument).transpose()?.unwrap_or_default();
        let shown = format!(
            "plan: {} {{ number status schedule(basis: {}) {{ start length tasks{zone} {{ task {{ code title }}
             earlyStart earlyFinish lateStart lateFinish totalFloat freeFloat critical earliestStart earliestFinish }} }} }}",
            self.number.field(),
            self.basis.name()
        );
        let answer: Answer = pinned.ask(&shown, None).await?;
        let Some(version) = answer.plan else { return Err(self.number.missing(&pinned.operation)) };
        match output {
            Output::Programs => output.say("", &from_start(&version.schedule)),
            Output::People => print(&self.table(&version, &pinned.position)),
        }
    }

    fn table(&self, version: &Version, position: &str) -> String {
        let Version { number, status, schedule } = version;
        let operation = &self.place.operation;
        let critical = schedule.tasks.iter().filter(|task| task.critical).count();
        let mut text = format!(
            "{operation}, version {number} ({status}) as of position {position}: {} h, {critical} of {} tasks critical (*).\n",
            hours(schedule.length),
            schedule.tasks.len(),
        );
        let clocks = self.zone.is_some() && schedule.tasks.iter().any(|task| task.earliest_start.is_some());
        let mut lines = vec![line(COLUMNS.map(|(name, _)| name.to_owned()), clocks)];
        for task in &schedule.tasks {
            let cells = [
                task.task.code.code.to_string(),
                if task.critical { "*" } else { "" }.to_owned(),
                self.basis.time(task.early_start),
                self.basis.time(task.early_finish),
                self.basis.time(task.late_start),
                self.basis.time(task.late_finish),
                signed(task.total_float),
                hours(task.free_float),
                task.earliest_start.as_deref().map(minutes).unwrap_or_default(),
                task.earliest_finish.as_deref().map(minutes).unwrap_or_default(),
                printable(&task.task.title),
            ];
            lines.push(line(cells, clocks));
        }
        text.push_str(&aligned(&lines));
        text
    }
}

/// A partner's code is in capitals, and a zone's name, but for UTC, is not.
fn argument(zone: &str) -> Result<String> {
    let input = match zone.parse::<PartnerCode>() {
        Ok(partner) if zone != "UTC" => format!("partner: \"{partner}\""),
        _ => {
            let zone: TimeZone = zone.parse().with_context(|| format!("--zone {zone}"))?;
            format!("name: \"{zone}\"")
        }
    };
    Ok(format!("(zone: {{ {input} }})"))
}

/// `2023-10-09T05:30+06:30` of an instant with seconds, which plans seldom have.
fn minutes(instant: &str) -> String {
    match instant.split_at_checked(16) {
        Some((minutes, rest)) => match rest.strip_prefix(":00") {
            Some(offset) => format!("{minutes}{offset}"),
            None => instant.to_owned(),
        },
        None => instant.to_owned(),
    }
}

/// Hours with a sign where they are missing.
fn signed(span: Span) -> String {
    if span < Span::ZERO { format!("-{}", hours(span)) } else { hours(span) }
}

/// The columns of the clocks only where they are asked for.
fn line(cells: [String; COLUMNS.len()], clocks: bool) -> Vec<String> {
    let shown = cells.into_iter().zip(COLUMNS).filter(|(_, (name, _))| clocks || !CLOCKS.contains(name));
    shown.map(|(cell, _)| cell).collect()
}

const CLOCKS: [&str; 2] = ["Starts", "Finishes"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}

const COLUMNS: [(&str, Align); 11] = [
    ("Code", Align::Left),
    ("", Align::Left),
    ("Early start", Align::Right),
    ("Early finish", Align::Right),
    ("Late start", Align::Right),
    ("Late finish", Align::Right),
    ("Total float", Align::Right),
    ("Free float", Align::Right),
    ("Starts", Align::Left),
    ("Finishes", Align::Left),
    ("Title", Align::Left),
];

/// The title comes last, because how wide it is on a terminal depends on its script.
fn aligned(lines: &[Vec<String>]) -> String {
    let shown: Vec<Align> = lines[0]
        .iter()
        .map(|header| {
            COLUMNS.iter().find(|(name, _)| name == header).map_or(Align::Left, |(_, align)| *align)
        })
        .collect();
    let mut widths = vec![0; shown.len() - 1];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for line in lines {
        for ((cell, width), align) in line.iter().zip(&widths).zip(&shown) {
            // Writing to a text does not fail.
            let _ = match align {
                Align::Left => write!(text, "{cell:<width$}  "),
                Align::Right => write!(text, "{cell:>width$}  "),
            };
        }
        text.push_str(line.last().map(String::as_str).unwrap_or_default());
        text.push('\n');
    }
    text
}

fn from_start(schedule: &LaidOut) -> PromisedTimes<'_> {
    let start = schedule.start;
    let tasks = schedule.tasks.iter().map(|task| PromisedTask {
        code: &task.task.code.code,
        early_start: task.early_start - start,
        early_finish: task.early_finish - start,
        late_start: task.late_start - start,
        late_finish: task.late_finish - start,
        total_float: task.total_float,
        free_float: task.free_float,
        critical: task.critical,
    });
    PromisedTimes { length: schedule.length, tasks: tasks.collect() }
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
