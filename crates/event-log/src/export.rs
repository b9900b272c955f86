//! The log as lines of JSON, from which anybody can compute every hash again. Reads no database.
//!
//! An event's line comes before the line of its commit. The members are those of the hashed headers (see the
//! `hash` module), with `line` to tell the two apart, and in addition what is hashed beside a header: an
//! event's `salt` in hex and its `payload` as a string, whose UTF-8 bytes are the hashed ones; a commit's
//! `hash` in hex.
//!
//! Commands are not in it: idempotency keys, outcomes, and what each was decided from. A commit's line has the hash over
//! them, which is all that its own takes; deciding again takes the rules, hence Accord and the database. And the random
//! numbers that a command was decided with are those that the salts of annexes and labelled tasks come from: whoever had
//! them could guess, from a content hash, parts that a line with its payload left out was to keep from them.

use crate::{
    Error, StoredCommit, StoredEvent,
    hash::{in_reporters_offset, in_utc, json},
};
use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;
use uuid::Uuid;

/// One line of NDJSON, without the line feed. Fails with `PayloadNotText` when the payload is not UTF-8.
pub fn event_line(event: &StoredEvent) -> Result<String, Error> {
    let payload =
        str::from_utf8(&event.payload).map_err(|_| Error::PayloadNotText { position: event.position })?;
    Ok(json(&EventLine {
        line: "event",
        position: event.position,
        recorded_at: event.recorded_at,
        occurred_at: event.occurred_at,
        event_id: event.event_id,
        command_id: event.command_id,
        actor: &event.actor,
        late_reason: event.late_reason.as_deref(),
        kind: &event.kind,
        version: event.version,
        subjects: &event.subjects,
        salt: hex::encode(event.salt),
        payload,
    }))
}

/// One line of NDJSON, without the line feed.
pub fn commit_line(commit: &StoredCommit) -> String {
    json(&CommitLine {
        line: "commit",
        last_position: commit.last_position,
        prev_position: commit.prev_position,
        event_count: commit.event_count,
        recorded_at: commit.recorded_at,
        node: commit.node,
        commands_hash: commit.beside.map(|beside| hex::encode(beside.commands_hash)),
        access_number: commit.beside.map(|beside| beside.accesses.number),
        access_hash: commit.beside.map(|beside| hex::encode(beside.accesses.hash)),
        hash: hex::encode(commit.hash),
    })
}

#[derive(Serialize)]
struct EventLine<'a> {
    line: &'static str,
    position: i64,
    #[serde(serialize_with = "in_utc")]
    recorded_at: DateTime<Utc>,
    #[serde(serialize_with = "in_reporters_offset")]
    occurred_at: DateTime<FixedOffset>,
    event_id: Uuid,
    command_id: Uuid,
    actor: &'a str,
    late_reason: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'a str,
    version: i16,
    subjects: &'a [Uuid],
    salt: String,
    payload: &'a str,
}

#[derive(Serialize)]
struct CommitLine {
    line: &'static str,
    last_position: i64,
    prev_position: i64,
    event_count: i32,
    #[serde(serialize_with = "in_utc")]
    recorded_at: DateTime<Utc>,
    node: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    commands_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_hash: Option<String>,
    hash: String,
}
