//! What waits for a person, why, and how urgent it is: judged of one thing at a time, from what is known of it.
//!
//! Nothing is looked up here, and nothing says whether a command will be accepted: that is decided with it.

use crate::{
    Actor, Code, IncidentCode, Instant, OperationCode, PartnerCode, PhaseCode, PostCode, Priority,
    RequestCode, Role, Span, TaskCode, Title,
    catalogue::sources::senders,
    coalition::PartnerRole,
    execution::{GoNoGo, PointFacts, PointStatus, Stand, Standing, TaskStatus, awaited},
    ids::{OperationId, PlanVersionId, derive},
    operation::OperationStatus,
    plan::{
        ConditionStatus, DecisionKind, Dependency, DependencyKind, Electorate, Outstanding, Proposal,
        VersionStatus, outstanding,
    },
    review::FindingCode,
};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What somebody is waited for with.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum AgendaKind {
    CcirMet,
    PlanDecision,
    GoNoGo,
    TaskToAcknowledge,
    TaskToStart,
    TaskToFinish,
    TaskToUnblock,
    ConditionToSettle,
    OfficerRequest,
    DraftSentBack,
    DecisionDue,
    IncidentToTriage,
    ResponseToDecide,
    RequestToAcknowledge,
    RequestToAnswer,
    Escalated,
    ShiftToAssume,
    ShiftToHandOver,
    ActionToComplete,
}

impl AgendaKind {
    /// The mutations by one of which it is settled; none: it is there to be known.
    pub fn mutations(self) -> &'static [&'static str] {
        match self {
            Self::CcirMet => &[],
            Self::PlanDecision => &[APPROVE, CONSENT],
            Self::GoNoGo => &["decideGoNoGo"],
            Self::TaskToAcknowledge => &["acknowledgeTask"],
            Self::TaskToStart => &["startTask"],
            Self::TaskToFinish => &["completeTask"],
            Self::TaskToUnblock => &["unblockTask"],
            Self::ConditionToSettle => &["satisfyCondition"],
            Self::OfficerRequest => &["acceptRequestedOfficer"],
            Self::DraftSentBack => &["openAmendment"],
            Self::DecisionDue => &["recordDecision"],
            Self::IncidentToTriage => &["triageIncident"],
            Self::ResponseToDecide => &["decideResponse"],
            Self::RequestToAcknowledge => &["acknowledgeRequest"],
            Self::RequestToAnswer => &["fulfilRequest", "declineRequest"],
            // Of whatever its post then reports, what is nearest.
            Self::Escalated => &["dispatchResponder", "acknowledgeRequest", "fulfilRequest"],
            Self::ShiftToAssume => &["assumeWatch"],
            Self::ShiftToHandOver => &["handOverWatch"],
            Self::ActionToComplete => &["completeAction"],
        }
    }

    /// Whether the actor may send one of them, as far as its roles say. What is there to be known is for
    /// commanders.
    pub fn is_for(self, actor: &Actor) -> bool {
        match self {
            Self::CcirMet => commands(actor),
            _ => self.mutations().iter().any(|mutation| may_send(mutation, actor)),
        }
    }

    pub(crate) fn waiting(self, id: Uuid, why: String, since: DateTime<Utc>) -> Waiting {
        let mutation = self.mutations().first().copied();
        Waiting { kind: self, id, why, since, due: None, is_overdue: false, mutation }
    }
}

const APPROVE: &str = "approvePlan";
const CONSENT: &str = "consentToPlan";

/// How long an event that meets a requirement stands in agendas, from when it was recorded.
const TOLD_FOR: TimeDelta = TimeDelta::hours(24);

/// The moment after which events that meet a requirement were recorded that are still told.
pub fn told_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TOLD_FOR
}

fn commands(actor: &Actor) -> bool {
    matches!(actor, Actor::Post { roles, .. } if roles.contains(&Role::Commander))
}

fn may_send(mutation: &str, actor: &Actor) -> bool {
    senders(mutation).any(|sender| sender.allows(actor))
}

/// An entry of an agenda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub kind: AgendaKind,
    /// Of what waits.
    pub id: Uuid,
    /// A sentence.
    pub why: String,
    pub since: DateTime<Utc>,
    pub due: Option<DateTime<Utc>>,
    pub is_overdue: bool,
    /// The name of the mutation that settles it; `None`: none does.
    pub mutation: Option<&'static str>,
}

/// An entry's place in its agenda, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Urgency {
    pub class: UrgencyClass,
    /// When it is due, else since when it waits.
    pub at: DateTime<Utc>,
    pub kind: AgendaKind,
    pub id: Uuid,
}

/// What comes before what, whenever it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum UrgencyClass {
    /// It is there to be known at once.
    MustKnow,
    OverdueSince,
    Overdue,
    DueAt,
    Open,
}

impl Waiting {
    pub fn is_for(&self, actor: &Actor) -> bool {
        match self.mutation {
            Some(mutation) => may_send(mutation, actor),
            None => self.kind.is_for(actor),
        }
    }

    pub fn urgency(&self) -> Urgency {
        let class = match (self.is_overdue, self.due) {
            _ if self.kind == AgendaKind::CcirMet => UrgencyClass::MustKnow,
            (true, Some(_)) => UrgencyClass::OverdueSince,
            (true, None) => UrgencyClass::Overdue,
            (false, Some(_)) => UrgencyClass::DueAt,
            (false, None) => UrgencyClass::Open,
        };
        Urgency { class, at: self.due.unwrap_or(self.since), kind: self.kind, id: self.id }
    }

    /// Overdue once that moment has come.
    pub(crate) fn due(self, due: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        Self { due, is_overdue: due.is_some_and(|due| due < now), ..self }
    }
}

