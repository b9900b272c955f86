//! Moments in the log, as clients name them.

use crate::{
    Error,
    graph::{
        context::World,
        id::AskedId,
        node::Event,
        scalars::{DateTime, Position},
    },
};
use async_graphql::{ID, OneofObject};
use domain::ids::EventId;
use std::sync::Arc;

/// A moment in the log; it means the end of the last command at or before it.
#[derive(OneofObject)]
pub enum Moment {
    Position(Position),
    /// When the log had learned of everything that was recorded by then. Not after the present; within `asOf`, what is
    /// later than its moment is that moment.
    RecordedAt(DateTime),
    /// The event's own command included.
    EventId(ID),
}

impl Moment {
    /// The position that it means in a world; a moment that is not in it is bad input, whether or not there
    /// is one.
    pub(crate) async fn resolve(self, world: &Arc<World>) -> Result<domain::Position, Error> {
        let found = match self {
            Self::Position(Position(position)) => {
                world.engine.resolve(engine::Moment::Position(position)).await?
            }
            // In the past, what is later than that is that: asked again, it means the same.
            Self::RecordedAt(DateTime(at)) if world.is_past() && world.now().await? <= at.to_utc() => {
                Some(world.pin.position)
            }
            Self::RecordedAt(DateTime(at)) => {
                world.engine.resolve(engine::Moment::RecordedAt(at.to_utc())).await?
            }
            Self::EventId(id) => {
                let key = AskedId::read(&id).map_or(id.as_str(), |asked| asked.key);
                let id = key.parse::<EventId>().map_err(|fault| Error::bad_input(fault.to_string()))?;
                let event = world.find::<Event>(id.0).await?;
                event.map(|event| domain::Position(event.row.command_end))
            }
        };
        found.filter(|position| *position <= world.pin.position).ok_or_else(|| {
            Error::bad_input("There is no such moment in what you may see: what is to come is none yet.")
        })
    }
}
