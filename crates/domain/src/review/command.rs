//! What is asked of those who review an operation.

use crate::{
    Instant, OperationCode, Position, PostCode, Prose,
    review::{Evidence, FindingCode, FindingKind, Question},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum ReviewCommand {
    Open {
        operation: OperationCode,
    },
    /// Takes the place of an earlier answer.
    Answer {
        operation: OperationCode,
        question: Question,
        answer: Prose,
    },
    Observe {
        operation: OperationCode,
        text: Prose,
    },
    RecordFinding {
        operation: OperationCode,
        finding: Box<NewFinding>,
    },
    /// Says what follows from a finding, in place of what was said before.
    Recommend {
        operation: OperationCode,
        finding: FindingCode,
        remedy: Remedy,
    },
    LinkEvidence {
        operation: OperationCode,
        finding: FindingCode,
        evidence: Vec<Evidence>,
    },
    AssignAction {
        operation: OperationCode,
        finding: FindingCode,
        post: PostCode,
        due: Instant,
    },
    CompleteAction {
        operation: OperationCode,
        finding: FindingCode,
        note: Prose,
    },
    ValidateLesson {
        operation: OperationCode,
        finding: FindingCode,
        /// Whether the change does what it was made for.
        accepted: bool,
        note: Option<Prose>,
    },
    /// In the name of the actor's partner.
    Adopt {
        operation: OperationCode,
        seen_at: Position,
    },
}

/// What a reviewer finds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewFinding {
    pub code: FindingCode,
    pub kind: FindingKind,
    pub observation: Prose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discussion: Option<Prose>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<Prose>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommendation: Option<Prose>,
    /// The post that answers for what becomes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PostCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    pub evidence: Vec<Evidence>,
}

/// What follows from a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Remedy {
    pub conclusion: Prose,
    pub recommendation: Prose,
    /// The post that answers for what becomes of it; `None`: as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PostCode>,
    /// `None`: as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
}

impl ReviewCommand {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::Open { operation }
            | Self::Answer { operation, .. }
            | Self::Observe { operation, .. }
            | Self::RecordFinding { operation, .. }
            | Self::Recommend { operation, .. }
            | Self::LinkEvidence { operation, .. }
            | Self::AssignAction { operation, .. }
            | Self::CompleteAction { operation, .. }
            | Self::ValidateLesson { operation, .. }
            | Self::Adopt { operation, .. } => operation,
        }
    }
}
