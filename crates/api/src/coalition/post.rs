//! Posts, and who holds them when.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        language::{self, Language, LocalisedName, localise},
        node::{Event, Partner, Post},
        scalars::DateTime,
        zone::Zone,
    },
};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use domain::{PartnerCode, coalition, ids::PartnerId};
use read_model::{coalition::TenureRow, parse};
use std::sync::Arc;
use uuid::Uuid;

/// Where a post stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "coalition::PostStatus")]
pub enum PostStatus {
    /// Nobody has held it, and nobody is nominated.
    Vacant,
    /// An officer is nominated.
    Nominated,
    /// The nominated officer has accepted.
    Accepted,
    /// An officer holds it.
    InPost,
    /// An officer holds it temporarily.
    Acting,
    /// Its last officer was relieved.
    Relieved,
}

/// Which posts; what is left out does not narrow.
#[derive(InputObject, Default)]
pub struct PostFilter {
    /// Code of the partner that it belongs to.
    partner: Option<String>,
    /// Whether it speaks for its partner in the centre.
    liaison: Option<bool>,
    status: Option<PostStatus>,
}

impl PostFilter {
    /// Fails with `BAD_USER_INPUT` when there is no such partner.
    pub(super) async fn read(self, world: &Arc<World>) -> Result<read_model::coalition::PostFilter, Error> {
        let Self { partner, liaison, status } = self;
        world.check_partner(partner.as_deref()).await?;
        let status = status.map(|status| coalition::PostStatus::from(status).to_string());
        Ok(read_model::coalition::PostFilter { partner, liaison, status })
    }
}

/// One officer's time in a post, half-open: from `takenAt`, before `relievedAt`.
pub struct Tenure {
    row: Arc<TenureRow>,
    world: Arc<World>,
}

impl Tenure {
    fn covers(&self, at: Option<DateTime>) -> bool {
        match at {
            None => self.row.relieved_at.is_none(),
            Some(DateTime(at)) => {
                self.row.taken_at <= at && self.row.relieved_at.is_none_or(|relieved_at| at < relieved_at)
            }
        }
    }
}

/// One officer's time in a post, half-open: from `takenAt`, before `relievedAt`.
#[Object]
impl Tenure {
    /// Counted from 1.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// The officer, opaque: names are kept elsewhere.
    async fn officer(&self) -> Uuid {
        self.row.officer
    }

    /// Whether the officer holds it temporarily.
    async fn acting(&self) -> bool {
        self.row.acting
    }

    async fn taken_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.taken_at, zone).await
    }

    /// Null while the officer holds it.
    async fn relieved_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.relieved_at, zone).await
    }
}

impl Post {
    async fn all_tenures(&self) -> Result<Vec<Tenure>, Error> {
        let rows = self.world.loaders.tenures.children(self.row.id).await?;
        let tenure = |row| Tenure { row: Arc::clone(row), world: Arc::clone(&self.world) };
        Ok(rows.iter().map(tenure).collect())
    }

    async fn holder_at(&self, at: Option<DateTime>) -> Result<Option<Tenure>, Error> {
        Ok(self.all_tenures().await?.into_iter().find(|tenure| tenure.covers(at)))
    }

    pub(crate) async fn officer_at(&self, at: Option<DateTime>) -> Result<Option<Uuid>, Error> {
        Ok(self.holder_at(at).await?.map(|tenure| tenure.row.officer))
    }
}

/// A named function held by an officer; the identity under which people act. Everybody in the coalition sees it.
#[Object]
impl Post {
    pub async fn id(&self) -> ID {
        self.node_id()
    }

    pub async fn key(&self) -> ID {
        self.node_key()
    }

    /// The events that changed or concern it, as far as you may see them, in the order of the log.
    pub async fn history(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        self.world.history(self.row.id, Window { first, after, last, before }).await
    }

    /// What people call it by, such as `THA-02`.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// In the language given, else in that of `Accept-Language`; in English, where it has no title in that.
    async fn title(&self, ctx: &Context<'_>, language: Option<Language>) -> Result<&str, Error> {
        localise(ctx, &self.row.titles, &self.row.title, language)
    }

    /// Its titles in other languages.
    async fn titles(&self) -> Vec<LocalisedName> {
        language::all(&self.row.titles)
    }

    /// The partner that fills it.
    async fn partner(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&parse::<PartnerCode>(&self.row.partner)?).0).await
    }

    /// Whether it speaks for its partner in the centre.
    async fn liaison(&self) -> bool {
        self.row.liaison
    }

    async fn status(&self) -> Result<PostStatus, Error> {
        Ok(parse::<coalition::PostStatus>(&self.row.status)?.into())
    }

    /// The officer who is nominated, opaque.
    async fn nominee(&self) -> Option<Uuid> {
        self.row.nominee
    }

    /// Whether an officer held it at that time in the world; without a time, whether one does as far as is known.
    async fn in_post(&self, valid_at: Option<DateTime>) -> Result<bool, Error> {
        Ok(self.holder_at(valid_at).await?.is_some())
    }

    /// Who held it at that time in the world; without a time, who does as far as is known.
    async fn holder(&self, valid_at: Option<DateTime>) -> Result<Option<Tenure>, Error> {
        self.holder_at(valid_at).await
    }

    /// All that have held it, in the order in which they were recorded.
    async fn tenures(&self) -> Result<Vec<Tenure>, Error> {
        self.all_tenures().await
    }
}
