//! Plans: their versions, what these say, their tasks and annexes, and what nations decide on them.

pub mod annex;
mod asked;
pub mod calendar;
mod deciding;
pub mod decision;
pub mod difference;
mod drafting;
pub mod frago;
pub mod input;
mod queries;
pub mod sections;
pub mod task;
pub mod task_input;
pub mod task_version;
pub mod terms;
pub mod version;

pub use deciding::DecisionMutations;
pub use drafting::PlanMutations;
pub use frago::FragoMutations;
pub use queries::TaskQueries;
