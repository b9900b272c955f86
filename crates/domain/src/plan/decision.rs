//! What is known of a partner's decision on a version, and of the conditions attached to it. No rule is here.

use crate::{
    Code, ConditionCode, Instant, PartnerCode, Position, Prose, TaskCode,
    ids::{DecisionId, OperationId, PlanVersionId},
    plan::NewCondition,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum DecisionKind {
    Approved,
    ApprovedWithConditions,
    Rejected,
    TerritorialConsent,
    ConsentRefused,
}

impl DecisionKind {
    pub fn approves(self) -> bool {
        matches!(self, Self::Approved | Self::ApprovedWithConditions)
    }
}

/// A partner's decision on one exact version.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub number: u32,
    pub partner: PartnerCode,
    /// Who decided: a post.
    pub actor: String,
    pub kind: DecisionKind,
    pub at: Instant,
    pub position: Position,
    /// What its author was looking at.
    pub seen_at: Position,
    pub reason_code: Option<Code>,
    pub reason: Option<Prose>,
    /// Tasks objected to, or consented to.
    pub tasks: BTreeSet<TaskCode>,
    pub conditions: Vec<Condition>,
    pub revoked_at: Option<Instant>,
}

impl Decision {
    pub fn id(&self, operation: OperationId, version: u32) -> DecisionId {
        DecisionId::of(PlanVersionId::of(operation, version), self.number)
    }

    pub fn is_live(&self) -> bool {
        self.revoked_at.is_none()
    }
}

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
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ConditionStatus {
    Outstanding,
    Satisfied,
    Waived,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub code: ConditionCode,
    pub gate: Code,
    pub text: Prose,
    pub status: ConditionStatus,
    pub settled_at: Option<Instant>,
    /// Evidence of satisfaction, or the reason of a waiver.
    pub note: Option<Prose>,
}

impl From<NewCondition> for Condition {
    fn from(new: NewCondition) -> Self {
        let NewCondition { code, gate, text } = new;
        Self { code, gate, text, status: ConditionStatus::Outstanding, settled_at: None, note: None }
    }
}
