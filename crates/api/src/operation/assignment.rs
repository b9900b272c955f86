//! Assignments: which post is bound to which task.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        node::{Assignment, Event, Operation, Post, Task},
        scalars::DateTime,
        zone::Zone,
    },
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

    pub async fn key(&self) -> ID {
        self.node_key()
    }

    /// The events that changed or concern it, as far as you may see them, in the order of the log.
    pub async fn history(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        self.world.history(self.row.id, Window { first, after, last, before }).await
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

    async fn assigned_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.assigned_at, zone).await
    }

    /// Null while it stands.
    async fn withdrawn_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.withdrawn_at, zone).await
    }
}
