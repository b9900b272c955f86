//! Where an operation stood after each step of its replay.

use crate::{Error, execution::counts::TaskCounts};
use chrono::{DateTime, Utc};
use domain::{
    execution::{self, Said, TaskStatus},
    incident::{self, IncidentStatus},
};
use futures_util::future::try_join4;
use read_model::{
    ClockSpan, OPEN_CLOCKS, OPEN_INCIDENTS, Pin, ReadModel, ReplayCount, ReplayIncidentClaim,
    ReplayTaskClaim, VersionSpan, matter::MatterSays, parse,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use uuid::Uuid;

/// A moment of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Moment {
    /// What was known at a position.
    Known(i64),
    /// What was so then, by all that is known.
    Happened(DateTime<Utc>),
}

/// How many of what there were.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub tasks: TaskCounts,
    pub open_incidents: u32,
    pub open_clocks: u32,
}

type Key = (Uuid, Moment);

/// Where operations stood: for all moments of one, a fixed number of statements.
pub(crate) async fn standings(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<Key>,
) -> Result<HashMap<Key, Counts>, Error> {
    let mut by_operation = BTreeMap::<Uuid, (Vec<i64>, Vec<DateTime<Utc>>)>::new();
    for (operation, moment) in keys {
        let (known, happened) = by_operation.entry(operation).or_default();
        match moment {
            Moment::Known(position) => known.push(position),
            Moment::Happened(at) => happened.push(at),
        }
    }
    let mut states = HashMap::new();
    for (operation, (known, happened)) in by_operation {
        if !known.is_empty() {
            let counted = model.counts_as_known(&pin, operation, &known).await?;
            let mut by_position: HashMap<i64, Counts> =
                known.into_iter().map(|position| (position, Counts::default())).collect();
            for ReplayCount { position, figure, count } in counted {
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                by_position.entry(position).or_default().add(&figure, count)?;
            }
            let moment = |(position, counts)| ((operation, Moment::Known(position)), counts);
            states.extend(by_position.into_iter().map(moment));
        }
        if !happened.is_empty() {
            let said = Sayings::of(&model, &pin, operation).await?;
            let moment = |at| ((operation, Moment::Happened(at)), said.counts_at(at));
            states.extend(happened.into_iter().map(moment));
        }
    }
    Ok(states)
}

impl Counts {
    fn add(&mut self, figure: &str, count: u32) -> Result<(), Error> {
        match figure {
            OPEN_INCIDENTS => self.open_incidents += count,
            OPEN_CLOCKS => self.open_clocks += count,
            status => self.tasks.add(parse(status)?, count),
        }
        Ok(())
    }
}

/// All that is said of an operation and not corrected.
struct Sayings {
    versions: Vec<VersionSpan>,
    /// By the version that has the task, or `None` of those that responses made.
    tasks: BTreeMap<(Option<i32>, Uuid), Vec<ReplayTaskClaim>>,
    incidents: BTreeMap<Uuid, Vec<ReplayIncidentClaim>>,
    clocks: Vec<ClockSpan>,
}

impl Sayings {
    async fn of(model: &ReadModel, pin: &Pin, operation: Uuid) -> Result<Self, Error> {
        let (versions, tasks, incidents, clocks) = try_join4(
            model.version_spans_in(pin, operation),
            model.task_claims_in(pin, operation),
            model.incident_claims_in(pin, operation),
            model.clock_spans_in(pin, operation),
        )
        .await?;
        let mut said = Self { versions, tasks: BTreeMap::new(), incidents: BTreeMap::new(), clocks };
        for claim in tasks {
            said.tasks.entry((claim.version, claim.task_id)).or_default().push(claim);
        }
        for claim in incidents {
            said.incidents.entry(claim.incident_id).or_default().push(claim);
        }
        Ok(said)
    }

    /// The version that was promulgated last by then, unless it was withdrawn.
    fn in_force_at(&self, at: DateTime<Utc>) -> Option<i32> {
        let by_then = self.versions.iter().filter(|version| version.promulgated_at <= at);
        let last = by_then.max_by_key(|version| (version.promulgated_at, version.number))?;
        Some(last.number).filter(|_| last.withdrawn_at.is_none_or(|withdrawn| at < withdrawn))
    }

    /// What was so at a moment in the world.
    fn counts_at(&self, at: DateTime<Utc>) -> Counts {
        let mut counts = Counts::default();
        let in_force = self.in_force_at(at);
        for ((version, _), claims) in &self.tasks {
            let is_there = match version {
                Some(_) => *version == in_force,
                None => claims.iter().all(|claim| claim.decided_at.is_none_or(|decided| decided <= at)),
            };
            if !is_there {
                continue;
            }
            counts.tasks.add(status_at(claims, at), 1);
        }
        for claims in self.incidents.values() {
            let said = claims.iter().filter_map(|claim| match &claim.says.0 {
                MatterSays::Incident(says) => Some((claim.occurred_at.fixed_offset(), says)),
                MatterSays::Request(_) | MatterSays::Outcome(_) => None,
            });
            let standing = incident::standing(said.filter(|(said, _)| *said <= at));
            let is_open = standing.reported_at.is_some() && standing.status != IncidentStatus::Closed;
            counts.open_incidents += u32::from(is_open);
        }
        let runs =
            |clock: &&ClockSpan| clock.started_at <= at && clock.ended_at.is_none_or(|ended| at < ended);
        counts.open_clocks = u32::try_from(self.clocks.iter().filter(runs).count()).unwrap_or(u32::MAX);
        counts
    }
}

fn status_at(claims: &[ReplayTaskClaim], at: DateTime<Utc>) -> TaskStatus {
    let said = claims.iter().filter_map(|claim| {
        let (number, occurred_at, says) = (claim.number?, claim.occurred_at?, claim.says.as_ref()?);
        let said =
            Said { number: number.cast_unsigned(), occurred_at: occurred_at.fixed_offset(), says: &says.0 };
        (occurred_at <= at).then_some(said)
    });
    execution::standing(said).status
}
