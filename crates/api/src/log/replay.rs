//! An operation played again, step by step: as the centre came to know of it, or in the order in which it happened.

use crate::{
    Error,
    assistance::Assistance,
    execution::counts::TaskCounts,
    graph::{
        connection::{Connection, Edge, Window},
        context::{Session, World, session},
        cursor::Cursor,
        moment::Moment,
        node::{Event, Item, Operation, PastWorld},
        scalars::{DateTime, Duration, Position},
        zone::Zone,
    },
    log::{change::Change, reading::TURNS, standing},
};
use async_graphql::{ComplexObject, Context, Enum, Object, SimpleObject};
use chrono::{Datelike as _, Utc};
use domain::{Span, instant};
use read_model::EventRow;
use std::{sync::Arc, time::Duration as Wait};
use uuid::Uuid;

/// In which order an operation is played again.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReplayOrder {
    /// As the log came to know of it: a step for each command.
    #[default]
    AsKnown,
    /// As it happened, by all that is known at `to`: a step for each event, at the time at which what it says happened. What
    /// was put right is left out, and stands where its correction has it.
    AsHappened,
}

/// What is played.
#[derive(Debug, Clone, Copy)]
struct Played {
    operation: Uuid,
    order: ReplayOrder,
    /// Nothing up to here is played.
    from: domain::Position,
    /// Nothing that happened before is, in the order of the world.
    since: Option<chrono::DateTime<Utc>>,
}

/// Something that happened to an operation, and where the operation stood then.
#[derive(Clone)]
pub struct ReplayStep {
    reader: Arc<Session>,
    played: Played,
    /// Of the end of the replay.
    world: Arc<World>,
    /// At least one, all of one command.
    events: Vec<Arc<EventRow>>,
}

/// What is asked of a replay.
pub(crate) struct Asked {
    pub from: Option<Moment>,
    pub to: Option<Moment>,
    pub order: ReplayOrder,
}

impl Operation {
    /// A page of its replay.
    pub(crate) async fn played(
        &self,
        ctx: &Context<'_>,
        asked: Asked,
        (first, after): (Option<i32>, Option<String>),
    ) -> Result<Connection<ReplayStep>, Error> {
        let reader = session(ctx)?;
        let (played, to) = Played::of(self, asked).await?;
        let world = match to {
            Some(to) => reader.past_like(&self.world, to),
            None => Arc::clone(&self.world),
        };
        let page = Window { first, after, ..Window::default() }.page(&world)?;
        let start = page.after.as_deref().map(Place::read).transpose()?;
        let steps = played.steps(reader, &world, start, page.limit).await?;
        let steps = steps.into_iter().map(|step| (step.place().key(), step)).collect();
        Ok(Connection::with_keys(
            &world,
            &page,
            steps,
            move |world| async move { played.count(&world).await },
        ))
    }
}

/// Longest that a player waits between two steps, in seconds, however long nothing happened.
const LONGEST_WAIT: f64 = 10.0;

/// Plays an operation at a pace.
pub(crate) struct Player {
    /// Of the subscription.
    session: Arc<Session>,
    played: Played,
    to: domain::Position,
    /// What was sent last.
    last: Option<Place>,
    /// When that was, in the time that is played.
    last_at: Option<chrono::DateTime<Utc>>,
    /// Seconds of the world in a second.
    speed: f64,
}

impl Player {
    pub(crate) async fn new(
        session: &Arc<Session>,
        operation: &Operation,
        asked: Asked,
        (speed, after): (f64, Option<String>),
    ) -> Result<Self, Error> {
        if !(speed > 0.0 && speed.is_finite()) {
            return Err(Error::bad_input(format!("`speed` is above 0, not {speed}.")));
        }
        let (played, to) = Played::of(operation, asked).await?;
        // A cursor is of its replay's end, whenever that was begun.
        let newest = operation.world.pin.position;
        let begun = after.as_deref().and_then(Cursor::decode).map(|cursor| cursor.position.min(newest));
        let to = to.or(begun).unwrap_or(newest);
        let page = Window { first: Some(1), after, ..Window::default() }.page(&session.past_at(to))?;
        let last = page.after.as_deref().map(Place::read).transpose()?;
        Ok(Self { session: Arc::clone(session), played, to, last, last_at: None, speed })
    }

