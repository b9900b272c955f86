//! What was reported on an operation.

use crate::{
    About, OperationCode, Prose, SitrepCode,
    release::{Matter, Release},
    sitrep::{Difference, Figures, Period},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was reported on an operation as a whole. When something happened in the world is the event's own `occurredAt`,
/// and why it is told late its `lateReason`.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum SitrepEvent {
    /// The next SITREP of the operation was issued. It stays as it is.
    SitrepIssued {
        /// The operation.
        operation: OperationCode,
        /// The SITREP, such as `SITREP-03`.
        sitrep: SitrepCode,
        /// Counted from 1 for the operation.
        number: u32,
        /// What it tells of.
        period: Period,
        /// What its author has to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remarks: Option<Prose>,
        /// Whether none follows.
        #[serde(rename = "final")]
        is_final: bool,
        /// Who may read it besides the operation's lead: those for whom it was counted.
        release: Release,
        /// Of what all its readers may see, as was known then.
        figures: Figures,
    },
    /// A SITREP was put right by another one, on the same period. What was issued stays as it was.
    SitrepCorrected {
        /// The operation.
        operation: OperationCode,
        /// The correction, such as `SITREP-03-C1`.
        sitrep: SitrepCode,
        /// The number of what it puts right.
        number: u32,
        /// Counted from 1 for that number.
        correction: u32,
        /// What it puts right: a SITREP, or an earlier correction.
        corrects: SitrepCode,
        /// That of what it puts right.
        period: Period,
        /// What its author has to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remarks: Option<Prose>,
        /// Why it is put right.
        reason: Prose,
        /// Who may read it besides the operation's lead: those that read what it puts right.
        release: Release,
        /// Of what all its readers may see, as was known then.
        figures: Figures,
        /// What differs from what it puts right.
        differences: Vec<Difference>,
    },
}

impl SitrepEvent {
    pub(crate) fn about(&self) -> About<'_> {
        match self {
            Self::SitrepIssued { operation, sitrep, .. } => {
                About::operation(operation).matter(&Matter::Sitrep(sitrep.clone()))
            }
            Self::SitrepCorrected { operation, sitrep, corrects, .. } => About::operation(operation)
                .matter(&Matter::Sitrep(sitrep.clone()))
                .matter(&Matter::Sitrep(corrects.clone())),
        }
    }
}
