//! What is asked of an operation, its plan apart.

use crate::{
    Instant, OperationCode, PartnerCode, Prose, Title,
    release::{Classification, HandlingCode, Marked, Release},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum OperationCommand {
    Initiate {
        operation: OperationCode,
        title: Title,
        lead: PartnerCode,
        classification: Classification,
        handling: HandlingCode,
        releasable_to: BTreeSet<PartnerCode>,
    },
    /// Authorises planning, nothing else.
    IssueWarningOrder {
        operation: OperationCode,
        text: Option<Prose>,
    },
    RecordLegalBasis {
        operation: OperationCode,
        instruments: Vec<Title>,
    },
    /// Replaces the label of the operation, or of one item in it: the partners that may read it as a whole,
    /// the rest where it is given. Owners always read what is theirs.
    MarkReleasability {
        operation: OperationCode,
        item: Option<Marked>,
        release: Release,
    },
    SetHHour {
        operation: OperationCode,
        at: Instant,
    },
    ShiftHHour {
        operation: OperationCode,
        to: Instant,
        reason: Prose,
    },
    Activate {
        operation: OperationCode,
    },
}

impl OperationCommand {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::Initiate { operation, .. }
            | Self::IssueWarningOrder { operation, .. }
            | Self::RecordLegalBasis { operation, .. }
            | Self::MarkReleasability { operation, .. }
            | Self::SetHHour { operation, .. }
            | Self::ShiftHHour { operation, .. }
            | Self::Activate { operation } => operation,
        }
    }
}
