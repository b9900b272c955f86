//! Rows of the coalition: its partners, their posts and who holds them.

mod partner;
mod post;
mod rows;

pub use partner::PartnerRow;
pub use post::{PostFilter, PostRow, TenureRow};
pub use rows::CoalitionRow;
