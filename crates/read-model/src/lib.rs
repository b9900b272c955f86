//! The read model: versioned rows computed from folded state, and every query on them.
//!
//! Rows are a pure function of state; a position sees the rows with `valid_from <= position < valid_to`, so the
//! present and the past are the same SQL. Every query takes a [`Pin`]: what its viewer may not see is not in its
//! answer. Nothing here decides. Nothing but [`write()`] changes a row; [`Filling`] fills tables that nobody
//! reads yet.

mod assignment;
mod centre;
mod change;
mod columns;
mod copy;
mod database;
mod decision;
mod event;
mod operation;
mod page;
mod partner;
mod pin;
mod plan;
mod post;
mod release;
mod schema;
mod search;
mod text;
mod write;

pub use assignment::AssignmentRow;
pub use centre::CentreRow;
pub use change::{ChangedItem, ChangingEvent, ItemVersion, Stretch};
pub use copy::{Filling, Rows};
pub use decision::{ConditionRow, DecisionRow};
pub use event::{Entry, EventFilter, EventRow, HistoryRow, compare_events};
pub use operation::{OperationFilter, OperationRow};
pub use page::Page;
pub use partner::{CoalitionRow, PartnerRow};
pub use pin::{Pin, Viewer};
pub use plan::{
    AnnexRow, InvalidRow, PartRow, PlanVersionRow, PlannedTaskRow, TaskFilter, TaskPlace, TaskVersionRow,
    parse,
};
pub use post::{PostFilter, PostRow, TenureRow};
pub use release::TaskLabelRow;
pub use schema::{PROJECTION_VERSION, Schema, columns};
pub use search::{Found, Search};
pub use write::{Change, Projection, Row, checkpoint, compare, lock_checkpoint, row, write};

use database::Database;
use sqlx::PgPool;
use std::sync::{Arc, atomic::AtomicU64};

/// Queries on the read model. The pool's `search_path` names the schema, see [`Schema`].
#[derive(Clone, Debug)]
pub struct ReadModel {
    database: Database,
}

impl ReadModel {
    pub fn new(pool: PgPool) -> Self {
        Self { database: Database::new(pool, Arc::default()) }
    }

    /// A handle on the same whose statements are counted in `statements`.
    #[must_use]
    pub fn counting(&self, statements: Arc<AtomicU64>) -> Self {
        Self { database: self.database.counting(statements) }
    }

    /// For one statement.
    fn db(&self) -> &PgPool {
        self.database.for_a_statement()
    }
}

/// What was being asked when Postgres failed.
#[derive(Debug, thiserror::Error)]
#[error("could not {doing}")]
pub struct Error {
    pub doing: &'static str,
    pub source: sqlx::Error,
}

/// For `map_err`: says what was being done.
pub(crate) fn doing(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
    move |source| Error { doing, source }
}
