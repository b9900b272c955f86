//! Registering webhooks, giving them other secrets, letting them go on, trying and revoking them.
//!
//! No event follows: a webhook stands beside the log. Who may do it is judged here for the same reason.

use crate::{
    Error,
    graph::{
        context::Session,
        mutation::{Asked, Entry},
        receipt::Receipt,
        refused::{Refusal, Refused},
        scalars::Position,
    },
    log::event::EventFilter,
    webhook::{
        cloud_event::CloudEvent,
        deliverer::{Webhooks, message},
        queries::{commands, with_acts},
        signature::WebhookKey,
        stored,
        types::{Chosen, Webhook, id_of, uuid_of},
    },
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject, Union};
use domain::{PartnerCode, RefusalCode, Role, Title};
use engine::{Log, NewWebhook, StoredWebhook, WebhookActor};
use std::sync::Arc;
use url::Url;
use uuid::Uuid;

/// Webhooks that one partner may have besides those that are revoked.
const MOST: i64 = 20;

#[derive(InputObject)]
struct RegisterWebhookInput {
    /// What people will call it by; two may have the same.
    name: String,
    /// Where events are sent, by POST: an address of HTTPS on the public Internet, unless the server allows others.
    /// It cannot be changed: register another webhook, then revoke this one.
    url: String,
    /// Which events, as for `events`. It cannot be changed either. An operation or a subject is looked up now.
    filter: Option<EventFilter>,
    /// Send what happened after this position; without it, what happens from now on.
    after: Option<Position>,
}

#[derive(InputObject)]
struct RotateWebhookSecretInput {
    webhook: ID,
}

#[derive(InputObject)]
struct ResumeWebhookInput {
    webhook: ID,
    /// Go on after this position: further back to have events sent again, further on to leave out what the receiver cannot
    /// take. Without it, from where the webhook stands.
    after: Option<Position>,
}

#[derive(InputObject)]
struct TestWebhookInput {
    webhook: ID,
}

#[derive(InputObject)]
struct RevokeWebhookInput {
    webhook: ID,
}

