//! Requests: who asks whom for what, and where each stands.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{Clock, Event, Incident, MatterClaim, Operation, Partner, Request},
        priority::Priority,
        scalars::DateTime,
        zone::Zone,
    },
    matter::release::label,
    operation::release::ReleaseLabel,
};
use async_graphql::{Enum, ID, InputObject, Object};
use domain::{
    Instant, PartnerCode,
    ids::PartnerId,
    request::{self, RequestStanding, standing},
};
use read_model::{Page, matter::MatterSays, parse};
use std::sync::Arc;
use uuid::Uuid;

/// Where a request stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "request::RequestStatus")]
pub enum RequestStatus {
    /// Nobody has said that it has come.
    Issued,
    /// The partner that was asked has it.
    Acknowledged,
    /// The partner that was asked will do it.
    Accepted,
    /// The partner that was asked will not do it.
    Declined,
    /// The partner that was asked has done it.
    Fulfilled,
    /// The partner that asked does not ask any more.
    Withdrawn,
}

/// What is asked for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "request::RequestKind")]
pub enum RequestKind {
    /// Information.
    Rfi,
    /// Assistance.
    Rfa,
}

/// By which way a request goes.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "request::Channel")]
pub enum RequestChannel {
    /// Between police: the limits of the watch hold.
    Police,
    /// Mutual legal assistance, between judicial authorities: only what the request itself says is due.
    Mla,
}

/// Which requests; what is left out does not narrow.
#[derive(InputObject, Default)]
pub struct RequestFilter {
    /// Those that somebody still has to answer, or those that are over.
    open: Option<bool>,
    /// Code of a partner that asks or is asked.
    partner: Option<String>,
}

impl RequestFilter {
    /// Fails with `BAD_USER_INPUT` when there is no such partner.
    async fn read(self, world: &Arc<World>) -> Result<read_model::request::RequestFilter, Error> {
        world.check_partner(self.partner.as_deref()).await?;
        Ok(read_model::request::RequestFilter { open: self.open, partner: self.partner })
    }
}

impl Request {
    /// A page of an operation's, in the order of their codes.
    pub(crate) async fn page(
        world: &Arc<World>,
        operation: Uuid,
        filter: Option<RequestFilter>,
        window: Window,
    ) -> Result<Connection<Self>, Error> {
        let page: Page = window.page(world)?;
        let filter = filter.unwrap_or_default().read(world).await?;
        let rows = world.loaders.request_pages.children((operation, filter.clone(), page.clone())).await?;
        let code = |request: &Self| request.row.code.clone();
        Ok(Connection::new(world, &page, world.all(&rows), code, move |world| {
            let key = (operation, filter.clone());
            async move { Ok(world.loaders.request_counts.load(key).await?.unwrap_or_default()) }
        }))
    }

    /// Where it stands, or stood at a moment in the world, by all that was claimed until this world's position.
    pub(crate) async fn standing(&self, valid_at: Option<DateTime>) -> Result<RequestStanding, Error> {
        let claims = self.world.loaders.matter_claims_of.children(self.row.id).await?;
        let mut said: Vec<_> = claims
            .iter()
            .filter(|claim| claim.corrected_by.is_none())
            .filter_map(|claim| match &*claim.says {
                MatterSays::Request(says) => Some((claim.occurred_at.fixed_offset(), claim.number, says)),
                MatterSays::Incident(_) | MatterSays::Outcome(_) => None,
            })
            .filter(|(at, ..): &(Instant, _, _)| valid_at.is_none_or(|DateTime(valid_at)| *at <= valid_at))
            .collect();
        said.sort_by_key(|(at, number, _)| (*at, *number));
        Ok(standing(said.into_iter().map(|(at, _, says)| (at, says))))
    }

    async fn partner(&self, code: &str) -> Result<Option<Partner>, Error> {
        self.world.find(PartnerId::of(&parse::<PartnerCode>(code)?).0).await
    }
}

/// One partner asks another for information or for assistance. It is for both, for the operation's lead, and for those that
/// it is released to.
#[Object]
impl Request {
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

    /// Null where your partner asks or is asked, and does not read the operation.
    async fn operation(&self) -> Result<Option<Operation>, Error> {
        self.world.find(self.row.operation_id).await
    }

    /// What people call it by, such as `RFA-001`; unique in its operation.
    async fn code(&self) -> &str {
        &self.row.code
    }

    async fn kind(&self) -> Result<RequestKind, Error> {
        Ok(parse::<request::RequestKind>(&self.row.kind)?.into())
    }

    /// By which way it goes.
    async fn channel(&self) -> Result<RequestChannel, Error> {
        Ok(parse::<request::Channel>(&self.row.channel)?.into())
    }

    /// Where it stood at that time in the world; without a time, where it does: as far as is known at this moment of the
    /// log.
    async fn status(&self, valid_at: Option<DateTime>) -> Result<RequestStatus, Error> {
        Ok(self.standing(valid_at).await?.status.into())
    }

    /// How urgent it is.
    async fn priority(&self) -> Result<Priority, Error> {
        Ok(parse::<domain::Priority>(&self.row.priority)?.into())
    }

    /// The partner that asks.
    async fn from(&self) -> Result<Option<Partner>, Error> {
        self.partner(&self.row.asker).await
    }

    /// The partner that is asked.
    async fn to(&self) -> Result<Option<Partner>, Error> {
        self.partner(&self.row.asked).await
    }

    /// The incident that it is about; null where there is none that you may see.
    async fn incident(&self) -> Result<Option<Incident>, Error> {
        match self.row.incident_id {
            Some(incident) => self.world.find(incident).await,
            None => Ok(None),
        }
    }

    /// The request, in words.
    async fn text(&self) -> &str {
        &self.row.text
    }

    /// Who may read it, and how carefully; null where you do not read its operation.
    async fn release(&self) -> Result<Option<ReleaseLabel>, Error> {
        let Some(operation) = self.world.find::<Operation>(self.row.operation_id).await? else {
            return Ok(None);
        };
        let own = label(&self.row.asker, &self.row.parties, Some(&self.row.release.0))?;
        operation.label_of(&own).map(Some)
    }

    async fn issued_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.issued_at, zone).await
    }

    /// When the partner that was asked said that it has it; null until then.
    async fn acknowledged_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.acknowledged_at, zone).await
    }

    /// When it was accepted or declined; null until then.
    async fn answered_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.answered_at, zone).await
    }

    /// When it was fulfilled, declined or withdrawn; null until then.
    async fn ended_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.ended_at, zone).await
    }

    /// The answer of who fulfilled it, or why it was declined or withdrawn.
    async fn outcome(&self) -> Option<&str> {
        self.row.outcome.as_deref()
    }

    /// Everything that was claimed of it, corrected claims too, in the order of their numbers.
    async fn claims(&self) -> Result<Vec<MatterClaim>, Error> {
        let rows = self.world.loaders.matter_claims_of.children(self.row.id).await?;
        Ok(self.world.all(&rows))
    }

    /// The clocks that run on it, or ran, in the order in which they were started.
    async fn clocks(&self) -> Result<Vec<Clock>, Error> {
        let rows = self.world.loaders.clocks_on.children(self.row.id).await?;
        Ok(self.world.all(&rows))
    }
}
