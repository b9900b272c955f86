//! A plan version as charts and orders show it: everything of it that its reader may see, and what is known
//! to be withheld.

use super::{
    pinned::{Coded, Pinned},
    version::{Wanted, rows},
};
use crate::client::UNEXPECTED;
use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use document::{
    chart::{Gantt, Heading, Lane, Link, Matrix, Task, h_offset, matrix},
    order::{self, Order},
};
use domain::{
    Position, Span, TaskCode, TimeZone,
    plan::{StartConstraint, Terms},
};
use exchange::Row;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, mem,
    path::Path,
};

/// Of the matrix, in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub columns: &'static str,
    pub rows: &'static str,
}

/// Of a version at a position: what charts show.
#[derive(Debug)]
pub struct Presentation {
    heading: Heading,
    recorded_at: DateTime<Utc>,
    version: Version,
    rows: Vec<Row>,
    times: BTreeMap<TaskCode, Timed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    title: String,
    h_hour: Option<DateTime<Utc>>,
    version: Option<Version>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    number: u32,
    status: String,
    release: Release,
    phases: Vec<order::Phase>,
    decision_points: Vec<order::DecisionPoint>,
    schedule: LaidOut,
    synchronisation_matrix: AnsweredMatrix,
}

#[derive(Deserialize)]
struct Paper {
    version: Option<Papers>,
}

/// What an order shows besides. It is asked for by orders alone: who is shown an annex is written down.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Papers {
    content_hash: String,
    /// `None`: a task that stands in it is withheld from the reader.
    canonical_content: Option<String>,
    view: Vec<order::Paragraph>,
    ccir: Vec<order::Ccir>,
    go_no_go: Vec<String>,
    risks: Vec<order::Risk>,
    command_relationships: Vec<order::CommandRelationship>,
    decisions: Vec<Decision>,
    outstanding: Vec<Outstanding>,
    annexes: Vec<Annex>,
    parts: Vec<Coded<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    classification: String,
    handling: String,
    releasable_to: Vec<Coded<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Decision {
    partner: Coded<String>,
    post: Option<Coded<String>>,
    kind: String,
    decided_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    tasks: Vec<Coded<String>>,
    conditions: Vec<order::Condition>,
}

#[derive(Debug, Deserialize)]
struct Outstanding {
    partner: Coded<String>,
    kind: String,
    refused: bool,
    tasks: Vec<Coded<String>>,
}

#[derive(Debug, Deserialize)]
struct Annex {
    code: String,
    title: String,
    text: Option<String>,
    release: Release,
}

#[derive(Debug, Deserialize)]
struct LaidOut {
    tasks: Vec<Timed>,
}

/// Relative to H-hour.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timed {
    task: Coded<TaskCode>,
    early_start: Span,
    early_finish: Span,
    late_start: Span,
    late_finish: Span,
    total_float: Span,
    critical: bool,
}

#[derive(Debug, Deserialize)]
struct AnsweredMatrix {
    columns: Vec<Title>,
    rows: Vec<Title>,
    cells: Vec<Cell>,
}

#[derive(Debug, Deserialize)]
struct Title {
    code: String,
    name: String,
    start: Option<Span>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cell {
    column: String,
    row: Option<String>,
    tasks: Vec<Named>,
    decision_points: Vec<Coded<String>>,
}

#[derive(Debug, Deserialize)]
struct Named {
    code: String,
    title: String,
}

#[derive(Deserialize)]
struct Asked {
    viewer: Viewer,
}

#[derive(Deserialize)]
struct Viewer {
    /// `None`: of a service.
    partner: Option<Partner>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Partner {
    time_zone: Option<TimeZone>,
}

/// Of the times beside those in UTC: the zone that is wanted, else the reader's own.
pub async fn zone_at(pinned: &Pinned, wanted: Option<&TimeZone>) -> Result<Option<TimeZone>> {
    if wanted.is_some() {
        return Ok(wanted.cloned());
    }
    let asked = pinned.ask_world("viewer { partner { timeZone } }", None).await?;
    let Asked { viewer } = serde_json::from_value(asked).context(UNEXPECTED)?;
    Ok(viewer.partner.and_then(|partner| partner.time_zone))
}

impl Release {
    /// As it stands on every page.
    pub fn marking(&self) -> String {
        let Self { classification, handling, releasable_to } = self;
        let readers: Vec<&str> = releasable_to.iter().map(|partner| partner.code.as_str()).collect();
        format!("{classification} · {handling} · releasable to {}", readers.join(", "))
    }
}

pub const RELEASE: &str = "release { classification handling releasableTo { code } }";

impl Presentation {
    /// `zone`: of the dates beside those in UTC; without one it is the reader's.
    pub async fn of(pinned: &Pinned, wanted: Wanted, shape: Shape, zone: Option<&TimeZone>) -> Result<Self> {
        let Shape { columns, rows: by } = shape;
        let shown = format!(
            "title hHour version: {} {{ number status {RELEASE} phases {{ code name gate }}
             decisionPoints {{ code at decision deciders trigger ccir }}
             schedule {{ tasks {{ task {{ code }} earlyStart earlyFinish lateStart lateFinish totalFloat critical }} }}
             synchronisationMatrix(columns: {columns}, rows: {by}) {{ columns {{ code name start }} rows {{ code name start }}
               cells {{ column row tasks {{ code title }} decisionPoints {{ code }} }} }} }}",
            wanted.field()
        );
        let answer: Answer = pinned.ask(&shown, None).await?;
        let mut version = answer.version.ok_or_else(|| wanted.missing(&pinned.operation))?;
        let (_, rows) = rows(pinned, wanted).await?;
        let times = mem::take(&mut version.schedule.tasks);
        let heading = Heading {
            operation: pinned.operation.clone(),
            title: answer.title,
            version: version.number,
            status: version.status.clone(),
            position: Position(pinned.position()?),
            marking: version.release.marking(),
            h_hour: answer.h_hour,
            zone: zone_at(pinned, zone).await?,
        };
        Ok(Self {
            heading,
            recorded_at: pinned.recorded_at.context(UNEXPECTED)?,
            version,
            rows,
            times: times.into_iter().map(|timed| (timed.task.code.clone(), timed)).collect(),
        })
    }

