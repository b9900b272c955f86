//! The coalition: its partners, their posts, and who holds them when.

mod mutations;
pub mod partner;
pub mod post;
mod queries;

pub use mutations::{PartnerMutations, PostMutations};
pub use queries::{PartnerQueries, PostQueries};
