//! The after-action report: what was planned and what happened, what was known when it was decided, what was found, and
//! the events that all of it rests on.
//!
//! It is a pure function of what its reader saw at one position of the log: nothing in it tells when it was made. Every
//! figure leads to its events, which an appendix lists; of what was withheld from the reader there is nothing.

pub mod event;
#[cfg(test)]
mod tests;

pub use event::Event;

use crate::{
    chart::{PlannedVersusActual, actual::LATE, hours, utc},
    metrics::{Metric, definitions},
    page::{
        Block, Cell, Drawing, Link, Page, Section, columns,
        pdf::{Fonts, PdfError},
        plain, section,
    },
};
use chrono::{DateTime, Utc};
use domain::{OperationCode, Position, TimeZone};
use std::collections::{BTreeMap, BTreeSet};

/// An operation in review, as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub operation: OperationCode,
    /// Of the operation.
    pub title: String,
    /// Classification, handling and releasability, as one line.
    pub marking: String,
    /// Code of the post, or name of the service, that it was shown to.
    pub reader: String,
    /// At which all of it is true.
    pub position: Position,
    /// When that was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Hexadecimal: of the commit that holds the position.
    pub commit_hash: String,
    /// Of the times that are shown beside those in UTC.
    pub zone: Option<TimeZone>,
    /// `None`: none has been opened.
    pub opened: Option<Opened>,
    pub compared: PlannedVersusActual,
    pub metrics: Vec<Metric>,
    pub decisions: Vec<Decision>,
    /// SITREPs that put others right.
    pub sitreps: Vec<SitrepCorrection>,
    /// What is known of the operation, from its first event on.
    pub events: Vec<Event>,
    /// Whether there are later events of the operation besides.
    pub more_events: bool,
    /// All events of the operation that put others right, whether they are among `events` or not.
    pub corrections: Vec<Event>,
}

/// What was written in the review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub at: DateTime<Utc>,
    pub answers: Vec<Answer>,
    pub observations: Vec<Observation>,
    pub findings: Vec<Finding>,
    pub adoptions: Vec<Adoption>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// As the API names it: `PLANNED`, `HAPPENED`, `WHY`, `NEXT`.
    pub question: String,
    pub text: String,
    pub post: Option<String>,
    pub at: DateTime<Utc>,
    pub position: Position,
}

/// What a partner noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    pub partner: String,
    pub text: String,
    pub at: DateTime<Utc>,
    pub position: Position,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub code: String,
    /// As the API names it.
    pub kind: String,
    /// As the API names it.
    pub status: String,
    pub observation: String,
    pub discussion: Option<String>,
    pub conclusion: Option<String>,
    pub recommendation: Option<String>,
    /// Code of the post that answers for it.
    pub owner: Option<String>,
    pub due: Option<DateTime<Utc>>,
    pub action: Option<Action>,
    pub evidence: Vec<Evidence>,
    /// Where the log tells of it, from when it was recorded on.
    pub events: Vec<Position>,
}

/// What was done about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Code of the post that has to act.
    pub post: Option<String>,
    pub assigned_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    pub note: Option<String>,
    /// `None` until somebody has looked.
    pub accepted: Option<bool>,
    pub validated_by: Option<String>,
    pub validated_at: Option<DateTime<Utc>>,
    pub validation_note: Option<String>,
}

/// A piece of what proves a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// As the API names it.
    pub kind: String,
    /// What it is, as people call it; `None`: it is withheld from the reader.
    pub what: Option<String>,
    /// Where it is told in the log.
    pub events: Vec<Position>,
}

/// A partner's own word on the review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    pub partner: String,
    pub post: Option<String>,
    pub at: DateTime<Utc>,
    pub position: Position,
    /// What its author was looking at.
    pub seen_at: Position,
    /// Whether nothing was written since then.
    pub current: bool,
}

/// A decision of any kind, and what its author was looking at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What it is on, such as `Plan version 2`.
    pub on: String,
    pub partner: String,
    pub post: Option<String>,
    /// As the API names it, or in the author's words.
    pub decided: String,
    pub reasons: Option<String>,
    pub at: DateTime<Utc>,
    pub position: Position,
    /// `None` when the reader may not see that.
    pub seen_at: Option<Position>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SitrepCorrection {
    pub code: String,
    pub corrects: String,
    pub reason: Option<String>,
    pub at: DateTime<Utc>,
    /// Where it was issued, and where that which it puts right was.
    pub events: Vec<Position>,
    pub differences: Vec<crate::sitrep::Difference>,
}

