//! What happened to what partners give to an operation.

use crate::{
    About, Code, ContributionCode, Money, OperationCode, PartnerCode, Prose, Rate,
    contribution::Pledge,
    release::{Matter, Release},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happened to what partners give to an operation. When something happened in the world is the event's own
/// `occurredAt`, and why it is told late its `lateReason`.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum ContributionEvent {
    /// A partner offered to give something. Nothing is bound by that.
    ContributionPledged {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that offers it.
        partner: PartnerCode,
        /// What is offered.
        pledge: Pledge,
        /// Who may read it besides the one that offers it and the operation's lead; absent: whoever reads the
        /// operation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<Release>,
    },
    /// The partner offered something else in place of what it had offered.
    PledgeRevised {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that offers it.
        partner: PartnerCode,
        /// What is offered from now on.
        pledge: Pledge,
    },
    /// The operation's lead took a pledge up: it binds both.
    PledgeAccepted {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that gives it.
        partner: PartnerCode,
        /// What currencies are worth in the operation's reporting currency, as was agreed: the contribution is counted
        /// by the one of its own currency from now on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rates: Vec<Rate>,
    },
    /// The operation's lead did not take a pledge up.
    PledgeDeclined {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that offered it.
        partner: PartnerCode,
        /// Why.
        reason: Prose,
    },
    /// The partner took its offer back before it was taken up.
    PledgeWithdrawn {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that offered it.
        partner: PartnerCode,
        /// Why.
        reason: Prose,
    },
    /// Money of an accepted contribution was set aside for a line of effort.
    ContributionAllocated {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that gives it.
        partner: PartnerCode,
        /// The line of effort.
        line_of_effort: Code,
        /// How much more.
        amount: Money,
    },
    /// Money that was set aside for a line of effort and not paid is free again.
    AllocationReleased {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that gives it.
        partner: PartnerCode,
        /// The line of effort.
        line_of_effort: Code,
        /// How much less.
        amount: Money,
    },
    /// Money that had been set aside was paid.
    FundsDisbursed {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that gives it.
        partner: PartnerCode,
        /// The payment, counted from 1 for its contribution.
        disbursement: u32,
        /// How much.
        amount: Money,
        /// The line of effort that it is for; absent where the payment names none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line_of_effort: Option<Code>,
    },
    /// Something was handed over. Whether it is what was pledged, says who received it.
    InKindDelivered {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that gives it.
        partner: PartnerCode,
        /// The delivery, counted from 1 for its contribution.
        delivery: u32,
        /// How much.
        quantity: u32,
    },
    /// The operation's lead found that a delivery, or a part of it, is what was pledged.
    DeliveryAccepted {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that gives it.
        partner: PartnerCode,
        /// The delivery.
        delivery: u32,
        /// How much of it.
        quantity: u32,
    },
    /// The operation's lead found that a delivery, or a part of it, is not what was pledged: so much is to be delivered
    /// again.
    DeliveryRejected {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that gives it.
        partner: PartnerCode,
        /// The delivery.
        delivery: u32,
        /// How much of it.
        quantity: u32,
        /// Why.
        reason: Prose,
    },
    /// All that was pledged has been paid, or delivered and accepted, with what happened just before.
    ContributionFulfilled {
        /// The operation.
        operation: OperationCode,
        /// The contribution.
        contribution: ContributionCode,
        /// The partner that gave it.
        partner: PartnerCode,
    },
}

impl ContributionEvent {
    pub(crate) fn about(&self) -> About<'_> {
        let (operation, contribution, partner) = match self {
            Self::ContributionPledged { operation, contribution, partner, .. }
            | Self::PledgeRevised { operation, contribution, partner, .. }
            | Self::PledgeAccepted { operation, contribution, partner, .. }
            | Self::PledgeDeclined { operation, contribution, partner, .. }
            | Self::PledgeWithdrawn { operation, contribution, partner, .. }
            | Self::ContributionAllocated { operation, contribution, partner, .. }
            | Self::AllocationReleased { operation, contribution, partner, .. }
            | Self::FundsDisbursed { operation, contribution, partner, .. }
            | Self::InKindDelivered { operation, contribution, partner, .. }
            | Self::DeliveryAccepted { operation, contribution, partner, .. }
            | Self::DeliveryRejected { operation, contribution, partner, .. }
            | Self::ContributionFulfilled { operation, contribution, partner } => {
                (operation, contribution, partner)
            }
        };
        About::operation(operation).matter(&Matter::Contribution(contribution.clone())).partner(partner)
    }
}
