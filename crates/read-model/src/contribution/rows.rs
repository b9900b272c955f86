//! Rows of contributions: what was pledged, and what has come of it.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Currency, Instant, Item, Money, Rate, State,
    claim::Claim,
    contribution::{Contribution, Offer},
    ids::ContributionId,
    release::Release,
};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct ContributionRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub code: String,
        /// That gives it.
        pub partner: String,
        pub kind: String,
        pub title: Option<String>,
        pub status: String,
        pub in_kind: bool,
        /// Of what is given in kind, in its unit.
        pub quantity: Option<i32>,
        pub unit: Option<String>,
        pub value: Option<Json<MoneyColumn>>,
        /// The same in smallest units.
        pub amount: Option<i64>,
        pub currency: Option<String>,
        /// As agreed when it was accepted.
        pub rates: Json<Vec<Rate>>,
        /// The currency that they lead to.
        pub reporting: Option<String>,
        /// Of one smallest unit in smallest units of that currency, as an exact decimal number.
        pub worth: Option<String>,
        pub allocations: Json<Vec<AllocationColumn>>,
        /// In smallest units.
        pub allocated: i64,
        pub disbursements: Json<Vec<DisbursementColumn>>,
        /// In smallest units.
        pub disbursed: i64,
        pub deliveries: Json<Vec<DeliveryColumn>>,
        /// What was rejected left out.
        pub delivered: i32,
        pub delivery_accepted: i32,
        /// Whose work it is besides.
        pub parties: Vec<String>,
        /// What it says of its release itself.
        pub release: Option<Json<Release>>,
        /// Those of the operation that read it; `None`: all.
        pub readers: Option<Vec<String>>,
        pub pledged_at: DateTime<Utc>,
        pub accepted_at: Option<DateTime<Utc>>,
        /// Declined or withdrawn.
        pub refused_at: Option<DateTime<Utc>>,
        pub refusal_reason: Option<String>,
        pub fulfilled_at: Option<DateTime<Utc>>,
    }
}

/// An amount as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MoneyColumn {
    /// With all decimals of the currency.
    pub amount: String,
    /// A whole number.
    pub minor_units: String,
    pub currency: Currency,
}

impl From<&Money> for MoneyColumn {
    fn from(money: &Money) -> Self {
        Self {
            amount: money.amount(),
            minor_units: money.minor_units.to_string(),
            currency: money.currency.clone(),
        }
    }
}

/// What is set aside for a line of effort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllocationColumn {
    pub line_of_effort: String,
    pub allocated: MoneyColumn,
    /// By payments that name the line.
    pub disbursed: MoneyColumn,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DisbursementColumn {
    pub number: u32,
    pub amount: MoneyColumn,
    pub line_of_effort: Option<String>,
    #[serde(flatten)]
    pub said: SaidColumn,
}

/// Something that was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryColumn {
    pub number: u32,
    pub quantity: u32,
    #[serde(flatten)]
    pub said: SaidColumn,
    pub judgements: Vec<JudgementColumn>,
}

/// What was said of a delivery, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JudgementColumn {
    pub quantity: u32,
    /// Why it is not what was pledged; `None`: it is.
    pub rejected: Option<String>,
    #[serde(flatten)]
    pub said: SaidColumn,
}

/// Who said that it happened, when it did, and when the log learned of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SaidColumn {
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub position: i64,
    /// A post.
    pub reporter: String,
    pub late_reason: Option<String>,
}

impl SaidColumn {
    fn of<T>(claim: &Claim<T>) -> Self {
        Self {
            occurred_at: claim.occurred_at.to_utc(),
            recorded_at: claim.recorded_at,
            position: claim.position.0,
            reporter: claim.reporter.clone(),
            late_reason: claim.late_reason.clone(),
        }
    }
}

/// Which contributions; what is left out does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ContributionFilter {
    pub partner: Option<String>,
    pub kind: Option<String>,
    pub status: Option<String>,
}