    /// The next step when its time has come, as its reader stands then; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Edge<ReplayStep>>, Error> {
        let Some(next) = self.peek().await? else { return Ok(None) };
        let wait = self.last_at.map_or(0.0, |last| {
            #[expect(clippy::cast_precision_loss, reason = "a pace is for people to watch")]
            let between = (next.time() - last).num_milliseconds() as f64 / 1_000.0;
            (between / self.speed).clamp(0.0, LONGEST_WAIT)
        });
        self.last_at = Some(next.time());
        let step = if wait > 0.0 {
            tokio::time::sleep(Wait::from_secs_f64(wait)).await;
            // Meanwhile it may have been withheld.
            let Some(step) = self.peek().await? else { return Ok(None) };
            step
        } else {
            next
        };
        self.last = Some(step.place());
        self.session.note_position(step.end());
        Ok(Some(Edge::of(&step.world, step.place().key(), step.clone())))
    }

    async fn peek(&self) -> Result<Option<ReplayStep>, Error> {
        // As other subscriptions do.
        let _turn = TURNS.take(self.session.actor.partner(), 1).await;
        let reader = Arc::new(self.session.anew(self.session.engine.position()).await?);
        let world = reader.past_at(self.to);
        Ok(self.played.steps(&reader, &world, self.last, 1).await?.pop())
    }
}

/// Where a page goes on: behind a step.
#[derive(Debug, Clone, Copy)]
struct Place {
    happened_at: chrono::DateTime<Utc>,
    /// Of the step's last event.
    position: i64,
}

impl Place {
    fn key(self) -> String {
        format!("{} {}", self.happened_at.timestamp_micros(), self.position)
    }

    fn read(key: &str) -> Result<Self, Error> {
        let place = key.split_once(' ').and_then(|(at, position)| {
            let happened_at = chrono::DateTime::from_timestamp_micros(at.parse().ok()?)?;
            // As far as Postgres knows of times.
            instant::YEARS.contains(&happened_at.year()).then_some(())?;
            Some(Self { happened_at, position: position.parse().ok()? })
        });
        place.ok_or_else(|| Error::bad_input("The cursor is not one of a replay."))
    }
}

impl Played {
    /// With the end of the replay, if one was asked for.
    async fn of(
        operation: &Operation,
        Asked { from, to, order }: Asked,
    ) -> Result<(Self, Option<domain::Position>), Error> {
        let world = &operation.world;
        let since = match (&from, order) {
            (Some(Moment::RecordedAt(DateTime(at))), ReplayOrder::AsHappened) => Some(at.to_utc()),
            _ => None,
        };
        let from = match from {
            Some(from) => from.resolve(world).await?,
            None => domain::Position(0),
        };
        let to = match to {
            Some(to) => Some(to.resolve(world).await?),
            None => None,
        };
        if from > to.unwrap_or(world.pin.position) {
            return Err(Error::bad_input("`from` is later than `to`."));
        }
        let since = match (order, since) {
            (ReplayOrder::AsHappened, None) if from > domain::Position(0) => {
                Some(world.engine.recorded_at(from).await?)
            }
            (_, since) => since,
        };
        Ok((Self { operation: operation.row.id, order, from, since }, to))
    }

    /// The next steps, `limit` at most.
    async fn steps(
        self,
        reader: &Arc<Session>,
        world: &Arc<World>,
        after: Option<Place>,
        limit: i64,
    ) -> Result<Vec<ReplayStep>, Error> {
        let model = world.engine.read_model();
        let rows = match self.order {
            ReplayOrder::AsKnown => {
                let after = after.map_or(self.from.0, |place| place.position);
                model.steps_as_known(&world.pin, self.operation, after, limit).await?
            }
            ReplayOrder::AsHappened => {
                let after = after.map(|place| (place.happened_at, place.position));
                model.steps_as_happened(&world.pin, self.operation, self.since, after, limit).await?
            }
        };
        let mut steps: Vec<ReplayStep> = Vec::new();
        for row in rows {
            let row = Arc::new(row);
            let is_same = |step: &ReplayStep| step.events[0].command_id == row.command_id;
            match steps.last_mut().filter(|step| self.order == ReplayOrder::AsKnown && is_same(step)) {
                Some(step) => step.events.push(row),
                None => steps.push(ReplayStep {
                    reader: Arc::clone(reader),
                    played: self,
                    world: Arc::clone(world),
                    events: vec![row],
                }),
            }
        }
        world.spend(steps.len())?;
        Ok(steps)
    }

    async fn count(self, world: &World) -> Result<i64, Error> {
        let model = world.engine.read_model();
        Ok(match self.order {
            ReplayOrder::AsKnown => {
                model.count_steps_as_known(&world.pin, self.operation, self.from.0).await?
            }
            ReplayOrder::AsHappened => {
                model.count_steps_as_happened(&world.pin, self.operation, self.since).await?
            }
        })
    }
}

