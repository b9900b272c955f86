//! What operations come to, and how much of it.

use crate::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an operation came to.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE", ascii_case_insensitive)]
pub enum OutcomeKind {
    /// Persons arrested, counted.
    Arrests,
    /// Accounts that cannot be drawn on, counted.
    AccountsFrozen,
    /// Money that cannot be moved.
    ValueFrozen,
    /// Money that was given back to those who lost it, or is held for them.
    ValueRecovered,
    /// What victims say that they lost: money, or how many reported it.
    LossesReported,
    /// Sites that operate no more, counted.
    SitesClosed,
    /// Anything else, which its title names: counted, or money.
    Other,
}

impl OutcomeKind {
    /// The kind whose name a measure of the plan is, in whatever case; `None` where it measures something else.
    pub fn of_measure(measure: &str) -> Option<Self> {
        measure.trim().parse().ok().filter(|kind| *kind != Self::Other)
    }

    pub fn takes_count(self) -> bool {
        !matches!(self, Self::ValueFrozen | Self::ValueRecovered)
    }

    pub fn takes_value(self) -> bool {
        matches!(self, Self::ValueFrozen | Self::ValueRecovered | Self::LossesReported | Self::Other)
    }
}

/// How much it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Measured {
    /// So many.
    Count(u32),
    /// So much money.
    Value(Money),
}

impl Measured {
    pub fn count(&self) -> Option<u32> {
        match self {
            Self::Count(count) => Some(*count),
            Self::Value(_) => None,
        }
    }

    pub fn value(&self) -> Option<&Money> {
        match self {
            Self::Count(_) => None,
            Self::Value(value) => Some(value),
        }
    }
}
