//! Coordination centres.

mod mutations;
mod queries;
mod types;

pub use mutations::CentreMutations;
pub use queries::CentreQueries;
