//! Incidents: what was reported, how urgent each is, who was sent, and where it stands.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{Clock, Event, Incident, MatterClaim, Operation, Partner, Post, Request, Task},
        priority::Priority,
        scalars::DateTime,
        zone::Zone,
    },
    matter::release::label,
    operation::release::ReleaseLabel,
};
use async_graphql::{Enum, ID, Object, SimpleObject};
use domain::{
    Instant, PartnerCode,
    ids::PartnerId,
    incident::{self, IncidentStanding, Methane, standing},
};
use read_model::{Page, matter::MatterSays, parse};
use std::sync::Arc;
use uuid::Uuid;

/// Where an incident stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "incident::IncidentStatus")]
pub enum IncidentStatus {
    /// Nobody has judged it yet.
    Reported,
    /// It was judged how urgent it is.
    Triaged,
    /// A response was decided, or somebody was sent.
    Responding,
    /// It grows no more.
    Contained,
    /// Nothing more is done about it.
    Closed,
}

/// What sort of incident it is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "incident::IncidentKind")]
pub enum IncidentKind {
    /// Persons are taken somewhere.
    PersonsMoved,
    /// Persons were hurt, or are about to be.
    PersonsHarmed,
    /// Persons are sought.
    PersonsMissing,
    /// A site is held by others than before.
    ControlChanged,
    /// A way cannot be used.
    RouteUnusable,
    /// What is secret is known to others.
    Leak,
    /// Nature, a crash, a fire.
    Disaster,
    /// Anything else, which the title says.
    Other,
}

/// What was known of an incident when it was reported, after METHANE.
pub struct IncidentReport {
    report: Methane,
    world: Arc<World>,
}

/// What was known of an incident when it was reported, after METHANE.
#[Object]
impl IncidentReport {
    /// What happened, in a line.
    async fn title(&self) -> &str {
        self.report.title.as_str()
    }

    async fn kind(&self) -> IncidentKind {
        self.report.kind.into()
    }

    /// Where; null when it was not known.
    async fn place(&self) -> Option<&str> {
        self.report.place.as_ref().map(domain::Title::as_str)
    }

    /// The partner on whose territory; null when it was not known.
    async fn territory(&self) -> Result<Option<Partner>, Error> {
        match &self.report.territory {
            Some(territory) => self.world.find(PartnerId::of(territory).0).await,
            None => Ok(None),
        }
    }

    /// What is dangerous there.
    async fn hazards(&self) -> Option<&str> {
        self.report.hazards.as_ref().map(domain::Prose::as_str)
    }

    /// How to get there.
    async fn access(&self) -> Option<&str> {
        self.report.access.as_ref().map(domain::Prose::as_str)
    }

    /// How many persons it concerns: a count; null when it was not known.
    async fn persons(&self) -> Option<u32> {
        self.report.persons
    }

    /// Who and what is there.
    async fn present(&self) -> Option<&str> {
        self.report.present.as_ref().map(domain::Prose::as_str)
    }

    /// Code of the critical information requirement of the plan that it meets; null where it was reported to meet none.
    async fn ccir(&self) -> Option<&str> {
        self.report.ccir.as_ref().map(domain::Code::as_str)
    }
}

/// An officer that was sent to an incident.
#[derive(SimpleObject)]
pub struct Responder {
    post: Option<Post>,
    partner: Option<Partner>,
    /// Code of the task that it was sent for; null where there is none, or none that you may see.
    task_code: Option<String>,
    dispatched_at: DateTime,
    /// Null until it is on the scene.
    arrived_at: Option<DateTime>,
}

impl Responder {
    async fn of(
        world: &Arc<World>,
        operation: Uuid,
        responder: incident::Responder,
        zone: Option<&Zone>,
    ) -> Result<Self, Error> {
        let incident::Responder { post, partner, task, dispatched_at, arrived_at } = responder;
        Ok(Self {
            post: world.post_of(Some(&post)).await?,
            partner: world.find(PartnerId::of(&partner).0).await?,
            task_code: match task {
                Some(task) => world.task_code_seen(operation, &task).await?,
                None => None,
            },
            dispatched_at: world.local(dispatched_at, zone.cloned()).await?,
            arrived_at: world.local_if(arrived_at, zone.cloned()).await?,
        })
    }
}

impl Incident {
    /// A page of an operation's, in the order of their codes.
    pub(crate) async fn page(
        world: &Arc<World>,
        operation: Uuid,
        open: Option<bool>,
        window: Window,
    ) -> Result<Connection<Self>, Error> {
        let page: Page = window.page(world)?;
        let rows = world.loaders.incident_pages.children((operation, open, page.clone())).await?;
        let code = |incident: &Self| incident.row.code.clone();
        Ok(Connection::new(world, &page, world.all(&rows), code, move |world| async move {
            Ok(world.loaders.incident_counts.load((operation, open)).await?.unwrap_or_default())
        }))
    }

    /// Where it stands, or stood at a moment in the world, by all that was claimed until this world's position.
    pub(crate) async fn standing(&self, valid_at: Option<DateTime>) -> Result<IncidentStanding, Error> {
        let claims = self.world.loaders.matter_claims_of.children(self.row.id).await?;
        let mut said: Vec<_> = claims
            .iter()
            .filter(|claim| claim.corrected_by.is_none())
            .filter_map(|claim| match &*claim.says {
                MatterSays::Incident(says) => Some((claim.occurred_at.fixed_offset(), claim.number, says)),
                MatterSays::Request(_) | MatterSays::Outcome(_) => None,
            })
            .filter(|(at, ..): &(Instant, _, _)| valid_at.is_none_or(|DateTime(valid_at)| *at <= valid_at))
            .collect();
        said.sort_by_key(|(at, number, _)| (*at, *number));
        Ok(standing(said.into_iter().map(|(at, _, says)| (at, says))))
    }
}