impl ReplayStep {
    fn last(&self) -> &EventRow {
        &self.events[self.events.len() - 1]
    }

    fn place(&self) -> Place {
        let last = self.last();
        // What was recorded is gone on from behind the whole command, whatever of it may be seen.
        let position = match self.played.order {
            ReplayOrder::AsKnown => last.command_end,
            ReplayOrder::AsHappened => last.position,
        };
        Place { happened_at: last.happened_at, position }
    }

    fn end(&self) -> domain::Position {
        domain::Position(self.last().command_end)
    }

    /// In the time that is played.
    fn time(&self) -> chrono::DateTime<Utc> {
        match self.played.order {
            ReplayOrder::AsKnown => self.last().recorded_at,
            ReplayOrder::AsHappened => self.last().happened_at,
        }
    }
}

/// A step of a replay: a command, or in the order of the world one event.
#[Object]
impl ReplayStep {
    /// The end of its command: `asOf` there is the world after it.
    async fn position(&self) -> Position {
        Position(self.end())
    }

    /// When it happened, in the order of the world; else when the log learned of it.
    async fn at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.time(), zone).await
    }

    /// How much later than it happened the log learned of it, in whole seconds; of several events the longest.
    async fn lag(&self) -> Duration {
        let lags = self.events.iter().map(|event| (event.recorded_at - event.happened_at).num_seconds());
        Span::seconds(lags.max().unwrap_or_default()).into()
    }

    /// Whether it puts right what was said before.
    async fn is_correction(&self) -> bool {
        self.events.iter().any(|event| event.corrects.is_some())
    }

    /// What was said, as far as you may see it.
    async fn events(&self) -> Vec<Event> {
        self.events.iter().map(|row| Event::new(&self.world, Arc::clone(row))).collect()
    }

    /// What its command changed, object by object and field by field, as with `Query.changes`.
    async fn changes(&self, first: Option<i32>, after: Option<String>) -> Result<Connection<Change>, Error> {
        self.world.spend(1)?;
        let before = domain::Position(self.events[0].position - 1);
        let before = self.world.engine.resolve(engine::Moment::Position(before)).await?;
        let from = self.reader.past_like(&self.world, before.unwrap_or_default());
        let to = self.reader.past_like(&self.world, self.end());
        to.changes(&from, Some(self.played.operation), first, after).await
    }

    /// Where the operation stood after it: in the order of the world by all that is known at the end of the replay, else by
    /// what was known then.
    async fn state(&self) -> Result<ReplayState, Error> {
        let key = (self.played.operation, self.moment());
        let state = self.world.loaders.standings.load(key).await?;
        let state = state.ok_or_else(|| Error::internal("replay an operation", &"no state after a step"))?;
        Ok(ReplayState {
            tasks: state.tasks,
            open_incidents: state.open_incidents,
            open_clocks: state.open_clocks,
            step: self.clone(),
        })
    }

    /// The world after it, as it was known then, as far as you may see it now.
    async fn known_then(&self) -> PastWorld {
        PastWorld(self.reader.past_like(&self.world, self.end()))
    }
}

/// Where an operation stood.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ReplayState {
    /// Tasks of the plan in force, and those that responses to incidents made, by status.
    tasks: TaskCounts,
    /// Incidents that were not closed.
    open_incidents: u32,
    /// Time limits that ran.
    open_clocks: u32,
    #[graphql(skip)]
    step: ReplayStep,
}

#[ComplexObject]
impl ReplayState {
    /// The persons that partners assisted, as `Operation.assistance` has them.
    async fn persons(&self) -> Result<Vec<Assistance>, Error> {
        let ReplayStep { reader, played, world, .. } = &self.step;
        match played.order {
            ReplayOrder::AsKnown => {
                let then = reader.past_like(world, self.step.end());
                Assistance::of(&then, played.operation, None).await
            }
            ReplayOrder::AsHappened => {
                let at = self.step.last().happened_at.into();
                Assistance::of(world, played.operation, Some(at)).await
            }
        }
    }
}

impl ReplayStep {
    fn moment(&self) -> standing::Moment {
        match self.played.order {
            ReplayOrder::AsKnown => standing::Moment::Known(self.end().0),
            ReplayOrder::AsHappened => standing::Moment::Happened(self.last().happened_at),
        }
    }
}
