//! Webhooks: whom the log is told to over HTTP, how far, and who registered and revoked them.
//!
//! They stand beside the log of events, in the same database: a log that comes back from a backup, or lost its end, comes
//! with the positions that its webhooks had then. Nothing here sends anything or knows a secret.
//!
//! One node delivers for a webhook at a time: it has a turn for a while, and prolongs it before each attempt. What it
//! learned counts only as long as it is its turn. Nothing is taken back from a node that was killed; its time runs out.

use crate::{Error, Log};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// A webhook to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    pub webhook_id: Uuid,
    pub partner: String,
    pub name: String,
    pub address: String,
    /// Which events; what it means is the caller's to know.
    pub filter: Value,
    /// A hash of the key that its secrets are computed from.
    pub key_id: String,
    /// What comes after this position is delivered.
    pub position: i64,
}

/// A webhook as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWebhook {
    pub webhook_id: Uuid,
    pub partner: String,
    pub name: String,
    pub address: String,
    pub filter: Value,
    pub registered_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// Of its secret, from 1.
    pub generation: i32,
    /// When the secret became this one; none for the first.
    pub rotated_at: Option<DateTime<Utc>>,
    pub key_id: String,
    /// Everything up to here was taken, or was not for it when its turn came.
    pub position: i64,
    pub delivered_position: Option<i64>,
    pub delivered_at: Option<DateTime<Utc>>,
    /// That failed since the last delivery.
    pub attempts: i32,
    /// Of the last attempt that failed, also when others have succeeded since.
    pub failed_at: Option<DateTime<Utc>>,
    /// That the receiver answered; none when it did not.
    pub failure_status: Option<i32>,
    pub failure: Option<String>,
    /// None: as soon as there is something to deliver.
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub paused_at: Option<DateTime<Utc>>,
    /// Counts who delivered one after the other.
    pub turn: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WebhookActKind {
    Registered,
    /// Its secret was replaced.
    Rotated,
    Resumed,
    Revoked,
}

/// Something that a person did with a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWebhookAct {
    pub webhook_id: Uuid,
    pub at: DateTime<Utc>,
    pub kind: WebhookActKind,
    pub actor: String,
    pub request_id: String,
}

/// Who does something with a webhook, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookActor {
    pub at: DateTime<Utc>,
    /// Code of the post.
    pub actor: String,
    pub request_id: String,
}

/// For how long a node has a webhook to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookHold {
    pub node: Uuid,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// Of a webhook: that of who delivers for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookTurn {
    pub webhook_id: Uuid,
    pub turn: i64,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookFailure {
    pub at: DateTime<Utc>,
    pub status: Option<i32>,
    pub message: String,
    /// When the next one is due; none: it is paused until somebody lets it go on.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// How many webhooks there are, revoked ones left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WebhookCounts {
    pub active: i64,
    /// Whose last attempt failed.
    pub failing: i64,
    pub paused: i64,
    /// Of another key, for which this node cannot sign.
    pub foreign: i64,
}

/// Most webhooks that [`Log::webhooks_of`] lists.
const MOST_LISTED: i64 = 100;

/// Most acts of each that are listed, the newest.
const MOST_ACTS: i64 = 20;

// The rows that a statement reads or changes as `found`, with what is told of them besides.
macro_rules! webhook_rows {
    ($found:literal, $($argument:expr),* $(,)?) => {
        webhook_rows!($found; "", $($argument),*)
    };
    ($found:literal; $besides:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            StoredWebhook,
            "with found as (" + $found + ")" + $besides + r#"
            select
                webhook_id as "webhook_id!",
                partner as "partner!",
                name as "name!",
                address as "address!",
                filter as "filter!",
                registered_at as "registered_at!",
                revoked_at,
                generation as "generation!",
                rotated_at,
                key_id as "key_id!",
                position as "position!",
                delivered_position,
                delivered_at,
                attempts as "attempts!",
                failed_at,
                failure_status,
                failure,
                next_attempt_at,
                paused_at,
                turn as "turn!"
            from found
            order by revoked_at is not null, number desc"#,
            $($argument),*
        )
    };
}

