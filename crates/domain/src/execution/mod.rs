//! Carrying a plan out: phases and their gates, and tasks as people report them.
//!
//! Both fold into the state of their operation, because their rules need its plan and its officers. What is
//! said of a task is a [`Claim`](crate::claim::Claim); how the operation as a whole goes on, is paused and ends
//! is in [`crate::operation`].

mod command;
mod decide;
mod decision_point;
mod effect;
mod event;
mod examples;
mod phase;
mod sources;
mod standing;
mod state;
mod task;
mod waits;
mod work;

pub use command::{ExecutionCommand, TaskReport, Word};
pub use decision_point::{PointFacts, PointStatus, is_gate_settled};
pub use effect::{CarriedTask, TaskChange, TaskEffect};
pub use event::{BlockReason, ExecutionEvent, GoNoGo, Judgement, TaskClaim, TaskClaimKind};
pub use phase::{Stand, awaited, deciders};
pub use standing::{
    Baseline, Gate, GateDecision, GivenWord, PhaseExecution, Said, Standing, TaskExecution, TaskStatus,
    blocked_for, points_at_gate, standing,
};
pub(crate) use work::Work;
