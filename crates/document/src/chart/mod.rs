//! Charts as SVG, for screens and for paper: Gantt charts, synchronisation matrices, what was planned against what
//! happened, and how a metric went.
//!
//! Each is a pure function of a plain struct: the same struct gives the same bytes. There are no scripts, no
//! styles that would reach beyond the chart, and nothing is fetched: fonts are those of the reader's machine.
//! What is said by colour is also said by shape. Every chart has a title and a description for who does not
//! see it, and `role="img"`.
//!
//! Lengths are whole tenths of a pixel, so that no rounding differs between machines.

pub mod actual;
mod axis;
pub mod gantt;
pub mod history;
pub mod matrix;
#[cfg(test)]
mod tests;

pub use actual::PlannedVersusActual;
pub use gantt::{Gantt, Lane, Link, Task};
pub use history::History;
pub use matrix::Matrix;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::{OperationCode, Position, Span, TimeZone};
use maud::{Markup, html};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// What stands at the head and the foot of every page and chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    pub operation: OperationCode,
    /// Of the operation.
    pub title: String,
    /// Of the plan, from 1.
    pub version: u32,
    /// As the API names it, such as `PROMULGATED`.
    pub status: String,
    /// At which all of it is true.
    pub position: Position,
    /// Classification, handling and releasability, as one line.
    pub marking: String,
    /// Without it there are no dates.
    pub h_hour: Option<DateTime<Utc>>,
    /// Of the dates that are shown beside those in UTC.
    pub zone: Option<TimeZone>,
}

impl Heading {
    pub fn is_draft(&self) -> bool {
        self.status == "DRAFT"
    }

    /// What has to stand over a plan that is not to be carried out, and why.
    pub fn stamp(&self) -> Option<(&'static str, &'static str)> {
        match self.status.as_str() {
            "DRAFT" => Some(("DRAFT", "not decided, and not in force")),
            "RECALLED" => Some(("RECALLED", "not in force")),
            "SUSPENDED" => Some(("SUSPENDED", "not to be carried out until its nations have settled it")),
            "SUPERSEDED" => Some(("SUPERSEDED", "another version took its place")),
            "WITHDRAWN" => Some(("WITHDRAWN", "not in force any more")),
            _ => None,
        }
    }

    /// `Version 2 (PROMULGATED), as of position 115`.
    pub fn version_line(&self) -> String {
        format!("Version {} ({}), as of position {}", self.version, self.status, self.position)
    }

    /// `H-hour: 2023-10-08 23:00 UTC, 2023-10-09 06:00 +07:00 (Asia/Bangkok)`.
    pub fn h_hour_line(&self) -> String {
        match self.h_hour {
            None => "H-hour: not set".to_owned(),
            Some(at) => match &self.zone {
                None => format!("H-hour: {} UTC", utc(at)),
                Some(zone) => format!(
                    "H-hour: {} UTC, {} ({zone})",
                    utc(at),
                    zone.local(at).format("%Y-%m-%d %H:%M %:z")
                ),
            },
        }
    }

    /// An offset as an instant in UTC; `None` without an H-hour.
    pub fn instant(&self, offset: Span) -> Option<DateTime<Utc>> {
        self.h_hour?.checked_add_signed(offset.as_delta())
    }
}

