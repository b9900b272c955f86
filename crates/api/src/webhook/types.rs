//! Webhooks as their partner sees them.

use crate::{
    Error,
    graph::{
        context::World,
        scalars::{DateTime, Position},
        zone::Zone,
    },
    log::event::Wanted,
    webhook::signature::OVERLAP,
};
use async_graphql::{Enum, ID, Object, SimpleObject};
use domain::ids::{from_text, to_text};
use engine::{StoredWebhook, StoredWebhookAct};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

const PREFIX: &str = "webhook";

pub(crate) fn id_of(webhook: Uuid) -> ID {
    ID(to_text(PREFIX, webhook))
}

/// `None` when it is none of a webhook.
pub(crate) fn uuid_of(id: &ID) -> Option<Uuid> {
    from_text(id).and_then(|(prefix, id)| (prefix == PREFIX).then_some(id))
}

/// Which events a webhook is for, as it is stored.
#[derive(Serialize, Deserialize)]
pub(crate) struct Chosen {
    pub wanted: Wanted,
    /// As it was asked for, in whose history they stand.
    pub subject: Option<String>,
}

impl Chosen {
    pub fn of(webhook: &StoredWebhook) -> Result<Self, Error> {
        serde_json::from_value(webhook.filter.clone())
            .map_err(|error| Error::internal("read the filter of a webhook", &error))
    }
}

/// How a webhook stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookState {
    /// What happens is delivered.
    Active,
    /// The last attempt failed; the next one is due at `nextAttemptAt`.
    Failing,
    /// Nothing is tried until somebody resumes it: it failed too often, or the receiver answered that it is gone.
    Paused,
    /// Ended, for good.
    Revoked,
}

/// What a person did with a webhook.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "engine::WebhookActKind")]
pub enum WebhookActKind {
    /// Registered it.
    Registered,
    /// Gave it another secret.
    Rotated,
    /// Let it go on, perhaps from another position.
    Resumed,
    /// Ended it.
    Revoked,
}

/// Something that a person did with a webhook. It is no event: webhooks stand beside the log.
pub struct WebhookAct {
    row: StoredWebhookAct,
    world: Arc<World>,
}

/// Something that a person did with a webhook. It is no event: webhooks stand beside the log.
#[Object]
impl WebhookAct {
    async fn at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.at, zone).await
    }

    async fn kind(&self) -> WebhookActKind {
        self.row.kind.into()
    }

    /// Code of the post.
    async fn actor(&self) -> &str {
        &self.row.actor
    }

    /// As in the answer's header `X-Request-Id`.
    async fn request_id(&self) -> &str {
        &self.row.request_id
    }
}

/// An attempt to deliver that failed.
#[derive(SimpleObject)]
pub struct WebhookFailure {
    /// In UTC.
    at: DateTime,
    /// HTTP status that the receiver answered; null when it did not answer.
    status: Option<i32>,
    /// For a person.
    message: String,
}

/// Which events are sent; what is null does not narrow.
#[derive(SimpleObject)]
pub struct WebhookFilter {
    types: Option<Vec<String>>,
    /// Code of a post, or a service such as `service:import`.
    actor: Option<String>,
    /// Code of a partner.
    partner: Option<String>,
    /// Id of an operation.
    operation: Option<ID>,
    /// Id of something: only its history.
    subject: Option<ID>,
    recorded_from: Option<DateTime>,
    recorded_before: Option<DateTime>,
    occurred_from: Option<DateTime>,
    occurred_before: Option<DateTime>,
}

impl WebhookFilter {
    fn of(stored: &StoredWebhook) -> Result<Self, Error> {
        let Chosen { wanted: Wanted { filter, .. }, subject } = Chosen::of(stored)?;
        let time = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(DateTime::from);
        Ok(Self {
            types: filter.kinds,
            actor: filter.actor,
            partner: filter.partner,
            operation: filter.operation.map(|id| domain::ids::OperationId(id).into()),
            subject: subject.map(ID),
            recorded_from: time(filter.recorded_from),
            recorded_before: time(filter.recorded_before),
            occurred_from: time(filter.occurred_from),
            occurred_before: time(filter.occurred_before),
        })
    }
}

/// An address to which events of the log are sent, as far as its partner may see them when they are sent. Only
/// commanders of that partner see it.
pub struct Webhook {
    pub(crate) row: Arc<StoredWebhook>,
    pub(crate) acts: Vec<StoredWebhookAct>,
    pub(crate) world: Arc<World>,
}

/// An address to which events of the log are sent, as far as its partner may see them when they are sent. Only
/// commanders of that partner see it.
#[Object]
impl Webhook {
    /// Opaque; only the mutations of webhooks take it.
    async fn id(&self) -> ID {
        id_of(self.row.webhook_id)
    }

    async fn name(&self) -> &str {
        &self.row.name
    }

    async fn url(&self) -> &str {
        &self.row.address
    }

    async fn filter(&self) -> Result<WebhookFilter, Error> {
        WebhookFilter::of(&self.row)
    }

    async fn state(&self) -> WebhookState {
        let row = &self.row;
        if row.revoked_at.is_some() {
            WebhookState::Revoked
        } else if row.paused_at.is_some() {
            WebhookState::Paused
        } else if row.attempts > 0 {
            WebhookState::Failing
        } else {
            WebhookState::Active
        }
    }

    async fn registered_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.registered_at, zone).await
    }

    /// Until when the secret before the present one is good as well; null when there is none, or it is over.
    async fn previous_secret_until(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.rotated_at.map(|at| at + OVERLAP), zone).await
    }

    /// Everything up to here was taken, or was not for this webhook when its turn came. While nothing happens that is
    /// for it, this moves on from time to time.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }

    /// Positions of the log that are still ahead of it: no more events than that can wait.
    async fn behind(&self) -> Position {
        let newest = self.world.pin.position.0;
        Position(domain::Position((newest - self.row.position).max(0)))
    }

    /// Of the last event that was taken; null before the first.
    async fn last_delivered_position(&self) -> Option<Position> {
        self.row.delivered_position.map(|position| Position(domain::Position(position)))
    }

    /// When that was; null before the first.
    async fn last_delivered_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.delivered_at, zone).await
    }

    /// Attempts in a row that failed since then.
    async fn failed_attempts(&self) -> i32 {
        self.row.attempts
    }

    /// The last attempt that failed, also when others have succeeded since; null when none ever has.
    async fn last_failure(&self) -> Option<WebhookFailure> {
        Some(WebhookFailure {
            at: self.row.failed_at?.into(),
            status: self.row.failure_status,
            message: self.row.failure.clone()?,
        })
    }

    /// When a failed event is sent again; null when nothing waits for a time.
    async fn next_attempt_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.next_attempt_at, zone).await
    }

    /// What people did with it, the newest first; the last 20 at most.
    async fn acts(&self) -> Vec<WebhookAct> {
        let act = |row: &StoredWebhookAct| WebhookAct { row: row.clone(), world: Arc::clone(&self.world) };
        self.acts.iter().map(act).collect()
    }
}
