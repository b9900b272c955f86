//! Persons that partners assist, as counts and never as persons.

mod mutations;
mod types;

pub use mutations::AssistanceMutations;
pub use types::{Assistance, AssistanceCount, AssistanceFigure};
