//! Coordination centres: proposal, siting by weighted criteria, establishment, activation.

mod command;
pub(crate) mod decide;
mod event;
mod state;

pub use command::CentreCommand;
pub use event::{CentreEvent, Criterion, Score};
pub use state::{Centre, CentreStatus, ForwardPost, Selection, Site, weighted_score};
