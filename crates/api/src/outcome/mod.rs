//! What operations came to.

mod asked;
mod mutations;
pub mod totals;
pub mod types;

pub use mutations::OutcomeMutations;
