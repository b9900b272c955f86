//! What is asked of those who report on an operation.

use crate::{Instant, OperationCode, Prose, SitrepCode, release::Release};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum SitrepCommand {
    /// The next one, whose figures are those of the present.
    Issue {
        operation: OperationCode,
        /// The end of its period.
        until: Instant,
        remarks: Option<Prose>,
        /// Whether none follows.
        is_final: bool,
        /// Who may read it besides the operation's lead; `None`: who reads the operation now.
        release: Option<Release>,
    },
    /// Counts its period again, by what is known now.
    Correct { operation: OperationCode, sitrep: SitrepCode, remarks: Option<Prose>, reason: Prose },
}

impl SitrepCommand {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::Issue { operation, .. } | Self::Correct { operation, .. } => operation,
        }
    }
}
