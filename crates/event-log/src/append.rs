//! Appending a commit: one statement, and what its failures mean.

use crate::{Head, Kept, Log, NewCommit, StoredCommand, StoredEvent, commit::Rows, stored::minutes_east};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgDatabaseError, PgSeverity};
use std::{io, time::Duration};
use uuid::Uuid;

/// Why a commit was not appended, or is not known to be.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else's commit follows `after`. Read what is new and decide again.
    #[error("the log has grown past position {after}")]
    HeadMoved { after: i64 },
    /// The log does not contain the head that was built on: it lost acknowledged commits in a failover. Drop
    /// every cache and raise an alarm.
    #[error("the log holds no commit that ends at position {after} with the hash that this node knows")]
    AheadOfLog { after: i64 },
    /// An actor's idempotency key is already in the log, or twice in the commit.
    #[error("a command's idempotency key is already taken by its actor")]
    KeyTaken,
    /// The connection was lost before the answer came: the commit may be in the log, or still get into it.
    ///
    /// To settle it, append the same commit again: that waits for a statement that is still running on the
    /// server. After `HeadMoved`, [`Log::command`] of any of its commands says for good whether the commit is
    /// in the log.
    #[error("the connection was lost while appending after position {after}: the commit's fate is unknown")]
    Fate {
        after: i64,
        #[source]
        source: sqlx::Error,
    },
    /// Postgres does not take what the commit says, at this attempt or at any: something in it is out of a
    /// column's bounds. It is not in the log, and others without what is wrong in it may follow.
    #[error("the log cannot hold what is to be appended after position {after}")]
    Data {
        after: i64,
        #[source]
        source: sqlx::Error,
    },
    /// The commit is certainly not in the log.
    #[error("could not append after position {after}")]
    Database {
        after: i64,
        #[source]
        source: sqlx::Error,
    },
}

/// The connection that a node appends on, one commit after another.
#[derive(Debug)]
pub struct Writer {
    kept: Kept,
    patience: Duration,
}

impl Log {
    pub fn writer(&self) -> Writer {
        Writer { kept: Kept::new(self.pool.clone()), patience: self.patience }
    }
}

impl Writer {
    /// Appends the commit if the log still ends at `commit.after`, and answers the new head.
    ///
    /// Must not be cancelled: a dropped future leaves the commit's fate unknown with nobody to look it up.
    pub async fn append(&mut self, commit: &NewCommit) -> Result<Head, AppendError> {
        let after = commit.after;
        let Rows { commit, events, commands } = commit.rows();
        let head =
            Head { position: commit.last_position, recorded_at: commit.recorded_at, hash: commit.hash };
        let beside = commit.beside;
        let events = EventColumns::from(events);
        let commands = CommandColumns::from(commands);

        let connection = self
            .kept
            .get()
            .await
            .map_err(|source| AppendError::Database { after: after.position, source })?;

        let insert = sqlx::query_file_scalar!(
            "src/append.sql",
            commit.last_position,
            commit.prev_position,
            commit.event_count,
            commit.recorded_at,
            commit.node,
            &commit.hash,
            &after.hash,
            &events.position,
            &events.occurred_at,
            &events.occurred_offset,
            &events.event_id,
            &events.command_id,
            &events.actor,
            &events.late_reason as &[Option<String>],
            &events.kind,
            &events.version,
            &events.payload,
            &events.salt as &[[u8; 16]],
            &events.subject_id,
            &events.subject_position,
            &commands.actor,
            &commands.idempotency_key,
            &commands.request_hash as &[[u8; 32]],
            &commands.command_id,
            &commands.position,
            &commands.outcome,
            &commands.request as &[Option<Vec<u8>>],
            beside.map(|beside| beside.commands_hash.to_vec()),
            beside.map(|beside| beside.accesses.number),
            beside.map(|beside| beside.accesses.hash.to_vec()),
        )
        .fetch_optional(connection);

        let answer = match tokio::time::timeout(self.patience, insert).await {
            Ok(answer) => answer,
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "Postgres did not answer").into()),
        };
        match answer {
            Ok(Some(_)) => Ok(head),
            Ok(None) => Err(AppendError::AheadOfLog { after: after.position }),
            Err(source) => {
                let error = meaning(source, after.position);
                if matches!(error, AppendError::Fate { .. }) {
                    self.kept.discard();
                }
                Err(error)
            }
        }
    }
}

