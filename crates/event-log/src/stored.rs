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
    /// None where an older build wrote it.
    pub beside: Option<Beside>,
    pub hash: [u8; 32],
}

/// What a commit's hash covers besides its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Over the commands that it holds.
    pub commands_hash: [u8; 32],
    /// As far as its node knew.
    pub accesses: AccessEnd,
}

/// Where the access log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessEnd {
    /// Of the last entry.
    pub number: i64,
    pub hash: [u8; 32],
}

impl AccessEnd {
    /// Before the first entry, or before the first that has a hash.
    pub const EMPTY: Self = Self { number: 0, hash: [0; 32] };
}

/// A commit as Postgres answers it.
pub(crate) struct CommitRow {
    pub last_position: i64,
    pub prev_position: i64,
    pub event_count: i32,
    pub recorded_at: DateTime<Utc>,
    pub node: Uuid,
    pub commands_hash: Option<[u8; 32]>,
    pub access_number: Option<i64>,
    pub access_hash: Option<[u8; 32]>,
    pub hash: [u8; 32],
}

impl From<CommitRow> for StoredCommit {
    fn from(row: CommitRow) -> Self {
        let accesses = row.access_number.zip(row.access_hash);
        Self {
            last_position: row.last_position,
            prev_position: row.prev_position,
            event_count: row.event_count,
            recorded_at: row.recorded_at,
            node: row.node,
            beside: row.commands_hash.zip(accesses).map(|(commands_hash, (number, hash))| Beside {
                commands_hash,
                accesses: AccessEnd { number, hash },
            }),
            hash: row.hash,
        }
    }
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessKind {
    /// The content of something sensitive was delivered.
    Read,
    /// A command was forbidden.
    Refused,
}

impl AccessKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Refused => "REFUSED",
        }
    }
}

/// An entry to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccess {
    pub at: DateTime<Utc>,
    pub kind: AccessKind,
    /// Post or service that asked.
    pub actor: String,
    /// None for a service.
    pub partner: Option<String>,
    /// Id of what was read, or the mutation that was refused.
    pub what: String,
    pub operation_id: Option<Uuid>,
    /// The partner whose reviewers read the entry; none where no operation is concerned.
    pub owner: Option<String>,
    pub request_id: String,
    pub position: i64,
}

/// An entry as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAccess {
    /// In the order of writing, with gaps.
    pub number: i64,
    pub at: DateTime<Utc>,
    pub kind: AccessKind,
    pub actor: String,
    pub partner: Option<String>,
    pub what: String,
    pub operation_id: Option<Uuid>,
    pub owner: Option<String>,
    pub request_id: String,
    pub position: i64,
    /// None where an older build wrote it.
    pub hash: Option<[u8; 32]>,
}
