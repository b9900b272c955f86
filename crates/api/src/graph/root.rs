//! Where fields at the root look.

use crate::{
    Error,
    graph::{
        context::{World, session},
        id::AskedId,
        node::Item,
    },
};
use async_graphql::{Context, ID};
use std::sync::Arc;

/// The moment that the fields of a root are read at. The default is that of the request.
#[derive(Clone, Default)]
pub(crate) struct Root(Option<Arc<World>>);

impl Root {
    /// Of `asOf`.
    pub fn past(world: Arc<World>) -> Self {
        Self(Some(world))
    }

    pub fn world(&self, ctx: &Context<'_>) -> Result<Arc<World>, Error> {
        match &self.0 {
            Some(world) => Ok(Arc::clone(world)),
            None => Ok(Arc::clone(session(ctx)?.world())),
        }
    }

    /// The world that an id is of: its moment's, else this one. `None` when its position is within a command.
    pub async fn world_of(&self, ctx: &Context<'_>, id: AskedId<'_>) -> Result<Option<Arc<World>>, Error> {
        let Some(position) = id.at else { return self.world(ctx).map(Some) };
        session(ctx)?.past_of_id(position, id.seen_as).await
    }

    /// What an id names, at its moment; `None` when there is none that the viewer may see.
    pub async fn find<T: Item>(&self, ctx: &Context<'_>, id: &ID) -> Result<Option<T>, Error> {
        let Some(asked) = AskedId::read(id) else { return Ok(None) };
        match (T::uuid_of(asked.key), self.world_of(ctx, asked).await?) {
            (Some(id), Some(world)) => world.find(id).await,
            _ => Ok(None),
        }
    }
}
