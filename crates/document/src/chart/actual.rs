//! What was planned against what happened: two bars a task, what was claimed of it, and what drove its delay.

use super::{
    ACCENT, BOTTOM, FAINT, Heading, INK, Length, MARGIN, QUIET, SHADE, Sheet, TOP, WIDTH,
    axis::{AXIS, Axis},
    diamond, hours, length_of, said, shortened, utc, width,
};
use chrono::{DateTime, Utc};
use domain::{Position, Span};
use maud::{Markup, html};
use serde::Deserialize;

/// A claim that the log learned of so much later than it happened was reported late.
pub const LATE: Span = Span::hours(1);

/// A plan held against what happened. What is read as JSON has the names of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedVersusActual {
    /// Its H-hour is what times are shown from; without one there is nothing to compare.
    pub heading: Heading,
    /// By when it is known: what has not ended reaches up to here.
    pub until: DateTime<Utc>,
    /// In the order in which they are carried out.
    pub phases: Vec<Phase>,
    /// Those of a phase that `phases` lacks, and those of none, are shown behind all others.
    pub tasks: Vec<Task>,
}

/// A phase as it was planned and as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    pub code: String,
    pub name: String,
    pub compared: Compared,
}

/// A task as it was planned and as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub code: String,
    pub title: String,
    /// Code of its phase; `None`: no plan foresaw it.
    pub phase: Option<String>,
    /// As the API names it, such as `IN_PROGRESS`.
    pub status: String,
    pub compared: Compared,
    /// What drove it: the parts add up to the variance of its finish, else of its start.
    pub drivers: Vec<Driver>,
    /// Those that hold: of what was put right, the correction.
    pub claims: Vec<Claim>,
}

/// A stretch of time, planned and actual.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    pub planned_start: DateTime<Utc>,
    /// Exclusive.
    pub planned_finish: DateTime<Utc>,
    /// `None` until it has begun.
    pub actual_start: Option<DateTime<Utc>>,
    /// `None` until it is completed.
    pub actual_finish: Option<DateTime<Utc>>,
    /// Actual less planned; negative when earlier.
    pub start_variance: Option<Span>,
    pub finish_variance: Option<Span>,
}

/// A part of a delay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Driver {
    /// As the API names it, such as `PREDECESSOR`.
    pub kind: String,
    pub by: Span,
    /// Code of the task that it waited for; of a predecessor alone.
    pub task: Option<String>,
}

/// What was reported of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// As the API names it, such as `STARTED`.
    pub kind: String,
    /// When it happened, as it says.
    pub at: DateTime<Utc>,
    /// How much later the log learned of it.
    pub lag: Span,
    /// Whether it puts another one right.
    pub corrects: bool,
    /// Where it stands in the log.
    pub position: Position,
}

