//! `accord plan chart`: a plan as a picture.

use super::{
    actual::compared,
    pinned::Place,
    presentation::{Presentation, Shape, written},
    version::{self, Wanted},
};
use crate::{
    file::put_in_place,
    output::{Output, print},
};
use anyhow::{Result, bail};
use domain::TimeZone;
use std::path::PathBuf;

/// Draw what you may see of a plan as SVG: a Gantt chart, a synchronisation matrix, or the plan against what happened.
///
/// A Gantt chart has the tasks at their early times, what they wait for, their float, and which of them have
/// none. A matrix has them by phase or day, and by line of effort or partner, with the decisions that are
/// due. Planned against actual has two bars a task, what was claimed of it, and what drove its delay.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Chart {
    #[arg(long, env = "ACCORD_KIND", value_name = "KIND", value_enum, default_value_t = Kind::Gantt)]
    kind: Kind,
    /// Of a matrix [default: line-of-effort].
    #[arg(long, value_name = "ROWS", value_enum)]
    rows: Option<Rows>,
    /// Of a matrix [default: phase].
    #[arg(long, value_name = "COLUMNS", value_enum)]
    columns: Option<Columns>,
    /// A version by its number, or `current`: the one in force, else the newest that is being worked on.
    #[arg(long = "version", value_name = "NUMBER", value_parser = version::parse, default_value = "current")]
    number: Wanted,
    /// IANA name of the zone of the dates beside those in UTC, such as Asia/Yangon; your partner's without
    /// one.
    #[arg(long, env = "ACCORD_ZONE", value_name = "ZONE")]
    zone: Option<TimeZone>,
    /// A file instead of standard output; it is there once it is whole.
    #[arg(long = "output", short = 'o', env = "ACCORD_OUTPUT", value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// Tasks on a line of time.
    Gantt,
    /// Tasks in a table, with the decisions that are due.
    Matrix,
    /// Tasks as they were planned, and as they were carried out.
    Actual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Rows {
    LineOfEffort,
    /// The partners that lead tasks.
    Partner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Columns {
    Phase,
    /// Days of 24 hours from H-hour.
    Day,
}

impl Chart {
    pub async fn run(&self, output: Output) -> Result<()> {
        if self.kind != Kind::Matrix && (self.rows.is_some() || self.columns.is_some()) {
            bail!("--rows and --columns are for --kind matrix");
        }
        let shape = Shape {
            columns: match self.columns {
                None | Some(Columns::Phase) => "PHASE",
                Some(Columns::Day) => "DAY",
            },
            rows: match self.rows {
                None | Some(Rows::LineOfEffort) => "LINE_OF_EFFORT",
                Some(Rows::Partner) => "PARTNER",
            },
        };
        let pinned = self.place.pinned().await?;
        let zone = self.zone.as_ref();
        let presentation = || Presentation::of(&pinned, self.number, shape, zone);
        let (what, heading, svg) = match self.kind {
            Kind::Gantt => {
                let chart = presentation().await?.gantt();
                ("the Gantt chart", chart.heading.clone(), chart.svg("gantt"))
            }
            Kind::Matrix => {
                let chart = presentation().await?.matrix();
                ("the synchronisation matrix", chart.heading.clone(), chart.svg("matrix"))
            }
            Kind::Actual => {
                let chart = compared(&pinned, self.number, zone).await?;
                let chart = chart.ok_or_else(|| self.number.missing(&pinned.operation))?;
                let svg = chart.svg("actual");
                ("planned against actual", chart.heading, svg)
            }
        };
        let Some(path) = &self.file else { return print(&svg) };
        put_in_place(path, svg.as_bytes())?;
        let (text, value) = written(&heading, what, path);
        output.say(&text, &value)
    }
}
