//! SITREPs: numbered reports on an operation, whose figures stay as they were when they were issued.
//!
//! Figures are counted from what is folded, as it held at the end of the period and as it was known then, and stand in
//! the event: nothing that is learned later changes them. What is wrong is put right by another one, which names what
//! differs. Nothing here counts what one of the readers may not see.

mod command;
mod counting;
mod decide;
mod event;
mod examples;
mod figures;
mod sources;
mod standing;
mod state;

pub use command::SitrepCommand;
pub use event::SitrepEvent;
pub use figures::{
    ClockFigures, ContributionFigures, Difference, Figures, IncidentFigures, Period, PersonsCount,
    PersonsFigures, RequestFigures, TaskFigures, Upcoming,
};
pub use standing::{Correction, Sitrep};
