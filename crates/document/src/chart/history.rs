//! How a metric went: its value against what was aimed at, and what it was at moments of the past.

use super::{ACCENT, FAINT, FONTS, INK, Length, QUIET, RULE, SHADE, length_of, utc};
use chrono::{DateTime, Utc};
use maud::{Markup, html};

/// A metric over time. Values are decimal numbers, as the API has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// What is measured, and of what.
    pub name: String,
    /// Behind a value, such as `min`.
    pub unit: String,
    /// What the plan aims at.
    pub target: Option<String>,
    /// In the order of time, the last of them as it is now; `None` where it could not be computed.
    pub points: Vec<(DateTime<Utc>, Option<String>)>,
}

const WIDTH: Length = 2_600;
/// Of the line, with what is around it.
const LINE: Length = 360;
/// Around the line, so that its ends are seen.
const EDGE: Length = 60;
/// Of the bar of the value, where there is a target.
const BAR: Length = 110;

impl History {
    /// `id` is unique in the document that it stands in.
    pub fn svg(&self, id: &str) -> String {
        let values: Vec<Option<i64>> =
            self.points.iter().map(|(_, value)| value.as_deref().and_then(thousandths)).collect();
        let target = self.target.as_deref().and_then(thousandths);
        let now = values.last().copied().flatten();
        let bar = target.map(|target| Scale::new(now.into_iter().chain([target]), (EDGE, WIDTH - EDGE)));
        let top = EDGE + if bar.is_some() { BAR + 60 } else { 0 };
        let height = top + LINE - EDGE;
        let scale = Scale::new(values.iter().copied().flatten().chain(target), (height - EDGE, top));
        let apart = length_of(values.len().saturating_sub(1)).max(1);
        let x = |index: usize| EDGE + length_of(index) * (WIDTH - 2 * EDGE) / apart;
        let places: Vec<Option<(Length, Length)>> =
            values.iter().enumerate().map(|(index, value)| Some((x(index), scale.at((*value)?)))).collect();
        html! {
            svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby={ (id) "-title " (id) "-desc" }
                width={ (WIDTH / 10) } height={ (height / 10) } viewBox={ "0 0 " (WIDTH) " " (height) } font-family=(FONTS) {
                title id={ (id) "-title" } { (self.name) }
                desc id={ (id) "-desc" } { (self.description()) }
                rect width=(WIDTH) height=(height) fill="#ffffff" {}
                @if let (Some(bar), Some(target)) = (&bar, target) { (against(bar, now, target)) }
                line x1=(EDGE) y1=(height - EDGE) x2=(WIDTH - EDGE) y2=(height - EDGE) stroke=(RULE) stroke-width="6" {}
                @if let Some(target) = target {
                    @let y = scale.at(target);
                    line x1=(EDGE) y1=(y) x2=(WIDTH - EDGE) y2=(y) stroke=(ACCENT) stroke-width="10" stroke-dasharray="50 30" {}
                }
                @for path in lines(&places) { path d=(path) fill="none" stroke=(QUIET) stroke-width="16" {} }
                @for (x, y) in places.iter().flatten() { circle cx=(x) cy=(y) r="24" fill=(QUIET) {} }
                @if let Some((x, y)) = places.last().copied().flatten() { circle cx=(x) cy=(y) r="44" fill=(INK) {} }
            }
        }
        .into_string()
    }

    /// For who does not see the chart.
    pub fn description(&self) -> String {
        let shown = |value: &Option<String>| match value {
            Some(value) => format!("{value} {}", self.unit).trim_end().to_owned(),
            None => "none".to_owned(),
        };
        let points: Vec<_> =
            self.points.iter().map(|(at, value)| format!("{} UTC: {}", utc(*at), shown(value))).collect();
        let target = self.target.as_ref().map_or_else(String::new, |target| format!("Target {target}. "));
        format!("{target}{}.", if points.is_empty() { "No values".to_owned() } else { points.join("; ") })
    }
}

/// The value as a bar, and what was aimed at as a line across.
fn against(scale: &Scale, now: Option<i64>, target: i64) -> Markup {
    let (zero, aim) = (scale.at(0), scale.at(target));
    html! {
        rect x=(EDGE) y=(EDGE) width=(WIDTH - 2 * EDGE) height=(BAR) fill=(SHADE) {}
        @if let Some(value) = now {
            @let end = scale.at(value);
            rect x=(zero.min(end)) y=(EDGE + 25) width=((end - zero).abs().max(10)) height=(BAR - 50) fill=(INK) {}
        }
        line x1=(aim) y1=(EDGE - 20) x2=(aim) y2=(EDGE + BAR + 20) stroke=(ACCENT) stroke-width="24" {}
        line x1=(zero) y1=(EDGE) x2=(zero) y2=(EDGE + BAR) stroke=(FAINT) stroke-width="8" {}
    }
}

/// One for each run of moments at which there was a value.
fn lines(places: &[Option<(Length, Length)>]) -> Vec<String> {
    let runs = places.split(Option::is_none).filter(|run| run.len() > 1);
    let place = |(index, place): (usize, &Option<(Length, Length)>)| {
        place.map(|(x, y)| format!("{}{x} {y}", if index == 0 { 'M' } else { 'L' }))
    };
    runs.map(|run| run.iter().enumerate().filter_map(place).collect()).collect()
}

/// From values to places.
struct Scale {
    from: i128,
    to: i128,
    places: (Length, Length),
}

impl Scale {
    /// From zero, or below it where there are such values.
    fn new(values: impl Iterator<Item = i64>, places: (Length, Length)) -> Self {
        let values: Vec<i128> = values.map(i128::from).collect();
        let from = values.iter().copied().min().unwrap_or(0).min(0);
        let to = values.iter().copied().max().unwrap_or(0).max(from + 1).max(0);
        Self { from, to, places }
    }

    fn at(&self, value: i64) -> Length {
        let (start, end) = self.places;
        let along = (i128::from(value) - self.from) * i128::from(end - start) / (self.to - self.from).max(1);
        start + Length::try_from(along).unwrap_or_default()
    }
}

/// Of a decimal number; `None` where it is none, or beyond all measure.
fn thousandths(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, parts) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(parts) {
        return None;
    }
    let parts: String = parts.chars().chain("000".chars()).take(3).collect();
    let whole: i64 = whole.parse().ok()?;
    Some(sign * (whole.checked_mul(1_000)? + parts.parse::<i64>().ok()?))
}
