//! Clocks at the root.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        node::Clock,
        root::Root,
    },
};
use async_graphql::{Context, Object};

#[derive(Clone, Default)]
pub struct ClockQueries(pub(crate) Root);

#[Object]
impl ClockQueries {
    /// All clocks that you may see, by when they fall due; `open: true` asks for those that run, `open: false` for those that
    /// were stopped or breached.
    async fn clocks(
        &self,
        ctx: &Context<'_>,
        open: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Clock>, Error> {
        let world = self.0.world(ctx)?;
        Clock::page(&world, None, open, Window { first, after, last, before }).await
    }
}
