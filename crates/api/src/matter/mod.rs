//! What all matters have: what is claimed of them, the clocks that run on them, and who may read them.

pub mod claim;
pub mod clock;
mod queries;
pub mod release;

pub use queries::ClockQueries;
