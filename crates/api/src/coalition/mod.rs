//! The coalition: its partners, their posts, and who holds them when.

pub mod mutations;
pub mod partner;
pub mod post;
