//! What happened while a plan was carried out.

use crate::{About, Instant, LedBy, OperationCode, PartnerCode, PhaseCode, Position, Prose, TaskCode, Title};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happened while a plan was carried out. When something happened in the world is the event's own
/// `occurredAt`, and why it is told late its `lateReason`.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum ExecutionEvent {
    /// A task of the plan in force was given to those who carry it out.
    TaskIssued {
        /// The operation.
        operation: OperationCode,
        /// The task.
        task: TaskCode,
        /// The claim, counted from 1 for its task.
        claim: u32,
    },
    /// The task's post said that it has the task.
    TaskAcknowledged {
        /// The operation.
        operation: OperationCode,
        /// The task.
        task: TaskCode,
        /// The claim, counted from 1 for its task.
        claim: u32,
    },
    /// Work on a task began. Where the plan and H-hour had it at that moment is its baseline from then on.
    TaskStarted {
        /// The operation.
        operation: OperationCode,
        /// The task.
        task: TaskCode,
        /// The claim, counted from 1 for its task.
        claim: u32,
    },
    /// How far a task has come.
    TaskProgressReported {
        /// The operation.
        operation: OperationCode,
        /// The task.
        task: TaskCode,
        /// The claim, counted from 1 for its task.
        claim: u32,
        /// From 0 to 100.
        #[schemars(range(min = 0, max = 100))]
        percent: u32,
        /// In words; absent where none were given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Prose>,
    },
    /// Work on a task cannot go on.
    TaskBlocked {
        /// The operation.
        operation: OperationCode,
        /// The task.
        task: TaskCode,
        /// The claim, counted from 1 for its task.
        claim: u32,
        /// What is in its way.
        reason: BlockReason,
        /// In words; absent where none were given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Prose>,
    },
    /// Work on a blocked task goes on.
    TaskUnblocked {
        /// The operation.
        operation: OperationCode,
        /// The task.
        task: TaskCode,
        /// The claim, counted from 1 for its task.
        claim: u32,
        /// In words; absent where none were given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Prose>,
    },
    /// A task is done. Its officers are free from then on.
    TaskCompleted {
        /// The operation.
        operation: OperationCode,
        /// The task.
        task: TaskCode,
        /// The claim, counted from 1 for its task.
        claim: u32,
        /// What came of it; absent where nothing was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Prose>,
    },
    /// A task will not be carried out, or not to its end.
    TaskCancelled {
        /// The operation.
        operation: OperationCode,
        /// The task.
        task: TaskCode,
        /// The claim, counted from 1 for its task.
        claim: u32,
        /// Why.
        reason: Prose,
    },
    /// What a claim says happened at another time than it said. That claim stays as it is; this one takes its
    /// place.
    TaskTimesCorrected {
        /// The operation.
        operation: OperationCode,
        /// The task.
        task: TaskCode,
        /// The claim that this is, counted from 1 for its task.
        claim: u32,
        /// The claim that was wrong.
        corrects: u32,
        /// When it happened.
        at: Instant,
        /// Why it was wrong.
        reason: Prose,
    },
    /// A phase of the plan in force began: its tasks may start.
    PhaseStarted {
        /// The operation.
        operation: OperationCode,
        /// Number of the plan version in force.
        number: u32,
        /// The phase.
        phase: PhaseCode,
    },
    /// A phase is over: no task of it starts any more.
    PhaseCompleted {
        /// The operation.
        operation: OperationCode,
        /// Number of the plan version in force.
        number: u32,
        /// The phase.
        phase: PhaseCode,
    },
    /// A partner gave its word on whether a phase may start; it takes the place of what it said before.
    GoNoGoStated {
        /// The operation.
        operation: OperationCode,
        /// The phase.
        phase: PhaseCode,
        /// Number of the plan version that it was given on.
        number: u32,
        /// The partner.
        partner: PartnerCode,
        /// Its word.
        decision: GoNoGo,
        /// What it finds of each criterion of the plan.
        criteria: Vec<Judgement>,
        /// The criteria that are not met and whose risk it accepts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        accepted_risks: Vec<Title>,
        /// What its author was looking at.
        seen_at: Position,
    },
    /// The operation has a go, with the last decider's word, or a no-go, with the first that says so.
    GoNoGoDecided {
        /// The operation.
        operation: OperationCode,
        /// The phase.
        phase: PhaseCode,
        /// Number of the plan version that it was decided on.
        number: u32,
        /// What was decided.
        decision: GoNoGo,
    },
}

