//! Who may send what of what is given to an operation.

use crate::{
    catalogue::sources::sender::{LEAD_COMMANDER, SPEAKER, Sender, Source, by, mutation, order},
    contribution::ContributionCommand,
};

const GIVER: Sender = by(SPEAKER, "the partner that gives it");
const PLEDGER: Sender = by(SPEAKER, "a partner that reads the operation");
const RECEIVER: Sender = by(SPEAKER, "the operation's lead");

impl ContributionCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Contribution", "Pledge", "pledgeContribution", PLEDGER, &["ContributionPledged"]),
        order(mutation(
            "Contribution",
            "PledgeMany",
            "pledgeContributions",
            PLEDGER,
            &["ContributionPledged"],
        )),
        mutation("Contribution", "Revise", "revisePledge", GIVER, &["PledgeRevised"]),
        mutation("Contribution", "Accept", "acceptPledge", LEAD_COMMANDER, &["PledgeAccepted"]),
        mutation("Contribution", "Decline", "declinePledge", LEAD_COMMANDER, &["PledgeDeclined"]),
        mutation("Contribution", "Withdraw", "withdrawPledge", GIVER, &["PledgeWithdrawn"]),
        mutation(
            "Contribution",
            "Allocate",
            "allocateContribution",
            LEAD_COMMANDER,
            &["ContributionAllocated"],
        ),
        mutation("Contribution", "Release", "releaseAllocation", LEAD_COMMANDER, &["AllocationReleased"]),
        mutation("Contribution", "Disburse", "disburse", GIVER, &["FundsDisbursed", "ContributionFulfilled"]),
        mutation("Contribution", "Deliver", "deliver", GIVER, &["InKindDelivered"]),
        mutation(
            "Contribution",
            "AcceptDelivery",
            "acceptDelivery",
            RECEIVER,
            &["DeliveryAccepted", "ContributionFulfilled"],
        ),
        mutation("Contribution", "RejectDelivery", "rejectDelivery", RECEIVER, &["DeliveryRejected"]),
    ];
}
