//! Assignments: which post is bound to which task.

use crate::{
    Error,
    event::History,
    node::{Assignment, Operation, Post, Task},
    scalars::DateTime,
};
use async_graphql::{ID, Object};
use domain::{PostCode, ids::PostId};
use read_model::parse;

/// A post bound to a task of the plan in force.
#[Object]
impl Assignment {
    pub async fn id(&self) -> ID {
        self.node_id()
    }

    #[graphql(flatten)]
    async fn its_history(&self) -> History {
        self.node_history()
    }

    async fn operation(&self) -> Result<Operation, Error> {
        self.world.get(self.row.operation_id).await
    }

    /// Null when the current version of the plan has no such task any more.
    async fn task(&self) -> Result<Option<Task>, Error> {
        self.world.find(self.row.task_id).await
    }

    /// Code of the task.
    async fn task_code(&self) -> &str {
        &self.row.task
    }

    async fn post(&self) -> Result<Post, Error> {
        self.world.get(PostId::of(&parse::<PostCode>(&self.row.post)?).0).await
    }

    async fn assigned_at(&self) -> DateTime {
        self.row.assigned_at.into()
    }

    /// Null while it stands.
    async fn withdrawn_at(&self) -> Option<DateTime> {
        self.row.withdrawn_at.map(DateTime::from)
    }
}
