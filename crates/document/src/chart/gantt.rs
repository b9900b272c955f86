//! Gantt charts: what is done when, what waits for what, and what cannot slip.

use super::{
    ACCENT, BOTTOM, FAINT, Heading, INK, Length, MARGIN, QUIET, SHADE, Sheet, TOP, WIDTH,
    axis::{AXIS, Axis},
    diamond, h_offset, hours, length_of, said, shortened, width,
};
use domain::{PhaseCode, Span, TaskCode, plan::DependencyKind};
use maud::{Markup, html};
use std::collections::HashMap;

/// A plan laid out in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gantt {
    pub heading: Heading,
    /// In the order in which they are carried out.
    pub phases: Vec<Lane>,
    /// Those of a phase that `phases` lacks are shown behind all others.
    pub tasks: Vec<Task>,
}

/// A phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    pub code: PhaseCode,
    pub name: String,
}

/// A task at its early times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub code: TaskCode,
    pub title: String,
    pub phase: PhaseCode,
    /// Of tasks within the phase.
    pub group: Option<String>,
    /// From H-hour.
    pub start: Span,
    /// From H-hour; at its start: a milestone.
    pub finish: Span,
    /// From H-hour, not before `finish`: how late it may be without delaying the whole.
    pub late_finish: Span,
    /// What it can slip without delaying the whole: working time, where the stretch up to `late_finish` has
    /// its pauses too.
    pub total_float: Span,
    /// Whether it has no float.
    pub critical: bool,
    /// Of a predecessor that is not among the tasks nothing is drawn.
    pub links: Vec<Link>,
}

/// What a task waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub predecessor: TaskCode,
    pub kind: DependencyKind,
}

/// A line of the chart.
enum Row<'a> {
    Phase { code: &'a str, name: &'a str, span: Option<(Span, Span)> },
    Group(&'a str),
    Task(&'a Task),
}

/// Room that titles are given at least and at most.
const LABELS: (Length, Length) = (2_000, 4_600);
const CODE: Length = 700;
const SIZE: Length = 110;
const ROW: Length = 200;
const LEGEND: Length = 400;
/// Beside the bars, for codes and the ends of arrows.
const SLACK: Length = 450;
impl Gantt {
    /// The whole on one sheet; `id` is unique in the document that it stands in.
    pub fn svg(&self, id: &str) -> String {
        self.sheet(&self.rows(), id)
    }

    /// On sheets of so many lines at most, of which each has the whole time: for pages. Arrows between sheets
    /// are not drawn.
    pub fn sheets(&self, id: &str, lines: usize) -> Vec<String> {
        let rows = self.rows();
        let sheets = rows.chunks(lines.max(1)).enumerate();
        sheets.map(|(index, rows)| self.sheet(rows, &format!("{id}-{}", index + 1))).collect()
    }

    /// By phase, then by group (those without one first), then by early start.
    fn rows(&self) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        let known = |task: &&Task| self.phases.iter().any(|phase| phase.code == task.phase);
        let rest: Vec<&Task> = self.tasks.iter().filter(|task| !known(task)).collect();
        for phase in &self.phases {
            let of_phase: Vec<&Task> = self.tasks.iter().filter(|task| task.phase == phase.code).collect();
            rows.push(Row::Phase { code: phase.code.as_str(), name: &phase.name, span: span(&of_phase) });
            push_tasks(&mut rows, of_phase);
        }
        if !rest.is_empty() {
            rows.push(Row::Phase { code: "", name: "Other tasks", span: span(&rest) });
            push_tasks(&mut rows, rest);
        }
        rows
    }

    fn sheet(&self, rows: &[Row<'_>], id: &str) -> String {
        let plot = Plot::new(self, rows, id);
        let rows_end = TOP + AXIS + length_of(rows.len()) * ROW;
        let content = html! {
            (plot.rows(rows))
            (plot.axis.drawn(rows_end))
            (plot.links(rows))
            (plot.bars(rows))
            (plot.axis.h_hour(rows_end))
            (plot.legend(rows_end))
        };
        let sheet = Sheet {
            heading: &self.heading,
            kind: "Gantt chart",
            id,
            description: self.description(),
            width: WIDTH,
            height: rows_end + LEGEND + BOTTOM,
        };
        sheet.drawn(&content)
    }

    fn description(&self) -> String {
        let Some((start, finish)) = span(&self.tasks.iter().collect::<Vec<_>>()) else {
            return "The plan has no tasks yet.".to_owned();
        };
        let critical: Vec<&str> =
            self.tasks.iter().filter(|task| task.critical).map(|task| task.code.as_str()).collect();
        let milestones = self.tasks.iter().filter(|task| task.is_milestone()).count();
        format!(
            "{} tasks in {} phases from {} to {}, {milestones} of them milestones. Critical: {}. {}.",
            self.tasks.len(),
            self.phases.len(),
            h_offset(start),
            h_offset(finish),
            if critical.is_empty() { "none".to_owned() } else { critical.join(", ") },
            self.heading.h_hour_line(),
        )
    }
}

impl Task {
    fn is_milestone(&self) -> bool {
        self.start == self.finish
    }

    /// For who points at it, and who is read it.
    fn description(&self) -> String {
        let Self { code, title, start, finish, late_finish, total_float, critical, .. } = self;
        let when = if self.is_milestone() {
            format!("milestone at {}", h_offset(*start))
        } else {
            format!("{} to {}", h_offset(*start), h_offset(*finish))
        };
        let float = if *critical {
            "critical".to_owned()
        } else {
            format!("float {} h, to {}", hours(*total_float), h_offset(*late_finish))
        };
        format!("{code} {title}: {when}, {float}")
    }
}

/// From the first start to the last finish.
fn span(tasks: &[&Task]) -> Option<(Span, Span)> {
    let start = tasks.iter().map(|task| task.start).min()?;
    let finish = tasks.iter().map(|task| task.finish).max()?;
    Some((start, finish))
}

fn push_tasks<'a>(rows: &mut Vec<Row<'a>>, mut tasks: Vec<&'a Task>) {
    tasks.sort_by(|one, other| {
        (&one.group, one.start, &one.code).cmp(&(&other.group, other.start, &other.code))
    });
    let mut group = None;
    for task in tasks {
        let of = task.group.as_deref();
        if of != group {
            rows.extend(of.map(Row::Group));
            group = of;
        }
        rows.push(Row::Task(task));
    }
}

