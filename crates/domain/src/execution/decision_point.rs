//! Where a decision point of the plan in force stands: whether what it foresees is due, and was decided.

use crate::{
    Instant, PartnerCode,
    execution::{Standing, points_at_gate},
    operation::Operation,
    plan::{DecisionPoint, Phase, Version},
};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Where a decision point stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum PointStatus {
    Pending,
    /// Its task has begun, or should have.
    Due,
    /// By all its deciders.
    Taken,
    /// Its task is over, and not all have decided.
    Overdue,
}

/// What is known of a decision point.
#[derive(Debug, Clone, Default)]
pub struct PointFacts<'a> {
    /// Whose decision it takes; of nobody's in particular, anybody's does.
    pub deciders: &'a [PartnerCode],
    /// Who has entered a decision for it in the log, whichever version was in force.
    pub recorded_by: BTreeSet<&'a PartnerCode>,
    /// Whether a gate that it stands at is decided, see [`is_gate_settled`].
    pub gate_settled: bool,
    /// Its task, as it is carried out.
    pub task: Standing,
    /// Where the plan and H-hour have its task; `None` before H-hour is set.
    pub planned_start: Option<Instant>,
}

impl PointFacts<'_> {
    pub fn status(&self, now: DateTime<Utc>) -> PointStatus {
        let recorded = self.deciders.iter().all(|decider| self.recorded_by.contains(decider))
            && !self.recorded_by.is_empty();
        if recorded || self.gate_settled {
            PointStatus::Taken
        } else if self.task.status.has_ended() {
            PointStatus::Overdue
        } else if self.task.started_at.is_some() || self.planned_start.is_some_and(|start| start <= now) {
            PointStatus::Due
        } else {
            PointStatus::Pending
        }
    }
}

/// Whether a phase waits for no word any more: there is a go or a no-go on the version in force, or it was
/// started on an earlier one.
pub fn is_gate_settled(decided_on: Option<u32>, in_force: u32, started_at: Option<Instant>) -> bool {
    decided_on == Some(in_force) || started_at.is_some()
}

impl Operation {
    /// The decision points of the plan in force.
    pub fn decision_points(&self, now: DateTime<Utc>) -> Vec<(&DecisionPoint, PointStatus)> {
        let Some(version) = self.plan.version_in_force() else { return Vec::new() };
        let points = version.sections.decision_points.iter();
        points.map(|point| (point, self.facts_of(version, point).status(now))).collect()
    }

    fn facts_of<'a>(&'a self, version: &'a Version, point: &'a DecisionPoint) -> PointFacts<'a> {
        let entries = self
            .decision_log
            .iter()
            .filter(|entry| entry.decision_point.as_ref().is_some_and(|planned| planned.code == point.code));
        let settles = |phase: &Phase| {
            let stands = points_at_gate(version, phase).iter().any(|other| other.code == point.code);
            stands
                && self.phases.get(&phase.code).is_some_and(|known| {
                    let decided_on = known.gate.decided.map(|decided| decided.version);
                    is_gate_settled(decided_on, version.number, known.started_at)
                })
        };
        let offset = version.tasks.get(&point.at).map(|task| task.start_offset.as_delta());
        PointFacts {
            deciders: &point.deciders,
            recorded_by: entries.map(|entry| &entry.partner).collect(),
            gate_settled: version.sections.phases.iter().any(settles),
            task: self.standing(&point.at),
            planned_start: self.h_hour.zip(offset).map(|(h_hour, offset)| h_hour + offset),
        }
    }
}
