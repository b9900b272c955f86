//! Requests for information and for assistance: who asks whom, by which way, and what is answered in which time.
//!
//! They fold into the state of their operation, because it does not close while one is open. The two partners of a request
//! read it even if they do not read its operation. What is said of a request is a [`Claim`](crate::claim::Claim), its time
//! limits are [`Clock`](crate::clock::Clock)s.

mod command;
mod decide;
mod event;
mod examples;
mod sources;
mod standing;
mod state;

pub use command::{NewRequest, RequestCommand};
pub(crate) use decide::check_answered;
pub use event::{Channel, RequestClaim, RequestClaimKind, RequestEvent, RequestKind};
pub use standing::{Request, RequestStanding, RequestStatus, standing};