impl Log {
    /// False when the partner has `most` already that are not revoked.
    pub async fn register_webhook(
        &self,
        new: &NewWebhook,
        by: &WebhookActor,
        most: i64,
    ) -> Result<bool, Error> {
        let done = sqlx::query!(
            r#"
            with registered as (
                insert into webhook
                    (webhook_id, partner, name, address, filter, registered_at, generation, key_id, position)
                select $1, $2, $3, $4, $5, $6, 1, $7, $8
                where (select count(*) from webhook where partner = $2 and revoked_at is null) < $9
                returning webhook_id
            )
            insert into webhook_act (webhook_id, at, kind, actor, request_id)
            select webhook_id, $6, 'REGISTERED', $10, $11 from registered
            "#,
            new.webhook_id,
            new.partner,
            new.name,
            new.address,
            new.filter,
            by.at,
            new.key_id,
            new.position,
            most,
            by.actor,
            by.request_id,
        )
        .execute(&self.pool)
        .await
        .map_err(Error::when("register a webhook"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Counts the secret's generation up, under this key from now on. `None`: the partner has no such webhook, or it is
    /// revoked.
    pub async fn rotate_webhook(
        &self,
        partner: &str,
        id: Uuid,
        key_id: &str,
        by: &WebhookActor,
    ) -> Result<Option<StoredWebhook>, Error> {
        webhook_rows!(
            "update webhook
             set generation = generation + 1, rotated_at = $4, key_id = $3
             where webhook_id = $1 and partner = $2 and revoked_at is null
             returning *";
            ", told as (
                 insert into webhook_act (webhook_id, at, kind, actor, request_id)
                 select webhook_id, $4, 'ROTATED', $5, $6 from found
             )",
            id,
            partner,
            key_id,
            by.at,
            by.actor,
            by.request_id,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(Error::when("give a webhook another secret"))
    }

    /// Lets deliveries go on at once: after `position` if one is given, else from where they stand. Whoever delivers
    /// now loses hold of it. `None`: the partner has no such webhook, or it is revoked.
    pub async fn resume_webhook(
        &self,
        partner: &str,
        id: Uuid,
        position: Option<i64>,
        by: &WebhookActor,
    ) -> Result<Option<StoredWebhook>, Error> {
        webhook_rows!(
            "update webhook
             set position = coalesce($3, position),
                 attempts = 0,
                 next_attempt_at = null,
                 paused_at = null,
                 node = null,
                 held_until = null,
                 turn = turn + 1
             where webhook_id = $1 and partner = $2 and revoked_at is null
             returning *";
            ", told as (
                 insert into webhook_act (webhook_id, at, kind, actor, request_id)
                 select webhook_id, $4, 'RESUMED', $5, $6 from found
             )",
            id,
            partner,
            position,
            by.at,
            by.actor,
            by.request_id,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(Error::when("let a webhook go on"))
    }

    /// Ends it for good. `None`: the partner has no such webhook, or it is revoked.
    pub async fn revoke_webhook(
        &self,
        partner: &str,
        id: Uuid,
        by: &WebhookActor,
    ) -> Result<Option<StoredWebhook>, Error> {
        webhook_rows!(
            "update webhook
             set revoked_at = $3, next_attempt_at = null, node = null, held_until = null, turn = turn + 1
             where webhook_id = $1 and partner = $2 and revoked_at is null
             returning *";
            ", told as (
                 insert into webhook_act (webhook_id, at, kind, actor, request_id)
                 select webhook_id, $3, 'REVOKED', $4, $5 from found
             )",
            id,
            partner,
            by.at,
            by.actor,
            by.request_id,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(Error::when("revoke a webhook"))
    }

    /// A partner's: those that deliver before those that are revoked, the newest of each first; 100 at most.
    pub async fn webhooks_of(&self, partner: &str) -> Result<Vec<StoredWebhook>, Error> {
        webhook_rows!(
            "select *
             from webhook
             where partner = $1
             order by revoked_at is not null, number desc
             limit $2",
            partner,
            MOST_LISTED,
        )
        .fetch_all(self.db())
        .await
        .map_err(Error::when("list webhooks"))
    }

    /// One of a partner's, revoked or not.
    pub async fn webhook(&self, partner: &str, id: Uuid) -> Result<Option<StoredWebhook>, Error> {
        webhook_rows!("select * from webhook where webhook_id = $1 and partner = $2", id, partner)
            .fetch_optional(self.db())
            .await
            .map_err(Error::when("read a webhook"))
    }

    /// What was done with these, the newest first; 20 of each at most.
    pub async fn webhook_acts(&self, ids: &[Uuid]) -> Result<Vec<StoredWebhookAct>, Error> {
        sqlx::query_as!(
            StoredWebhookAct,
            r#"
            select
                act.webhook_id as "webhook_id!",
                act.at as "at!",
                act.kind as "kind!: WebhookActKind",
                act.actor as "actor!",
                act.request_id as "request_id!"
            from unnest($1::uuid[]) asked (webhook_id)
            cross join lateral (
                select number, webhook_id, at, kind, actor, request_id
                from webhook_act
                where webhook_act.webhook_id = asked.webhook_id
                order by webhook_act.number desc
                limit $2
            ) act
            order by act.number desc
            "#,
            ids,
            MOST_ACTS,
        )
        .fetch_all(self.db())
        .await
        .map_err(Error::when("read what was done with webhooks"))
    }

    /// Takes hold of up to `most` webhooks that are due and that nobody holds.
    pub async fn claim_webhooks(
        &self,
        key_id: &str,
        hold: WebhookHold,
        most: i64,
    ) -> Result<Vec<StoredWebhook>, Error> {
        webhook_rows!(
            "update webhook
             set node = $2, held_until = $4, turn = turn + 1
             where webhook_id in (
                 select webhook_id
                 from webhook
                 where key_id = $1
                   and revoked_at is null
                   and paused_at is null
                   and (next_attempt_at is null or next_attempt_at <= $3)
                   and (held_until is null or held_until <= $3)
                 order by number
                 limit $5
                 for update skip locked
             )
             returning *",
            key_id,
            hold.node,
            hold.from,
            hold.until,
            most,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Error::when("take hold of webhooks"))
    }

    /// Holds on to a webhook. Everything up to `position` was not for it; no further than the log goes, which may
    /// have lost its end. `None`: the turn is over, so nothing may be sent.
    pub async fn hold_webhook(
        &self,
        of: WebhookTurn,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        position: i64,
    ) -> Result<Option<StoredWebhook>, Error> {
        webhook_rows!(
            "update webhook
             set held_until = $4,
                 position = greatest(
                     position,
                     least($5, (select max(last_position) from log_commit))
                 )
             where webhook_id = $1 and turn = $2 and held_until > $3
             returning *",
            of.webhook_id,
            of.turn,
            from,
            until,
            position,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(Error::when("hold on to a webhook"))
    }

    /// Notes that the event at `position` was taken. False: somebody else has changed the webhook meanwhile, and this
    /// does not count.
    pub async fn note_delivery(
        &self,
        of: WebhookTurn,
        position: i64,
        at: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let done = sqlx::query!(
            "update webhook
             set position = $3, delivered_position = $3, delivered_at = $4, attempts = 0, next_attempt_at = null
             where webhook_id = $1
               and turn = $2
               and position < $3
               and $3 <= (select max(last_position) from log_commit)",
            of.webhook_id,
            of.turn,
            position,
            at,
        )
        .execute(&self.pool)
        .await
        .map_err(Error::when("note a delivery"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes that an attempt failed, and lets go of the webhook. Nothing is noted when the turn is over.
    pub async fn note_failed_delivery(&self, of: WebhookTurn, failure: &WebhookFailure) -> Result<(), Error> {
        sqlx::query!(
            "update webhook
             set attempts = attempts + 1,
                 failed_at = $3::timestamptz,
                 failure_status = $4,
                 failure = $5,
                 next_attempt_at = $6,
                 paused_at = case when $6::timestamptz is null then $3::timestamptz end,
                 node = null,
                 held_until = null
             where webhook_id = $1 and turn = $2",
            of.webhook_id,
            of.turn,
            failure.at,
            failure.status,
            failure.message,
            failure.next_attempt_at,
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(Error::when("note a delivery that failed"))
    }

    /// Lets go of a webhook, unless the turn is over.
    pub async fn release_webhook(&self, of: WebhookTurn) -> Result<(), Error> {
        sqlx::query!(
            "update webhook set node = null, held_until = null where webhook_id = $1 and turn = $2",
            of.webhook_id,
            of.turn,
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(Error::when("let go of a webhook"))
    }

    /// Lets go of all that a node has.
    pub async fn release_webhooks(&self, node: Uuid) -> Result<(), Error> {
        sqlx::query!(
            "update webhook set node = null, held_until = null, turn = turn + 1 where node = $1",
            node
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(Error::when("let go of webhooks"))
    }

    pub async fn count_webhooks(&self, key_id: &str) -> Result<WebhookCounts, Error> {
        sqlx::query_as!(
            WebhookCounts,
            r#"
            select
                count(*) filter (where paused_at is null and attempts = 0) as "active!",
                count(*) filter (where paused_at is null and attempts > 0) as "failing!",
                count(*) filter (where paused_at is not null) as "paused!",
                count(*) filter (where key_id <> $1) as "foreign!"
            from webhook
            where revoked_at is null
            "#,
            key_id,
        )
        .fetch_one(self.db())
        .await
        .map_err(Error::when("count webhooks"))
    }
}
