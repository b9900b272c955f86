//! What contributions add up to: sums of the rows that the viewer sees, made by the database, exactly.

use crate::{Error, Pin, ReadModel, doing};
use domain::Rate;
use sqlx::types::Json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Contributions without a rate that are named.
const MOST_NAMED: i64 = 100;

/// What contributions are added up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum GroupedBy {
    Partner,
    LineOfEffort,
    Kind,
}

/// Sums of one currency, or, where there is none, of all in the one that the operation reports in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyTotalRow {
    pub operation_id: Uuid,
    /// Of all groups together.
    pub is_total: bool,
    /// Code of the group; `None`: of what belongs to no line of effort, and of all groups together.
    pub key: Option<String>,
    /// Of what is given in kind: what that is worth.
    pub in_kind: bool,
    /// `None`: of all currencies, in smallest units of the reporting one, as exact decimal numbers.
    pub currency: Option<String>,
    /// What was pledged and neither declined nor withdrawn, whether or not it was accepted; `None`: of nothing.
    pub pledged: Option<String>,
    pub accepted: Option<String>,
    pub allocated: Option<String>,
    pub disbursed: Option<String>,
}

/// Sums of what is counted in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantityTotalRow {
    pub operation_id: Uuid,
    pub is_total: bool,
    pub key: Option<String>,
    pub unit: String,
    pub pledged: i64,
    pub accepted: i64,
    pub delivered: i64,
    pub delivery_accepted: i64,
}

/// What is given to one operation, added up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sums {
    /// By group and currency; those of all groups and of all currencies come last.
    pub money: Vec<MoneyTotalRow>,
    /// By group and unit; those of all groups come last.
    pub quantities: Vec<QuantityTotalRow>,
    /// That the sums of all currencies were made with, each once, by currency and day.
    pub rates: Vec<Rate>,
    /// Codes of what has a value, and no rate to the currency that the operation reports in: the first hundred.
    pub left_out: Vec<String>,
    /// How many there are of them.
    pub left_out_count: i64,
}

/// A rate that sums were made with.
struct RateRow {
    operation_id: Uuid,
    rate: Json<Rate>,
}

/// What has a value, and no rate to the currency that the operation reports in.
struct LeftOutRow {
    operation_id: Uuid,
    /// How many there are in the operation.
    count: i64,
    code: String,
}

/// What the viewer sees of what is given to the operations and was neither declined nor withdrawn, as `counted`, with
/// what it is worth in the currency that its operation reports in: the one that visible rates lead to. What follows
/// says what is made of it, and the arguments behind the first four.
macro_rules! counted {
    ($row:ident, $model:ident, $pin:ident, $operations:ident, $rest:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            $row,
            r#"with seen as (
               select
                 given.*,
                 max(given.reporting) over (partition by given.operation_id) as into_
               from contribution given
               join visible_matter($1, $2, $3) visible on visible.id = given.id
               where given.operation_id = any ($4)
                 and given.valid_from <= $1
                 and $1 < given.valid_to
                 and given.refused_at is null
             ), counted as (
               select
                 seen.operation_id,
                 seen.code,
                 seen.partner,
                 seen.kind,
                 seen.accepted_at is not null as is_accepted,
                 seen.in_kind,
                 seen.quantity,
                 seen.unit,
                 seen.amount,
                 seen.currency,
                 seen.rates,
                 case
                   when seen.worth is not null then seen.worth::numeric
                   when seen.currency = seen.into_ then 1
                 end as worth,
                 seen.allocations,
                 seen.allocated,
                 seen.disbursed,
                 seen.delivered,
                 seen.delivery_accepted
               from seen
             )
             "# + $rest,
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $operations
            $(, $argument)*
        )
        .fetch_all($model.db())
        .await
    };
}

impl ReadModel {
    /// Of those of the operations to which something is given that the viewer may see: four statements for all of them.
    pub async fn contribution_sums(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        by: GroupedBy,
    ) -> Result<BTreeMap<Uuid, Sums>, Error> {
        let mut sums = BTreeMap::<Uuid, Sums>::new();
        for row in self.contribution_money(pin, operation_ids, by).await? {
            sums.entry(row.operation_id).or_default().money.push(row);
        }
        for row in self.contribution_quantities(pin, operation_ids, by).await? {
            sums.entry(row.operation_id).or_default().quantities.push(row);
        }
        for row in self.contribution_rates(pin, operation_ids).await? {
            sums.entry(row.operation_id).or_default().rates.push(row.rate.0);
        }
        for row in self.contributions_left_out(pin, operation_ids).await? {
            let known = sums.entry(row.operation_id).or_default();
            known.left_out_count = row.count;
            known.left_out.push(row.code);
        }
        Ok(sums)
    }

