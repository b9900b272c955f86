//! Counts of persons: what was reported, for whoever counts, and what the counts come to, for each as they may be told.

mod claim;
mod step;

pub use claim::{AssistanceClaimRow, CountColumn};
pub use step::{AssistanceRow, AssistanceStepRow, BalanceColumn, CountsRow};
