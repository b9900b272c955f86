//! One operation at one position of a server's log.

use crate::{
    client::{Client, Connection, UNEXPECTED},
    values::{self, Moment},
};
use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use domain::OperationCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Which operation, and as of when.
#[derive(Clone, Debug, clap::Args)]
pub struct Place {
    /// Code of the operation, such as SAPHAN.
    #[arg(long, env = "ACCORD_OPERATION", value_name = "CODE")]
    pub operation: OperationCode,
    /// As it was known then: a position in the log, or an instant such as 2023-10-10T06:00+07:00.
    #[arg(long, env = "ACCORD_AS_OF", value_name = "MOMENT", value_parser = values::moment)]
    pub as_of: Option<Moment>,
    #[command(flatten)]
    pub connection: Connection,
}

impl Place {
    /// The operation's field `what` at one position, so that many questions see one world.
    pub async fn pinned(&self) -> Result<Pinned> {
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

/// An operation at one position of the log.
pub struct Pinned {
    pub client: Client,
    pub operation: OperationCode,
    pub position: String,
    /// When the event there was recorded; `None`: the log is empty.
    pub recorded_at: Option<DateTime<Utc>>,
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
    pub async fn ask<T: DeserializeOwned>(&self, shown: &str, after: Option<&str>) -> Result<T> {
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

    pub fn position(&self) -> Result<i64> {
        self.position.parse().context(UNEXPECTED)
    }
}

/// `{ code }`, as many things are shown.
#[derive(Debug, Deserialize)]
pub struct Coded<T> {
    pub code: T,
}
