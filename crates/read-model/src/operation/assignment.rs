//! Rows of assignments: which post is bound to which task.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{Item, State, ids::TaskId};
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

/// The columns, once for all queries: what follows says where from, with the table as `assignment`, and the
/// arguments. `and` makes records that have other columns besides.
macro_rules! assignment_rows {
    (and $($rest:tt)*) => { assignment_rows!(query[] $($rest)*) };
    ($query:ident[$($row:tt)*] $($rest:tt)*) => {
        sqlx::$query!(
            $($row)*
            "select
               assignment.id,
               assignment.operation_id,
               assignment.task_id,
               assignment.number,
               assignment.task,
               assignment.post,
               assignment.assigned_at,
               assignment.withdrawn_at
             " + $($rest)*
        )
    };
    ($($rest:tt)*) => { assignment_rows!(query_as[AssignmentRow,] $($rest)*) };
}

impl Versioned for AssignmentRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("task_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::nowhere("task", "where the object stands never changes"),
        Column::plain("post", "post"),
        Column::instant("assigned_at", "assignedAt"),
        Column::instant("withdrawn_at", "withdrawnAt"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Assignment(_, number)) = (state, item) else {
            return None;
        };
        let assignment = operation.assignments.get(number)?;
        let id = operation.id();
        Some(Self {
            id: assignment.id(id).0,
            operation_id: id.0,
            task_id: TaskId::of(id, &assignment.task).0,
            number: assignment.number.cast_signed(),
            task: assignment.task.to_string(),
            post: assignment.post.to_string(),
            assigned_at: assignment.assigned_at.to_utc(),
            withdrawn_at: assignment.withdrawn_at.map(|at| at.to_utc()),
        })
    }
}

impl ReadModel {
    pub async fn assignments_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<AssignmentRow>, Error> {
        assignment_rows!(
            "from assignment
             where id = any ($4)
               and valid_from <= $1
               and $1 < valid_to
               and (
                 exists (
                   select
                   from visible_planned_task($1, $2, $3) visible
                   where visible.task_id = assignment.task_id
                   offset 0
                 )
                 or exists (
                   select
                   from visible_emergent_task($1, $2, $3) visible
                   where visible.id = assignment.task_id
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
        .map_err(doing("read assignments"))
    }

    /// All assignments to these tasks that responses made, withdrawn ones too: by task and number.
    pub async fn response_assignments(
        &self,
        pin: &Pin,
        task_ids: &[Uuid],
    ) -> Result<Vec<AssignmentRow>, Error> {
        assignment_rows!(
            "from assignment
             join visible_emergent_task($1, $2, $3) visible on visible.id = assignment.task_id
             where assignment.task_id = any ($4)
               and assignment.valid_from <= $1
               and $1 < assignment.valid_to
             order by assignment.task_id, assignment.number",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            task_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list assignments to tasks of responses"))
    }

    /// All assignments to the tasks that these are plans of, withdrawn ones too: by planned task and number.
    /// Each plan version is judged once, and not for each of its tasks.
    pub async fn assignments_of(
        &self,
        pin: &Pin,
        planned_task_ids: &[Uuid],
    ) -> Result<Vec<(Uuid, AssignmentRow)>, Error> {
        let rows = assignment_rows!(
            and r#",
               task.id as "planned_task_id!"
             from (
               with task as materialized (
                 select
                   id,
                   task_id,
                   version_id,
                   lead,
                   territory
                 from planned_task
                 where id = any ($4) and valid_from <= $1 and $1 < valid_to
               ), version_ as materialized (
                 select visible.id
                 from (select distinct version_id from task) wanted
                 join visible_plan_version($1, $2, $3) visible on visible.id = wanted.version_id
               )
               select
                 task.id,
                 task.task_id
               from task
               where task.version_id in (select id from version_)
                 and not exists (
                   select
                   from withheld_task($1, $2, $3) withheld
                   where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
                   offset 0
                 )
             ) task
             cross join lateral (
               select assignment.*
               from assignment
               where task_id = task.task_id and valid_from <= $1 and $1 < valid_to
               offset 0
             ) assignment
             order by task.id, assignment.number"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            planned_task_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list assignments"))?;
        let assignments = rows.into_iter().map(|row| {
            let assignment = AssignmentRow {
                id: row.id,
                operation_id: row.operation_id,
                task_id: row.task_id,
                number: row.number,
                task: row.task,
                post: row.post,
                assigned_at: row.assigned_at,
                withdrawn_at: row.withdrawn_at,
            };
            (row.planned_task_id, assignment)
        });
        Ok(assignments.collect())
    }
}
