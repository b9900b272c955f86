//! What is asked of those who answer incidents.

use crate::{
    IncidentCode, Instant, OperationCode, Position, PostCode, Priority, Prose, TaskCode,
    incident::{Methane, ResponseTask},
    release::Release,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum IncidentCommand {
    Report {
        operation: OperationCode,
        incident: IncidentCode,
        report: Methane,
        release: Option<Release>,
    },
    Triage {
        operation: OperationCode,
        incident: IncidentCode,
        priority: Priority,
    },
    Escalate {
        operation: OperationCode,
        incident: IncidentCode,
        priority: Option<Priority>,
        to: Option<PostCode>,
        reason: Prose,
    },
    DecideResponse {
        operation: OperationCode,
        incident: IncidentCode,
        task: Option<ResponseTask>,
        reasons: Prose,
        seen_at: Position,
    },
    Dispatch {
        operation: OperationCode,
        incident: IncidentCode,
        post: PostCode,
        task: Option<TaskCode>,
    },
    RecordArrival {
        operation: OperationCode,
        incident: IncidentCode,
        post: PostCode,
    },
    Contain {
        operation: OperationCode,
        incident: IncidentCode,
        persons_recovered: Option<u32>,
    },
    Close {
        operation: OperationCode,
        incident: IncidentCode,
        outcome: Option<Prose>,
    },
    Reopen {
        operation: OperationCode,
        incident: IncidentCode,
        reason: Prose,
    },
    /// What a claim says happened at another time.
    CorrectTimes {
        operation: OperationCode,
        incident: IncidentCode,
        claim: u32,
        at: Instant,
        reason: Prose,
    },
    /// Of the clock's service alone: that the clock fell due.
    MissDeadline {
        operation: OperationCode,
        incident: IncidentCode,
        clock: u32,
    },
}

impl IncidentCommand {
    /// Which incident of which operation.
    pub fn place(&self) -> (&OperationCode, &IncidentCode) {
        match self {
            Self::Report { operation, incident, .. }
            | Self::Triage { operation, incident, .. }
            | Self::Escalate { operation, incident, .. }
            | Self::DecideResponse { operation, incident, .. }
            | Self::Dispatch { operation, incident, .. }
            | Self::RecordArrival { operation, incident, .. }
            | Self::Contain { operation, incident, .. }
            | Self::Close { operation, incident, .. }
            | Self::Reopen { operation, incident, .. }
            | Self::CorrectTimes { operation, incident, .. }
            | Self::MissDeadline { operation, incident, .. } => (operation, incident),
        }
    }
}
