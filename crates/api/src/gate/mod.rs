//! What a request must pass before anything of it is executed: who sends it, how much they may ask, and what
//! they ask.
//!
//! Nothing here resolves a field.

pub mod auth;
pub mod cost;
pub mod documents;
pub mod inputs;
pub mod limits;
pub mod prices;
pub mod rates;
mod strings;
pub mod trust;
