//! What happened: one enum over the families of all subjects.
//!
//! Nothing here knows where events are stored.

use crate::{
    About, At, Instant, PostCode,
    ids::{AnnexId, CommandId, EventId, OperationId, PlanVersionId, TaskId},
    operation::OperationEvent,
    plan::{Annex, PlanEvent},
};
use serde::{Deserialize, Serialize};

macro_rules! event {
    ($($family:ident: $event:ty, $command:ty;)*) => {
        /// Everything that can have happened, by the family that tells of it.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Event {
            $($family($event),)*
        }

        impl Event {
            /// The event's name in the log, such as `PlanPromulgated`.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$family(event) => event.into(),)*
                }
            }

            /// What the event is about: what it is folded into, where it is shown, who may see it.
            pub fn about(&self) -> About<'_> {
                match self {
                    $(Self::$family(event) => event.about(),)*
                }
            }
        }

        $(impl From<$event> for Event {
            fn from(event: $event) -> Self {
                Self::$family(event)
            }
        })*
    };
}

families!(event);

/// An event with what the log knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub at: At,
    pub event_id: EventId,
    pub command_id: CommandId,
    pub event: Event,
}

/// An event as it was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub event: Event,
    /// What the reporter says of its time; `None`: what the command as a whole says.
    pub reported: Option<Reported>,
}

/// When something happened, as its reporter says, and why that is told late, where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reported {
    pub occurred_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_reason: Option<String>,
}

impl From<Event> for Told {
    fn from(event: Event) -> Self {
        Self { event, reported: None }
    }
}

impl Event {
    /// The annex that its payload tells the content of.
    pub fn annex(&self) -> Option<(AnnexId, &Annex)> {
        let Self::Plan(PlanEvent::AnnexAttached { operation, number, annex, .. }) = self else { return None };
        let version = PlanVersionId::of(OperationId::of(operation), *number);
        annex.text.as_ref().map(|_| (AnnexId::of(version, &annex.code), annex))
    }

    /// The posts that it names because tasks of its operation bind them: it is for more than see those tasks.
    pub fn bound(&self) -> &[PostCode] {
        let Self::Operation(
            OperationEvent::HHourSet { calendars, .. } | OperationEvent::HHourShifted { calendars, .. },
        ) = self
        else {
            return &[];
        };
        calendars
    }

    /// The tasks that it names besides those that it is about: it is for more than see them.
    pub fn named_tasks(&self) -> Vec<TaskId> {
        let Self::Plan(PlanEvent::TaskAddedToPlan { operation, task, .. }) = self else { return Vec::new() };
        let operation = OperationId::of(operation);
        task.predecessors.iter().map(|waits| TaskId::of(operation, &waits.predecessor)).collect()
    }

    /// As it is told to one who sees, of the posts and the tasks that it names so, these.
    #[must_use]
    pub fn told(mut self, post: impl Fn(&PostCode) -> bool, task: impl Fn(TaskId) -> bool) -> Self {
        if let Self::Operation(
            OperationEvent::HHourSet { calendars, .. } | OperationEvent::HHourShifted { calendars, .. },
        ) = &mut self
        {
            calendars.retain(post);
        } else if let Self::Plan(PlanEvent::TaskAddedToPlan { operation, task: added, .. }) = &mut self {
            let operation = OperationId::of(operation);
            added.predecessors.retain(|waits| task(TaskId::of(operation, &waits.predecessor)));
        }
        self
    }
}
