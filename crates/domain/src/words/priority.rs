//! How soon something must be answered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How soon something must be answered; the first is the most urgent.
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
pub enum Priority {
    /// Lives are at risk.
    P1,
    /// Within hours.
    P2,
    /// Within days.
    P3,
    /// When there is time.
    P4,
}

impl Priority {
    pub fn is_as_urgent_as(self, other: Self) -> bool {
        self <= other
    }
}
