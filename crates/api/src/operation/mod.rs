//! Operations: who leads them, who may read them, and who is bound to their tasks. What is planned is in `plan`.

pub mod assignment;
pub mod assignment_mutations;
pub mod mutations;
pub mod release;
pub mod release_mutations;
pub mod types;
