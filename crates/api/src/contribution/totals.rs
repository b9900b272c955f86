//! What contributions add up to.

use crate::{
    Error,
    contribution::types::ContributionKind,
    graph::{
        context::World,
        money::{Money, Rate},
        node::Partner,
    },
};
use async_graphql::{Enum, Object, SimpleObject};
use domain::{Currency, PartnerCode, contribution, ids::PartnerId, money::half_even};
use read_model::{
    contribution::{GroupedBy, MoneyTotalRow, QuantityTotalRow, Sums},
    parse,
};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// What contributions are added up by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContributionTotalsBy {
    /// The partner that gives.
    Partner,
    /// The line of effort that money is allocated to. Pledges name none, so what was pledged and accepted is in the group
    /// without one, and so is what was paid without naming one.
    LineOfEffort,
    /// What they are for the operation.
    Kind,
}

impl From<ContributionTotalsBy> for GroupedBy {
    fn from(by: ContributionTotalsBy) -> Self {
        match by {
            ContributionTotalsBy::Partner => Self::Partner,
            ContributionTotalsBy::LineOfEffort => Self::LineOfEffort,
            ContributionTotalsBy::Kind => Self::Kind,
        }
    }
}

/// How what is worth part of a smallest unit is rounded.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest smallest unit, of two that are as near to the even one: once, when all has been added up exactly.
    HalfEven,
}

/// What contributions add up to.
pub struct ContributionTotals {
    world: Arc<World>,
    by: ContributionTotalsBy,
    sums: Arc<Sums>,
}

impl ContributionTotals {
    pub(crate) async fn of(
        world: &Arc<World>,
        operation: Uuid,
        by: ContributionTotalsBy,
    ) -> Result<Self, Error> {
        let sums = world.loaders.contribution_sums.load((operation, by.into())).await?.unwrap_or_default();
        world.spend(sums.money.len() + sums.quantities.len() + sums.rates.len())?;
        Ok(Self { world: Arc::clone(world), by, sums })
    }

    fn reporting(&self) -> Option<&Currency> {
        self.sums.rates.first().map(|rate| &rate.to)
    }

    fn group(&self, is_total: bool, key: Option<&str>) -> Result<ContributionGroup, Error> {
        let money: Vec<&MoneyTotalRow> = self
            .sums
            .money
            .iter()
            .filter(|row| row.is_total == is_total && row.key.as_deref() == key)
            .collect();
        let quantities = self.sums.quantities.iter();
        let quantities =
            quantities.filter(|row| row.is_total == is_total && row.key.as_deref() == key).map(Into::into);
        let of_each = |in_kind: bool| {
            let rows = money.iter().filter(|row| row.in_kind == in_kind);
            rows.filter_map(|row| Some((row, row.currency.as_deref()?)))
                .map(|(row, currency)| MoneyTotals::new(row, &parse::<Currency>(currency)?))
                .collect::<Result<Vec<_>, Error>>()
        };
        let in_reporting = |in_kind: bool| {
            let row = money.iter().find(|row| row.in_kind == in_kind && row.currency.is_none());
            let (Some(row), Some(currency)) = (row, self.reporting()) else { return Ok(None) };
            MoneyTotals::new(row, currency).map(Some)
        };
        Ok(ContributionGroup {
            world: Arc::clone(&self.world),
            by: self.by,
            key: key.map(str::to_owned),
            cash: of_each(false)?,
            cash_reported: in_reporting(false)?,
            in_kind: of_each(true)?,
            in_kind_reported: in_reporting(true)?,
            quantities: quantities.collect(),
        })
    }
}

/// What contributions add up to, those left out that were declined or withdrawn.
#[Object]
impl ContributionTotals {
    /// For each partner, line of effort or kind that has any, in the order of their codes; what belongs to no line comes last.
    async fn groups(&self) -> Result<Vec<ContributionGroup>, Error> {
        let money = self.sums.money.iter().filter(|row| !row.is_total).map(|row| row.key.as_deref());
        let quantities =
            self.sums.quantities.iter().filter(|row| !row.is_total).map(|row| row.key.as_deref());
        let keys: BTreeSet<Option<&str>> = money.chain(quantities).collect();
        let named = keys.iter().filter(|key| key.is_some()).chain(keys.iter().filter(|key| key.is_none()));
        named.map(|key| self.group(false, *key)).collect()
    }

    /// Of all groups together.
    async fn total(&self) -> Result<ContributionGroup, Error> {
        self.group(true, None)
    }

    /// The one currency that sums over several are made in; null until a contribution that you see was accepted with a rate.
    async fn reporting_currency(&self) -> Option<&str> {
        self.reporting().map(Currency::as_str)
    }

    /// The rates that sums over several currencies were made with, each once. What is in the reporting currency itself needs
    /// none.
    async fn rates(&self) -> Vec<Rate> {
        self.sums.rates.iter().map(Rate::from).collect()
    }

