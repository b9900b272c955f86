//! `accord metrics`: the figures by which an operation is judged, to read, to keep and for programs.

use crate::{
    client::UNEXPECTED,
    command::{
        plan::{
            pinned::{Pinned, Place},
            presentation::{RELEASE, Release},
        },
        reasons,
    },
    file::put_in_place,
    output::{Output, print},
};
use anyhow::{Context as _, Result};
use chrono::{DateTime, SecondsFormat, Utc};
use document::metrics::{self as page, Measured, Metrics as Page, short_unit};
use domain::{PartnerCode, Position, metrics::MetricCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::HashMap, fmt::Write as _, path::PathBuf, process::ExitCode};

/// Moments at which it is shown how a metric went.
const POINTS: i32 = 12;
/// Of those, so many are asked for at once.
const AT_ONCE: usize = 4;

/// Show the metrics of an operation, computed from what you may see of it.
///
/// What each means, and which events make it, is in docs/metrics.md and in the API, which tells the events themselves.
/// With --json each metric is a line of JSON. HTML is one page that needs nothing else, and shows how each went.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Metrics {
    /// Only what is this partner's: its code.
    #[arg(long, value_name = "CODE")]
    partner: Option<PartnerCode>,
    /// Comma-separated values with a line of names, instead of a table.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// A file of HTML instead of a table; it is there once it is whole.
    #[arg(long, value_name = "FILE", conflicts_with = "csv")]
    html: Option<PathBuf>,
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

/// Of the operation, for a page.
#[derive(Deserialize)]
struct Paged {
    title: String,
    release: Release,
    history: History,
    metrics: Vec<page::Metric>,
}

/// The operation's first event.
#[derive(Deserialize)]
struct History {
    nodes: Vec<Recorded>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recorded {
    recorded_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Reader {
    viewer: Named,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// As it was at a moment.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Then {
    code: String,
    subject_code: String,
    value: Option<String>,
}

const SHOWN: &str = "code name subjectCode unit value why reason numerator denominator target
  evidence(first: 0) { totalCount }";

impl Metrics {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        reasons::settle(self.show(output).await, output)
    }

    async fn show(&self, output: Output) -> Result<()> {
        let pinned = self.place.pinned().await?;
        if let Some(path) = &self.html {
            let page = self.page(&pinned).await?;
            put_in_place(path, page.html().as_bytes())?;
            let (operation, position, file) = (&page.operation, page.position, path.display().to_string());
            return output.say(
                &format!("Wrote the metrics of {operation}, as of position {position}, to {file}."),
                &json!({ "operation": operation, "position": position, "file": file }),
            );
        }
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
        let shown = format!("{} {{ {SHOWN} }}", self.field());
        let Answer { metrics } = pinned.ask(&shown, None).await?;
        Ok(metrics)
    }

    /// The operation's field.
    fn field(&self) -> String {
        let codes: Vec<_> = MetricCode::all().map(|code| code.to_string()).collect();
        let partner = self.partner.as_ref().map_or(String::new(), |code| format!(", partner: \"{code}\""));
        format!("metrics(codes: [{}]{partner})", codes.join(", "))
    }

    async fn page(&self, pinned: &Pinned) -> Result<Page> {
        let shown = format!(
            "title {RELEASE} history(first: 1) {{ nodes {{ recordedAt }} }}
             {} {{ code name subjectCode unit value reason numerator denominator target
               definition {{ meaning formula }} evidence(first: 0) {{ totalCount }} }}",
            self.field()
        );
        let Paged { title, release, history, metrics } = pinned.ask(&shown, None).await?;
        let reader = pinned.ask_world("viewer { name }", None).await?;
        let Reader { viewer } = serde_json::from_value(reader).context(UNEXPECTED)?;
        let recorded_at = pinned.recorded_at.context(UNEXPECTED)?;
        let first = history.nodes.first().map_or(recorded_at, |event| event.recorded_at);
        let before = self.before(pinned, &moments(first, recorded_at)).await?;
        let measured = metrics.into_iter().map(|metric| {
            let key = (metric.code.clone(), metric.subject_code.clone());
            let then = before.iter().map(|(at, values)| (*at, values.get(&key).cloned().flatten()));
            let points = then.chain([(recorded_at, metric.value.clone())]).collect();
            Measured { metric, points }
        });
        Ok(Page {
            operation: pinned.operation.clone(),
            title,
            marking: release.marking(),
            reader: viewer.name,
            partner: self.partner.as_ref().map(ToString::to_string),
            position: Position(pinned.position()?),
            recorded_at,
            measured: measured.collect(),
        })
    }

    /// What the metrics were at each of these moments.
    async fn before(
        &self,
        pinned: &Pinned,
        moments: &[DateTime<Utc>],
    ) -> Result<Vec<(DateTime<Utc>, Values)>> {
        let mut all = Vec::new();
        for moments in moments.chunks(AT_ONCE) {
            let asked = moments.iter().enumerate().map(|(index, at)| {
                let at = at.to_rfc3339_opts(SecondsFormat::Micros, true);
                format!(
                    "at{index}: asOf(at: {{ recordedAt: \"{at}\" }}) {{ operation(code: \"{}\") {{
                     {} {{ code subjectCode value }} }} }}",
                    pinned.operation,
                    self.field()
                )
            });
            let query = format!("{{ {} }}", asked.collect::<Vec<_>>().join("\n"));
            let mut data = pinned.client.ask(&query, &Value::Null).await?;
            for (index, at) in moments.iter().enumerate() {
                let operation = data[format!("at{index}")]["operation"].take();
                // It was not there yet, or not for this reader.
                let known = if operation.is_null() { json!([]) } else { operation["metrics"].clone() };
                let known: Vec<Then> = serde_json::from_value(known).context(UNEXPECTED)?;
                let values = known.into_iter().map(|then| ((then.code, then.subject_code), then.value));
                all.push((*at, values.collect()));
            }
        }
        Ok(all)
    }
}

/// By code and subject.
type Values = HashMap<(String, String), Option<String>>;

/// Evenly from one moment on, and before the other, which no later command shares.
fn moments(from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let apart = (until - from) / (POINTS - 1);
    let mut moments: Vec<_> = (0..POINTS - 1).map(|index| from + apart * index).collect();
    moments.retain(|at| *at < until);
    moments.dedup();
    moments
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
        [name, metric.subject_code.as_str(), value, short_unit(&metric.unit)].map(str::to_owned)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn moments_are_evenly_apart_and_before_the_last() {
        let (from, until) = (at("2023-10-01T00:00:00Z"), at("2023-10-12T00:00:00Z"));
        let moments = moments(from, until);
        assert_eq!(moments.len(), 11);
        assert_eq!((moments[0], moments[10]), (from, at("2023-10-11T00:00:00Z")));
    }

    #[test]
    fn of_an_operation_that_is_as_old_as_its_first_event_there_are_no_moments_before() {
        let now = at("2023-10-01T00:00:00Z");
        assert!(moments(now, now).is_empty());
    }
}
