//! Rows of claims on tasks: who says what happened, and what was put right.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    execution::{Said, TaskClaim, TaskClaimKind},
    ids::{TaskClaimId, TaskId},
};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct TaskClaimRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub task_id: Uuid,
        /// Counted from 1 for its task, corrections too.
        pub number: i32,
        pub task: String,
        pub kind: String,
        pub says: Json<TaskClaim>,
        pub occurred_at: DateTime<Utc>,
        pub recorded_at: DateTime<Utc>,
        pub position: i64,
        /// A post or a service.
        pub reporter: String,
        pub late_reason: Option<String>,
        /// Number of the claim that was wrong.
        pub corrects: Option<i32>,
        /// Why.
        pub correction_reason: Option<String>,
        /// Number of the claim that puts this one right.
        pub corrected_by: Option<i32>,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `claim`, and the
/// arguments.
macro_rules! claim_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            TaskClaimRow,
            r#"select
               claim.id,
               claim.operation_id,
               claim.task_id,
               claim.number,
               claim.task,
               claim.kind,
               claim.says as "says: Json<TaskClaim>",
               claim.occurred_at,
               claim.recorded_at,
               claim.position,
               claim.reporter,
               claim.late_reason,
               claim.corrects,
               claim.correction_reason,
               claim.corrected_by
             "# + $($rest)*
        )
    };
}

impl Versioned for TaskClaimRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("task_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::nowhere("task", "where the object stands never changes"),
        Column::plain("kind", "kind"),
        Column::nowhere("says", "what was said never changes, and has a field for each part"),
        Column::instant("occurred_at", "occurredAt"),
        Column::instant("recorded_at", "recordedAt"),
        Column::position("position", "position"),
        Column::nowhere("reporter", "who said it never changes"),
        Column::plain("late_reason", "lateReason"),
        Column::nowhere("corrects", "what it puts right never changes"),
        Column::plain("correction_reason", "correctionReason"),
        Column::plain("corrected_by", "correctedBy"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::TaskClaim(_, code, number)) = (state, item) else {
            return None;
        };
        let claim = operation.executions.get(code)?.claims.get(*number)?;
        let task_id = TaskId::of(operation.id(), code);
        let correction = claim.corrects.as_ref();
        Some(Self {
            id: TaskClaimId::of(task_id, claim.number).0,
            operation_id: operation.id().0,
            task_id: task_id.0,
            number: claim.number.cast_signed(),
            task: code.to_string(),
            kind: TaskClaimKind::from(&claim.says).to_string(),
            says: Json(claim.says.clone()),
            occurred_at: claim.occurred_at.to_utc(),
            recorded_at: claim.recorded_at,
            position: claim.position.0,
            reporter: claim.reporter.clone(),
            late_reason: claim.late_reason.clone(),
            corrects: correction.map(|correction| correction.claim.cast_signed()),
            correction_reason: correction.map(|correction| correction.reason.to_string()),
            corrected_by: claim.corrected_by.map(u32::cast_signed),
        })
    }
}

impl TaskClaimRow {
    /// What it says; `None` once another claim has put it right.
    pub fn said(&self) -> Option<Said<'_>> {
        self.corrected_by.is_none().then(|| Said {
            number: self.number.cast_unsigned(),
            occurred_at: self.occurred_at.fixed_offset(),
            says: &self.says,
        })
    }
}

impl ReadModel {
    pub async fn task_claims_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<TaskClaimRow>, Error> {
        claim_rows!(
            "from task_claim claim
             where claim.id = any ($4)
               and claim.valid_from <= $1
               and $1 < claim.valid_to
               and (
                 exists (
                   select
                   from visible_planned_task($1, $2, $3) visible
                   where visible.task_id = claim.task_id
                   offset 0
                 )
                 or exists (
                   select
                   from visible_emergent_task($1, $2, $3) visible
                   where visible.id = claim.task_id
                   offset 0
                 )
               )",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read claims on tasks"))
    }

    /// All claims on the tasks, corrected ones too, by task and number.
    pub async fn task_claims_of(&self, pin: &Pin, task_ids: &[Uuid]) -> Result<Vec<TaskClaimRow>, Error> {
        claim_rows!(
            "from visible_task($1, $2, $3, $4) visible
             join task_claim claim on claim.task_id = visible.id
             where claim.valid_from <= $1 and $1 < claim.valid_to
             order by claim.task_id, claim.number",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            task_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list claims on tasks"))
    }
}
