//! What is known of a partner's decision on a version, and of the conditions attached to it. No rule is here.

use crate::{
    AnnexCode, Code, ConditionCode, Instant, PartnerCode, Position, Prose, TaskCode,
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
    pub revoked: Option<Revoked>,
    /// By whom its partner said last, in post, that it stands.
    pub confirmed: Option<Confirmation>,
    /// What of the version was not shown to the partner when it decided: it did not decide on that.
    pub withheld: Withheld,
}

/// That a decision was taken back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Revoked {
    pub at: Instant,
    pub position: Position,
}

/// That a decision stands, said by an officer in post.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmation {
    /// A post of the decision's partner.
    pub actor: String,
    pub at: Instant,
    pub position: Position,
}

/// Parts of a version that a partner could not read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Withheld {
    pub tasks: BTreeSet<TaskCode>,
    pub annexes: BTreeSet<AnnexCode>,
}

impl Decision {
    pub fn id(&self, operation: OperationId, version: u32) -> DecisionId {
        DecisionId::of(PlanVersionId::of(operation, version), self.number)
    }

    pub fn is_live(&self) -> bool {
        self.revoked.is_none()
    }

    /// Which post the decision rests on, the moment at which that has to have been held, and where the log
    /// stood then: who is entered later as having held it did not decide.
    pub fn authority(&self) -> (&str, Instant, Position) {
        match &self.confirmed {
            Some(Confirmation { actor, at, position }) => (actor, *at, *position),
            None => (&self.actor, self.at, self.position),
        }
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
    /// Said to be met once, and not any more by its author: blocks its gate like an outstanding one.
    Broken,
}

impl ConditionStatus {
    pub fn blocks(self) -> bool {
        matches!(self, Self::Outstanding | Self::Broken)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub code: ConditionCode,
    pub gate: Code,
    pub text: Prose,
    pub status: ConditionStatus,
    pub settled_at: Option<Instant>,
    /// Evidence of satisfaction, or the reason why it was waived or is broken.
    pub note: Option<Prose>,
    /// The last evidence that somebody laid before its author.
    pub proposal: Option<Proposal>,
}

/// That a condition is met, as somebody says to its author.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    pub partner: PartnerCode,
    /// A post of that partner.
    pub actor: String,
    pub evidence: Prose,
    pub at: Instant,
    /// When the author contested it, and why.
    pub contested: Option<Contest>,
}

/// Why a condition's author does not hold it for met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contest {
    pub at: Instant,
    pub reason: Prose,
}

impl From<NewCondition> for Condition {
    fn from(new: NewCondition) -> Self {
        let NewCondition { code, gate, text } = new;
        Self {
            code,
            gate,
            text,
            status: ConditionStatus::Outstanding,
            settled_at: None,
            note: None,
            proposal: None,
        }
    }
}
