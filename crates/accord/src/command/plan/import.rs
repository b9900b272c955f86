//! `accord plan import`: a file's tasks into a draft, all or none.

use super::{mspdi, read::PlanFile};
use crate::{
    client::{Client, Connection, UNEXPECTED},
    command::{
        reasons::Reasons,
        sending::{carry_out, done, read},
    },
    output::Output,
};
use anyhow::{Context as _, Result, bail};
use api::http::BODY_BYTES;
use domain::{
    Code, OperationCode, PartnerCode, PhaseCode, PostCode, Sha256, Span, TaskCode, Title,
    plan::{Dependency, StartConstraint, Terms},
};
use exchange::{Column, Faults, Field, InvalidMapping, Mapping, Row, csv, mspdi::MOST_BYTES};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// Read tasks from a spreadsheet or from Microsoft Project into a plan's draft.
///
/// The file is checked first, wholly: when it has faults, all of them are shown with line and column, and
/// nothing is sent. Then all tasks are imported at once, or none. A task that the draft has already becomes
/// what the file says, and what the file has no column for counts as empty; others of the draft stay. In
/// Microsoft Project's XML, summary tasks of the first level are phases, and custom fields (`Accord code`,
/// `Accord lead`, …) say what it has no field for. Its calendars come in with the tasks, in place of those that
/// the draft has; a file without any leaves them, unless it was exported with some and all were deleted in it.
#[derive(Clone, Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("target").required(true), after_long_help = columns())]
pub struct Import {
    /// Comma-separated values in UTF-8, also with semicolons or tabs, or Microsoft Project's XML; `-` reads
    /// standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the file is; else its name and its first letter say it.
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<Format>,
    /// Code of the operation whose draft the tasks are for.
    #[arg(long, value_name = "CODE", group = "target")]
    operation: Option<OperationCode>,
    /// Found an operation of this code first, with a draft of the phases and lines of effort that the file
    /// names. Sent again with the same file, what was done is not done twice.
    #[arg(long, value_name = "CODE", group = "target", requires_all = ["title", "lead"])]
    new_operation: Option<OperationCode>,
    /// What the new operation is called.
    #[arg(long, value_name = "TITLE", requires = "new_operation")]
    title: Option<Title>,
    /// Code of the partner that leads the new operation.
    #[arg(long, value_name = "PARTNER", requires = "new_operation")]
    lead: Option<PartnerCode>,
    /// Codes of the partners that may read the new operation besides its lead, separated by commas; at first
    /// none.
    #[arg(long, value_name = "PARTNERS", value_delimiter = ',', requires = "new_operation")]
    releasable_to: Vec<PartnerCode>,
    /// UNCLASSIFIED, RESTRICTED, CONFIDENTIAL or SECRET: of the new operation.
    #[arg(long, value_name = "CLASSIFICATION", default_value = "RESTRICTED",
          value_parser = ["UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET"], ignore_case = true)]
    classification: String,
    /// The file's header for a field, such as title="Task Name", or the custom field in XML. May be given
    /// several times.
    #[arg(long, value_name = "FIELD=HEADER", value_parser = pair)]
    map: Vec<(Field, String)>,
    /// Check the file, and send nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    project: mspdi::Options,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Comma-separated values.
    Csv,
    /// Microsoft Project's XML.
    Mspdi,
}

/// Of a request besides its tasks.
const REST_OF_BODY: usize = 4 * 1024;

/// What a spreadsheet is read for.
fn columns() -> String {
    let of = |required: bool| {
        let fields = Field::ALL.into_iter().filter(|field| field.is_required() == required);
        fields.map(Field::name).collect::<Vec<_>>().join(", ")
    };
    format!(
        "Columns of a spreadsheet, in any order; others are passed over:\n  \
         It must have  {}\n  \
         It may have   {}",
        of(true),
        of(false)
    )
}

fn pair(text: &str) -> Result<(Field, String), InvalidMapping> {
    Mapping::pair(text)
}

/// What the last one answered, of the tasks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Imported {
    plan_version: Option<Numbered>,
    receipt: Receipt,
}

#[derive(Deserialize)]
struct Numbered {
    number: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    position: String,
    event_ids: Vec<String>,
}

impl Import {
    pub async fn run(&self, output: Output) -> Result<()> {
        let bytes = read(&self.file, MOST_BYTES)?;
        let mapping = Mapping::new(self.map.iter().cloned())?;
        let read = self.read(&bytes, &mapping);
        let read = read.map_err(|faults| Reasons::faults(&self.file, &faults))?;
        if read.tasks() == 0 {
            bail!("{} has no tasks", self.file.display());
        }
        if self.dry_run {
            let text = format!("{} has no faults: {} would be sent.", self.file.display(), read.summary());
            let value = json!({ "tasks": read.tasks(), "calendars": read.calendars(), "dryRun": true });
            return output.say(&text, &value);
        }
        check_size(&read)?;
        let client = self.connection.open()?;
        let (operation, imported) = match (&self.operation, &self.new_operation) {
            (Some(operation), _) => {
                let id = find(&client, operation).await?;
                let end = format!("nothing was imported into {operation}: mend it and try again");
                // Of this run: a later one is to see what others have changed since.
                let key = format!("{:032x}", rand::random::<u128>());
                (operation, self.send(&client, &id, &read, key, end).await?)
            }
            (None, Some(operation)) => {
                (operation, self.found_operation(&client, operation, &read, &Sha256::of(&[&bytes])).await?)
            }
            (None, None) => bail!("name an operation with --operation, or a new one with --new-operation"),
        };
        say(output, operation, &read, &imported)
    }

