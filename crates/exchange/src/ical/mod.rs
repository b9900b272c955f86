//! iCalendar (RFC 5545), so that the tasks of a plan stand in people's own calendars. Only written: a
//! calendar has no plan.
//!
//! An event is a task. Its `UID` is the task's id, the same in every version of the plan, and `SEQUENCE` and
//! `DTSTAMP` grow with the log that it is read from, so that a calendar that has the event replaces it.
//! Moments are in UTC. A task that takes no time has a `DTSTART` and no `DTEND`, as the standard has it
//! (3.6.1); events take up nobody's time (`TRANSP`), for tasks run for days. `NAME` and `REFRESH-INTERVAL`
//! are of RFC 7986; `X-WR-CALNAME`, `X-WR-CALDESC` and `X-PUBLISHED-TTL` say the same to programs that do not
//! know it.
//!
//! The crate `icalendar` writes the same text. It brings a clock and random numbers into every crate that is
//! built with this one, and would take them where a stamp or an id is forgotten; what is needed of it here
//! are the two rules below.

#[cfg(test)]
mod tests;
mod write;

pub use write::{shown, write};

use chrono::{DateTime, Utc};
use domain::Span;

/// Events under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// What programs show it as.
    pub name: String,
    /// What else there is to say of it; may be empty.
    pub description: String,
    /// How long a program that subscribes to it should wait before it asks again. In whole seconds, not
    /// negative.
    pub refresh: Span,
    pub events: Vec<Event>,
}

/// The standard's largest integer (3.3.8).
pub const MOST_SEQUENCE: u32 = i32::MAX.unsigned_abs();

/// A task at its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Unique in the world, without a host: people see it nowhere.
    pub uid: String,
    /// As of when it is what stands here.
    pub stamp: DateTime<Utc>,
    /// Larger whenever something here is another. At most [`MOST_SEQUENCE`].
    pub sequence: u32,
    pub start: DateTime<Utc>,
    /// Exclusive; not before the start.
    pub finish: DateTime<Utc>,
    pub summary: String,
    /// In lines.
    pub description: String,
    /// Where it is carried out.
    pub location: String,
    pub categories: Vec<String>,
    pub status: Status,
    pub access: Access,
}

/// How certain an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// In a plan that is not in force.
    Tentative,
    Confirmed,
    Cancelled,
}

/// Whom a program may show it to that shows calendars to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Public,
    Confidential,
}
