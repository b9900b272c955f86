//! The way to the database, on which every statement is counted: there is no other.

use sqlx::PgPool;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

#[derive(Clone, Debug)]
pub(crate) struct Database {
    pool: PgPool,
    /// Of whoever holds this handle and its clones.
    statements: Arc<AtomicU64>,
}

impl Database {
    pub fn new(pool: PgPool, statements: Arc<AtomicU64>) -> Self {
        Self { pool, statements }
    }

    pub fn counting(&self, statements: Arc<AtomicU64>) -> Self {
        Self { pool: self.pool.clone(), statements }
    }

    pub fn for_a_statement(&self) -> &PgPool {
        self.statements.fetch_add(1, Ordering::Relaxed);
        &self.pool
    }
}
