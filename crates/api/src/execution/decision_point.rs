//! Decision points of the plan in force: whether what they foresee is due, and was decided.

use crate::{
    Error,
    graph::node::{Operation, Partner, PlanVersion, Task},
    plan::sections::DecisionPoint,
};
use async_graphql::{Enum, Object};
use chrono::TimeDelta;
use domain::{
    Code, PartnerCode,
    execution::{PointFacts, PointStatus, is_gate_settled},
    ids::{OperationId, PartnerId, TaskId},
    plan,
};
use futures_util::future::{try_join_all, try_join4};
use read_model::parse;
use std::collections::{BTreeMap, BTreeSet};

/// Where a decision point stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "PointStatus")]
pub enum DecisionPointStatus {
    /// Nothing is due yet.
    Pending,
    /// Its task has begun, or should have.
    Due,
    /// All its deciders have entered a decision, or the gate that it stands at was decided.
    Taken,
    /// Its task is over, and not all have decided.
    Overdue,
}

/// Where a decision point of the plan in force stands.
pub struct DecisionPointState {
    version: PlanVersion,
    point: plan::DecisionPoint,
    status: PointStatus,
    /// Who has entered no decision for it.
    awaited: Vec<PartnerCode>,
}

impl DecisionPointState {
    pub(crate) fn is_of(&self, code: &str) -> bool {
        self.point.code.as_str() == code
    }

    /// Those of the plan in force, in the order in which it has them.
    pub(crate) async fn of(operation: &Operation) -> Result<Vec<Self>, Error> {
        let Some(version) = operation.version(operation.row.in_force).await? else { return Ok(Vec::new()) };
        let (world, points) = (&operation.world, &version.row.sections.decision_points);
        world.spend(points.len())?;
        let (settled, decided, network, now) = try_join4(
            settled(operation, &version),
            world.loaders.points_decided_of.children(operation.row.id),
            version.network(),
            world.now(),
        )
        .await?;
        let mut entered = BTreeMap::<&str, BTreeSet<PartnerCode>>::new();
        for row in decided.iter() {
            entered.entry(&row.point).or_default().insert(parse(&row.partner)?);
        }
        let nobody = BTreeSet::new();
        let h_hour = operation.row.h_hour.map(|at| at.fixed_offset());
        let of = OperationId(operation.row.id);
        try_join_all(points.iter().map(|point| async {
            let entered = entered.get(point.code.as_str()).unwrap_or(&nobody);
            let offset = network.row(&point.at).map(|row| TimeDelta::seconds(row.start_offset));
            let facts = PointFacts {
                deciders: &point.deciders,
                recorded_by: entered.iter().collect(),
                gate_settled: settled.contains(&point.code),
                task: world.standing(TaskId::of(of, &point.at).0, None).await?,
                planned_start: h_hour.zip(offset).map(|(h_hour, offset)| h_hour + offset),
            };
            let status = facts.status(now);
            let waits = status != PointStatus::Taken;
            let missing = point.deciders.iter().filter(|decider| waits && !entered.contains(decider));
            let awaited = missing.cloned().collect();
            Ok(Self { version: version.clone(), point: point.clone(), status, awaited })
        }))
        .await
    }
}

/// The decision points at whose gates no word is waited for any more.
async fn settled(operation: &Operation, version: &PlanVersion) -> Result<BTreeSet<Code>, Error> {
    let rows = operation.world.loaders.phases_of.children(operation.row.id).await?;
    let number = version.row.number.cast_unsigned();
    let mut settled = BTreeSet::new();
    for row in rows.iter() {
        let decided_on = row.gate.as_ref().map(|gate| gate.version);
        if is_gate_settled(decided_on, number, row.started_at.map(|at| at.fixed_offset())) {
            settled.extend(
                version.row.points_at_gate(&parse(&row.code)?).iter().map(|point| point.code.clone()),
            );
        }
    }
    Ok(settled)
}

/// Where a decision point of the plan in force stands, as far as you may see its task.
#[Object]
impl DecisionPointState {
    /// As the plan has it.
    async fn point(&self) -> DecisionPoint {
        (&self.point).into()
    }

    async fn status(&self) -> DecisionPointStatus {
        self.status.into()
    }

    /// The task at which it is due; null when you may not see it.
    async fn task(&self) -> Result<Option<Task>, Error> {
        let operation = OperationId(self.version.row.operation_id);
        self.version.world.find(TaskId::of(operation, &self.point.at).0).await
    }

    /// Deciders that have entered no decision for it; none once it is taken.
    async fn awaited(&self) -> Result<Vec<Partner>, Error> {
        self.version.world.find_many(self.awaited.iter().map(|code| PartnerId::of(code).0)).await
    }
}
