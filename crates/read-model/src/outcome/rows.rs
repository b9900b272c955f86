//! Rows of outcomes.

use crate::{
    Error, Page, Pin, ReadModel,
    contribution::MoneyColumn,
    doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{Item, State, ids::OutcomeId, release::Release};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct OutcomeRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub code: String,
        /// Whose work it was.
        pub partner: String,
        pub kind: String,
        pub title: Option<String>,
        /// Who or what says so.
        pub source: String,
        /// Code of the objective of the plan.
        pub objective: Option<String>,
        /// As the claim says that holds, as all that follows.
        pub count: Option<i32>,
        pub value: Option<Json<MoneyColumn>>,
        /// The same in smallest units.
        pub amount: Option<i64>,
        pub currency: Option<String>,
        pub occurred_at: DateTime<Utc>,
        /// Whose work it is besides.
        pub parties: Vec<String>,
        /// What it says of its release itself.
        pub release: Option<Json<Release>>,
        /// Those of the operation that read it; `None`: all.
        pub readers: Option<Vec<String>>,
    }
}

/// Which outcomes; what is left out does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct OutcomeFilter {
    pub partner: Option<String>,
    pub kind: Option<String>,
    /// Its code.
    pub objective: Option<String>,
    /// What had happened by then.
    pub valid_at: Option<DateTime<Utc>>,
}

/// The columns, once for all queries: what follows says where from, with the table as `held`, and the arguments.
macro_rules! outcome_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            OutcomeRow,
            r#"select
               held.id,
               held.operation_id,
               held.code,
               held.partner,
               held.kind,
               held.title,
               held.source,
               held.objective,
               held.count,
               held.value as "value: Json<MoneyColumn>",
               held.amount,
               held.currency,
               held.occurred_at,
               held.parties,
               held.release as "release: Json<Release>",
               held.readers
             "# + $($rest)*
        )
    };
}

/// Of each operation the page's stretch; a statement for each direction, as for other pages.
macro_rules! outcome_pages {
    ($model:ident, $pin:ident, $operations:ident, $filter:ident, $page:ident, $order:literal) => {
        outcome_rows!(
            "from unnest($4::uuid[]) as wanted (id)
             cross join lateral (
               select entry.*
               from outcome entry
               join visible_matter($1, $2, $3) visible on visible.id = entry.id
               where entry.operation_id = wanted.id
                 and entry.code > coalesce($5, '')
                 and ($6::text is null or entry.code < $6)
                 and ($7::text is null or entry.partner = $7)
                 and ($8::text is null or entry.kind = $8)
                 and ($9::text is null or entry.objective = $9)
                 and ($10::timestamptz is null or entry.occurred_at <= $10)
                 and entry.valid_from <= $1
                 and $1 < entry.valid_to
               order by entry.code "
                + $order
                + " limit $11
             ) held
             order by held.operation_id, held.code",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $operations,
            $page.after.as_deref(),
            $page.before.as_deref(),
            $filter.partner.as_deref(),
            $filter.kind.as_deref(),
            $filter.objective.as_deref(),
            $filter.valid_at,
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

impl Versioned for OutcomeRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::plain("code", "code"),
        Column::nowhere("partner", "whose work it was never changes"),
        Column::plain("kind", "kind"),
        Column::plain("title", "title"),
        Column::plain("source", "source"),
        Column::plain("objective", "objective"),
        Column::plain("count", "count"),
        Column::plain("value", "value"),
        Column::nowhere("amount", "it is that of `value`"),
        Column::nowhere("currency", "it is that of `value`"),
        Column::instant("occurred_at", "occurredAt"),
        Column::nowhere("parties", "there are none besides its owner and the lead"),
        Column::plain("release", "release"),
        Column::nowhere("readers", "computed from the label"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Outcome(_, code)) = (state, item) else {
            return None;
        };
        let known = operation.outcomes.get(code)?;
        let holding = known.holding()?;
        let value = holding.says.value();
        let readers = known.label.readers(&operation.lead);
        Some(Self {
            id: OutcomeId::of(operation.id(), code).0,
            operation_id: operation.id().0,
            code: code.to_string(),
            partner: known.partner().to_string(),
            kind: known.kind.to_string(),
            title: known.title.as_ref().map(ToString::to_string),
            source: known.source.to_string(),
            objective: known.objective.as_ref().map(ToString::to_string),
            count: holding.says.count().map(u32::cast_signed),
            value: value.map(|value| Json(value.into())),
            amount: value.map(|value| value.minor_units),
            currency: value.map(|value| value.currency.to_string()),
            occurred_at: holding.occurred_at.to_utc(),
            parties: known.label.parties.iter().map(ToString::to_string).collect(),
            release: known.label.release.clone().map(Json),
            readers: readers.map(|readers| readers.into_iter().map(ToString::to_string).collect()),
        })
    }
}

impl ReadModel {
    pub async fn outcomes_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<OutcomeRow>, Error> {
        outcome_rows!(
            "from outcome held
             join visible_matter($1, $2, $3) visible on visible.id = held.id
             where held.id = any ($4) and held.valid_from <= $1 and $1 < held.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read outcomes"))
    }

    /// A page of what each operation came to, by operation and code: one statement for all of them.
    pub async fn outcomes_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        filter: &OutcomeFilter,
        page: &Page,
    ) -> Result<Vec<OutcomeRow>, Error> {
        let rows = if page.backwards {
            outcome_pages!(self, pin, operation_ids, filter, page, "desc")
        } else {
            outcome_pages!(self, pin, operation_ids, filter, page, "asc")
        };
        rows.map_err(doing("list outcomes"))
    }

    /// Operations without one that the viewer may see are left out.
    pub async fn count_outcomes(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        filter: &OutcomeFilter,
    ) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select held.operation_id, count(*) as "count!"
             from outcome held
             join visible_matter($1, $2, $3) visible on visible.id = held.id
             where held.operation_id = any ($4)
               and ($5::text is null or held.partner = $5)
               and ($6::text is null or held.kind = $6)
               and ($7::text is null or held.objective = $7)
               and ($8::timestamptz is null or held.occurred_at <= $8)
               and held.valid_from <= $1
               and $1 < held.valid_to
             group by held.operation_id"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids,
            filter.partner.as_deref(),
            filter.kind.as_deref(),
            filter.objective.as_deref(),
            filter.valid_at
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count outcomes"))?;
        Ok(rows.into_iter().map(|row| (row.operation_id, row.count)).collect())
    }
}