    /// That it was written to a file: for people, and for programs.
    pub fn written(&self, what: &str, file: &Path) -> (String, Value) {
        written(&self.heading, what, file)
    }

    pub fn gantt(&self) -> Gantt {
        let task = |row: &Row| {
            let times = self.times.get(&row.code)?;
            let link = |dependency: &domain::plan::Dependency| Link {
                predecessor: dependency.predecessor.clone(),
                kind: dependency.kind,
            };
            Some(Task {
                code: row.code.clone(),
                title: row.title.to_string(),
                phase: row.phase.clone(),
                group: row.terms.group.as_ref().map(ToString::to_string),
                start: times.early_start,
                finish: times.early_finish,
                late_finish: times.late_finish,
                total_float: times.total_float,
                critical: times.critical,
                links: row.predecessors.iter().map(link).collect(),
            })
        };
        // A phase's code is one, for the server has read it as one.
        let lane =
            |phase: &order::Phase| Some(Lane { code: phase.code.parse().ok()?, name: phase.name.clone() });
        Gantt {
            heading: self.heading.clone(),
            phases: self.version.phases.iter().filter_map(lane).collect(),
            tasks: self.rows.iter().filter_map(task).collect(),
        }
    }

    pub fn matrix(&self) -> Matrix {
        let AnsweredMatrix { columns, rows, cells } = &self.version.synchronisation_matrix;
        let title = |title: &Title| matrix::Title {
            code: title.code.clone(),
            name: title.name.clone(),
            start: title.start,
        };
        let cell = |cell: &Cell| matrix::Cell {
            column: cell.column.clone(),
            row: cell.row.clone(),
            tasks: cell
                .tasks
                .iter()
                .map(|task| matrix::Task { code: task.code.clone(), title: task.title.clone() })
                .collect(),
            decision_points: codes(&cell.decision_points),
        };
        let point = |point: &order::DecisionPoint| matrix::DecisionPoint {
            code: point.code.clone(),
            at: point.at.clone(),
            decision: point.decision.clone(),
        };
        let without = cells.iter().any(|cell| cell.row.is_none());
        Matrix {
            heading: self.heading.clone(),
            columns: columns.iter().map(title).collect(),
            rows: rows.iter().map(|row| Some(title(row))).chain(without.then_some(None)).collect(),
            cells: cells.iter().map(cell).collect(),
            decision_points: self.version.decision_points.iter().map(point).collect(),
        }
    }

