//! An order as a document to read, print and keep: as one file of HTML, and as PDF.
//!
//! An [`Order`] is what a reader may see of a plan version; both forms show the same sections of it, in one
//! order. What an order says of releasability stands on every page. Nothing is fetched and nothing is run:
//! the same order gives the same bytes.

#[cfg(test)]
mod tests;

use crate::{
    chart::{Gantt, Heading, Matrix, h_offset, hours, matrix, utc},
    page::{
        Block, Cell, Column, Drawing, Page, Section, columns,
        pdf::{Fonts, PdfError},
        plain, section,
    },
};
use chrono::{DateTime, Utc};
use domain::Span;
use serde::Deserialize;

/// A plan version, as far as its reader may see it. What is read as JSON has the names of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub heading: Heading,
    /// When the position was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Hexadecimal: what nations approve.
    pub content_hash: String,
    pub paragraphs: Vec<Paragraph>,
    pub tasks: Vec<Task>,
    pub gantt: Gantt,
    pub matrix: Matrix,
    pub phases: Vec<Phase>,
    pub decision_points: Vec<DecisionPoint>,
    pub ccir: Vec<Ccir>,
    pub go_no_go: Vec<String>,
    pub risks: Vec<Risk>,
    pub command_relationships: Vec<CommandRelationship>,
    pub decisions: Vec<Decision>,
    /// What promulgation still waits for, a sentence each.
    pub outstanding: Vec<String>,
    pub annexes: Vec<Annex>,
    /// What its reader was not shown, a sentence each.
    pub withheld: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Paragraph {
    pub heading: String,
    /// Lines; empty when the plan says nothing under this heading.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Phase {
    pub code: String,
    pub name: String,
    pub gate: Option<String>,
}

/// A task, and where the schedule has it; times are from H-hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub code: String,
    pub title: String,
    pub phase: String,
    pub line_of_effort: Option<String>,
    pub lead: String,
    pub territory: String,
    pub post: Option<String>,
    pub duration: Span,
    /// As people write them: `T03`, `T04SS-30m`.
    pub waits_for: Vec<String>,
    /// What binds it besides, and what it needs, a phrase each.
    pub notes: Vec<String>,
    pub early_start: Span,
    pub early_finish: Span,
    pub late_start: Span,
    pub late_finish: Span,
    pub total_float: Span,
    pub critical: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DecisionPoint {
    pub code: String,
    pub at: String,
    pub decision: String,
    pub deciders: Vec<String>,
    pub trigger: Option<String>,
    pub ccir: Vec<String>,
}

/// An information requirement, and what meets it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Ccir {
    pub code: String,
    pub text: String,
    /// Names of events.
    pub events: Vec<String>,
    /// Of incidents, and of more urgent ones.
    pub priority: Option<String>,
    /// Of log entries.
    pub categories: Vec<String>,
}

