//! Rows of the watch of centres.

mod log_entry;
mod shift;

pub use log_entry::LogEntryRow;
pub use shift::{ShiftRow, ShiftSpan};
