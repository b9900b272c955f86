//! `accord plan`: plans of a server, out to files, in from files, and laid out in time.

mod calendar;
mod chart;
mod content;
mod diff;
mod export;
mod import;
mod order;
mod project;
mod schedule;
mod told;

use self::told::Told;
use crate::{
    client::{ApiErrors, Client, Connection},
    output::Output,
    values::Moment,
};
use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use domain::OperationCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Work on a plan that a server has: lay it out in time, draw it, compare its versions, export it to spreadsheets, Microsoft
/// Project, calendars and orders, import it from the first two.
#[derive(Clone, Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Plan {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    Schedule(schedule::Schedule),
    Chart(chart::Chart),
    Export(export::Export),
    Import(import::Import),
    Diff(diff::Diff),
}

impl Plan {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let done = match &self.command {
            Command::Schedule(schedule) => schedule.run(output).await,
            Command::Chart(chart) => chart.run(output).await,
            Command::Diff(diff) => diff.run(output).await,
            Command::Export(export) => export.run(output).await,
            Command::Import(import) => import.run(output).await,
        };
        let Err(error) = done else { return Ok(ExitCode::SUCCESS) };
        // What the server or a file has against it is many things, and each is told.
        let told = match error.downcast::<ApiErrors>() {
            Ok(errors) => Told::from(errors),
            Err(error) => error.downcast::<Told>()?,
        };
        told.say(output)?;
        Ok(ExitCode::FAILURE)
    }
}

/// Which operation, and as of when.
#[derive(Clone, Debug, clap::Args)]
struct Place {
    /// Code of the operation, such as SAPHAN.
    #[arg(long, env = "ACCORD_OPERATION", value_name = "CODE")]
    operation: OperationCode,
    /// As it was known then: a position in the log, or an instant such as 2023-10-10T06:00+07:00.
    #[arg(long, env = "ACCORD_AS_OF", value_name = "MOMENT", value_parser = crate::values::moment)]
    as_of: Option<Moment>,
    #[command(flatten)]
    connection: Connection,
}

impl Place {
    /// The operation's field `what` at one position, so that many questions see one world.
    async fn pinned(&self) -> Result<Pinned> {
        let client = self.connection.open()?;
        let data = match &self.as_of {
            None => client.ask("{ head { position recordedAt } }", &Value::Null).await?,
            Some(moment) => {
                let at = match moment {
                    Moment::Position(position) => json!({ "position": position.to_string() }),
                    Moment::Recorded(at) => json!({ "recordedAt": at.to_rfc3339() }),
                };
                let query = "query ($at: Moment!) { asOf(at: $at) { head { position recordedAt } } }";
                client.ask(query, &json!({ "at": at })).await?["asOf"].take()
            }
        };
        let Answer { head: Head { position, recorded_at } } =
            serde_json::from_value(data).context(UNEXPECTED)?;
        Ok(Pinned { client, operation: self.operation.clone(), position, recorded_at })
    }
}

const UNEXPECTED: &str = "the server did not answer as this client expects: is it of another version?";

/// An operation at one position of the log.
struct Pinned {
    client: Client,
    operation: OperationCode,
    position: String,
    /// When the event there was recorded; `None`: the log is empty.
    recorded_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Answer {
    head: Head,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    position: String,
    recorded_at: Option<DateTime<Utc>>,
}

impl Pinned {
    /// `shown` of the operation; `$after` in it is that argument.
    async fn ask<T: DeserializeOwned>(&self, shown: &str, after: Option<&str>) -> Result<T> {
        let declared = if shown.contains("$after") { ", $after: String" } else { "" };
        let query = format!(
            "query ($position: Position!, $code: String!{declared}) {{
               asOf(at: {{ position: $position }}) {{ operation(code: $code) {{ {shown} }} }} }}"
        );
        let variables = json!({ "position": self.position, "code": self.operation, "after": after });
        let mut data = self.client.ask(&query, &variables).await?;
        let operation = data["asOf"]["operation"].take();
        if operation.is_null() {
            bail!("there is no operation {} that you may see", self.operation);
        }
        serde_json::from_value(operation).context(UNEXPECTED)
    }

    fn position(&self) -> Result<i64> {
        self.position.parse().context(UNEXPECTED)
    }
}

/// `{ code }`, as many things are shown.
#[derive(Debug, Deserialize)]
struct Coded<T> {
    code: T,
}
