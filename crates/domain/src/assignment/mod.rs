//! Assignments: who is bound to which task, and when a post is bound, across operations.
//!
//! Before H-hour is set, overlaps within an operation are judged on offsets; afterwards on instants, and
//! then across operations too. A post is bound until its task finishes by the calendar that holds for the
//! task, so that H-hour also decides how long that is.

pub(crate) mod carrying;
mod command;
pub(crate) mod decide;
mod event;
mod examples;
mod sources;
mod state;
pub(crate) mod telling;

pub use command::AssignmentCommand;
pub use event::AssignmentEvent;
pub use state::{Answer, Assignment, Booking, Bookings, OfficerRequest, Progress, RequestStatus};
