//! Rows of tasks that are carried out: where each stands by what is claimed of it.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    ids::{TaskExecutionId, TaskId},
};
use uuid::Uuid;

row! {
    pub struct TaskExecutionRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub task_id: Uuid,
        pub task: String,
        pub status: String,
        pub issued_at: Option<DateTime<Utc>>,
        pub acknowledged_at: Option<DateTime<Utc>>,
        pub started_at: Option<DateTime<Utc>>,
        /// When it was completed or cancelled.
        pub ended_at: Option<DateTime<Utc>>,
        /// In percent.
        pub progress: Option<i32>,
        pub blocked_since: Option<DateTime<Utc>>,
        pub block_reason: Option<String>,
        /// Number of the plan version that it was started under.
        pub baseline_version: Option<i32>,
        pub baseline_h_hour: Option<DateTime<Utc>>,
        pub baseline_start: Option<DateTime<Utc>>,
        /// Exclusive.
        pub baseline_finish: Option<DateTime<Utc>>,
    }
}

const FIXED_AT_START: &str = "what variances are measured against, fixed with `actualStart`";

impl Versioned for TaskExecutionRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("task_id", "where the object stands never changes"),
        Column::nowhere("task", "where the object stands never changes"),
        Column::plain("status", "status"),
        Column::instant("issued_at", "issuedAt"),
        Column::instant("acknowledged_at", "acknowledgedAt"),
        Column::instant("started_at", "actualStart"),
        Column::instant("ended_at", "actualFinish"),
        Column::plain("progress", "progress"),
        Column::instant("blocked_since", "blockedSince"),
        Column::plain("block_reason", "blockReason"),
        Column::nowhere("baseline_version", FIXED_AT_START),
        Column::nowhere("baseline_h_hour", FIXED_AT_START),
        Column::nowhere("baseline_start", FIXED_AT_START),
        Column::nowhere("baseline_finish", FIXED_AT_START),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::TaskExecution(_, code)) = (state, item) else {
            return None;
        };
        let execution = operation.executions.get(code)?;
        let (standing, baseline) = (execution.standing(), execution.baseline);
        let task_id = TaskId::of(operation.id(), code);
        let (blocked_since, block_reason) = standing.blocked.unzip();
        Some(Self {
            id: TaskExecutionId::of(task_id).0,
            operation_id: operation.id().0,
            task_id: task_id.0,
            task: code.to_string(),
            status: standing.status.to_string(),
            issued_at: standing.issued_at.map(|at| at.to_utc()),
            acknowledged_at: standing.acknowledged_at.map(|at| at.to_utc()),
            started_at: standing.started_at.map(|at| at.to_utc()),
            ended_at: standing.ended_at.map(|at| at.to_utc()),
            progress: standing.progress.map(u32::cast_signed),
            blocked_since: blocked_since.map(|at| at.to_utc()),
            block_reason: block_reason.map(|reason| reason.to_string()),
            baseline_version: baseline.and_then(|baseline| Some(baseline.version?.cast_signed())),
            baseline_h_hour: baseline.map(|baseline| baseline.h_hour.to_utc()),
            baseline_start: baseline.map(|baseline| baseline.start.to_utc()),
            baseline_finish: baseline.map(|baseline| baseline.finish.to_utc()),
        })
    }
}

impl ReadModel {
    /// Of those tasks of which something is claimed.
    pub async fn task_executions_of(
        &self,
        pin: &Pin,
        task_ids: &[Uuid],
    ) -> Result<Vec<TaskExecutionRow>, Error> {
        sqlx::query_as!(
            TaskExecutionRow,
            "select
               execution.id,
               execution.operation_id,
               execution.task_id,
               execution.task,
               execution.status,
               execution.issued_at,
               execution.acknowledged_at,
               execution.started_at,
               execution.ended_at,
               execution.progress,
               execution.blocked_since,
               execution.block_reason,
               execution.baseline_version,
               execution.baseline_h_hour,
               execution.baseline_start,
               execution.baseline_finish
             from visible_task($1, $2, $3, $4) visible
             join task_execution execution on execution.task_id = visible.id
             where execution.valid_from <= $1 and $1 < execution.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            task_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read how tasks are carried out"))
    }
}
