//! Events: the log as the viewer may see it, and the history of everything in it.

use crate::{
    Error,
    graph::{
        connection::{Connection, Direction, Window, by_position},
        context::{Session, World, session},
        node::{Annex, Event, Item, Operation, PlanVersion, Post},
        scalars::{DateTime, Json, Position},
        zone::Zone,
    },
    plan::sections::Ccir,
};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::FixedOffset;
use domain::{PostCode, ids::PostId, plan};
use read_model::{EventRow, Page};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Most that `consequences` tells.
const MOST_CONSEQUENCES: usize = 100;

/// Most names in a filter's list.
const MOST_TYPES: usize = 100;

/// Which events; what is left out does not narrow.
#[derive(InputObject, Default)]
pub struct EventFilter {
    /// Names such as `PlanPromulgated`; one that no event has is bad input.
    types: Option<Vec<String>>,
    /// Code of the post, or the service such as `service:import`, that sent the command.
    actor: Option<String>,
    /// Code of the partner whose post sent the command.
    partner: Option<String>,
    /// An operation by its code or its id, with its plan, tasks and assignments.
    operation: Option<ID>,
    /// Anything with an id: only its history.
    subject: Option<ID>,
    /// Inclusive.
    recorded_from: Option<DateTime>,
    /// Exclusive.
    recorded_before: Option<DateTime>,
    /// Inclusive.
    occurred_from: Option<DateTime>,
    /// Exclusive.
    occurred_before: Option<DateTime>,
}

/// What a filter asks of the read model: in whose history, and which of its events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// `None`: the whole log.
    pub item: Option<Uuid>,
    pub filter: read_model::EventFilter,
}

impl EventFilter {
    /// In whose history, as it was asked.
    pub(crate) fn subject(&self) -> Option<&ID> {
        self.subject.as_ref()
    }

    /// Fails with `BAD_USER_INPUT` when it names what nothing in the world has.
    pub(crate) async fn read(self, world: &Arc<World>) -> Result<Wanted, Error> {
        let Self {
            types,
            actor,
            partner,
            operation,
            subject,
            recorded_from,
            recorded_before,
            occurred_from,
            occurred_before,
        } = self;
        if let Some(types) = &types {
            if types.len() > MOST_TYPES {
                return Err(Error::bad_input(format!("{} types; {MOST_TYPES} is the most.", types.len())));
            }
            if let Some(unknown) = types.iter().find(|name| !domain::Event::kinds().any(|kind| kind == *name))
            {
                return Err(Error::bad_input(format!("There is no event type `{unknown}`.")));
            }
        }
        world.check_actor(actor.as_deref()).await?;
        world.check_partner(partner.as_deref()).await?;
        let operation = world.named_operation(operation.as_ref()).await?;
        let item = world.named_subject(subject.as_ref()).await?;
        let utc = |at: Option<DateTime>| at.map(|DateTime(at)| at.to_utc());
        Ok(Wanted {
            item,
            filter: read_model::EventFilter {
                kinds: types,
                actor,
                partner,
                operation,
                recorded_from: utc(recorded_from),
                recorded_before: utc(recorded_before),
                occurred_from: utc(occurred_from),
                occurred_before: utc(occurred_before),
            },
        })
    }
}

/// What events are ordered by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventOrderField {
    /// The order in which the log learned of them.
    #[default]
    Position,
}

/// The order of a list of events.
#[derive(InputObject, Default)]
pub struct EventOrder {
    #[graphql(default)]
    field: EventOrderField,
    #[graphql(default)]
    pub(crate) direction: Direction,
}

impl World {
    /// A page of the log, or of one item's history.
    pub(crate) async fn events(
        self: &Arc<Self>,
        wanted: Wanted,
        order: Direction,
        window: Window,
    ) -> Result<Connection<Event>, Error> {
        let page = window.running(order).page(self)?;
        let by_position = by_position(page.clone(), "events")?;
        let rows = self.event_rows(&wanted, by_position).await?;
        let Wanted { item, filter } = wanted;
        let position = |event: &Event| event.row.position.to_string();
        let page = Connection::new(self, &page, self.all(&rows), position, move |world| {
            let filter = filter.clone();
            async move {
                Ok(match item {
                    Some(item) => {
                        world.loaders.history_counts.load((item, filter)).await?.unwrap_or_default()
                    }
                    None => world.engine.read_model().count_events(&world.pin, &filter).await?,
                })
            }
        });
        Ok(page.running(order))
    }

    /// The rows of such a page.
    pub(crate) async fn event_rows(
        &self,
        Wanted { item, filter }: &Wanted,
        page: Page<i64>,
    ) -> Result<Vec<Arc<EventRow>>, Error> {
        if let Some(item) = item {
            let rows = self.loaders.histories.children((*item, filter.clone(), page)).await?;
            return Ok(rows.iter().map(Arc::clone).collect());
        }
        let rows = self.engine.read_model().events(&self.pin, filter, &page).await?;
        Ok(rows.into_iter().map(Arc::new).collect())
    }

    /// A page of what has happened to an item, or concerned it.
    pub(crate) async fn history(
        self: &Arc<Self>,
        item: Uuid,
        window: Window,
    ) -> Result<Connection<Event>, Error> {
        let wanted = Wanted { item: Some(item), ..Wanted::default() };
        self.events(wanted, Direction::Ascending, window).await
    }
}

/// Something that happened, as the log holds it. Never changed, never taken back: a correction is another event.
#[Object]
impl Event {
    pub async fn id(&self) -> ID {
        self.node_id()
    }

    pub async fn key(&self) -> ID {
        self.node_key()
    }

    /// Its place in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }

