//! Requests as they are known: what is claimed of each, where it stands by that, its clocks.

use crate::{
    IncidentCode, Instant, PartnerCode, Priority, Prose, RequestCode,
    claim::{Claim, Claims},
    clock::{ClockKind, Clocks},
    ids::{OperationId, RequestId},
    release::MatterLabel,
    request::{Channel, RequestClaim, RequestKind},
};
use serde::{Deserialize, Serialize};

/// Where a request stands.
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
pub enum RequestStatus {
    #[default]
    Issued,
    Acknowledged,
    Accepted,
    Declined,
    Fulfilled,
    Withdrawn,
}

impl RequestStatus {
    /// Whether somebody still has to do something.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Issued | Self::Acknowledged | Self::Accepted)
    }
}

/// A request, with everything that is claimed of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub code: RequestCode,
    pub kind: RequestKind,
    pub channel: Channel,
    pub to: PartnerCode,
    pub incident: Option<IncidentCode>,
    pub text: Prose,
    /// Its owner is the partner that asks; the other one is its party.
    pub label: MatterLabel,
    /// As it was issued.
    pub priority: Priority,
    pub claims: Claims<RequestClaim>,
    pub clocks: Clocks,
}

/// Where a request stands by what is claimed of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestStanding {
    pub status: RequestStatus,
    /// Since it was escalated; `None`: as it was issued.
    pub priority: Option<Priority>,
    pub issued_at: Option<Instant>,
    pub acknowledged_at: Option<Instant>,
    /// When it was accepted or declined.
    pub answered_at: Option<Instant>,
    /// When it was fulfilled, declined or withdrawn.
    pub ended_at: Option<Instant>,
    /// The answer of who fulfilled it, or the reason of who declined or withdrew it.
    pub outcome: Option<Prose>,
}

impl Request {
    pub fn id(&self, operation: OperationId) -> RequestId {
        RequestId::of(operation, &self.code)
    }

    /// The partner that asks.
    pub fn from(&self) -> &PartnerCode {
        &self.label.owner
    }

    /// Where it stands now, as far as is known.
    pub fn standing(&self) -> RequestStanding {
        standing(self.claims.live().into_iter().map(said))
    }

    /// Where it stood at that moment in the world, as far as is known now.
    pub fn standing_at(&self, valid_at: Instant) -> RequestStanding {
        standing(self.claims.live().into_iter().map(said).filter(|(at, _)| *at <= valid_at))
    }

    /// Stops the clocks by what is claimed now.
    pub(super) fn stop_clocks(&mut self) {
        let live = self.claims.live();
        let stops = |kind, says: &RequestClaim| match kind {
            ClockKind::Acknowledge => !matches!(says, RequestClaim::Issued | RequestClaim::Escalated { .. }),
            ClockKind::Due => matches!(
                says,
                RequestClaim::Fulfilled { .. }
                    | RequestClaim::Declined { .. }
                    | RequestClaim::Withdrawn { .. }
            ),
            ClockKind::Decide | ClockKind::Respond => false,
        };
        self.clocks.stop(|kind, _| {
            live.iter().find(|claim| stops(kind, &claim.says)).map(|claim| claim.occurred_at)
        });
    }
}

fn said(claim: &Claim<RequestClaim>) -> (Instant, &RequestClaim) {
    (claim.occurred_at, &claim.says)
}

/// Where a request stands by these claims, in the order in which what they say happened. What is fulfilled, declined or
/// withdrawn stays so.
pub fn standing<'a>(said: impl IntoIterator<Item = (Instant, &'a RequestClaim)>) -> RequestStanding {
    let mut standing = RequestStanding::default();
    for (at, says) in said {
        match says {
            RequestClaim::Issued => standing.issued_at = Some(at),
            RequestClaim::Acknowledged => {
                standing.acknowledged_at.get_or_insert(at);
                if standing.status == RequestStatus::Issued {
                    standing.status = RequestStatus::Acknowledged;
                }
            }
            RequestClaim::Accepted if standing.status.is_open() => {
                standing.acknowledged_at.get_or_insert(at);
                standing.answered_at.get_or_insert(at);
                standing.status = RequestStatus::Accepted;
            }
            RequestClaim::Declined { reason } if standing.status.is_open() => {
                standing.acknowledged_at.get_or_insert(at);
                standing.answered_at = Some(at);
                standing.end(RequestStatus::Declined, at, Some(reason));
            }
            RequestClaim::Fulfilled { answer } if standing.status.is_open() => {
                standing.acknowledged_at.get_or_insert(at);
                standing.end(RequestStatus::Fulfilled, at, answer.as_ref());
            }
            RequestClaim::Escalated { priority, .. } => standing.priority = priority.or(standing.priority),
            RequestClaim::Withdrawn { reason } if standing.status.is_open() => {
                standing.end(RequestStatus::Withdrawn, at, Some(reason));
            }
            RequestClaim::Accepted
            | RequestClaim::Declined { .. }
            | RequestClaim::Fulfilled { .. }
            | RequestClaim::Withdrawn { .. } => {}
        }
    }
    standing
}

impl RequestStanding {
    fn end(&mut self, status: RequestStatus, at: Instant, outcome: Option<&Prose>) {
        self.status = status;
        self.ended_at = Some(at);
        self.outcome = outcome.cloned();
    }
}
