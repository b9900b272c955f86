//! What partners are asked to count.

use crate::{
    IncidentCode, OperationCode, PartnerCode,
    assistance::{CorrectionReason, Figure, NationalityCount, OutcomeCount},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum AssistanceCommand {
    Receive {
        operation: OperationCode,
        count: u32,
        /// On whose territory.
        place: Option<PartnerCode>,
        incident: Option<IncidentCode>,
    },
    Screen {
        operation: OperationCode,
        presumed: u32,
        not_presumed: u32,
        /// `None`: not counted.
        minors: Option<u32>,
    },
    Identify {
        operation: OperationCode,
        identified: Vec<NationalityCount>,
        not_identified: u32,
        undetermined: u32,
    },
    TallyOutcomes {
        operation: OperationCode,
        outcomes: Vec<OutcomeCount>,
        /// `None`: not counted.
        punished: Option<u32>,
    },
    Correct {
        operation: OperationCode,
        correction: Correction,
    },
}

/// That a count was wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Correction {
    /// Number of the claim that was wrong.
    pub claim: u32,
    /// Which of its counts; `None`: its only one.
    pub figure: Option<Figure>,
    /// Of which nationality.
    pub nationality: Option<PartnerCode>,
    pub count: u32,
    pub reason: CorrectionReason,
}

impl AssistanceCommand {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::Receive { operation, .. }
            | Self::Screen { operation, .. }
            | Self::Identify { operation, .. }
            | Self::TallyOutcomes { operation, .. }
            | Self::Correct { operation, .. } => operation,
        }
    }
}
