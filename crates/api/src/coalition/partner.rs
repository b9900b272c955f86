//! Partners.

use crate::{
    Error,
    coalition::effects::SuspensionEffects,
    graph::{
        connection::{Connection, Window},
        language::{self, Language, LocalisedName, localise},
        node::{Event, Partner, Post},
        scalars::DateTime,
        zone::Zone,
    },
};
use async_graphql::{Context, Enum, ID, Object};
use domain::coalition;
use read_model::parse;

/// What a partner is entitled to.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "coalition::PartnerRole")]
pub enum PartnerRole {
    /// The centre stands on its territory; approves every plan version.
    Host,
    /// Approves every plan version.
    Principal,
    /// Takes tasks and consents for its own territory, without a vote on the whole.
    Participant,
    /// Reads what is released to it; no vote, no task.
    Observer,
}

/// Where a partner stands between invitation and withdrawal.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "coalition::PartnerStatus")]
pub enum PartnerStatus {
    /// Invited, and has not decided.
    Invited,
    /// Has accepted the terms and is in good standing.
    Acceded,
    /// Admitted to read.
    Observer,
    /// Has put its decision off.
    Deferred,
    /// Has said no.
    Declined,
    /// May do nothing until it is reinstated.
    Suspended,
    /// Has left.
    Withdrawn,
}

/// What a token's holder may do within its partner.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Role")]
pub enum Role {
    /// Drafts plans.
    Planner,
    /// Decides for their partner.
    Commander,
    /// Speaks for their partner in the centre.
    Liaison,
    /// Runs the watch.
    Watch,
    /// Reads history.
    Reviewer,
    /// Establishes partners, centres and posts; never decides.
    Admin,
}

/// A state agency or organisation in the coalition. Everybody in the coalition sees all of them.
#[Object]
impl Partner {
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

    /// What people call it by, such as `THA`.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// In the language given, else in that of `Accept-Language`; in English, where it has no name in that.
    async fn name(&self, ctx: &Context<'_>, language: Option<Language>) -> Result<&str, Error> {
        localise(ctx, &self.row.names, &self.row.name, language)
    }

    /// Its names in other languages.
    async fn names(&self) -> Vec<LocalisedName> {
        language::all(&self.row.names)
    }

    /// The agency that acts for it; in the language given, else in that of `Accept-Language`, else in English.
    async fn agency(&self, ctx: &Context<'_>, language: Option<Language>) -> Result<&str, Error> {
        localise(ctx, &self.row.agency_names, &self.row.agency, language)
    }

    /// The agency's names in other languages.
    async fn agency_names(&self) -> Vec<LocalisedName> {
        language::all(&self.row.agency_names)
    }

    async fn role(&self) -> Result<PartnerRole, Error> {
        Ok(parse::<coalition::PartnerRole>(&self.row.role)?.into())
    }

    async fn status(&self) -> Result<PartnerStatus, Error> {
        Ok(parse::<coalition::PartnerStatus>(&self.row.status)?.into())
    }

    /// IANA name, such as `Asia/Yangon`.
    async fn time_zone(&self) -> Option<&str> {
        self.row.time_zone.as_deref()
    }

    /// An instant on its clocks; null when its time zone is not known.
    async fn local_time(&self, of: DateTime) -> Result<Option<DateTime>, Error> {
        let Some(zone) = &self.row.time_zone else { return Ok(None) };
        Ok(Some(DateTime::from(of.0).local(Some(&parse(zone)?))))
    }

    /// ISO 4217 code.
    async fn currency(&self) -> Option<&str> {
        self.row.currency.as_deref()
    }

    /// The posts that speak for it in the centre.
    async fn liaison_posts(&self) -> Result<Vec<Post>, Error> {
        let all = self.world.loaders.liaison_posts.children(()).await?;
        let own: Vec<_> = all.iter().filter(|post| post.partner == self.row.code).cloned().collect();
        Ok(self.world.all(&own))
    }

    /// Null for a founding partner, which was not invited.
    async fn invited_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.invited_at, zone).await
    }

    /// When it acceded or was admitted.
    async fn joined_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.joined_at, zone).await
    }

    /// What its suspension would leave hanging, in all operations that you may see; of a suspended one, what hangs.
    async fn suspension_effects(&self) -> Result<SuspensionEffects, Error> {
        SuspensionEffects::of(self).await
    }
}
