//! Tasks at the root.

use crate::{
    Error,
    graph::{node::Task, root::Root},
};
use async_graphql::{Context, ID, Object};
use domain::ids::TaskId;

#[derive(Default)]
pub struct TaskQueries(pub(crate) Root);

#[Object]
impl TaskQueries {
    /// By its id; null when there is none that you may see.
    async fn task(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Task>, Error> {
        let Ok(id) = id.parse::<TaskId>() else { return Ok(None) };
        self.0.world(ctx)?.find(id.0).await
    }
}
