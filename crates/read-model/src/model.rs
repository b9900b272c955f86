//! The handle that every query is a method of.

use questions::{Account, Questions};
use sqlx::PgPool;
use std::sync::Arc;

/// Queries on the read model. The pool's `search_path` names the schema, see [`Schema`](crate::Schema).
#[derive(Clone, Debug)]
pub struct ReadModel {
    questions: Questions,
}

impl ReadModel {
    pub fn new(pool: PgPool) -> Self {
        Self { questions: Questions::new(pool) }
    }

    /// A handle on the same whose questions are on this account.
    #[must_use]
    pub fn for_account(&self, account: &Arc<Account>) -> Self {
        Self { questions: self.questions.for_account(account) }
    }

    /// For statements. There is no other way to the database.
    pub(crate) fn db(&self) -> &Questions {
        &self.questions
    }
}
