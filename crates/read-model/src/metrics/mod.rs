//! Facts that metrics are computed from: what a viewer sees of operations at a pin, each with the event that says it.
//!
//! Nothing is stored for metrics: as of any moment they are computed from the rows of that moment. Only the parts that are
//! asked for are read, each with a statement or two for all operations.

mod claims;
mod milestones;
mod money;
mod parts;
mod persons;
mod plans;
mod watch;

pub use parts::Part;

use crate::{Error, Pin, ReadModel, doing, parse};
use chrono::{DateTime, Utc};
use domain::metrics::{Facts, Thing, ThingKind};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};
use uuid::Uuid;

/// An operation, and when it went on.
struct Frame {
    id: Uuid,
    code: String,
    in_force: Option<i32>,
    initiated_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

/// Reads what a row holds as text.
fn read<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, Error> {
    let invalid = |invalid| Error {
        doing: "read what is to be measured",
        source: sqlx::Error::Decode(Box::new(invalid)),
    };
    parse(text).map_err(invalid)
}

impl ReadModel {
    /// The facts of each operation that the viewer sees. `now` is the present at the pin's position.
    pub async fn metric_facts(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        parts: &BTreeSet<Part>,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<Uuid, Facts>, Error> {
        let frames = self.metric_frames(pin, operation_ids).await?;
        let ids: Vec<Uuid> = frames.iter().map(|frame| frame.id).collect();
        let mut facts = frames.iter().map(|frame| (frame.id, frame.facts(now))).collect();
        let tells_of_tasks = parts.contains(&Part::Claims) || parts.contains(&Part::Tasks);
        let begun = if tells_of_tasks { self.begun_tasks(pin, &ids).await? } else { Vec::new() };
        if parts.contains(&Part::Claims) {
            self.add_claims(pin, &ids, &begun, &mut facts).await?;
        }
        if parts.contains(&Part::Requests) {
            self.add_requests(pin, &ids, &mut facts).await?;
        }
        if parts.contains(&Part::Incidents) {
            self.add_incidents(pin, &ids, &mut facts).await?;
        }
        if parts.contains(&Part::Tasks) {
            self.add_tasks(pin, &begun, &mut facts).await?;
        }
        if parts.contains(&Part::Plans) {
            self.add_plans(pin, &frames, &mut facts).await?;
        }
        if parts.contains(&Part::Watch) {
            self.add_gaps(pin, &frames, &mut facts, now).await?;
        }
        if parts.contains(&Part::Money) {
            self.add_contributions(pin, &ids, &mut facts).await?;
        }
        if parts.contains(&Part::Persons) {
            self.add_persons(pin, &ids, &mut facts).await?;
        }
        Ok(facts)
    }

    async fn metric_frames(&self, pin: &Pin, operation_ids: &[Uuid]) -> Result<Vec<Frame>, Error> {
        sqlx::query_as!(
            Frame,
            "select
               operation.id,
               operation.code,
               operation.in_force,
               operation.initiated_at,
               operation.ended_at
             from operation
             join visible_operation($1, $2, $3) visible on visible.id = operation.id
             where operation.id = any ($4) and operation.valid_from <= $1 and $1 < operation.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read operations to measure"))
    }
}

impl Frame {
    fn facts(&self, now: DateTime<Utc>) -> Facts {
        Facts {
            operation: Thing { kind: ThingKind::Operation, id: self.id, code: self.code.clone() },
            from: self.initiated_at,
            until: self.ended_at,
            now,
            claims: Vec::new(),
            requests: Vec::new(),
            incidents: Vec::new(),
            tasks: Vec::new(),
            versions: Vec::new(),
            decisions: Vec::new(),
            centres: Vec::new(),
            gaps: Vec::new(),
            contributions: Vec::new(),
            authorities: Vec::new(),
            objectives: Vec::new(),
            outcomes: Vec::new(),
        }
    }
}
