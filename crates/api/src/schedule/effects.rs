//! What a command did to a schedule, as payloads tell it. Worked out only when it is asked for.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::Done,
        node::{Item, Operation, PlanVersion, PlannedTask},
        scalars::Duration,
    },
    schedule::conflict::{Conflict, compare},
};
use async_graphql::{Object, SimpleObject};
use domain::Span;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// Which conflicts of the plan in force came by a command, and which went.
pub struct ConflictsChanged {
    /// Before the command, and by it.
    worlds: [Arc<World>; 2],
    /// `None`: it cannot be seen.
    operation: Option<Uuid>,
}

impl ConflictsChanged {
    pub(crate) fn of(done: &Done, operation: &Result<Option<Operation>, Error>) -> Self {
        let operation = operation.as_ref().ok().and_then(Option::as_ref).map(|operation| operation.row.id);
        Self { worlds: done.worlds(), operation }
    }

    async fn changes(&self) -> Result<[Vec<Conflict>; 2], Error> {
        let (Some(operation), [before, after]) = (self.operation, &self.worlds) else {
            return Ok([Vec::new(), Vec::new()]);
        };
        let (before, after) = (Side::of(before, operation).await?, Side::of(after, operation).await?);
        let ((was, known), (is, there)) = (before, after);
        let (new, resolved) = compare(known, there);
        let show = async |side: Option<PlanVersion>, found| match side {
            Some(version) => {
                let network = version.network().await?;
                Conflict::show_all(&version.world, &network, found).await
            }
            None => Ok(Vec::new()),
        };
        Ok([show(is, &new).await?, show(was, &resolved).await?])
    }
}

struct Side;

impl Side {
    async fn of(
        world: &Arc<World>,
        operation: Uuid,
    ) -> Result<(Option<PlanVersion>, Vec<domain::schedule::conflict::Conflict>), Error> {
        let Some(operation) = world.find::<Operation>(operation).await? else {
            return Ok((None, Vec::new()));
        };
        let Some(version) = operation.current_version().await? else { return Ok((None, Vec::new())) };
        let network = version.network().await?;
        world.spend(network.tasks.len())?;
        let found = Conflict::find_all(&version, &network, &version.hours().await?).await?;
        Ok((Some(version), found))
    }
}

/// What the command did to the conflicts of the plan in force.
#[Object]
impl ConflictsChanged {
    /// Those that there are by it and were not before. One whose size alone changed is the same.
    async fn new_conflicts(&self) -> Result<Vec<Conflict>, Error> {
        let [new, _] = self.changes().await?;
        Ok(new)
    }

    /// Those that there were before it and are no more.
    async fn resolved_conflicts(&self) -> Result<Vec<Conflict>, Error> {
        let [_, resolved] = self.changes().await?;
        Ok(resolved)
    }
}

/// Where submitting laid the tasks that start as soon as possible.
pub struct LaidOut {
    worlds: [Arc<World>; 2],
    version: Option<Uuid>,
}

/// A task whose planned start was laid anew.
#[derive(SimpleObject)]
pub struct LaidOutTask {
    task: PlannedTask,
    /// From H-hour.
    start_before: Duration,
    /// From H-hour.
    start_after: Duration,
}

impl LaidOut {
    pub(crate) fn of(done: &Done, version: &Result<Option<PlanVersion>, Error>) -> Self {
        let version = version.as_ref().ok().and_then(Option::as_ref).map(|version| version.row.id);
        Self { worlds: done.worlds(), version }
    }
}

/// What submitting laid anew.
#[Object]
impl LaidOut {
    /// Tasks that start as soon as possible and were planned to start at another time before: nations decide on the new
    /// one. In the order of their codes.
    async fn laid_out(&self) -> Result<Vec<LaidOutTask>, Error> {
        let (Some(version), [before, after]) = (self.version, &self.worlds) else { return Ok(Vec::new()) };
        let Some(was) = before.find::<PlanVersion>(version).await? else { return Ok(Vec::new()) };
        let is: PlanVersion = after.get(version).await?;
        let (was, is) = (was.network().await?, is.network().await?);
        after.spend(is.tasks.len())?;
        let starts: BTreeMap<_, Span> =
            was.tasks.iter().map(|task| (&task.code, task.start_offset)).collect();
        let moved = is.tasks.iter().filter_map(|task| {
            let before = *starts.get(&task.code)?;
            (before != task.start_offset).then(|| {
                Some(LaidOutTask {
                    task: PlannedTask::new(after, Arc::clone(is.row(&task.code)?)),
                    start_before: before.into(),
                    start_after: task.start_offset.into(),
                })
            })?
        });
        Ok(moved.collect())
    }
}
