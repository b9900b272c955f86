//! The handle that every query is a method of.

use crate::database::Database;
use sqlx::PgPool;
use std::sync::{Arc, atomic::AtomicU64};

/// Queries on the read model. The pool's `search_path` names the schema, see [`Schema`](crate::Schema).
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
    pub(crate) fn db(&self) -> &PgPool {
        self.database.for_a_statement()
    }
}
