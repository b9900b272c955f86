//! The metrics of an operation as one file of HTML: what each is, what was aimed at, and how it went.

#[cfg(test)]
mod tests;

use crate::{
    chart::{History, utc},
    page::{Block, Cell, Page, Picture, columns, plain, section},
    review::event::Event,
};
use chrono::{DateTime, Utc};
use domain::{OperationCode, Position};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The metrics of an operation, as their reader sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    pub operation: OperationCode,
    /// Of the operation.
    pub title: String,
    /// Classification, handling and releasability, as one line.
    pub marking: String,
    /// Code of the post, or name of the service, that they were shown to.
    pub reader: String,
    /// Code of the partner whose they are; `None`: of all.
    pub partner: Option<String>,
    /// At which they are shown.
    pub position: Position,
    /// When that was recorded.
    pub recorded_at: DateTime<Utc>,
    pub measured: Vec<Measured>,
}

/// A metric, and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    pub metric: Metric,
    /// At moments of the log, in their order, the last of them the position; `None` where it could not be computed.
    pub points: Vec<(DateTime<Utc>, Option<String>)>,
}

/// What is read as JSON has the names of the API.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metric {
    pub code: String,
    pub name: String,
    pub subject_code: String,
    /// As the API names it.
    pub unit: String,
    /// A decimal number.
    pub value: Option<String>,
    /// Why there is none, for people.
    pub reason: Option<String>,
    pub numerator: Option<String>,
    pub denominator: Option<String>,
    pub target: Option<String>,
    pub definition: Definition,
    pub evidence: Rests,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Definition {
    pub meaning: String,
    pub formula: String,
}

/// The events that make a metric: how many, and the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rests {
    pub total_count: usize,
    #[serde(default)]
    pub nodes: Vec<Event>,
}

impl Metrics {
    /// UTF-8, in English.
    pub fn html(&self) -> String {
        self.page().html()
    }

    fn page(&self) -> Page {
        let Self { operation, title, marking, reader, partner, position, recorded_at, measured } = self;
        let as_of = format!("position {position} of the log, recorded {} UTC", utc(*recorded_at));
        let mut facts = vec![("Operation", format!("{title} ({operation})")), ("As of", as_of)];
        facts.extend(partner.as_ref().map(|partner| ("Of", partner.clone())));
        facts.push(("Shown to", format!("{reader}: what that reader does not see counts for nothing")));
        let metrics: Vec<Metric> = measured.iter().map(|measured| measured.metric.clone()).collect();
        Page {
            name: format!("Metrics: {title} ({operation})"),
            marking: marking.clone(),
            source: format!("{operation}, metrics as of position {position}, for {reader}"),
            stamp: None,
            facts,
            recorded_at: *recorded_at,
            sections: vec![
                section("What was measured", values(measured)),
                section("How it is measured", vec![definitions(&metrics)]),
            ],
            has_contents: false,
            ident: format!("{operation} metrics {reader} {position}"),
        }
    }
}

fn values(measured: &[Measured]) -> Vec<Block> {
    if measured.is_empty() {
        return vec![Block::Note { text: "There are no metrics.".to_owned() }];
    }
    let row = |(index, measured): (usize, &Measured)| {
        let Measured { metric, points } = measured;
        let history = History {
            name: format!("{} of {}", metric.name, metric.subject_code),
            unit: short_unit(&metric.unit).to_owned(),
            target: metric.target.clone(),
            points: points.clone(),
        };
        let told = points.iter().any(|(_, value)| value.is_some());
        let picture = told.then(|| Picture {
            svg: history.svg(&format!("history-{}", index + 1)),
            explained: history.description(),
        });
        vec![
            Cell::strong(&metric.name),
            Cell::of(&metric.subject_code),
            Cell { strong: metric.value.is_some(), ..Cell::of(metric.shown()) },
            Cell::of(metric.parts()),
            Cell { picture, ..Cell::default() },
            Cell::of(metric.evidence.total_count.to_string()),
        ]
    };
    let heads = [
        ("Metric", 1),
        ("Of", 0),
        ("Value", 1),
        ("Numerator and denominator", 1),
        ("How it went", 0),
        ("Events", 0),
    ];
    let caption = match measured.iter().find_map(|measured| measured.points.first()) {
        Some((from, _)) => format!(
            "From {} UTC on, by what was known at each moment; a gap is where it could not be computed",
            utc(*from)
        ),
        None => "As it is at this position".to_owned(),
    };
    let table = Block::Table {
        caption,
        columns: columns(heads),
        rows: measured.iter().enumerate().map(row).collect(),
    };
    let text = "The large dot is the value as of this page. A dashed line is what the plan aims at, as is the line across the bar.";
    vec![table, Block::Note { text: text.to_owned() }]
}

/// Each metric that is shown, once.
pub(crate) fn definitions(metrics: &[Metric]) -> Block {
    let mut codes = BTreeSet::new();
    let defined = metrics.iter().filter(|metric| codes.insert(&metric.code)).map(|metric| {
        let Definition { meaning, formula } = &metric.definition;
        vec![Cell::strong(&metric.name), Cell::of(meaning), Cell::of(formula), Cell::of(plain(&metric.unit))]
    });
    let rows = defined.collect();
    Block::Table {
        caption: "How they are computed".to_owned(),
        columns: columns([("Metric", 1), ("Meaning", 2), ("Computed", 3), ("Unit", 0)]),
        rows,
    }
}

impl Metric {
    /// `51 min`; why there is none, where there is none.
    pub(crate) fn shown(&self) -> String {
        match &self.value {
            Some(value) => format!("{value} {}", short_unit(&self.unit)).trim_end().to_owned(),
            None => self.reason.clone().unwrap_or_else(|| "none".to_owned()),
        }
    }

    pub(crate) fn parts(&self) -> String {
        let parts = match (&self.numerator, &self.denominator) {
            (Some(some), Some(all)) => Some(format!("{some} of {all}")),
            (None, Some(all)) => Some(format!("of {all}")),
            (Some(some), None) => Some(some.clone()),
            (None, None) => None,
        };
        let target = self.target.as_ref().map(|target| format!("target {target}"));
        parts.into_iter().chain(target).collect::<Vec<_>>().join("; ")
    }
}

/// `MINUTES` as figures have it: `min`.
pub fn short_unit(unit: &str) -> &str {
    match unit {
        "MINUTES" => "min",
        "HOURS" => "h",
        "DAYS" => "d",
        "PERCENT" => "%",
        "PER_HUNDRED" => "per 100",
        _ => "",
    }
}