/// Where times and rows are on a sheet.
struct Plot<'a> {
    id: &'a str,
    /// Room for titles, from the left.
    labels: Length,
    axis: Axis<'a>,
    places: HashMap<&'a TaskCode, (usize, &'a Task)>,
}

impl<'a> Plot<'a> {
    fn new(gantt: &'a Gantt, rows: &[Row<'a>], id: &'a str) -> Self {
        let widest = gantt.tasks.iter().map(|task| width(&task.title, SIZE)).max().unwrap_or_default();
        let labels = (CODE + widest + SIZE).clamp(LABELS.0, LABELS.1 + CODE);
        let starts = gantt.tasks.iter().map(|task| task.start);
        let ends = gantt.tasks.iter().map(|task| task.late_finish.max(task.finish));
        let axis = Axis::new(&gantt.heading, (MARGIN + labels, WIDTH - MARGIN - SLACK), starts, ends);
        let task = |(index, row): (usize, &Row<'a>)| match row {
            Row::Task(task) => Some((&task.code, (index, *task))),
            Row::Phase { .. } | Row::Group(_) => None,
        };
        let places = rows.iter().enumerate().filter_map(task).collect();
        Self { id, labels, axis, places }
    }

    /// The middle of a row.
    fn y(row: usize) -> Length {
        TOP + AXIS + length_of(row) * ROW + ROW / 2
    }

    /// What each row is, and its ground.
    fn rows(&self, rows: &[Row<'_>]) -> Markup {
        let title = |text: &str, x: Length| shortened(text, SIZE, MARGIN + self.labels - x);
        html! {
            @for (index, row) in rows.iter().enumerate() {
                @let (y, baseline) = (Self::y(index), Self::y(index) + 38);
                @match row {
                    Row::Phase { code, name, span } => {
                        rect x=(MARGIN) y=(y - ROW / 2) width=(WIDTH - 2 * MARGIN) height=(ROW) fill=(SHADE) {}
                        text x=(MARGIN + 40) y=(baseline) font-size="115" font-weight="700" {
                            @if !code.is_empty() { (code) " · " }
                            (said(&shortened(name, 120, self.labels - 400)))
                        }
                        @if let Some((start, finish)) = span {
                            @let (from, to) = (self.axis.x(*start), self.axis.x(*finish));
                            path d={ "M" (from) " " (y + 50) "V" (y - 10) "H" (to) "V" (y + 50) } fill="none" stroke=(INK) stroke-width="24" {}
                        }
                    }
                    Row::Group(name) => {
                        text x=(MARGIN + 40) y=(baseline) font-size=(SIZE) font-weight="700" fill=(QUIET) { (said(&title(name, MARGIN + 40))) }
                    }
                    Row::Task(task) => {
                        text x=(MARGIN + if task.group.is_some() { 120 } else { 40 }) y=(baseline) font-size=(SIZE) font-weight=(weight(task)) {
                            (shortened(task.code.as_str(), SIZE, CODE - 220))
                            @if task.critical { " *" }
                        }
                        text x=(MARGIN + CODE) y=(baseline) font-size=(SIZE) { (said(&title(&task.title, MARGIN + CODE))) }
                    }
                }
            }
        }
    }

    fn bars(&self, rows: &[Row<'_>]) -> Markup {
        html! {
            @for (index, row) in rows.iter().enumerate() {
                @if let Row::Task(task) = row { (self.bar(task, Self::y(index))) }
            }
        }
    }

    fn bar(&self, task: &Task, y: Length) -> Markup {
        let (start, finish) = (self.axis.x(task.start), self.axis.x(task.finish));
        let late = self.axis.x(task.late_finish).max(finish);
        let fill = if task.critical { INK } else { "#ffffff" };
        // Also the shortest is seen.
        let wide = (finish - start).max(20);
        html! {
            g {
                title { (task.description()) }
                @if late > finish {
                    path d={ "M" (finish) " " (y) "H" (late) "M" (late) " " (y - 35) "V" (y + 35) } fill="none" stroke=(FAINT) stroke-width="14" {}
                }
                @if task.is_milestone() {
                    path d=(diamond(start, y, 75)) fill=(fill) stroke=(INK) stroke-width="14" {}
                } @else {
                    rect x=(start) y=(y - 60) width=(wide) height="120" fill=(fill) stroke=(INK) stroke-width="14" {}
                }
                text x=(late.max(start + wide) + 70) y=(y + 32) font-size="90" font-weight=(weight(task)) stroke="#ffffff"
                    stroke-width="30" stroke-linejoin="round" paint-order="stroke" { (task.code) }
            }
        }
    }

    /// Arrows from what is waited for to what waits.
    fn links(&self, rows: &[Row<'_>]) -> Markup {
        let id = self.id;
        html! {
            defs {
                marker id={ (id) "-arrow" } viewBox="0 0 10 10" refX="9" refY="5" markerWidth="50" markerHeight="50"
                    markerUnits="userSpaceOnUse" orient="auto" {
                    path d="M0 0L10 5L0 10Z" fill=(QUIET) {}
                }
            }
            g fill="none" stroke=(QUIET) stroke-width="9" {
                @for row in rows {
                    @if let Row::Task(task) = row {
                        @for link in &task.links {
                            @if let Some(path) = self.link(task, link) {
                                path d=(path) marker-end={ "url(#" (id) "-arrow)" } {}
                            }
                        }
                    }
                }
            }
        }
    }

    /// `None`: one of the two is not on the sheet.
    fn link(&self, task: &Task, link: &Link) -> Option<String> {
        let (above, predecessor) = *self.places.get(&link.predecessor)?;
        let (below, _) = *self.places.get(&task.code)?;
        let (leaves_finish, enters_start) = match link.kind {
            DependencyKind::FinishToStart => (true, true),
            DependencyKind::StartToStart => (false, true),
            DependencyKind::FinishToFinish => (true, false),
            DependencyKind::StartToFinish => (false, false),
        };
        let at = |task: &Task, finish: bool| self.axis.x(if finish { task.finish } else { task.start });
        let (from, to) = (at(predecessor, leaves_finish), at(task, !enters_start));
        let (y1, y2) = (Self::y(above), Self::y(below));
        let down = if y2 > y1 { 1 } else { -1 };
        let out = from + if leaves_finish { 50 } else { -50 };
        // Across in the gap before the row, where no float is drawn.
        let gap = y2 - down * ROW / 2;
        if enters_start {
            return Some(format!("M{from} {y1}H{out}V{gap}H{}V{}", to + 40, y2 - down * 68));
        }
        Some(format!("M{from} {y1}H{out}V{gap}H{}V{y2}H{to}", to + 120))
    }

    fn legend(&self, end: Length) -> Markup {
        let y = end + 220;
        let baseline = y + 36;
        html! {
            g font-size=(SIZE) {
                rect x=(MARGIN) y=(y - 60) width="500" height="120" fill=(INK) stroke=(INK) stroke-width="14" {}
                text x=(MARGIN + 600) y=(baseline) { "critical (*): no float" }
                rect x="2600" y=(y - 60) width="500" height="120" fill="#ffffff" stroke=(INK) stroke-width="14" {}
                path d={ "M3100 " (y) "H3500M3500 " (y - 35) "V" (y + 35) } fill="none" stroke=(FAINT) stroke-width="14" {}
                text x="3600" y=(baseline) { "task at its early times, with its float" }
                path d=(diamond(6_500, y, 75)) fill="#ffffff" stroke=(INK) stroke-width="14" {}
                text x="6650" y=(baseline) { "milestone" }
                path d={ "M7800 " (y) "H8300" } fill="none" stroke=(QUIET) stroke-width="9" marker-end={ "url(#" (self.id) "-arrow)" } {}
                text x="8400" y=(baseline) { "waits for" }
                line x1="9700" y1=(y - 70) x2="9700" y2=(y + 70) stroke=(ACCENT) stroke-width="16" stroke-dasharray="70 40" {}
                text x="9800" y=(baseline) { "H-hour" }
                path d={ "M10800 " (y + 50) "V" (y - 10) "H11300V" (y + 50) } fill="none" stroke=(INK) stroke-width="24" {}
                text x="11400" y=(baseline) { "phase" }
            }
        }
    }
}

fn weight(task: &Task) -> &'static str {
    if task.critical { "700" } else { "400" }
}