/// Steps of the timeline that are shown.
const STEPS: usize = 2_000;
/// Lines of a chart that there is room for on a page.
const CHART_LINES: usize = 22;

const QUESTIONS: [(&str, &str); 4] = [
    ("PLANNED", "What was planned?"),
    ("HAPPENED", "What happened?"),
    ("WHY", "Why did it differ?"),
    ("NEXT", "What is to be done next?"),
];

/// Edits of drafts, what follows from other events by itself, and what is told elsewhere in the report.
const NOT_IN_TIMELINE: [&str; 15] = [
    "PhaseAdded",
    "TaskAddedToPlan",
    "TaskRevised",
    "TaskRemovedFromPlan",
    "TaskTermsSet",
    "DependencyAdded",
    "DependencyRemoved",
    "PlanSectionRevised",
    "AnnexAttached",
    "RiskRecorded",
    "OfficerAssigned",
    "AssignmentRetimed",
    "AssignmentUnderWay",
    "AssignmentWithdrawn",
    "EvidenceLinked",
];

impl Review {
    /// One file of HTML in UTF-8, in English but for what its authors wrote.
    pub fn html(&self) -> String {
        self.page().html()
    }

    /// Fails with [`PdfError::MissingLetters`] rather than leave any out.
    pub fn pdf(&self, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
        self.page().pdf(fonts)
    }

    fn page(&self) -> Page {
        let Self { operation, title, marking, reader, position, recorded_at, .. } = self;
        let as_of = format!("position {position} of the log, recorded {} UTC", utc(*recorded_at));
        Page {
            name: format!("After-action report: {title} ({operation})"),
            marking: marking.clone(),
            source: format!("{operation}, after-action report as of position {position}, for {reader}"),
            stamp: None,
            facts: vec![
                ("Operation", format!("{title} ({operation})")),
                ("As of", as_of),
                ("Shown to", format!("{reader}: what is not released to that reader is not in it")),
                ("Times", self.zone.as_ref().map_or("UTC".to_owned(), |zone| format!("UTC, and {zone}"))),
            ],
            recorded_at: *recorded_at,
            sections: self.sections(),
            has_contents: true,
            ident: format!("{operation} review {reader} {position}"),
        }
    }

    fn sections(&self) -> Vec<Section> {
        let mut log = Log::new(self);
        let mut sections = vec![
            section("The four questions", self.questions(&mut log)),
            section("Timeline", self.timeline(&mut log)),
            section("Planned against actual", self.planned_against_actual(&mut log)),
            section("Metrics", self.metrics(&mut log)),
            section("Findings", self.findings(&mut log)),
            section("Observations of partners", self.observations(&mut log)),
            section("Decisions, and what was known", self.decisions(&mut log)),
            section("Corrections", self.corrections(&mut log)),
            section("Adoption", self.adoptions(&mut log)),
        ];
        sections.push(section("Evidence", self.evidence(&log)));
        sections.push(section("How to check this report", self.checks()));
        sections
    }

    /// In UTC, and in the zone below.
    fn when(&self, at: DateTime<Utc>) -> Cell {
        let local = self.zone.as_ref().map(|zone| zone.local(at).format("%Y-%m-%d %H:%M %:z").to_string());
        Cell { lines: [utc(at)].into_iter().chain(local).collect(), ..Cell::default() }
    }

    fn maybe_when(&self, at: Option<DateTime<Utc>>) -> Cell {
        at.map(|at| self.when(at)).unwrap_or_default()
    }

