//! What a plan version would change of tasks that are carried out.

use crate::{
    Error,
    graph::node::{PlanVersion, Task},
};
use async_graphql::{Enum, Object};
use domain::{
    execution::{self, CarriedTask, TaskStatus},
    ids::{OperationId, TaskId},
    plan::VersionStatus,
};
use futures_util::future::try_join3;
use read_model::parse;

/// What a version changes of a task.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "execution::TaskChange")]
pub enum TaskChange {
    /// It has no such task.
    Dropped,
    /// Its planned start, from H-hour.
    Start,
    /// The partner that carries it out.
    Lead,
    /// The partner on whose territory it is carried out.
    Territory,
    /// The phase that it belongs to.
    Phase,
    /// How long it takes.
    Duration,
    /// The post that the plan foresees.
    Post,
    /// What it waits for.
    Predecessors,
}

/// What a version would change of a task of which something is claimed.
pub struct EffectOnTask {
    version: PlanVersion,
    effect: execution::TaskEffect,
}

impl EffectOnTask {
    /// What promulgating the version would change of what is carried out; nothing of one that can no more be
    /// promulgated.
    pub(crate) async fn of(version: &PlanVersion) -> Result<Vec<Self>, Error> {
        use VersionStatus::{
            Approved, Draft, Promulgated, Recalled, Rejected, Submitted, Superseded, Suspended, Withdrawn,
        };
        match parse(&version.row.status)? {
            Draft | Submitted | Approved | Rejected => {}
            Promulgated | Suspended | Superseded | Recalled | Withdrawn => return Ok(Vec::new()),
        }
        let Some(carried_out) = version.carried_out().await? else { return Ok(Vec::new()) };
        let (before, after, voters) =
            try_join3(carried_out.network(), version.network(), version.voters()).await?;
        let take = voters.take_tasks();
        let world = &version.world;
        world.spend(before.tasks.len())?;
        let id = OperationId(version.row.operation_id);
        let tasks = before.tasks.iter().map(|task| TaskId::of(id, &task.code).0);
        let rows = world.loaders.task_executions.load_many(tasks).await?;
        let mut effects = Vec::new();
        for row in rows {
            let code = parse(&row.task)?;
            let planned = before.task(&code);
            let carried = CarriedTask {
                code: &code,
                status: parse::<TaskStatus>(&row.status)?,
                started: row.baseline_version.is_some(),
                before: planned,
                is_led: planned.is_none_or(|task| take.contains(&task.lead)),
                after: after.task(&code),
            };
            effects.extend(carried.effect().map(|effect| Self { version: version.clone(), effect }));
        }
        Ok(effects)
    }
}

/// What a version would change of a task of which something is claimed, once it came into force.
#[Object]
impl EffectOnTask {
    async fn task_code(&self) -> &str {
        self.effect.task.as_str()
    }

    /// As the version in force has it.
    async fn task(&self) -> Result<Option<Task>, Error> {
        let operation = OperationId(self.version.row.operation_id);
        self.version.world.find(TaskId::of(operation, &self.effect.task).0).await
    }

    /// At least one.
    async fn changes(&self) -> Vec<TaskChange> {
        self.effect.changes.iter().map(|change| (*change).into()).collect()
    }

    /// Whether the version cannot come into force for it: a task that was started is neither dropped nor moved.
    async fn refused(&self) -> bool {
        self.effect.is_refused
    }
}
