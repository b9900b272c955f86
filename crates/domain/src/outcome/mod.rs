//! What an operation came to: arrests, frozen accounts, money found, sites closed.
//!
//! Each is what a partner says of its own work, and names its source. It is put right by another claim, which stands beside
//! the first. All of it folds into the state of its operation. Nothing here says whether an objective was reached: that is
//! read from the plan and from these.

mod command;
mod decide;
mod event;
mod examples;
mod kind;
mod recording;
mod sources;
mod standing;
mod state;

pub use command::{NewOutcome, OutcomeCommand};
pub use event::OutcomeEvent;
pub use kind::{Measured, OutcomeKind};
pub use standing::Outcome;
