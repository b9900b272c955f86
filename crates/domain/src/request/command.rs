//! What partners ask of each other, and answer.

use crate::{
    IncidentCode, Instant, OperationCode, PartnerCode, PostCode, Priority, Prose, RequestCode,
    release::Release,
    request::{Channel, RequestKind},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum RequestCommand {
    Issue {
        operation: OperationCode,
        request: RequestCode,
        ask: Box<NewRequest>,
    },
    Acknowledge {
        operation: OperationCode,
        request: RequestCode,
    },
    Accept {
        operation: OperationCode,
        request: RequestCode,
    },
    Decline {
        operation: OperationCode,
        request: RequestCode,
        reason: Prose,
    },
    Fulfil {
        operation: OperationCode,
        request: RequestCode,
        answer: Option<Prose>,
    },
    Escalate {
        operation: OperationCode,
        request: RequestCode,
        priority: Option<Priority>,
        to: Option<PostCode>,
        reason: Prose,
    },
    Withdraw {
        operation: OperationCode,
        request: RequestCode,
        reason: Prose,
    },
    /// What a claim says happened at another time.
    CorrectTimes {
        operation: OperationCode,
        request: RequestCode,
        claim: u32,
        at: Instant,
        reason: Prose,
    },
    /// Of the clock's service alone: that the clock fell due.
    MissDeadline {
        operation: OperationCode,
        request: RequestCode,
        clock: u32,
    },
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewRequest {
    pub kind: RequestKind,
    pub channel: Channel,
    pub priority: Priority,
    pub to: PartnerCode,
    pub incident: Option<IncidentCode>,
    pub text: Prose,
    pub due: Option<Instant>,
    /// Who reads it besides its two partners and the operation's lead.
    pub release: Release,
}

impl RequestCommand {
    /// Which request of which operation.
    pub fn place(&self) -> (&OperationCode, &RequestCode) {
        match self {
            Self::Issue { operation, request, .. }
            | Self::Acknowledge { operation, request, .. }
            | Self::Accept { operation, request, .. }
            | Self::Decline { operation, request, .. }
            | Self::Fulfil { operation, request, .. }
            | Self::Escalate { operation, request, .. }
            | Self::Withdraw { operation, request, .. }
            | Self::CorrectTimes { operation, request, .. }
            | Self::MissDeadline { operation, request, .. } => (operation, request),
        }
    }
}
