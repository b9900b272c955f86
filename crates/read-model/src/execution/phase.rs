//! Rows of phases: when each began and ended, and what was decided on its gate.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    execution::{GateDecision, GoNoGo},
    ids::{PhaseId, PlanVersionId},
};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct PhaseRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub code: String,
        pub started_at: Option<DateTime<Utc>>,
        pub completed_at: Option<DateTime<Utc>>,
        /// What was decided last; `None` also where it was decided on a version that the viewer does not see.
        pub gate: Option<Json<DecidedGate>>,
        /// The version that it was decided on.
        pub gate_version_id: Option<Uuid>,
    }
}

/// What was decided on a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecidedGate {
    pub decision: GoNoGo,
    pub decided_at: DateTime<Utc>,
    /// Number of the plan version.
    pub version: u32,
}

impl From<GateDecision> for DecidedGate {
    fn from(decided: GateDecision) -> Self {
        let GateDecision { decision, version, at, .. } = decided;
        Self { decision, decided_at: at.to_utc(), version }
    }
}

impl Versioned for PhaseRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::plain("code", "code"),
        Column::instant("started_at", "startedAt"),
        Column::instant("completed_at", "completedAt"),
        Column::plain("gate", "gate"),
        Column::nowhere("gate_version_id", "it changes with `gate`"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Phase(_, code)) = (state, item) else { return None };
        let phase = operation.phases.get(code)?;
        let id = operation.id();
        Some(Self {
            id: PhaseId::of(id, code).0,
            operation_id: id.0,
            code: code.to_string(),
            started_at: phase.started_at.map(|at| at.to_utc()),
            completed_at: phase.completed_at.map(|at| at.to_utc()),
            gate: phase.gate.decided.map(|decided| Json(decided.into())),
            gate_version_id: phase.gate.decided.map(|decided| PlanVersionId::of(id, decided.version).0),
        })
    }
}

impl ReadModel {
    /// The phases of the operations that were started, or whose gate was spoken of, by operation and code.
    pub async fn phases_of(&self, pin: &Pin, operation_ids: &[Uuid]) -> Result<Vec<PhaseRow>, Error> {
        sqlx::query_as!(
            PhaseRow,
            r#"select
               phase.id,
               phase.operation_id,
               phase.code,
               phase.started_at,
               phase.completed_at,
               case when exists (
                 select
                 from visible_plan_version($1, $2, $3) version_
                 where version_.id = phase.gate_version_id
                 offset 0
               ) then phase.gate end as "gate: Json<DecidedGate>",
               phase.gate_version_id
             from phase
             where phase.operation_id = any ($4)
               and phase.valid_from <= $1
               and $1 < phase.valid_to
               and exists (
                 select
                 from visible_operation($1, $2, $3) visible
                 where visible.id = phase.operation_id
                 offset 0
               )
             order by phase.operation_id, phase.code"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list phases"))
    }
}
