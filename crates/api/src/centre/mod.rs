//! Coordination centres.

pub mod mutations;
pub mod types;
