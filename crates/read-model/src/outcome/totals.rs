//! What outcomes add up to: sums of the rows that the viewer sees, made by the database, exactly.

use crate::{Error, Pin, ReadModel, doing};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// When what is added up happened; what is left out does not narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct OutcomePeriod {
    /// By then.
    pub valid_at: Option<DateTime<Utc>>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
}

/// So many of a kind, or so much money in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeSumRow {
    pub operation_id: Uuid,
    /// `None`: of all partners together.
    pub partner: Option<String>,
    pub kind: String,
    /// Of what has no kind of its own.
    pub title: Option<String>,
    /// `None`: of what is counted.
    pub currency: Option<String>,
    pub count: Option<i64>,
    /// In smallest units, a whole number.
    pub amount: Option<String>,
}

/// An objective, and the kind of outcomes that its measure names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ForObjective {
    pub operation_id: Uuid,
    /// Its code.
    pub objective: String,
    pub kind: String,
}

/// How much of its kind was reached towards an objective, of what is counted or in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachedRow {
    pub operation_id: Uuid,
    pub objective: String,
    pub kind: String,
    /// `None`: of what is counted.
    pub currency: Option<String>,
    pub count: Option<i64>,
    /// In smallest units, a whole number.
    pub amount: Option<String>,
}

impl ReadModel {
    /// By operation, then each partner and all together, kind, title and currency: one statement for all of them.
    pub async fn outcome_sums(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        period: &OutcomePeriod,
    ) -> Result<Vec<OutcomeSumRow>, Error> {
        sqlx::query_as!(
            OutcomeSumRow,
            r#"with counted as (
               select
                 held.operation_id,
                 held.partner,
                 held.kind,
                 case when held.kind = 'OTHER' then held.title end as title,
                 held.currency,
                 held.count,
                 held.amount
               from outcome held
               join visible_matter($1, $2, $3) visible on visible.id = held.id
               where held.operation_id = any ($4)
                 and ($5::timestamptz is null or held.occurred_at <= $5)
                 and ($6::timestamptz is null or held.occurred_at >= $6)
                 and ($7::timestamptz is null or held.occurred_at < $7)
                 and held.valid_from <= $1
                 and $1 < held.valid_to
             )
             select
               counted.operation_id as "operation_id!",
               counted.partner as "partner?",
               counted.kind as "kind!",
               counted.title,
               counted.currency,
               sum(counted.count)::bigint as count,
               sum(counted.amount)::text as amount
             from counted
             group by grouping sets (
               (counted.operation_id, counted.partner, counted.kind, counted.title, counted.currency),
               (counted.operation_id, counted.kind, counted.title, counted.currency)
             )
             order by
               counted.operation_id,
               counted.partner nulls last,
               counted.kind,
               counted.title,
               counted.currency nulls first"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids,
            period.valid_at,
            period.from,
            period.to
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("add up outcomes"))
    }

    /// What counts towards each objective: what names it, and what names none. One statement for all of them.
    pub async fn outcomes_reached(
        &self,
        pin: &Pin,
        wanted: &[ForObjective],
        valid_at: Option<DateTime<Utc>>,
    ) -> Result<Vec<ReachedRow>, Error> {
        let operation_ids: Vec<Uuid> = wanted.iter().map(|wanted| wanted.operation_id).collect();
        let objectives: Vec<String> = wanted.iter().map(|wanted| wanted.objective.clone()).collect();
        let kinds: Vec<String> = wanted.iter().map(|wanted| wanted.kind.clone()).collect();
        sqlx::query_as!(
            ReachedRow,
            r#"select
               wanted.operation_id as "operation_id!",
               wanted.objective as "objective!",
               wanted.kind as "kind!",
               held.currency,
               sum(held.count)::bigint as count,
               sum(held.amount)::text as amount
             from unnest($4::uuid[], $5::text[], $6::text[]) as wanted (operation_id, objective, kind)
             join outcome held on held.operation_id = wanted.operation_id
               and held.kind = wanted.kind
               and (held.objective is null or held.objective = wanted.objective)
             join visible_matter($1, $2, $3) visible on visible.id = held.id
             where ($7::timestamptz is null or held.occurred_at <= $7)
               and held.valid_from <= $1
               and $1 < held.valid_to
             group by wanted.operation_id, wanted.objective, wanted.kind, held.currency
             order by wanted.operation_id, wanted.objective, held.currency nulls first"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            &operation_ids,
            &objectives,
            &kinds,
            valid_at
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("add up what was reached"))
    }
}
