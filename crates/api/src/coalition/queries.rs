//! Partners and posts at the root.

use crate::{
    Error,
    coalition::post::PostFilter,
    graph::{
        connection::{Connection, Window},
        node::{Partner, Post},
        root::Root,
    },
};
use async_graphql::{Context, Object};
use domain::{
    PartnerCode, PostCode,
    ids::{PartnerId, PostId},
};

#[derive(Clone, Default)]
pub struct PartnerQueries(pub(crate) Root);

#[Object]
impl PartnerQueries {
    /// In the order of their codes.
    async fn partners(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Partner>, Error> {
        let window = Window { first, after, last, before };
        let code = |partner: &Partner| partner.row.code.clone();
        self.0
            .world(ctx)?
            .list(
                window,
                (),
                code,
                |model, pin, (), page| async move { model.partners(&pin, &page).await },
                |model, pin, ()| async move { model.count_partners(&pin).await },
            )
            .await
    }

    /// By its code; null when there is none.
    async fn partner(&self, ctx: &Context<'_>, code: String) -> Result<Option<Partner>, Error> {
        let Ok(code) = PartnerCode::new(&code) else { return Ok(None) };
        self.0.world(ctx)?.find(PartnerId::of(&code).0).await
    }
}

#[derive(Clone, Default)]
pub struct PostQueries(pub(crate) Root);

#[Object]
impl PostQueries {
    /// In the order of their codes.
    async fn posts(
        &self,
        ctx: &Context<'_>,
        filter: Option<PostFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Post>, Error> {
        let window = Window { first, after, last, before };
        let world = self.0.world(ctx)?;
        let filter = filter.unwrap_or_default().read(&world).await?;
        let code = |post: &Post| post.row.code.clone();
        world
            .list(
                window,
                filter,
                code,
                |model, pin, filter, page| async move { model.posts(&pin, &filter, &page).await },
                |model, pin, filter| async move { model.count_posts(&pin, &filter).await },
            )
            .await
    }

    /// By its code; null when there is none.
    async fn post(&self, ctx: &Context<'_>, code: String) -> Result<Option<Post>, Error> {
        let Ok(code) = PostCode::new(&code) else { return Ok(None) };
        self.0.world(ctx)?.find(PostId::of(&code).0).await
    }
}
