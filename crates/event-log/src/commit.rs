//! What is about to be appended. Pure: the head that a commit makes is known before Postgres is asked.

use crate::{
    hash::{CommandsHasher, CommitHasher},
    stored::{AccessEnd, Beside, StoredCommand, StoredCommit, StoredEvent, in_offset, minutes_east},
};
use chrono::{DateTime, FixedOffset, Utc};
use uuid::Uuid;

/// Where the log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub position: i64,
    pub recorded_at: DateTime<Utc>,
    pub hash: [u8; 32],
}

impl Head {
    /// The end of a log without commits, which the first commit builds on: position 0, the Unix epoch, a hash
    /// of zeros.
    pub const EMPTY: Self = Self { position: 0, recorded_at: DateTime::UNIX_EPOCH, hash: [0; 32] };
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    pub event_id: Uuid,
    /// Not after the commit's `recorded_at`: Postgres refuses the commit otherwise.
    pub occurred_at: DateTime<FixedOffset>,
    pub late_reason: Option<String>,
    pub kind: String,
    pub version: i16,
    /// JSON text in UTF-8.
    pub payload: Vec<u8>,
    pub salt: [u8; 16],
    /// In any order.
    pub subjects: Vec<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCommand {
    pub command_id: Uuid,
    pub actor: String,
    pub idempotency_key: String,
    pub request_hash: [u8; 32],
    pub outcome: Vec<u8>,
    /// What it was decided from, to decide it again later; in the engine's encoding.
    pub request: Option<Vec<u8>>,
    /// At least one: a command without events leaves no trace in the log.
    pub events: Vec<NewEvent>,
}

/// Everything that a node decided since `after`, to be appended at once or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCommit {
    pub node: Uuid,
    /// Where the log ended when the commands were decided.
    pub after: Head,
    /// By this node's clock. When that runs behind the log, the log's `after.recorded_at` is recorded
    /// instead.
    pub recorded_at: DateTime<Utc>,
    /// Where the access log ends, as far as this node knows.
    pub accesses: AccessEnd,
    /// At least one.
    pub commands: Vec<NewCommand>,
}

impl NewCommit {
    /// The head that the log will have when this commit is in it.
    pub fn head(&self) -> Head {
        let commit = self.rows().commit;
        Head { position: commit.last_position, recorded_at: commit.recorded_at, hash: commit.hash }
    }

    /// The rows that an append inserts. The one place where values take the form in which they are stored and
    /// hashed: instants in whole microseconds, offsets in whole minutes, subjects sorted and each once.
    pub(crate) fn rows(&self) -> Rows {
        let recorded_at = whole_micros(self.recorded_at.max(self.after.recorded_at));
        let mut events = Vec::new();
        let mut commands = Vec::with_capacity(self.commands.len());
        let mut position = self.after.position;
        for command in &self.commands {
            for event in &command.events {
                position += 1;
                let mut subjects = event.subjects.clone();
                subjects.sort_unstable();
                subjects.dedup();
                events.push(StoredEvent {
                    position,
                    recorded_at,
                    occurred_at: in_offset(
                        whole_micros(event.occurred_at.to_utc()),
                        minutes_east(event.occurred_at),
                    ),
                    event_id: event.event_id,
                    command_id: command.command_id,
                    actor: command.actor.clone(),
                    late_reason: event.late_reason.clone(),
                    kind: event.kind.clone(),
                    version: event.version,
                    payload: event.payload.clone(),
                    salt: event.salt,
                    subjects,
                });
            }
            commands.push(StoredCommand {
                command_id: command.command_id,
                actor: command.actor.clone(),
                idempotency_key: command.idempotency_key.clone(),
                request_hash: command.request_hash,
                position,
                outcome: command.outcome.clone(),
                request: command.request.clone(),
            });
        }
        let mut of_commands = CommandsHasher::default();
        for command in &commands {
            of_commands.command(command);
        }
        let mut commit = StoredCommit {
            last_position: position,
            prev_position: self.after.position,
            event_count: i32::try_from(events.len()).unwrap_or(i32::MAX),
            recorded_at,
            node: self.node,
            beside: Some(Beside { commands_hash: of_commands.finish(), accesses: self.accesses }),
            hash: [0; 32],
        };
        let mut hasher = CommitHasher::new(&self.after.hash, &commit);
        for event in &events {
            hasher.event(event);
        }
        commit.hash = hasher.finish();
        Rows { commit, events, commands }
    }
}

pub(crate) struct Rows {
    pub commit: StoredCommit,
    pub events: Vec<StoredEvent>,
    pub commands: Vec<StoredCommand>,
}

/// Postgres keeps microseconds. Rounds down, and turns a leap second into the second that Postgres makes of
/// it.
pub(crate) fn whole_micros(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}
