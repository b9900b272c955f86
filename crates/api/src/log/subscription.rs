//! Subscriptions: what has happened since a position, then what happens.
//!
//! Nothing is handed over when a command is carried out: a subscription is told only that the log has moved
//! on. It keeps the last position that its client was sent and reads from there, as whoever asks stands at
//! that moment.

use crate::{
    Error,
    agenda::list::Agenda,
    coalition::viewer::Viewer,
    graph::{
        connection::Edge,
        context::{Session, session},
        id::AskedId,
        moment::Moment,
        node::{Clock, Event, Item, Operation},
        scalars,
    },
    log::{
        event::{EventFilter, Wanted},
        reading::{Reading, TURNS},
        replay::{Asked, Player, ReplayOrder, ReplayStep},
    },
};
use async_graphql::{Context, ID, Subscription};
use domain::{Position, ids::OperationId};
use futures_util::{
    StreamExt,
    stream::{BoxStream, try_unfold},
};
use read_model::Page;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;
use uuid::Uuid;

/// How long a subscription waits for this node to reach the position that its client has seen.
const POSITION_PATIENCE: Duration = Duration::from_secs(5);

/// In a request's data: the position that its client saw last, whatever the query's `after` says.
pub struct ResumeAfter(pub Position);

/// What happens, as it happens, as far as you may see it when it is sent. `extensions.position` of each answer is where to
/// go on from: give the last one that you got as `after`, and nothing is skipped and nothing comes twice.
pub struct Subscription;

/// What happens, as it happens, as far as you may see it when it is sent. `extensions.position` of each answer is where to
/// go on from: give the last one that you got as `after`, and nothing is skipped and nothing comes twice.
#[Subscription]
impl Subscription {
    /// Every event after the position `after`, in the order of the log, then those to come; without `after`, only those to
    /// come. Take `head` first, and its position as `after`, to miss nothing in between. Each is shown as of the end of its
    /// command. What you may not see when its turn comes is passed over, for good.
    async fn events(
        &self,
        ctx: &Context<'_>,
        after: Option<scalars::Position>,
        filter: Option<EventFilter>,
    ) -> Result<BoxStream<'static, Result<Event, Error>>, Error> {
        let wanted = filter.unwrap_or_default().read(session(ctx)?.world()).await?;
        let follower = Follower::new(ctx, after, |session| session.pin.position).await?;
        let reading = Reading::new(follower.last, wanted);
        let log = LogFollower { follower, reading };
        Ok(try_unfold(log, |mut log| async move { Ok(log.next().await?.map(|event| (event, log))) }).boxed())
    }

    /// The operation, whenever something happened in it that you may see: first as it is now, unless nothing did after
    /// `after`, then as of the end of each command. What changes again before it was sent is sent once, as it is then;
    /// `events` has every step. Silent as long as the id names nothing that you may see.
    async fn operation_changed(
        &self,
        ctx: &Context<'_>,
        id: ID,
        after: Option<scalars::Position>,
    ) -> Result<BoxStream<'static, Result<Operation, Error>>, Error> {
        let follower = Follower::new(ctx, after, |_| Position(0)).await?;
        // What is no id names nothing, as ids of what is hidden do.
        let id = match AskedId::read(&id) {
            Some(AskedId { key, at: Some(_), .. }) => {
                return Err(Error::bad_input(format!("Only the present changes: send `{key}`.")));
            }
            asked => asked.and_then(|asked| asked.key.parse::<OperationId>().ok()),
        };
        Ok(try_unfold(follower, move |mut follower| async move {
            Ok(follower.operation(id).await?.map(|operation| (operation, follower)))
        })
        .boxed())
    }

    /// Each clock that you may see and that was started, moved, stopped or breached after `after`, as of the end of its
    /// command and in the order of the log, then those to come; without `after`, only those to come. With `operation`, by its
    /// code or its id, only those of that. Those that one command changed come one after the other; whoever goes on from
    /// before the last of them gets them again.
    async fn clock_changed(
        &self,
        ctx: &Context<'_>,
        operation: Option<ID>,
        after: Option<scalars::Position>,
    ) -> Result<BoxStream<'static, Result<Clock, Error>>, Error> {
        let operation = session(ctx)?.world().named_operation(operation.as_ref()).await?;
        let follower = Follower::new(ctx, after, |session| session.pin.position).await?;
        let clocks = ClockFollower { follower, operation, within: None };
        Ok(try_unfold(
            clocks,
            |mut clocks| async move { Ok(clocks.next().await?.map(|clock| (clock, clocks))) },
        )
        .boxed())
    }

    /// You, whenever what waits for you has changed: first as it is now, unless it is what it was at `after`. What changes
    /// again before it was sent is sent once, as it is then. What becomes due as time goes by, also since `after`, comes with
    /// what happens next.
    async fn agenda_changed(
        &self,
        ctx: &Context<'_>,
        after: Option<scalars::Position>,
    ) -> Result<BoxStream<'static, Result<Viewer, Error>>, Error> {
        let follower = Follower::new(ctx, after, |_| Position(0)).await?;
        let agendas = AgendaFollower { follower, sent: None };
        Ok(try_unfold(agendas, |mut agendas| async move {
            Ok(agendas.next().await?.map(|viewer| (viewer, agendas)))
        })
        .boxed())
    }

    /// An operation, by its code or its id, played again at a pace, as `Operation.replay` has it: for a screen on a wall. So
    /// many seconds of the world go by in one as `speed` says, an hour in a second when it is left out; however long nothing
    /// happened, a step comes after ten seconds. It ends with the last step. To pause is to close it; `after` is the cursor of
    /// the step to go on behind, with the same `from` and `order`.
    #[expect(clippy::too_many_arguments, reason = "what a replay is asked for, and its pace")]
    async fn replay(
        &self,
        ctx: &Context<'_>,
        operation: ID,
        from: Option<Moment>,
        to: Option<Moment>,
        #[graphql(default)] order: ReplayOrder,
        #[graphql(default = 3600.0)] speed: f64,
        after: Option<String>,
    ) -> Result<BoxStream<'static, Result<Edge<ReplayStep>, Error>>, Error> {
        let session = session(ctx)?;
        let found = session.world().operation_named(&operation).await?;
        // What cannot be seen is never played, as what is not there.
        let Some(found) = found else { return Ok(futures_util::stream::empty().boxed()) };
        let player = Player::new(session, &found, Asked { from, to, order }, (speed, after)).await?;
        Ok(try_unfold(
            player,
            |mut player| async move { Ok(player.next().await?.map(|step| (step, player))) },
        )
        .boxed())
    }
}