enum Row<'a> {
    Phase { code: &'a str, name: &'a str, compared: Option<&'a Compared> },
    Task(&'a Task),
}

/// Room that titles are given at least and at most.
const LABELS: (Length, Length) = (2_000, 4_000);
const CODE: Length = 700;
const SIZE: Length = 110;
const SMALL: Length = 95;
const ROW: Length = 330;
const LEGEND: Length = 620;
/// At the right, for variances and what drove them.
const WORDS: Length = 3_300;
const GAP: Length = 160;
/// Half of a claim's mark.
const CLAIM: Length = 55;

impl PlannedVersusActual {
    /// The whole on one sheet; `id` is unique in the document that it stands in.
    pub fn svg(&self, id: &str) -> String {
        self.sheet(&self.rows(), id)
    }

    /// On sheets of so many lines at most, of which each has the whole time: for pages.
    pub fn sheets(&self, id: &str, lines: usize) -> Vec<String> {
        let rows = self.rows();
        let sheets = rows.chunks(lines.max(1)).enumerate();
        sheets.map(|(index, rows)| self.sheet(rows, &format!("{id}-{}", index + 1))).collect()
    }

    /// By phase, then by when they were planned to start.
    fn rows(&self) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        let mut tasks: Vec<&Task> = self.tasks.iter().collect();
        tasks.sort_by_key(|task| (task.compared.planned_start, &task.code));
        let of_phase = |task: &Task, phase: &Phase| task.phase.as_ref() == Some(&phase.code);
        for phase in &self.phases {
            let Phase { code, name, compared } = phase;
            rows.push(Row::Phase { code, name, compared: Some(compared) });
            rows.extend(tasks.iter().copied().filter(|task| of_phase(task, phase)).map(Row::Task));
        }
        let known = |task: &Task| self.phases.iter().any(|phase| of_phase(task, phase));
        let rest: Vec<Row<'_>> = tasks.into_iter().filter(|task| !known(task)).map(Row::Task).collect();
        if !rest.is_empty() {
            rows.push(Row::Phase { code: "", name: "Other tasks", compared: None });
            rows.extend(rest);
        }
        rows
    }

    fn sheet(&self, rows: &[Row<'_>], id: &str) -> String {
        let plot = Plot::new(self, id);
        let end = TOP + AXIS + length_of(rows.len()) * ROW;
        let content = html! {
            (plot.hatch())
            (plot.rows(rows))
            (plot.axis.drawn(end))
            @for (index, row) in rows.iter().enumerate() { (plot.bars(row, Plot::y(index))) }
            (plot.axis.h_hour(end))
            (plot.legend(end))
        };
        let sheet = Sheet {
            heading: &self.heading,
            kind: "Planned against actual",
            id,
            description: self.description(),
            width: WIDTH,
            height: end + LEGEND + BOTTOM,
        };
        sheet.drawn(&content)
    }

    fn description(&self) -> String {
        if self.tasks.is_empty() {
            return "There is nothing to compare yet.".to_owned();
        }
        let done: Vec<_> =
            self.tasks.iter().filter_map(|task| Some((task.compared.finish_variance?, task))).collect();
        let late = done.iter().filter(|(by, _)| *by > Span::ZERO).count();
        let last = done.iter().max_by_key(|(by, _)| *by).filter(|(by, _)| *by > Span::ZERO);
        let last = last.map(|(by, task)| format!(" Most of all {}: {} h.", task.code, signed(*by)));
        let claims = self.tasks.iter().flat_map(|task| &task.claims).filter(|claim| claim.is_late()).count();
        format!(
            "{} tasks in {} phases, {} of them completed, {late} of those later than planned.{} Claims that were \
             reported late: {claims}. {}.",
            self.tasks.len(),
            self.phases.len(),
            done.len(),
            last.unwrap_or_default(),
            self.heading.h_hour_line(),
        )
    }
}

impl Task {
    /// What it came to, as two lines: how much it differs, and what drove that.
    pub fn words(&self) -> (String, String) {
        let drivers: Vec<_> = self.drivers.iter().map(Driver::words).collect();
        (format!("{}{}", self.compared.words(), self.state()), drivers.join(", "))
    }

    /// What is not told by the times.
    fn state(&self) -> &'static str {
        match (self.status.as_str(), self.compared.actual_start, self.compared.actual_finish) {
            ("CANCELLED", None, _) => "cancelled",
            ("CANCELLED", Some(_), _) => ", cancelled",
            (_, None, _) => "not begun",
            ("BLOCKED", _, _) => ", blocked",
            (_, Some(_), None) => ", under way",
            _ => "",
        }
    }

    /// For who points at it, and who is read it.
    fn description(&self) -> String {
        let Self { code, title, compared, claims, .. } = self;
        let (differs, drivers) = self.words();
        let drivers = if drivers.is_empty() { drivers } else { format!("; driven by {drivers}") };
        let late = claims.iter().filter(|claim| claim.is_late()).count();
        let claimed = match claims.len() {
            0 => String::new(),
            all => format!("; {all} claims, {late} of them reported late"),
        };
        format!("{code} {title}: {}; {differs}{drivers}{claimed}", compared.description())
    }

    /// Where its bar ends; `None`: it has not ended.
    fn ended(&self) -> Option<DateTime<Utc>> {
        let cancelled = || self.claims.iter().find(|claim| claim.kind == "CANCELLED").map(|claim| claim.at);
        self.compared.actual_finish.or_else(cancelled)
    }
}

