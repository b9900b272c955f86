//! Operations: initiation, warning order, legal basis, H-hour and its window, activation, pause and end, the log
//! of decisions, clashes with other operations, release labels.
//!
//! The plan of an operation is in [`crate::plan`], who is bound to its tasks in [`crate::assignment`], how they
//! are carried out in [`crate::execution`], what is given to it in [`crate::contribution`], what it came to in
//! [`crate::outcome`], what is reported on it in [`crate::sitrep`], what is learned from it in [`crate::review`]; all fold
//! into one state, because their rules need each other.

mod command;
mod decide;
mod ending;
mod event;
mod examples;
pub(crate) mod gates;
mod log;
mod logging;
pub(crate) mod marking;
mod sources;
mod state;

pub use command::{NewRecordedDecision, OperationCommand};
pub use event::{DecisionOption, OperationEvent, PlannedDecision};
pub use log::{Cleared, Deconfliction, RecordedDecision};
pub use state::{Ended, Operation, OperationStatus, Paused};
