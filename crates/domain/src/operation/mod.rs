//! Operations: initiation, warning order, legal basis, H-hour and its window, activation, release labels.
//!
//! The plan of an operation is in [`crate::plan`], who is bound to its tasks in [`crate::assignment`]; all
//! three fold into one state, because their rules need each other.

mod command;
mod decide;
mod event;
mod examples;
pub(crate) mod gates;
mod marking;
mod sources;
mod state;

pub use command::OperationCommand;
pub use event::OperationEvent;
pub use state::{Operation, OperationStatus};
