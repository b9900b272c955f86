//! Synchronisation matrices: what is done when, by which purpose or by whom, and which decisions are due with
//! it.

use super::{
    ACCENT, BOTTOM, Heading, INK, Length, MARGIN, QUIET, RULE, SHADE, Sheet, TOP, diamond, said, utc, wrapped,
};
use domain::Span;
use maud::{Markup, html};

/// A table of columns and rows, as the API gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    pub heading: Heading,
    pub columns: Vec<Title>,
    /// `None`: of what serves no line of effort; last.
    pub rows: Vec<Option<Title>>,
    /// One at most of each place.
    pub cells: Vec<Cell>,
    /// Those of the plan, in its order.
    pub decision_points: Vec<DecisionPoint>,
}

/// Of a column or a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    pub code: String,
    pub name: String,
    /// Where a day begins, from H-hour.
    pub start: Option<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Code of the column.
    pub column: String,
    /// Code of the row.
    pub row: Option<String>,
    pub tasks: Vec<Task>,
    /// Codes of those that are due at one of the tasks.
    pub decision_points: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub code: String,
    pub title: String,
}

/// A moment at which a decision is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionPoint {
    pub code: String,
    /// Code of the task.
    pub at: String,
    pub decision: String,
}

const SIZE: Length = 105;
const LINE: Length = 145;
const ROW_TITLE: Length = 1_700;
/// Of a column, at least; the chart is as wide as it takes.
const COLUMN: Length = 1_250;
const PAD: Length = 70;
/// Of a chart with few columns.
const WIDTH: Length = 14_000;

/// A line within a cell.
enum Line {
    Task { text: String, first: bool },
    Due(String),
}

impl Matrix {
    pub fn cell(&self, column: &Title, row: Option<&Title>) -> Option<&Cell> {
        let row = row.map(|row| &row.code);
        self.cells.iter().find(|cell| cell.column == column.code && cell.row.as_ref() == row)
    }

    /// The second line of a column's heading: what its code stands for.
    pub fn explained(&self, column: &Title) -> Option<String> {
        match column.start {
            None => Some(column.name.clone()),
            Some(start) => self.heading.instant(start).map(|at| format!("from {} UTC", utc(at))),
        }
    }

    /// `id` is unique in the document that it stands in.
    pub fn svg(&self, id: &str) -> String {
        let count = Length::try_from(self.columns.len().max(1)).unwrap_or(Length::MAX / 1_000_000);
        let wide = ((WIDTH - 2 * MARGIN - ROW_TITLE) / count).max(COLUMN);
        let heads: Vec<Vec<String>> = self.columns.iter().map(|column| self.head(column, wide)).collect();
        let head = lines_high(heads.iter().map(Vec::len).max().unwrap_or_default() + 1);
        let mut y = TOP + head;
        let mut rows = Vec::new();
        for row in &self.rows {
            let cells: Vec<Vec<Line>> =
                self.columns.iter().map(|column| self.lines(column, row.as_ref(), wide)).collect();
            let name = row.as_ref().map_or("No line of effort", |row| &row.name);
            let name = wrapped(name, SIZE, ROW_TITLE - 2 * PAD);
            let high = lines_high(cells.iter().map(Vec::len).max().unwrap_or_default().max(name.len() + 1));
            rows.push((y, high, row.as_ref(), name, cells));
            y += high;
        }
        let width = (2 * MARGIN + ROW_TITLE + wide * count).max(WIDTH);
        let x = |index: usize| {
            MARGIN + ROW_TITLE + wide * Length::try_from(index).unwrap_or(Length::MAX / 1_000_000)
        };
        let legend: Vec<String> =
            self.decision_points.iter().flat_map(|point| point.lines(width - 2 * MARGIN - 300)).collect();
        let content = html! {
            rect x=(MARGIN) y=(TOP) width=(ROW_TITLE + wide * count) height=(head) fill=(SHADE) {}
            @for (index, column) in self.columns.iter().enumerate() {
                text x=(x(index) + PAD) y=(TOP + LINE) font-size="115" font-weight="700" { (column.code) }
                (texts(&heads[index], x(index) + PAD, TOP + 2 * LINE))
            }
            @for (y, high, row, name, cells) in &rows {
                rect x=(MARGIN) y=(y) width=(ROW_TITLE) height=(high) fill=(SHADE) {}
                @if let Some(row) = row {
                    text x=(MARGIN + PAD) y=(y + LINE) font-size="115" font-weight="700" { (row.code) }
                }
                (texts(name, MARGIN + PAD, y + 2 * LINE))
                @for (index, lines) in cells.iter().enumerate() { (cell(lines, x(index) + PAD, *y)) }
            }
            (self.grid(&rows.iter().map(|(y, high, ..)| y + high).collect::<Vec<_>>(), y, head, wide))
            @for (index, line) in (0..).zip(&legend) {
                (due(MARGIN, y + 260 + index * LINE + 10, line))
            }
        };
        let legend_high = Length::try_from(legend.len()).unwrap_or(Length::MAX / 1_000_000) * LINE;
        let sheet = Sheet {
            heading: &self.heading,
            kind: "Synchronisation matrix",
            id,
            description: self.description(),
            width,
            height: y + 300 + legend_high + BOTTOM,
        };
        sheet.drawn(&content)
    }