/// A place in the log that moves on with what its client is sent.
struct Follower {
    /// Of the request: it is told the position of each answer.
    session: Arc<Session>,
    newest: watch::Receiver<Position>,
    /// All up to here was sent, or was not for its client when its turn came.
    last: Position,
    /// How often the engine had seen commits lost when this began: positions mean the same as long as that
    /// holds.
    cuts: u64,
}

impl Follower {
    /// Fails with `BAD_USER_INPUT` when there is no such position, with `BUSY` when this node does not reach
    /// the position that the client has seen already.
    async fn new(
        ctx: &Context<'_>,
        after: Option<scalars::Position>,
        from_the_start: impl FnOnce(&Session) -> Position,
    ) -> Result<Self, Error> {
        let session = session(ctx)?;
        let resumed = ctx.data_opt::<ResumeAfter>().map(|resume| resume.0);
        let after = resumed.or(after.map(|scalars::Position(position)| position));
        if after.is_some_and(|position| position < Position(0)) {
            return Err(Error::bad_input("No position is before 0."));
        }
        if let Some(position) = after
            && !session.engine.wait_for(position, POSITION_PATIENCE).await
        {
            return Err(Error::Busy(format!(
                "This node has not reached position {position} yet. Try again in a moment."
            )));
        }
        Ok(Self {
            last: after.unwrap_or_else(|| from_the_start(session)),
            newest: session.engine.watch(),
            cuts: session.engine.cuts(),
            session: Arc::clone(session),
        })
    }

    /// Whoever asks, as they stand now, at the newest position; `None` when nothing happened since `last`.
    /// Fails with `BUSY` when the database has lost commits: then what the client was sent may not have
    /// happened.
    async fn now(&mut self) -> Result<Option<Session>, Error> {
        let newest = *self.newest.borrow_and_update();
        if self.session.engine.cuts() != self.cuts {
            return Err(Error::Busy(format!(
                "The database has lost its newest commits, perhaps some that you were sent; it had position {newest} \
                 again when this was found. Read again what you know, and go on from there."
            )));
        }
        if newest <= self.last {
            return Ok(None);
        }
        Ok(Some(self.session.anew(newest).await?))
    }

    /// Waits until something happens; false when nothing will, because the server stops.
    async fn wait(&mut self) -> bool {
        self.newest.changed().await.is_ok()
    }

    /// `position` is where the client goes on from when this is the last that it got.
    fn note_sent(&mut self, position: Position) {
        self.last = position;
        self.session.note_position(position);
    }

