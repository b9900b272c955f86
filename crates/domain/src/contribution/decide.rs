//! Who may say what of what is given to an operation.

use super::{giving, pledging};
use crate::{
    Context, ContributionCode, Event, OperationCode, PartnerCode, Reasons, Rejection, Role, World,
    command::Decide,
    contribution::{Contribution, ContributionCommand, ContributionEvent},
    operation::Operation,
};

/// Who speaks for the partner that gives.
pub(super) const SPEAKER: &[Role] = &[Role::Liaison, Role::Commander];

/// A contribution that the actor sees, with its operation.
pub(super) struct Found<'a> {
    pub operation: &'a Operation,
    pub contribution: &'a Contribution,
}

impl Decide for ContributionCommand {
    fn operation(&self) -> Option<&OperationCode> {
        Some(ContributionCommand::operation(self))
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        let binds = matches!(
            self,
            Self::Pledge { .. }
                | Self::PledgeMany { .. }
                | Self::Revise { .. }
                | Self::Accept { .. }
                | Self::Allocate { .. }
        );
        let (operation, reasons) = if binds {
            world.visible_operation(self.operation(), context, reasons)?
        } else {
            // What was bound before its end is still given, paid and settled.
            world.visible_even_ended(self.operation(), context, reasons)?
        };
        let find = |code, reasons| find(operation, code, context, reasons);
        let events = match self {
            Self::Pledge { pledge, .. } => pledging::pledge(world, operation, pledge, context, reasons)?,
            Self::PledgeMany { pledges, .. } => {
                pledging::pledge_many(world, operation, pledges, context, reasons)?
            }
            Self::Revise { contribution, revision, .. } => {
                let (found, reasons) = find(contribution, reasons)?;
                pledging::revise(&found, revision, context, reasons)?
            }
            Self::Accept { contribution, rates, .. } => {
                let (found, reasons) = find(contribution, reasons)?;
                pledging::accept(&found, rates, context, reasons)?
            }
            Self::Decline { contribution, reason, .. } => {
                let (found, reasons) = find(contribution, reasons)?;
                pledging::decline(&found, reason, context, reasons)?
            }
            Self::Withdraw { contribution, reason, .. } => {
                let (found, reasons) = find(contribution, reasons)?;
                pledging::withdraw(&found, reason, context, reasons)?
            }
            Self::Allocate { contribution, line_of_effort, amount, .. } => {
                let (found, reasons) = find(contribution, reasons)?;
                giving::allocate(&found, line_of_effort, amount, context, reasons)?
            }
            Self::Release { contribution, line_of_effort, amount, .. } => {
                let (found, reasons) = find(contribution, reasons)?;
                giving::release(&found, line_of_effort, amount, context, reasons)?
            }
            Self::Disburse { contribution, amount, line_of_effort, .. } => {
                let (found, reasons) = find(contribution, reasons)?;
                giving::disburse(&found, amount, line_of_effort.as_ref(), context, reasons)?
            }
            Self::Deliver { contribution, quantity, .. } => {
                let (found, reasons) = find(contribution, reasons)?;
                giving::deliver(&found, *quantity, context, reasons)?
            }
            Self::AcceptDelivery { contribution, delivery, quantity, .. } => {
                let (found, reasons) = find(contribution, reasons)?;
                giving::accept_delivery(&found, (*delivery, *quantity), context, reasons)?
            }
            Self::RejectDelivery { contribution, delivery, quantity, reason, .. } => {
                let (found, reasons) = find(contribution, reasons)?;
                giving::reject_delivery(&found, (*delivery, *quantity), reason, context, reasons)?
            }
        };
        Ok(events.into_iter().map(Event::Contribution).collect())
    }
}

/// Hidden and absent answer alike.
fn find<'a>(
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
