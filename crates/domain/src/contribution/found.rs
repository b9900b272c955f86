//! The contribution that a command is about.

use crate::{
    Context, ContributionCode, OperationCode, PartnerCode, Reasons, Rejection,
    contribution::{Contribution, ContributionEvent},
    operation::Operation,
};

/// A contribution that the actor sees, with its operation.
pub(super) struct Found<'a> {
    pub operation: &'a Operation,
    pub contribution: &'a Contribution,
}

/// Hidden and absent answer alike.
pub(super) fn find<'a>(
    operation: &'a Operation,
    code: &ContributionCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(Found<'a>, Reasons), Rejection> {
    let known = operation.contributions.get(code);
    let shown = known.filter(|known| known.label.admits(context.actor.partner(), &operation.lead));
    match shown {
        Some(contribution) => Ok((Found { operation, contribution }, reasons)),
        None => Err(reasons.not_found("contribution", "contribution")),
    }
}

impl Found<'_> {
    /// Codes of the operation, the contribution and its giver, as every event has them.
    pub fn named(&self) -> (OperationCode, ContributionCode, PartnerCode) {
        let Found { operation, contribution } = self;
        (operation.code.clone(), contribution.code.clone(), contribution.partner().clone())
    }

    /// That all of it has been given.
    pub fn fulfilled(&self) -> ContributionEvent {
        let (operation, contribution, partner) = self.named();
        ContributionEvent::ContributionFulfilled { operation, contribution, partner }
    }
}
