//! Tasks at the root.

use crate::{
    Error,
    graph::{node::Task, root::Root},
};
use async_graphql::{Context, ID, Object};

#[derive(Clone, Default)]
pub struct TaskQueries(pub(crate) Root);

#[Object]
impl TaskQueries {
    /// By its id; null when there is none that you may see.
    async fn task(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Task>, Error> {
        self.0.find(ctx, &id).await
    }
}