/// Answers of mutations about a webhook, with what some tell besides.
macro_rules! answers {
    ($($result:ident = $payload:ident { $($(#[$doc:meta])* $field:ident: $ty:ty,)* })*) => {$(
        /// It was done.
        #[derive(SimpleObject)]
        pub struct $payload {
            webhook: Option<Webhook>,
            $($(#[$doc])* $field: $ty,)*
            /// Of the present, which this does not change: a webhook stands beside the log.
            receipt: Receipt,
            /// None: it was done.
            refusals: Vec<Refusal>,
        }

        #[derive(Union)]
        pub enum $result {
            Done($payload),
            Refused(Refused),
        }
    )*};
}

answers! {
    RegisterWebhookResult = RegisterWebhookPayload {
        /// What its messages are signed with. Told this once, and kept nowhere.
        secret: String,
    }
    RotateWebhookSecretResult = RotateWebhookSecretPayload {
        /// What its messages are signed with from now on. Told this once, and kept nowhere.
        secret: String,
    }
    ResumeWebhookResult = ResumeWebhookPayload {}
    TestWebhookResult = TestWebhookPayload {
        /// Whether the receiver took it.
        taken: bool,
        /// Why not, for a person; null when it did.
        failure: Option<String>,
    }
    RevokeWebhookResult = RevokeWebhookPayload {}
}

/// A mutation of somebody who may send it.
struct Allowed<'a> {
    asked: Asked<'a>,
    partner: PartnerCode,
    by: WebhookActor,
    webhooks: &'a Arc<Webhooks>,
}

/// The mutation, or its answer.
enum Asking<'a, R> {
    Allowed(Box<Allowed<'a>>),
    Answered(Option<R>),
}

async fn asking<'a, R: From<Refused>>(ctx: &Context<'a>) -> Result<Asking<'a, R>, Error> {
    let asked = Asked::new(ctx, Entry::default())?;
    let session: &Session = asked.session;
    if session.out_of_standing().is_some() {
        return Ok(Asking::Answered(asked.refuse().await?));
    }
    let Some(partner) = commands(session).cloned() else {
        let message = format!("This is for a post, with the role {}.", Role::Commander);
        return Ok(Asking::Answered(asked.forbid(message).await?));
    };
    let webhooks = ctx.data::<Arc<Webhooks>>();
    let webhooks = webhooks.map_err(|error| Error::internal("find who delivers", &error.message))?;
    let by = WebhookActor {
        at: webhooks.clock.now(),
        actor: session.actor.to_string(),
        request_id: session.manner.request_id.clone(),
    };
    Ok(Asking::Allowed(Box::new(Allowed { asked, partner, by, webhooks })))
}

macro_rules! allowed {
    ($ctx:expr) => {
        match asking($ctx).await? {
            Asking::Allowed(allowed) => *allowed,
            Asking::Answered(answer) => return Ok(answer),
        }
    };
}

impl Allowed<'_> {
    /// Says that the id names nothing; neither does one of another partner, or of a webhook that is revoked.
    fn miss(&mut self) {
        let message = "There is no such webhook that is not revoked.";
        self.asked.input().add(RefusalCode::NotFound, "webhook", message);
    }

    /// `None` when this server has none, which is then among the reasons.
    fn key(&mut self) -> Option<WebhookKey> {
        let key = self.webhooks.key.clone();
        if key.is_none() {
            let message =
                "This server has no key to sign with: its operators name one in ACCORD_WEBHOOK_KEY.";
            self.asked.input().add(RefusalCode::WrongState, "", message);
        }
        key
    }

    /// `None` when it is none that may be called, which is then among the reasons.
    fn address(&mut self, text: &str) -> Option<Url> {
        match self.webhooks.client.reach().read(text) {
            Ok(url) => Some(url),
            Err(fault) => {
                self.asked.input().add(RefusalCode::InvalidValue, "url", fault);
                None
            }
        }
    }

    /// `None` when it names what nothing that may be seen has, which is then among the reasons.
    async fn filter(&mut self, filter: Option<EventFilter>) -> Result<Option<Chosen>, Error> {
        let filter = filter.unwrap_or_default();
        let subject = filter.subject().map(|id| id.0.clone());
        match filter.read(&self.asked.world).await {
            Ok(wanted) => Ok(Some(Chosen { wanted, subject })),
            Err(Error::BadUserInput(message)) => {
                self.asked.input().add(RefusalCode::InvalidValue, "filter", message);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// A position that the log has; `None` when it is none, which is then among the reasons.
    #[expect(clippy::option_option, reason = "absent and wrong are two things")]
    fn position(&mut self, after: Option<Position>) -> Option<Option<i64>> {
        let Some(Position(after)) = after else { return Some(None) };
        let newest = self.asked.world.pin.position;
        if (domain::Position(0)..=newest).contains(&after) {
            return Some(Some(after.0));
        }
        let message = format!("A position is from 0 to the newest, {newest}.");
        self.asked.input().add(RefusalCode::InvalidValue, "after", message);
        None
    }

    /// Where webhooks are written, and read as they were written.
    fn beside(&self) -> &Log {
        self.asked.session.engine.beside()
    }

    async fn find(&self, id: Uuid) -> Result<Option<StoredWebhook>, Error> {
        let found = stored(self.beside().webhook(self.partner.as_str(), id).await)?;
        Ok(found.filter(|webhook| webhook.revoked_at.is_none()))
    }

    /// Why the receiver did not take it; `None` when it did.
    async fn ping(&self, key: &WebhookKey, webhook: &StoredWebhook) -> Result<Option<String>, Error> {
        let source = self.webhooks.source(&self.asked.session.engine).await?;
        let (id, at) = (self.webhooks.entropy.uuid_v7(self.by.at), self.by.at);
        let ping = CloudEvent::ping(id, &id_of(webhook.webhook_id), source, at)?;
        let address = Url::parse(&webhook.address)
            .map_err(|error| Error::internal("read the address of a webhook", &error))?;
        let message = message(key, webhook, ping, at);
        let sent = self.webhooks.client.send(&mut None, &address, &message).await;
        Ok(sent.err().map(|failure| failure.message))
    }

    /// The webhook and the receipt of what was done with it.
    async fn done(&self, row: StoredWebhook) -> Result<(Option<Webhook>, Receipt), Error> {
        self.webhooks.wake();
        let receipt = self.asked.done_beside().await?;
        Ok((with_acts(&self.asked.world, vec![row]).await?.pop(), receipt))
    }
}

#[derive(Default)]
pub struct WebhookMutations;

#[Object]
impl WebhookMutations {
    /// Has events of the log sent to an address from now on, as far as your partner may see them when they are sent.
    /// A partner has 20 at most that are not revoked.
    async fn register_webhook(
        &self,
        ctx: &Context<'_>,
        input: RegisterWebhookInput,
    ) -> Result<Option<RegisterWebhookResult>, Error> {
        let mut allowed = allowed!(ctx);
        let name = allowed.asked.parse::<Title>("name", &input.name);
        let url = allowed.address(&input.url);
        let after = allowed.position(input.after);
        let filter = allowed.filter(input.filter).await?;
        let key = allowed.key();
        let (Some(name), Some(url), Some(after), Some(filter), Some(key)) = (name, url, after, filter, key)
        else {
            return allowed.asked.refuse().await;
        };
        let new = NewWebhook {
            webhook_id: allowed.webhooks.entropy.uuid_v7(allowed.by.at),
            partner: allowed.partner.to_string(),
            name: name.to_string(),
            address: url.into(),
            filter: serde_json::to_value(filter).map_err(|error| Error::internal("keep a filter", &error))?,
            key_id: key.id(),
            position: after.unwrap_or(allowed.asked.world.pin.position.0),
        };
        let registered = stored(allowed.beside().register_webhook(&new, &allowed.by, MOST).await)?;
        let found = if registered { allowed.find(new.webhook_id).await? } else { None };
        let Some(row) = found else {
            let message = format!("A partner has {MOST} webhooks at most: revoke one first.");
            allowed.asked.reasons.add(RefusalCode::WrongState, "", message);
            return allowed.asked.refuse().await;
        };
        let secret = key.secret(row.webhook_id, row.generation).reveal();
        let (webhook, receipt) = allowed.done(row).await?;
        Ok(Some(RegisterWebhookPayload { webhook, secret, receipt, refusals: Vec::new() }.into()))
    }

    /// Replaces a webhook's secret. For a day, messages are signed with the one before as well, so that the receiver can be
    /// told the new one meanwhile. Twice within a day, the first of the three is good no longer.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        input: RotateWebhookSecretInput,
    ) -> Result<Option<RotateWebhookSecretResult>, Error> {
        let mut allowed = allowed!(ctx);
        let id = uuid_of(&input.webhook).unwrap_or_default();
        let Some(key) = allowed.key() else { return allowed.asked.refuse().await };
        let partner = allowed.partner.as_str();
        let rotated = allowed.beside().rotate_webhook(partner, id, &key.id(), &allowed.by).await;
        let Some(row) = stored(rotated)? else {
            allowed.miss();
            return allowed.asked.refuse().await;
        };
        let secret = key.secret(row.webhook_id, row.generation).reveal();
        let (webhook, receipt) = allowed.done(row).await?;
        Ok(Some(RotateWebhookSecretPayload { webhook, secret, receipt, refusals: Vec::new() }.into()))
    }

    /// Lets a webhook go on at once, whether it was paused, waits for its next attempt or is to send from another position.
    async fn resume_webhook(
        &self,
        ctx: &Context<'_>,
        input: ResumeWebhookInput,
    ) -> Result<Option<ResumeWebhookResult>, Error> {
        let mut allowed = allowed!(ctx);
        let id = uuid_of(&input.webhook).unwrap_or_default();
        let after = allowed.position(input.after);
        let resumed = match after {
            Some(after) => {
                let partner = allowed.partner.as_str();
                stored(allowed.beside().resume_webhook(partner, id, after, &allowed.by).await)?
            }
            None => allowed.find(id).await?,
        };
        if resumed.is_none() {
            allowed.miss();
        }
        let (Some(row), Some(_)) = (resumed, after) else { return allowed.asked.refuse().await };
        let (webhook, receipt) = allowed.done(row).await?;
        Ok(Some(ResumeWebhookPayload { webhook, receipt, refusals: Vec::new() }.into()))
    }

    /// Sends an `accord.ping` at once and tells what came of it. Nothing else changes: it is sent once, and moves
    /// nothing on.
    async fn test_webhook(
        &self,
        ctx: &Context<'_>,
        input: TestWebhookInput,
    ) -> Result<Option<TestWebhookResult>, Error> {
        let mut allowed = allowed!(ctx);
        let Some(row) = allowed.find(uuid_of(&input.webhook).unwrap_or_default()).await? else {
            allowed.miss();
            return allowed.asked.refuse().await;
        };
        let Some(key) = allowed.key() else { return allowed.asked.refuse().await };
        if row.key_id != key.id() {
            let message =
                "This server has another key than when the webhook got its secret: give it another one.";
            allowed.asked.input().add(RefusalCode::WrongState, "webhook", message);
            return allowed.asked.refuse().await;
        }
        let failure = allowed.ping(&key, &row).await?;
        let (webhook, receipt) = allowed.done(row).await?;
        let taken = failure.is_none();
        Ok(Some(TestWebhookPayload { webhook, taken, failure, receipt, refusals: Vec::new() }.into()))
    }

    /// Ends a webhook, for good. What is being sent at this moment may still arrive.
    async fn revoke_webhook(
        &self,
        ctx: &Context<'_>,
        input: RevokeWebhookInput,
    ) -> Result<Option<RevokeWebhookResult>, Error> {
        let mut allowed = allowed!(ctx);
        let id = uuid_of(&input.webhook).unwrap_or_default();
        let partner = allowed.partner.as_str();
        let Some(row) = stored(allowed.beside().revoke_webhook(partner, id, &allowed.by).await)? else {
            allowed.miss();
            return allowed.asked.refuse().await;
        };
        let (webhook, receipt) = allowed.done(row).await?;
        Ok(Some(RevokeWebhookPayload { webhook, receipt, refusals: Vec::new() }.into()))
    }
}