    fn questions(&self, log: &mut Log<'_>) -> Vec<Block> {
        let Some(opened) = &self.opened else { return not_opened() };
        let row = |(question, asked): &(&str, &str)| {
            let Some(answer) = opened.answers.iter().find(|answer| answer.question == *question) else {
                return vec![
                    Cell::strong(*asked),
                    Cell::of("Not answered yet."),
                    Cell::default(),
                    Cell::default(),
                ];
            };
            let said =
                Cell { lines: lines(&answer.text), links: log.links([answer.position]), ..Cell::default() };
            vec![Cell::strong(*asked), said, Cell::maybe(answer.post.as_ref()), self.when(answer.at)]
        };
        vec![Block::Table {
            caption: format!("The review was opened on {} UTC", utc(opened.at)),
            columns: columns([("Question", 1), ("Answer", 3), ("By", 0), ("Answered (UTC)", 0)]),
            rows: QUESTIONS.iter().map(row).collect(),
        }]
    }

    /// In the order of the world; what was put right is left out, and stands where its correction has it.
    fn timeline(&self, log: &mut Log<'_>) -> Vec<Block> {
        let wrong: BTreeSet<Position> =
            self.corrections.iter().filter_map(|event| Some(event.corrects.as_ref()?.position)).collect();
        let of_operation = |event: &&Event| {
            event.payload["operation"] == *self.operation.as_str()
                && !NOT_IN_TIMELINE.contains(&event.r#type.as_str())
                && !wrong.contains(&event.position)
        };
        // Where a correction is left out, what it puts right were missing.
        let known = self.events.last().map(|event| event.position);
        let later = self.corrections.iter().filter(|event| Some(event.position) > known);
        let mut events: Vec<&Event> = self.events.iter().chain(later).filter(of_operation).collect();
        events.sort_by_key(|event| (event.happened_at, event.position));
        let steps = events.chunk_by(|one, other| {
            (&one.r#type, &one.actor, utc(one.happened_at), one.corrects.is_none())
                == (&other.r#type, &other.actor, utc(other.happened_at), other.corrects.is_none())
        });
        let steps: Vec<&[&Event]> = steps.collect();
        if steps.is_empty() {
            return vec![self.none("Nothing has happened that this reader may see.")];
        }
        let rows = steps.iter().take(STEPS).map(|step| self.step(step, log)).collect();
        let mut blocks = vec![Block::Table {
            caption: "As it happened, by all that is known at this position".to_owned(),
            columns: columns([("Happened (UTC)", 0), ("What", 3), ("By", 0), ("Marks", 1), ("Event", 1)]),
            rows,
        }];
        if steps.len() > STEPS {
            let left = steps.len() - STEPS;
            blocks.push(note(&format!("The first {STEPS} steps are shown; {left} more are left out.")));
        }
        blocks.extend(self.cut("Of what is later, only corrections are in the timeline."));
        blocks.push(note(
            "Edits of drafts, assignments, and evidence that was linked are left out; that officers were asked for, and what \
             was answered, is shown. accord replay plays all of it.",
        ));
        blocks
    }

    /// Events of one kind that one actor told of one minute.
    fn step(&self, step: &[&Event], log: &mut Log<'_>) -> Vec<Cell> {
        let Some(first) = step.first() else { return Vec::new() };
        let name = if step.len() == 1 { first.name() } else { format!("{} × {}", step.len(), first.name()) };
        let mut codes: Vec<_> =
            step.iter().map(|event| event.about()).filter(|code| !code.is_empty()).collect();
        codes.dedup();
        let head = if codes.is_empty() { name } else { format!("{name}: {}", codes.join(", ")) };
        let said = Some(first.said()).filter(|said| step.len() == 1 && !said.is_empty());
        let what = Cell { lines: [head].into_iter().chain(said).collect(), ..Cell::default() };
        let lag = step.iter().map(|event| event.lag()).max().unwrap_or_default();
        let late = (lag >= LATE).then(|| format!("LATE: known {} h later", hours(lag)));
        let corrected = first.corrects.as_ref().map(|_| "CORRECTION of".to_owned());
        let marks = Cell {
            lines: late.into_iter().chain(corrected).collect(),
            strong: true,
            links: log.links(step.iter().filter_map(|event| Some(event.corrects.as_ref()?.position))),
            ..Cell::default()
        };
        let events = Cell { links: log.links(step.iter().map(|event| event.position)), ..Cell::default() };
        vec![self.when(first.happened_at), what, Cell::of(&first.actor), marks, events]
    }

    fn planned_against_actual(&self, log: &mut Log<'_>) -> Vec<Block> {
        let compared = &self.compared;
        if compared.tasks.is_empty() {
            return vec![note(
                "There is nothing to compare: no plan that this reader may see is in force, or H-hour is not set.",
            )];
        }
        let chart = Block::Chart(Drawing {
            whole: compared.svg("actual"),
            sheets: compared.sheets("actual", CHART_LINES),
            explained: "What was planned against what happened; the table after it says the same.",
        });
        let row = |task: &crate::chart::actual::Task| {
            let (differs, drivers) = task.words();
            let times = &task.compared;
            let claims = task.claims.iter().map(|claim| claim.position);
            vec![
                Cell::strong(&task.code),
                Cell::of(&task.title),
                self.when(times.planned_start),
                self.when(times.planned_finish),
                self.maybe_when(times.actual_start),
                self.maybe_when(times.actual_finish),
                Cell { links: log.links(claims), ..Cell::of(differs) },
                Cell::of(drivers),
            ]
        };
        let heads = [
            ("Task", 0),
            ("Title", 2),
            ("Planned start (UTC)", 0),
            ("Planned end (UTC)", 0),
            ("Start (UTC)", 0),
            ("End (UTC)", 0),
            ("Later, in hours", 1),
            ("Driven by, in hours", 1),
        ];
        let tasks = Block::Table {
            caption: "Each task by the plan and the H-hour in force when its start was reported".to_owned(),
            columns: columns(heads),
            rows: compared.tasks.iter().map(row).collect(),
        };
        vec![chart, tasks]
    }

    fn metrics(&self, log: &mut Log<'_>) -> Vec<Block> {
        if self.metrics.is_empty() {
            return vec![note("There are no metrics.")];
        }
        let row = |metric: &Metric| {
            let listed = metric.evidence.nodes.len();
            let more = metric.evidence.total_count.saturating_sub(listed);
            let more = (more > 0).then(|| format!("{more} events more than these:"));
            let events = metric.evidence.nodes.iter().map(|event| event.position);
            vec![
                Cell::strong(&metric.name),
                Cell::of(&metric.subject_code),
                Cell { strong: metric.value.is_some(), ..Cell::of(metric.shown()) },
                Cell::of(metric.parts()),
                Cell { lines: more.into_iter().collect(), links: log.links(events), ..Cell::default() },
            ]
        };
        let heads = [("Metric", 1), ("Of", 0), ("Value", 1), ("Numerator and denominator", 1), ("Events", 2)];
        let values = Block::Table {
            caption: "What was measured, and the events that make each value".to_owned(),
            columns: columns(heads),
            rows: self.metrics.iter().map(row).collect(),
        };
        vec![values, definitions(&self.metrics)]
    }

    fn findings(&self, log: &mut Log<'_>) -> Vec<Block> {
        let Some(opened) = &self.opened else { return not_opened() };
        if opened.findings.is_empty() {
            return vec![note("Nothing has been found that this reader may see.")];
        }
        opened.findings.iter().map(|finding| finding.table(log)).collect()
    }

    fn observations(&self, log: &mut Log<'_>) -> Vec<Block> {
        let Some(opened) = &self.opened else { return not_opened() };
        if opened.observations.is_empty() {
            return vec![note("No partner has noted anything.")];
        }
        let row = |seen: &Observation| {
            let text =
                Cell { lines: lines(&seen.text), links: log.links([seen.position]), ..Cell::default() };
            vec![Cell::strong(&seen.partner), text, self.when(seen.at)]
        };
        vec![Block::Table {
            caption: "What partners noted for the review".to_owned(),
            columns: columns([("Partner", 0), ("Observation", 1), ("Noted (UTC)", 0)]),
            rows: opened.observations.iter().map(row).collect(),
        }]
    }

    fn decisions(&self, log: &mut Log<'_>) -> Vec<Block> {
        if self.decisions.is_empty() {
            return vec![self.none("Nothing has been decided that this reader may see.")];
        }
        let mut decisions: Vec<&Decision> = self.decisions.iter().collect();
        decisions.sort_by_key(|decision| (decision.at, decision.position));
        let row = |decision: &&Decision| {
            let Decision { on, partner, post, decided, reasons, at, position, seen_at } = decision;
            let known = seen_at.map_or_else(Cell::default, |seen| {
                // What the reader sees of it: the last event of the operation that was known then.
                let last = log.last_until(seen);
                Cell { links: log.links(last), ..Cell::of(format!("position {seen}")) }
            });
            let by = Cell::of(post.as_ref().unwrap_or(partner));
            let decided = Cell { links: log.links([*position]), ..Cell::strong(decided) };
            let reasons =
                Cell { lines: reasons.as_deref().map(lines).unwrap_or_default(), ..Cell::default() };
            vec![Cell::strong(on), by, self.when(*at), decided, reasons, known]
        };
        let rows = decisions.iter().map(row).collect();
        let heads =
            [("On", 1), ("By", 0), ("Decided (UTC)", 0), ("Decision", 1), ("Reasons", 2), ("Looked at", 1)];
        let table = Block::Table {
            caption: "In the order in which it was decided".to_owned(),
            columns: columns(heads),
            rows,
        };
        let text = "What was known at a position of the log is shown by any command of Accord with --as-of POSITION, and \
                    by asOf in the API. The event beside it is the last one of the operation that was known there.";
        let cut = self.cut("Decisions are all here. Beside a position after those events there is no event.");
        [table, note(text)].into_iter().chain(cut).collect()
    }

    fn corrections(&self, log: &mut Log<'_>) -> Vec<Block> {
        let mut rows = Vec::new();
        let corrections = self.corrections.iter().filter_map(|event| Some((event, event.corrects.as_ref()?)));
        for (event, wrong) in corrections {
            let time = |at| format!("{} UTC", utc(at));
            let right = event.differences(wrong, time);
            let right = if right.is_empty() { vec![event.said()] } else { right };
            let what = format!("{}: {}", event.name(), event.about());
            rows.push((
                (event.recorded_at, event.position),
                vec![
                    Cell { links: log.links([wrong.position]), ..Cell::strong(what) },
                    Cell { lines: right, links: log.links([event.position]), ..Cell::default() },
                    self.when(event.recorded_at),
                    Cell::of(event.reason()),
                ],
            ));
        }
        for sitrep in &self.sitreps {
            let SitrepCorrection { code, corrects, reason, at, events, differences } = sitrep;
            let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
            let right = differences.iter().map(|differs| {
                format!("{}: {} instead of {}", differs.figure, shown(&differs.is), shown(&differs.was))
            });
            let mut right: Vec<_> = right.collect();
            if right.is_empty() {
                right.push("All figures are as they were.".to_owned());
            }
            let position = events.first().copied().unwrap_or(Position(0));
            rows.push((
                (*at, position),
                vec![
                    Cell { links: log.links(events.iter().skip(1).copied()), ..Cell::strong(corrects) },
                    Cell {
                        lines: [format!("{code}:")].into_iter().chain(right).collect(),
                        links: log.links(events.first().copied()),
                        ..Cell::default()
                    },
                    self.when(*at),
                    Cell::maybe(reason.as_ref()),
                ],
            ));
        }
        if rows.is_empty() {
            return vec![self.none("Nothing had to be put right.")];
        }
        rows.sort_by_key(|(at, _)| *at);
        let table = Block::Table {
            caption: "What was wrong, what is right, and when that was known".to_owned(),
            columns: columns([("Was wrong", 1), ("Is right", 2), ("Known (UTC)", 0), ("Because", 1)]),
            rows: rows.into_iter().map(|(_, row)| row).collect(),
        };
        [table].into_iter().chain(self.cut("Corrections are all here.")).collect()
    }

    fn adoptions(&self, log: &mut Log<'_>) -> Vec<Block> {
        let Some(opened) = &self.opened else { return not_opened() };
        if opened.adoptions.is_empty() {
            return vec![note("No partner has adopted the review.")];
        }
        let row = |adoption: &Adoption| {
            let Adoption { partner, post, at, position, seen_at, current } = adoption;
            let current = if *current { "current" } else { "not current: something was written since" };
            vec![
                Cell::strong(partner),
                Cell::maybe(post.as_ref()),
                self.when(*at),
                Cell::of(format!("position {seen_at}")),
                Cell { links: log.links([*position]), ..Cell::of(current) },
            ]
        };
        vec![Block::Table {
            caption: "Who stands by the review".to_owned(),
            columns: columns([
                ("Partner", 0),
                ("By", 0),
                ("Adopted (UTC)", 0),
                ("Looked at", 0),
                ("Stands", 1),
            ]),
            rows: opened.adoptions.iter().map(row).collect(),
        }]
    }

    /// Each event that the sections before refer to.
    fn evidence(&self, log: &Log<'_>) -> Vec<Block> {
        let row = |event: &&Event| {
            let said = [event.about(), event.said()];
            let said: Vec<_> = said.into_iter().filter(|part| !part.is_empty()).collect();
            vec![
                Cell { anchor: Some(anchor(event.position)), ..Cell::strong(event.position.to_string()) },
                Cell::of(&event.r#type),
                self.when(event.happened_at),
                self.when(event.recorded_at),
                Cell::of(&event.actor),
                Cell::of(said.join(": ")),
            ]
        };
        let rows: Vec<_> = log.referred_to().iter().map(row).collect();
        if rows.is_empty() {
            return vec![self.none("This report refers to no event.")];
        }
        let heads =
            [("Event", 0), ("Type", 0), ("Happened (UTC)", 0), ("Recorded (UTC)", 0), ("By", 0), ("Says", 1)];
        let caption = if self.more_events {
            "Events that this report refers to, by their positions in the log"
        } else {
            "Every event that this report refers to, by its position in the log"
        };
        let table = Block::Table { caption: caption.to_owned(), columns: columns(heads), rows };
        let cut = self.cut(
            "Of what is later, those are listed that put others right and that metrics rest on. A position that is no link is of \
             an event that is not listed.",
        );
        [table].into_iter().chain(cut).collect()
    }

    /// That this report is not made from all events, and what follows from that.
    fn cut(&self, means: &str) -> Option<Block> {
        let most = self.events.len();
        self.more_events.then(|| {
            note(&format!(
                "The operation has more events than the first {most}, from which this report is made. {means}"
            ))
        })
    }

    /// That there is nothing, which cannot be told where events are left out.
    fn none(&self, text: &str) -> Block {
        self.cut("Among these there is nothing to show here.").unwrap_or_else(|| note(text))
    }

    fn checks(&self) -> Vec<Block> {
        let Self { operation, reader, position, commit_hash, .. } = self;
        let zone = self.zone.as_ref().map_or(String::new(), |zone| format!(" --zone {zone}"));
        let lines = vec![
            format!("This report is true at position {position} of the log."),
            format!(
                "The commit that holds that position has the hash {commit_hash}. It binds every event before it."
            ),
        ];
        let items = vec![
            format!(
                "Make it again: accord review export --operation {operation} --at {position}{zone} --format html, or \
                 --format pdf, with a token of {reader}. The bytes are the same, unless something was released to that \
                 reader or withheld from it since."
            ),
            format!(
                "Hold the log against it: accord verify --anchor {position}:{commit_hash}, on the server's database or on \
                 one that was restored from its backup. It fails if anything up to there was changed."
            ),
            "Compute it anew: accord export -o log.jsonl writes the log as lines of JSON, from which anybody computes every \
             hash."
                .to_owned(),
        ];
        vec![Block::Lines { lines }, Block::List { items }]
    }
}

/// The events that are known, and which of them were referred to.
struct Log<'a> {
    events: BTreeMap<Position, &'a Event>,
    operation: &'a OperationCode,
    /// Up to where all events of the operation are known; `None`: to the end.
    whole_until: Option<Position>,
    referred: BTreeSet<Position>,
}

impl<'a> Log<'a> {
    fn new(review: &'a Review) -> Self {
        let of_metrics = review.metrics.iter().flat_map(|metric| &metric.evidence.nodes);
        let events = of_metrics.chain(&review.corrections).chain(&review.events);
        let last = review.events.last().map_or(Position(0), |event| event.position);
        Self {
            events: events.map(|event| (event.position, event)).collect(),
            operation: &review.operation,
            whole_until: review.more_events.then_some(last),
            referred: BTreeSet::new(),
        }
    }

    fn links(&mut self, positions: impl IntoIterator<Item = Position>) -> Vec<Link> {
        let link = |position: Position| {
            self.referred.insert(position);
            Link { text: position.to_string(), to: Some(anchor(position)) }
        };
        positions.into_iter().map(link).collect()
    }

    /// The last event of the operation that stands no later than there; `None` also where that is not known.
    fn last_until(&self, position: Position) -> Option<Position> {
        if self.whole_until.is_some_and(|whole| position > whole) {
            return None;
        }
        let until = self.events.range(..=position).rev();
        let mut of_operation =
            until.filter(|(_, event)| event.payload["operation"] == *self.operation.as_str());
        of_operation.next().map(|(position, _)| *position)
    }

    fn referred_to(&self) -> Vec<&'a Event> {
        self.referred.iter().filter_map(|position| self.events.get(position).copied()).collect()
    }
}

impl Finding {
    fn table(&self, log: &mut Log<'_>) -> Block {
        let Finding {
            code,
            kind,
            status,
            observation,
            discussion,
            conclusion,
            recommendation,
            owner,
            due,
            action,
            ..
        } = self;
        let mut rows = Vec::new();
        let mut push = |what: &str, cell: Cell| rows.push(vec![Cell::strong(what), cell]);
        push("Observed", Cell { lines: lines(observation), ..Cell::default() });
        let texts =
            [("Discussion", discussion), ("Conclusion", conclusion), ("Recommendation", recommendation)];
        for (what, text) in texts {
            let text = text.as_deref().map(lines);
            push(
                what,
                Cell { lines: text.unwrap_or_else(|| vec!["None yet.".to_owned()]), ..Cell::default() },
            );
        }
        let due = due.map(|due| format!("due {} UTC", utc(due)));
        let owner: Vec<_> = owner.iter().cloned().chain(due).collect();
        push("Owner", Cell::of(if owner.is_empty() { "None".to_owned() } else { owner.join(", ") }));
        if let Some(action) = action {
            push("Action", Cell { lines: action.acted(), ..Cell::default() });
            push("Validation", Cell { lines: action.validated(), ..Cell::default() });
        }
        for (index, evidence) in self.evidence.iter().enumerate() {
            push(&format!("Evidence {}", index + 1), evidence.cell(log));
        }
        push("Events", Cell { links: log.links(self.events.iter().copied()), ..Cell::default() });
        Block::Table {
            caption: format!("Finding {code}"),
            columns: columns([(code.as_str(), 0), (&format!("{}, {}", plain(kind), plain(status)), 1)]),
            rows,
        }
    }
}

impl Action {
    fn acted(&self) -> Vec<String> {
        let post = self.post.as_deref().unwrap_or("a post");
        let mut lines = vec![format!("{post} has to act since {} UTC", utc(self.assigned_at))];
        match self.completed_at {
            Some(at) => lines.push(format!("Done on {} UTC", utc(at))),
            None => lines.push("Not done yet".to_owned()),
        }
        lines.extend(self.note.clone());
        lines
    }

    fn validated(&self) -> Vec<String> {
        let Some(accepted) = self.accepted else { return vec!["Nobody has looked yet.".to_owned()] };
        let by = self.validated_by.as_deref().unwrap_or("another post");
        let at = self.validated_at.map(|at| format!(" on {} UTC", utc(at))).unwrap_or_default();
        let found = if accepted { "does what it was made for" } else { "does not do what it was made for" };
        [format!("{by} has found{at} that it {found}.")]
            .into_iter()
            .chain(self.validation_note.clone())
            .collect()
    }
}

impl Evidence {
    fn cell(&self, log: &mut Log<'_>) -> Cell {
        let kind = plain(&self.kind);
        let text = match &self.what {
            Some(what) => format!("{kind}: {what}"),
            None => format!("{kind}: withheld from this reader"),
        };
        Cell { links: log.links(self.events.iter().copied()), ..Cell::of(text) }
    }
}

fn anchor(position: Position) -> String {
    format!("event-{position}")
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn note(text: &str) -> Block {
    Block::Note { text: text.to_owned() }
}

fn not_opened() -> Vec<Block> {
    vec![note("No review has been opened.")]
}
