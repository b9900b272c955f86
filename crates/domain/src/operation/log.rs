//! What an operation keeps of its decisions, and of clashes with other operations.

use crate::{
    Instant, PartnerCode, Position, Prose, TaskCode, Title,
    operation::{DecisionOption, PlannedDecision},
    plan::TimeWindow,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An entry of the decision log.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedDecision {
    pub number: u32,
    pub partner: PartnerCode,
    /// Who entered it: a post.
    pub actor: String,
    pub decision_point: Option<PlannedDecision>,
    pub question: Title,
    pub options: Vec<DecisionOption>,
    pub outcome: Prose,
    pub reasons: Prose,
    pub seen_at: Position,
    pub at: Instant,
    pub position: Position,
}

/// A clash with another operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Deconfliction {
    pub number: u32,
    pub other: Title,
    pub period: Option<TimeWindow>,
    pub areas: Vec<Title>,
    pub tasks: BTreeSet<TaskCode>,
    pub found_at: Instant,
    pub cleared: Option<Cleared>,
}

/// How and when a clash was settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cleared {
    pub at: Instant,
    pub resolution: Prose,
}
