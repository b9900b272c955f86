//! The row of the coalition itself. Everybody in it sees it.

use crate::{
    Error, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use domain::{Item, Position, State, ids::COALITION};
use uuid::Uuid;

row! {
    pub struct CoalitionRow {
        pub id: Uuid,
        /// Title of the exercise that the log holds; `None` for the real thing.
        pub exercise: Option<String>,
    }
}

impl Versioned for CoalitionRow {
    const FIELDS: &'static [Column] =
        &[Column::nowhere("exercise", "the coalition is no object that changes are told of")];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Coalition(coalition), Item::Coalition) = (state, item) else { return None };
        Some(Self { id: COALITION, exercise: coalition.exercise.as_ref().map(ToString::to_string) })
    }
}

impl ReadModel {
    pub async fn coalition(&self, position: Position) -> Result<Option<CoalitionRow>, Error> {
        sqlx::query_as!(
            CoalitionRow,
            "select id, exercise from coalition where valid_from <= $1 and $1 < valid_to",
            position.0
        )
        .fetch_optional(self.db())
        .await
        .map_err(doing("read the coalition"))
    }
}
