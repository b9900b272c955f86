//! Operations: who leads them, who may read them, and who is bound to their tasks. What is planned is in
//! `plan`.

pub mod assignment;
pub mod mutations;
pub mod release;
pub mod types;
