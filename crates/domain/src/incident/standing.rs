//! Incidents as they are known: what is claimed of each, where it stands by that, its clocks, the tasks that it made.

use crate::{
    IncidentCode, Instant, PartnerCode, PostCode, Priority, TaskCode,
    claim::{Claim, Claims},
    clock::{ClockKind, Clocks},
    ids::{IncidentId, OperationId},
    incident::{IncidentClaim, Methane, ResponseTask},
    release::MatterLabel,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where an incident stands.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum IncidentStatus {
    #[default]
    Reported,
    Triaged,
    Responding,
    Contained,
    Closed,
}

/// An incident, with everything that is claimed of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    pub code: IncidentCode,
    pub report: Methane,
    pub label: MatterLabel,
    pub claims: Claims<IncidentClaim>,
    pub clocks: Clocks,
}

/// A task that a response made, outside of every plan version.
#[derive(Debug, Clone, PartialEq)]
pub struct EmergentTask {
    pub incident: IncidentCode,
    pub task: ResponseTask,
    pub decided_at: Instant,
}

/// Where an incident stands by what is claimed of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IncidentStanding {
    pub status: IncidentStatus,
    pub priority: Option<Priority>,
    pub reported_at: Option<Instant>,
    pub triaged_at: Option<Instant>,
    /// When the first response since it was reported, or reopened, was decided.
    pub decided_at: Option<Instant>,
    /// In the order in which they were sent; who was sent twice stands once.
    pub responders: Vec<Responder>,
    pub contained_at: Option<Instant>,
    /// How many persons were brought to safety, as last said.
    pub persons_recovered: Option<u32>,
    pub closed_at: Option<Instant>,
    pub reopened_at: Option<Instant>,
}

/// An officer that was sent to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Responder {
    pub post: PostCode,
    pub partner: PartnerCode,
    pub task: Option<TaskCode>,
    pub dispatched_at: Instant,
    pub arrived_at: Option<Instant>,
}

impl Incident {
    pub fn id(&self, operation: OperationId) -> IncidentId {
        IncidentId::of(operation, &self.code)
    }

    /// Where it stands now, as far as is known.
    pub fn standing(&self) -> IncidentStanding {
        standing(self.claims.live().into_iter().map(said))
    }

    /// Where it stood at that moment in the world, as far as is known now.
    pub fn standing_at(&self, valid_at: Instant) -> IncidentStanding {
        standing(self.claims.live().into_iter().map(said).filter(|(at, _)| *at <= valid_at))
    }

    pub fn is_open(&self) -> bool {
        self.standing().status != IncidentStatus::Closed
    }

    /// Stops the clocks by what is claimed now.
    pub(super) fn stop_clocks(&mut self) {
        let live = self.claims.live();
        let stops = |kind, says: &IncidentClaim| match kind {
            ClockKind::Decide => {
                matches!(says, IncidentClaim::Decided { .. } | IncidentClaim::Closed { .. })
            }
            ClockKind::Respond => {
                matches!(says, IncidentClaim::Arrived { .. } | IncidentClaim::Closed { .. })
            }
            ClockKind::Acknowledge | ClockKind::Due => false,
        };
        self.clocks.stop(|kind, round| {
            let mut reopened = 0;
            let stopping = live.iter().find(|claim| {
                reopened += usize::from(matches!(claim.says, IncidentClaim::Reopened { .. }));
                // What was reopened once more was over before, whenever that is said to have been.
                reopened > round || reopened == round && stops(kind, &claim.says)
            });
            stopping.map(|claim| claim.occurred_at)
        });
    }

    /// How often it was reopened.
    pub(super) fn round(&self) -> usize {
        let live = self.claims.live();
        live.iter().filter(|claim| matches!(claim.says, IncidentClaim::Reopened { .. })).count()
    }
}

fn said(claim: &Claim<IncidentClaim>) -> (Instant, &IncidentClaim) {
    (claim.occurred_at, &claim.says)
}

/// Where an incident stands by these claims, in the order in which what they say happened. Who has arrived was sent,
/// whatever was said of that.
pub fn standing<'a>(said: impl IntoIterator<Item = (Instant, &'a IncidentClaim)>) -> IncidentStanding {
    let mut standing = IncidentStanding::default();
    // Who is said to have arrived before being sent.
    let mut early: BTreeMap<&PostCode, Instant> = BTreeMap::new();
    for (at, says) in said {
        match says {
            IncidentClaim::Reported => standing.reported_at = Some(at),
            IncidentClaim::Triaged { priority } => {
                standing.priority = Some(*priority);
                standing.triaged_at.get_or_insert(at);
                if standing.status == IncidentStatus::Reported {
                    standing.status = IncidentStatus::Triaged;
                }
            }
            IncidentClaim::Escalated { priority, .. } => {
                standing.priority = priority.or(standing.priority);
            }
            IncidentClaim::Decided { .. } => {
                standing.decided_at.get_or_insert(at);
                standing.respond();
            }
            IncidentClaim::Dispatched { post, partner, task } => {
                let known = standing.responders.iter_mut().find(|known| known.post == *post);
                match known {
                    Some(known) => {
                        known.task = task.clone().or_else(|| known.task.take());
                        if standing.reopened_at > Some(known.dispatched_at) {
                            known.dispatched_at = at;
                            known.arrived_at =
                                known.arrived_at.filter(|arrived| standing.reopened_at <= Some(*arrived));
                        }
                    }
                    None => standing.responders.push(Responder {
                        post: post.clone(),
                        partner: partner.clone(),
                        task: task.clone(),
                        dispatched_at: at,
                        arrived_at: early.remove(post),
                    }),
                }
                standing.respond();
            }
            IncidentClaim::Arrived { post } => {
                let known = standing.responders.iter_mut().find(|known| known.post == *post);
                match known {
                    Some(known) if standing.reopened_at > known.arrived_at => known.arrived_at = Some(at),
                    Some(known) => _ = known.arrived_at.get_or_insert(at),
                    None => _ = early.entry(post).or_insert(at),
                }
                standing.respond();
            }
            IncidentClaim::Contained { persons_recovered } => {
                standing.contained_at.get_or_insert(at);
                standing.persons_recovered = persons_recovered.or(standing.persons_recovered);
                if standing.status != IncidentStatus::Closed {
                    standing.status = IncidentStatus::Contained;
                }
            }
            IncidentClaim::Closed { .. } => {
                standing.closed_at = Some(at);
                standing.status = IncidentStatus::Closed;
            }
            IncidentClaim::Reopened { .. } => {
                standing.reopened_at = Some(at);
                (standing.decided_at, standing.contained_at, standing.closed_at) = (None, None, None);
                standing.status = if standing.triaged_at.is_some() {
                    IncidentStatus::Triaged
                } else {
                    IncidentStatus::Reported
                };
            }
        }
    }
    standing
}

impl IncidentStanding {
    fn respond(&mut self) {
        if matches!(self.status, IncidentStatus::Reported | IncidentStatus::Triaged) {
            self.status = IncidentStatus::Responding;
        }
    }

    /// Since when it is dealt with: its first clocks run from when it was reported, or reopened since.
    pub(super) fn since(&self) -> Option<Instant> {
        self.reopened_at.or(self.reported_at)
    }

    /// When the first of those who were sent was there, since it was reported, or reopened.
    pub fn first_arrival(&self) -> Option<Instant> {
        let arrived = self.responders.iter().filter_map(|responder| responder.arrived_at);
        arrived.filter(|at| self.reopened_at.is_none_or(|reopened| reopened <= *at)).min()
    }
}
