//! What metrics are computed from: what a viewer knows of one operation at a position, each with the event that says it.

use crate::{
    PartnerCode, Position, Priority,
    outcome::OutcomeKind,
    plan::{DecisionKind, Objective},
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a metric is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thing {
    pub kind: ThingKind,
    pub id: Uuid,
    /// What people call it by in its operation.
    pub code: String,
}

/// Of which kind it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThingKind {
    Operation,
    Request,
    Incident,
    Task,
    PlanVersion,
    Contribution,
    Centre,
    Shift,
    Partner,
    Post,
    Event,
}

/// That something happened, as an event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub position: Position,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When the log learned of it.
    pub recorded_at: DateTime<Utc>,
}

/// All facts of one operation, as its viewer knows them at a position.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub operation: Thing,
    /// When it was initiated.
    pub from: DateTime<Utc>,
    /// When it ended.
    pub until: Option<DateTime<Utc>>,
    /// The present at that position.
    pub now: DateTime<Utc>,
    pub claims: Vec<ClaimFact>,
    /// These and all that follow in the order of their codes or numbers.
    pub requests: Vec<RequestFacts>,
    pub incidents: Vec<IncidentFacts>,
    /// Of which something is claimed.
    pub tasks: Vec<TaskFacts>,
    pub versions: Vec<VersionFacts>,
    pub decisions: Vec<DecisionFact>,
    /// Of which shifts ran while the operation did.
    pub centres: Vec<Thing>,
    pub gaps: Vec<GapFacts>,
    pub contributions: Vec<ContributionFacts>,
    pub authorities: Vec<AuthorityFacts>,
    /// Of the plan in force, else of the one that was so last.
    pub objectives: Vec<ObjectiveFacts>,
    pub outcomes: Vec<OutcomeFact>,
}

/// What a claim says happened, as far as metrics ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Step {
    /// Of requests, and of tasks.
    Issued,
    Acknowledged,
    Accepted,
    Declined,
    Fulfilled,
    Withdrawn,
    /// Of incidents.
    Reported,
    #[strum(serialize = "RESPONSE_DECIDED")]
    Decided,
    Arrived,
    /// Of tasks.
    Started,
    Completed,
    Cancelled,
    /// Anything else.
    Other,
}

/// A claim on a task, an incident, a request or an outcome, or a count of persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimFact {
    /// What it is on.
    pub of: Uuid,
    pub step: Step,
    pub said: Said,
    /// A post or a service.
    pub reporter: String,
    /// Whose post that is.
    pub partner: Option<PartnerCode>,
    /// Where the first claim stands that it puts right, also by putting right another correction of that.
    pub corrects: Option<Position>,
}

/// A request for information or for assistance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFacts {
    pub thing: Thing,
    /// The partner that is asked.
    pub asked: PartnerCode,
    pub priority: Priority,
    /// When its clocks fall due; `None`: it has no such clock.
    pub acknowledge_by: Option<DateTime<Utc>>,
    pub due: Option<DateTime<Utc>>,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentFacts {
    pub thing: Thing,
    pub owner: PartnerCode,
}

/// A task that is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFacts {
    pub thing: Thing,
    pub lead: Option<PartnerCode>,
    /// Where the plan and H-hour had its start and its finish when its start was reported.
    pub baseline: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// A version of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionFacts {
    pub thing: Thing,
    pub submitted: Vec<Said>,
    pub promulgated: Option<Said>,
}

/// A partner's decision on a version, unless it was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionFact {
    /// The version's id.
    pub version: Uuid,
    pub partner: PartnerCode,
    pub kind: DecisionKind,
    pub said: Said,
    /// That the partner took its decision before that back: since then this one was waited for.
    pub since: Option<Said>,
}

/// That a shift was told to lack officers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapFacts {
    /// The shift.
    pub thing: Thing,
    /// The centre's id.
    pub centre: Uuid,
    /// As the roster has its end; exclusive.
    pub shift_ends: DateTime<Utc>,
    /// That another shift relieved it, whenever that was: then it was over.
    pub relieved: Option<Said>,
    /// That it began.
    pub detected: Said,
    /// That it ended.
    pub ended: Option<Said>,
}

/// Money that a partner gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContributionFacts {
    pub thing: Thing,
    pub giver: PartnerCode,
    pub pledged: Said,
    /// Where the event stands that says how much it is: the pledge, or its last revision.
    pub offered: Position,
    pub accepted: Option<Said>,
    /// In smallest units.
    pub amount: i64,
    pub currency: String,
    /// What one of these is worth in those of the reporting currency, as an exact decimal number, and that currency.
    pub worth: Option<(String, String)>,
    pub payments: Vec<Payment>,
}

