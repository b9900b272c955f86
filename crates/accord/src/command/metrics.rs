//! `accord metrics`: the figures by which an operation is judged, to read and for programs.

use crate::{
    client::UNEXPECTED,
    command::{
        plan::pinned::{Pinned, Place},
        reasons,
    },
    output::{Output, print},
};
use anyhow::{Context as _, Result};
use domain::{PartnerCode, metrics::MetricCode};
use serde::{Deserialize, Serialize};
use std::{fmt::Write as _, process::ExitCode};

/// Show the metrics of an operation, computed from what you may see of it.
///
/// What each means, and which events make it, is in docs/metrics.md and in the API, which tells the events themselves.
/// With --json each metric is a line of JSON.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Metrics {
    /// Only what is this partner's: its code.
    #[arg(long, value_name = "CODE")]
    partner: Option<PartnerCode>,
    /// Comma-separated values with a line of names, instead of a table.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Deserialize)]
struct Answer {
    metrics: Vec<Metric>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
    code: String,
    name: String,
    subject_code: String,
    unit: String,
    value: Option<String>,
    why: Option<String>,
    reason: Option<String>,
    numerator: Option<String>,
    denominator: Option<String>,
    target: Option<String>,
    evidence: Evidence,
}

/// How many events make it, of those that the reader may see.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Evidence {
    total_count: u64,
}

const SHOWN: &str = "code name subjectCode unit value why reason numerator denominator target
  evidence(first: 0) { totalCount }";

impl Metrics {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        reasons::settle(self.show(output).await, output)
    }

    async fn show(&self, output: Output) -> Result<()> {
        let pinned = self.place.pinned().await?;
        let metrics = self.ask(&pinned).await?;
        if self.csv {
            return print(&csv(&metrics));
        }
        if output == Output::Programs {
            let lines = metrics.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
            return print(&lines.context("could not write a metric as JSON")?.join("\n"));
        }
        let (operation, position) = (&pinned.operation, pinned.position()?);
        print(&format!("{operation}, as of position {position}\n\n{}", table(&metrics)))
    }

    async fn ask(&self, pinned: &Pinned) -> Result<Vec<Metric>> {
        let codes: Vec<_> = MetricCode::all().map(|code| code.to_string()).collect();
        let partner = self.partner.as_ref().map_or(String::new(), |code| format!(", partner: \"{code}\""));
        let shown = format!("metrics(codes: [{}]{partner}) {{ {SHOWN} }}", codes.join(", "));
        let Answer { metrics } = pinned.ask(&shown, None).await.context(UNEXPECTED)?;
        Ok(metrics)
    }
}

fn unit(unit: &str) -> &str {
    match unit {
        "MINUTES" => "min",
        "HOURS" => "h",
        "DAYS" => "d",
        "PERCENT" => "%",
        "PER_HUNDRED" => "per 100",
        _ => "",
    }
}

/// What is below and above the line, and what was aimed at.
fn remark(metric: &Metric) -> String {
    let parts = match (&metric.numerator, &metric.denominator) {
        (Some(some), Some(all)) => format!("{some} of {all}"),
        (None, Some(all)) => format!("of {all}"),
        _ => String::new(),
    };
    let target = metric.target.as_ref().map_or(String::new(), |target| format!("target {target}"));
    let all = [parts, target, metric.reason.clone().unwrap_or_default()];
    all.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// A line for each, in columns: of several things one below the other, with the name once.
fn table(metrics: &[Metric]) -> String {
    let rows = metrics.iter().enumerate().map(|(index, metric)| {
        let again = index.checked_sub(1).is_some_and(|before| metrics[before].code == metric.code);
        let name = if again { "" } else { metric.name.as_str() };
        let value = metric.value.as_deref().unwrap_or("-");
        [name, metric.subject_code.as_str(), value, unit(&metric.unit)].map(str::to_owned)
    });
    let rows: Vec<_> = rows.collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let [name, of, value, unit] = [0, 1, 2, 3].map(width);
    let mut table = String::new();
    for (row, metric) in rows.iter().zip(metrics) {
        let line = format!(
            "{:name$}  {:of$}  {:>value$} {:unit$}  {}",
            row[0],
            row[1],
            row[2],
            row[3],
            remark(metric)
        );
        _ = writeln!(table, "{}", line.trim_end());
    }
    table
}

/// Codes and numbers alone, none of which needs quotes.
fn csv(metrics: &[Metric]) -> String {
    let mut lines = String::from("code,subject,unit,value,why,numerator,denominator,target,events\n");
    for metric in metrics {
        let optional = [&metric.value, &metric.why, &metric.numerator, &metric.denominator, &metric.target];
        let optional = optional.map(|text| text.as_deref().unwrap_or_default()).join(",");
        let Metric { code, subject_code, unit, evidence, .. } = metric;
        _ = writeln!(lines, "{code},{subject_code},{unit},{optional},{}", evidence.total_count);
    }
    lines
}
