//! Files that plans come in from and go out to, so that planners can leave their spreadsheets, and come back
//! to them; and event logs, for the tools of those who look at processes.
//!
//! A file becomes rows of the domain's types, or every fault that it has, with line and column; rows become a
//! file that is read as the same rows. No IO is here, and no rule of plans: whether a phase exists, or tasks
//! wait for each other in a circle, is for whoever takes the rows.

pub mod csv;
mod fault;
mod field;
pub mod ical;
pub mod mining;
pub mod mspdi;
pub mod ocel;
mod predecessor;
mod row;
pub mod xes;
mod xml;

pub use fault::{Column, Fault, Faults, MOST_FAULTS, printable};
pub use field::{Field, InvalidMapping, Mapping};
pub use row::Row;
