//! Operations: who leads them, who may read them, and who is bound to their tasks; and what was
//! decided while they were carried out. What is planned is in `plan`.

mod asked;
pub mod assignment;
pub mod log;
mod mutations;
mod queries;
pub mod release;
pub mod request;
pub mod types;

pub use log::LogMutations;
pub use mutations::{AssignmentMutations, OperationMutations, ReleaseMutations};
pub use queries::OperationQueries;
