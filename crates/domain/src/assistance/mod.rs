//! Persons that an operation's partners assist, as counts and never as persons: how many were received, screened,
//! identified as victims of trafficking, and what became of those.
//!
//! Each partner that receives persons counts for itself: it is their referring authority, and reads its counts as they
//! are. All others read what can be told without telling a small count, which is decided as each count comes in and
//! stays so. Counts are claims, so that they are corrected and never changed, and that they do not add up is shown,
//! not refused. Nothing here is a text in somebody's words: a name would have no place to stand.

mod command;
mod decide;
mod disclosure;
mod event;
mod examples;
mod figure;
mod sources;
mod standing;
mod state;

pub use command::{AssistanceCommand, Correction};
pub use event::AssistanceEvent;
pub use figure::{
    Cell, CorrectionReason, Figure, LateReason, MINIMUM, NationalityCount, OTHER, OutcomeCount, Sum, Tally,
};
pub use standing::{Assistance, Balance, Counted, Step};
