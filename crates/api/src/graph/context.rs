//! What every resolver of a request shares: who asks, and the world at the request's position.

use crate::{
    Error,
    gate::inputs::Faults,
    graph::{
        id::{PastMoment, at_moment},
        loaders::Loaders,
        names::Languages,
        reads::Reads,
    },
};
use async_graphql::{Context, ID};
use chrono::Utc;
use domain::{
    Actor, PartnerCode, Position, PostCode, Refusal, Span,
    ids::{PartnerId, PostId},
    plan::PlannedTask,
    schedule::{Finishes, Hours},
};
use engine::{Account, Asking, Engine, Moment};
use read_model::{Pin, Viewer};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// How a request came. It changes nothing of what its viewer may see.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    pub request_id: String,
    /// What names are answered in where a query names no language.
    pub languages: Languages,
}

/// Per request, put into the GraphQL context as an `Arc`: the server asks it for the position when all is
/// done.
pub struct Session {
    pub engine: Engine,
    pub actor: Actor,
    pub viewer: Viewer,
    pub manner: Manner,
    pub(crate) reads: Reads,
    /// What the request's queries are pinned to.
    pub pin: Arc<Pin>,
    world: Arc<World>,
    /// What it saw of the past, by moment: whoever asks for a moment twice asks the same world.
    past: Mutex<BTreeMap<PastMoment, Arc<World>>>,
    /// Where the last command at or before a position ends, asked of the log once for each.
    moments: Mutex<BTreeMap<Position, Arc<OnceCell<Option<Position>>>>>,
    budget: Budget,
    /// What was spent before it was asked again.
    spent_before: AtomicU64,
    /// What the request was priced at.
    requested: u64,
    /// What was asked of the database for it.
    account: Arc<Account>,
    /// Position of the newest receipt that this request got, or of the answer that its subscription gives; 0
    /// before the first.
    noted: AtomicI64,
    /// What is wrong with the scalars and enums of its commands, see `gate::inputs`.
    faults: Faults,
    /// Where the mutations of this request that were carried out stand, by their names in the answer.
    carried_out: Mutex<BTreeMap<String, Position>>,
}

impl Session {
    /// `position` is that of the request's cursors, see [`crate::pin_of_cursors`]; `None`: the newest.
    ///
    /// `requested` is what the request costs at most, see `gate::cost`.
    ///
    /// Whoever is in no standing now (relieved, suspended, never in post) sees what services see: partners,
    /// centres and posts, and no operation, also not as of a moment at which they were.
    ///
    /// Fails with `BAD_USER_INPUT` for a position that this node has not reached.
    pub async fn new(
        engine: &Engine,
        (actor, asking): (Actor, Asking),
        position: Option<Position>,
        requested: u64,
    ) -> Result<Self, Error> {
        let (engine, account) = engine.asked_by(actor.partner(), asking);
        Self::on_account(engine, account, actor, position, requested).await
    }

    /// The same at another position, on the same account: the next answer of a subscription.
    pub(crate) async fn anew(&self, position: Position) -> Result<Self, Error> {
        let (engine, account) = (self.engine.clone(), Arc::clone(&self.account));
        let anew = Self::on_account(engine, account, self.actor.clone(), Some(position), self.requested);
        Ok(anew.await?.in_manner(self.manner.clone()))
    }

    async fn on_account(
        engine: Engine,
        account: Arc<Account>,
        actor: Actor,
        position: Option<Position>,
        requested: u64,
    ) -> Result<Self, Error> {
        let newest = engine.position();
        let position = position.unwrap_or(newest);
        if position < Position(0) || position > newest {
            return Err(Error::bad_input(format!("This node has not reached position {position}.")));
        }
        let partner = match &actor {
            Actor::Post { post, partner, .. } => {
                let standing = engine.read_model().in_standing(newest, PostId::of(post), partner);
                standing.await?.then(|| partner.clone())
            }
            Actor::Service { .. } => None,
        };
        let viewer = Viewer { partner };
        Ok(Self::of(engine, account, actor, viewer, position, requested))
    }

    /// Of what is sent to a partner unasked, by a service of this name: whoever reads it there, it is what the partner may
    /// see at `position`, which this node has shown. `None` while the partner is in no good standing.
    pub(crate) async fn of_partner(
        engine: &Engine,
        service: &str,
        partner: &PartnerCode,
        position: Position,
    ) -> Result<Option<Self>, Error> {
        let (engine, account) = engine.asked_by(Some(partner), Asking::Questions);
        if !engine.read_model().partner_in_standing(engine.position(), partner).await? {
            return Ok(None);
        }
        let actor = Actor::Service { name: service.to_owned(), roles: BTreeSet::new() };
        let viewer = Viewer { partner: Some(partner.clone()) };
        Ok(Some(Self::of(engine, account, actor, viewer, position, 0)))
    }

