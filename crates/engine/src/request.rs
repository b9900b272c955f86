//! What is asked of an engine, and what it answers when it has done it.

use chrono::{DateTime, FixedOffset, Utc};
use domain::{
    Actor, Command, Position, Sha256,
    ids::{CommandId, EventId},
};
use serde::{Deserialize, Serialize};

/// A command with what its sender says about it.
#[derive(Debug, Clone)]
pub struct Request {
    pub command: Command,
    pub actor: Actor,
    /// Repeating a command under the same key answers the first success again. A key belongs to its actor.
    pub idempotency_key: Option<String>,
    /// When it happened; `None`: now.
    pub occurred_at: Option<DateTime<FixedOffset>>,
    pub late_reason: Option<String>,
}

/// What a command that succeeded is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The last event of the command; the present position when it changed nothing.
    pub position: Position,
    pub recorded_at: DateTime<Utc>,
    /// Empty when the command changed nothing.
    pub event_ids: Vec<EventId>,
    /// Hash of the commit that the position is in: keep it, to hold the log against it later.
    pub commit_hash: Sha256,
}

/// A success, new or repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub command_id: CommandId,
    pub receipt: Receipt,
}

/// A moment in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Position(Position),
    RecordedAt(DateTime<Utc>),
}
