//! A metric: its value and what makes it, and what it means.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{
            Centre, Contribution, Event, Incident, Item, Node, Operation, Partner, PlanVersion, Post,
            Request, Shift, Task,
        },
    },
    metrics::evidence,
};
use async_graphql::{Enum, Object, SimpleObject};
use domain::metrics::{self, ThingKind};
use std::sync::Arc;

/// What can be measured. What each means is told by `Metric.definition`.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "metrics::MetricCode")]
pub enum MetricCode {
    /// Of a request: issued to first answer.
    TimeToAcknowledge,
    /// Of an incident: reported to a response decided.
    TimeToDecide,
    /// Of an incident: reported to the first unit on scene, of those arrivals that are known.
    TimeToRespond,
    /// Of the operation: requests answered by their limit.
    AcknowledgedOnTime,
    /// Of the operation: requests fulfilled by when they were due.
    FulfilledOnTime,
    /// Of an event, a post or the operation: occurred to recorded; of several claims the middle one.
    RecordingLag,
    /// The same: the longest.
    RecordingLagWorst,
    /// Of a task: actual less planned start.
    StartVariance,
    /// Of a task: actual less planned finish.
    FinishVariance,
    /// Of the operation or a plan version.
    SubmissionToPromulgation,
    /// Of a plan version.
    SubmissionToLastConsent,
    /// Of the operation: how long decisions on its plan waited; the middle one.
    DecisionAge,
    /// Of the operation: submissions until promulgation.
    Rounds,
    /// Of the operation: rejections of decisions.
    RejectionRate,
    /// Of the operation: claims that were corrected.
    Corrections,
    /// Of a centre or a shift: time with fewer officers or nations than its rules ask for.
    WatchGap,
    /// Of a contribution or the operation: pledged to first payment.
    PledgeToDisbursement,
    /// Of a contribution or the operation: paid of accepted.
    Disbursed,
    /// Of a partner that counts: persons received who were screened in time.
    #[graphql(name = "SCREENED_WITHIN_96H")]
    ScreenedWithin96H,
    /// Of a partner that counts: persons presumed to be victims of whom it was decided in time.
    #[graphql(name = "IDENTIFIED_WITHIN_15D")]
    IdentifiedWithin15D,
    /// Of each objective of the plan in force.
    Objective,
}

/// What a metric's value counts.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "metrics::Unit")]
pub enum MetricUnit {
    /// Of 60 seconds.
    Minutes,
    /// Of 60 minutes.
    Hours,
    /// Of 24 hours.
    Days,
    /// How many of a hundred, never more.
    Percent,
    /// How many for each hundred, which may be more.
    PerHundred,
    /// How many.
    Count,
}

/// Why a metric has no value.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "metrics::Why")]
pub enum MetricWhy {
    /// Nothing of the kind is known.
    NothingToMeasure,
    /// It has begun, and what ends it is not known.
    NotYet,
    /// It would take counts that you are not told.
    Withheld,
    /// It is not told of one partner by itself, or not of a period.
    NotNarrowed,
    /// There are amounts of several currencies, without rates that lead to one.
    NoRate,
    /// The objective's measure is none that can be computed.
    UnknownMeasure,
    /// Several partners count persons, and their counts are never added up.
    SeveralAuthorities,
    /// A sum is beyond what can be computed exactly.
    TooLarge,
}

/// What a metric means, the same for everybody.
#[derive(SimpleObject)]
pub struct MetricDefinition {
    /// What it tells.
    meaning: &'static str,
    /// How it is computed.
    formula: &'static str,
    /// What it is of: of each of these it can be asked for.
    of: &'static str,
    /// The events that enter, by their types.
    events: Vec<&'static str>,
    /// Whose it is where it is asked for by partner; null: it cannot be.
    by_partner: Option<&'static str>,
    /// What lies in the period where it is asked for one; null: it cannot be.
    by_period: Option<&'static str>,
    /// Where the rule comes from.
    source: &'static str,
}

