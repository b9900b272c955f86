//! Plans: their versions, what these say, their tasks and annexes, and what nations decide on them.

pub mod annex;
pub mod calendar;
pub mod calendar_input;
pub mod deciding;
pub mod decision;
pub mod drafting;
pub mod frago;
pub mod frago_mutations;
pub mod sections;
pub mod task;
pub mod task_version;
pub mod version;