/// An event that meets requirements of the plan which was in force.
#[derive(Debug, Clone, Copy)]
pub struct MetFacts<'a> {
    /// The event's.
    pub id: Uuid,
    pub operation: &'a OperationCode,
    /// The event's name.
    pub kind: &'a str,
    /// The requirements'.
    pub codes: &'a [String],
    pub recorded_at: DateTime<Utc>,
}

impl MetFacts<'_> {
    /// Told for a day, from when it was recorded.
    pub fn waits(&self, now: DateTime<Utc>) -> Option<Waiting> {
        let Self { id, operation, kind, codes, recorded_at } = *self;
        let why = format!("{kind} in {operation} meets {}.", listed(codes));
        (recorded_at > told_since(now)).then(|| AgendaKind::CcirMet.waiting(id, why, recorded_at))
    }
}

/// A plan version, and what a partner has to do with it.
#[derive(Debug, Clone, Copy)]
pub struct VersionFacts<'a> {
    pub operation: &'a OperationCode,
    pub number: u32,
    pub electorate: Electorate<'a>,
    pub partner: &'a PartnerCode,
    /// `None`: it takes no part in the coalition now.
    pub role: Option<PartnerRole>,
    /// Those on its territory.
    pub tasks: &'a BTreeSet<TaskCode>,
    /// Its live decision.
    pub decided: Option<(DecisionKind, &'a BTreeSet<TaskCode>)>,
    /// When it was submitted, or the partner took its last decision back.
    pub since: DateTime<Utc>,
}

impl VersionFacts<'_> {
    /// What it waits for from the partner. Whoever has said no is not asked again.
    pub fn waits(&self) -> Option<Waiting> {
        let Self { operation, number, partner, tasks, .. } = *self;
        let members = [(partner, self.role?)];
        let territories = tasks.iter().map(|task| (task, partner));
        let deciding = self.decided.iter().map(|_| partner);
        let implied = self.electorate.implied_consent(members, territories.clone(), deciding);
        let implied = implied.as_ref().map(|(lead, tasks)| (lead, DecisionKind::TerritorialConsent, tasks));
        let decided = self.decided.map(|(kind, tasks)| (partner, kind, tasks));
        let decisions = decided.into_iter().chain(implied);
        let missing = outstanding(&self.electorate, members, territories, decisions);
        let suspended = self.electorate.status == VersionStatus::Suspended;
        let plan = format!("Version {number} of {operation}'s plan");
        missing.into_iter().find_map(|missing| {
            let (mutation, why) = match missing {
                Outstanding::Approval { rejected: false, .. } => {
                    (APPROVE, format!("the approval of {partner}"))
                }
                Outstanding::Consent { refused: false, tasks, .. } => {
                    (CONSENT, format!("the consent of {partner} to {}", listed(&tasks)))
                }
                Outstanding::Approval { .. } | Outstanding::Consent { .. } => return None,
            };
            let why = if suspended {
                format!("{plan} is suspended: it waits for {why}.")
            } else {
                format!("{plan} waits for {why}.")
            };
            let id = PlanVersionId::of(OperationId::of(operation), number).0;
            Some(Waiting {
                mutation: Some(mutation),
                ..AgendaKind::PlanDecision.waiting(id, why, self.since)
            })
        })
    }
}

/// A phase with a gate that was not started, and what a partner has to do with it.
pub struct GateFacts<'a> {
    /// The phase's.
    pub id: Uuid,
    pub operation: &'a OperationCode,
    pub phase: &'a PhaseCode,
    pub electorate: Electorate<'a>,
    /// Number of the version in force.
    pub version: u32,
    pub partner: &'a PartnerCode,
    /// `None`: it takes no part in the coalition now.
    pub role: Option<PartnerRole>,
    /// Whom the decision points at the gate name.
    pub named: &'a BTreeSet<PartnerCode>,
    /// What was decided last, on which version, and when.
    pub decided: Option<(GoNoGo, u32, DateTime<Utc>)>,
    /// The words on the version that count.
    pub words: Vec<Stand<'a>>,
    pub in_force_since: DateTime<Utc>,
    /// Where the plan has the phase's first task.
    pub planned_start: Option<DateTime<Utc>>,
}

impl GateFacts<'_> {
    /// What it waits for from the partner. Whoever has said no is not asked again.
    pub fn waits(&self, now: DateTime<Utc>) -> Option<Waiting> {
        let Self { operation, phase, partner, named, decided, words, in_force_since, .. } = self;
        let decides = if named.is_empty() {
            self.electorate.has_vote(partner, self.role?)
        } else {
            named.contains(*partner)
        };
        let went = decided.is_some_and(|(decision, on, _)| decision == GoNoGo::Go && on == self.version);
        let own = words.iter().find(|word| word.partner == *partner);
        let refuses = own.is_some_and(|word| word.decision == GoNoGo::NoGo);
        if !decides || went || refuses || !awaited(&[*partner].into(), words).contains(partner) {
            return None;
        }
        let no_go = decided.filter(|(decision, on, _)| *decision == GoNoGo::NoGo && *on == self.version);
        let no_go = no_go.map(|(.., at)| at);
        let why = if own.is_some() {
            format!("Phase {phase} of {operation} waits for {partner} to accept a risk, or to say no.")
        } else if no_go.is_some() {
            format!("Phase {phase} of {operation} had a no-go: it waits for a new word of {partner}.")
        } else {
            format!("Phase {phase} of {operation} waits for the word of {partner}.")
        };
        let since = no_go.into_iter().chain([*in_force_since]).max()?;
        Some(AgendaKind::GoNoGo.waiting(self.id, why, since).due(self.planned_start, now))
    }
}

