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
    #[arg(long, visible_alias = "at", env = "ACCORD_AS_OF", value_name = "MOMENT", value_parser = values::moment)]
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

    /// `shown` of the world at that position; `$after` in it is that argument.
    pub async fn ask_world(&self, shown: &str, after: Option<&str>) -> Result<Value> {
        let declared = if shown.contains("$after") { ", $after: String" } else { "" };
        let query = format!(
            "query ($position: Position!{declared}) {{ asOf(at: {{ position: $position }}) {{ {shown} }} }}"
        );
        let mut variables = json!({ "position": self.position });
        if let Some(after) = after {
            variables["after"] = after.into();
        }
        Ok(self.client.ask(&query, &variables).await?["asOf"].take())
    }

    /// All entries of a list of the operation. `shown` asks for a page of it, from `$after` on, under the name `page` with
    /// `nodes` and `pageInfo`, at the JSON pointer `at`; nothing there is an empty list.
    pub async fn pages(&self, shown: &str, at: &str) -> Result<Vec<Value>> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let mut operation: Value = self.ask(shown, after.as_deref()).await?;
            let Some(page) = operation.pointer_mut(at).filter(|page| !page.is_null()) else { return Ok(all) };
            after = take_page(page, &mut all)?;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    pub fn position(&self) -> Result<i64> {
        self.position.parse().context(UNEXPECTED)
    }
}

/// What a page of a list has to tell for the next one to be asked for.
pub const PAGE_INFO: &str = "pageInfo { hasNextPage endCursor }";

/// Takes the entries of a page, and tells where the next one begins; `None` after the last.
pub fn take_page(page: &mut Value, to: &mut Vec<Value>) -> Result<Option<String>> {
    let Value::Array(nodes) = page["nodes"].take() else { bail!(UNEXPECTED) };
    to.extend(nodes);
    let PageInfo { has_next_page, end_cursor } =
        serde_json::from_value(page["pageInfo"].take()).context(UNEXPECTED)?;
    Ok(end_cursor.filter(|_| has_next_page))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// `{ code }`, as many things are shown.
#[derive(Debug, Deserialize)]
pub struct Coded<T> {
    pub code: T,
}
