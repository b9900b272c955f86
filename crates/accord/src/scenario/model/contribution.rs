//! What partners have promised and given.

use super::values::{Currency, Decimal, Money};
use crate::scenario::{
    record::{names, record},
    yaml::{Flat, Map},
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

record! {
    /// Amounts are whole units of their currency.
    Contributions {
        reporting_currency: Currency, fx: Rates, cost_rule: String, items: Vec<Contribution>,
        expect: BTreeMap<String, Decimal> = BTreeMap::new(),
    }
}
record! {
    /// What one unit of each currency is worth in the reporting currency.
    Rates { date: NaiveDate, rates flat "": BTreeMap<String, Decimal> }
}
record! {
    Contribution {
        id: String, by: String, kind: ContributionKind, pledged: NaiveDate, accepted: Option<NaiveDate>,
        status: ContributionStatus, terms flat "in_kind": Terms,
    }
}
names! {
    ContributionKind {
        Training = "TRAINING", Budget = "BUDGET", Technology = "TECHNOLOGY", Premises = "PREMISES",
        Personnel = "PERSONNEL",
    }
}
names! {
    ContributionStatus {
        Pledged = "PLEDGED", Accepted = "ACCEPTED", PartlyDisbursed = "PARTLY_DISBURSED",
        PartlyDelivered = "PARTLY_DELIVERED", Fulfilled = "FULFILLED",
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Terms {
    Cash {
        value: Money,
        allocated: BTreeMap<String, i64>,
        disbursed: Vec<Payment>,
    },
    InKind {
        quantity: i64,
        unit: String,
        value: Option<Money>,
        delivered: Vec<Delivery>,
        delivery_accepted: Option<NaiveDate>,
    },
}

impl Flat for Terms {
    fn read_flat(map: &mut Map<'_>, tag: &'static str) -> Self {
        if map.field(tag) {
            Self::InKind {
                quantity: map.field("qty"),
                unit: map.field("unit"),
                value: map.field("value"),
                delivered: map.field_or("delivered", Vec::new()),
                delivery_accepted: map.field("delivery_accepted"),
            }
        } else {
            Self::Cash {
                value: map.field("value"),
                allocated: map.field_or("allocated", BTreeMap::new()),
                disbursed: map.field_or("disbursed", Vec::new()),
            }
        }
    }
}

record! { Payment { amount in "amt": i64, at: NaiveDate } }
record! { Delivery { quantity in "qty": i64, at: NaiveDate, rejected: bool = false, reason: Option<String> } }
