//! Clocks: time limits on incidents and requests.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{Clock, Event, Operation, Post},
        scalars::{DateTime, Duration},
        zone::Zone,
    },
    matter::release::Matter,
};
use async_graphql::{Enum, ID, Object};
use chrono::Utc;
use domain::{PostCode, Span, clock};
use read_model::{Page, parse};
use std::sync::Arc;
use uuid::Uuid;

/// What must be done before a clock falls due.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "clock::ClockKind")]
pub enum ClockKind {
    /// Say that a request has come.
    Acknowledge,
    /// Decide on the response to an incident.
    Decide,
    /// Be on the scene of an incident.
    Respond,
    /// Fulfil a request by the time that it gives.
    Due,
}

/// A place in a list of clocks: when it falls due, and its id.
fn key_of(clock: &Clock) -> String {
    format!("{}/{}", clock.row.due_at.timestamp_micros(), clock.row.id)
}

fn place(key: &str) -> Result<(chrono::DateTime<Utc>, Uuid), Error> {
    let read = || {
        let (due, id) = key.split_once('/')?;
        Some((chrono::DateTime::from_timestamp_micros(due.parse().ok()?)?, id.parse().ok()?))
    };
    read().ok_or_else(|| Error::bad_input("The cursor is not one of clocks."))
}

impl Clock {
    /// A page of an operation's, or of all, by when they fall due.
    pub(crate) async fn page(
        world: &Arc<World>,
        operation: Option<Uuid>,
        open: Option<bool>,
        window: Window,
    ) -> Result<Connection<Self>, Error> {
        let page = window.page(world)?;
        let places: Page<_> = page.clone().by(|key| place(&key))?;
        let model = world.engine.read_model();
        let rows = model.clocks(&world.pin, operation, open, &places).await?;
        let rows: Vec<_> = rows.into_iter().map(Arc::new).collect();
        Ok(Connection::new(world, &page, world.all(&rows), key_of, move |world| async move {
            Ok(world.engine.read_model().count_clocks(&world.pin, operation, open).await?)
        }))
    }
}

/// A time limit: it starts with a report or a request, is stopped by what it waits for, and falls due. That it was breached
/// is entered once, when it fell due and nothing had stopped it as far as was known, and stands whatever is learned later.
#[Object]
impl Clock {
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

    /// Null where you read what it is on, and not its operation.
    async fn operation(&self) -> Result<Option<Operation>, Error> {
        self.world.find(self.row.operation_id).await
    }

    /// What it is on.
    async fn subject(&self) -> Result<Option<Matter>, Error> {
        self.world.matter(self.row.matter_id).await
    }

    /// What must be done.
    async fn kind(&self) -> Result<ClockKind, Error> {
        Ok(parse::<clock::ClockKind>(&self.row.kind)?.into())
    }

    async fn started_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.started_at, zone).await
    }

    /// Until when it must be done, that moment included.
    async fn due_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.due_at, zone).await
    }

    /// When it was done, as far as is known; null until then.
    async fn stopped_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.stopped_at, zone).await
    }

    /// When it fell due and had not been done as far as was known; null where that never was.
    async fn breached_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.breached_at, zone).await
    }

    /// Whether it was done in time, as far as is known now; null until it is done. What was breached may turn out to have
    /// been met.
    async fn met(&self) -> Option<bool> {
        self.row.stopped_at.map(|stopped| stopped <= self.row.due_at)
    }

    /// From the log's clock at this moment until it falls due, in whole seconds, negative once it has; null when it is stopped
    /// or breached.
    async fn remaining(&self) -> Result<Option<Duration>, Error> {
        if self.row.stopped_at.is_some() || self.row.breached_at.is_some() {
            return Ok(None);
        }
        let now = self.world.now().await?;
        Ok(Some(Span::seconds((self.row.due_at - now).num_seconds()).into()))
    }

    /// The post that is called when it is breached; null where none is.
    async fn escalate_to(&self) -> Result<Option<Post>, Error> {
        let post: Option<PostCode> = self.row.escalate_to.as_deref().map(parse).transpose()?;
        self.world.post_of(post.as_ref()).await
    }
}
