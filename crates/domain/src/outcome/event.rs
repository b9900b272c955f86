//! What was said of what an operation came to.

use crate::{
    About, Code, Instant, OperationCode, OutcomeCode, PartnerCode, Prose, Title,
    outcome::{Measured, OutcomeKind},
    release::{Matter, Release},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was said of what an operation came to.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum OutcomeEvent {
    /// A partner said what its work in the operation came to. When that was is the event's own `occurredAt`, and why it is
    /// told late its `lateReason`.
    OutcomeRecorded {
        /// The operation.
        operation: OperationCode,
        /// The outcome.
        outcome: OutcomeCode,
        /// The partner whose work it was.
        partner: PartnerCode,
        /// What it came to.
        kind: OutcomeKind,
        /// What it is, in a line; absent where its kind says all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<Title>,
        /// How much it was: above 0.
        measured: Measured,
        /// Who or what says so.
        source: Title,
        /// The objective of the plan that it counts towards; absent where it names none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        objective: Option<Code>,
        /// Who may read it besides the partner and the operation's lead; absent: whoever reads the operation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<Release>,
    },
    /// It was another amount than a claim says, or at another time. That claim stays as it is; this one takes its place.
    OutcomeCorrected {
        /// The operation.
        operation: OperationCode,
        /// The outcome.
        outcome: OutcomeCode,
        /// The partner whose work it was.
        partner: PartnerCode,
        /// The claim that this is, counted from 1 for its outcome.
        claim: u32,
        /// The claim that was wrong.
        corrects: u32,
        /// How much it was: 0 where there was nothing of it.
        measured: Measured,
        /// When it was.
        at: Instant,
        /// Why the claim was wrong.
        reason: Prose,
    },
}

impl OutcomeEvent {
    pub(crate) fn about(&self) -> About<'_> {
        let (operation, outcome, partner) = match self {
            Self::OutcomeRecorded { operation, outcome, partner, .. }
            | Self::OutcomeCorrected { operation, outcome, partner, .. } => (operation, outcome, partner),
        };
        About::operation(operation).matter(&Matter::Outcome(outcome.clone())).partner(partner)
    }
}
