//! What an actor asks for, and the one way in: [`decide`].

use crate::{
    Actor, Context, Event, OperationCode, Reasons, Rejection, World,
    assignment::{self, AssignmentCommand},
    centre::{self, CentreCommand},
    coalition::{self, CoalitionCommand, PartnerCommand, PostCommand},
    operation::{self, OperationCommand},
    plan::{self, PlanCommand},
};
use serde::{Deserialize, Serialize};

/// Version of the rules, and of how commands are written: changed with every change of what is decided on the
/// same history and the same input. What older rules decided cannot be held against newer ones.
///
/// An event's new shape does not change it, nor does a command that can say more, while whatever could be
/// logged before is read and decided to mean what it did: the shapes of events have versions of their own.
/// Nor does what is decided of things that no released build could log, as plans with calendars are before
/// the first release.
pub const RULES_VERSION: u32 = 1;

/// Everything that can be asked for. Serialised to compare a repeated request with its first, and to decide
/// it again later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    Coalition(CoalitionCommand),
    Partner(PartnerCommand),
    Centre(CentreCommand),
    Post(PostCommand),
    Operation(OperationCommand),
    Plan(PlanCommand),
    Assignment(AssignmentCommand),
}

impl Command {
    /// The operation that it is about; `None` for what concerns the coalition.
    pub fn operation(&self) -> Option<&OperationCode> {
        match self {
            Self::Operation(command) => Some(command.operation()),
            Self::Plan(command) => Some(command.operation()),
            Self::Assignment(command) => Some(command.operation()),
            Self::Coalition(_) | Self::Partner(_) | Self::Centre(_) | Self::Post(_) => None,
        }
    }
}

/// Decides a command on the world as it is at `context.head`: the events that follow, or why none do.
///
/// No events means that nothing changes, which is success. Fails with `Missing` when the world lacks
/// subjects, `Forbidden` when the actor may not do this at all, `Refused` with every reason that applies.
pub fn decide(world: &World, command: &Command, context: &Context<'_>) -> Result<Vec<Event>, Rejection> {
    check_standing(world, context)?;
    let mut reasons = Reasons::default();
    context.check_times(&mut reasons);
    match command {
        Command::Coalition(command) => coalition::decide::decide(command, context, reasons),
        Command::Partner(command) => coalition::partner::decide(world, command, context, reasons),
        Command::Centre(command) => centre::decide::decide(world, command, context, reasons),
        Command::Post(command) => coalition::post::decide(world, command, context, reasons),
        Command::Operation(command) => operation::decide::decide(world, command, context, reasons),
        Command::Plan(command) => plan::decide::decide(world, command, context, reasons),
        Command::Assignment(command) => assignment::decide::decide(world, command, context, reasons),
    }
}

/// A post acts only while it is held and its partner is in good standing, at this position.
fn check_standing(world: &World, context: &Context<'_>) -> Result<(), Rejection> {
    let Actor::Post { post, partner, .. } = context.actor else { return Ok(()) };
    world.coalition()?.standing(post, partner).map_err(Rejection::Forbidden)
}
