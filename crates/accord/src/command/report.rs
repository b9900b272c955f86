//! `accord report`: a field team's list of what was done, as claims, all or none.

use crate::{
    client::{Connection, UNEXPECTED},
    command::{
        reasons::{self, Reasons},
        sending::{carry_out, done, read},
    },
    output::Output,
};
use anyhow::{Context as _, Result};
use domain::{
    Instant, OperationCode, Sha256, TaskCode, Title,
    execution::{BlockReason, TaskClaim, TaskClaimKind, TaskReport},
};
use exchange::{
    Column,
    csv::{MOST_BYTES, ReportColumn, ReportSheet, read_reports},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{path::PathBuf, process::ExitCode};

/// Report what was done on the tasks of an operation, from a list such as a field team's of the night.
///
/// The file is checked first, wholly: when it has faults, all of them are shown with line and column, and
/// nothing is sent. Then all reports are taken in at once, or none: each is judged on what those above it say.
/// The same file sent again does nothing twice.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = COLUMNS)]
pub struct Report {
    /// Comma-separated values in UTF-8, also with semicolons or tabs; `-` reads standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Code of the operation, such as SAPHAN.
    #[arg(long, env = "ACCORD_OPERATION", value_name = "CODE")]
    operation: OperationCode,
    /// Why the list comes late, for every line that gives no reason of its own.
    #[arg(long, value_name = "REASON")]
    late_reason: Option<Title>,
    /// Check the file, and send nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    connection: Connection,
}

const COLUMNS: &str = "\
Columns, in any order; others are passed over:
  It must have  task, what, at
  It may have   reason, percent, text

`what` is ACKNOWLEDGED, STARTED, PROGRESS, BLOCKED, UNBLOCKED or COMPLETED; `at` is when it happened, with its
offset. `reason` is what is in the way of what is BLOCKED (NO_ACCESS, WAITING, RESOURCES, WEATHER, LEGAL, OTHER);
of anything else, why it is told late. PROGRESS has a `percent`.

For example:
  task,what,at,reason
  T16,STARTED,2023-10-10T06:00:00+07:00,No signal on site
  T16,BLOCKED,2023-10-10T09:30:00+07:00,NO_ACCESS";

/// What the server answers.
#[derive(Deserialize)]
struct Taken {
    /// `None`: they are not to be seen.
    tasks: Option<Vec<Touched>>,
    receipt: Receipt,
}

#[derive(Deserialize, Serialize)]
struct Touched {
    code: TaskCode,
    status: String,
}

#[derive(Deserialize)]
struct Receipt {
    position: String,
}

impl Report {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        reasons::settle(self.send(output).await, output)
    }

    async fn send(&self, output: Output) -> Result<()> {
        let bytes = read(&self.file, MOST_BYTES)?;
        let list = read_reports(&bytes).map_err(|faults| Reasons::faults(&self.file, &faults))?;
        let reports: Vec<SentReport<'_>> = list.reports.iter().filter_map(SentReport::of).collect();
        let count = match reports.len() {
            1 => "1 report".to_owned(),
            many => format!("{many} reports"),
        };
        if self.dry_run {
            let text = format!("{} has no faults: {count} would be sent.", self.file.display());
            return output.say(&text, &json!({ "reports": reports.len(), "dryRun": true }));
        }
        let late_reason = self.late_reason.as_ref().map(Title::as_str);
        let hash = Sha256::of(&[&bytes, late_reason.unwrap_or_default().as_bytes()]);
        let input = json!({
            "operation": self.operation,
            "reports": reports,
            "lateReason": late_reason,
            "idempotencyKey": format!("{hash}:{}:report", self.operation),
        });
        let client = self.connection.open()?;
        let shown = "tasks { code status } receipt { position }";
        let outcome = carry_out(&client, "reportTasks", &input, shown).await;
        let end = format!("nothing was reported on {}: mend the list and try again", self.operation);
        let taken = done(&self.file, outcome, |path| place(&list, path), end)?;
        let Taken { tasks, receipt } = serde_json::from_value(taken).context(UNEXPECTED)?;
        let position: i64 = receipt.position.parse().context(UNEXPECTED)?;
        let told: Vec<String> =
            tasks.iter().flatten().map(|Touched { code, status }| format!("{code} {status}")).collect();
        let stand = if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) };
        output.say(
            &format!("{} has {count} more at position {position}{stand}.", self.operation),
            &json!({
                "operation": self.operation,
                "reports": reports.len(),
                "tasks": tasks,
                "position": position,
            }),
        )
    }
}

