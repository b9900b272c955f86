//! Who may say what of a plan that is carried out.

use super::{phase, task};
use crate::{
    Context, Event, OperationCode, Reasons, Rejection, Told, World, command::Decide,
    execution::ExecutionCommand,
};

impl Decide for ExecutionCommand {
    fn operation(&self) -> Option<&OperationCode> {
        Some(ExecutionCommand::operation(self))
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        Ok(self.tell(world, context, reasons)?.into_iter().map(|told| told.event).collect())
    }

    fn tell(&self, world: &World, context: &Context<'_>, reasons: Reasons) -> Result<Vec<Told>, Rejection> {
        let of_tasks = matches!(self, Self::Claim { .. } | Self::Report { .. } | Self::CorrectTimes { .. });
        let (operation, reasons) = if of_tasks {
            // What is still said of them once the operation has ended, their rules judge.
            world.visible_even_ended(self.operation(), context, reasons)?
        } else {
            world.visible_operation(self.operation(), context, reasons)?
        };
        let told = |events: Vec<Event>| events.into_iter().map(Told::from).collect();
        match self {
            Self::Claim { task, says, .. } => {
                task::claim(world, operation, (task, says), context, reasons).map(told)
            }
            Self::Report { reports, .. } => task::report(world, operation, reports, context, reasons),
            Self::CorrectTimes { task, claim, at, reason, .. } => {
                let correction = task::Correction { claim: *claim, at: *at, reason };
                task::correct(world, operation, task, &correction, context, reasons).map(told)
            }
            Self::StartPhase { phase, .. } => {
                phase::start(world, operation, phase, context, reasons).map(told)
            }
            Self::CompletePhase { phase, .. } => {
                phase::complete(operation, phase, context, reasons).map(told)
            }
            Self::DecideGoNoGo { phase, word, .. } => {
                phase::decide(world, operation, phase, word, context, reasons).map(told)
            }
        }
    }
}
