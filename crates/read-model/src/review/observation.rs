//! Rows of what partners noted.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{Item, State, review::ObservationId};
use uuid::Uuid;

row! {
    pub struct ObservationRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub number: i32,
        pub partner: String,
        /// The post that noted it.
        pub actor: String,
        pub text: String,
        pub noted_at: DateTime<Utc>,
        pub position: i64,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `held`, and the arguments.
macro_rules! observation_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            ObservationRow,
            "select
               held.id,
               held.operation_id,
               held.number,
               held.partner,
               held.actor,
               held.text,
               held.noted_at,
               held.position
             " + $($rest)*
        )
    };
}

/// Of each operation the page's stretch; a statement for each direction, as for other pages.
macro_rules! observation_pages {
    ($model:ident, $pin:ident, $operations:ident, $page:ident, $order:literal) => {
        observation_rows!(
            "from unnest($4::uuid[]) as wanted (id)
             join visible_operation($1, $2, $3) visible on visible.id = wanted.id
             cross join lateral (
               select entry.*
               from observation entry
               where entry.operation_id = wanted.id
                 and entry.number > $5
                 and entry.number < $6
                 and entry.valid_from <= $1
                 and $1 < entry.valid_to
               order by entry.number "
                + $order
                + " limit $7
             ) held
             order by held.operation_id, held.number",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $operations,
            $page.after.unwrap_or(0),
            $page.before.unwrap_or(i32::MAX),
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

impl Versioned for ObservationRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::nowhere("partner", "who noted it never changes"),
        Column::nowhere("actor", "who noted it never changes"),
        Column::plain("text", "text"),
        Column::instant("noted_at", "notedAt"),
        Column::position("position", "position"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Observation(_, number)) = (state, item) else {
            return None;
        };
        let mut observations = operation.review.as_ref()?.observations.iter();
        let known = observations.find(|known| known.number == *number)?;
        Some(Self {
            id: ObservationId::of(operation.id(), known.number).0,
            operation_id: operation.id().0,
            number: known.number.cast_signed(),
            partner: known.partner.to_string(),
            actor: known.actor.clone(),
            text: known.text.to_string(),
            noted_at: known.at.to_utc(),
            position: known.position.0,
        })
    }
}

impl ReadModel {
    pub async fn observations_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<ObservationRow>, Error> {
        observation_rows!(
            "from observation held
             join visible_operation($1, $2, $3) visible on visible.id = held.operation_id
             where held.id = any ($4) and held.valid_from <= $1 and $1 < held.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read observations"))
    }

    /// A page of each operation's, by operation and number: one statement for all of them.
    pub async fn observations_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        page: &Page<i32>,
    ) -> Result<Vec<ObservationRow>, Error> {
        let rows = if page.backwards {
            observation_pages!(self, pin, operation_ids, page, "desc")
        } else {
            observation_pages!(self, pin, operation_ids, page, "asc")
        };
        rows.map_err(doing("list observations"))
    }

    /// Operations without one that the viewer may see are left out.
    pub async fn count_observations(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
    ) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select held.operation_id, count(*) as "count!"
             from observation held
             join visible_operation($1, $2, $3) visible on visible.id = held.operation_id
             where held.operation_id = any ($4) and held.valid_from <= $1 and $1 < held.valid_to
             group by held.operation_id"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count observations"))?;
        Ok(rows.into_iter().map(|row| (row.operation_id, row.count)).collect())
    }
}
