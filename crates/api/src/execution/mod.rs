//! Plans as they are carried out: what people report of tasks, where each stands by that, and which phases may start.

mod claim;
pub(crate) mod counts;
pub mod decision_point;
pub mod effect;
mod mutations;
pub mod phase;
mod phasing;
pub mod reporting;
pub mod task;
pub mod word;

pub use mutations::TaskExecutionMutations;
pub use phasing::PhaseMutations;
