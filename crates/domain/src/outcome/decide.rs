//! Who may say what an operation came to.

use super::recording::{self, Correction};
use crate::{
    Context, Event, OperationCode, Reasons, Rejection, World, command::Decide, outcome::OutcomeCommand,
};

impl Decide for OutcomeCommand {
    fn operation(&self) -> Option<&OperationCode> {
        Some(OutcomeCommand::operation(self))
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        // What came of an operation is often learned after its end.
        let (operation, reasons) = world.visible_even_ended(self.operation(), context, reasons)?;
        let event = match self {
            Self::Record { outcome, .. } => recording::record(world, operation, outcome, context, reasons)?,
            Self::Correct { outcome, claim, measured, at, reason, .. } => {
                let correction = Correction { claim: *claim, measured: measured.as_ref(), at: *at, reason };
                recording::correct(operation, outcome, &correction, context, reasons)?
            }
        };
        Ok(event.into_iter().map(Event::Outcome).collect())
    }
}
