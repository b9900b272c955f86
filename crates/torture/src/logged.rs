//! What the log holds, read from its tables by a superuser: past everything that could deceive a client.

use crate::history::{Command, Commit, Event, Log};
use anyhow::{Context as _, Result};
use serde_json::Value;
use sqlx::PgConnection;

pub async fn read(connection: &mut PgConnection) -> Result<Log> {
    let commits: Vec<(i64, i64, i64, String)> = sqlx::query_as(
        "select last_position, coalesce(prev_position, 0), (extract(epoch from recorded_at) * 1000000)::bigint,
                encode(hash, 'hex')
         from log_commit order by last_position",
    )
    .fetch_all(&mut *connection)
    .await
    .context("could not read the commits")?;
    let events: Vec<(i64, String, String, String)> = sqlx::query_as(
        "select position, event_id::text, command_id::text, convert_from(payload, 'UTF8')
         from event order by position",
    )
    .fetch_all(&mut *connection)
    .await
    .context("could not read the events")?;
    let commands: Vec<(String, String, i64)> =
        sqlx::query_as("select idempotency_key, command_id::text, position from command order by position")
            .fetch_all(&mut *connection)
            .await
            .context("could not read the commands")?;
    // A title is an effect of a command that came with a key; the world was founded with other titles.
    let events: Result<Vec<Event>> = events
        .into_iter()
        .map(|(position, id, command_id, payload)| {
            let payload: Value = serde_json::from_str(&payload).context("could not read an event")?;
            Ok(Event { position, id, command_id, title: title(&payload) })
        })
        .collect();
    Ok(Log {
        commits: commits
            .into_iter()
            .map(|(last_position, prev_position, recorded_at, hash)| Commit {
                last_position,
                prev_position,
                recorded_at,
                hash,
            })
            .collect(),
        events: events?,
        commands: commands.into_iter().map(|(key, id, position)| Command { key, id, position }).collect(),
    })
}

/// The title that an event gives to something, wherever its shape has it.
fn title(payload: &Value) -> Option<String> {
    match payload {
        Value::Object(fields) => match fields.get("title") {
            Some(Value::String(title)) => Some(title.clone()),
            _ => fields.values().find_map(title),
        },
        Value::Array(values) => values.iter().find_map(title),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_title_of_an_event_is_found_at_any_depth() {
        assert_eq!(title(&json!({ "task": { "code": "T", "title": "it" } })), Some("it".to_owned()));
        assert_eq!(title(&json!({ "tasks": [{ "code": "T" }, { "title": "it" }] })), Some("it".to_owned()));
        assert_eq!(title(&json!({ "title": null, "code": "T" })), None);
    }
}
