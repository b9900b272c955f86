//! OCEL 2.0 as JSON, so that process mining sees events with all the objects that they are about, instead of one case
//! for each. Only written.
//!
//! Types and their attributes are declared from what the events and objects have. A value of an object holds from its
//! time on; what never changes holds from the beginning of time, 1970, as the standard has it.

#[cfg(test)]
mod tests;
mod write;

pub use write::write;

use crate::mining::Details;
use chrono::{DateTime, Utc};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Another one in each event of a file.
    pub id: String,
    /// What happened.
    pub kind: String,
    pub at: DateTime<Utc>,
    pub details: Details,
    /// What it is about.
    pub relations: Vec<Relation>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Another one in each object of a file.
    pub id: String,
    pub kind: String,
    /// In the order of time.
    pub attributes: Vec<Attribute>,
    pub relations: Vec<Relation>,
}

/// A text, from a time on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub name: &'static str,
    /// `None`: it never changes.
    pub since: Option<DateTime<Utc>>,
    pub value: String,
}

/// That something is about an object, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// The object's id.
    pub object: String,
    pub qualifier: &'static str,
}