/// A task of the plan in force, for whoever carries it out or speaks for those who do.
#[derive(Debug, Clone)]
pub struct TaskFacts<'a> {
    pub id: Uuid,
    pub operation: &'a OperationCode,
    pub code: &'a TaskCode,
    pub status: OperationStatus,
    pub standing: Standing,
    /// When its phase was started, if that goes on.
    pub phase_since: Option<Instant>,
    pub dependencies: &'a [Dependency],
    /// The tasks that it waits for, as far as anything is claimed of them.
    pub before: &'a BTreeMap<TaskCode, Standing>,
    pub planned_start: Option<DateTime<Utc>>,
    /// Once it was started.
    pub planned_finish: Option<DateTime<Utc>>,
    /// Whether it is the post's own, rather than one of its partner's.
    pub is_own: bool,
}

impl TaskFacts<'_> {
    /// Its next step.
    pub fn waits(&self, now: DateTime<Utc>) -> Option<Waiting> {
        let Self { operation, code, standing, .. } = self;
        let ended = matches!(self.status, OperationStatus::Closed | OperationStatus::Terminated);
        let of = format!("{code} of {operation}");
        let entry = |kind: AgendaKind, why: String, since: Instant, due: Option<DateTime<Utc>>| {
            Some(kind.waiting(self.id, why, since.to_utc()).due(due, now))
        };
        match standing.status {
            TaskStatus::Completed | TaskStatus::Cancelled => None,
            TaskStatus::Blocked => {
                let (since, reason) = standing.blocked?;
                let why = format!("{of} is blocked: {reason}.");
                entry(AgendaKind::TaskToUnblock, why, since, self.planned_finish)
            }
            _ if !self.is_own => None,
            TaskStatus::InProgress => {
                let why = format!("{of} goes on.");
                entry(AgendaKind::TaskToFinish, why, standing.started_at?, self.planned_finish)
            }
            _ if ended => None,
            TaskStatus::Issued if standing.acknowledged_at.is_none() => {
                let why = format!("{of} was issued, and its post has not said that it has it.");
                entry(AgendaKind::TaskToAcknowledge, why, standing.issued_at?, self.planned_start)
            }
            TaskStatus::Planned | TaskStatus::Issued => {
                let since = self.may_start_since(now)?;
                let why = format!("{of} may start: nothing that it waits for is missing.");
                entry(AgendaKind::TaskToStart, why, since, self.planned_start)
            }
        }
    }

    /// Since when it could be carried out, as far as its phase and its post say; `None`: something holds it back. When
    /// what it waits for came is left out: its reader may not see that.
    fn may_start_since(&self, now: DateTime<Utc>) -> Option<Instant> {
        if self.status != OperationStatus::Active {
            return None;
        }
        for dependency in self.dependencies {
            if let Reached::At(met) = self.reached(dependency) {
                met.filter(|met| met.to_utc() <= now)?;
            }
        }
        let since = self.phase_since?;
        let since = since.max(self.standing.acknowledged_at.unwrap_or(since));
        (since.to_utc() <= now).then_some(since)
    }

    fn reached(&self, dependency: &Dependency) -> Reached {
        let before = self.before.get(&dependency.predecessor);
        let cancelled = before.is_some_and(|before| before.status == TaskStatus::Cancelled);
        // How much sooner than the end of what it waits for it may start is judged when that is claimed.
        if cancelled || dependency.lag < Span::ZERO {
            return Reached::HoldsNothing;
        }
        let end = match dependency.kind {
            DependencyKind::FinishToStart => before.and_then(|before| before.ended_at),
            DependencyKind::StartToStart => before.and_then(|before| before.started_at),
            DependencyKind::FinishToFinish | DependencyKind::StartToFinish => return Reached::HoldsNothing,
        };
        Reached::At(end.and_then(|end| end.checked_add_signed(dependency.lag.as_delta())))
    }
}

/// Whether what a dependency waits for has come.
enum Reached {
    HoldsNothing,
    /// `None`: it has not.
    At(Option<Instant>),
}

/// A condition that its author has to settle.
#[derive(Debug, Clone, Copy)]
pub struct ConditionFacts<'a> {
    pub id: Uuid,
    pub operation: &'a OperationCode,
    /// Its own code.
    pub code: &'a str,
    pub gate: &'a str,
    /// Number of the version.
    pub number: u32,
    pub status: ConditionStatus,
    pub proposal: Option<&'a Proposal>,
    /// When it was attached.
    pub attached_at: DateTime<Utc>,
    /// When its author said last how it stands.
    pub settled_at: Option<DateTime<Utc>>,
}

impl ConditionFacts<'_> {
    pub fn waits(&self) -> Option<Waiting> {
        if !self.status.blocks() {
            return None;
        }
        let Self { operation, code, gate, number, .. } = self;
        let of = format!("{code} on version {number} of {operation}'s plan");
        let proposed = self.proposal.filter(|proposal| proposal.contested.is_none());
        let (why, since) = match (proposed, self.status) {
            (Some(proposal), _) => {
                let by = &proposal.partner;
                (format!("{by} says that {of} is met: confirm or contest it."), proposal.at.to_utc())
            }
            (None, ConditionStatus::Broken) => {
                let since = self.settled_at.unwrap_or(self.attached_at);
                (format!("{of} is met no more, and holds {gate} shut."), since)
            }
            (None, _) => (format!("{of} holds {gate} shut."), self.attached_at),
        };
        Some(AgendaKind::ConditionToSettle.waiting(self.id, why, since))
    }
}

/// An officer that somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct RequestFacts<'a> {
    pub id: Uuid,
    pub operation: &'a OperationCode,
    pub task: &'a TaskCode,
    pub post: &'a PostCode,
    pub by: &'a PartnerCode,
    pub requested_at: DateTime<Utc>,
    /// Of the task.
    pub planned_start: Option<DateTime<Utc>>,
}

impl RequestFacts<'_> {
    pub fn waits(&self, now: DateTime<Utc>) -> Waiting {
        let Self { operation, task, post, by, .. } = self;
        let why = format!("{by} asks for {post} for {task} of {operation}.");
        AgendaKind::OfficerRequest.waiting(self.id, why, self.requested_at).due(self.planned_start, now)
    }
}

