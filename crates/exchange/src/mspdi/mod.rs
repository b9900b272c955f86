//! Microsoft Project's XML (MSPDI), which most planning programs read and write.
//!
//! The format is Microsoft's *Project XML Data Interchange Schema*; elements are written in its order, which
//! Microsoft Project insists on. What a plan has, and where it stands:
//!
//! | Of a task | Element | |
//! |---|---|---|
//! | code | custom field `Accord code` | else the WBS code, if it is a code with a letter; else `T` and the `ID` |
//! | title | `Name` | |
//! | phase | the summary task of the first level above it | its code in the custom field `Accord phase`; else its WBS code, or its name, if that is a code with a letter; else `P` and its number |
//! | group | the summary task of the second level above it | deeper ones are passed over |
//! | offset and constraint | `ConstraintType` 4 (start no earlier than) or 2 (must start on) with its date | type 0: as soon as possible |
//! | latest finish | `Deadline` | type 7 (finish no later than) with its date is read as one, too |
//! | duration | `Duration` | hours of work: a day of eight hours is `PT8H`; a milestone has none |
//! | predecessors | `PredecessorLink` | what a link cannot say stands in the custom field `Accord predecessors` |
//! | lead, territory, post, line of effort, mutual legal assistance | custom fields `Accord lead`, … | |
//!
//! Custom fields are `ExtendedAttributes` of tasks, known by their alias; a [`Mapping`](crate::Mapping) names
//! others.
//!
//! Dates have no time zone in this format; they are UTC. H-hour is a milestone of the first level whose name
//! begins with `H-hour`: offsets are counted from its start. Without one in a file they are counted from the
//! H-hour that the caller gives; a file with neither can have no such date. An operation that has no H-hour
//! is written around [`NOMINAL_H_HOUR`], and that milestone says so.
//!
//! Without a constraint and without a task that it starts after, a task of a file of another program starts
//! no earlier than the project's `StartDate`, as it does there, if H-hour is known; otherwise it starts as
//! soon as possible, as in a plan.
//!
//! Lags are in tenths of a minute. One that is not a whole number of them is rounded in its link, and stands
//! exactly in `Accord predecessors`; that counts as long as the link is what it was written as. A predecessor
//! that is not in the file stands there alone.
//!
//! A plan's calendars are `Calendars`, and each task has its post's, else its lead's, as `CalendarUID`. What
//! they cannot say, and when it counts, is told in the module `calendar`: those that this crate wrote come
//! back as they were. In a file of another program, a calendar that tasks have becomes that of their posts,
//! or of the leads of those without a post, in UTC. A task that has another one than its post or its lead
//! would give it is a fault. The project's own calendar (often of eight hours on five days) is not read:
//! durations are hours of work in both, and a plan's tasks without a calendar are worked on round the clock.
//!
//! Passed over are: the project's own summary task, blank rows, inactive tasks and links to them, resources,
//! assignments, progress, baselines, and splits, of which `Duration` counts only the work. Faults are: tasks
//! that are scheduled manually, repeat, or belong to other projects; constraints other than the above;
//! constraints, deadlines and links of summary tasks, and links to them; lags in percent, and lags in working
//! time where the project's calendar has less than 24 hours on seven days; and of calendars that tasks have,
//! weeks of other hours, exceptions that repeat, on which more is worked, or that take a part of a day.

mod calendar;
mod read;
#[cfg(test)]
mod tests;
mod value;
mod write;
mod xml;
mod xml_writer;

pub use read::{Defaults, MOST_BYTES, MOST_ROWS, Project, read};
pub use write::{Plan, write};

use crate::Field;
use chrono::NaiveDateTime;
use domain::plan::DependencyKind;

/// Where H-hour is taken to be when it is not set: 2000-01-01T00:00:00, which nobody takes for a date of the
/// plan.
pub const NOMINAL_H_HOUR: NaiveDateTime =
    chrono::DateTime::UNIX_EPOCH.naive_utc().checked_add_days(chrono::Days::new(10_957)).expect("in range");

/// How dates are written.
const DATE: &str = "%Y-%m-%dT%H:%M:%S";

/// What the name of the milestone that stands for H-hour begins with, in any case.
const H_HOUR: &str = "H-hour";

/// What names of custom fields begin with, so that they are nobody else's.
const PREFIX: &str = "Accord ";

/// Fields of a task that the format has no element for: the ids and names of the custom fields in which they
/// are written.
const CUSTOM: [(Field, &str, &str); 8] = [
    (Field::Code, "188743731", "Text1"),
    (Field::Phase, "188743734", "Text2"),
    (Field::Lead, "188743737", "Text3"),
    (Field::Territory, "188743740", "Text4"),
    (Field::Post, "188743743", "Text5"),
    (Field::LineOfEffort, "188743746", "Text6"),
    (Field::Predecessors, "188743747", "Text7"),
    (Field::MutualLegalAssistance, "188743748", "Text8"),
];

/// Kinds of links with their numbers in the format.
const KINDS: [(DependencyKind, &str); 4] = [
    (DependencyKind::FinishToFinish, "0"),
    (DependencyKind::FinishToStart, "1"),
    (DependencyKind::StartToFinish, "2"),
    (DependencyKind::StartToStart, "3"),
];

/// Seconds in a tenth of a minute, which lags are counted in.
const LAG_SECONDS: i64 = 6;

/// In tenths of a minute, rounded to zero.
fn link_lag(lag: domain::Span) -> i64 {
    lag.as_seconds() / LAG_SECONDS
}
