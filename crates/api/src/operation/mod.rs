//! Operations: who leads them, who may read them, and who is bound to their tasks. What is planned is in
//! `plan`.

mod asked;
pub mod assignment;
mod mutations;
mod queries;
pub mod release;
pub mod request;
pub mod types;

pub use mutations::{AssignmentMutations, OperationMutations, ReleaseMutations};
pub use queries::OperationQueries;