/// The newest version of a plan, which came back.
#[derive(Debug, Clone, Copy)]
pub struct SentBack<'a> {
    pub operation: &'a OperationCode,
    pub number: u32,
    pub status: VersionStatus,
    pub since: DateTime<Utc>,
}

impl SentBack<'_> {
    pub fn waits(&self) -> Option<Waiting> {
        let Self { operation, number, .. } = self;
        let what = match self.status {
            VersionStatus::Rejected => "rejected",
            VersionStatus::Recalled => "recalled",
            _ => return None,
        };
        let why = format!("Version {number} of {operation}'s plan was {what}, and nothing newer is drafted.");
        let id = PlanVersionId::of(OperationId::of(operation), *number).0;
        Some(AgendaKind::DraftSentBack.waiting(id, why, self.since))
    }
}

/// A decision that the plan in force foresees and that a partner has not entered.
pub struct DueFacts<'a> {
    pub operation: &'a OperationCode,
    pub point: &'a Code,
    pub decision: &'a Title,
    pub facts: PointFacts<'a>,
}

impl DueFacts<'_> {
    pub fn waits(&self, now: DateTime<Utc>) -> Option<Waiting> {
        let Self { operation, point, decision, facts } = self;
        let status = facts.status(now);
        let (why, is_overdue) = match status {
            PointStatus::Pending | PointStatus::Taken => return None,
            PointStatus::Due => ("is due", false),
            PointStatus::Overdue => ("is overdue: its task is over", true),
        };
        let due = facts.planned_start.map(|start| start.to_utc());
        let begun = facts.task.started_at.or(facts.task.ended_at).map(|at| at.to_utc());
        let since = begun.into_iter().chain(due).min()?;
        let why = format!("Decision {point} of {operation} {why}: {decision}.");
        let id = point_id(operation, point);
        Some(Waiting { due, is_overdue, ..AgendaKind::DecisionDue.waiting(id, why, since) })
    }
}

/// An incident that somebody has to judge or to answer.
#[derive(Debug, Clone, Copy)]
pub struct IncidentFacts<'a> {
    pub id: Uuid,
    pub operation: &'a OperationCode,
    pub code: &'a IncidentCode,
    pub priority: Option<Priority>,
    pub reported_at: DateTime<Utc>,
    pub triaged_at: Option<DateTime<Utc>>,
    pub reopened_at: Option<DateTime<Utc>>,
    pub contained_at: Option<DateTime<Utc>>,
    /// When the first response since it was reported, or reopened, was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Until when that must be.
    pub decision_due: Option<DateTime<Utc>>,
    /// Whether the reader's partner takes tasks: the watch of those stands for all.
    pub takes_tasks: bool,
    /// Whether the reader's partner owns it or leads its operation.
    pub answers_for_it: bool,
}

impl IncidentFacts<'_> {
    /// That it be triaged, and that a response be decided.
    pub fn waits(&self, now: DateTime<Utc>) -> impl Iterator<Item = Waiting> {
        let Self { id, operation, code, reported_at, .. } = *self;
        let triage = (self.triaged_at.is_none() && self.takes_tasks).then(|| {
            let why = format!("Nobody has said how urgent {code} of {operation} is.");
            AgendaKind::IncidentToTriage.waiting(id, why, reported_at)
        });
        let to_decide = self.decided_at.is_none() && self.contained_at.is_none() && self.answers_for_it;
        let response = to_decide.then(|| {
            let urgent = self.priority.map(|priority| format!(" ({priority})")).unwrap_or_default();
            let why = format!("{code} of {operation}{urgent} waits for a decision on the response.");
            let since = self.reopened_at.unwrap_or(reported_at);
            AgendaKind::ResponseToDecide.waiting(id, why, since).due(self.decision_due, now)
        });
        triage.into_iter().chain(response)
    }
}

/// A request to the reader's partner. Its operation is not named: whoever is asked may not read it.
#[derive(Debug, Clone, Copy)]
pub struct AskedFacts<'a> {
    pub id: Uuid,
    pub code: &'a RequestCode,
    pub from: &'a PartnerCode,
    pub to: &'a PartnerCode,
    pub issued_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub acknowledgement_due: Option<DateTime<Utc>>,
    pub due: Option<DateTime<Utc>>,
}

impl AskedFacts<'_> {
    /// Its next step.
    pub fn waits(&self, now: DateTime<Utc>) -> Waiting {
        let Self { id, code, from, to, .. } = *self;
        match self.acknowledged_at {
            None => {
                let why = format!("{from} asks with {code}, and {to} has not said that it has it.");
                let entry = AgendaKind::RequestToAcknowledge.waiting(id, why, self.issued_at);
                entry.due(self.acknowledgement_due, now)
            }
            Some(since) => {
                let why = format!("{code} of {from} waits for the answer of {to}.");
                AgendaKind::RequestToAnswer.waiting(id, why, since).due(self.due, now)
            }
        }
    }
}

/// An incident or a request to which the reader's post was called, and of which it has reported nothing since.
#[derive(Debug, Clone, Copy)]
pub struct CallFacts<'a> {
    /// Of what it was called to.
    pub id: Uuid,
    /// Its code.
    pub code: &'a str,
    pub reason: &'a str,
    pub called_at: DateTime<Utc>,
    /// The first of its clocks that still run.
    pub due: Option<DateTime<Utc>>,
}

impl CallFacts<'_> {
    pub fn waits(&self, now: DateTime<Utc>) -> Waiting {
        let Self { id, code, reason, called_at, due } = *self;
        let why = format!("Your post was called to {code}: {reason}");
        Waiting { mutation: None, ..AgendaKind::Escalated.waiting(id, why, called_at).due(due, now) }
    }
}

