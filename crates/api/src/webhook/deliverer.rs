//! Delivers: one event after the other to each webhook, again and again until it is taken.
//!
//! Each node looks for webhooks that nobody delivers for, and holds those that it found; what is delivered and what failed
//! is kept with the webhook, so that another node goes on where one was killed. An event is read anew before each attempt:
//! what a receiver is sent is what its partner may see then.

use crate::{
    Error,
    graph::{
        context::{Manner, Session},
        node::Event,
    },
    log::reading::{Reading, TURNS},
    webhook::{
        address::Reach,
        client::{Client, Connection, Failure, Message},
        cloud_event::{CloudEvent, source},
        metrics::Figures,
        pace::Pace,
        signature::{OVERLAP, WebhookKey},
        stored,
        types::{Chosen, id_of},
    },
};
use axum::body::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{PartnerCode, Position};
use engine::{Clock, Engine, Entropy, StoredWebhook, WebhookFailure, WebhookHold, WebhookTurn};
use prometheus_client::registry::Registry;
use read_model::parse;
use std::{iter, sync::Arc, time::Duration};
use tokio::{
    select,
    sync::{Notify, watch},
    task::JoinSet,
    time::sleep,
};
use tracing::{error, info, warn};
use url::Url;
use uuid::Uuid;

/// Webhooks that one node delivers for at once.
const MOST_AT_ONCE: usize = 256;

/// As the access log names who was shown something.
const SERVICE: &str = "webhook";

/// How a server delivers.
#[derive(Debug)]
pub struct Settings {
    /// `None`: nothing is delivered here, and no webhook gets a secret.
    pub key: Option<WebhookKey>,
    pub reach: Reach,
    pub pace: Pace,
    /// The machine's: receivers refuse signatures of another present than theirs, whatever an exercise's clock shows.
    pub clock: Clock,
    pub entropy: Entropy,
}

impl Settings {
    /// At the usual pace, by the machine's clock.
    pub fn new(key: Option<WebhookKey>, reach: Reach) -> Self {
        Self { key, reach, pace: Pace::default(), clock: Clock::System, entropy: Entropy::system() }
    }
}

/// The deliveries of one server.
pub struct Webhooks {
    pub(crate) key: Option<WebhookKey>,
    pub(crate) client: Client,
    pace: Pace,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    wake: Notify,
    stopping: watch::Sender<bool>,
    figures: Figures,
}

impl Webhooks {
    pub fn new(settings: Settings) -> Arc<Self> {
        let Settings { key, reach, pace, clock, entropy } = settings;
        Arc::new(Self {
            key,
            client: Client::new(reach, pace),
            pace,
            clock,
            entropy,
            wake: Notify::new(),
            stopping: watch::Sender::new(false),
            figures: Figures::default(),
        })
    }

    pub(crate) fn register_figures(&self, registry: &mut Registry) {
        self.figures.register(registry);
    }

    /// That a webhook may be due now which was not before.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Lets [`Webhooks::deliver`] end. What is being sent is cut off, and sent again by whoever goes on.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Delivers until it is stopped; ends at once without a key.
    pub async fn deliver(self: Arc<Self>, engine: Engine) {
        let Some(key) = self.key.clone() else { return };
        let node = self.entropy.uuid_v7(self.clock.now());
        let mut stopping = self.stopping.subscribe();
        let mut tasks = JoinSet::new();
        loop {
            if let Err(failure) = self.take_up(&engine, &key, node, &mut tasks).await {
                warn!(failure = failure.message(), "Could not look for webhooks");
            }
            select! {
                () = sleep(self.pace.look) => {}
                () = self.wake.notified() => {}
                Some(ended) = tasks.join_next() => {
                    if let Err(failure) = ended {
                        error!(%failure, "The deliveries of a webhook ended unexpectedly");
                    }
                }
                _ = stopping.wait_for(|is_stopping| *is_stopping) => break,
            }
        }
        tasks.shutdown().await;
        if let Err(failure) = engine.beside().release_webhooks(node).await {
            warn!(%failure, "Other nodes deliver only once this one's time is over");
        }
    }

    /// Holds what is due, with a task for each.
    async fn take_up(
        self: &Arc<Self>,
        engine: &Engine,
        key: &WebhookKey,
        node: Uuid,
        tasks: &mut JoinSet<()>,
    ) -> Result<(), Error> {
        let id = key.id();
        let room = i64::try_from(MOST_AT_ONCE.saturating_sub(tasks.len())).unwrap_or_default();
        let from = self.clock.now();
        let hold = WebhookHold { node, from, until: from + delta(self.pace.hold) };
        for webhook in stored(engine.beside().claim_webhooks(&id, hold, room).await)? {
            let (webhooks, engine, key) = (Arc::clone(self), engine.clone(), key.clone());
            tasks.spawn(async move {
                let turn = WebhookTurn { webhook_id: webhook.webhook_id, turn: webhook.turn };
                if let Err(failure) = webhooks.follow(&engine, &key, turn, webhook).await {
                    let id = turn.webhook_id;
                    warn!(webhook = %id, failure = failure.message(), "Deliveries could not go on");
                    sleep(webhooks.pace.look).await;
                }
                // Where it failed for the database, time runs out instead.
                let _ = engine.beside().release_webhook(turn).await;
            });
        }
        self.figures.show(stored(engine.beside().count_webhooks(&id).await)?);
        Ok(())
    }

