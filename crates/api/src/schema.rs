//! The schema: its roots, and its printed form.

use crate::{Error, context::session};
use async_graphql::{Context, EmptyMutation, EmptySubscription, Object};

pub type Schema = async_graphql::Schema<Query, EmptyMutation, EmptySubscription>;

pub struct Query;

#[Object]
impl Query {
    async fn position(&self, ctx: &Context<'_>) -> Result<String, Error> {
        Ok(session(ctx)?.world().pin.position.to_string())
    }
}

/// The schema that is served. Limits on requests are the server's.
pub fn schema() -> Schema {
    async_graphql::Schema::build(Query, EmptyMutation, EmptySubscription).finish()
}

/// The schema's SDL, as `schema/api.graphql` has it.
pub fn sdl() -> String {
    schema().sdl()
}