    /// `None` at the end of the stream.
    async fn operation(&mut self, id: Option<OperationId>) -> Result<Option<Operation>, Error> {
        loop {
            let turn = TURNS.take(self.session.actor.partner(), 1).await;
            if let Some(now) = self.now().await?
                && let Some(id) = id
                && let Some(end) = last_change(&now, id, self.last).await?
                && let Some(operation) = now.answer_at(end).find(id.0).await?
            {
                self.note_sent(end);
                return Ok(Some(operation));
            }
            drop(turn);
            if !self.wait().await {
                return Ok(None);
            }
        }
    }
}

/// The end of the last command that did something in the operation which the viewer may see.
async fn last_change(now: &Session, id: OperationId, after: Position) -> Result<Option<Position>, Error> {
    let filter = read_model::EventFilter { operation: Some(id.0), ..read_model::EventFilter::default() };
    let last = Page { limit: 1, after: Some(after.0), before: None, backwards: true };
    let events = now.world().event_rows(&Wanted { item: None, filter }, last).await?;
    Ok(events.last().map(|event| Position(event.command_end)))
}

/// An agenda, as its client knows it.
struct AgendaFollower {
    follower: Follower,
    /// `None` until it was looked at here: then it is what it was where its client goes on from.
    sent: Option<Agenda>,
}

impl AgendaFollower {
    /// `None` at the end of the stream.
    async fn next(&mut self) -> Result<Option<Viewer>, Error> {
        loop {
            let turn = TURNS.take(self.follower.session.actor.partner(), 1).await;
            if let Some(now) = self.follower.now().await? {
                let (position, last) = (now.pin.position, self.follower.last);
                let world = now.answer_at(position);
                let agenda = Agenda::of(&world, &now.actor).await?;
                if self.sent.is_none() && last > Position(0) {
                    self.sent = Some(Agenda::then(&now.answer_at(last), &now.actor).await?);
                }
                let changed = self.sent.as_ref() != Some(&agenda);
                self.sent = Some(agenda);
                if changed {
                    self.follower.note_sent(position);
                    return Ok(Some(Viewer { actor: now.actor.clone(), world }));
                }
                self.follower.last = position;
            }
            drop(turn);
            if !self.follower.wait().await {
                return Ok(None);
            }
        }
    }
}

/// Clocks, command by command.
struct ClockFollower {
    follower: Follower,
    /// `None`: of all.
    operation: Option<Uuid>,
    /// The end of a command of which some were sent, and which was the last.
    within: Option<(Position, Uuid)>,
}

impl ClockFollower {
    /// `None` at the end of the stream.
    async fn next(&mut self) -> Result<Option<Clock>, Error> {
        loop {
            let turn = TURNS.take(self.follower.session.actor.partner(), 1).await;
            let Some(now) = self.follower.now().await? else {
                drop(turn);
                if self.follower.wait().await {
                    continue;
                }
                return Ok(None);
            };
            let (model, last) = (now.engine.read_model(), self.follower.last.0);
            let position = match self.within {
                Some((position, _)) => Some(position),
                None => model.next_clock_change(&now.pin, self.operation, last).await?.map(Position),
            };
            let Some(position) = position else {
                self.follower.last = now.pin.position;
                continue;
            };
            let world = now.answer_at(position);
            let sent = self.within.take().map(|(_, id)| id);
            let changed = model.clocks_changed(&world.pin, self.operation).await?;
            let mut left = changed.into_iter().filter(|row| sent.is_none_or(|sent| row.id > sent));
            let next = left.next();
            if left.next().is_some() {
                // Whoever is cut off here goes on from before the command.
                self.within = next.as_ref().map(|row| (position, row.id));
            } else if next.is_some() {
                self.follower.note_sent(position);
            } else {
                self.follower.last = position;
            }
            if let Some(row) = next {
                return Ok(Some(Clock::new(&world, Arc::new(row))));
            }
        }
    }
}

/// The log as far as its client wants it.
struct LogFollower {
    follower: Follower,
    reading: Reading,
}

impl LogFollower {
    /// `None` at the end of the stream.
    async fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            if let Some(event) = self.reading.take(self.follower.session.engine.position()) {
                self.follower.note_sent(Position(event.row.position));
                return Ok(Some(event));
            }
            let turn = TURNS.take(self.follower.session.actor.partner(), 1).await;
            let Some(now) = self.follower.now().await? else {
                drop(turn);
                if self.follower.wait().await {
                    continue;
                }
                return Ok(None);
            };
            let event = self.reading.read(now).await?;
            self.follower.last = self.reading.last();
            if let Some(event) = event {
                self.follower.note_sent(Position(event.row.position));
                return Ok(Some(event));
            }
        }
    }
}
