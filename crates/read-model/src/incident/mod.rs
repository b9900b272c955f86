//! Rows of incidents, and of the tasks that responses to them made.

mod emergent_task;
mod rows;

pub use emergent_task::EmergentTaskRow;
pub use rows::IncidentRow;