    /// Delivers what comes for a webhook, until an attempt fails or the turn is over.
    async fn follow(
        &self,
        engine: &Engine,
        key: &WebhookKey,
        turn: WebhookTurn,
        webhook: StoredWebhook,
    ) -> Result<(), Error> {
        let id = webhook.webhook_id;
        let wanted = Chosen::of(&webhook)?.wanted;
        let address = Url::parse(&webhook.address)
            .map_err(|error| Error::internal("read the address of a webhook", &error))?;
        let partner: PartnerCode = parse(&webhook.partner)?;
        let source = self.source(engine).await?;
        let mut news = engine.watch();
        // Positions mean the same as long as no commits are lost.
        let cuts = engine.cuts();
        let mut reading = Reading::new(Position(webhook.position), wanted);
        let mut connection: Option<Connection> = None;
        let mut held_at = self.clock.now();
        loop {
            news.borrow_and_update();
            let next = self.next(engine, id, &partner, &mut reading).await?;
            if engine.cuts() != cuts {
                return Ok(());
            }
            let Some(event) = next else {
                // Whoever has nothing to say keeps no line open.
                connection = None;
                let pause = self.pace.hold / 3;
                select! {
                    changed = news.changed() => if changed.is_err() { return Ok(()) },
                    () = sleep(pause) => {}
                }
                if self.clock.now() - held_at >= delta(pause) {
                    held_at = self.clock.now();
                    if self.hold(engine, turn, held_at, reading.last().0).await?.is_none() {
                        return Ok(());
                    }
                }
                continue;
            };
            let Some(reader) = reading.reader() else { return Ok(()) };
            let sent = CloudEvent::of(&event, reader, source).await?;
            held_at = self.clock.now();
            let Some(now) = self.hold(engine, turn, held_at, event.row.position - 1).await? else {
                return Ok(());
            };
            let message = message(key, &now, sent, held_at);
            match self.client.send(&mut connection, &address, &message).await {
                Ok(()) => {
                    self.figures.count_attempt(true);
                    let position = event.row.position;
                    let noted = engine.beside().note_delivery(turn, position, self.clock.now()).await;
                    if !stored(noted)? {
                        return Ok(());
                    }
                    if now.attempts > 0 {
                        info!(webhook = %id, "A receiver takes events again");
                    }
                }
                Err(failure) => {
                    self.figures.count_attempt(false);
                    return self.note_failure(engine, turn, &now, failure).await;
                }
            }
        }
    }

    /// Prolongs a turn, which moved on to `position`; `None` when it is over.
    async fn hold(
        &self,
        engine: &Engine,
        turn: WebhookTurn,
        now: DateTime<Utc>,
        position: i64,
    ) -> Result<Option<StoredWebhook>, Error> {
        stored(engine.beside().hold_webhook(turn, now, now + delta(self.pace.hold), position).await)
    }

    /// What comes next; `None` when nothing does by now, or while the partner is in no good standing: then it waits
    /// for that.
    async fn next(
        &self,
        engine: &Engine,
        webhook: Uuid,
        partner: &PartnerCode,
        reading: &mut Reading,
    ) -> Result<Option<Event>, Error> {
        loop {
            let newest = engine.position();
            if let Some(event) = reading.take(newest) {
                return Ok(Some(event));
            }
            if newest <= reading.last() {
                return Ok(None);
            }
            let _turn = TURNS.take(Some(partner), 1).await;
            let Some(now) = Session::of_partner(engine, SERVICE, partner, newest).await? else {
                return Ok(None);
            };
            let manner = Manner { request_id: id_of(webhook).0, ..Manner::default() };
            if let Some(event) = reading.read(now.in_manner(manner)).await? {
                return Ok(Some(event));
            }
        }
    }

    /// Where events come from.
    pub(crate) async fn source(&self, engine: &Engine) -> Result<&'static str, Error> {
        let coalition = engine.read_model().coalition(engine.position()).await?;
        Ok(source(coalition.is_some_and(|coalition| coalition.exercise.is_some())))
    }

    async fn note_failure(
        &self,
        engine: &Engine,
        turn: WebhookTurn,
        webhook: &StoredWebhook,
        failure: Failure,
    ) -> Result<(), Error> {
        let id = webhook.webhook_id;
        let failed = u32::try_from(webhook.attempts).unwrap_or_default() + 1;
        let random = u32::from_be_bytes(self.entropy.bytes());
        let wait = self.pace.wait(failed, random, failure.wait).filter(|_| !failure.is_gone());
        let at = self.clock.now();
        let status = failure.status;
        match wait {
            Some(_) if failed == 1 => {
                warn!(webhook = %id, status, "An event was not taken, and is sent again: {}", failure.message);
            }
            Some(_) => {}
            None => error!(webhook = %id, status, failed, "A webhook is paused: {}", failure.message),
        }
        let failure = WebhookFailure {
            at,
            status: status.map(i32::from),
            message: failure.message,
            next_attempt_at: wait.map(|wait| at + delta(wait)),
        };
        stored(engine.beside().note_failed_delivery(turn, &failure).await)
    }
}

/// Signed with the secret that is good, and for a while with the one before.
pub(crate) fn message(
    key: &WebhookKey,
    webhook: &StoredWebhook,
    sent: CloudEvent,
    now: DateTime<Utc>,
) -> Message {
    let CloudEvent { id, body } = sent;
    let before = webhook.rotated_at.filter(|at| now - at < OVERLAP).map(|_| webhook.generation - 1);
    let timestamp = now.timestamp();
    let signatures: Vec<String> = iter::once(webhook.generation)
        .chain(before)
        .map(|generation| key.secret(webhook.webhook_id, generation).sign(&id, timestamp, &body))
        .collect();
    Message { id, timestamp, signature: signatures.join(" "), body: Bytes::from(body) }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
