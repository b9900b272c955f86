//! Amounts of money and rates, exact in both directions.

use crate::graph::{mutation::At, scalars::Decimal};
use async_graphql::{InputObject, SimpleObject};
use domain::{Currency, money};
use read_model::contribution::MoneyColumn;

/// An exact amount of money.
#[derive(SimpleObject, Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// With all decimals of the currency.
    amount: Decimal,
    /// The same in the smallest units of the currency that ISO 4217 has: a whole number, as text, which may have more than 64
    /// bits where amounts are added up.
    minor_units: String,
    /// An ISO 4217 code, such as `THB`.
    currency: String,
}

impl Money {
    pub(crate) fn of(minor_units: i128, currency: &Currency) -> Self {
        Self {
            amount: Decimal(money::amount_of(minor_units, currency)),
            minor_units: minor_units.to_string(),
            currency: currency.to_string(),
        }
    }
}

impl From<&MoneyColumn> for Money {
    fn from(MoneyColumn { amount, minor_units, currency }: &MoneyColumn) -> Self {
        Self {
            amount: Decimal(amount.clone()),
            minor_units: minor_units.clone(),
            currency: currency.to_string(),
        }
    }
}

/// An exact amount of money.
#[derive(InputObject)]
pub(crate) struct MoneyInput {
    /// With no more decimals than the currency has.
    amount: Decimal,
    /// An ISO 4217 code, such as `THB`.
    currency: String,
}

impl MoneyInput {
    pub(crate) fn read(&self, at: &mut At<'_>) -> Option<domain::Money> {
        let amount = at.parse("amount", &self.amount.0);
        let currency = at.parse("currency", &self.currency);
        match domain::Money::new(amount?, currency?) {
            Ok(money) => Some(money),
            Err(fault) => {
                at.add(fault.code(), fault.field(), format!("{fault}."));
                None
            }
        }
    }
}

/// What a unit of one currency is worth in another, as somebody published it.
#[derive(SimpleObject, Debug, Clone)]
pub struct Rate {
    /// The currency.
    currency: String,
    /// What one unit of it is worth in the other.
    per_unit: Decimal,
    /// The other currency.
    to: String,
    /// The day that it is of, such as `2023-08-31`.
    date: String,
    /// Who published it.
    source: String,
}

impl From<&domain::Rate> for Rate {
    fn from(domain::Rate { currency, per_unit, to, date, source }: &domain::Rate) -> Self {
        Self {
            currency: currency.to_string(),
            per_unit: Decimal(per_unit.to_string()),
            to: to.to_string(),
            date: date.to_string(),
            source: source.to_string(),
        }
    }
}

/// What a unit of one currency is worth in another, as somebody published it.
#[derive(InputObject)]
pub(crate) struct RateInput {
    /// The currency. A rate of the reporting currency itself says what that is, and is 1.
    currency: String,
    /// What one unit of it is worth in the other: above 0, and at most 1,000,000,000.
    per_unit: Decimal,
    /// The currency that the operation reports in: the same for all its contributions.
    to: String,
    /// The day that it is of, such as `2023-08-31`; not after the present.
    date: String,
    /// Who published it.
    source: String,
}

impl RateInput {
    pub(crate) fn read(&self, at: &mut At<'_>) -> Option<domain::Rate> {
        let currency = at.parse("currency", &self.currency);
        let per_unit = at.parse("perUnit", &self.per_unit.0);
        let to = at.parse("to", &self.to);
        let date = at.parse("date", &self.date);
        let source = at.parse("source", &self.source);
        Some(domain::Rate { currency: currency?, per_unit: per_unit?, to: to?, date: date?, source: source? })
    }
}
