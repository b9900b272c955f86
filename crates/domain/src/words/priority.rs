//! How urgent something is that nobody planned: incidents, requests, and the clocks of both.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How urgent something is: the first is the most urgent, and the least of them in order.
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
)]
pub enum Priority {
    P1,
    P2,
    P3,
    P4,
}

impl Priority {
    pub fn is_as_urgent_as(self, other: Self) -> bool {
        self <= other
    }
}
