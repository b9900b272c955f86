//! Claims on tasks: who says what happened, when, and when the log learned of it.

use crate::{
    Error,
    execution::task::BlockReason,
    graph::{
        connection::{Connection, Window},
        node::{Event, Operation, Post, Task, TaskClaim},
        scalars::{DateTime, Duration, Position},
        zone::Zone,
    },
};
use async_graphql::{Enum, ID, Object};
use domain::{
    PostCode, Prose, Span, execution,
    ids::{PostId, TaskClaimId, TaskId},
};
use read_model::parse;

/// What a claim says of its task.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "execution::TaskClaimKind")]
pub enum TaskClaimKind {
    /// It was given to those who carry it out.
    Issued,
    /// Its post has it.
    Acknowledged,
    /// Work on it began.
    Started,
    /// How far it has come.
    Progress,
    /// Work on it cannot go on.
    Blocked,
    /// Work on it goes on again.
    Unblocked,
    /// It is done.
    Completed,
    /// It was given up.
    Cancelled,
}

impl TaskClaim {
    async fn of_number(&self, number: Option<i32>) -> Result<Option<Self>, Error> {
        let Some(number) = number else { return Ok(None) };
        self.world.find(TaskClaimId::of(TaskId(self.row.task_id), number.cast_unsigned()).0).await
    }
}

/// One report on a task, or the correction of one: who says what happened, when, when the log learned of it and why it
/// learned late. It never changes; a correction is another claim, which names this one.
#[Object]
impl TaskClaim {
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

    /// Counted from 1 for its task, corrections too.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// Of a correction that of the claim that it puts right.
    async fn kind(&self) -> TaskClaimKind {
        execution::TaskClaimKind::from(&*self.row.says).into()
    }

    /// When it happened, as the reporter says.
    async fn occurred_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.occurred_at, zone).await
    }

    /// When the log learned of it.
    async fn recorded_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.recorded_at, zone).await
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }

    /// Between that it happened and that the log learned of it, in whole seconds.
    async fn lag(&self) -> Duration {
        Span::seconds((self.row.recorded_at - self.row.occurred_at).num_seconds()).into()
    }

    /// Why the log learned late, where it did.
    async fn late_reason(&self) -> Option<&str> {
        self.row.late_reason.as_deref()
    }

    /// The post that says so; null for a service.
    async fn reporter(&self) -> Result<Option<Post>, Error> {
        match parse::<PostCode>(&self.row.reporter) {
            Ok(post) => self.world.find(PostId::of(&post).0).await,
            Err(_) => Ok(None),
        }
    }

    /// In the reporter's words: how far the task has come, what is in its way, what came of it, or why it was given up.
    async fn text(&self) -> Option<&str> {
        match &*self.row.says {
            execution::TaskClaim::Issued
            | execution::TaskClaim::Acknowledged
            | execution::TaskClaim::Started => None,
            execution::TaskClaim::Progress { text, .. }
            | execution::TaskClaim::Blocked { text, .. }
            | execution::TaskClaim::Unblocked { text }
            | execution::TaskClaim::Completed { outcome: text } => text.as_ref().map(Prose::as_str),
            execution::TaskClaim::Cancelled { reason } => Some(reason.as_str()),
        }
    }

    /// How far the task has come; null where it says nothing of that.
    async fn percent(&self) -> Option<u32> {
        match *self.row.says {
            execution::TaskClaim::Progress { percent, .. } => Some(percent),
            _ => None,
        }
    }

    /// What is in the task's way; null unless it says that it is blocked.
    async fn block_reason(&self) -> Option<BlockReason> {
        match *self.row.says {
            execution::TaskClaim::Blocked { reason, .. } => Some(reason.into()),
            _ => None,
        }
    }

    /// The claim that it puts right; null for a report.
    async fn corrects(&self) -> Result<Option<TaskClaim>, Error> {
        self.of_number(self.row.corrects).await
    }

    /// Why that claim was wrong; null for a report.
    async fn correction_reason(&self) -> Option<&str> {
        self.row.correction_reason.as_deref()
    }

    /// The claim that puts it right, and holds in its place; null while it stands.
    async fn corrected_by(&self) -> Result<Option<TaskClaim>, Error> {
        self.of_number(self.row.corrected_by).await
    }
}
