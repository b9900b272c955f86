//! What is asked of those who carry a plan out.

use crate::{
    Instant, OperationCode, PhaseCode, Position, Prose, Reported, TaskCode, Title,
    execution::{GoNoGo, Judgement, TaskClaim},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum ExecutionCommand {
    /// One claim on one task.
    Claim {
        operation: OperationCode,
        task: TaskCode,
        says: TaskClaim,
    },
    /// Many claims, such as a field team's list of the night: all of them or none, in the order given.
    Report {
        operation: OperationCode,
        reports: Vec<TaskReport>,
    },
    /// What a claim says happened at another time.
    CorrectTimes {
        operation: OperationCode,
        task: TaskCode,
        claim: u32,
        at: Instant,
        reason: Prose,
    },
    StartPhase {
        operation: OperationCode,
        phase: PhaseCode,
    },
    CompletePhase {
        operation: OperationCode,
        phase: PhaseCode,
    },
    /// One partner's word on whether a phase may start.
    DecideGoNoGo {
        operation: OperationCode,
        phase: PhaseCode,
        word: Word,
    },
}

/// A claim of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskReport {
    pub task: TaskCode,
    pub says: TaskClaim,
    /// When it happened; `None`: when the command says.
    pub reported: Option<Reported>,
}

/// What a partner says on whether a phase may start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Word {
    pub decision: GoNoGo,
    /// One for each criterion of the plan.
    pub criteria: Vec<Judgement>,
    /// Criteria that are not met and whose risk is accepted.
    pub accepted_risks: Vec<Title>,
    pub seen_at: Position,
}

impl ExecutionCommand {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::Claim { operation, .. }
            | Self::Report { operation, .. }
            | Self::CorrectTimes { operation, .. }
            | Self::StartPhase { operation, .. }
            | Self::CompletePhase { operation, .. }
            | Self::DecideGoNoGo { operation, .. } => operation,
        }
    }
}
