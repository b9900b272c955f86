//! What waits for whoever asks: one list over everything, the most urgent first.

mod found;
pub mod list;

pub use list::AgendaConnection;