/// A finding on which the reader's post has to act.
#[derive(Debug, Clone, Copy)]
pub struct ActionFacts<'a> {
    pub id: Uuid,
    pub operation: &'a OperationCode,
    pub code: &'a FindingCode,
    pub assigned_at: DateTime<Utc>,
    pub due: DateTime<Utc>,
}

impl ActionFacts<'_> {
    pub fn waits(&self, now: DateTime<Utc>) -> Waiting {
        let Self { id, operation, code, assigned_at, due } = *self;
        let why = format!("Your post has to act on finding {code} of {operation}.");
        AgendaKind::ActionToComplete.waiting(id, why, assigned_at).due(Some(due), now)
    }
}

/// What a decision point is told from others by, in whichever version.
pub fn point_id(operation: &OperationCode, point: &Code) -> Uuid {
    derive(OperationId::of(operation).0, &format!("decision-point:{point}"))
}

fn listed<T: ToString>(codes: impl IntoIterator<Item = T>) -> String {
    codes.into_iter().map(|code| code.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Prose, Role,
        execution::{BlockReason, Judgement},
        plan::{ApprovalPolicy, Contest},
    };
    use chrono::TimeDelta;
    use strum::IntoEnumIterator as _;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::hours(hour)
    }

    fn instant(hour: i64) -> Instant {
        at(hour).fixed_offset()
    }

    fn code<T: std::str::FromStr<Err: std::fmt::Debug>>(code: &str) -> T {
        code.parse().unwrap()
    }

    fn codes<T: Ord + std::str::FromStr<Err: std::fmt::Debug>>(listed: &[&str]) -> BTreeSet<T> {
        listed.iter().map(|listed| code(listed)).collect()
    }

    fn entry(kind: AgendaKind, id: u128, since: i64, due: Option<i64>, is_overdue: bool) -> Waiting {
        let due = due.map(at);
        Waiting { due, is_overdue, ..kind.waiting(Uuid::from_u128(id), String::new(), at(since)) }
    }

    #[test]
    fn what_must_be_known_comes_first_then_what_is_overdue_then_what_is_due_then_what_waits_longest() {
        use AgendaKind::{CcirMet, ConditionToSettle, DecisionDue, GoNoGo, PlanDecision, TaskToStart};
        let mut entries = [
            entry(PlanDecision, 1, 5, None, false),
            entry(ConditionToSettle, 2, 3, None, false),
            entry(TaskToStart, 3, 0, Some(20), false),
            entry(DecisionDue, 4, 0, Some(2), false),
            entry(GoNoGo, 5, 9, Some(8), true),
            entry(TaskToStart, 6, 9, Some(7), true),
            entry(TaskToStart, 8, 9, Some(8), true),
            entry(TaskToStart, 7, 1, Some(8), true),
            entry(DecisionDue, 9, 1, None, true),
            entry(CcirMet, 10, 9, None, false),
        ];
        entries.sort_by_key(Waiting::urgency);
        let ids: Vec<_> = entries.iter().map(|entry| entry.id.as_u128()).collect();
        assert_eq!(ids, [10, 6, 5, 7, 8, 9, 4, 3, 2, 1]);
    }

    fn actor(roles: &[Role]) -> Actor {
        Actor::Post { post: code("THA-01"), partner: code("THA"), roles: roles.iter().copied().collect() }
    }

    #[test]
    fn each_kind_is_for_somebody_and_none_for_whoever_only_reads() {
        for kind in AgendaKind::iter() {
            assert!(kind.is_for(&actor(&[Role::Commander])), "{kind}");
            assert!(!kind.is_for(&actor(&[Role::Reviewer])), "{kind}");
            for mutation in kind.mutations() {
                assert!(senders(mutation).next().is_some(), "{mutation}");
            }
        }
        let planner = actor(&[Role::Planner]);
        assert!(AgendaKind::DraftSentBack.is_for(&planner) && !AgendaKind::PlanDecision.is_for(&planner));
        assert!(!AgendaKind::CcirMet.is_for(&planner));
    }

    struct Vote {
        policy: ApprovalPolicy,
        readers: BTreeSet<PartnerCode>,
        tasks: BTreeSet<TaskCode>,
    }

    impl Vote {
        fn new(tasks: &[&str]) -> Self {
            let readers = codes(&["THA", "CHN", "LAO"]);
            Self { policy: ApprovalPolicy::default(), readers, tasks: codes(tasks) }
        }

        fn waits(
            &self,
            (partner, role): (&str, PartnerRole),
            status: VersionStatus,
            decided: Option<(DecisionKind, &BTreeSet<TaskCode>)>,
        ) -> Option<Waiting> {
            let (lead, partner, operation) = (code("THA"), code(partner), code("SAPHAN"));
            let Self { policy, readers, tasks } = self;
            VersionFacts {
                operation: &operation,
                number: 2,
                electorate: Electorate { policy, readers, lead: &lead, status },
                partner: &partner,
                role: Some(role),
                tasks,
                decided,
                since: at(1),
            }
            .waits()
        }
    }

    #[test]
    fn a_version_waits_for_an_approval_or_for_consent_until_it_is_given_or_refused() {
        use DecisionKind::{Approved, ConsentRefused, Rejected, TerritorialConsent};
        let (vote, none) = (Vote::new(&["T2", "T1"]), BTreeSet::new());
        let principal = ("CHN", PartnerRole::Principal);
        let waits = vote.waits(principal, VersionStatus::Submitted, None).unwrap();
        assert_eq!((waits.mutation, waits.since), (Some("approvePlan"), at(1)));
        assert_eq!(waits.why, "Version 2 of SAPHAN's plan waits for the approval of CHN.");
        for kind in [Approved, Rejected] {
            assert_eq!(vote.waits(principal, VersionStatus::Submitted, Some((kind, &none))), None, "{kind}");
        }
        let participant = ("LAO", PartnerRole::Participant);
        let waits = vote.waits(participant, VersionStatus::Submitted, None).unwrap();
        assert_eq!(waits.mutation, Some("consentToPlan"));
        assert_eq!(waits.why, "Version 2 of SAPHAN's plan waits for the consent of LAO to T1, T2.");
        let some = codes(&["T1"]);
        let waits =
            vote.waits(participant, VersionStatus::Suspended, Some((TerritorialConsent, &some))).unwrap();
        assert_eq!(
            waits.why,
            "Version 2 of SAPHAN's plan is suspended: it waits for the consent of LAO to T2."
        );
        for decided in [(TerritorialConsent, &vote.tasks), (ConsentRefused, &none)] {
            assert_eq!(vote.waits(participant, VersionStatus::Submitted, Some(decided)), None);
        }
        // The lead has consented by submitting, and nobody asks who has no ground in it.
        let lead = ("THA", PartnerRole::Participant);
        assert_eq!(vote.waits(lead, VersionStatus::Submitted, None), None);
        assert_eq!(Vote::new(&[]).waits(participant, VersionStatus::Submitted, None), None);
    }

    /// What the phase waits for from Thailand, when these words count.
    fn gate(named: &[&str], decided: Option<GoNoGo>, words: &[(&str, GoNoGo, bool)]) -> Option<Waiting> {
        let (operation, phase, criterion): (_, _, Title) = (code("SAPHAN"), code("P2"), code("Weather"));
        let (policy, readers, lead) = (ApprovalPolicy::default(), codes(&["THA"]), code("THA"));
        let partners: Vec<PartnerCode> = words.iter().map(|(partner, ..)| code(partner)).collect();
        let judged: Vec<[Judgement; 1]> = words
            .iter()
            .map(|(.., met)| [Judgement { criterion: criterion.clone(), met: *met, note: None }])
            .collect();
        let words =
            words.iter().zip(&partners).zip(&judged).map(|(((_, decision, _), partner), criteria)| Stand {
                partner,
                decision: *decision,
                criteria,
                accepted: BTreeSet::new(),
            });
        GateFacts {
            id: Uuid::nil(),
            operation: &operation,
            phase: &phase,
            electorate: Electorate {
                policy: &policy,
                readers: &readers,
                lead: &lead,
                status: VersionStatus::Promulgated,
            },
            version: 1,
            partner: &lead,
            role: Some(PartnerRole::Host),
            named: &codes(named),
            decided: decided.map(|decision| (decision, 1, at(3))),
            words: words.collect(),
            in_force_since: at(1),
            planned_start: Some(at(5)),
        }
        .waits(at(6))
    }

    #[test]
    fn a_gate_waits_for_each_decider_until_it_has_said_go_for_all_that_is_known_or_no() {
        use GoNoGo::{Go, NoGo};
        let first = gate(&[], None, &[]).unwrap();
        assert_eq!((first.since, first.due, first.is_overdue), (at(1), Some(at(5)), true));
        assert_eq!(first.why, "Phase P2 of SAPHAN waits for the word of THA.");
        assert!(gate(&["THA"], None, &[("CHN", Go, true)]).is_some());
        assert_eq!(gate(&["CHN"], None, &[]), None);
        assert_eq!(gate(&[], None, &[("THA", Go, true)]), None);
        assert_eq!(gate(&[], Some(Go), &[]), None);
        // After a no-go the others decide anew.
        let anew = gate(&[], Some(NoGo), &[("CHN", NoGo, true)]).unwrap();
        assert_eq!(anew.since, at(3));
        assert_eq!(anew.why, "Phase P2 of SAPHAN had a no-go: it waits for a new word of THA.");
        assert_eq!(gate(&[], Some(NoGo), &[("THA", NoGo, true)]), None);
        // What another finds unmet is a risk that a go takes by name.
        let risk = gate(&["THA", "CHN"], None, &[("THA", Go, true), ("CHN", Go, false)]);
        assert!(risk.unwrap().why.ends_with("waits for THA to accept a risk, or to say no."));
    }

    struct Step {
        status: OperationStatus,
        standing: Standing,
        phase_since: Option<i64>,
        waits_for: &'static [&'static str],
        before: BTreeMap<TaskCode, Standing>,
        is_own: bool,
    }

    fn step(standing: Standing) -> Step {
        Step {
            status: OperationStatus::Active,
            standing,
            phase_since: Some(1),
            waits_for: &[],
            before: BTreeMap::new(),
            is_own: true,
        }
    }

    impl Step {
        fn waits(&self) -> Option<Waiting> {
            let dependencies: Vec<Dependency> = self.waits_for.iter().map(|written| code(written)).collect();
            TaskFacts {
                id: Uuid::nil(),
                operation: &code("SAPHAN"),
                code: &code("T9"),
                status: self.status,
                standing: self.standing.clone(),
                phase_since: self.phase_since.map(instant),
                dependencies: &dependencies,
                before: &self.before,
                planned_start: Some(at(4)),
                planned_finish: Some(at(8)),
                is_own: self.is_own,
            }
            .waits(at(6))
        }

        fn kind(&self) -> Option<AgendaKind> {
            self.waits().map(|waits| waits.kind)
        }
    }

    fn ended(at: i64) -> Standing {
        let (started_at, ended_at) = (Some(instant(at - 1)), Some(instant(at)));
        Standing { status: TaskStatus::Completed, started_at, ended_at, ..Standing::default() }
    }

    #[test]
    fn a_task_has_one_next_step() {
        let issued =
            Standing { status: TaskStatus::Issued, issued_at: Some(instant(2)), ..Standing::default() };
        assert_eq!(step(issued.clone()).kind(), Some(AgendaKind::TaskToAcknowledge));
        let acknowledged = Standing { acknowledged_at: Some(instant(3)), ..issued };
        let start = step(acknowledged.clone()).waits().unwrap();
        assert_eq!((start.kind, start.since), (AgendaKind::TaskToStart, at(3)));
        assert_eq!((start.due, start.is_overdue), (Some(at(4)), true));
        let goes_on =
            Standing { status: TaskStatus::InProgress, started_at: Some(instant(5)), ..acknowledged };
        let finish = step(goes_on.clone()).waits().unwrap();
        assert_eq!(
            (finish.kind, finish.due, finish.is_overdue),
            (AgendaKind::TaskToFinish, Some(at(8)), false)
        );
        let blocked = Standing {
            status: TaskStatus::Blocked,
            blocked: Some((instant(6), BlockReason::Weather)),
            ..goes_on
        };
        let unblock = step(blocked.clone()).waits().unwrap();
        assert_eq!((unblock.kind, unblock.since), (AgendaKind::TaskToUnblock, at(6)));
        assert_eq!(unblock.why, "T9 of SAPHAN is blocked: WEATHER.");
        assert_eq!(step(ended(5)).kind(), None);
        // For others of its partner it matters only while it is stuck.
        for (standing, kind) in
            [(Standing::default(), None), (blocked.clone(), Some(AgendaKind::TaskToUnblock))]
        {
            assert_eq!(Step { is_own: false, ..step(standing) }.kind(), kind);
        }
        // What goes on when an operation is broken off is still brought to its end.
        let off = |standing| Step { status: OperationStatus::Terminated, ..step(standing) };
        assert_eq!(off(blocked).kind(), Some(AgendaKind::TaskToUnblock));
        assert_eq!(off(Standing::default()).kind(), None);
    }

    #[test]
    fn a_task_is_to_be_started_once_nothing_holds_it_back() {
        let waits = |waits_for: &'static [&'static str], before: &[(&str, Standing)]| {
            let before = before.iter().map(|(task, standing)| (code(task), standing.clone())).collect();
            Step { waits_for, before, ..step(Standing::default()) }.waits().map(|waits| waits.since)
        };
        assert_eq!(waits(&[], &[]), Some(at(1)));
        assert_eq!(waits(&["T1"], &[]), None);
        // When what it waits for came may be hidden from its reader.
        assert_eq!(waits(&["T1", "T2"], &[("T1", ended(3)), ("T2", ended(5))]), Some(at(1)));
        assert_eq!(waits(&["T1FS+2h"], &[("T1", ended(5))]), None);
        assert_eq!(waits(&["T1FS+1h"], &[("T1", ended(5))]), Some(at(1)));
        assert_eq!(waits(&["T1SS+0h"], &[("T1", ended(5))]), Some(at(1)));
        // An end that only its own end waits for, a lead, and what was called off.
        assert_eq!(waits(&["T1FF+0h", "T2FS-1h"], &[]), Some(at(1)));
        let cancelled = Standing { status: TaskStatus::Cancelled, ..Standing::default() };
        assert_eq!(waits(&["T1"], &[("T1", cancelled)]), Some(at(1)));
        let planned = || step(Standing::default());
        assert_eq!(Step { phase_since: None, ..planned() }.kind(), None);
        assert_eq!(Step { status: OperationStatus::Paused, ..planned() }.kind(), None);
    }

    #[test]
    fn a_condition_waits_for_its_author_who_is_told_what_others_say_of_it() {
        let operation = code("SAPHAN");
        let proposal = Proposal {
            partner: code("LAO"),
            actor: "LAO-01".to_owned(),
            evidence: code::<Prose>("Signed."),
            at: instant(4),
            contested: None,
        };
        let waits = |status, proposal| {
            let facts = ConditionFacts {
                id: Uuid::nil(),
                operation: &operation,
                code: "C1",
                gate: "P2",
                number: 2,
                status,
                proposal,
                attached_at: at(1),
                settled_at: Some(at(3)),
            };
            facts.waits().map(|waits| (waits.why, waits.since))
        };
        let told = |why: &str, since| Some((why.to_owned(), at(since)));
        let shut = "C1 on version 2 of SAPHAN's plan holds P2 shut.";
        assert_eq!(waits(ConditionStatus::Outstanding, None), told(shut, 1));
        let says = "LAO says that C1 on version 2 of SAPHAN's plan is met: confirm or contest it.";
        assert_eq!(waits(ConditionStatus::Outstanding, Some(&proposal)), told(says, 4));
        let contest = Contest { at: instant(5), reason: code("No.") };
        let contested = Proposal { contested: Some(contest), ..proposal.clone() };
        let broken = "C1 on version 2 of SAPHAN's plan is met no more, and holds P2 shut.";
        assert_eq!(waits(ConditionStatus::Broken, Some(&contested)), told(broken, 3));
        for settled in [ConditionStatus::Satisfied, ConditionStatus::Waived] {
            assert_eq!(waits(settled, None), None);
        }
    }

    #[test]
    fn a_decision_is_due_when_its_task_begins_and_overdue_when_that_is_over() {
        let waits = |task: Standing, now| {
            let facts = PointFacts { task, planned_start: Some(instant(4)), ..PointFacts::default() };
            let (operation, point, decision) = (code("SAPHAN"), code("DP2"), code("Go in?"));
            let due = DueFacts { operation: &operation, point: &point, decision: &decision, facts };
            due.waits(at(now)).map(|waits| (waits.since, waits.due, waits.is_overdue))
        };
        assert_eq!(waits(Standing::default(), 3), None);
        assert_eq!(waits(Standing::default(), 4), Some((at(4), Some(at(4)), false)));
        let begun =
            Standing { status: TaskStatus::InProgress, started_at: Some(instant(2)), ..Standing::default() };
        assert_eq!(waits(begun, 3), Some((at(2), Some(at(4)), false)));
        assert_eq!(waits(ended(3), 3), Some((at(2), Some(at(4)), true)));
    }

    #[test]
    fn an_incident_waits_for_a_judgement_and_a_response_of_those_who_answer_for_it() {
        let (operation, incident) = (code("SAPHAN"), code("INC-001"));
        let facts = IncidentFacts {
            id: Uuid::nil(),
            operation: &operation,
            code: &incident,
            priority: None,
            reported_at: at(1),
            triaged_at: None,
            reopened_at: None,
            contained_at: None,
            decided_at: None,
            decision_due: None,
            takes_tasks: true,
            answers_for_it: true,
        };
        let kinds = |facts: IncidentFacts<'_>| facts.waits(at(6)).map(|waits| waits.kind).collect::<Vec<_>>();
        let (triage, decide) = (AgendaKind::IncidentToTriage, AgendaKind::ResponseToDecide);
        assert_eq!(kinds(facts), [triage, decide]);
        assert_eq!(kinds(IncidentFacts { answers_for_it: false, ..facts }), [triage]);
        assert_eq!(kinds(IncidentFacts { takes_tasks: false, answers_for_it: false, ..facts }), []);
        let judged = IncidentFacts {
            priority: Some(Priority::P1),
            triaged_at: Some(at(2)),
            decision_due: Some(at(5)),
            ..facts
        };
        let waits: Vec<Waiting> = judged.waits(at(6)).collect();
        let [waits] = waits.as_slice() else { panic!("{waits:?}") };
        assert_eq!(
            (waits.kind, waits.since, waits.due, waits.is_overdue),
            (decide, at(1), Some(at(5)), true)
        );
        assert_eq!(waits.why, "INC-001 of SAPHAN (P1) waits for a decision on the response.");
        let reopened = IncidentFacts { reopened_at: Some(at(3)), ..judged };
        assert_eq!(reopened.waits(at(6)).map(|waits| waits.since).collect::<Vec<_>>(), [at(3)]);
        assert_eq!(kinds(IncidentFacts { contained_at: Some(at(4)), ..judged }), []);
        assert_eq!(kinds(IncidentFacts { decided_at: Some(at(4)), ..judged }), []);
    }

    #[test]
    fn a_request_waits_to_be_acknowledged_and_then_to_be_answered_and_names_no_operation() {
        let (request, from, to) = (code("RFI-005"), code("THA"), code("INTERPOL"));
        let facts = AskedFacts {
            id: Uuid::nil(),
            code: &request,
            from: &from,
            to: &to,
            issued_at: at(1),
            acknowledged_at: None,
            acknowledgement_due: Some(at(3)),
            due: Some(at(9)),
        };
        let waits = facts.waits(at(6));
        assert_eq!(
            (waits.kind, waits.mutation),
            (AgendaKind::RequestToAcknowledge, Some("acknowledgeRequest"))
        );
        assert_eq!((waits.since, waits.due, waits.is_overdue), (at(1), Some(at(3)), true));
        assert_eq!(waits.why, "THA asks with RFI-005, and INTERPOL has not said that it has it.");
        let waits = AskedFacts { acknowledged_at: Some(at(2)), ..facts }.waits(at(6));
        assert_eq!((waits.kind, waits.mutation), (AgendaKind::RequestToAnswer, Some("fulfilRequest")));
        assert_eq!((waits.since, waits.due, waits.is_overdue), (at(2), Some(at(9)), false));
    }

    #[test]
    fn a_post_is_told_what_it_was_called_to_and_no_mutation_settles_it() {
        let call = CallFacts {
            id: Uuid::nil(),
            code: "INC-001",
            reason: "DECIDE fell due.",
            called_at: at(1),
            due: Some(at(0)),
        };
        let waits = call.waits(at(6));
        assert_eq!((waits.mutation, waits.is_overdue), (None, true));
        assert_eq!(waits.why, "Your post was called to INC-001: DECIDE fell due.");
        assert!(waits.is_for(&actor(&[Role::Liaison])) && !waits.is_for(&actor(&[Role::Reviewer])));
    }

    #[test]
    fn a_post_is_told_of_what_it_has_to_do_about_a_finding_before_that_is_due_and_after() {
        let (operation, finding) = (code("SAPHAN"), code("F2"));
        let facts = ActionFacts {
            id: Uuid::nil(),
            operation: &operation,
            code: &finding,
            assigned_at: at(1),
            due: at(6),
        };
        let waits = facts.waits(at(5));
        assert_eq!(waits.why, "Your post has to act on finding F2 of SAPHAN.");
        assert_eq!((waits.mutation, waits.since, waits.due), (Some("completeAction"), at(1), Some(at(6))));
        assert_eq!((waits.is_overdue, facts.waits(at(7)).is_overdue), (false, true));
    }

    #[test]
    fn what_meets_a_requirement_is_told_for_a_day() {
        let (operation, codes) = (code("SAPHAN"), ["CCIR1".to_owned(), "CCIR3".to_owned()]);
        let waits = |now| {
            let kind = "TaskBlocked";
            let facts =
                MetFacts { id: Uuid::nil(), operation: &operation, kind, codes: &codes, recorded_at: at(0) };
            facts.waits(at(now)).map(|waits| (waits.why, waits.since, waits.mutation))
        };
        let why = "TaskBlocked in SAPHAN meets CCIR1, CCIR3.".to_owned();
        assert_eq!(waits(23), Some((why, at(0), None)));
        assert_eq!(waits(24), None);
    }

    #[test]
    fn a_version_that_came_back_waits_for_a_newer_one() {
        let waits = |status| {
            let operation = code("SAPHAN");
            SentBack { operation: &operation, number: 1, status, since: at(1) }.waits()
        };
        for (status, what) in [(VersionStatus::Rejected, "rejected"), (VersionStatus::Recalled, "recalled")] {
            assert!(waits(status).unwrap().why.contains(what));
        }
        assert_eq!(waits(VersionStatus::Submitted), None);
    }
}
