//! x

pub mod import;
pub mod scenario;