impl Compared {
    fn words(&self) -> String {
        let part = |what: &str, by: Option<Span>| by.map(|by| format!("{what} {}", signed(by)));
        let parts = [part("start", self.start_variance), part("end", self.finish_variance)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn description(&self) -> String {
        let Self { planned_start, planned_finish, actual_start, actual_finish, .. } = self;
        let was = match (actual_start, actual_finish) {
            (Some(start), Some(finish)) => format!(", was {} to {}", utc(*start), utc(*finish)),
            (Some(start), None) => format!(", was {} to now", utc(*start)),
            (None, _) => String::new(),
        };
        format!("planned {} to {} UTC{was}", utc(*planned_start), utc(*planned_finish))
    }
}

impl Driver {
    /// `T16 +2`, `blocked +1`.
    fn words(&self) -> String {
        let what = match (self.kind.as_str(), &self.task) {
            (_, Some(task)) => task.clone(),
            ("PREDECESSOR", None) => "a predecessor".to_owned(),
            ("START", _) => "own start".to_owned(),
            ("BLOCKS", _) => "blocked".to_owned(),
            ("LENGTH", _) => "own length".to_owned(),
            (other, _) => other.to_lowercase().replace('_', " "),
        };
        format!("{what} {}", signed(self.by))
    }
}

impl Claim {
    fn is_late(&self) -> bool {
        self.lag >= LATE
    }

    fn description(&self) -> String {
        let Self { kind, at, lag, corrects, position: _ } = self;
        let kind = kind.to_lowercase().replace('_', " ");
        let right = if *corrects { ", puts another right" } else { "" };
        let late = if self.is_late() { format!(", known {} h later", hours(*lag)) } else { String::new() };
        format!("{kind} at {} UTC{late}{right}", utc(*at))
    }
}

/// `+0:30`, `-3`, `0`: hours.
fn signed(by: Span) -> String {
    match by.as_seconds() {
        0 => "0".to_owned(),
        1.. => format!("+{}", hours(by)),
        _ => format!("-{}", hours(by)),
    }
}

struct Plot<'a> {
    of: &'a PlannedVersusActual,
    id: &'a str,
    /// Room for titles, from the left.
    labels: Length,
    axis: Axis<'a>,
}

impl<'a> Plot<'a> {
    fn new(of: &'a PlannedVersusActual, id: &'a str) -> Self {
        let widest = of.tasks.iter().map(|task| width(&task.title, SIZE)).max().unwrap_or_default();
        let labels = (CODE + widest + SIZE).clamp(LABELS.0, LABELS.1 + CODE);
        let all =
            of.tasks.iter().map(|task| &task.compared).chain(of.phases.iter().map(|phase| &phase.compared));
        let claimed = || of.tasks.iter().flat_map(|task| &task.claims).map(|claim| claim.at);
        let starts = all.clone().flat_map(|one| [Some(one.planned_start), one.actual_start]).flatten();
        let begun = all.clone().any(|one| one.actual_start.is_some() && one.actual_finish.is_none());
        let until = begun.then_some(of.until);
        let ends =
            all.flat_map(|one| [Some(one.planned_finish), one.actual_start, one.actual_finish]).flatten();
        let axis = Axis::new(
            &of.heading,
            (MARGIN + labels, WIDTH - MARGIN - WORDS - GAP),
            starts.chain(claimed()).map(|at| from_h_hour(&of.heading, at)),
            ends.chain(claimed()).chain(until).map(|at| from_h_hour(&of.heading, at)),
        );
        Self { of, id, labels, axis }
    }