/// That money was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payment {
    pub said: Said,
    /// In smallest units.
    pub minor_units: i64,
}

/// A partner that counts persons, and its counts as the viewer is told them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityFacts {
    /// The partner.
    pub thing: Thing,
    pub tallies: Vec<Tally>,
}

/// So many persons more, from a moment on. A number is `None` where the viewer is not told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// `None`: whoever does not count does not see the reports.
    pub position: Option<Position>,
    /// Where the first report stands that it puts right.
    pub corrects: Option<Position>,
    pub at: DateTime<Utc>,
    pub received: Option<u32>,
    pub presumed: Option<u32>,
    pub not_presumed: Option<u32>,
    pub identified: Option<u32>,
    pub not_identified: Option<u32>,
}

/// An objective of the plan in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectiveFacts {
    pub code: String,
    /// What is measured.
    pub measure: String,
    pub target: i64,
}

/// What a claim says that the operation came to, where it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeFact {
    pub kind: OutcomeKind,
    /// Code of the objective that it counts towards; `None`: it names none.
    pub objective: Option<String>,
    pub position: Position,
    /// Where the first claim stands that it puts right, also by putting right another correction of that.
    pub corrects: Option<Position>,
    pub count: u32,
}

impl From<Objective> for ObjectiveFacts {
    fn from(objective: Objective) -> Self {
        Self {
            code: objective.code.to_string(),
            measure: objective.measure.to_string(),
            target: objective.target,
        }
    }
}

impl Facts {
    /// What is claimed of each thing.
    pub(super) fn by_thing(&self) -> ByThing<'_> {
        let mut by_thing = BTreeMap::<Uuid, Vec<&ClaimFact>>::new();
        for claim in &self.claims {
            by_thing.entry(claim.of).or_default().push(claim);
        }
        ByThing(by_thing)
    }

    /// Claims that nobody has corrected, in the order of the log.
    pub(super) fn holding(&self) -> impl DoubleEndedIterator<Item = &ClaimFact> {
        let holding = holding(self.claims.iter().map(|claim| (claim.said.position, claim.corrects)));
        self.claims.iter().filter(move |claim| holding.contains(&claim.said.position))
    }
}

/// Where reports stand that nobody has corrected: of each and its corrections, the last. Each stands there with the first
/// one that it puts right.
pub(super) fn holding(reports: impl IntoIterator<Item = (Position, Option<Position>)>) -> BTreeSet<Position> {
    let mut last = BTreeMap::<Position, Position>::new();
    for (position, corrects) in reports {
        let known = last.entry(corrects.unwrap_or(position)).or_insert(position);
        *known = position.max(*known);
    }
    last.into_values().collect()
}

/// Claims by what they are on, corrected ones too.
pub(super) struct ByThing<'a>(BTreeMap<Uuid, Vec<&'a ClaimFact>>);

/// The claims on one thing, as they were if one of them had not been made.
#[derive(Clone, Copy)]
pub(super) struct Claimed<'a> {
    claims: &'a [&'a ClaimFact],
    but: Option<Position>,
}

impl<'a> ByThing<'a> {
    pub fn of(&'a self, thing: &Thing) -> Claimed<'a> {
        Claimed { claims: self.0.get(&thing.id).map_or(&[], Vec::as_slice), but: None }
    }
}

impl Claimed<'_> {
    /// The first that says one of these and that nobody has corrected; of one instant, the one that was recorded first.
    pub fn first(&self, steps: &[Step]) -> Option<Said> {
        let known = || self.claims.iter().filter(|claim| self.but != Some(claim.said.position));
        let holding = holding(known().map(|claim| (claim.said.position, claim.corrects)));
        let first = known()
            .filter(|claim| steps.contains(&claim.step) && holding.contains(&claim.said.position))
            .map(|claim| claim.said);
        first.min_by_key(|said| (said.at, said.position))
    }

    /// The corrections without which it were otherwise: also what puts a claim right that would count else.
    pub fn turning<T: PartialEq>(&self, answer: impl Fn(Self) -> T) -> Vec<Position> {
        let is = answer(*self);
        let corrections = self.claims.iter().filter(|claim| claim.corrects.is_some());
        let positions = corrections.map(|claim| claim.said.position);
        positions.filter(|position| answer(Self { but: Some(*position), ..*self }) != is).collect()
    }
}
