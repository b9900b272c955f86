//! What is pledged.

use crate::{Money, Title};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a contribution is for the operation.
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
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ContributionKind {
    /// Means of paying.
    Budget,
    /// Places in courses, and courses.
    Training,
    /// Devices, software, lines.
    Technology,
    /// Rooms, buildings, land.
    Premises,
    /// People.
    Personnel,
    /// Anything else.
    Other,
}

/// What a partner offers to give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Offer {
    /// Money, which is allocated to lines of effort and paid.
    Cash {
        /// How much, above 0.
        amount: Money,
    },
    /// Something else, which is counted and delivered.
    InKind {
        /// How much, above 0.
        quantity: u32,
        /// What one of it is, such as `training place`.
        unit: Title,
        /// What all of it is worth; absent where nobody said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Money>,
    },
}

impl Offer {
    /// What it is worth.
    pub fn value(&self) -> Option<&Money> {
        match self {
            Self::Cash { amount } => Some(amount),
            Self::InKind { value, .. } => value.as_ref(),
        }
    }

    pub fn is_in_kind(&self) -> bool {
        matches!(self, Self::InKind { .. })
    }
}

/// A pledge as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pledge {
    /// What it is for the operation.
    pub kind: ContributionKind,
    /// What it is called; absent where it has no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// What is offered.
    pub offer: Offer,
}
