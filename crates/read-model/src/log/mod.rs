//! What cuts across subjects: events and histories, what changed between two moments, search.

mod change;
mod event;
mod replay;
mod search;

pub use change::{ChangedItem, ChangingEvent, ItemVersion, Stretch};
pub(crate) use event::item_entries;
pub use event::{Entry, EventFilter, EventRow, HistoryRow};
pub use replay::{
    ClockSpan, OPEN_CLOCKS, OPEN_INCIDENTS, ReplayCount, ReplayIncidentClaim, ReplayTaskClaim, VersionSpan,
};
pub use search::{Found, Search};
