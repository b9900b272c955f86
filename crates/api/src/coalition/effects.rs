//! What hangs on a partner, and would hang in the air if it were suspended. Nothing is decided here.

use crate::{
    Error,
    graph::node::{Assignment, Operation, Partner, PlanVersion, Task},
};
use async_graphql::SimpleObject;
use domain::{
    PartnerCode,
    execution::TaskStatus,
    operation::OperationStatus,
    plan::{Outstanding, PlannedTask},
};
use futures_util::future::{try_join, try_join_all};
use read_model::parse;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// What hangs on a partner, as far as you may see it: what its suspension would leave as it is, and nobody could take further
/// for it.
#[derive(SimpleObject, Default)]
pub struct SuspensionEffects {
    /// Those that it leads: nobody else puts a plan of theirs in force, activates them or issues their orders.
    operations: Vec<Operation>,
    /// Those that it leads in plans in force, else in those being worked on: they stay with it, and each is a conflict.
    tasks: Vec<Task>,
    /// Of its officers to these tasks: they stay, and nobody is newly bound.
    assignments: Vec<Assignment>,
    /// Those under decision that wait for its approval: they would not any more.
    awaited_approvals: Vec<PlanVersion>,
    /// Those under decision in which it leads a task, or has one on its ground: they would not be promulgated.
    hindered_versions: Vec<PlanVersion>,
}

impl SuspensionEffects {
    pub(super) async fn of(partner: &Partner) -> Result<Self, Error> {
        let world = &partner.world;
        let code = parse::<PartnerCode>(&partner.row.code)?;
        let operations: Vec<Operation> = world.all(&world.loaders.operations.children(()).await?);
        let found = try_join_all(operations.iter().map(|operation| Self::within(operation, &code))).await?;
        let mut effects = Self::default();
        for of_one in found {
            effects.operations.extend(of_one.operations);
            effects.tasks.extend(of_one.tasks);
            effects.assignments.extend(of_one.assignments);
            effects.awaited_approvals.extend(of_one.awaited_approvals);
            effects.hindered_versions.extend(of_one.hindered_versions);
        }
        Ok(effects)
    }

    /// Of an operation that has ended, only what still goes on.
    async fn within(operation: &Operation, code: &PartnerCode) -> Result<Self, Error> {
        let status: OperationStatus = parse(&operation.row.status)?;
        if status == OperationStatus::Closed {
            return Ok(Self::default());
        }
        let (current, under_decision) =
            try_join(operation.current_version(), operation.version_under_decision()).await?;
        let mut effects = Self::default();
        let goes_on = status != OperationStatus::Terminated;
        if goes_on && operation.row.lead == code.as_str() {
            effects.operations.push(operation.clone());
        }
        if let Some(version) = current {
            let world = &version.world;
            let network = version.network().await?;
            world.spend(network.tasks.len())?;
            let led = network.rows().iter().filter(|row| row.lead == code.as_str());
            let carried_out =
                world.loaders.task_executions.load_many(led.clone().map(|row| row.task_id)).await?;
            let statuses: BTreeMap<_, TaskStatus> = carried_out
                .iter()
                .map(|row| Ok((row.task_id, parse(&row.status)?)))
                .collect::<Result<_, Error>>()?;
            let is_left = |task: &Uuid| match statuses.get(task) {
                Some(status) => !status.has_ended() && (goes_on || status.goes_on()),
                None => goes_on,
            };
            let led: Vec<_> = led.filter(|row| is_left(&row.task_id)).map(Arc::clone).collect();
            let assignments = world.loaders.assignments_of.load_many(led.iter().map(|row| row.id)).await?;
            let live: Vec<_> = assignments
                .iter()
                .flat_map(|of_task| of_task.iter())
                .filter(|row| row.withdrawn_at.is_none())
                .map(Arc::clone)
                .collect();
            effects.assignments = world.all(&live);
            effects.tasks = world.planned(&led);
        }
        if let Some(version) = under_decision.filter(|_| goes_on) {
            let (network, outstanding) = try_join(version.network(), version.outstanding_decisions()).await?;
            version.world.spend(network.tasks.len())?;
            let awaits = |outstanding: &Outstanding| matches!(outstanding, Outstanding::Approval { partner, rejected: false } if partner == code);
            if outstanding.iter().any(awaits) {
                effects.awaited_approvals.push(version.clone());
            }
            let in_force = operation.row.in_force == Some(version.row.number);
            if !in_force {
                let its = |task: &PlannedTask| task.lead == *code || task.territory == *code;
                let done = version.done_for(its).await?;
                if network.tasks.iter().any(|task| its(task) && !done.contains(&task.code)) {
                    effects.hindered_versions.push(version);
                }
            }
        }
        Ok(effects)
    }
}