impl Incident {
    /// The label in force on it, below its operation's.
    pub(crate) fn label_in(&self, operation: &Operation) -> Result<ReleaseLabel, Error> {
        let own = self.row.release.as_ref().map(|release| &release.0);
        operation.label_of(&label(&self.row.owner, &self.row.parties, own)?)
    }
}

/// Something that happened and needs a response. It is for whoever reads its operation, unless its label says less.
#[Object]
impl Incident {
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

    /// Null where you read it, because your partner was called to it, and not its operation.
    async fn operation(&self) -> Result<Option<Operation>, Error> {
        self.world.find(self.row.operation_id).await
    }

    /// What people call it by, such as `INC-001`; unique in its operation.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// What happened, in a line.
    async fn title(&self) -> &str {
        self.row.report.title.as_str()
    }

    /// What was known of it when it was reported.
    async fn report(&self) -> IncidentReport {
        IncidentReport { report: self.row.report.0.clone(), world: Arc::clone(&self.world) }
    }

    /// Where it stood at that time in the world; without a time, where it does: as far as is known at this moment of the
    /// log.
    async fn status(&self, valid_at: Option<DateTime>) -> Result<IncidentStatus, Error> {
        Ok(self.standing(valid_at).await?.status.into())
    }

    /// How urgent it was at that time, or is; null until it is triaged.
    async fn priority(&self, valid_at: Option<DateTime>) -> Result<Option<Priority>, Error> {
        Ok(self.standing(valid_at).await?.priority.map(Into::into))
    }

    /// The partner that reported it.
    async fn owner(&self) -> Result<Option<Partner>, Error> {
        self.world.find(PartnerId::of(&parse::<PartnerCode>(&self.row.owner)?).0).await
    }

    /// The partners that were called to it or lead a task of its response: they read it whatever its label says.
    async fn parties(&self) -> Result<Vec<Partner>, Error> {
        let parties: Vec<PartnerCode> =
            self.row.parties.iter().map(|party| parse(party)).collect::<Result<_, _>>()?;
        self.world.find_many(parties.iter().map(|party| PartnerId::of(party).0)).await
    }

    /// Who may read it, and how carefully; null where you do not read its operation.
    async fn release(&self) -> Result<Option<ReleaseLabel>, Error> {
        let Some(operation) = self.world.find::<Operation>(self.row.operation_id).await? else {
            return Ok(None);
        };
        self.label_in(&operation).map(Some)
    }

    async fn reported_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.reported_at, zone).await
    }

    /// Null until it is triaged.
    async fn triaged_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.triaged_at, zone).await
    }

    /// When the first response since it was reported, or reopened, was decided.
    async fn decided_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.decided_at, zone).await
    }

    /// When the first of those who were sent was on the scene.
    async fn first_arrival_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.first_arrival_at, zone).await
    }

    async fn contained_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.contained_at, zone).await
    }

    async fn closed_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.closed_at, zone).await
    }

    /// When it was reopened last; null where it never was.
    async fn reopened_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.reopened_at, zone).await
    }

    /// How many persons had been brought to safety at that time, as last said; null where nothing was.
    async fn persons_recovered(&self, valid_at: Option<DateTime>) -> Result<Option<u32>, Error> {
        Ok(self.standing(valid_at).await?.persons_recovered)
    }

    /// Who had been sent at that time, and had arrived; without a time, who was: in the order of sending.
    async fn responders(
        &self,
        valid_at: Option<DateTime>,
        zone: Option<Zone>,
    ) -> Result<Vec<Responder>, Error> {
        let sent = self.standing(valid_at).await?.responders;
        self.world.spend(sent.len())?;
        let mut responders = Vec::with_capacity(sent.len());
        for responder in sent {
            responders
                .push(Responder::of(&self.world, self.row.operation_id, responder, zone.as_ref()).await?);
        }
        Ok(responders)
    }

    /// Everything that was reported of it, corrected claims too, in the order of their numbers.
    async fn claims(&self) -> Result<Vec<MatterClaim>, Error> {
        let rows = self.world.loaders.matter_claims_of.children(self.row.id).await?;
        Ok(self.world.all(&rows))
    }

    /// The clocks that run on it, or ran, in the order in which they were started.
    async fn clocks(&self) -> Result<Vec<Clock>, Error> {
        let rows = self.world.loaders.clocks_on.children(self.row.id).await?;
        Ok(self.world.all(&rows))
    }

    /// The tasks that responses to it made, in the order of their codes; none where you do not read its operation.
    async fn emergent_tasks(&self) -> Result<Vec<Task>, Error> {
        let rows = self.world.loaders.emergent_tasks_for.children(self.row.id).await?;
        Ok(self.world.emergent(&rows))
    }

    /// The requests about it that you may see, in the order of their codes.
    async fn requests(&self) -> Result<Vec<Request>, Error> {
        let rows = self.world.loaders.requests_about.children(self.row.id).await?;
        Ok(self.world.all(&rows))
    }
}
