//! Rows of the labels that tasks have of their own. Other items' own labels stand in their own rows.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use domain::{Item, PartnerCode, State, ids::TaskId, operation::Operation, release::Release};
use sqlx::types::Json;
use std::collections::BTreeSet;
use uuid::Uuid;

row! {
    pub struct TaskLabelRow {
        /// The task's.
        pub id: Uuid,
        pub operation_id: Uuid,
        pub release: Json<Release>,
        /// The operation's lead and those that the label names; who leads the task or owns its territory
        /// reads it besides.
        pub readers: Vec<String>,
    }
}

/// Who an item of the operation is for by its own label: those named, and the lead.
pub(crate) fn readers(operation: &Operation, releasable_to: &BTreeSet<PartnerCode>) -> Vec<String> {
    let named = releasable_to.iter().filter(|partner| **partner != operation.lead);
    named.chain([&operation.lead]).map(ToString::to_string).collect()
}

impl Versioned for TaskLabelRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::plain("release", "release"),
        Column::nowhere("readers", "computed from the label"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::TaskLabel(_, task)) = (state, item) else {
            return None;
        };
        let label = operation.task_labels.get(task)?;
        Some(Self {
            id: TaskId::of(operation.id(), task).0,
            operation_id: operation.id().0,
            release: Json(label.release.clone()),
            readers: readers(operation, &label.release.releasable_to),
        })
    }
}

impl ReadModel {
    /// Of those of the tasks that have a label of their own.
    pub async fn task_labels_by_id(&self, pin: &Pin, task_ids: &[Uuid]) -> Result<Vec<TaskLabelRow>, Error> {
        sqlx::query_as!(
            TaskLabelRow,
            r#"select
               id,
               operation_id,
               release as "release: Json<Release>",
               readers
             from task_label
             where id = any ($4)
               and valid_from <= $1
               and $1 < valid_to
               and exists (
                 select
                 from visible_planned_task($1, $2, $3) visible
                 where visible.task_id = task_label.id
                 offset 0
               )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            task_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read labels of tasks"))
    }
}
