//! Annexes: parts of a plan version that may be released to fewer partners than it is.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::session,
        node::{Annex, Event, PlanVersion},
        scalars::Sha256,
    },
    operation::release::{Classification, HandlingCode, ReleaseLabel},
};
use async_graphql::{Context, ID, Object};
use read_model::parse;

/// A separately releasable part of a plan version.
#[Object]
impl Annex {
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

    async fn plan_version(&self) -> Result<PlanVersion, Error> {
        self.world.get(self.row.version_id).await
    }

    /// What people call it by, such as `B`.
    async fn code(&self) -> &str {
        &self.row.code
    }

    async fn title(&self) -> &str {
        &self.row.title
    }

    async fn text(&self, ctx: &Context<'_>) -> Result<Option<&str>, Error> {
        self.log_read(session(ctx)?).await?;
        Ok(self.row.text.as_deref())
    }

    /// As it was attached; `release` has what is in force.
    async fn classification(&self) -> Result<Classification, Error> {
        Ok(parse::<domain::release::Classification>(&self.row.classification)?.into())
    }

    /// As it was attached; `release` has what is in force.
    async fn handling(&self) -> Result<HandlingCode, Error> {
        Ok(parse::<domain::release::HandlingCode>(&self.row.handling)?.into())
    }

    /// Codes of the partners that it was attached for, besides the operation's lead; `release` has what is in force.
    async fn releasable_to(&self) -> &[String] {
        &self.row.releasable_to
    }

    /// Who may read it, and how carefully.
    async fn release(&self) -> Result<ReleaseLabel, Error> {
        self.label().await
    }

    /// RFC 8785 text of the annex: `partHash` is SHA-256 of `accord part v1`, a line feed, the salt's bytes and this.
    async fn canonical_content(&self, ctx: &Context<'_>) -> Result<String, Error> {
        self.log_read(session(ctx)?).await?;
        Ok(self.row.annex()?.canonical())
    }

    /// 16 bytes, in hexadecimal. Whoever may not see the annex does not see the salt.
    async fn salt(&self) -> &str {
        &self.row.salt
    }

    /// As in the version's `parts`.
    async fn part_hash(&self) -> Result<Sha256, Error> {
        Ok(Sha256(parse(&self.row.part_hash)?))
    }
}
