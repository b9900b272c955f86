//! The line of time of a chart: days or hours from H-hour, in UTC and in a zone.

use super::{ACCENT, Heading, Length, MARGIN, QUIET, RULE, TOP, WIDTH, h_offset, utc};
use domain::{Day, Span};
use maud::{Markup, html};

/// Room for it, below what stands above every chart.
pub(super) const AXIS: Length = 620;
/// Between two dates at least.
const TICK: Length = 1_080;

/// Between lines of time, in hours; beyond these, as many weeks as it takes.
const STEPS: [i64; 13] = [1, 2, 3, 6, 12, 24, 48, 72, 120, 168, 240, 336, 504];

/// Where times are on a sheet.
pub(super) struct Axis<'a> {
    heading: &'a Heading,
    left: Length,
    right: Length,
    /// Seconds from H-hour, the second more than the first.
    from: i64,
    to: i64,
    /// Seconds between lines of time.
    step: i64,
}

impl<'a> Axis<'a> {
    /// Between these edges; H-hour is always on it, and an hour at least.
    pub fn new(
        heading: &'a Heading,
        (left, right): (Length, Length),
        starts: impl Iterator<Item = Span>,
        ends: impl Iterator<Item = Span>,
    ) -> Self {
        let from = starts.map(Span::as_seconds).min().unwrap_or(0).min(0);
        let to = ends.map(Span::as_seconds).max().unwrap_or(0).max(from + 3_600);
        let most = ((right - left) / TICK).max(1);
        let least = (to - from) / most;
        let known = STEPS.iter().map(|hours| hours * 3_600).find(|step| *step >= least);
        let step = known.unwrap_or_else(|| (least / 604_800 + 1) * 604_800);
        Self { heading, left, right, from, to, step }
    }

    pub fn x(&self, at: Span) -> Length {
        self.left + (at.as_seconds() - self.from) * (self.right - self.left) / (self.to - self.from)
    }

    /// Lines of time with what they are, down to `end`.
    pub fn drawn(&self, end: Length) -> Markup {
        let heading = self.heading;
        let first = self.from.div_euclid(self.step) + i64::from(self.from.rem_euclid(self.step) != 0);
        let ticks = (first..).map(|tick| Span::seconds(tick * self.step));
        let ticks: Vec<Span> = ticks.take_while(|at| at.as_seconds() <= self.to).collect();
        let name = |at: Span| if self.step % 86_400 == 0 { Day::of(at).to_string() } else { h_offset(at) };
        let y = TOP + AXIS;
        html! {
            g font-size="100" text-anchor="middle" {
                @for at in ticks {
                    @let x = self.x(at);
                    line x1=(x) y1=(y - 40) x2=(x) y2=(end) stroke=(RULE) stroke-width="6" {}
                    text x=(x) y=(y - 380) font-weight="700" { (name(at)) }
                    @if let Some(instant) = heading.instant(at) {
                        text x=(x) y=(y - 240) fill=(QUIET) { (utc(instant)) }
                        @if let Some(zone) = &heading.zone {
                            text x=(x) y=(y - 110) fill=(QUIET) { (zone.local(instant).format("%Y-%m-%d %H:%M")) }
                        }
                    }
                }
            }
            g font-size="100" text-anchor="end" fill=(QUIET) {
                @let x = self.left - 620;
                text x=(x) y=(y - 380) { "From H-hour" }
                @if heading.h_hour.is_some() {
                    text x=(x) y=(y - 240) { "UTC" }
                    @if let Some(zone) = &heading.zone {
                        text x=(x) y=(y - 110) { (zone) }
                    }
                }
            }
            line x1=(MARGIN) y1=(y) x2=(WIDTH - MARGIN) y2=(y) stroke=(QUIET) stroke-width="8" {}
            line x1=(MARGIN) y1=(end) x2=(WIDTH - MARGIN) y2=(end) stroke=(QUIET) stroke-width="8" {}
        }
    }

    pub fn h_hour(&self, end: Length) -> Markup {
        let x = self.x(Span::ZERO);
        html! {
            line x1=(x) y1=(TOP + AXIS) x2=(x) y2=(end) stroke=(ACCENT) stroke-width="16" stroke-dasharray="70 40" {}
            text x=(x) y=(TOP + AXIS - 510) font-size="110" font-weight="700" text-anchor="middle" fill=(ACCENT) { "H-hour" }
        }
    }
}