    fn of(
        engine: Engine,
        account: Arc<Account>,
        actor: Actor,
        viewer: Viewer,
        position: Position,
        requested: u64,
    ) -> Self {
        let budget = Budget::default();
        let world = World::new(&engine, &viewer, position, None, &budget);
        Self {
            pin: world.pin.clone(),
            engine,
            actor,
            viewer,
            manner: Manner::default(),
            reads: Reads::default(),
            world,
            past: Mutex::default(),
            moments: Mutex::default(),
            budget,
            spent_before: AtomicU64::new(0),
            requested,
            account,
            faults: Faults::new(),
            noted: AtomicI64::new(0),
            carried_out: Mutex::default(),
        }
    }

    /// The post that the sender claims and nobody acts as now; `None` for services, and for whoever is in
    /// standing.
    pub(crate) fn out_of_standing(&self) -> Option<&PostCode> {
        match &self.actor {
            Actor::Post { post, .. } if self.viewer.partner.is_none() => Some(post),
            _ => None,
        }
    }

    /// For `extensions.cost`: what was asked for at most and may be, and what it came to.
    pub fn cost(&self) -> Cost {
        Cost {
            requested: self.requested,
            limit: MOST_COST,
            objects: self.budget.spent().max(self.spent_before.load(Ordering::Relaxed)),
            statements: self.account.statements(),
            worked: self.account.worked(),
        }
    }

    /// For the same question once more: it may have as many objects as the first time, and costs what the
    /// costlier of the two did.
    pub(crate) fn begin_again(&self) {
        self.spent_before.fetch_max(self.budget.spent(), Ordering::Relaxed);
        self.budget.refill();
    }

    #[must_use]
    pub fn in_manner(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }

    /// For `extensions.position`: the last receipt's after mutations, where a subscription's client goes on
    /// from, else the pin's.
    pub fn position(&self) -> Position {
        match self.noted.load(Ordering::Relaxed) {
            0 => self.pin.position,
            position => Position(position),
        }
    }

    #[must_use]
    pub(crate) fn with_faults(self, faults: Faults) -> Self {
        Self { faults, ..self }
    }

    /// Those of the command of this name in the answer.
    pub(crate) fn faults_of(&self, answered_as: &str) -> &[Refusal] {
        self.faults.get(answered_as).map_or(&[], Vec::as_slice)
    }

    /// What the request's queries see.
    pub(crate) fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// The present at another position: the newest for a mutation to look things up, a receipt's for its
    /// payload.
    pub(crate) fn present_at(&self, position: Position) -> Arc<World> {
        World::new(&self.engine, &self.viewer, position, None, &self.budget)
    }

    /// The world as it was at a position, in which everything has an id of that moment: that of `asOf`, and
    /// of such ids.
    pub(crate) fn past_at(&self, position: Position) -> Arc<World> {
        self.past(PastMoment { position, seen_as: None })
    }

    /// The same with the eyes that look at a world already.
    pub(crate) fn past_like(&self, world: &World, position: Position) -> Arc<World> {
        let seen_as = world.moment.as_ref().and_then(|moment| moment.seen_as.clone());
        self.past(PastMoment { position, seen_as })
    }

    /// The same as far as a partner of this code could see it; `None` when there was none.
    pub(crate) async fn past_seen_as(
        &self,
        position: Position,
        code: &str,
    ) -> Result<Option<Arc<World>>, Error> {
        let Ok(partner) = PartnerCode::new(code) else { return Ok(None) };
        let own = self.past_at(position);
        if own.loaders.partners_by_id.load(PartnerId::of(&partner).0).await?.is_none() {
            return Ok(None);
        }
        // What it could see itself is what `asOf` shows.
        let is_own = self.viewer.partner.as_ref() == Some(&partner);
        Ok(Some(if is_own { own } else { self.past(PastMoment { position, seen_as: Some(partner) }) }))
    }

    fn past(&self, moment: PastMoment) -> Arc<World> {
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = past.entry(moment);
        let (position, moment) = (entry.key().position, entry.key().clone());
        let world = || World::new(&self.engine, &self.viewer, position, Some(moment), &self.budget);
        Arc::clone(entry.or_insert_with(world))
    }

