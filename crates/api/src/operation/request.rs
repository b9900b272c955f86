//! Requests for officers: who asked whom for which post, and what came of it.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        node::{Event, OfficerRequest, Operation, Partner, Post, Task},
        scalars::DateTime,
        zone::Zone,
    },
};
use async_graphql::{Enum, ID, Object};
use domain::{
    PartnerCode, PostCode, assignment,
    ids::{PartnerId, PostId},
};
use read_model::parse;

/// Where a request for an officer stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "assignment::RequestStatus")]
pub enum OfficerRequestStatus {
    /// The post's partner has not answered.
    Pending,
    /// The post was bound to the task.
    Accepted,
    /// The post's partner did not give it.
    Declined,
}

/// One partner asked another for a post of that one's, to carry a task out. The post's own partner answers.
#[Object]
impl OfficerRequest {
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

    /// The post that was asked for.
    async fn post(&self) -> Result<Post, Error> {
        self.world.get(PostId::of(&parse::<PostCode>(&self.row.post)?).0).await
    }

    /// The partner that asked.
    async fn requested_by(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&parse::<PartnerCode>(&self.row.partner)?).0).await
    }

    async fn reason(&self) -> Option<&str> {
        self.row.reason.as_deref()
    }

    async fn requested_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.requested_at, zone).await
    }

    async fn status(&self) -> Result<OfficerRequestStatus, Error> {
        Ok(parse::<assignment::RequestStatus>(&self.row.status)?.into())
    }

    /// Null while it is pending.
    async fn answered_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.answered_at, zone).await
    }

    /// Why it was declined; null where it was not.
    async fn declined(&self) -> Option<&str> {
        self.row.declined.as_deref()
    }
}
