//! Where a task stands by what is claimed of it, at any moment in the world.

use crate::{
    Error,
    graph::{
        context::World,
        node::PlanVersion,
        scalars::{DateTime, Duration},
    },
};
use async_graphql::Enum;
use chrono::Utc;
use domain::{
    Instant, Span,
    execution::{self, Standing, standing},
    ids::{OperationId, PlanVersionId},
};
use read_model::execution::TaskExecutionRow;
use std::sync::Arc;
use uuid::Uuid;

/// Where a task's execution stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "execution::TaskStatus")]
pub enum TaskStatus {
    /// In the plan.
    Planned,
    /// Handed to its post.
    Issued,
    /// Started.
    InProgress,
    /// Started, and cannot go on.
    Blocked,
    /// Finished.
    Completed,
    /// Given up.
    Cancelled,
}

/// What is in a task's way.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "execution::BlockReason")]
pub enum BlockReason {
    /// The place cannot be reached or entered: a normal state in the field.
    NoAccess,
    /// Somebody else's work is missing.
    Waiting,
    /// People, vehicles or means are missing.
    Resources,
    /// The weather does not allow it.
    Weather,
    /// The law, or a permission that is missing, does not allow it.
    Legal,
    /// Something else, which the text says.
    Other,
}

impl World {
    /// Where the task stands, or stood at a moment, by all that was claimed of it until this world's position.
    pub(crate) async fn standing(&self, task: Uuid, valid_at: Option<DateTime>) -> Result<Standing, Error> {
        let claims = self.loaders.task_claims_of.children(task).await?;
        let counts = |at: Instant| valid_at.is_none_or(|DateTime(valid_at)| at <= valid_at);
        Ok(standing(claims.iter().filter_map(|claim| claim.said()).filter(|said| counts(said.occurred_at))))
    }

    /// Whether the viewer sees the plan version that what became of a task is measured against.
    pub(crate) async fn sees_baseline(self: &Arc<Self>, row: &TaskExecutionRow) -> Result<bool, Error> {
        let Some(number) = row.baseline_version else { return Ok(true) };
        let version = PlanVersionId::of(OperationId(row.operation_id), number.cast_unsigned());
        Ok(self.find::<PlanVersion>(version.0).await?.is_some())
    }

    /// How much later it began, and how much later it was completed, than the plan had it when its start was
    /// reported.
    pub(crate) async fn variances(self: &Arc<Self>, task: Uuid) -> Result<[Option<Duration>; 2], Error> {
        let Some(row) = self.loaders.task_executions.load(task).await? else { return Ok([None, None]) };
        if !self.sees_baseline(&row).await? {
            return Ok([None, None]);
        }
        let completed = row.status == execution::TaskStatus::Completed.to_string();
        let variance = |actual: Option<chrono::DateTime<Utc>>, baseline: Option<chrono::DateTime<Utc>>| {
            Some(Span::seconds((actual? - baseline?).num_seconds()).into())
        };
        Ok([
            variance(row.started_at, row.baseline_start),
            variance(row.ended_at.filter(|_| completed), row.baseline_finish),
        ])
    }
}