    /// The same for an id's position; `None` when that is no moment, but within a command.
    ///
    /// Fails with `BAD_USER_INPUT` for a position that this request does not reach, and for ids of too many
    /// moments.
    pub(crate) async fn past_of_id(
        &self,
        position: Position,
        seen_as: Option<&str>,
    ) -> Result<Option<Arc<World>>, Error> {
        // Not null, which says that there is no such thing: another node, or a later request, has it.
        if position > self.pin.position {
            let newest = self.pin.position;
            return Err(Error::bad_input(format!(
                "An id is of position {position}, and this answer of {newest}: it has not been reached here."
            )));
        }
        let end = self.moment_at(position).await?;
        if end != Some(position) {
            return Ok(None);
        }
        match (seen_as, &self.viewer.partner) {
            // The same has an id without that.
            (Some(code), Some(own)) if own.as_str() == code => Ok(None),
            (Some(code), _) => self.past_seen_as(position, code).await,
            (None, _) => Ok(Some(self.past_at(position))),
        }
    }

    /// The end of the last command at or before a position; `None` when this node has not reached it.
    ///
    /// Fails with `BAD_USER_INPUT` for too many positions: each is a world with loaders of its own.
    pub(crate) async fn moment_at(&self, position: Position) -> Result<Option<Position>, Error> {
        self.world.spend(1)?;
        let moment = {
            let mut moments = self.moments.lock().unwrap_or_else(PoisonError::into_inner);
            if moments.len() >= MOST_MOMENTS && !moments.contains_key(&position) {
                return Err(Error::bad_input(format!(
                    "One request looks at {MOST_MOMENTS} moments at most, besides those of `asOf`."
                )));
            }
            Arc::clone(moments.entry(position).or_default())
        };
        let found = moment.get_or_try_init(|| async {
            Ok::<_, Error>(self.engine.resolve(Moment::Position(position)).await?)
        });
        Ok(*found.await?)
    }

    /// The world of an answer of its own, with a budget of its own: one of many that a subscription gives.
    pub(crate) fn answer_at(&self, position: Position) -> Arc<World> {
        World::new(&self.engine, &self.viewer, position, None, &Budget::default())
    }

    /// Of a mutation that has its receipt: from here on, nothing may say that it was not carried out.
    pub(crate) fn note_carried_out(&self, answered_as: String, position: Position) {
        self.note_position(position);
        let mut carried_out = self.carried_out.lock().unwrap_or_else(PoisonError::into_inner);
        carried_out.insert(answered_as, position);
    }

    /// The position of a mutation's receipt; `None` when it was not carried out.
    pub(crate) fn position_of_mutation(&self, answered_as: &str) -> Option<Position> {
        self.carried_out.lock().unwrap_or_else(PoisonError::into_inner).get(answered_as).copied()
    }

    /// What `extensions.position` is going to be: that of a receipt, or of what a subscription sends.
    pub(crate) fn note_position(&self, position: Position) {
        self.noted.store(position.0, Ordering::Relaxed);
    }
}

/// Moments that one request may look at by ids, or by what others were looking at: each is a world with loaders of
/// its own, as `asOf` is, of which a request has as many at its root.
const MOST_MOMENTS: usize = 50;

/// The most that one request may cost. The introspection of usual clients is a third of it, SAPHAN's whole
/// plan with tasks, assignments, posts and their holders a tenth.
pub const MOST_COST: u64 = 100_000;

/// What a request costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// At most, by its fields and its pages, before it was executed.
    pub requested: u64,
    /// The most that may be requested.
    pub limit: u64,
    /// Objects that it was answered with, or looked at for that.
    pub objects: u64,
    /// Statements that the database was asked for it. What a command costs besides is shared with others.
    pub statements: u64,
    /// For so long the database worked for it.
    pub worked: Duration,
}

/// Work of the database that costs one: so an allowance is one connection's, all the time.
const WORK_OF_ONE: Duration = Duration::from_micros(10);

impl Cost {
    /// By what it was answered with, or by what the database worked for that, whichever is more.
    pub fn came_to(&self) -> u64 {
        let worked = self.worked.as_micros() / WORK_OF_ONE.as_micros();
        self.objects.max(u64::try_from(worked).unwrap_or(u64::MAX))
    }
}

/// The session of the request. Fails with `INTERNAL` when the server forgot to put it in.
pub(crate) fn session<'a>(context: &Context<'a>) -> Result<&'a Arc<Session>, Error> {
    context
        .data::<Arc<Session>>()
        .map_err(|error| Error::internal("find the session of a request", &error.message))
}