    async fn contribution_money(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        by: GroupedBy,
    ) -> Result<Vec<MoneyTotalRow>, Error> {
        let by: &str = by.into();
        counted!(
            MoneyTotalRow,
            self,
            pin,
            operation_ids,
            r#", grouped as materialized (
               select
                 counted.operation_id,
                 case $5 when 'PARTNER' then counted.partner when 'KIND' then counted.kind end as key,
                 counted.in_kind,
                 counted.currency,
                 counted.worth,
                 counted.amount as pledged,
                 case when counted.is_accepted then counted.amount end as accepted,
                 case when $5 <> 'LINE_OF_EFFORT' then counted.allocated end as allocated,
                 case
                   when $5 <> 'LINE_OF_EFFORT' then counted.disbursed
                   else counted.disbursed - coalesce(
                     (
                       select sum((line.said -> 'disbursed' ->> 'minorUnits')::bigint)::bigint
                       from jsonb_array_elements(counted.allocations) as line (said)
                     ),
                     0
                   )
                 end as disbursed,
                 counted.allocations
               from counted
               where counted.amount is not null
             ), entry as (
               select
                 grouped.operation_id,
                 grouped.key,
                 grouped.in_kind,
                 grouped.currency,
                 grouped.worth,
                 grouped.pledged,
                 grouped.accepted,
                 grouped.allocated,
                 grouped.disbursed
               from grouped
               union all
               select
                 grouped.operation_id,
                 line.said ->> 'lineOfEffort',
                 grouped.in_kind,
                 grouped.currency,
                 grouped.worth,
                 null,
                 null,
                 (line.said -> 'allocated' ->> 'minorUnits')::bigint,
                 (line.said -> 'disbursed' ->> 'minorUnits')::bigint
               from grouped
               cross join lateral jsonb_array_elements(grouped.allocations) as line (said)
               where $5 = 'LINE_OF_EFFORT'
             )
             select
               entry.operation_id as "operation_id!",
               grouping(entry.key) = 1 as "is_total!",
               entry.key,
               entry.in_kind as "in_kind!",
               entry.currency,
               case
                 when grouping(entry.currency) = 0 then sum(entry.pledged)::text
                 else sum(entry.pledged * entry.worth)::text
               end as pledged,
               case
                 when grouping(entry.currency) = 0 then sum(entry.accepted)::text
                 else sum(entry.accepted * entry.worth)::text
               end as accepted,
               case
                 when grouping(entry.currency) = 0 then sum(entry.allocated)::text
                 else sum(entry.allocated * entry.worth)::text
               end as allocated,
               case
                 when grouping(entry.currency) = 0 then sum(entry.disbursed)::text
                 else sum(entry.disbursed * entry.worth)::text
               end as disbursed
             from entry
             group by grouping sets (
               (entry.operation_id, entry.in_kind, entry.key, entry.currency),
               (entry.operation_id, entry.in_kind, entry.key),
               (entry.operation_id, entry.in_kind, entry.currency),
               (entry.operation_id, entry.in_kind)
             )
             order by
               entry.operation_id,
               grouping(entry.key),
               entry.key nulls last,
               entry.in_kind,
               grouping(entry.currency),
               entry.currency"#,
            by
        )
        .map_err(doing("add up contributions of money"))
    }

    async fn contribution_quantities(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        by: GroupedBy,
    ) -> Result<Vec<QuantityTotalRow>, Error> {
        let by: &str = by.into();
        counted!(
            QuantityTotalRow,
            self,
            pin,
            operation_ids,
            r#", entry as (
               select
                 counted.operation_id,
                 case $5 when 'PARTNER' then counted.partner when 'KIND' then counted.kind end as key,
                 counted.unit,
                 counted.quantity,
                 counted.is_accepted,
                 counted.delivered,
                 counted.delivery_accepted
               from counted
               where counted.in_kind
             )
             select
               entry.operation_id as "operation_id!",
               grouping(entry.key) = 1 as "is_total!",
               entry.key,
               entry.unit as "unit!",
               sum(entry.quantity)::bigint as "pledged!",
               coalesce(sum(entry.quantity) filter (where entry.is_accepted), 0)::bigint as "accepted!",
               sum(entry.delivered)::bigint as "delivered!",
               sum(entry.delivery_accepted)::bigint as "delivery_accepted!"
             from entry
             group by grouping sets (
               (entry.operation_id, entry.unit, entry.key),
               (entry.operation_id, entry.unit)
             )
             order by entry.operation_id, grouping(entry.key), entry.key nulls last, entry.unit"#,
            by
        )
        .map_err(doing("add up contributions in kind"))
    }

    async fn contribution_rates(&self, pin: &Pin, operation_ids: &[Uuid]) -> Result<Vec<RateRow>, Error> {
        counted!(
            RateRow,
            self,
            pin,
            operation_ids,
            r#"select used.operation_id as "operation_id!", used.said as "rate!: Json<Rate>"
             from (
               select distinct counted.operation_id, rate.said
               from counted
               cross join lateral jsonb_array_elements(counted.rates) as rate (said)
               where rate.said ->> 'currency' = counted.currency
             ) used
             order by used.operation_id, used.said ->> 'currency', used.said ->> 'date', used.said"#
        )
        .map_err(doing("read the rates of contributions"))
    }

    async fn contributions_left_out(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
    ) -> Result<Vec<LeftOutRow>, Error> {
        counted!(
            LeftOutRow,
            self,
            pin,
            operation_ids,
            r#"select
               left_out.operation_id as "operation_id!",
               left_out.count as "count!",
               left_out.code as "code!"
             from (
               select
                 counted.operation_id,
                 counted.code,
                 count(*) over (partition by counted.operation_id) as count,
                 row_number() over (partition by counted.operation_id order by counted.code) as number
               from counted
               where counted.amount is not null and counted.worth is null
             ) left_out
             where left_out.number <= $5
             order by left_out.operation_id, left_out.code"#,
            MOST_NAMED
        )
        .map_err(doing("name contributions without a rate"))
    }
}