/// A metric of one thing.
pub struct Metric {
    metric: metrics::Metric,
    world: Arc<World>,
}

impl Metric {
    pub(crate) fn new(world: &Arc<World>, metric: metrics::Metric) -> Self {
        Self { metric, world: Arc::clone(world) }
    }
}

/// A figure by which an operation is judged, computed from what you see of it at this world's position. What you do not see
/// counts for nothing in it.
#[Object]
impl Metric {
    async fn code(&self) -> MetricCode {
        self.metric.code.into()
    }

    /// For people.
    async fn name(&self) -> &str {
        self.metric.code.definition().name
    }

    /// What it is of: the operation, or one thing in it.
    async fn subject(&self) -> Result<Node, Error> {
        let id = self.metric.of.id;
        Ok(match self.metric.of.kind {
            ThingKind::Operation => self.get::<Operation>(id).await?.into(),
            ThingKind::Request => self.get::<Request>(id).await?.into(),
            ThingKind::Incident => self.get::<Incident>(id).await?.into(),
            ThingKind::Task => self.get::<Task>(id).await?.into(),
            ThingKind::PlanVersion => self.get::<PlanVersion>(id).await?.into(),
            ThingKind::Contribution => self.get::<Contribution>(id).await?.into(),
            ThingKind::Centre => self.get::<Centre>(id).await?.into(),
            ThingKind::Shift => self.get::<Shift>(id).await?.into(),
            ThingKind::Partner => self.get::<Partner>(id).await?.into(),
            ThingKind::Post => self.get::<Post>(id).await?.into(),
            ThingKind::Event => self.get::<Event>(id).await?.into(),
        })
    }

    /// What people call its subject by: a code, a number with `v` before it for a plan version, a position for an event. Of
    /// an objective it is the objective's code.
    async fn subject_code(&self) -> &str {
        &self.metric.of.code
    }

    async fn unit(&self) -> MetricUnit {
        self.metric.unit.into()
    }

    /// A decimal number, rounded once; null where `why` says why. A share has one decimal; a time no more than it takes, and
    /// one at most.
    async fn value(&self) -> Option<&str> {
        self.metric.value.as_deref()
    }

    /// Why there is no value; null where there is one.
    async fn why(&self) -> Option<MetricWhy> {
        self.metric.why.map(Into::into)
    }

    /// The same for people.
    async fn reason(&self) -> Option<&'static str> {
        self.metric.why.map(metrics::Why::text)
    }

    /// Of a share the part, a whole number; money in smallest units, or in finer ones where rates lead to such.
    async fn numerator(&self) -> Option<&str> {
        self.metric.numerator.as_deref()
    }

    /// Of a share the whole, as the numerator; of a middle or a sum, of how many it is.
    async fn denominator(&self) -> Option<&str> {
        self.metric.denominator.as_deref()
    }

    /// What the plan aims at, of an objective; null for all else.
    async fn target(&self) -> Option<String> {
        self.metric.target.map(|target| target.to_string())
    }

    /// What it means, and how it is computed.
    async fn definition(&self) -> MetricDefinition {
        let definition = self.metric.code.definition();
        MetricDefinition {
            meaning: definition.meaning,
            formula: definition.formula,
            of: definition.of,
            events: definition.events.to_vec(),
            by_partner: definition.by_partner,
            by_period: definition.by_period,
            source: definition.source,
        }
    }

    /// Exactly the events that make it, in the order of the log, as far as you may see them: without one of them the answer
    /// were another, or another event stood in its place.
    async fn evidence(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        evidence::page(&self.world, &self.metric.evidence, Window { first, after, last, before }).await
    }
}

impl Metric {
    async fn get<T: Item>(&self, id: uuid::Uuid) -> Result<T, Error> {
        self.world.get(id).await
    }
}