    /// How sums over several currencies are rounded.
    async fn rounding(&self) -> Rounding {
        Rounding::HalfEven
    }

    /// Codes of contributions that have a value and are in no sum over several currencies, because no rate of their currency
    /// was agreed; the first hundred, in the order of their codes.
    async fn left_out(&self) -> &[String] {
        &self.sums.left_out
    }

    /// How many there are of them.
    async fn left_out_count(&self) -> i64 {
        self.sums.left_out_count
    }
}

/// What some contributions add up to.
pub struct ContributionGroup {
    world: Arc<World>,
    by: ContributionTotalsBy,
    key: Option<String>,
    cash: Vec<MoneyTotals>,
    cash_reported: Option<MoneyTotals>,
    in_kind: Vec<MoneyTotals>,
    in_kind_reported: Option<MoneyTotals>,
    quantities: Vec<QuantityTotals>,
}

impl ContributionGroup {
    fn key_of(&self, by: ContributionTotalsBy) -> Option<&str> {
        self.key.as_deref().filter(|_| self.by == by)
    }
}

/// What some contributions add up to.
#[Object]
impl ContributionGroup {
    /// The partner that gives them; null unless they are added up by partner.
    async fn partner(&self) -> Result<Option<Partner>, Error> {
        match self.key_of(ContributionTotalsBy::Partner) {
            Some(code) => self.world.find(PartnerId::of(&parse::<PartnerCode>(code)?).0).await,
            None => Ok(None),
        }
    }

    /// Code of the line of effort; null unless they are added up by line of effort, and for what belongs to none.
    async fn line_of_effort(&self) -> Option<&str> {
        self.key_of(ContributionTotalsBy::LineOfEffort)
    }

    /// What they are for the operation; null unless they are added up by kind.
    async fn kind(&self) -> Result<Option<ContributionKind>, Error> {
        let kind = self.key_of(ContributionTotalsBy::Kind).map(parse::<contribution::ContributionKind>);
        Ok(kind.transpose()?.map(Into::into))
    }

    /// Money, for each currency in the order of their codes.
    async fn cash(&self) -> &[MoneyTotals] {
        &self.cash
    }

    /// Money of all currencies in the reporting one; what has no rate is left out, and nothing has one where it is null.
    async fn cash_reported(&self) -> Option<&MoneyTotals> {
        self.cash_reported.as_ref()
    }

    /// What is given in kind is worth, for each currency in the order of their codes. It is neither allocated nor paid.
    async fn in_kind(&self) -> &[MoneyTotals] {
        &self.in_kind
    }

    /// The same of all currencies in the reporting one; what has no rate is left out, and nothing has one where it is null.
    async fn in_kind_reported(&self) -> Option<&MoneyTotals> {
        self.in_kind_reported.as_ref()
    }

    /// What is given in kind is counted, for each unit in the order of their names.
    async fn quantities(&self) -> &[QuantityTotals] {
        &self.quantities
    }
}

/// Sums of money in one currency. Each has in it what the next one has: they are never added to each other.
#[derive(SimpleObject)]
pub struct MoneyTotals {
    currency: String,
    /// What was pledged and neither declined nor withdrawn, whether or not it was accepted.
    pledged: Money,
    /// What of it was accepted.
    accepted: Money,
    /// What of that was set aside for lines of effort.
    allocated: Money,
    /// What of that was paid.
    disbursed: Money,
}

impl MoneyTotals {
    fn new(row: &MoneyTotalRow, currency: &Currency) -> Result<Self, Error> {
        let money = |sum: Option<&String>| {
            let exact = sum.map_or("0", String::as_str);
            let rounded = half_even(exact)
                .ok_or_else(|| Error::internal("add up contributions", &format!("{exact} is no sum")))?;
            Ok::<_, Error>(Money::of(rounded, currency))
        };
        Ok(Self {
            currency: currency.to_string(),
            pledged: money(row.pledged.as_ref())?,
            accepted: money(row.accepted.as_ref())?,
            allocated: money(row.allocated.as_ref())?,
            disbursed: money(row.disbursed.as_ref())?,
        })
    }
}

/// Sums of what is counted in one unit.
#[derive(SimpleObject)]
pub struct QuantityTotals {
    unit: String,
    /// What was pledged and neither declined nor withdrawn, whether or not it was accepted.
    pledged: i64,
    /// What of it was accepted.
    accepted: i64,
    /// What of that was handed over, what was rejected left out.
    delivered: i64,
    /// What of that was found to be what was pledged.
    delivery_accepted: i64,
}

impl From<&QuantityTotalRow> for QuantityTotals {
    fn from(row: &QuantityTotalRow) -> Self {
        Self {
            unit: row.unit.clone(),
            pledged: row.pledged,
            accepted: row.accepted,
            delivered: row.delivered,
            delivery_accepted: row.delivery_accepted,
        }
    }
}
