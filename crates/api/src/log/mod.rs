//! The log as it may be read: events, what differs between two moments, what happens now, and who was shown
//! what.

pub mod access;
pub mod change;
pub mod event;
pub mod knowledge;
pub(crate) mod reading;
pub mod replay;
pub(crate) mod standing;
pub mod subscription;

pub use access::AccessQueries;