/// Everything at one position as one viewer sees it. Every object of an answer holds the world it was read
/// in, so that several moments in one request never mix.
pub struct World {
    pub(crate) engine: Engine,
    pub(crate) pin: Arc<Pin>,
    /// That its ids carry; `None` in the present.
    moment: Option<PastMoment>,
    pub(crate) loaders: Box<dyn Deref<Target = Loaders> + Send + Sync>,
    /// By plan version, kept because calendars are worked out day by day.
    finishes: Mutex<BTreeMap<Uuid, Finishes>>,
    budget: Budget,
}

/// Loaders of which nothing is known but that they may be sent: the compiler asks that of `World` for every field of
/// the schema, and looked into all loaders each time, which was most of the time that this crate took to build.
struct Opaque(Loaders);

impl Deref for Opaque {
    type Target = Loaders;

    fn deref(&self) -> &Loaders {
        &self.0
    }
}

/// Objects that one request may still be answered with, over all its moments: lists in lists in lists
/// multiply, and what the loaders have once costs no statement that would hold a request back.
#[derive(Clone)]
struct Budget(Arc<AtomicI64>);

/// A hundred operations with their tasks, assignments and posts are half of it.
const MOST_OBJECTS: i64 = 100_000;

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(MOST_OBJECTS)))
    }
}

impl Budget {
    fn spent(&self) -> u64 {
        u64::try_from(MOST_OBJECTS - self.0.load(Ordering::Relaxed)).unwrap_or_default()
    }

    fn refill(&self) {
        self.0.store(MOST_OBJECTS, Ordering::Relaxed);
    }
}

impl World {
    /// Takes so many objects from the request's budget. Fails with `BAD_USER_INPUT` when it is spent.
    pub(crate) fn spend(&self, objects: usize) -> Result<(), Error> {
        let objects = i64::try_from(objects).unwrap_or(MOST_OBJECTS).min(MOST_OBJECTS);
        // Never far below zero, so that it cannot come round again.
        let left = self.budget.0.load(Ordering::Relaxed);
        if left < 0 {
            return Err(Error::bad_input(format!(
                "The answer would have more than {MOST_OBJECTS} objects: ask for less, page by page."
            )));
        }
        self.budget.0.fetch_sub(objects, Ordering::Relaxed);
        Ok(())
    }

    /// When a task of this version finishes, relative to H-hour; `hours` are the version's.
    pub(crate) fn finish(&self, version: Uuid, hours: &Hours<'_>, task: &PlannedTask) -> Span {
        let mut finishes = self.finishes.lock().unwrap_or_else(PoisonError::into_inner);
        finishes.entry(version).or_insert_with(|| Finishes::new(hours)).of(task)
    }

    pub(crate) fn is_past(&self) -> bool {
        self.moment.is_some()
    }

    /// Of what is the asking partner's own affair. Fails with `BAD_USER_INPUT` where another's eyes look.
    pub(crate) fn check_own_sight(&self) -> Result<(), Error> {
        match self.moment.as_ref().and_then(|moment| moment.seen_as.as_ref()) {
            Some(partner) => Err(Error::bad_input(format!(
                "This is nothing that {partner} could see: ask without `seenAs`."
            ))),
            None => Ok(()),
        }
    }

    /// The present by the server's clock; in the past, when its last command was recorded.
    pub(crate) async fn now(&self) -> Result<chrono::DateTime<Utc>, Error> {
        if self.is_past() {
            Ok(self.engine.recorded_at(self.pin.position).await?)
        } else {
            Ok(self.engine.clock().now())
        }
    }

    /// The id that something has in this world.
    pub(crate) fn id_of(&self, key: impl Display) -> ID {
        at_moment(key, self.moment.as_ref())
    }

    fn new(
        engine: &Engine,
        viewer: &Viewer,
        position: Position,
        moment: Option<PastMoment>,
        budget: &Budget,
    ) -> Arc<Self> {
        // Releases count as they are now, also for the past: narrowing works backwards.
        let policy_position = engine.position().max(position);
        let own = Pin::new(position, policy_position, viewer.clone());
        let (engine, pin) = match moment.as_ref().and_then(|moment| moment.seen_as.as_ref()) {
            Some(partner) => (engine.with_shared_sight(), Arc::new(own.seen_as(partner))),
            None => (engine.clone(), Arc::new(own)),
        };
        let loaders = Box::new(Opaque(Loaders::new(&engine, &pin)));
        let budget = budget.clone();
        Arc::new(Self { engine, pin, moment, loaders, finishes: Mutex::default(), budget })
    }
}