/// A report as the API takes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SentReport<'a> {
    task: &'a TaskCode,
    what: String,
    occurred_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    late_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<BlockReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

impl<'a> SentReport<'a> {
    /// `None` without a time, which every line has.
    fn of(TaskReport { task, says, reported }: &'a TaskReport) -> Option<Self> {
        let reported = reported.as_ref()?;
        let (percent, reason, text) = match says {
            TaskClaim::Issued | TaskClaim::Acknowledged | TaskClaim::Started => (None, None, None),
            TaskClaim::Progress { percent, text } => (Some(*percent), None, text.as_ref()),
            TaskClaim::Blocked { reason, text } => (None, Some(*reason), text.as_ref()),
            TaskClaim::Unblocked { text } | TaskClaim::Completed { outcome: text } => {
                (None, None, text.as_ref())
            }
            TaskClaim::Cancelled { reason } => (None, None, Some(reason)),
        };
        Some(Self {
            task,
            what: TaskClaimKind::from(says).to_string(),
            occurred_at: reported.occurred_at,
            late_reason: reported.late_reason.as_deref(),
            percent,
            reason,
            text: text.map(domain::Prose::as_str),
        })
    }
}

/// Where in the list that is which a refusal is about.
fn place(
    ReportSheet { lines, columns, .. }: &ReportSheet,
    path: &[String],
) -> Option<(usize, Option<Column>)> {
    let [list, index, rest @ ..] = path else { return None };
    let line = *lines.get(index.parse::<usize>().ok()?).filter(|_| list == "reports")?;
    let column = rest.first().and_then(|field| {
        Some(match field.as_str() {
            "task" => ReportColumn::Task,
            "what" => ReportColumn::What,
            "occurredAt" => ReportColumn::At,
            "lateReason" | "reason" => ReportColumn::Reason,
            "percent" => ReportColumn::Percent,
            "text" => ReportColumn::Text,
            _ => return None,
        })
    });
    Some((line, column.and_then(|column| columns.get(&column).cloned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_help_shows_as_an_example_is_read_and_sent_as_the_api_takes_it() {
        let example = COLUMNS.split_once("For example:\n").unwrap().1;
        let example = example.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let list = read_reports(example.as_bytes()).unwrap();
        let sent: Vec<_> = list.reports.iter().filter_map(SentReport::of).collect();
        assert_eq!(
            serde_json::to_value(sent).unwrap(),
            json!([
                { "task": "T16", "what": "STARTED", "occurredAt": "2023-10-10T06:00:00+07:00",
                  "lateReason": "No signal on site" },
                { "task": "T16", "what": "BLOCKED", "occurredAt": "2023-10-10T09:30:00+07:00", "reason": "NO_ACCESS" },
            ])
        );
    }

    #[test]
    fn a_refusal_is_told_at_the_line_and_column_that_it_is_about() {
        let text =
            "at,task,what\n2023-10-10T06:00:00+07:00,T16,STARTED\n\n2023-10-10T07:00:00+07:00,T17,STARTED\n";
        let list = read_reports(text.as_bytes()).unwrap();
        let at = |path: &str| {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            place(&list, &path).map(|(line, column)| (line, column.map(|column| column.number)))
        };
        assert_eq!(at("reports.1.task"), Some((4, Some(2))));
        assert_eq!(at("reports.0.occurredAt"), Some((2, Some(1))));
        assert_eq!(at("reports.0.lateReason"), Some((2, None)), "the list has no such column");
        assert_eq!(at("reports.0"), Some((2, None)));
        assert_eq!(at("operation"), None);
        assert_eq!(at("reports.2.task"), None);
    }
}
