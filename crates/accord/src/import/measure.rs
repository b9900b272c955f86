//! Metrics that prove findings: each with the value that it has, for whoever links it, when it is linked.

use super::error::ImportError;
use domain::{
    Actor, OperationCode, Position,
    ids::OperationId,
    metrics::{Asked, Facts, Metric, MetricCode, Thing, ThingKind, Why, compute},
    release::Matter,
    review::{Evidence, MeasuredOf},
};
use engine::{Engine, StoreError};
use read_model::{Pin, Viewer, metrics::Part};
use std::{fmt::Display, str::FromStr};

/// A metric that the file names.
#[derive(Clone)]
pub struct Wanted {
    pub place: String,
    /// What the file calls it.
    pub name: String,
    pub code: MetricCode,
    pub of: Measured,
}

/// What it is of.
#[derive(Clone)]
pub enum Measured {
    /// The operation, or the only thing of its kind.
    Only,
    /// A request, an incident, a task, a contribution, a centre, or a version of the plan such as `v2`.
    Thing(String),
    /// The last event of that type by that actor.
    Event { kind: String, by: String },
}

impl Wanted {
    /// As known at the position that its actor is looking at; the present there is when that was recorded.
    pub async fn evidence(
        &self,
        engine: &Engine,
        actor: &Actor,
        operation: &OperationCode,
    ) -> Result<Evidence, ImportError> {
        let position = engine.position();
        let viewer = Viewer { partner: actor.partner().cloned() };
        let pin = Pin::new(position, position, viewer);
        let (id, model) = (OperationId::of(operation).0, engine.read_model());
        let last = engine.log().read(position.0 - 1, position.0, 1).await.map_err(StoreError::from)?;
        let now = last.first().map_or_else(|| engine.clock().now(), |event| event.recorded_at);
        let parts = Part::of(self.code).iter().copied().collect();
        let facts = model.metric_facts(&pin, &[id], &parts, now).await.map_err(StoreError::from)?;
        let facts = facts.get(&id).ok_or_else(|| self.unmeasured("is of an operation that is not seen"))?;
        let subject = match &self.of {
            Measured::Event { kind, by } => Some(self.event(engine, position, (kind, by)).await?),
            Measured::Thing(code) => Some(self.thing(facts, code)?),
            Measured::Only => None,
        };
        let metric = self.metric(facts, subject)?;
        let why = || metric.why.map_or("it has none", Why::text);
        let value = metric.value.as_ref();
        let value = value.ok_or_else(|| self.unmeasured(&format!("has no value: {}", why())))?;
        let positions: Vec<i64> = metric.evidence.iter().map(|position| position.0).collect();
        let scope = model.scope_of(&pin, &positions).await.map_err(StoreError::from)?;
        Ok(Evidence::Metric {
            code: self.read(&metric.code.to_string())?,
            of: self.measured_of(&metric.of)?,
            as_known_at: position,
            value: self.read(value)?,
            unit: self.read(&metric.unit.to_string())?,
            scope: scope.ok_or_else(|| self.unmeasured("rests on what is not seen"))?,
        })
    }

    async fn event(
        &self,
        engine: &Engine,
        position: Position,
        (kind, by): (&str, &str),
    ) -> Result<Thing, ImportError> {
        let events = engine.log().read(0, position.0, position.0).await.map_err(StoreError::from)?;
        let event = events.iter().rev().find(|event| event.kind == kind && event.actor == by);
        let event =
            event.ok_or_else(|| self.unmeasured("is of an event that has not been recorded by then"))?;
        Ok(Thing { kind: ThingKind::Event, id: event.event_id, code: event.position.to_string() })
    }

    /// Among what the metric is computed from.
    fn thing(&self, facts: &Facts, code: &str) -> Result<Thing, ImportError> {
        let things = facts.requests.iter().map(|request| &request.thing);
        let things = things.chain(facts.incidents.iter().map(|incident| &incident.thing));
        let things = things.chain(facts.tasks.iter().map(|task| &task.thing));
        let things = things.chain(facts.versions.iter().map(|version| &version.thing));
        let things = things.chain(facts.contributions.iter().map(|given| &given.thing));
        let mut things = things.chain(&facts.centres);
        let found = things.find(|thing| thing.code == code);
        found.cloned().ok_or_else(|| self.unmeasured(&format!("is of {code}, of which nothing is known")))
    }

    fn metric(&self, facts: &Facts, subject: Option<Thing>) -> Result<Metric, ImportError> {
        let asked = Asked { subject, ..Asked::default() };
        match <[Metric; 1]>::try_from(compute(self.code, &asked, facts)) {
            Ok([metric]) => Ok(metric),
            Err(_) => Err(self.unmeasured("is of one thing or another, or of none")),
        }
    }

    fn measured_of(&self, of: &Thing) -> Result<MeasuredOf, ImportError> {
        let code = &of.code;
        Ok(match of.kind {
            ThingKind::Operation if self.code == MetricCode::Objective => {
                return Err(self.unmeasured("is of an objective, which proves by its outcomes"));
            }
            ThingKind::Operation => MeasuredOf::Operation,
            ThingKind::Request => MeasuredOf::Matter(Matter::Request(self.read(code)?)),
            ThingKind::Incident => MeasuredOf::Matter(Matter::Incident(self.read(code)?)),
            ThingKind::Contribution => MeasuredOf::Matter(Matter::Contribution(self.read(code)?)),
            ThingKind::Task => MeasuredOf::Task(self.read(code)?),
            ThingKind::PlanVersion => MeasuredOf::PlanVersion(self.read(code.trim_start_matches('v'))?),
            ThingKind::Centre => MeasuredOf::Centre(self.read(code)?),
            ThingKind::Partner => MeasuredOf::Partner(self.read(code)?),
            ThingKind::Post => MeasuredOf::Post(self.read(code)?),
            ThingKind::Event => MeasuredOf::Event(of.id),
            ThingKind::Shift => return Err(self.unmeasured("is of a shift, which proves by itself")),
        })
    }

    fn read<T: FromStr<Err: Display>>(&self, text: &str) -> Result<T, ImportError> {
        text.parse().map_err(|fault: T::Err| self.unmeasured(&fault.to_string()))
    }

    fn unmeasured(&self, fault: &str) -> ImportError {
        let (place, text, fault) = (self.place.clone(), self.name.clone(), fault.to_owned());
        ImportError::Unmeasured { place, text, fault }
    }
}
