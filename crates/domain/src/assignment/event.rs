//! What happened between posts and tasks.

use crate::{About, Instant, OperationCode, PartnerCode, PostCode, Prose, Span, TaskCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happened between a post and a task of the plan in force.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum AssignmentEvent {
    /// A post was bound to a task of the plan in force.
    OfficerAssigned {
        /// The operation.
        operation: OperationCode,
        /// The assignment, counted from 1 in its operation, withdrawn ones too.
        number: u32,
        /// The task.
        task: TaskCode,
        /// The post.
        post: PostCode,
        /// When it is bound, relative to H-hour; negative before it.
        start: Span,
        /// From there to the task's finish, pauses of its calendar included; exclusive at its end.
        duration: Span,
        /// The operation's H-hour as it was then; null when none was set. Of a task that a response to an incident made,
        /// when that was to begin.
        h_hour: Option<Instant>,
        /// Whether no H-hour moves it, because a response to an incident made the task; false when left out.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_fixed: bool,
    },
    /// The task that the post is bound to begins or finishes at another time from H-hour: a newly promulgated
    /// version moved it, H-hour was set or shifted and its working hours fall otherwise, or it was under way and
    /// has ended.
    AssignmentRetimed {
        /// The operation.
        operation: OperationCode,
        /// The assignment, counted from 1 in its operation, withdrawn ones too.
        number: u32,
        /// The task.
        task: TaskCode,
        /// The post.
        post: PostCode,
        /// When it is bound now, relative to H-hour, or to that at which the task was started; negative before
        /// it.
        start: Span,
        /// From there to the task's finish, pauses of its calendar included; exclusive at its end.
        duration: Span,
    },
    /// The task that the post is bound to was started: the post is bound from then on, until the task's planned
    /// finish at least, and on and on while it goes on. H-hour moves that no more.
    AssignmentUnderWay {
        /// The operation.
        operation: OperationCode,
        /// The assignment, counted from 1 in its operation, withdrawn ones too.
        number: u32,
        /// The task.
        task: TaskCode,
        /// The post.
        post: PostCode,
        /// When the task was started, relative to this H-hour; negative before it.
        start: Span,
        /// From there to the planned finish; nothing when the task was started after that. Exclusive at its end.
        duration: Span,
        /// The operation's H-hour when the task was started: what both are relative to from now on.
        h_hour: Instant,
    },
    /// A post is not bound to a task any more: it was withdrawn, or a newly promulgated version or a
    /// fragmentary order took the task away from it.
    AssignmentWithdrawn {
        /// The operation.
        operation: OperationCode,
        /// The assignment, counted from 1 in its operation, withdrawn ones too.
        number: u32,
        /// The task.
        task: TaskCode,
        /// The post.
        post: PostCode,
        /// Why.
        reason: Prose,
    },
    /// A partner was asked for one of its officers.
    OfficerRequested {
        /// The operation.
        operation: OperationCode,
        /// The request, counted from 1 in its operation.
        number: u32,
        /// The task.
        task: TaskCode,
        /// The post that is asked for.
        post: PostCode,
        /// The partner that asks.
        by: PartnerCode,
        /// Why; absent where none was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Prose>,
    },
    /// The post's own partner gave the officer that it had been asked for; that the post is bound follows as
    /// an event of its own.
    OfficerRequestAccepted {
        /// The operation.
        operation: OperationCode,
        /// The request, counted from 1 in its operation.
        number: u32,
        /// The task.
        task: TaskCode,
        /// The post.
        post: PostCode,
    },
    /// The post's own partner did not give the officer that it had been asked for.
    OfficerRequestDeclined {
        /// The operation.
        operation: OperationCode,
        /// The request, counted from 1 in its operation.
        number: u32,
        /// The task.
        task: TaskCode,
        /// The post.
        post: PostCode,
        /// Why.
        reason: Prose,
    },
}

impl AssignmentEvent {
    pub(crate) fn about(&self) -> About<'_> {
        match self {
            Self::OfficerAssigned { operation, task, post, .. }
            | Self::AssignmentRetimed { operation, task, post, .. }
            | Self::AssignmentUnderWay { operation, task, post, .. }
            | Self::AssignmentWithdrawn { operation, task, post, .. } => {
                About::operation(operation).task(task).bookings([post])
            }
            Self::OfficerRequested { operation, task, post, .. }
            | Self::OfficerRequestAccepted { operation, task, post, .. }
            | Self::OfficerRequestDeclined { operation, task, post, .. } => {
                About::operation(operation).task(task).post(post)
            }
        }
    }
}
