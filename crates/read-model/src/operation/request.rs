//! Rows of requests for officers: who asked whom for which post, and what came of it.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{Item, State, ids::TaskId};
use uuid::Uuid;

row! {
    pub struct OfficerRequestRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub task_id: Uuid,
        pub number: i32,
        pub task: String,
        pub post: String,
        /// That asks.
        pub partner: String,
        pub reason: Option<String>,
        pub requested_at: DateTime<Utc>,
        pub status: String,
        pub answered_at: Option<DateTime<Utc>>,
        /// Why.
        pub declined: Option<String>,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `request`, and the
/// arguments.
macro_rules! request_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            OfficerRequestRow,
            "select
               request.id,
               request.operation_id,
               request.task_id,
               request.number,
               request.task,
               request.post,
               request.partner,
               request.reason,
               request.requested_at,
               request.status,
               request.answered_at,
               request.declined
             " + $($rest)*
        )
    };
}

impl Versioned for OfficerRequestRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("task_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::nowhere("task", "where the object stands never changes"),
        Column::nowhere("post", "what was asked for never changes"),
        Column::nowhere("partner", "who asked never changes"),
        Column::plain("reason", "reason"),
        Column::instant("requested_at", "requestedAt"),
        Column::plain("status", "status"),
        Column::instant("answered_at", "answeredAt"),
        Column::plain("declined", "declined"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::OfficerRequest(_, number)) = (state, item) else {
            return None;
        };
        let request = operation.officer_requests.get(number)?;
        let id = operation.id();
        Some(Self {
            id: request.id(id).0,
            operation_id: id.0,
            task_id: TaskId::of(id, &request.task).0,
            number: request.number.cast_signed(),
            task: request.task.to_string(),
            post: request.post.to_string(),
            partner: request.by.to_string(),
            reason: request.reason.as_ref().map(ToString::to_string),
            requested_at: request.requested_at.to_utc(),
            status: request.status().to_string(),
            answered_at: request.answer.as_ref().map(|answer| answer.at.to_utc()),
            declined: request.answer.as_ref().and_then(|answer| Some(answer.declined.as_ref()?.to_string())),
        })
    }
}

impl ReadModel {
    pub async fn officer_requests_by_id(
        &self,
        pin: &Pin,
        ids: &[Uuid],
    ) -> Result<Vec<OfficerRequestRow>, Error> {
        request_rows!(
            "from officer_request request
             where id = any ($4)
               and valid_from <= $1
               and $1 < valid_to
               and (
                 exists (
                   select
                   from visible_planned_task($1, $2, $3) visible
                   where visible.task_id = request.task_id
                   offset 0
                 )
                 or exists (
                   select
                   from visible_emergent_task($1, $2, $3) visible
                   where visible.id = request.task_id
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
        .map_err(doing("read requests for officers"))
    }

    /// All requests in the operations, answered ones too, by operation and number.
    pub async fn officer_requests_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
    ) -> Result<Vec<OfficerRequestRow>, Error> {
        request_rows!(
            "from officer_request request
             where operation_id = any ($4)
               and valid_from <= $1
               and $1 < valid_to
               and (
                 exists (
                   select
                   from visible_planned_task($1, $2, $3) visible
                   where visible.task_id = request.task_id
                   offset 0
                 )
                 or exists (
                   select
                   from visible_emergent_task($1, $2, $3) visible
                   where visible.id = request.task_id
                   offset 0
                 )
               )
             order by operation_id, number",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list requests for officers"))
    }
}
