//! Rows of plans as they are carried out: where each task stands, what is claimed of it, and which phases may start.

mod claim;
mod phase;
mod task;
mod word;

pub use claim::TaskClaimRow;
pub use phase::{DecidedGate, PhaseRow};
pub use task::TaskExecutionRow;
pub use word::GoNoGoWordRow;