/// To the minute, as people read it.
pub fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// As programs read it, for `datetime` in HTML.
pub(crate) fn machine(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// An offset as operation orders write it: `H-288`, `H+0:30`. Hours, then minutes and seconds where there are
/// any.
pub fn h_offset(offset: Span) -> String {
    let sign = if offset < Span::ZERO { '-' } else { '+' };
    format!("H{sign}{}", hours(offset))
}

/// Without its sign: `12`, `12:30`.
pub fn hours(span: Span) -> String {
    let total = span.as_seconds().unsigned_abs();
    let (hours, minutes, seconds) = (total / 3_600, total / 60 % 60, total % 60);
    match (minutes, seconds) {
        (0, 0) => hours.to_string(),
        (_, 0) => format!("{hours}:{minutes:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Tenths of a pixel.
type Length = i64;

/// Of a chart that has a line of time.
const WIDTH: Length = 16_000;

const INK: &str = "#1a1a1a";
const QUIET: &str = "#5f6770";
const FAINT: &str = "#8b98a6";
const RULE: &str = "#c9ced4";
const SHADE: &str = "#eef1f4";
const ACCENT: &str = "#a3141c";

/// Usual fonts of machines, then those for the scripts of the partners' languages.
pub(crate) const FONTS: &str = "'Noto Sans', 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', \
                     'Noto Sans Thai', 'Noto Sans Lao', 'Leelawadee UI', 'Noto Sans Myanmar', 'Myanmar Text', \
                     'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif";

/// What people wrote: its direction is not carried over to what stands beside it.
fn said(text: &str) -> Markup {
    html! { tspan unicode-bidi="isolate" { (text) } }
}

/// How wide a text is at most about, at a font's size. A column of a terminal is a little more than half of
/// it in most fonts.
fn width(text: &str, size: Length) -> Length {
    Length::try_from(text.width()).unwrap_or(Length::MAX / 1_000).saturating_mul(size * 57 / 100)
}

/// The text, or as much as there is room for and an ellipsis. Letters are not taken apart from their marks.
fn shortened(text: &str, size: Length, room: Length) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.graphemes(true) {
        if width(&short, size) + width(letter, size) + size > room {
            break;
        }
        short.push_str(letter);
    }
    format!("{}…", short.trim_end())
}

/// Lines of words that there is room for; a longer word is taken apart between letters.
fn wrapped(text: &str, size: Length, room: Length) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let pieces: Vec<&str> =
            if width(word.trim_end(), size) > room { word.graphemes(true).collect() } else { vec![word] };
        for piece in pieces {
            match lines.last_mut() {
                Some(line) if width(line, size) + width(piece.trim_end(), size) <= room => {
                    line.push_str(piece);
                }
                _ if piece.trim().is_empty() => {}
                _ => lines.push(piece.to_owned()),
            }
        }
    }
    lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// A chart's frame: what it is, whose, and how it may be handled.
struct Sheet<'a> {
    heading: &'a Heading,
    /// What kind of chart it is.
    kind: &'a str,
    /// Unique in a document.
    id: &'a str,
    /// For who does not see the chart.
    description: String,
    width: Length,
    height: Length,
}

/// Of what stands above a chart.
const TOP: Length = 900;
/// Of what stands below.
const BOTTOM: Length = 260;
const MARGIN: Length = 200;

impl Sheet<'_> {
    fn drawn(&self, content: &Markup) -> String {
        let Self { heading, kind, id, description, width, height } = self;
        let name = format!("{kind}: {} ({})", heading.title, heading.operation);
        let centre = width / 2;
        html! {
            svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby={ (id) "-title " (id) "-desc" }
                width={ (width / 10) } height={ (height / 10) } viewBox={ "0 0 " (width) " " (height) }
                font-family=(FONTS) fill=(INK) {
                title id={ (id) "-title" } { (name) }
                desc id={ (id) "-desc" } { (description) " " (heading.marking) "." }
                rect width=(width) height=(height) fill="#ffffff" {}
                text x=(centre) y="190" font-size="130" font-weight="700" text-anchor="middle" { (heading.marking) }
                text x=(MARGIN) y="430" font-size="200" font-weight="700" { (said(&name)) }
                text x=(MARGIN) y="610" font-size="120" fill=(QUIET) { (heading.version_line()) }
                text x=(MARGIN) y="770" font-size="120" fill=(QUIET) { (heading.h_hour_line()) }
                @if let Some((stamp, _)) = heading.stamp() {
                    rect x=(width - MARGIN - 1_600) y="300" width="1600" height="300" fill="none" stroke=(ACCENT) stroke-width="20" {}
                    text x=(width - MARGIN - 800) y="515" font-size="190" font-weight="700" fill=(ACCENT)
                        text-anchor="middle" { (stamp) }
                }
                (content)
                text x=(centre) y=(height - 90) font-size="130" font-weight="700" text-anchor="middle" { (heading.marking) }
            }
        }
        .into_string()
    }
}

/// A rhombus around a point.
fn diamond(x: Length, y: Length, half: Length) -> String {
    format!("M{} {y}L{x} {}L{} {y}L{x} {}Z", x - half, y - half, x + half, y + half)
}

fn length_of(count: usize) -> Length {
    Length::try_from(count).unwrap_or(Length::MAX / 1_000_000)
}