/// Go or no-go.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum GoNoGo {
    /// The phase may start.
    Go,
    /// It may not.
    NoGo,
}

/// What a partner finds of a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    /// The criterion, as the plan has it.
    pub criterion: Title,
    /// Whether it is met.
    pub met: bool,
    /// What that rests on; absent where nothing was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Prose>,
}

/// What is in a task's way.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum BlockReason {
    /// The place cannot be reached or entered: a normal state in the field.
    NoAccess,
    /// Somebody else's work is missing.
    Waiting,
    /// People, vehicles or means are missing.
    Resources,
    /// The weather does not allow it.
    Weather,
    /// The law, or a permission that is missing, does not allow it.
    Legal,
    /// Something else, which the text says.
    Other,
}

/// What people claim of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::EnumDiscriminants)]
#[serde(rename_all = "camelCase")]
#[strum_discriminants(
    name(TaskClaimKind),
    derive(strum::Display, strum::EnumString),
    strum(serialize_all = "SCREAMING_SNAKE_CASE")
)]
pub enum TaskClaim {
    Issued,
    Acknowledged,
    Started,
    Progress { percent: u32, text: Option<Prose> },
    Blocked { reason: BlockReason, text: Option<Prose> },
    Unblocked { text: Option<Prose> },
    Completed { outcome: Option<Prose> },
    Cancelled { reason: Prose },
}

impl TaskClaim {
    /// The event that tells that it was claimed.
    pub(super) fn told(self, operation: &OperationCode, task: &TaskCode, claim: u32) -> ExecutionEvent {
        use ExecutionEvent as Event;
        let (operation, task) = (operation.clone(), task.clone());
        match self {
            Self::Issued => Event::TaskIssued { operation, task, claim },
            Self::Acknowledged => Event::TaskAcknowledged { operation, task, claim },
            Self::Started => Event::TaskStarted { operation, task, claim },
            Self::Progress { percent, text } => {
                Event::TaskProgressReported { operation, task, claim, percent, text }
            }
            Self::Blocked { reason, text } => Event::TaskBlocked { operation, task, claim, reason, text },
            Self::Unblocked { text } => Event::TaskUnblocked { operation, task, claim, text },
            Self::Completed { outcome } => Event::TaskCompleted { operation, task, claim, outcome },
            Self::Cancelled { reason } => Event::TaskCancelled { operation, task, claim, reason },
        }
    }
}

impl ExecutionEvent {
    pub(crate) fn about(&self) -> About<'_> {
        match self {
            Self::TaskIssued { operation, task, .. }
            | Self::TaskAcknowledged { operation, task, .. }
            | Self::TaskStarted { operation, task, .. }
            | Self::TaskProgressReported { operation, task, .. }
            | Self::TaskBlocked { operation, task, .. }
            | Self::TaskUnblocked { operation, task, .. }
            | Self::TaskCompleted { operation, task, .. }
            | Self::TaskCancelled { operation, task, .. }
            | Self::TaskTimesCorrected { operation, task, .. } => About::operation(operation).task(task),
            Self::GoNoGoStated { operation, number, partner, .. } => {
                About::version(operation, *number).partner(partner)
            }
            Self::PhaseStarted { operation, number, .. } | Self::PhaseCompleted { operation, number, .. } => {
                About::version(operation, *number)
            }
            Self::GoNoGoDecided { operation, number, phase, .. } => {
                About::version(operation, *number).led_by(LedBy::Words(phase))
            }
        }
    }
}
