//! What the log holds, exactly as it is hashed. Nothing here touches the database.

use chrono::{DateTime, FixedOffset, Utc};
use uuid::Uuid;

/// An event as it was stored. All instants are whole microseconds, the offset whole minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    pub position: i64,
    /// When the log learned of it, by the server's clock. The same for all events of one commit.
    pub recorded_at: DateTime<Utc>,
    /// When it happened, by the reporter's word and in the reporter's offset. Never after `recorded_at`.
    pub occurred_at: DateTime<FixedOffset>,
    pub event_id: Uuid,
    /// What caused it.
    pub command_id: Uuid,
    /// Post or service that sent the command.
    pub actor: String,
    /// Why it was reported late; none when it was not.
    pub late_reason: Option<String>,
    /// The event's type by name.
    pub kind: String,
    /// Of the event's shape.
    pub version: i16,
    /// The JSON bytes exactly as hashed.
    pub payload: Vec<u8>,
    /// Random, so that the hash of an event shared alone does not let its content be guessed.
    pub salt: [u8; 16],
    /// Whom or what the event concerns: sorted, each once.
    pub subjects: Vec<Uuid>,
}

/// A command that appended events. Commands that were refused or changed nothing leave none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCommand {
    pub command_id: Uuid,
    pub actor: String,
    /// Unique per actor, not over actors.
    pub idempotency_key: String,
    /// Tells a repeated request from another one under the same key.
    pub request_hash: [u8; 32],
    /// Of the command's last event.
    pub position: i64,
    /// What the caller was answered, in the engine's encoding.
    pub outcome: Vec<u8>,
    /// What it was decided from, in the engine's encoding; none where an older build wrote it.
    pub request: Option<Vec<u8>>,
}

/// A commit: the events after `prev_position`, up to and with `last_position`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCommit {
    pub last_position: i64,
    /// 0 for the first commit.
    pub prev_position: i64,
    pub event_count: i32,
    /// Never before the previous commit's.
    pub recorded_at: DateTime<Utc>,
    /// The process that wrote it.
    pub node: Uuid,
    pub hash: [u8; 32],
}

/// An event as Postgres answers it.
pub(crate) struct EventRow {
    pub position: i64,
    pub recorded_at: DateTime<Utc>,
    pub occurred_at: DateTime<Utc>,
    pub occurred_offset: i16,
    pub event_id: Uuid,
    pub command_id: Uuid,
    pub actor: String,
    pub late_reason: Option<String>,
    pub kind: String,
    pub version: i16,
    pub payload: Vec<u8>,
    pub salt: [u8; 16],
    pub subjects: Vec<Uuid>,
}

impl From<EventRow> for StoredEvent {
    fn from(row: EventRow) -> Self {
        Self {
            position: row.position,
            recorded_at: row.recorded_at,
            occurred_at: in_offset(row.occurred_at, row.occurred_offset),
            event_id: row.event_id,
            command_id: row.command_id,
            actor: row.actor,
            late_reason: row.late_reason,
            kind: row.kind,
            version: row.version,
            payload: row.payload,
            salt: row.salt,
            subjects: row.subjects,
        }
    }
}

/// Minutes east of UTC; seconds of an offset, which only local mean times have, are dropped.
pub(crate) fn minutes_east(instant: DateTime<FixedOffset>) -> i16 {
    // An offset is less than a day, which is 1,440 minutes.
    i16::try_from(instant.offset().local_minus_utc() / 60).unwrap_or(0)
}

/// The instant as a reporter `minutes` east of UTC writes it.
pub(crate) fn in_offset(instant: DateTime<Utc>, minutes: i16) -> DateTime<FixedOffset> {
    match FixedOffset::east_opt(i32::from(minutes) * 60) {
        Some(offset) => instant.with_timezone(&offset),
        None => instant.fixed_offset(),
    }
}
