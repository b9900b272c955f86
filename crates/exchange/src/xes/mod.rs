//! XES (IEEE 1849-2016), so that logs go to process mining and come from it: an event log as traces of events.
//!
//! Every attribute of ours is of a standard extension, or has a name without a prefix:
//!
//! | Of an event | Attribute | |
//! |---|---|---|
//! | what was done | `concept:name` | |
//! | how far that came | `lifecycle:transition` | of the standard's model |
//! | when | `time:timestamp` | in UTC, with milliseconds |
//! | by whom | `org:resource`, `org:group` | a post and its partner; a service has no group |
//! | which event of the log it is | `identity:id` | the same in each trace that has it |
//! | what else the log says | `event_type`, `position`, … | as [`Details`](crate::mining::Details) has it |
//!
//! Of a file that others wrote is read what an event's name, transition, time and resource are, by the keys that a
//! [`Keys`] names, and each trace's name. A prefix that a file declares for a standard extension is that extension's.
//! What is read stands once in its event or trace, and times are of the years that [`YEARS`] has.
//! Everything else is checked and passed over: globals, classifiers, nested attributes, lists and containers. Document
//! types are refused and entities of one's own unknown; files that are compressed (`.xes.gz`) are to be unpacked
//! first.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use crate::xml::Place;
pub use read::{Keys, Log, MOST_BYTES, MOST_EVENTS, ReadEvent, ReadTrace, Time, YEARS, read};
pub use write::{Event, Trace, write};

/// How far an activity came: the standard's model of a life cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Transition {
    Schedule,
    Assign,
    Start,
    Suspend,
    Resume,
    /// Given up after it began.
    AteAbort,
    /// Given up before it began.
    PiAbort,
    Complete,
}

/// The standard's extensions that are written: name, prefix and where each is defined.
const EXTENSIONS: [(&str, &str, &str); 5] = [
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Identity", "identity", "http://www.xes-standard.org/identity.xesext"),
];