/// What a failed statement says about the commit. A lost race may show at any key that the winner's rows took
/// first.
fn meaning(source: sqlx::Error, after: i64) -> AppendError {
    let refused = match &source {
        sqlx::Error::Database(error) => error.downcast_ref::<PgDatabaseError>(),
        sqlx::Error::Encode(_) => return AppendError::Data { after, source },
        _ => return AppendError::Fate { after, source },
    };
    match refused.constraint() {
        Some("log_commit_pkey" | "log_commit_prev_position_key" | "event_pkey") => {
            AppendError::HeadMoved { after }
        }
        Some("log_commit_prev_position_fkey") => AppendError::AheadOfLog { after },
        Some("command_pkey") => AppendError::KeyTaken,
        _ if is_about_data(&source) => AppendError::Data { after, source },
        // Anything worse ends the session, perhaps after the commit: while it waits for a standby, say.
        _ if refused.severity() == PgSeverity::Error => AppendError::Database { after, source },
        _ => AppendError::Fate { after, source },
    }
}

/// Whether a statement failed by the values that it was given, so that it fails with them every time.
pub fn is_about_data(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Encode(_) => true,
        sqlx::Error::Database(error) => {
            // A value that its type cannot hold, one that a constraint refuses, and one too large for an index.
            error.code().is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
        }
        _ => false,
    }
}

/// One array per column, as `unnest` takes them.
#[derive(Default)]
struct EventColumns {
    position: Vec<i64>,
    occurred_at: Vec<DateTime<Utc>>,
    occurred_offset: Vec<i16>,
    event_id: Vec<Uuid>,
    command_id: Vec<Uuid>,
    actor: Vec<String>,
    late_reason: Vec<Option<String>>,
    kind: Vec<String>,
    version: Vec<i16>,
    payload: Vec<Vec<u8>>,
    salt: Vec<[u8; 16]>,
    subject_id: Vec<Uuid>,
    subject_position: Vec<i64>,
}

impl From<Vec<StoredEvent>> for EventColumns {
    fn from(events: Vec<StoredEvent>) -> Self {
        let mut columns = Self::default();
        for event in events {
            columns.subject_position.extend(event.subjects.iter().map(|_| event.position));
            columns.subject_id.extend(event.subjects);
            columns.position.push(event.position);
            columns.occurred_at.push(event.occurred_at.to_utc());
            columns.occurred_offset.push(minutes_east(event.occurred_at));
            columns.event_id.push(event.event_id);
            columns.command_id.push(event.command_id);
            columns.actor.push(event.actor);
            columns.late_reason.push(event.late_reason);
            columns.kind.push(event.kind);
            columns.version.push(event.version);
            columns.payload.push(event.payload);
            columns.salt.push(event.salt);
        }
        columns
    }
}

/// One array per column, as `unnest` takes them.
#[derive(Default)]
struct CommandColumns {
    actor: Vec<String>,
    idempotency_key: Vec<String>,
    request_hash: Vec<[u8; 32]>,
    command_id: Vec<Uuid>,
    position: Vec<i64>,
    outcome: Vec<Vec<u8>>,
    request: Vec<Option<Vec<u8>>>,
}

impl From<Vec<StoredCommand>> for CommandColumns {
    fn from(commands: Vec<StoredCommand>) -> Self {
        let mut columns = Self::default();
        for command in commands {
            columns.actor.push(command.actor);
            columns.idempotency_key.push(command.idempotency_key);
            columns.request_hash.push(command.request_hash);
            columns.command_id.push(command.command_id);
            columns.position.push(command.position);
            columns.outcome.push(command.outcome);
            columns.request.push(command.request);
        }
        columns
    }
}
