//! What is asked of an operation, its plan apart.

use crate::{
    Code, Instant, OperationCode, PartnerCode, Position, Prose, TaskCode, Title,
    operation::DecisionOption,
    plan::TimeWindow,
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
    Pause {
        operation: OperationCode,
        reason: Prose,
    },
    Resume {
        operation: OperationCode,
    },
    Close {
        operation: OperationCode,
    },
    Terminate {
        operation: OperationCode,
        reason: Prose,
    },
    RecordDecision {
        operation: OperationCode,
        decision: NewRecordedDecision,
    },
    FindDeconflictionConflict {
        operation: OperationCode,
        other: Title,
        period: Option<TimeWindow>,
        areas: Vec<Title>,
        tasks: BTreeSet<TaskCode>,
    },
    ClearDeconfliction {
        operation: OperationCode,
        number: u32,
        resolution: Prose,
    },
}

/// A decision to be entered in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewRecordedDecision {
    /// Of the plan in force.
    pub decision_point: Option<Code>,
    pub question: Title,
    pub options: Vec<DecisionOption>,
    pub outcome: Prose,
    pub reasons: Prose,
    pub seen_at: Position,
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
            | Self::Activate { operation }
            | Self::Pause { operation, .. }
            | Self::Resume { operation }
            | Self::Close { operation }
            | Self::Terminate { operation, .. }
            | Self::RecordDecision { operation, .. }
            | Self::FindDeconflictionConflict { operation, .. }
            | Self::ClearDeconfliction { operation, .. } => operation,
        }
    }
}