    fn head(&self, column: &Title, wide: Length) -> Vec<String> {
        self.explained(column).map(|text| wrapped(&text, SIZE, wide - 2 * PAD)).unwrap_or_default()
    }

    fn lines(&self, column: &Title, row: Option<&Title>, wide: Length) -> Vec<Line> {
        let Some(Cell { tasks, decision_points, .. }) = self.cell(column, row) else { return Vec::new() };
        let mut lines = Vec::new();
        for Task { code, title } in tasks {
            let text = wrapped(&format!("{code} {title}"), SIZE, wide - 2 * PAD);
            lines.extend(
                text.into_iter().enumerate().map(|(index, text)| Line::Task { text, first: index == 0 }),
            );
        }
        lines.extend(decision_points.iter().cloned().map(Line::Due));
        lines
    }

    fn grid(&self, rows: &[Length], end: Length, head: Length, wide: Length) -> Markup {
        let right =
            MARGIN + ROW_TITLE + wide * (0..).zip(&self.columns).map(|(i, _)| i + 1).last().unwrap_or(1);
        html! {
            g stroke=(RULE) stroke-width="8" {
                @for y in [TOP, TOP + head].iter().chain(rows) {
                    line x1=(MARGIN) y1=(y) x2=(right) y2=(y) {}
                }
                @for x in [MARGIN, MARGIN + ROW_TITLE].into_iter().chain((0..).zip(&self.columns).map(|(i, _)| MARGIN + ROW_TITLE + wide * (i + 1))) {
                    line x1=(x) y1=(TOP) x2=(x) y2=(end) {}
                }
            }
        }
    }

    /// All of it in words: who does not see the table has no other way to it.
    fn description(&self) -> String {
        let cells = self.cells.iter().map(|cell| {
            let codes: Vec<&str> = cell.tasks.iter().map(|task| task.code.as_str()).collect();
            let due = if cell.decision_points.is_empty() {
                String::new()
            } else {
                format!(" (decision due: {})", cell.decision_points.join(", "))
            };
            let row = cell.row.as_deref().unwrap_or("no line of effort");
            format!("{}, {row}: {}{due}.", cell.column, codes.join(", "))
        });
        cells.collect::<Vec<_>>().join(" ")
    }
}

impl DecisionPoint {
    fn lines(&self, room: Length) -> Vec<String> {
        wrapped(&format!("{} at {}: {}", self.code, self.at, self.decision), SIZE, room)
    }
}

fn lines_high(lines: usize) -> Length {
    2 * PAD + LINE * Length::try_from(lines.max(1)).unwrap_or(Length::MAX / 1_000_000)
}

fn texts(lines: &[String], x: Length, y: Length) -> Markup {
    html! {
        g font-size=(SIZE) fill=(QUIET) {
            @for (index, line) in (0..).zip(lines) { text x=(x) y=(y + index * LINE) { (said(line)) } }
        }
    }
}

fn cell(lines: &[Line], x: Length, y: Length) -> Markup {
    html! {
        g font-size=(SIZE) {
            @for (index, line) in (1..).zip(lines) {
                @let y = y + index * LINE;
                @match line {
                    Line::Task { text, first } => {
                        @let (code, rest) = if *first { text.split_once(' ').unwrap_or((text, "")) } else { ("", text.as_str()) };
                        text x=(x) y=(y) { @if *first { tspan font-weight="700" { (code) } " " } (said(rest)) }
                    }
                    Line::Due(code) => (due(x, y, code)),
                }
            }
        }
    }
}

/// A decision point's mark, and its text.
fn due(x: Length, y: Length, text: &str) -> Markup {
    html! {
        path d=(diamond(x + 55, y - 38, 55)) fill=(ACCENT) stroke=(INK) stroke-width="8" {}
        text x=(x + 150) y=(y) font-size=(SIZE) font-weight="700" { (said(text)) }
    }
}