    /// The middle of a row.
    fn y(row: usize) -> Length {
        TOP + AXIS + length_of(row) * ROW + ROW / 2
    }

    fn x(&self, at: DateTime<Utc>) -> Length {
        self.axis.x(from_h_hour(&self.of.heading, at))
    }

    /// What was reported late is filled with.
    fn hatch(&self) -> Markup {
        html! {
            defs {
                pattern id={ (self.id) "-late" } width="30" height="30" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect width="30" height="30" fill="#ffffff" {}
                    rect width="14" height="30" fill=(ACCENT) {}
                }
            }
        }
    }

    /// What each row is, its ground, and at the right what it came to.
    fn rows(&self, rows: &[Row<'_>]) -> Markup {
        let words = WIDTH - MARGIN - WORDS;
        html! {
            g font-size=(SIZE) {
                text x=(words) y=(TOP + AXIS - 240) font-size="100" fill=(QUIET) { "Later than planned, in hours;" }
                text x=(words) y=(TOP + AXIS - 110) font-size="100" fill=(QUIET) { "below: what drove it" }
                @for (index, row) in rows.iter().enumerate() {
                    @let y = Self::y(index);
                    @match row {
                        Row::Phase { code, name, compared } => {
                            rect x=(MARGIN) y=(y - ROW / 2) width=(WIDTH - 2 * MARGIN) height=(ROW) fill=(SHADE) {}
                            text x=(MARGIN + 40) y=(y + 38) font-size="115" font-weight="700" {
                                @if !code.is_empty() { (code) " · " }
                                (said(&shortened(name, 120, self.labels - 400)))
                            }
                            @if let Some(compared) = compared {
                                text x=(words) y=(y + 38) font-weight="700" { (shortened(&compared.words(), SIZE, WORDS)) }
                            }
                        }
                        Row::Task(task) => {
                            @let (differs, drivers) = task.words();
                            text x=(MARGIN + 40) y=(y + 38) { (said(&shortened(&task.code, SIZE, CODE - 120))) }
                            text x=(MARGIN + CODE) y=(y + 38) { (said(&shortened(&task.title, SIZE, self.labels - CODE))) }
                            text x=(words) y=(y - 25) { (shortened(&differs, SIZE, WORDS)) }
                            text x=(words) y=(y + 105) font-size=(SMALL) fill=(QUIET) { (said(&shortened(&drivers, SMALL, WORDS))) }
                        }
                    }
                }
            }
        }
    }

    fn bars(&self, row: &Row<'_>, y: Length) -> Markup {
        match row {
            Row::Phase { compared: None, .. } => html! {},
            Row::Phase { compared: Some(compared), code, name } => html! {
                g {
                    title { (code) " " (name) ": " (compared.description()) }
                    path d=(bracket(self.x(compared.planned_start), self.x(compared.planned_finish), y - 60)) fill="none" stroke=(FAINT) stroke-width="18" {}
                    @if let Some(start) = compared.actual_start {
                        @match compared.actual_finish {
                            Some(finish) => path d=(bracket(self.x(start), self.x(finish), y + 60)) fill="none" stroke=(INK) stroke-width="24" {},
                            None => path d={ "M" (self.x(start)) " " (y + 100) "V" (y + 40) "H" (self.x(self.of.until)) } fill="none" stroke=(INK) stroke-width="24" {},
                        }
                    }
                }
            },
            Row::Task(task) => self.task(task, y),
        }
    }

    fn task(&self, task: &Task, y: Length) -> Markup {
        let Compared { planned_start, planned_finish, actual_start, .. } = task.compared;
        let (from, to) = (self.x(planned_start), self.x(planned_finish));
        html! {
            g {
                title { (task.description()) }
                // Also the shortest is seen.
                rect x=(from) y=(y - 125) width=((to - from).max(20)) height="90" fill="#ffffff" stroke=(INK) stroke-width="12" {}
                @if let Some(start) = actual_start {
                    @let start = self.x(start);
                    @match task.ended() {
                        Some(end) => rect x=(start) y=(y + 5) width=((self.x(end) - start).max(20)) height="110" fill=(QUIET) {},
                        None => path d=(open(start, self.x(self.of.until).max(start + 120), y + 5)) fill=(QUIET) {},
                    }
                }
                @for claim in &task.claims { (self.claim(claim, y + 60)) }
            }
        }
    }

    fn claim(&self, claim: &Claim, y: Length) -> Markup {
        let x = self.x(claim.at);
        let fill = if claim.is_late() { format!("url(#{}-late)", self.id) } else { "#ffffff".to_owned() };
        let stroke = if claim.is_late() { ACCENT } else { INK };
        html! {
            g {
                title { (claim.description()) }
                path d=(diamond(x, y, CLAIM)) fill=(fill) stroke=(stroke) stroke-width="12" {}
                @if claim.corrects { path d={ "M" (x) " " (y - CLAIM - 35) "V" (y + CLAIM + 35) } stroke=(stroke) stroke-width="16" {} }
            }
        }
    }

    fn legend(&self, end: Length) -> Markup {
        let y = end + 220;
        let below = y + 230;
        let baseline = y + 36;
        html! {
            g font-size=(SIZE) {
                rect x=(MARGIN) y=(y - 45) width="500" height="90" fill="#ffffff" stroke=(INK) stroke-width="12" {}
                text x=(MARGIN + 600) y=(baseline) { "planned, as it was when it started" }
                rect x="3300" y=(y - 55) width="500" height="110" fill=(QUIET) {}
                text x="3900" y=(baseline) { "what happened" }
                path d=(open(5_400, 5_900, y - 55)) fill=(QUIET) {}
                text x="6000" y=(baseline) { "not ended, until " (utc(self.of.until)) " UTC" }
                path d=(diamond(9_300, y, CLAIM)) fill="#ffffff" stroke=(INK) stroke-width="12" {}
                text x="9450" y=(baseline) { "claim" }
                path d=(diamond(10_200, y, CLAIM)) fill={ "url(#" (self.id) "-late)" } stroke=(ACCENT) stroke-width="12" {}
                text x="10350" y=(baseline) { "claim that was reported an hour late or more" }
                path d=(diamond(MARGIN + 75, below, CLAIM)) fill="#ffffff" stroke=(INK) stroke-width="12" {}
                path d={ "M" (MARGIN + 75) " " (below - CLAIM - 35) "V" (below + CLAIM + 35) } stroke=(INK) stroke-width="16" {}
                text x=(MARGIN + 250) y=(below + 36) { "puts another claim right" }
                line x1="2200" y1=(below - 70) x2="2200" y2=(below + 70) stroke=(ACCENT) stroke-width="16" stroke-dasharray="70 40" {}
                text x="2300" y=(below + 36) { "H-hour" }
                path d=(bracket(3_300, 3_800, below - 30)) fill="none" stroke=(FAINT) stroke-width="18" {}
                path d=(bracket(3_300, 3_800, below + 40)) fill="none" stroke=(INK) stroke-width="24" {}
                text x="3900" y=(below + 36) { "phase, planned and actual" }
            }
        }
    }
}

fn from_h_hour(heading: &Heading, at: DateTime<Utc>) -> Span {
    heading.h_hour.map_or(Span::ZERO, |h_hour| Span::seconds((at - h_hour).num_seconds()))
}

fn bracket(from: Length, to: Length, y: Length) -> String {
    format!("M{from} {}V{}H{to}V{}", y + 40, y - 20, y + 40)
}

/// A bar with a torn end.
fn open(from: Length, to: Length, y: Length) -> String {
    format!(
        "M{from} {y}H{to}L{} {}L{to} {}L{} {}L{to} {}H{from}Z",
        to - 60,
        y + 28,
        y + 55,
        to - 60,
        y + 82,
        y + 110
    )
}
