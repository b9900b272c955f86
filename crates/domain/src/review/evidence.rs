//! What proves a finding, and by what somebody may be told of it.

use crate::{
    Code, Instant, PartnerCode, PhaseCode, Position, PostCode, TaskCode, Title,
    assistance::Figure,
    centre::CentreCode,
    release::{Matter, ScopeIds},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What proves a finding: something that the log knows of the operation, or of the centres that served it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum Evidence {
    /// An event.
    Event {
        /// Its id.
        event: Uuid,
        /// Where it stands in the log.
        position: Position,
        /// What of it may be released apart: whoever may not see all of that is not told of it.
        scope: ScopeIds,
    },
    /// A claim on how a task is carried out.
    TaskClaim {
        /// The task.
        task: TaskCode,
        /// Counted from 1 for the task.
        claim: u32,
    },
    /// A claim on an incident, a request or an outcome.
    MatterClaim {
        /// What it is on.
        matter: Matter,
        /// Counted from 1 for that.
        claim: u32,
    },
    /// A report of counts of persons.
    AssistanceClaim {
        /// The partner that counts.
        authority: PartnerCode,
        /// Counted from 1 for it.
        claim: u32,
    },
    /// A partner's decision on a version of the plan.
    PlanDecision {
        /// Number of the version.
        version: u32,
        /// Counted from 1 for the version.
        decision: u32,
    },
    /// An entry of the decision log.
    RecordedDecision {
        /// Counted from 1 for the operation.
        number: u32,
        /// Number of the plan version whose decision point it settled; absent: the plan foresaw none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<u32>,
    },
    /// A partner's word on whether a phase may start.
    GoNoGoWord {
        /// The phase.
        phase: PhaseCode,
        /// Counted from 1 for the phase.
        number: u32,
        /// Number of the plan version that it was given on.
        version: u32,
    },
    /// An incident, a request, a contribution, a SITREP or an outcome.
    Matter(Matter),
    /// A version of the plan.
    PlanVersion {
        /// Its number.
        number: u32,
    },
    /// A task.
    Task {
        /// Its code.
        task: TaskCode,
    },
    /// A shift of a centre's watch.
    Shift {
        /// The centre.
        centre: CentreCode,
        /// Counted from 1 for the centre.
        number: u32,
    },
    /// A count of persons, as far as each reader is told of it.
    Assistance {
        /// The partner that counts.
        authority: PartnerCode,
        /// What is counted.
        figure: Figure,
        /// As it held at that moment.
        valid_at: Instant,
    },
    /// A metric as it was known: its value stays what it then was.
    Metric {
        /// Its code, such as `TIME_TO_DECIDE`.
        code: Code,
        /// What was measured.
        of: MeasuredOf,
        /// The position at which it was computed.
        as_known_at: Position,
        /// A decimal number.
        value: Title,
        /// Such as `MINUTES`.
        unit: Code,
        /// What of the events that made it may be released apart: whoever may not see all of that is not told of it.
        scope: ScopeIds,
    },
}

/// What sort of thing proves a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum EvidenceKind {
    Event,
    Claim,
    Decision,
    Incident,
    Request,
    Contribution,
    Sitrep,
    Outcome,
    PlanVersion,
    Task,
    Shift,
    Assistance,
    Metric,
}

/// What a metric was computed of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum MeasuredOf {
    /// The operation as a whole.
    Operation,
    /// What a partner did in it.
    Partner(PartnerCode),
    /// A post.
    Post(PostCode),
    /// An objective of the plan.
    Objective(Code),
    /// A task.
    Task(TaskCode),
    /// An incident, a request or a contribution.
    Matter(Matter),
    /// A version of the plan, by its number.
    PlanVersion(u32),
    /// A centre.
    Centre(CentreCode),
    /// A shift of a centre's watch.
    Shift {
        /// The centre.
        centre: CentreCode,
        /// Counted from 1 for the centre.
        number: u32,
    },
    /// An event, by its id.
    Event(Uuid),
}

/// By what somebody may be told of evidence: each part that there is must be one's to see.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Parts<'a> {
    pub version: Option<u32>,
    pub task: Option<&'a TaskCode>,
    pub matter: Option<&'a Matter>,
    /// Whose counts of persons.
    pub authority: Option<&'a PartnerCode>,
}

impl Evidence {
    pub fn kind(&self) -> EvidenceKind {
        match self {
            Self::Event { .. } => EvidenceKind::Event,
            Self::TaskClaim { .. } | Self::MatterClaim { .. } | Self::AssistanceClaim { .. } => {
                EvidenceKind::Claim
            }
            Self::PlanDecision { .. } | Self::RecordedDecision { .. } | Self::GoNoGoWord { .. } => {
                EvidenceKind::Decision
            }
            Self::Matter(Matter::Incident(_)) => EvidenceKind::Incident,
            Self::Matter(Matter::Request(_)) => EvidenceKind::Request,
            Self::Matter(Matter::Contribution(_)) => EvidenceKind::Contribution,
            Self::Matter(Matter::Sitrep(_)) => EvidenceKind::Sitrep,
            Self::Matter(Matter::Outcome(_)) => EvidenceKind::Outcome,
            Self::PlanVersion { .. } => EvidenceKind::PlanVersion,
            Self::Task { .. } => EvidenceKind::Task,
            Self::Shift { .. } => EvidenceKind::Shift,
            Self::Assistance { .. } => EvidenceKind::Assistance,
            Self::Metric { .. } => EvidenceKind::Metric,
        }
    }

    /// Of events their scope says so.
    pub fn parts(&self) -> Parts<'_> {
        let none = Parts::default();
        match self {
            Self::Event { .. } | Self::Shift { .. } | Self::Assistance { .. } => none,
            Self::Task { task } | Self::TaskClaim { task, .. } => Parts { task: Some(task), ..none },
            Self::Matter(matter) | Self::MatterClaim { matter, .. } => Parts { matter: Some(matter), ..none },
            Self::AssistanceClaim { authority, .. } => Parts { authority: Some(authority), ..none },
            Self::PlanVersion { number: version }
            | Self::PlanDecision { version, .. }
            | Self::GoNoGoWord { version, .. } => Parts { version: Some(*version), ..none },
            Self::RecordedDecision { version, .. } => Parts { version: *version, ..none },
            Self::Metric { of, .. } => match of {
                MeasuredOf::Operation
                | MeasuredOf::Partner(_)
                | MeasuredOf::Post(_)
                | MeasuredOf::Objective(_)
                | MeasuredOf::Centre(_)
                | MeasuredOf::Shift { .. }
                | MeasuredOf::Event(_) => none,
                MeasuredOf::Task(task) => Parts { task: Some(task), ..none },
                MeasuredOf::Matter(matter) => Parts { matter: Some(matter), ..none },
                MeasuredOf::PlanVersion(version) => Parts { version: Some(*version), ..none },
            },
        }
    }

    /// What of the events that it is, or that it was computed from, may be released apart.
    pub fn scope(&self) -> Option<&ScopeIds> {
        match self {
            Self::Event { scope, .. } | Self::Metric { scope, .. } => Some(scope),
            _ => None,
        }
    }

    /// Where the event stands that it is.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Event { position, .. } => Some(*position),
            _ => None,
        }
    }
}
