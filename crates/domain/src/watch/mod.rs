//! The watch of a centre: its rules, who stands it when, and what they enter in its log.
//!
//! It folds into the state of its centre; the limits that it sets for incidents and requests also into the coalition's,
//! because whoever reports or asks does so for all.

mod agenda;
mod command;
mod coverage;
mod decide;
mod event;
mod examples;
mod logging;
mod shift;
mod sources;
mod standing;
mod state;

pub use agenda::ShiftFacts;
pub use command::WatchCommand;
pub use coverage::{CoveredHour, coverage, running};
pub use event::{WatchEvent, WatchRules};
pub(crate) use standing::EARLY;
pub use standing::{Gap, HandOver, LogEntry, OnWatch, Shift, ShiftStatus, Strength, Watch};
