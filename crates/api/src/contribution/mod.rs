//! What partners give to operations.

mod asked;
mod giving;
mod pledging;
pub mod totals;
pub mod types;

pub use giving::GivingMutations;
pub use pledging::PledgeMutations;
