//! What of plans inputs name: versions, tasks, conditions.

use crate::{
    Error,
    graph::{
        context::World,
        id::AskedId,
        mutation::Asked,
        node::{Condition, Item, Partner, PlanVersion, PlannedTask, Task},
    },
};
use async_graphql::ID;
use domain::{
    ConditionCode, OperationCode, PartnerCode, RefusalCode, TaskCode,
    coalition::PartnerRole,
    ids::{OperationId, PartnerId, TaskId},
};
use read_model::parse;
use std::sync::Arc;
use uuid::Uuid;

/// A condition that an input names, and where it stands.
pub(crate) struct KnownCondition {
    pub id: Uuid,
    pub operation: OperationCode,
    /// Of the version.
    pub number: u32,
    /// Its author.
    pub partner: PartnerCode,
    pub code: ConditionCode,
}

impl Asked<'_> {
    /// Its operation and its number; `None` when there is none that the caller may see, which is then among
    /// the reasons.
    pub async fn version(&mut self, id: &ID) -> Result<Option<(OperationCode, u32)>, Error> {
        let Some(version) = self.find::<PlanVersion>("planVersionId", id).await? else { return Ok(None) };
        Ok(Some((self.code_of(version.row.operation_id).await?, version.row.number.cast_unsigned())))
    }

    /// For a version that the caller does not see: the same is said of each of them.
    pub async fn check_approver(&mut self) -> Result<(), Error> {
        let Some(code) = self.session.actor.partner() else { return Ok(()) };
        if let Some(partner) = self.world.find::<Partner>(PartnerId::of(code).0).await? {
            parse::<PartnerRole>(&partner.row.role)?.check_approver(code, &mut self.reasons);
        }
        Ok(())
    }

    /// By its code in `operation`, or by its id, as a task or as planned; also one that only a draft has.
    pub async fn task(
        &mut self,
        asked: &ID,
        operation: Option<&ID>,
    ) -> Result<Option<(OperationCode, TaskCode)>, Error> {
        let code = TaskCode::new(asked.as_str()).ok();
        if operation.is_none() && code.is_some() {
            let message = "A code alone names no task: send its `operation` as well.";
            self.reasons.add(RefusalCode::UnknownReference, "operation", message);
            return Ok(None);
        }
        let named = match operation {
            Some(operation) => self.operation(operation).await?,
            None => None,
        };
        let id = match (&named, code) {
            (Some(operation), Some(code)) => Some(TaskId::of(OperationId::of(operation), &code).0),
            (None, Some(_)) => None,
            // Also where no such operation was found: its own faults are told as well.
            (_, None) => self.task_by_id("task", asked).await?,
        };
        let Some(id) = id.filter(|_| operation.is_none() || named.is_some()) else { return Ok(None) };
        self.task_place("task", id, named.as_ref()).await
    }

    /// Each by its code in the operation, or by its id, at its place in a list: one statement for all codes, and one more for all
    /// ids of planned tasks.
    pub async fn tasks_in(
        &mut self,
        operation: &OperationCode,
        asked: &[(String, &ID)],
    ) -> Result<Vec<Option<TaskCode>>, Error> {
        let planned = |id: &ID| PlannedTask::uuid_of(AskedId::read(id)?.key);
        let planned: Vec<Uuid> = asked.iter().filter_map(|(_, id)| planned(id)).collect();
        // Fetched together, and then found there.
        self.world.loaders.planned_tasks_by_id.load_many(planned).await?;
        let mut ids = Vec::with_capacity(asked.len());
        for (field, id) in asked {
            ids.push(match TaskCode::new(id.as_str()) {
                Ok(code) => Some(TaskId::of(OperationId::of(operation), &code).0),
                Err(_) => self.task_by_id(field, id).await?,
            });
        }
        self.world.loaders.task_places.load_many(ids.iter().flatten().copied()).await?;
        let mut tasks = Vec::with_capacity(asked.len());
        for ((field, _), id) in asked.iter().zip(ids) {
            let place = match id {
                Some(id) => self.task_place(field, id, Some(operation)).await?,
                None => None,
            };
            tasks.push(place.map(|(_, task)| task));
        }
        Ok(tasks)
    }

    /// `None` where the operation, if one is given, has no such task that the caller may see.
    async fn task_place(
        &mut self,
        field: &str,
        id: Uuid,
        operation: Option<&OperationCode>,
    ) -> Result<Option<(OperationCode, TaskCode)>, Error> {
        let place = self.world.loaders.task_places.load(id).await?;
        let place =
            place.filter(|place| operation.is_none_or(|operation| place.operation == operation.as_str()));
        let Some(place) = place else {
            self.miss::<Task>(field);
            return Ok(None);
        };
        Ok(Some((parse(&place.operation)?, parse(&place.task)?)))
    }

    /// `None` as with [`Self::version`].
    async fn task_by_id(&mut self, field: &str, id: &ID) -> Result<Option<Uuid>, Error> {
        let planned = AskedId::read(id).is_some_and(|asked| PlannedTask::uuid_of(asked.key).is_some());
        if planned {
            return Ok(self.find::<PlannedTask>(field, id).await?.map(|task| task.row.task_id));
        }
        Ok(self.present::<Task>(field, id))
    }

    /// `None` as with [`Self::version`].
    pub async fn condition(&mut self, id: &ID) -> Result<Option<KnownCondition>, Error> {
        let Some(condition) = self.find::<Condition>("conditionId", id).await? else { return Ok(None) };
        let version: PlanVersion = self.world.get(condition.row.version_id).await?;
        Ok(Some(KnownCondition {
            id: condition.row.id,
            operation: self.code_of(version.row.operation_id).await?,
            number: version.row.number.cast_unsigned(),
            partner: parse(&condition.row.partner)?,
            code: parse(&condition.row.code)?,
        }))
    }
}

impl World {
    /// The newest version of an operation's plan.
    pub async fn newest_version(
        self: Arc<Self>,
        operation: OperationId,
    ) -> Result<Option<PlanVersion>, Error> {
        let rows = self.loaders.versions_of.children(operation.0).await?;
        Ok(rows.last().map(|row| PlanVersion::new(&self, Arc::clone(row))))
    }

    /// The task as the newest version that has it plans it.
    pub async fn newest_task(self: Arc<Self>, id: TaskId) -> Result<Option<PlannedTask>, Error> {
        self.spend(1)?;
        let row = self.loaders.newest_tasks.load(id.0).await?;
        Ok(row.map(|row| PlannedTask::new(&self, row)))
    }
}
