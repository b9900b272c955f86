//! The watch of a centre.

pub mod coverage;
mod log_entry;
mod mutations;
mod shift;
pub mod types;

pub use mutations::WatchMutations;
