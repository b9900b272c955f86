//! Reading on in the log from a position, event by event, as whoever reads stands when each is taken: for subscriptions and
//! for webhooks, which are told the same.

use crate::{
    Error,
    graph::{context::Session, node::Event, node::Item},
    log::event::Wanted,
};
use domain::Position;
use engine::Shares;
use read_model::{EventRow, Page};
use std::{
    collections::VecDeque,
    sync::{Arc, LazyLock},
};

/// Events that are read at once, when many wait to be sent.
const PAGE: i64 = 100;

/// Each commit wakes every subscription. So many of them look at once what it holds for them, and of one partner's half of
/// that; the others wait their turn, which leaves connections to the database for requests.
pub(crate) static TURNS: LazyLock<Shares> = LazyLock::new(|| Shares::new(4, 2));

/// A place in the log, and what comes next there of what is wanted.
pub(crate) struct Reading {
    wanted: Wanted,
    last: Position,
    /// What has been read and not been taken.
    read: Option<Read>,
}

struct Read {
    /// Whoever reads, as they stood then.
    then: Arc<Session>,
    events: VecDeque<Arc<EventRow>>,
}

impl Reading {
    pub fn new(after: Position, wanted: Wanted) -> Self {
        Self { wanted, last: after, read: None }
    }

    /// Everything up to here was taken, or was not for the reader when its turn came.
    pub fn last(&self) -> Position {
        self.last
    }

    /// Whoever took the last event, as they stood when it was read.
    pub fn reader(&self) -> Option<&Arc<Session>> {
        self.read.as_ref().map(|read| &read.then)
    }

    /// The next of what has been read, unless something happened since: the reader may stand differently, and
    /// what was released may be no longer.
    pub fn take(&mut self, newest: Position) -> Option<Event> {
        let event = self.read.as_mut().filter(|read| read.then.pin.position == newest)?.next()?;
        self.last = Position(event.row.position);
        Some(event)
    }

    /// The next as the reader stands now. Taken whatever happens meanwhile: a log that grows all the time would
    /// hold it back for ever. `None` when there is none by now.
    pub async fn read(&mut self, now: Session) -> Result<Option<Event>, Error> {
        let page = Page { after: Some(self.last.0), ..Page::first(PAGE) };
        let events = VecDeque::from(now.world().event_rows(&self.wanted, page).await?);
        let mut read = Read { events, then: Arc::new(now) };
        let event = read.next();
        self.last = event.as_ref().map_or(read.then.pin.position, |event| Position(event.row.position));
        self.read = Some(read);
        Ok(event)
    }
}

impl Read {
    fn next(&mut self) -> Option<Event> {
        let event = self.events.pop_front()?;
        let world = self.then.answer_at(Position(event.command_end));
        Some(Event::new(&world, event))
    }
}
