//! The watch of a centre.

mod mutations;
pub mod types;

pub use mutations::WatchMutations;
