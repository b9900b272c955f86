//! `accord plan export`: a plan's tasks as a file.

use super::{Coded, Pinned, Place, calendar, order, project};
use crate::{
    file::put_in_place,
    output::{Output, print_file, refuse_terminal},
    progress::Progress,
};
use anyhow::{Result, anyhow, bail};
use domain::{
    Code, OperationCode, PartnerCode, PhaseCode, PostCode, Span, TaskCode,
    plan::{Dependency, DependencyKind, StartConstraint, Terms},
};
use exchange::Row;
use serde::Deserialize;
use serde_json::json;
use std::path::PathBuf;

/// Write what you may see of a plan to a file: its tasks as a spreadsheet, Microsoft Project or a calendar reads them, or the
/// whole as an order.
///
/// `accord plan import` reads the files of the first two. Other programs that read a spreadsheet's columns or Microsoft
/// Project's XML read them, too. An order is one page of HTML that needs nothing else, or PDF to print and to keep.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Export {
    #[arg(long, env = "ACCORD_FORMAT", value_name = "FORMAT", value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// A version by its number, or `current`: the one in force, else the newest that is being worked on.
    #[arg(long = "version", value_name = "NUMBER", value_parser = version, default_value = "current")]
    number: Wanted,
    /// A file instead of standard output; it is there once it is whole.
    #[arg(long = "output", short = 'o', env = "ACCORD_OUTPUT", value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    calendar: calendar::Options,
    #[command(flatten)]
    look: order::Look,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Comma-separated values in UTF-8.
    Csv,
    /// Microsoft Project's XML.
    Mspdi,
    /// iCalendar, of the version in force, else of the newest that is being worked on.
    Ics,
    /// The order to read.
    Html,
    /// The order to print.
    Pdf,
}

/// Which version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Current,
    Number(i32),
}

impl Wanted {
    /// The operation's field.
    pub fn field(self) -> String {
        match self {
            Self::Current => "plan".to_owned(),
            Self::Number(number) => format!("planVersion(number: {number})"),
        }
    }

    /// That there is none.
    pub fn missing(self, operation: &OperationCode) -> anyhow::Error {
        match self {
            Self::Current => anyhow!("{operation} has no plan that you may see"),
            Self::Number(number) => anyhow!("{operation} has no version {number} that you may see"),
        }
    }
}

pub(super) fn version(text: &str) -> Result<Wanted, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(Wanted::Number(number)),
        _ if text.eq_ignore_ascii_case("current") => Ok(Wanted::Current),
        _ => Err("give a number from 1, or `current`".to_owned()),
    }
}

#[derive(Deserialize)]
struct Answer {
    version: Option<Version>,
}

#[derive(Deserialize)]
struct Version {
    number: u32,
    tasks: Tasks,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tasks {
    edges: Vec<Edge>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
struct Edge {
    node: Task,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

const SHOWN: &str =
    "number tasks(first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { node {
    code title phase { code } lineOfEffort { code } leadPartner { code } territory { code } post { code }
    startOffset duration terms { group constraint finishNoLaterThan mutualLegalAssistance } dependencies { predecessor { code } kind lag } } } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Task {
    code: TaskCode,
    title: domain::Title,
    phase: Coded<PhaseCode>,
    line_of_effort: Option<Coded<Code>>,
    lead_partner: Coded<PartnerCode>,
    territory: Coded<PartnerCode>,
    post: Option<Coded<PostCode>>,
    start_offset: Span,
    duration: Span,
    terms: Terms,
    dependencies: Vec<Waits>,
}

#[derive(Deserialize)]
struct Waits {
    predecessor: Coded<TaskCode>,
    kind: DependencyKind,
    lag: Span,
}

/// A task of a version.
pub(super) struct Stored {
    /// As files have it.
    pub row: Row,
    /// When the version has it start, from H-hour, which is decided on; of a task that is to start as soon as possible, too,
    /// for which files have no offset.
    pub start: Span,
}

impl From<Task> for Stored {
    fn from(task: Task) -> Self {
        let start = task.start_offset;
        let floating = task.terms.constraint == StartConstraint::AsSoonAsPossible;
        let waits = task.dependencies.into_iter();
        let row = Row {
            code: task.code,
            title: task.title,
            phase: task.phase.code,
            line_of_effort: task.line_of_effort.map(|line| line.code),
            lead: task.lead_partner.code,
            territory: task.territory.code,
            post: task.post.map(|post| post.code),
            offset: (!floating).then_some(start),
            duration: task.duration,
            predecessors: waits
                .map(|Waits { predecessor, kind, lag }| Dependency {
                    predecessor: predecessor.code,
                    kind,
                    lag,
                })
                .collect(),
            terms: task.terms,
        };
        Self { row, start }
    }
}

impl Export {
    pub async fn run(&self, output: Output) -> Result<()> {
        if self.calendar.are_given() && self.format != Format::Ics {
            bail!("--post and --partner choose what is in a calendar: give --format ics");
        }
        if self.format == Format::Pdf && self.file.is_none() {
            refuse_terminal("PDF")?;
        }
        let pinned = self.place.pinned().await?;
        let order =
            |form| order::export(form, &self.look, &pinned, self.number, self.file.as_deref(), output);
        let (number, tasks, text) = match self.format {
            Format::Csv => {
                let (number, rows) = rows(&pinned, self.number).await?;
                (number, rows.len(), exchange::csv::write(&rows))
            }
            Format::Mspdi => {
                let (number, rows) = rows(&pinned, self.number).await?;
                (number, rows.len(), project::write(&pinned, number, &rows).await?)
            }
            Format::Ics if self.number == Wanted::Current => self.calendar.write(&pinned).await?,
            Format::Ics => bail!(
                "a calendar shows the version in force, else the one being worked on: leave out --version"
            ),
            Format::Html => return order(order::Form::Html).await,
            Format::Pdf => return order(order::Form::Pdf).await,
        };
        let Some(path) = &self.file else { return print_file(&text) };
        put_in_place(path, text.as_bytes())?;
        let (operation, position) = (&self.place.operation, pinned.position()?);
        let told = format!(
            "Wrote {tasks} tasks of version {number} of {operation}, as of position {position}, to {}.",
            path.display()
        );
        output.say(
            &told,
            &json!({ "operation": operation, "version": number, "tasks": tasks, "position": position, "file": path }),
        )
    }
}

/// Number of the version, and its tasks.
pub(super) async fn rows(pinned: &Pinned, wanted: Wanted) -> Result<(u32, Vec<Row>)> {
    let (number, tasks) = tasks(pinned, wanted).await?;
    Ok((number, tasks.into_iter().map(|task| task.row).collect()))
}

/// The same with when the version has them start.
pub(super) async fn tasks(pinned: &Pinned, wanted: Wanted) -> Result<(u32, Vec<Stored>)> {
    let shown = format!("version: {} {{ {SHOWN} }}", wanted.field());
    let progress = Progress::new("Exporting");
    let (mut stored, mut after) = (Vec::new(), None);
    loop {
        let answer: Answer = pinned.ask(&shown, after.as_deref()).await?;
        let Version { number, tasks } = answer.version.ok_or_else(|| wanted.missing(&pinned.operation))?;
        stored.extend(tasks.edges.into_iter().map(|edge| Stored::from(edge.node)));
        let done = stored.len() as u64;
        progress.show(done, done + u64::from(tasks.page_info.has_next_page));
        after = tasks.page_info.end_cursor;
        if !tasks.page_info.has_next_page || after.is_none() {
            return Ok((number, stored));
        }
    }
}
