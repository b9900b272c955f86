//! Coordination centres at the root.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        node::Centre,
        root::Root,
    },
};
use async_graphql::{Context, Object};
use domain::centre::{CentreCode, CentreId};

#[derive(Clone, Default)]
pub struct CentreQueries(pub(crate) Root);

#[Object]
impl CentreQueries {
    /// In the order of their codes.
    async fn centres(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Centre>, Error> {
        let window = Window { first, after, last, before };
        let code = |centre: &Centre| centre.row.code.clone();
        self.0
            .world(ctx)?
            .list(
                window,
                (),
                code,
                |model, pin, (), page| async move { model.centres(&pin, &page).await },
                |model, pin, ()| async move { model.count_centres(&pin).await },
            )
            .await
    }

    /// By its code; null when there is none.
    async fn centre(&self, ctx: &Context<'_>, code: String) -> Result<Option<Centre>, Error> {
        let Ok(code) = CentreCode::new(&code) else { return Ok(None) };
        self.0.world(ctx)?.find(CentreId::of(&code).0).await
    }
}
