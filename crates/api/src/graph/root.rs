//! Where fields at the root look.

use crate::{
    Error,
    graph::context::{World, session},
};
use async_graphql::Context;
use std::sync::Arc;

/// The moment that the fields of a root are read at. The default is that of the request.
#[derive(Clone, Default)]
pub(crate) struct Root(Option<Arc<World>>);

impl Root {
    /// Of `asOf`.
    pub fn past(world: Arc<World>) -> Self {
        Self(Some(world))
    }

    pub fn is_past(&self) -> bool {
        self.0.is_some()
    }

    pub fn world(&self, ctx: &Context<'_>) -> Result<Arc<World>, Error> {
        match &self.0 {
            Some(world) => Ok(Arc::clone(world)),
            None => Ok(Arc::clone(session(ctx)?.world())),
        }
    }
}
