//! What operations came to: each as the claim says that holds, and what they add up to.

mod rows;
mod totals;

pub use rows::{OutcomeFilter, OutcomeRow};
pub use totals::{ForObjective, OutcomePeriod, OutcomeSumRow, ReachedRow};
