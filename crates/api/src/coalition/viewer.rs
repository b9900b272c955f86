//! Whoever asks, and what waits for them.

use crate::{
    Error,
    agenda::AgendaConnection,
    coalition::partner::Role,
    graph::{
        context::World,
        node::{Item, Partner, Post},
    },
};
use async_graphql::{ID, Object};
use domain::{
    Actor, PartnerCode,
    catalogue::sources::senders,
    ids::{PartnerId, PostId},
};
use read_model::parse;
use std::sync::Arc;

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

    /// What waits for you, as far as your roles can do something about it: decisions of your partner, tasks of your post. The
    /// most urgent comes first. The post and the partner are those of your token, also at a moment of the past.
    async fn agenda(&self, first: Option<i32>, after: Option<String>) -> Result<AgendaConnection, Error> {
        AgendaConnection::page(&self.world, &self.actor, first, after).await
    }

    /// Title of the exercise that this log holds; null for the real thing.
    async fn exercise(&self) -> Result<Option<String>, Error> {
        let coalition = self.world.engine.read_model().coalition(self.world.pin.position).await?;
        Ok(coalition.and_then(|coalition| coalition.exercise))
    }
}
