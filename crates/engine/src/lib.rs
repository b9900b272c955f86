//! Runs commands: decides them on cached folds, commits them in groups, projects them, and answers.
//!
//! Nothing here knows HTTP or GraphQL. Time and randomness come in with [`Clock`] and [`Entropy`]. One
//! committer task owns writing: a caller that goes away cancels nothing.

mod access;
mod basis;
mod clock;
mod clocks;
mod committer;
mod engine;
mod error;
mod health;
mod job;
mod loading;
mod metrics;
mod projector;
mod rebuild;
mod redecide;
mod request;
mod row_writer;
mod shares;
mod turns;

pub use access::Access;
pub use clock::{Clock, Entropy};
pub use engine::{Asking, Engine, Settings};
pub use error::{Error, StoreError, chain};
pub use event_log::{
    AccessFilter, AccessKind, AccessPage, AccessReader, Log, NewWebhook, StoredAccess, StoredWebhook,
    StoredWebhookAct, WebhookActKind, WebhookActor, WebhookCounts, WebhookFailure, WebhookHold, WebhookTurn,
};
pub use health::Health;
pub use metrics::Metrics;
pub use questions::Account;
pub use rebuild::{RebuildError, Rebuilt, Stage, rebuild};
pub use redecide::{Decisions, Difference, Older};
pub use request::{Moment, Outcome, Receipt, Request};
pub use shares::{Part, Shares};

use domain::Position;
use projector::Projector;
use sqlx::PgPool;

/// Projects what the read model lacks. `progress` is told where it stands and where the log ends.
pub async fn catch_up(
    pool: &PgPool,
    progress: impl FnMut(Position, Position),
) -> Result<Position, StoreError> {
    let log = Log::new(pool.clone());
    let head = Position(log.head().await?.position);
    Projector::catch_up(pool, &log, head, progress).await
}

/// Compares the rows at `position` (at the checkpoint, if `None`) with those of a fold of the log to that
/// position. One sentence for each difference, empty when there is none.
pub async fn check_read_models(
    pool: &PgPool,
    position: Option<Position>,
    progress: impl FnMut(Position, Position),
) -> Result<Vec<String>, StoreError> {
    let position = match position {
        Some(position) => position,
        None => read_model::checkpoint(pool).await?,
    };
    projector::check(pool, &Log::new(pool.clone()), position, progress).await
}

/// Decides every command of the log again, on the fold before it, and compares with what was logged.
pub async fn check_decisions(
    pool: &PgPool,
    progress: impl FnMut(Position, Position),
) -> Result<Decisions, StoreError> {
    redecide::check(&Log::new(pool.clone()), progress).await
}
