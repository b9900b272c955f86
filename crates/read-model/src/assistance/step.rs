//! Rows of what counts come to. What is told of them to whom was decided when they came in: here it is only chosen.

use crate::{
    Error, Pin, ReadModel,
    assistance::CountColumn,
    doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    assistance::Sum,
    ids::{AssistanceId, AssistanceStepId},
};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    /// That a partner counts in an operation: who sees its reports hangs on it.
    pub struct AssistanceRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub authority: String,
    }
}

row! {
    pub struct AssistanceStepRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub assistance_id: Uuid,
        pub authority: String,
        /// Of the claim that began it.
        pub number: i32,
        pub starts_at: DateTime<Utc>,
        /// For the authority.
        pub counts: Json<Vec<CountColumn>>,
        /// For all others.
        pub told: Json<Vec<CountColumn>>,
        pub balances: Json<Vec<BalanceColumn>>,
        pub told_balances: Json<Vec<BalanceColumn>>,
    }
}

/// Whether a count is the sum of its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BalanceColumn {
    pub sum: Sum,
    /// `None`: that would tell a small count.
    pub adds_up: Option<bool>,
    /// The count less its parts, for the authority.
    pub difference: Option<i64>,
}

/// What the viewer may read of an authority's counts.
#[derive(Debug, Clone, PartialEq)]
pub struct CountsRow {
    pub assistance_id: Uuid,
    pub operation_id: Uuid,
    pub authority: String,
    /// From when on they hold.
    pub starts_at: DateTime<Utc>,
    pub counts: Json<Vec<CountColumn>>,
    pub balances: Json<Vec<BalanceColumn>>,
}

impl Versioned for AssistanceRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("authority", "what names the object never changes"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Assistance(_, authority)) = (state, item) else {
            return None;
        };
        operation.assistance.get(authority)?;
        Some(Self {
            id: AssistanceId::of(operation.id(), authority).0,
            operation_id: operation.id().0,
            authority: authority.to_string(),
        })
    }
}

impl Versioned for AssistanceStepRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("assistance_id", "where the object stands never changes"),
        Column::nowhere("authority", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::nowhere("starts_at", "when it begins never changes"),
        Column::nowhere("counts", "the reports tell whoever counts of each change, and nobody else"),
        Column::nowhere("told", "the reports tell whoever counts of each change, and nobody else"),
        Column::nowhere("balances", "the reports tell whoever counts of each change, and nobody else"),
        Column::nowhere("told_balances", "the reports tell whoever counts of each change, and nobody else"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::AssistanceStep(_, authority, number)) = (state, item)
        else {
            return None;
        };
        let step = operation.assistance.get(authority)?.step(*number)?;
        let table = AssistanceId::of(operation.id(), authority);
        let counts = |for_all: bool| {
            let of_each = step.counts.iter().map(move |(cell, counted)| CountColumn {
                cell: cell.clone(),
                count: (counted.is_told || !for_all).then_some(counted.count),
            });
            Json(of_each.collect::<Vec<_>>())
        };
        let balances = |for_all: bool| {
            let of_each = step.balances.iter().map(move |(sum, balance)| BalanceColumn {
                sum: *sum,
                adds_up: (balance.is_told || !for_all).then_some(balance.difference == 0),
                difference: (!for_all).then_some(balance.difference),
            });
            Json(of_each.collect::<Vec<_>>())
        };
        Some(Self {
            id: AssistanceStepId::of(table, *number).0,
            operation_id: operation.id().0,
            assistance_id: table.0,
            authority: authority.to_string(),
            number: number.cast_signed(),
            starts_at: step.at.to_utc(),
            counts: counts(false),
            told: counts(true),
            balances: balances(false),
            told_balances: balances(true),
        })
    }
}

impl ReadModel {
    /// Of each operation that the viewer reads what its authorities' counts come to, or came to at a moment in the world,
    /// as far as they are told to the viewer.
    pub async fn counts_of(
        &self,
        pin: &Pin,
        operations: &[Uuid],
        valid_at: Option<DateTime<Utc>>,
    ) -> Result<Vec<CountsRow>, Error> {
        sqlx::query_as!(
            CountsRow,
            r#"select distinct on (step.operation_id, step.authority)
               step.assistance_id,
               step.operation_id,
               step.authority,
               step.starts_at,
               case when step.authority = $3 then step.counts else step.told end as "counts!: Json<Vec<CountColumn>>",
               case
                 when step.authority = $3 then step.balances
                 else step.told_balances
               end as "balances!: Json<Vec<BalanceColumn>>"
             from assistance_step step
             join visible_operation($1, $2, $3) visible on visible.id = step.operation_id
             where step.operation_id = any ($4)
               and ($5::timestamptz is null or step.starts_at <= $5)
               and step.valid_from <= $1
               and $1 < step.valid_to
             order by step.operation_id, step.authority, step.starts_at desc"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operations,
            valid_at
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read counts of persons"))
    }
}
