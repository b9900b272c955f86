//! Who may say what of what is given to an operation.

use super::{found::find, giving, pledging};
use crate::{
    Context, Event, OperationCode, Reasons, Rejection, World, command::Decide,
    contribution::ContributionCommand,
};

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
