//! Rows of the tasks that responses made, outside of every plan version. How they are carried out stands where that of
//! planned ones does.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    ids::{IncidentId, TaskId},
};
use uuid::Uuid;

row! {
    pub struct EmergentTaskRow {
        /// The task's.
        pub id: Uuid,
        pub operation_id: Uuid,
        pub incident_id: Uuid,
        pub code: String,
        pub title: String,
        pub lead: String,
        pub territory: String,
        pub post: Option<String>,
        pub start_at: DateTime<Utc>,
        /// In seconds.
        pub duration: i64,
        pub decided_at: DateTime<Utc>,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `task`, and the arguments.
macro_rules! emergent_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            EmergentTaskRow,
            "select
               task.id,
               task.operation_id,
               task.incident_id,
               task.code,
               task.title,
               task.lead,
               task.territory,
               task.post,
               task.start_at,
               task.duration,
               task.decided_at
             " + $($rest)*
        )
    };
}

impl Versioned for EmergentTaskRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("incident_id", "what made it never changes"),
        Column::nowhere("code", "what names the object never changes"),
        Column::nowhere("title", "a response's task never changes"),
        Column::nowhere("lead", "a response's task never changes"),
        Column::nowhere("territory", "a response's task never changes"),
        Column::nowhere("post", "a response's task never changes"),
        Column::nowhere("start_at", "a response's task never changes"),
        Column::nowhere("duration", "a response's task never changes"),
        Column::nowhere("decided_at", "the claim that decided it has it as `occurredAt`"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::EmergentTask(_, code)) = (state, item) else {
            return None;
        };
        let emergent = operation.emergent_tasks.get(code)?;
        let (task, id) = (&emergent.task, operation.id());
        Some(Self {
            id: TaskId::of(id, code).0,
            operation_id: id.0,
            incident_id: IncidentId::of(id, &emergent.incident).0,
            code: code.to_string(),
            title: task.title.to_string(),
            lead: task.lead.to_string(),
            territory: task.territory.to_string(),
            post: task.post.as_ref().map(ToString::to_string),
            start_at: task.start.to_utc(),
            duration: task.duration.as_seconds(),
            decided_at: emergent.decided_at.to_utc(),
        })
    }
}

impl ReadModel {
    pub async fn emergent_tasks_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<EmergentTaskRow>, Error> {
        emergent_rows!(
            "from emergent_task task
             join visible_emergent_task($1, $2, $3) visible on visible.id = task.id
             where task.id = any ($4) and task.valid_from <= $1 and $1 < task.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read tasks of responses"))
    }

    /// All that responses to the incidents made, by incident and code.
    pub async fn emergent_tasks_for(
        &self,
        pin: &Pin,
        incident_ids: &[Uuid],
    ) -> Result<Vec<EmergentTaskRow>, Error> {
        emergent_rows!(
            "from emergent_task task
             join visible_emergent_task($1, $2, $3) visible on visible.id = task.id
             where task.incident_id = any ($4) and task.valid_from <= $1 and $1 < task.valid_to
             order by task.incident_id, task.code",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            incident_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list tasks of responses to incidents"))
    }

    /// All of the operations, by operation and code.
    pub async fn emergent_tasks_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
    ) -> Result<Vec<EmergentTaskRow>, Error> {
        emergent_rows!(
            "from emergent_task task
             join visible_emergent_task($1, $2, $3) visible on visible.id = task.id
             where task.operation_id = any ($4) and task.valid_from <= $1 and $1 < task.valid_to
             order by task.operation_id, task.code",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list tasks of responses"))
    }
}
