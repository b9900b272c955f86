//! A version of a plan, and its tasks as a server has them.

use super::pinned::{Coded, Pinned};
use crate::progress::Progress;
use anyhow::{Result, anyhow};
use domain::{
    Code, OperationCode, PartnerCode, PhaseCode, PostCode, Span, TaskCode, Title,
    plan::{Dependency, DependencyKind, StartConstraint, Terms},
};
use exchange::Row;
use serde::Deserialize;

/// Which version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
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

pub fn parse(text: &str) -> Result<Wanted, String> {
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
    title: Title,
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
pub struct StoredTask {
    /// As files have it.
    pub row: Row,
    /// When the version has it start, from H-hour, which is decided on; of a task that is to start as soon as
    /// possible, too, for which files have no offset.
    pub start: Span,
}

impl From<Task> for StoredTask {
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

/// Number of the version, and its tasks.
pub async fn rows(pinned: &Pinned, wanted: Wanted) -> Result<(u32, Vec<Row>)> {
    let (number, tasks) = tasks(pinned, wanted).await?;
    Ok((number, tasks.into_iter().map(|task| task.row).collect()))
}

/// The same with when the version has them start.
pub async fn tasks(pinned: &Pinned, wanted: Wanted) -> Result<(u32, Vec<StoredTask>)> {
    let shown = format!("version: {} {{ {SHOWN} }}", wanted.field());
    let progress = Progress::new("Exporting");
    let (mut stored, mut after) = (Vec::new(), None);
    loop {
        let answer: Answer = pinned.ask(&shown, after.as_deref()).await?;
        let Version { number, tasks } = answer.version.ok_or_else(|| wanted.missing(&pinned.operation))?;
        stored.extend(tasks.edges.into_iter().map(|edge| StoredTask::from(edge.node)));
        let done = stored.len() as u64;
        progress.show(done, done + u64::from(tasks.page_info.has_next_page));
        after = tasks.page_info.end_cursor;
        if !tasks.page_info.has_next_page || after.is_none() {
            return Ok((number, stored));
        }
    }
}
