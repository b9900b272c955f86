//! The log of everything that happened: appends commits of events to Postgres, reads them back and verifies
//! them.
//!
//! Knows no domain type: an event's `kind` and `payload` are a name and bytes here. Only [`Writer::append`]
//! writes to it, and nothing reads a clock or makes an id: both come in with the commit. Beside it stand the
//! access log and the webhooks.

mod access;
mod append;
mod commit;
mod durability;
mod error;
mod export;
pub mod hash;
mod pool;
mod read;
mod stored;
mod verify;
mod webhook;

pub use access::{AccessFilter, AccessPage, AccessReader};
pub use append::{AppendError, Writer, is_about_data};
pub use commit::{Head, NewCommand, NewCommit, NewEvent};
pub use durability::{Setting, durability, refuse_if_not_durable};
pub use error::Error;
pub use export::{commit_line, event_line};
pub use pool::{Kept, PoolSettings, ReaderSettings, Role, connect, connect_readers};
pub use stored::{
    AccessEnd, AccessKind, Beside, NewAccess, StoredAccess, StoredCommand, StoredCommit, StoredEvent,
};
pub use verify::{Anchor, Verification};
pub use webhook::{
    NewWebhook, StoredWebhook, StoredWebhookAct, WebhookActKind, WebhookActor, WebhookCounts, WebhookFailure,
    WebhookHold, WebhookTurn,
};

use questions::{Account, Questions};
use sqlx::PgPool;
use std::{sync::Arc, time::Duration};

/// The log's tables. The only embedded copy: the server, the command line and every test apply this one.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// The Postgres channel on which [`Log::notify`] says that the log has grown.
pub const CHANNEL: &str = "accord_log";

/// One coalition's log. Positions are 1, 2, 3 … without gaps; 0 stands for "before the first event".
#[derive(Clone, Debug)]
pub struct Log {
    pool: PgPool,
    /// The way of reads.
    questions: Questions,
    /// How long an append waits for its answer before it takes the connection for dead.
    patience: Duration,
}

impl Log {
    pub fn new(pool: PgPool) -> Self {
        // Longer than any sensible statement timeout, after which a server that is still there does answer.
        Self { questions: Questions::new(pool.clone()), pool, patience: Duration::from_mins(1) }
    }

    /// Lets an append wait this long for its answer, instead of a minute. Must exceed the server's statement
    /// timeout.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// A handle on the same whose reads are on this account.
    #[must_use]
    pub fn for_account(&self, account: &Arc<Account>) -> Self {
        Self { questions: self.questions.for_account(account), ..self.clone() }
    }

    /// For statements that read. Every read goes through here, so that none is on no account.
    fn db(&self) -> &Questions {
        &self.questions
    }
}
