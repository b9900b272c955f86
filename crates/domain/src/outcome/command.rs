//! What is asked of those who say what an operation came to.

use crate::{
    Code, Instant, OperationCode, OutcomeCode, Prose, Title,
    outcome::{Measured, OutcomeKind},
    release::Release,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum OutcomeCommand {
    Record {
        operation: OperationCode,
        outcome: NewOutcome,
    },
    /// Puts right what a claim says: how much it was, when it was, or both.
    Correct {
        operation: OperationCode,
        outcome: OutcomeCode,
        claim: u32,
        /// `None`: as the claim says.
        measured: Option<Measured>,
        /// When it was; `None`: as the claim says.
        at: Option<Instant>,
        reason: Prose,
    },
}

/// What a partner says that the operation came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewOutcome {
    pub code: OutcomeCode,
    pub kind: OutcomeKind,
    /// What it is, in a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    pub measured: Measured,
    /// Who or what says so.
    pub source: Title,
    /// The objective of the plan that it counts towards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<Code>,
    /// Who may read it besides the partner that says so and the operation's lead; `None`: whoever reads the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
}

impl OutcomeCommand {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::Record { operation, .. } | Self::Correct { operation, .. } => operation,
        }
    }
}
