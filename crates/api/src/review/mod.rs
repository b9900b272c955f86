//! Reviews of operations: the four questions, what was observed and found, what proves it, and what is done about it.

mod asked;
mod evidence;
pub mod finding;
mod mutations;
mod queries;
pub mod types;

pub use mutations::ReviewMutations;
pub use queries::ReviewQueries;