    fn read(&self, bytes: &[u8], mapping: &Mapping) -> Result<PlanFile, Faults> {
        let is_xml = mspdi::is_xml(&self.file, bytes);
        if self.format == Some(Format::Mspdi) || self.format.is_none() && is_xml {
            return mspdi::read(bytes, mapping, &self.project);
        }
        // A new plan has no tasks but these. Which a draft has is not asked for: there, `T03SS` waits for the
        // start of T03 when the file has a T03 and no T03SS.
        let others = self.new_operation.is_some().then(BTreeSet::new);
        let sheet = csv::read(bytes, mapping, others.as_ref())?;
        Ok(PlanFile { sheet, names: BTreeMap::new(), calendars: None, calendar_lines: Vec::new() })
    }

    /// The operation, its draft, and the tasks. Each step has a key made from the file, so that a run that
    /// broke off can be repeated.
    async fn found_operation(
        &self,
        client: &Client,
        operation: &OperationCode,
        read: &PlanFile,
        file: &Sha256,
    ) -> Result<Imported> {
        let key = |step: &str| format!("{file}:{operation}:{step}");
        let again = "run the same command again: what was done is not done twice";
        let input = json!({
            "code": operation,
            "title": self.title,
            "leadPartner": self.lead,
            "classification": self.classification.to_ascii_uppercase(),
            "releasableTo": self.releasable_to,
            "idempotencyKey": key("initiate"),
        });
        let end = format!(
            "nothing was imported. If there is an operation {operation} already, perhaps of an earlier run with another file, \
             give --operation {operation}"
        );
        let initiated = carry_out(client, "initiateOperation", &input, "operation { id }").await;
        let initiated = done(&self.file, initiated, |_| None, end)?;
        let id = initiated.pointer("/operation/id").and_then(Value::as_str).with_context(|| {
            format!("{operation} was founded, and you may not see it: its lead is another's")
        })?;

        let input = json!({
            "operation": id,
            "sections": {
                "phases": phases(&read.sheet.rows, &read.names),
                "linesOfEffort": lines_of_effort(&read.sheet.rows),
            },
            "idempotencyKey": key("draft"),
        });
        let end = format!("operation {operation} was founded, and has no draft and no tasks");
        let drafted = carry_out(client, "draftPlan", &input, "planVersion { number }").await;
        let drafted = drafted.with_context(|| format!("operation {operation} was founded; {again}"));
        done(&self.file, drafted, |_| None, end)?;

        let end = format!(
            "none of the tasks was imported. Operation {operation} and its draft are there: mend what is wrong, and give \
             --operation {operation}"
        );
        let sent = self.send(client, id, read, key("tasks"), end).await;
        sent.with_context(|| format!("operation {operation} and its draft are there; {again}"))
    }

    async fn send(
        &self,
        client: &Client,
        operation: &str,
        read: &PlanFile,
        key: String,
        end: String,
    ) -> Result<Imported> {
        let mut input = json!({ "operation": operation, "tasks": tasks(read), "idempotencyKey": key });
        if let Some(calendars) = &read.calendars {
            input["calendars"] = json!(calendars);
        }
        let shown = "planVersion { number } receipt { position eventIds }";
        let outcome = carry_out(client, "importTasks", &input, shown).await;
        let done = done(&self.file, outcome, |path| place(read, path), end)?;
        serde_json::from_value(done).context(UNEXPECTED)
    }
}

/// Before anything is founded for a file that cannot be sent.
fn check_size(read: &PlanFile) -> Result<()> {
    let sent = (tasks(read), &read.calendars);
    let bytes = serde_json::to_vec(&sent).context("could not write a request")?.len();
    let most = BODY_BYTES - REST_OF_BODY;
    if bytes > most {
        bail!(
            "the tasks and calendars take {bytes} bytes, and a server takes {most} at once: send the file in parts"
        );
    }
    Ok(())
}

fn tasks(read: &PlanFile) -> Vec<ImportedTask<'_>> {
    read.sheet.rows.iter().map(ImportedTask::from).collect()
}

fn say(output: Output, operation: &OperationCode, read: &PlanFile, imported: &Imported) -> Result<()> {
    let Imported { plan_version, receipt: Receipt { position, event_ids } } = imported;
    let position: i64 = position.parse().context(UNEXPECTED)?;
    let version = plan_version.as_ref().map(|version| version.number);
    let into = match version {
        Some(number) => format!("version {number} of {operation}"),
        None => format!("the draft of {operation}"),
    };
    let sent = read.summary();
    let text = if event_ids.is_empty() {
        format!("Sent {sent}; {into} has them all as they are, at position {position}.")
    } else {
        format!("Imported {sent} into {into}, at position {position}.")
    };
    output.say(
        &text,
        &json!({
            "operation": operation,
            "tasks": read.tasks(),
            "calendars": read.calendars(),
            "version": version,
            "position": position,
            "changed": !event_ids.is_empty(),
        }),
    )
}

