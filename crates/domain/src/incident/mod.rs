//! Incidents: what happened that no plan foresaw, how urgent it is, who was sent, and when they were there.
//!
//! They fold into the state of their operation, because it does not close while one is open, and because a response makes
//! tasks of it. What is said of an incident is a [`Claim`](crate::claim::Claim), its time limits are
//! [`Clock`](crate::clock::Clock)s.

mod command;
mod decide;
mod event;
mod examples;
mod found;
mod response;
mod sources;
mod standing;
mod state;

pub use command::IncidentCommand;
pub(crate) use decide::{authorise_correction, check_closed, check_correction, check_post};
pub use event::{IncidentClaim, IncidentClaimKind, IncidentEvent, IncidentKind, Methane, ResponseTask};
pub use standing::{EmergentTask, Incident, IncidentStanding, IncidentStatus, Responder, standing};
