//! Rows of who may read an operation that has not ended.

use crate::tables::{Column, Versioned, row};
use domain::{Item, State, ids::OperationReaderId};
use uuid::Uuid;

row! {
    pub struct OperationReaderRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub partner: String,
    }
}

impl Versioned for OperationReaderRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("partner", "the operation's label says it"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::OperationReader(_, partner)) = (state, item) else {
            return None;
        };
        let reads = operation.ended.is_none() && operation.is_visible_to(partner);
        reads.then(|| Self {
            id: OperationReaderId::of(operation.id(), partner).0,
            operation_id: operation.id().0,
            partner: partner.to_string(),
        })
    }
}
