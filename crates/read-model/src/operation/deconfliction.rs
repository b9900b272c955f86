//! Rows of clashes with other operations.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    ids::{DeconflictionId, TaskId},
    plan::TimeWindow,
};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct DeconflictionRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub number: i32,
        /// The other operation, by name.
        pub other: String,
        pub period: Option<Json<TimeWindow>>,
        pub areas: Vec<String>,
        pub tasks: Vec<String>,
        /// The same tasks.
        pub task_ids: Vec<Uuid>,
        pub found_at: DateTime<Utc>,
        pub cleared_at: Option<DateTime<Utc>>,
        pub resolution: Option<String>,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `clash`, and the
/// arguments.
macro_rules! clash_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            DeconflictionRow,
            r#"select
               clash.id,
               clash.operation_id,
               clash.number,
               clash.other,
               clash.period as "period: Json<TimeWindow>",
               clash.areas,
               clash.tasks,
               clash.task_ids,
               clash.found_at,
               clash.cleared_at,
               clash.resolution
             "# + $($rest)*
        )
    };
}

impl Versioned for DeconflictionRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::plain("other", "other"),
        Column::plain("period", "period"),
        Column::plain("areas", "areas"),
        Column::plain("tasks", "tasks"),
        Column::nowhere("task_ids", "they are those of `tasks`"),
        Column::instant("found_at", "foundAt"),
        Column::instant("cleared_at", "clearedAt"),
        Column::plain("resolution", "resolution"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Deconfliction(_, number)) = (state, item) else {
            return None;
        };
        let clash = operation.deconflictions.iter().find(|clash| clash.number == *number)?;
        let id = operation.id();
        Some(Self {
            id: DeconflictionId::of(id, clash.number).0,
            operation_id: id.0,
            number: clash.number.cast_signed(),
            other: clash.other.to_string(),
            period: clash.period.map(Json),
            areas: clash.areas.iter().map(ToString::to_string).collect(),
            tasks: clash.tasks.iter().map(ToString::to_string).collect(),
            task_ids: clash.tasks.iter().map(|task| TaskId::of(id, task).0).collect(),
            found_at: clash.found_at.to_utc(),
            cleared_at: clash.cleared.as_ref().map(|cleared| cleared.at.to_utc()),
            resolution: clash.cleared.as_ref().map(|cleared| cleared.resolution.to_string()),
        })
    }
}

impl ReadModel {
    pub async fn deconflictions_by_id(
        &self,
        pin: &Pin,
        ids: &[Uuid],
    ) -> Result<Vec<DeconflictionRow>, Error> {
        clash_rows!(
            "from deconfliction clash
             join visible_deconfliction($1, $2, $3) visible on visible.id = clash.id
             where clash.id = any ($4) and clash.valid_from <= $1 and $1 < clash.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read deconflictions"))
    }

    /// All clashes of the operations, settled ones too, by operation and number.
    pub async fn deconflictions_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
    ) -> Result<Vec<DeconflictionRow>, Error> {
        clash_rows!(
            "from deconfliction clash
             join visible_deconfliction($1, $2, $3) visible on visible.id = clash.id
             where clash.operation_id = any ($4) and clash.valid_from <= $1 and $1 < clash.valid_to
             order by clash.operation_id, clash.number",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list deconflictions"))
    }
}
