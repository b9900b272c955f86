//! What an operation keeps of its review.

use crate::{
    Instant, PartnerCode, Position, Prose,
    review::{Finding, FindingCode},
};
use imbl::{OrdMap, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// The four questions of a review.
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
pub enum Question {
    /// What was planned?
    Planned,
    /// What happened?
    Happened,
    /// Why did it differ?
    Why,
    /// What is done next time?
    Next,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// Who opened it: a post.
    pub actor: String,
    pub opened_at: Instant,
    pub position: Position,
    /// The last answer to each question.
    pub answers: BTreeMap<Question, Answer>,
    /// The `n`th stands at `n - 1`.
    pub observations: Vector<Arc<Observation>>,
    pub findings: OrdMap<FindingCode, Arc<Finding>>,
    /// By partner; what it has adopted again takes the earlier one's place.
    pub adoptions: BTreeMap<PartnerCode, Adoption>,
    /// Where what partners adopt was written last: answers, findings, what follows from them and what proves them. What is
    /// done about findings goes on after their adoption.
    pub written: Position,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    pub text: Prose,
    /// Who answered: a post.
    pub actor: String,
    pub at: Instant,
    pub position: Position,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    pub number: u32,
    pub partner: PartnerCode,
    /// Who noted it: a post.
    pub actor: String,
    pub text: Prose,
    pub at: Instant,
    pub position: Position,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Adoption {
    /// Who spoke for the partner: a post.
    pub actor: String,
    pub at: Instant,
    pub position: Position,
    /// What its author was looking at.
    pub seen_at: Position,
}

impl Review {
    /// Whether nothing was written since its author looked.
    pub fn is_current(&self, adoption: &Adoption) -> bool {
        adoption.seen_at >= self.written
    }
}
