//! Plans: their versions, what these say, their tasks and annexes, and what nations decide on them.

pub mod annex;
pub mod calendar;
pub mod deciding;
pub mod decision;
pub mod drafting;
pub mod frago;
pub mod input;
pub mod sections;
pub mod task;
pub mod task_input;
pub mod task_version;
pub mod version;
