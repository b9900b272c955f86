//! Incidents, and the responses to them.

mod asked;
mod mutations;
pub mod types;

pub use mutations::IncidentMutations;
