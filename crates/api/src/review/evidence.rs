//! What proves findings, as far as its reader may see it.

use crate::{
    Error,
    assistance::AssistanceFigure,
    graph::{
        context::World,
        node::{Node, Partner, PastWorld, Post},
        scalars::{DateTime, Position},
        zone::Zone,
    },
    metrics::{MetricCode, MetricUnit},
};
use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::Utc;
use domain::{
    PostCode,
    assistance::{Cell, Figure},
    metrics, review,
};
use read_model::{
    parse,
    review::{EvidenceDetail, ProofRow},
};
use std::sync::Arc;
use uuid::Uuid;

/// What sort of thing proves a finding.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "review::EvidenceKind")]
pub enum EvidenceKind {
    /// Of the operation, or one that everybody sees.
    Event,
    /// On a task, an incident, a request or an outcome, or a report of counts of persons.
    Claim,
    /// On a plan version, an entry of the decision log, or a word on whether a phase may start.
    Decision,
    /// As it is known.
    Incident,
    /// For information or for assistance.
    Request,
    /// What a partner gives.
    Contribution,
    /// With its figures as they were issued.
    Sitrep,
    /// What the operation came to.
    Outcome,
    /// As nations decided on it.
    PlanVersion,
    /// Of the plan, or made by a response to an incident.
    Task,
    /// Of a centre's watch.
    Shift,
    /// A count of persons, as far as each reader is told of it.
    Assistance,
    /// A metric as it was known: its value stays what it then was.
    Metric,
}

/// What proves a finding. Of what you may not see you are told that there is something, of which kind, and nothing else.
pub struct Evidence {
    world: Arc<World>,
    row: Arc<ProofRow>,
}

impl Evidence {
    pub fn new(world: &Arc<World>, row: &Arc<ProofRow>) -> Self {
        Self { world: Arc::clone(world), row: Arc::clone(row) }
    }

    /// `None`: it is withheld.
    fn detail(&self) -> Option<&EvidenceDetail> {
        self.row.detail.as_ref().map(|detail| &detail.0)
    }
}

/// What proves a finding. Of what you may not see you are told that there is something, of which kind, and nothing else: all
/// other fields are null.
#[Object]
impl Evidence {
    /// Counted from 1 for its finding, what you may not see counted, too.
    async fn number(&self) -> i32 {
        self.row.number
    }

    async fn kind(&self) -> Result<EvidenceKind, Error> {
        Ok(parse::<review::EvidenceKind>(&self.row.kind)?.into())
    }

    /// Whether you may not see it.
    async fn withheld(&self) -> bool {
        self.row.detail.is_none()
    }

    /// What it is; of a metric what was measured. Null of counts of persons, and of what is not there any more.
    async fn object(&self) -> Result<Option<Node>, Error> {
        match (&self.row.held_in, self.row.object_id) {
            (Some(table), Some(id)) => self.world.node_in(table, id).await,
            _ => Ok(None),
        }
    }

    /// Of a count of persons: which, as far as you are told of it.
    async fn assistance(&self) -> Option<AssistanceEvidence> {
        let Some(EvidenceDetail::Assistance { authority, figure, valid_at }) = self.detail() else {
            return None;
        };
        Some(AssistanceEvidence {
            world: Arc::clone(&self.world),
            operation: self.row.operation_id,
            authority: authority.clone(),
            figure: *figure,
            valid_at: valid_at.to_utc(),
        })
    }

    /// Of a metric: its value, as it was known when it was linked.
    async fn metric(&self) -> Result<Option<MetricEvidence>, Error> {
        let Some(EvidenceDetail::Metric { code, as_known_at, value, unit }) = self.detail() else {
            return Ok(None);
        };
        Ok(Some(MetricEvidence {
            code: parse::<metrics::MetricCode>(code)?.into(),
            as_known_at: Position(*as_known_at),
            value: value.clone(),
            unit: parse::<metrics::Unit>(unit)?.into(),
        }))
    }

    /// The post that linked it.
    async fn post(&self) -> Result<Option<Post>, Error> {
        let actor = self.row.actor.as_deref().and_then(|actor| parse::<PostCode>(actor).ok());
        self.world.post_of(actor.as_ref()).await
    }

    async fn linked_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.linked_at, zone).await
    }

    /// Where it was linked in the log.
    async fn position(&self) -> Option<Position> {
        self.row.position.map(|position| Position(domain::Position(position)))
    }

    /// The world as of `position`, as far as you may see it now.
    async fn known_then(&self, ctx: &Context<'_>) -> Result<Option<PastWorld>, Error> {
        match self.row.position {
            Some(position) => PastWorld::seen_at(ctx, &self.world, position).await.map(Some),
            None => Ok(None),
        }
    }
}

/// A count of persons that proves a finding.
pub struct AssistanceEvidence {
    world: Arc<World>,
    operation: Uuid,
    /// Code of the partner that counts.
    authority: String,
    figure: Figure,
    valid_at: chrono::DateTime<Utc>,
}

/// A count of persons that proves a finding.
#[Object]
impl AssistanceEvidence {
    /// The partner that counts.
    async fn referring_authority(&self) -> Result<Partner, Error> {
        self.world.partner_of(&self.authority).await
    }

    /// What is counted.
    async fn figure(&self) -> AssistanceFigure {
        self.figure.into()
    }

    /// The moment at which it holds.
    async fn valid_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.valid_at, zone).await
    }

    /// How many, as is known now; null where nobody has counted them, or where you are not told.
    async fn count(&self) -> Result<Option<u32>, Error> {
        let rows = self.world.loaders.counts_of.children((self.operation, Some(self.valid_at))).await?;
        let counts = rows.iter().find(|row| row.authority == self.authority).map(|row| &row.counts);
        let wanted = Cell::of(self.figure);
        Ok(counts.and_then(|counts| counts.iter().find(|column| column.cell == wanted)?.count))
    }
}

/// A metric that proves a finding. Its value stays what it was.
#[derive(SimpleObject)]
pub struct MetricEvidence {
    code: MetricCode,
    /// The position at which it was computed.
    as_known_at: Position,
    /// A decimal number.
    value: String,
    unit: MetricUnit,
}
