//! Rows of assignments: which post is bound to which task.

use crate::{Error, Pin, ReadModel, columns::row, doing};
use chrono::{DateTime, Utc};
use domain::{assignment::Assignment, ids::TaskId, operation::Operation};
use uuid::Uuid;

row! {
    pub struct AssignmentRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub task_id: Uuid,
        pub number: i32,
        pub task: String,
        pub post: String,
        pub assigned_at: DateTime<Utc>,
        pub withdrawn_at: Option<DateTime<Utc>>,
    }
}

impl AssignmentRow {
    pub(crate) fn of(operation: &Operation, assignment: &Assignment) -> Self {
        let id = operation.id();
        Self {
            id: assignment.id(id).0,
            operation_id: id.0,
            task_id: TaskId::of(id, &assignment.task).0,
            number: assignment.number.cast_signed(),
            task: assignment.task.to_string(),
            post: assignment.post.to_string(),
            assigned_at: assignment.assigned_at.to_utc(),
            withdrawn_at: assignment.withdrawn_at.map(|at| at.to_utc()),
        }
    }
}

impl ReadModel {
    pub async fn assignments_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<AssignmentRow>, Error> {
        sqlx::query_as!(
            AssignmentRow,
            "select
               id,
               operation_id,
               task_id,
               number,
               task,
               post,
               assigned_at,
               withdrawn_at
             from assignment
             where id = any ($4)
               and valid_from <= $1
               and $1 < valid_to
               and exists (
                 select
                 from visible_planned_task($1, $2, $3) visible
                 where visible.task_id = assignment.task_id
                 offset 0
               )",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read assignments"))
    }

    /// All assignments to the tasks, withdrawn ones too, by task and number.
    pub async fn assignments_of(&self, pin: &Pin, task_ids: &[Uuid]) -> Result<Vec<AssignmentRow>, Error> {
        sqlx::query_as!(
            AssignmentRow,
            "select
               assignment.id,
               operation_id,
               task_id,
               number,
               task,
               post,
               assigned_at,
               withdrawn_at
             from unnest($4::uuid[]) as wanted (id)
             cross join lateral (
               select
                 id,
                 operation_id,
                 task_id,
                 number,
                 task,
                 post,
                 assigned_at,
                 withdrawn_at
               from assignment
               where task_id = wanted.id and valid_from <= $1 and $1 < valid_to
               offset 0
             ) assignment
             where exists (
               select
               from visible_planned_task($1, $2, $3) visible
               where visible.task_id = wanted.id
               offset 0
             )
             order by task_id, number",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            task_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list assignments"))
    }
}