async fn find(client: &Client, operation: &OperationCode) -> Result<String> {
    let query = "query ($code: String!) { operation(code: $code) { id } }";
    let data = client.ask(query, &json!({ "code": operation })).await?;
    let id = data.pointer("/operation/id").and_then(Value::as_str).map(str::to_owned);
    id.with_context(|| {
        format!("there is no operation {operation} that you may see; --new-operation founds one")
    })
}

/// A task as the API takes it. What there is none of is left out: a request has a largest size, and plans are
/// long.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImportedTask<'a> {
    code: &'a TaskCode,
    title: &'a Title,
    phase: &'a PhaseCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_of_effort: Option<&'a Code>,
    lead_partner: &'a PartnerCode,
    territory: &'a PartnerCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    post: Option<&'a PostCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_offset: Option<Span>,
    duration: Span,
    /// In the notation that needs no plan to be read.
    predecessors: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<&'a Terms>,
}

impl<'a> From<&'a Row> for ImportedTask<'a> {
    fn from(row: &'a Row) -> Self {
        Self {
            code: &row.code,
            title: &row.title,
            phase: &row.phase,
            line_of_effort: row.line_of_effort.as_ref(),
            lead_partner: &row.lead,
            territory: &row.territory,
            post: row.post.as_ref(),
            start_offset: row.offset,
            duration: row.duration,
            predecessors: row.predecessors.iter().map(Dependency::to_string).collect(),
            terms: Some(&row.terms).filter(|terms| !is_implied(row, terms)),
        }
    }
}

/// Whether the terms say no more than the offset does.
fn is_implied(row: &Row, terms: &Terms) -> bool {
    let constraint = match row.offset {
        Some(_) => StartConstraint::StartNoEarlierThan,
        None => StartConstraint::AsSoonAsPossible,
    };
    *terms == Terms { constraint, ..Terms::default() }
}

/// Where in the file that is which a refusal is about.
fn place(
    PlanFile { sheet, calendar_lines, .. }: &PlanFile,
    path: &[String],
) -> Option<(usize, Option<Column>)> {
    let [list, index, rest @ ..] = path else { return None };
    let index: usize = index.parse().ok()?;
    if list == "calendars" {
        return Some((*calendar_lines.get(index)?, None));
    }
    let line = *sheet.lines.get(index).filter(|_| list == "tasks")?;
    let field = rest.first().and_then(|name| {
        Some(match name.as_str() {
            "code" => Field::Code,
            "title" => Field::Title,
            "phase" => Field::Phase,
            "lineOfEffort" => Field::LineOfEffort,
            "leadPartner" => Field::Lead,
            "territory" => Field::Territory,
            "post" => Field::Post,
            "startOffset" => Field::Offset,
            "duration" => Field::Duration,
            "predecessors" => Field::Predecessors,
            "terms" => match rest.get(1).map(String::as_str) {
                Some("group") => Field::Group,
                Some("finishNoLaterThan") => Field::FinishNoLaterThan,
                _ => Field::Constraint,
            },
            "finishNoLaterThan" => Field::FinishNoLaterThan,
            _ => return None,
        })
    });
    Some((line, field.and_then(|field| sheet.columns.get(&field).cloned())))
}

/// In the order in which the file first names them, with their codes for names where it has no others.
fn phases(rows: &[Row], names: &BTreeMap<PhaseCode, Title>) -> Vec<Value> {
    let mut seen = BTreeSet::<&PhaseCode>::new();
    let first = rows.iter().map(|row| &row.phase).filter(|phase| seen.insert(phase));
    let name = |phase| names.get(phase).map_or_else(|| phase.to_string(), Title::to_string);
    first.map(|phase| json!({ "code": phase, "name": name(phase) })).collect()
}

fn lines_of_effort(rows: &[Row]) -> Vec<Value> {
    let mut seen = BTreeSet::<&Code>::new();
    let first = rows.iter().filter_map(|row| row.line_of_effort.as_ref()).filter(|line| seen.insert(line));
    first.map(|line| json!({ "code": line, "name": line })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args as _;

    #[test]
    fn help_names_every_column_that_a_spreadsheet_must_or_may_have() {
        let help = Import::augment_args(clap::Command::new("import")).render_long_help().to_string();
        let named = |before: &str| -> Vec<&str> {
            let line = help.lines().find_map(|line| line.trim().strip_prefix(before)).unwrap();
            line.split(',').map(str::trim).collect()
        };
        let must = ["code", "title", "phase", "lead", "territory", "duration"];
        assert_eq!(named("It must have"), must);
        let may = ["post", "offset", "predecessors", "line_of_effort", "group", "constraint"];
        assert_eq!(
            named("It may have"),
            [&may[..], &["finish_no_later_than", "mutual_legal_assistance"]].concat()
        );
    }
}
