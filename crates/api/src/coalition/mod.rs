//! The coalition: its partners, their posts, and who holds them when.

mod effects;
mod mutations;
pub mod partner;
pub mod post;
mod queries;
mod standing;
pub mod viewer;

pub use mutations::{PartnerMutations, PostMutations};
pub use queries::{PartnerQueries, PostQueries};
pub use standing::StandingMutations;
