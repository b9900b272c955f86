//! What was counted of the persons that an operation's partners assist.

use crate::{
    About, IncidentCode, OperationCode, PartnerCode,
    assistance::{CorrectionReason, Figure, NationalityCount, OutcomeCount},
    ids::{AssistanceId, OperationId},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was counted of the persons that an operation's partners assist. Each count adds to those before. Only the
/// partner that counts reads these events: of others, counts that are small stay hidden.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum AssistanceEvent {
    /// Persons were received.
    PersonsReceived {
        /// The operation.
        operation: OperationCode,
        /// The partner that received them: their referring authority.
        authority: PartnerCode,
        /// How many, at least 1.
        #[schemars(range(min = 1))]
        count: u32,
        /// The partner on whose territory; absent where nobody said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<PartnerCode>,
        /// The incident that they were brought to safety in; absent where there was none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<IncidentCode>,
    },
    /// Persons that had been received were screened for signs of trafficking.
    ScreeningTallied {
        /// The operation.
        operation: OperationCode,
        /// The referring authority.
        authority: PartnerCode,
        /// How many are presumed to be victims.
        presumed: u32,
        /// How many are not.
        not_presumed: u32,
        /// How many of all those are younger than 18; absent where they were not counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minors: Option<u32>,
    },
    /// Of persons that were presumed to be victims it was formally found whether they are.
    IdentificationTallied {
        /// The operation.
        operation: OperationCode,
        /// The referring authority.
        authority: PartnerCode,
        /// How many are, by nationality.
        identified: Vec<NationalityCount>,
        /// How many are not.
        not_identified: u32,
        /// Of how many it could not be found.
        undetermined: u32,
    },
    /// It was counted what became of persons that were identified as victims.
    AssistanceOutcomeTallied {
        /// The operation.
        operation: OperationCode,
        /// The referring authority.
        authority: PartnerCode,
        /// How many, for each thing that became of them.
        outcomes: Vec<OutcomeCount>,
        /// How many were punished for what they were compelled to do; absent where they were not counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        punished: Option<u32>,
    },
    /// A count turned out to be wrong. What was said stands, and counts no more.
    AssistanceFigureCorrected {
        /// The operation.
        operation: OperationCode,
        /// The referring authority.
        authority: PartnerCode,
        /// Number of the claim that was wrong.
        corrects: u32,
        /// Which of its counts.
        figure: Figure,
        /// Of which nationality; absent where the count is of all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nationality: Option<PartnerCode>,
        /// How many there were indeed.
        count: u32,
        /// Why it was wrong.
        reason: CorrectionReason,
    },
}

impl AssistanceEvent {
    pub(crate) fn about(&self) -> About<'_> {
        let (operation, authority) = self.place();
        let table = AssistanceId::of(OperationId::of(operation), authority);
        About::operation(operation).assistance(table).partner(authority)
    }

    pub(super) fn place(&self) -> (&OperationCode, &PartnerCode) {
        match self {
            Self::PersonsReceived { operation, authority, .. }
            | Self::ScreeningTallied { operation, authority, .. }
            | Self::IdentificationTallied { operation, authority, .. }
            | Self::AssistanceOutcomeTallied { operation, authority, .. }
            | Self::AssistanceFigureCorrected { operation, authority, .. } => (operation, authority),
        }
    }
}