impl Ccir {
    /// Empty when people judge it.
    fn met_by(&self) -> String {
        let Self { code: _, text: _, events, priority, categories } = self;
        let incidents = priority.iter().map(|least| format!("incidents of {least} or more urgent"));
        let entries = (!categories.is_empty()).then(|| format!("log entries of {}", categories.join(", ")));
        let met_by: Vec<_> = events.iter().cloned().chain(incidents).chain(entries).collect();
        met_by.join("; ")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Risk {
    pub code: String,
    pub text: String,
    /// 1 to 5.
    pub likelihood: u32,
    /// 1 to 5.
    pub impact: u32,
    pub treatment: String,
    pub owner: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CommandRelationship {
    pub of: String,
    pub to: String,
    /// As the API names it.
    pub kind: String,
}

/// What a partner decided on this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub partner: String,
    /// Who decided; `None` when its reader may not see that.
    pub post: Option<String>,
    /// As the API names it.
    pub kind: String,
    pub decided_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub reason: Option<String>,
    /// Codes of what was objected or consented to.
    pub tasks: Vec<String>,
    pub conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Condition {
    pub code: String,
    pub gate: String,
    pub text: String,
    /// As the API names it.
    pub status: String,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annex {
    pub code: String,
    pub title: String,
    /// As of the order.
    pub marking: String,
    /// `None`: the annex is a title without a text.
    pub text: Option<String>,
}

/// Lines of the Gantt chart that there is room for on a page.
const CHART_LINES: usize = 40;

impl Order {
    /// One file of HTML in UTF-8, in English but for what its authors wrote.
    pub fn html(&self) -> String {
        self.page().html()
    }

    /// Fails with [`PdfError::MissingLetters`] rather than leave any out.
    pub fn pdf(&self, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
        self.page().pdf(fonts)
    }

    fn page(&self) -> Page {
        Page {
            name: self.name(),
            marking: self.marking(),
            source: self.source(),
            stamp: self.heading.stamp().map(|(stamp, why)| format!("{stamp}: {why}")),
            facts: self.facts(),
            recorded_at: self.recorded_at,
            sections: self.sections(),
            has_contents: true,
            // The same for each copy of the same version.
            ident: format!("{} {}", self.heading.operation, self.content_hash),
        }
    }

    /// `Operation order SAPHAN: …`.
    pub fn name(&self) -> String {
        let draft = if self.heading.is_draft() { "Draft of an operation order" } else { "Operation order" };
        format!("{draft}: {} ({})", self.heading.title, self.heading.operation)
    }

    /// What stands on every page.
    fn marking(&self) -> String {
        let stamp = self.heading.stamp().map(|(stamp, _)| format!("{stamp} · ")).unwrap_or_default();
        format!("{stamp}{}", self.heading.marking)
    }

    /// Which version of what this is, beside the marking.
    fn source(&self) -> String {
        format!("{}, {}", self.heading.operation, self.heading.version_line())
    }

    /// What identifies the document, as pairs.
    fn facts(&self) -> Vec<(&'static str, String)> {
        vec![
            ("Operation", format!("{} ({})", self.heading.title, self.heading.operation)),
            ("Version", format!("{} ({})", self.heading.version, self.heading.status)),
            (
                "As of",
                format!(
                    "position {} of the log, recorded {} UTC",
                    self.heading.position,
                    utc(self.recorded_at)
                ),
            ),
            ("Content hash", self.content_hash.clone()),
            ("H-hour", self.heading.h_hour_line().replacen("H-hour: ", "", 1)),
            ("Marking", self.heading.marking.clone()),
        ]
    }

    /// All of it: a new field of an order is not forgotten here, because it is taken apart.
    fn sections(&self) -> Vec<Section> {
        let Self {
            heading: _,
            recorded_at: _,
            content_hash: _,
            paragraphs,
            tasks,
            gantt,
            matrix,
            phases,
            decision_points,
            ccir,
            go_no_go,
            risks,
            command_relationships,
            decisions,
            outstanding,
            annexes,
            withheld,
        } = self;
        let mut sections: Vec<Section> = paragraphs.iter().map(paragraph).collect();
        sections.push(section("Phases", phases_table(phases)));
        sections.push(section("Tasks", tasks_table(tasks)));
        let mut schedule = vec![Block::Chart(Drawing {
            whole: gantt.svg("gantt"),
            sheets: gantt.sheets("gantt", CHART_LINES),
            explained: "Gantt chart of the tasks; the table after it says the same.",
        })];
        schedule.extend(self.schedule_table(tasks));
        sections.push(section("Schedule", schedule));
        sections.push(section("Synchronisation matrix", matrix_table(matrix)));
        sections.push(section("Decision points", decision_points_table(decision_points)));
        sections.push(section("Commander's critical information requirements", ccir_table(ccir)));
        sections.push(section("Go / no-go criteria", list(go_no_go)));
        sections.push(section("Risks", risks_table(risks)));
        sections.push(section("Command relationships", relationships_table(command_relationships)));
        let mut approvals = decisions_table(decisions);
        approvals.extend(conditions_table(decisions));
        if !outstanding.is_empty() {
            approvals.push(Block::List { items: outstanding.clone() });
        }
        sections.push(section("Decisions and approvals", approvals));
        for annex in annexes {
            sections.push(annex_section(annex));
        }
        if !withheld.is_empty() {
            let text = "This copy is for its reader alone: what is not released to that reader is not in it.";
            let blocks = vec![Block::Note { text: text.to_owned() }, Block::List { items: withheld.clone() }];
            sections.push(section("Withheld from this copy", blocks));
        }
        sections
    }

    fn schedule_table(&self, tasks: &[Task]) -> Vec<Block> {
        let dated = self.heading.h_hour.is_some();
        let mut heads = vec![("Task", 0), ("Title", 1), ("Early", 0), ("Late", 0), ("Float", 0)];
        if dated {
            heads.push(("Earliest start (UTC)", 0));
        }
        let zone = self.heading.zone.as_ref().filter(|_| dated);
        let named = zone.map(|zone| format!("Earliest start ({zone})"));
        heads.extend(named.as_deref().map(|name| (name, 0)));
        let mut tasks: Vec<&Task> = tasks.iter().collect();
        tasks.sort_by(|one, other| (one.early_start, &one.code).cmp(&(other.early_start, &other.code)));
        let row = |task: &&Task| {
            let between = |from, to| Cell::of(format!("{} to {}", h_offset(from), h_offset(to)));
            // Two bounds may ask for what cannot be: then the float is negative, by as much as is missing.
            let float = match task.total_float {
                float if float < Span::ZERO => format!("{} h too late", hours(float)),
                _ if task.critical => "critical".to_owned(),
                float => format!("{} h", hours(float)),
            };
            let mut cells = vec![
                Cell::strong(&task.code),
                Cell::of(&task.title),
                between(task.early_start, task.early_finish),
                between(task.late_start, task.late_finish),
                Cell { strong: task.critical, ..Cell::of(float) },
            ];
            if let Some(at) = self.heading.instant(task.early_start) {
                cells.push(Cell::of(utc(at)));
                let local = |zone: &domain::TimeZone| zone.local(at).format("%Y-%m-%d %H:%M").to_string();
                cells.extend(zone.map(local).map(Cell::of));
            }
            cells
        };
        let columns = heads.into_iter().map(|(title, share)| Column {
            title: title.to_owned(),
            explained: None,
            share,
        });
        table(
            "Early and late times from H-hour, in hours",
            columns.collect(),
            tasks.iter().map(row).collect(),
        )
    }
}

fn nothing() -> Block {
    Block::Note { text: "The plan says nothing under this heading.".to_owned() }
}

fn table(caption: &str, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Vec<Block> {
    if rows.is_empty() {
        return vec![nothing()];
    }
    vec![Block::Table { caption: caption.to_owned(), columns, rows }]
}

fn list(items: &[String]) -> Vec<Block> {
    if items.is_empty() { vec![nothing()] } else { vec![Block::List { items: items.to_vec() }] }
}

fn paragraph(paragraph: &Paragraph) -> Section {
    let lines: Vec<String> = paragraph.text.lines().map(str::to_owned).collect();
    let blocks = if lines.is_empty() { vec![nothing()] } else { vec![Block::Lines { lines }] };
    let mut section = section(&paragraph.heading, blocks);
    // Apart from the tables, whose titles a view's headings may be.
    section.id = format!("paragraph-{}", section.id);
    section
}

fn phases_table(phases: &[Phase]) -> Vec<Block> {
    let row = |phase: &Phase| {
        vec![Cell::strong(&phase.code), Cell::of(&phase.name), Cell::maybe(phase.gate.as_ref())]
    };
    table(
        "Phases, in the order in which they are carried out",
        columns([("Phase", 0), ("Name", 1), ("Gate", 0)]),
        phases.iter().map(row).collect(),
    )
}

fn tasks_table(tasks: &[Task]) -> Vec<Block> {
    let row = |task: &Task| {
        vec![
            Cell::strong(&task.code),
            Cell {
                lines: [&task.title].into_iter().chain(&task.notes).cloned().collect(),
                ..Cell::default()
            },
            Cell::of(&task.phase),
            Cell::maybe(task.line_of_effort.as_ref()),
            Cell::of(&task.lead),
            Cell::of(&task.territory),
            Cell::maybe(task.post.as_ref()),
            Cell::of(h_offset(task.early_start)),
            Cell::of(format!("{} h", hours(task.duration))),
            Cell::of(task.waits_for.join(" ")),
        ]
    };
    let heads = [
        ("Task", 0),
        ("Title", 3),
        ("Phase", 0),
        ("Line", 0),
        ("Lead", 0),
        ("Territory", 0),
        ("Post", 0),
        ("Start", 0),
        ("Duration", 0),
        ("Waits for", 1),
    ];
    table("Tasks, in the order of their codes", columns(heads), tasks.iter().map(row).collect())
}

fn matrix_table(matrix: &Matrix) -> Vec<Block> {
    let mut heads = columns([("", 0)]);
    heads.extend(matrix.columns.iter().map(|column| Column {
        title: column.code.clone(),
        explained: matrix.explained(column),
        share: 1,
    }));
    let row = |row: &Option<matrix::Title>| {
        let name = |title: &matrix::Title| vec![title.code.clone(), title.name.clone()];
        let lines = row.as_ref().map_or_else(|| vec!["No line of effort".to_owned()], name);
        let mut cells = vec![Cell { lines, strong: true, ..Cell::default() }];
        cells.extend(matrix.columns.iter().map(|column| {
            let Some(cell) = matrix.cell(column, row.as_ref()) else { return Cell::default() };
            let lines = cell.tasks.iter().map(|task| format!("{} {}", task.code, task.title)).collect();
            Cell { lines, marks: cell.decision_points.clone(), ..Cell::default() }
        }));
        cells
    };
    table("Tasks, and the decision points that are due at them", heads, matrix.rows.iter().map(row).collect())
}

fn decision_points_table(points: &[DecisionPoint]) -> Vec<Block> {
    let row = |point: &DecisionPoint| {
        vec![
            Cell::strong(&point.code),
            Cell::of(&point.at),
            Cell::of(&point.decision),
            Cell::of(point.deciders.join(", ")),
            Cell::maybe(point.trigger.as_ref()),
            Cell::of(point.ccir.join(", ")),
        ]
    };
    let heads = [("Point", 0), ("At", 0), ("Decision", 2), ("By", 1), ("Earlier when", 1), ("Rests on", 1)];
    table("Moments at which decisions are due", columns(heads), points.iter().map(row).collect())
}

fn ccir_table(entries: &[Ccir]) -> Vec<Block> {
    let row = |entry: &Ccir| vec![Cell::strong(&entry.code), Cell::of(&entry.text), Cell::of(entry.met_by())];
    let columns = columns([("Requirement", 0), ("What must be known", 2), ("What meets it", 1)]);
    table("What the commander must know at once", columns, entries.iter().map(row).collect())
}

fn risks_table(risks: &[Risk]) -> Vec<Block> {
    let row = |risk: &Risk| {
        vec![
            Cell::strong(&risk.code),
            Cell::of(&risk.text),
            Cell::of(risk.likelihood.to_string()),
            Cell::of(risk.impact.to_string()),
            Cell::of(&risk.treatment),
            Cell::maybe(risk.owner.as_ref()),
        ]
    };
    let heads = [
        ("Risk", 0),
        ("What may go wrong", 1),
        ("Likelihood", 0),
        ("Impact", 0),
        ("Treatment", 1),
        ("Owner", 0),
    ];
    table("Likelihood and impact from 1 to 5", columns(heads), risks.iter().map(row).collect())
}

fn relationships_table(relationships: &[CommandRelationship]) -> Vec<Block> {
    let row = |relationship: &CommandRelationship| {
        let CommandRelationship { of, to, kind } = relationship;
        vec![Cell::strong(of), Cell::strong(to), Cell::of(plain(kind))]
    };
    let columns = columns([("Of", 1), ("To", 1), ("Relationship", 2)]);
    table("Who may direct whom, and how far", columns, relationships.iter().map(row).collect())
}

fn decisions_table(decisions: &[Decision]) -> Vec<Block> {
    let row = |decision: &Decision| {
        let mut kind = plain(&decision.kind);
        if let Some(at) = decision.revoked_at {
            kind = format!("{kind}; revoked {} UTC", utc(at));
        }
        let mut said: Vec<String> = decision.reason.iter().cloned().collect();
        if !decision.tasks.is_empty() {
            said.push(format!("Tasks: {}", decision.tasks.join(", ")));
        }
        vec![
            Cell::strong(&decision.partner),
            Cell::maybe(decision.post.as_ref()),
            Cell { strong: decision.revoked_at.is_none(), ..Cell::of(kind) },
            Cell::of(format!("{} UTC", utc(decision.decided_at))),
            Cell { lines: said, ..Cell::default() },
        ]
    };
    if decisions.is_empty() {
        return vec![Block::Note { text: "Nobody has decided on this version.".to_owned() }];
    }
    let heads = [("Partner", 0), ("Post", 0), ("Decision", 1), ("When", 0), ("Reason", 2)];
    table(
        "Who decided what on this version, in the order of deciding",
        columns(heads),
        decisions.iter().map(row).collect(),
    )
}

/// Empty when nobody has made any.
fn conditions_table(decisions: &[Decision]) -> Vec<Block> {
    let conditions =
        decisions.iter().flat_map(|decision| decision.conditions.iter().map(move |of| (decision, of)));
    let rows: Vec<Vec<Cell>> = conditions
        .map(|(decision, condition)| {
            let status = match decision.revoked_at {
                None => plain(&condition.status),
                Some(_) => format!("{}; its approval was revoked", plain(&condition.status)),
            };
            vec![
                Cell::strong(&decision.partner),
                Cell::strong(&condition.code),
                Cell::of(&condition.gate),
                Cell::of(&condition.text),
                Cell {
                    lines: [status].into_iter().chain(condition.note.clone()).collect(),
                    ..Cell::default()
                },
            ]
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let heads = [("Partner", 0), ("Condition", 0), ("Before", 0), ("Text", 2), ("Status", 1)];
    table("Conditions of approvals", columns(heads), rows)
}

fn annex_section(annex: &Annex) -> Section {
    let mut blocks = vec![Block::Note { text: annex.marking.clone() }];
    blocks.push(match &annex.text {
        Some(text) => Block::Lines { lines: text.lines().map(str::to_owned).collect() },
        None => Block::Note { text: "The annex has a title and no text.".to_owned() },
    });
    Section {
        id: format!("annex-{}", annex.code.to_lowercase()),
        title: format!("Annex {}: {}", annex.code, annex.title),
        blocks,
    }
}
