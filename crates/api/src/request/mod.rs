//! Requests for information and for assistance.

mod asked;
mod mutations;
pub mod types;

pub use mutations::RequestMutations;
