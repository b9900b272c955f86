//! What is asked of assignments.

use crate::{OperationCode, PostCode, Prose, TaskCode};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum AssignmentCommand {
    Assign {
        operation: OperationCode,
        task: TaskCode,
        post: PostCode,
    },
    Withdraw {
        operation: OperationCode,
        number: u32,
        reason: Prose,
    },
    /// Asks the post's partner for it.
    Request {
        operation: OperationCode,
        task: TaskCode,
        post: PostCode,
        reason: Option<Prose>,
    },
    AcceptRequested {
        operation: OperationCode,
        number: u32,
    },
    DeclineRequested {
        operation: OperationCode,
        number: u32,
        reason: Prose,
    },
}

impl AssignmentCommand {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::Assign { operation, .. }
            | Self::Withdraw { operation, .. }
            | Self::Request { operation, .. }
            | Self::AcceptRequested { operation, .. }
            | Self::DeclineRequested { operation, .. } => operation,
        }
    }
}
