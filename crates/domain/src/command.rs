//! What an actor asks for, and the one way in: [`decide`].

use crate::{Actor, Context, Event, OperationCode, Reasons, Rejection, Told, World};
use serde::{Deserialize, Serialize};

/// Version of the rules, and of how commands are written: changed with every change of what is decided on the
/// same history and the same input. What older rules decided cannot be held against newer ones.
///
/// An event's new shape does not change it, nor does a command that can say more, while whatever could be
/// logged before is read and decided to mean what it did: the shapes of events have versions of their own.
/// Nor does what is decided of things that no released build could log, as plans with calendars are before
/// the first release.
pub const RULES_VERSION: u32 = 2;

/// The commands of one family, and the rules that judge them.
pub(crate) trait Decide {
    /// The operation that the command is about; `None` for what concerns the coalition.
    fn operation(&self) -> Option<&OperationCode>;

    /// As [`decide`], behind what holds for every command; `reasons` may hold some already.
    fn decide(&self, world: &World, context: &Context<'_>, reasons: Reasons)
    -> Result<Vec<Event>, Rejection>;

    /// The same of commands that report several things, each of which happened at a time of its own.
    fn tell(&self, world: &World, context: &Context<'_>, reasons: Reasons) -> Result<Vec<Told>, Rejection> {
        Ok(self.decide(world, context, reasons)?.into_iter().map(Told::from).collect())
    }
}

macro_rules! command {
    ($($family:ident: $event:ty, $command:ty;)*) => {
        /// Everything that can be asked for. Serialised to compare a repeated request with its first, and to
        /// decide it again later.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub enum Command {
            $($family($command),)*
        }

        impl Command {
            fn family(&self) -> &dyn Decide {
                match self {
                    $(Self::$family(command) => command,)*
                }
            }
        }
    };
}

families!(command);

impl Command {
    /// The operation that it is about; `None` for what concerns the coalition.
    pub fn operation(&self) -> Option<&OperationCode> {
        self.family().operation()
    }
}

/// Decides a command on the world as it is at `context.head`: the events that follow, or why none do.
///
/// No events means that nothing changes, which is success. Fails with `Missing` when the world lacks
/// subjects, `Forbidden` when the actor may not do this at all, `Refused` with every reason that applies.
pub fn decide(world: &World, command: &Command, context: &Context<'_>) -> Result<Vec<Told>, Rejection> {
    check_standing(world, context.actor)?;
    let mut reasons = Reasons::default();
    context.check_times(&mut reasons);
    command.family().tell(world, context, reasons)
}

/// A post acts only while it is held and its partner is in good standing, at this position.
pub fn check_standing(world: &World, actor: &Actor) -> Result<(), Rejection> {
    let Actor::Post { post, partner, .. } = actor else { return Ok(()) };
    world.coalition()?.standing(post, partner).map_err(Rejection::Forbidden)
}