    /// What happened, such as `PlanPromulgated`: the event catalogue has them all.
    #[graphql(name = "type")]
    async fn kind(&self) -> &str {
        &self.row.kind
    }

    /// When the log learned of it, by the server's clock.
    async fn recorded_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.recorded_at, zone).await
    }

    /// When it happened, as reported; never after `recordedAt`.
    async fn occurred_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.occurred_at, zone).await
    }

    /// The same instant in the offset in which it was reported, as RFC 3339 has it, such as `2023-09-15T10:30:00+06:30`.
    async fn occurred_at_local(&self) -> String {
        self.reported_at()
    }

    /// When what it says happened: of a correction, the time that it says is right; else `occurredAt`.
    async fn happened_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.happened_at, zone).await
    }

    /// Of a correction, what was wrong.
    async fn corrects(&self) -> Result<Option<Event>, Error> {
        match self.row.corrects {
            Some(position) => Ok(self.all_at(&[position]).await?.pop()),
            None => Ok(None),
        }
    }

    /// What led to it, as far as you may see that, in the order of the log: what its command named or answered. So an arrival
    /// has the dispatch, that the decision on a response and the assignment, and that decision the report of the incident.
    /// Nothing is guessed from what came before what.
    async fn causes(&self) -> Result<Vec<Event>, Error> {
        self.all_at(&self.row.causes).await
    }

    /// What it led to until this world's position, as far as you may see that, in the order of the log: the events that have
    /// it among their causes, the first 100.
    async fn consequences(&self) -> Result<Vec<Event>, Error> {
        let rows = self.world.loaders.consequences.children(self.row.position).await?;
        let rows = &rows[..rows.len().min(MOST_CONSEQUENCES)];
        self.world.spend(rows.len())?;
        Ok(rows.iter().map(|row| Event::new(&self.world, Arc::clone(row))).collect())
    }

    /// Why it was entered late; null when it was not.
    async fn late_reason(&self) -> Option<&str> {
        self.row.late_reason.as_deref()
    }

    /// Code of the post, or the service such as `service:import`, that sent the command.
    async fn actor(&self) -> &str {
        &self.row.actor
    }

    /// The post that sent the command; null for services.
    async fn post(&self) -> Result<Option<Post>, Error> {
        match PostCode::new(&self.row.actor) {
            Ok(code) => self.world.find(PostId::of(&code).0).await,
            Err(_) => Ok(None),
        }
    }

    /// The command that caused it: events of one command happened together, and no answer shows half of them.
    async fn command_id(&self) -> Uuid {
        self.row.command_id
    }

    /// Position of its command's last event: what it changed holds from there on.
    async fn effective_at(&self) -> Position {
        Position(domain::Position(self.row.command_end))
    }

    /// The operation that it is about; null when it is about partners, centres or posts.
    async fn operation(&self) -> Result<Option<Operation>, Error> {
        self.about().await
    }

    /// The information requirements that it meets, of the plan version that was in force once its command was done. None,
    /// if you may not see that version.
    async fn ccir(&self) -> Result<Vec<Ccir>, Error> {
        let version: Option<PlanVersion> = match self.row.ccir_version_id {
            Some(id) => self.world.find(id).await?,
            None => None,
        };
        let known = version.iter().flat_map(|version| &version.row.sections.ccir);
        let is_met = |ccir: &&plan::Ccir| self.row.ccir.iter().any(|code| code == ccir.code.as_str());
        Ok(known.filter(is_met).map(Ccir::from).collect())
    }

    /// What it says, in the shape that `schema/events` has for its type. Where it names what not all of its readers may see,
    /// it names what you may: of `HHourSet` and `HHourShifted`, posts that a task binds which you see; of `TaskAddedToPlan`,
    /// what the task waits for. The log, and the hashes over it, have all of it.
    async fn payload(&self, ctx: &Context<'_>) -> Result<Json, Error> {
        self.payload_for(session(ctx)?).await.map(Json)
    }
}

impl Event {
    /// Events at these positions, as far as the viewer sees them.
    async fn all_at(&self, positions: &[i64]) -> Result<Vec<Self>, Error> {
        let rows = self.world.loaders.events_at.load_many(positions.iter().copied()).await?;
        self.world.spend(rows.len())?;
        Ok(rows.into_iter().map(|row| Self::new(&self.world, row)).collect())
    }

    /// When it happened, in the offset in which that was reported.
    pub(crate) fn reported_at(&self) -> String {
        let offset = FixedOffset::east_opt(i32::from(self.row.occurred_offset) * 60);
        match offset {
            Some(offset) => self.row.occurred_at.with_timezone(&offset).to_rfc3339(),
            None => self.row.occurred_at.to_rfc3339(),
        }
    }

    /// The operation that it is about.
    pub(crate) async fn about(&self) -> Result<Option<Operation>, Error> {
        match self.row.operation_id {
            Some(id) => self.world.find(id).await,
            None => Ok(None),
        }
    }

    /// What it says. Logged first, where it is the content of something sensitive.
    pub(crate) async fn payload_for(&self, session: &Session) -> Result<serde_json::Value, Error> {
        let payload = self.world.loaders.payloads.load(self.row.position).await?;
        let payload = payload.ok_or_else(|| {
            Error::internal("read an event", &format!("none at position {}", self.row.position))
        })?;
        if let Some((annex, is_sensitive)) = payload.annex {
            let known: Option<Annex> = self.world.find(annex.0).await?;
            let is_labelled = match &known {
                Some(annex) => annex.is_sensitive().await?,
                None => false,
            };
            if is_sensitive || is_labelled {
                session.log_read(&self.world, annex, self.row.operation_id).await?;
            }
        }
        Ok(payload.json.clone())
    }
}