/// The columns, once for all queries: what follows says where from, with the table as `given`, and the
/// arguments.
macro_rules! contribution_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            ContributionRow,
            r#"select
               given.id,
               given.operation_id,
               given.code,
               given.partner,
               given.kind,
               given.title,
               given.status,
               given.in_kind,
               given.quantity,
               given.unit,
               given.value as "value: Json<MoneyColumn>",
               given.amount,
               given.currency,
               given.rates as "rates: Json<Vec<Rate>>",
               given.reporting,
               given.worth,
               given.allocations as "allocations: Json<Vec<AllocationColumn>>",
               given.allocated,
               given.disbursements as "disbursements: Json<Vec<DisbursementColumn>>",
               given.disbursed,
               given.deliveries as "deliveries: Json<Vec<DeliveryColumn>>",
               given.delivered,
               given.delivery_accepted,
               given.parties,
               given.release as "release: Json<Release>",
               given.readers,
               given.pledged_at,
               given.accepted_at,
               given.refused_at,
               given.refusal_reason,
               given.fulfilled_at
             "# + $($rest)*
        )
    };
}

/// Of each operation the page's stretch; a statement for each direction, as for other pages.
macro_rules! contribution_pages {
    ($model:ident, $pin:ident, $operations:ident, $filter:ident, $page:ident, $order:literal) => {
        contribution_rows!(
            "from unnest($4::uuid[]) as wanted (id)
             cross join lateral (
               select entry.*
               from contribution entry
               join visible_matter($1, $2, $3) visible on visible.id = entry.id
               where entry.operation_id = wanted.id
                 and entry.code > coalesce($5, '')
                 and ($6::text is null or entry.code < $6)
                 and ($7::text is null or entry.partner = $7)
                 and ($8::text is null or entry.kind = $8)
                 and ($9::text is null or entry.status = $9)
                 and entry.valid_from <= $1
                 and $1 < entry.valid_to
               order by entry.code "
                + $order
                + " limit $10
             ) given
             order by given.operation_id, given.code",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $operations,
            $page.after.as_deref(),
            $page.before.as_deref(),
            $filter.partner.as_deref(),
            $filter.kind.as_deref(),
            $filter.status.as_deref(),
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

impl Versioned for ContributionRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::plain("code", "code"),
        Column::nowhere("partner", "who gives it never changes"),
        Column::plain("kind", "kind"),
        Column::plain("title", "title"),
        Column::plain("status", "status"),
        Column::plain("in_kind", "inKind"),
        Column::plain("quantity", "quantity"),
        Column::plain("unit", "unit"),
        Column::plain("value", "value"),
        Column::nowhere("amount", "it is that of `value`"),
        Column::nowhere("currency", "it is that of `value`"),
        Column::plain("rates", "rates"),
        Column::nowhere("reporting", "it is that of `rates`"),
        Column::nowhere("worth", "it follows from `rates`"),
        Column::plain("allocations", "allocations"),
        Column::nowhere("allocated", "it is the sum of `allocations`"),
        Column::plain("disbursements", "disbursements"),
        Column::nowhere("disbursed", "it is the sum of `disbursements`"),
        Column::plain("deliveries", "deliveries"),
        Column::plain("delivered", "delivered"),
        Column::plain("delivery_accepted", "deliveryAccepted"),
        Column::nowhere("parties", "there are none besides its giver and the lead"),
        Column::plain("release", "release"),
        Column::nowhere("readers", "computed from the label"),
        Column::instant("pledged_at", "pledgedAt"),
        Column::instant("accepted_at", "acceptedAt"),
        Column::instant("refused_at", "refusedAt"),
        Column::plain("refusal_reason", "refusalReason"),
        Column::instant("fulfilled_at", "fulfilledAt"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Contribution(_, code)) = (state, item) else {
            return None;
        };
        let known = operation.contributions.get(code)?;
        let id = operation.id();
        let pledge = &known.pledge;
        let (quantity, unit) = match &pledge.offer {
            Offer::Cash { .. } => (None, None),
            Offer::InKind { quantity, unit, .. } => (Some(quantity.cast_signed()), Some(unit.to_string())),
        };
        let value = pledge.offer.value();
        let accepted = known.accepted.as_ref();
        let rates = accepted.map(|accepted| accepted.rates.clone()).unwrap_or_default();
        let (worth, refused) = (known.rate(), known.refused.as_ref());
        let readers = known.label.readers(&operation.lead);
        let utc = |at: Instant| at.to_utc();
        Some(Self {
            id: ContributionId::of(id, code).0,
            operation_id: id.0,
            code: code.to_string(),
            partner: known.partner().to_string(),
            kind: pledge.kind.to_string(),
            title: pledge.title.as_ref().map(ToString::to_string),
            status: known.status().to_string(),
            in_kind: pledge.offer.is_in_kind(),
            quantity,
            unit,
            value: value.map(|value| Json(value.into())),
            amount: value.map(|value| value.minor_units),
            currency: value.map(|value| value.currency.to_string()),
            reporting: rates.first().map(|rate| rate.to.to_string()),
            rates: Json(rates),
            worth: worth.map(Rate::per_minor_unit),
            allocations: Json(allocations(known)),
            allocated: known.allocated(),
            disbursements: Json(disbursements(known)),
            disbursed: known.disbursed(),
            deliveries: Json(deliveries(known)),
            delivered: known.delivered().cast_signed(),
            delivery_accepted: known.delivery_accepted().cast_signed(),
            parties: known.label.parties.iter().map(ToString::to_string).collect(),
            release: known.label.release.clone().map(Json),
            readers: readers.map(|readers| readers.into_iter().map(ToString::to_string).collect()),
            pledged_at: known.pledged_at.to_utc(),
            accepted_at: accepted.map(|accepted| utc(accepted.at)),
            refused_at: refused.map(|refused| utc(refused.at)),
            refusal_reason: refused.map(|refused| refused.reason.to_string()),
            fulfilled_at: known.fulfilled_at.map(utc),
        })
    }
}

/// By line of effort; of what is given in kind there are none.
fn allocations(known: &Contribution) -> Vec<AllocationColumn> {
    let money = known.cash();
    let column = |minor_units: i64| Some(MoneyColumn::from(&money?.with(minor_units)));
    let all = known.allocations.iter();
    all.filter_map(|(line, allocation)| {
        Some(AllocationColumn {
            line_of_effort: line.to_string(),
            allocated: column(allocation.allocated)?,
            disbursed: column(allocation.disbursed)?,
        })
    })
    .collect()
}

fn disbursements(known: &Contribution) -> Vec<DisbursementColumn> {
    let money = known.cash();
    let all = known.disbursements.iter();
    all.filter_map(|payment| {
        Some(DisbursementColumn {
            number: payment.number,
            amount: (&money?.with(payment.says.minor_units)).into(),
            line_of_effort: payment.says.line_of_effort.as_ref().map(ToString::to_string),
            said: SaidColumn::of(payment),
        })
    })
    .collect()
}

fn deliveries(known: &Contribution) -> Vec<DeliveryColumn> {
    let judgements = |delivery: u32| {
        let judgements = known.judgements.iter().filter(move |judged| judged.says.delivery == delivery);
        judgements.map(|judged| JudgementColumn {
            quantity: judged.says.quantity,
            rejected: judged.says.rejected.as_ref().map(ToString::to_string),
            said: SaidColumn::of(judged),
        })
    };
    let all = known.deliveries.iter();
    all.map(|delivery| DeliveryColumn {
        number: delivery.number,
        quantity: delivery.says.quantity,
        said: SaidColumn::of(delivery),
        judgements: judgements(delivery.number).collect(),
    })
    .collect()
}

impl ReadModel {
    pub async fn contributions_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<ContributionRow>, Error> {
        contribution_rows!(
            "from contribution given
             join visible_matter($1, $2, $3) visible on visible.id = given.id
             where given.id = any ($4) and given.valid_from <= $1 and $1 < given.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read contributions"))
    }

    /// A page of what is given to each operation, by operation and code: one statement for all of them.
    pub async fn contributions_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        filter: &ContributionFilter,
        page: &Page,
    ) -> Result<Vec<ContributionRow>, Error> {
        let rows = if page.backwards {
            contribution_pages!(self, pin, operation_ids, filter, page, "desc")
        } else {
            contribution_pages!(self, pin, operation_ids, filter, page, "asc")
        };
        rows.map_err(doing("list contributions"))
    }

    /// Operations without one that the viewer may see are left out.
    pub async fn count_contributions(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        filter: &ContributionFilter,
    ) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select given.operation_id, count(*) as "count!"
             from contribution given
             join visible_matter($1, $2, $3) visible on visible.id = given.id
             where given.operation_id = any ($4)
               and ($5::text is null or given.partner = $5)
               and ($6::text is null or given.kind = $6)
               and ($7::text is null or given.status = $7)
               and given.valid_from <= $1
               and $1 < given.valid_to
             group by given.operation_id"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids,
            filter.partner.as_deref(),
            filter.kind.as_deref(),
            filter.status.as_deref()
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count contributions"))?;
        Ok(rows.into_iter().map(|row| (row.operation_id, row.count)).collect())
    }
}
