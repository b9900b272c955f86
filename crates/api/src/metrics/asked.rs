//! What metrics are asked for: of what, of which partner, of which time.

use crate::{
    Error,
    graph::{context::World, id::AskedId, node::Node, scalars::DateTime},
};
use async_graphql::{ID, InputObject};
use domain::metrics::{self, Asked, Thing, ThingKind};
use std::sync::Arc;
use uuid::Uuid;

/// A stretch of time in the world; an end that is left out is open.
#[derive(InputObject, Default)]
pub struct MetricPeriodInput {
    from: Option<DateTime>,
    /// Exclusive.
    to: Option<DateTime>,
}

/// What a metric may be of.
enum MetricSubject {
    /// An operation, by its row's id.
    Operation(Uuid),
    Partner(String),
    Thing(Thing),
}

/// The arguments of a question for metrics.
pub(crate) struct AskedMetrics {
    pub subject: Option<ID>,
    pub partner: Option<String>,
    pub period: Option<MetricPeriodInput>,
}

impl MetricSubject {
    /// What the id names, whatever the moment that it carries. Fails with `BAD_USER_INPUT` for what is no id, for what
    /// nothing is measured of, and for what the viewer does not see.
    async fn named(world: &Arc<World>, asked: &ID) -> Result<Self, Error> {
        let node = match AskedId::read(asked) {
            Some(AskedId { key, .. }) => world.node(key).await?,
            None => None,
        };
        let thing = |kind, id, code: &str| Self::Thing(Thing { kind, id, code: code.to_owned() });
        Ok(match node {
            Some(Node::Operation(found)) => Self::Operation(found.row.id),
            Some(Node::Partner(found)) => Self::Partner(found.row.code.clone()),
            Some(Node::Request(found)) => thing(ThingKind::Request, found.row.id, &found.row.code),
            Some(Node::Incident(found)) => thing(ThingKind::Incident, found.row.id, &found.row.code),
            Some(Node::Task(found)) => thing(ThingKind::Task, found.row.task_id, found.row.code()),
            Some(Node::PlanVersion(found)) => {
                thing(ThingKind::PlanVersion, found.row.id, &format!("v{}", found.row.number))
            }
            Some(Node::Contribution(found)) => thing(ThingKind::Contribution, found.row.id, &found.row.code),
            Some(Node::Centre(found)) => thing(ThingKind::Centre, found.row.id, &found.row.code),
            Some(Node::Shift(found)) => thing(ThingKind::Shift, found.row.id, &found.row.number.to_string()),
            Some(Node::Post(found)) => thing(ThingKind::Post, found.row.id, &found.row.code),
            Some(Node::Event(found)) => {
                thing(ThingKind::Event, found.row.event_id, &found.row.position.to_string())
            }
            _ => {
                let named = asked.as_str();
                return Err(Error::bad_input(format!("There is nothing to measure `{named}`.")));
            }
        })
    }
}

impl AskedMetrics {
    /// Fails with `BAD_USER_INPUT` when it names what there is not, another operation, or two partners.
    pub async fn read(self, world: &Arc<World>, operation: Uuid) -> Result<Asked, Error> {
        let Self { subject, partner, period } = self;
        world.check_partner(partner.as_deref()).await?;
        let subject = match &subject {
            Some(asked) => Some(MetricSubject::named(world, asked).await?),
            None => None,
        };
        let (subject, partner) = match (subject, partner) {
            (Some(MetricSubject::Partner(of)), Some(by)) if of != by => {
                return Err(Error::bad_input(format!("`subject` is {of}, and `partner` {by}.")));
            }
            (Some(MetricSubject::Operation(of)), _) if of != operation => {
                return Err(Error::bad_input("`subject` is another operation."));
            }
            (Some(MetricSubject::Partner(of)), _) => (None, Some(of)),
            (Some(MetricSubject::Thing(of)), by) => (Some(of), by),
            (Some(MetricSubject::Operation(_)) | None, by) => (None, by),
        };
        let MetricPeriodInput { from, to } = period.unwrap_or_default();
        let utc = |at: Option<DateTime>| at.map(|DateTime(at)| at.to_utc());
        Ok(Asked {
            subject,
            partner: partner.as_deref().map(read_model::parse).transpose()?,
            period: metrics::Period { from: utc(from), to: utc(to) },
        })
    }
}
