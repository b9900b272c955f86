//! Partners, and what the viewer is among them.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        language::{self, Language, LocalisedName, localise},
        node::{Event, Item, Partner, Post},
        scalars::DateTime,
        zone::Zone,
    },
};
use async_graphql::{Context, Enum, ID, Object};
use domain::{
    Actor, PartnerCode,
    catalogue::sources::senders,
    coalition,
    ids::{PartnerId, PostId},
};
use read_model::parse;
use std::sync::Arc;

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
    /// May do nothing until it is restored.
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
}

/// Who asks, as the token says, and how they stand at the position of this answer.
pub struct Viewer {
    pub(crate) actor: Actor,
    pub(crate) world: Arc<World>,
}

/// Who asks, as the token says, and how they stand at the position of this answer.
#[Object]
impl Viewer {
    /// As events name the one who asks: a post's code, or `service:` and a name.
    async fn name(&self) -> String {
        self.actor.to_string()
    }

    /// Null for a service.
    async fn partner(&self) -> Result<Option<Partner>, Error> {
        match &self.actor {
            Actor::Post { partner, .. } => self.world.find(PartnerId::of(partner).0).await,
            Actor::Service { .. } => Ok(None),
        }
    }

    /// Null for a service.
    async fn post(&self) -> Result<Option<Post>, Error> {
        match &self.actor {
            Actor::Post { post, .. } => self.world.find(PostId::of(post).0).await,
            Actor::Service { .. } => Ok(None),
        }
    }

    /// What the token allows. Some things besides need a certain partner: the refusal says which.
    async fn roles(&self) -> Vec<Role> {
        self.actor.roles().iter().copied().map(Role::from).collect()
    }

    /// Whether you may send the mutation of this name: as far as your post, your roles and, where that has to be the
    /// host or to lead the `operation` (by its code or id), your partner decide it. What the state of things allows is decided with the command.
    /// False for an operation that you may not see, and for a mutation that this server does not know: a client may be
    /// newer than it.
    async fn may_call(&self, mutation: String, operation: Option<ID>) -> Result<bool, Error> {
        // Nobody sends what there is not.
        let senders: Vec<_> = senders(&mutation).collect();
        let standing = match &self.actor {
            Actor::Service { .. } => true,
            Actor::Post { .. } => self.world.pin.viewer.partner.is_some(),
        };
        let lead = match &operation {
            None => None,
            Some(operation) => match self.world.operation_named(operation).await? {
                Some(operation) => Some(operation.row.lead.clone()),
                None => return Ok(false),
            },
        };
        let leads = |partner: &PartnerCode| lead.as_deref().is_none_or(|lead| lead == partner.as_str());
        let (is_of_lead, is_of_host) = match &self.actor {
            Actor::Post { partner, .. } => (leads(partner), self.world.is_host(partner.as_str()).await?),
            Actor::Service { .. } => (true, true),
        };
        Ok(standing
            && senders.iter().any(|sender| {
                sender.allows(&self.actor)
                    && (is_of_lead || !sender.is_lead())
                    && (is_of_host || !sender.is_host())
            }))
    }

    /// Whether commands are accepted at all: the post is held, and its partner has joined and is not suspended.
    async fn in_good_standing(&self) -> Result<bool, Error> {
        use domain::coalition::{PartnerStatus, PostStatus};
        let Actor::Post { post, partner, .. } = &self.actor else { return Ok(true) };
        let loaders = &self.world.loaders;
        let (post, of) = futures_util::future::try_join(
            Post::loader(loaders).load(PostId::of(post).0),
            Partner::loader(loaders).load(PartnerId::of(partner).0),
        )
        .await?;
        let (Some(post), Some(of)) = (post, of) else { return Ok(false) };
        let held = matches!(parse(&post.status)?, PostStatus::InPost | PostStatus::Acting);
        let joined = matches!(parse(&of.status)?, PartnerStatus::Acceded | PartnerStatus::Observer);
        Ok(held && joined && post.partner == partner.as_str())
    }

    /// Title of the exercise that this log holds; null for the real thing.
    async fn exercise(&self) -> Result<Option<String>, Error> {
        let coalition = self.world.engine.read_model().coalition(self.world.pin.position).await?;
        Ok(coalition.and_then(|coalition| coalition.exercise))
    }
}
