//! Coordination centres: proposal, siting by weighted criteria, establishment, activation.

mod code;
mod command;
mod decide;
mod event;
mod examples;
mod sources;
mod state;

pub use code::{CentreCode, CentreId};
pub use command::CentreCommand;
pub use event::{CentreEvent, Criterion, Score};
pub use state::{Centre, CentreStatus, ForwardPost, Selection, Site, weighted_score};