    /// `view`: of the paragraphs, in the API.
    pub async fn order(&self, pinned: &Pinned, view: &str) -> Result<Order> {
        // Of the version that the charts are of.
        let wanted = Wanted::Number(i32::try_from(self.version.number).context(UNEXPECTED)?);
        let shown = format!(
            "version: {} {{ contentHash canonicalContent view(as: {view}) {{ heading text }}
             ccir {{ code text events priority categories }} goNoGo risks {{ code text likelihood impact treatment owner }} commandRelationships {{ of to kind }}
             decisions {{ partner {{ code }} post {{ code }} kind decidedAt revokedAt reason tasks {{ code }}
               conditions {{ code gate text status note }} }}
             outstanding {{ partner {{ code }} kind refused tasks {{ code }} }}
             annexes {{ code title text {RELEASE} }} parts {{ code }} }}",
            wanted.field()
        );
        let paper: Paper = pinned.ask(&shown, None).await?;
        let papers = paper.version.ok_or_else(|| wanted.missing(&pinned.operation))?;
        Ok(Order {
            heading: self.heading.clone(),
            recorded_at: self.recorded_at,
            tasks: self.rows.iter().filter_map(|row| self.task(row)).collect(),
            gantt: self.gantt(),
            matrix: self.matrix(),
            phases: self.version.phases.clone(),
            decision_points: self.version.decision_points.clone(),
            decisions: papers.decisions.iter().map(order::Decision::from).collect(),
            outstanding: papers.outstanding.iter().map(ToString::to_string).collect(),
            annexes: papers.annexes.iter().map(order::Annex::from).collect(),
            withheld: self.withheld(&papers),
            content_hash: papers.content_hash,
            paragraphs: papers.view,
            ccir: papers.ccir,
            go_no_go: papers.go_no_go,
            risks: papers.risks,
            command_relationships: papers.command_relationships,
        })
    }

    fn task(&self, row: &Row) -> Option<order::Task> {
        let times = self.times.get(&row.code)?;
        Some(order::Task {
            code: row.code.to_string(),
            title: row.title.to_string(),
            phase: row.phase.to_string(),
            line_of_effort: row.line_of_effort.as_ref().map(ToString::to_string),
            lead: row.lead.to_string(),
            territory: row.territory.to_string(),
            post: row.post.as_ref().map(ToString::to_string),
            duration: row.duration,
            waits_for: row.predecessors.iter().map(ToString::to_string).collect(),
            notes: notes(&row.terms),
            early_start: times.early_start,
            early_finish: times.early_finish,
            late_start: times.late_start,
            late_finish: times.late_finish,
            total_float: times.total_float,
            critical: times.critical,
        })
    }

    /// What the version has and its reader was not shown: everybody is told the codes of parts, and nothing
    /// of a task that was withheld later but that there is one.
    fn withheld(&self, papers: &Papers) -> Vec<String> {
        let mut seen: BTreeSet<String> =
            papers.annexes.iter().map(|annex| format!("annex/{}", annex.code)).collect();
        seen.extend(self.rows.iter().map(|row| format!("task/{}", row.code)));
        let parts = papers.parts.iter().filter(|part| !seen.contains(&part.code));
        let mut withheld: Vec<String> = parts
            .map(|part| match part.code.split_once('/') {
                Some(("annex", code)) => format!("Annex {code}"),
                Some(("task", code)) => format!("Task {code}"),
                _ => part.code.clone(),
            })
            .collect();
        if papers.canonical_content.is_none() {
            withheld.push("Tasks that were withheld after this version was submitted".to_owned());
        }
        withheld
    }
}

/// That what is of a version was written to a file: for people, and for programs.
pub fn written(heading: &Heading, what: &str, file: &Path) -> (String, Value) {
    let Heading { operation, version, position, .. } = heading;
    let file = file.display();
    let text =
        format!("Wrote {what} of version {version} of {operation}, as of position {position}, to {file}.");
    let value =
        json!({ "operation": operation, "version": version, "position": position, "file": file.to_string() });
    (text, value)
}

/// What binds a task besides what it waits for, and what it needs.
fn notes(terms: &Terms) -> Vec<String> {
    let Terms { group, constraint, finish_no_later_than, mutual_legal_assistance } = terms;
    let start = match constraint {
        StartConstraint::StartNoEarlierThan => None,
        StartConstraint::AsSoonAsPossible => Some("As soon as possible".to_owned()),
        StartConstraint::MustStartOn => Some("Must start then".to_owned()),
    };
    let finish = finish_no_later_than.map(|at| format!("To be finished by {}", h_offset(at)));
    let assistance = mutual_legal_assistance.then(|| "Needs mutual legal assistance".to_owned());
    let group = group.as_ref().map(|group| format!("Group: {group}"));
    group.into_iter().chain(start).chain(finish).chain(assistance).collect()
}

fn codes(list: &[Coded<String>]) -> Vec<String> {
    list.iter().map(|entry| entry.code.clone()).collect()
}

impl From<&Decision> for order::Decision {
    fn from(decision: &Decision) -> Self {
        Self {
            partner: decision.partner.code.clone(),
            post: decision.post.as_ref().map(|post| post.code.clone()),
            kind: decision.kind.clone(),
            decided_at: decision.decided_at,
            revoked_at: decision.revoked_at,
            reason: decision.reason.clone(),
            tasks: codes(&decision.tasks),
            conditions: decision.conditions.clone(),
        }
    }
}

impl From<&Annex> for order::Annex {
    fn from(annex: &Annex) -> Self {
        Self {
            code: annex.code.clone(),
            title: annex.title.clone(),
            marking: annex.release.marking(),
            text: annex.text.clone(),
        }
    }
}

impl fmt::Display for Outstanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partner, kind, refused, tasks } = self;
        let what = if kind == "APPROVAL" { "approval" } else { "consent to tasks on its territory" };
        let mut tasks = codes(tasks).join(", ");
        if !tasks.is_empty() {
            tasks.insert_str(0, ": ");
        }
        let why = if *refused { "which it has refused" } else { "which it has not given yet" };
        write!(f, "Promulgation waits for {}: {what}{tasks}, {why}.", partner.code)
    }
}
