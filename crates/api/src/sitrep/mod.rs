//! SITREPs: reports on operations, whose figures stay as they were.

mod figures;
mod mutations;
pub mod types;

pub use mutations::SitrepMutations;
