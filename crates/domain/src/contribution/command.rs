//! What is asked of those who give, and of those who receive.

use crate::{
    Code, ContributionCode, Money, OperationCode, Prose, Rate, Title,
    contribution::{ContributionKind, Offer, Pledge},
    release::Release,
    words::nullable::given,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum ContributionCommand {
    Pledge {
        operation: OperationCode,
        pledge: NewPledge,
    },
    /// Many pledges, such as a partner's list: all of them or none.
    PledgeMany {
        operation: OperationCode,
        pledges: Vec<NewPledge>,
    },
    Revise {
        operation: OperationCode,
        contribution: ContributionCode,
        revision: PledgeRevision,
    },
    /// Takes a pledge up, which binds both sides.
    Accept {
        operation: OperationCode,
        contribution: ContributionCode,
        /// Each of another currency, and all to the reporting currency of the operation.
        rates: Vec<Rate>,
    },
    Decline {
        operation: OperationCode,
        contribution: ContributionCode,
        reason: Prose,
    },
    Withdraw {
        operation: OperationCode,
        contribution: ContributionCode,
        reason: Prose,
    },
    Allocate {
        operation: OperationCode,
        contribution: ContributionCode,
        line_of_effort: Code,
        amount: Money,
    },
    Release {
        operation: OperationCode,
        contribution: ContributionCode,
        line_of_effort: Code,
        amount: Money,
    },
    Disburse {
        operation: OperationCode,
        contribution: ContributionCode,
        amount: Money,
        /// `None`: the payment names none.
        line_of_effort: Option<Code>,
    },
    Deliver {
        operation: OperationCode,
        contribution: ContributionCode,
        quantity: u32,
    },
    AcceptDelivery {
        operation: OperationCode,
        contribution: ContributionCode,
        delivery: u32,
        quantity: u32,
    },
    RejectDelivery {
        operation: OperationCode,
        contribution: ContributionCode,
        delivery: u32,
        quantity: u32,
        reason: Prose,
    },
}

/// A contribution that a partner offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewPledge {
    pub code: ContributionCode,
    #[serde(flatten)]
    pub pledge: Pledge,
    /// Who may read it besides the partner that gives it and the operation's lead; `None`: whoever reads the
    /// operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
}

/// What a revision changes; what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::option_option, reason = "left out and taken away are two things")]
pub struct PledgeRevision {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ContributionKind>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub title: Option<Option<Title>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
}

impl ContributionCommand {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::Pledge { operation, .. }
            | Self::PledgeMany { operation, .. }
            | Self::Revise { operation, .. }
            | Self::Accept { operation, .. }
            | Self::Decline { operation, .. }
            | Self::Withdraw { operation, .. }
            | Self::Allocate { operation, .. }
            | Self::Release { operation, .. }
            | Self::Disburse { operation, .. }
            | Self::Deliver { operation, .. }
            | Self::AcceptDelivery { operation, .. }
            | Self::RejectDelivery { operation, .. } => operation,
        }
    }
}
