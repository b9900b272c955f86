//! Rows of plans: versions, their tasks and annexes, and what nations decide on them.

mod annex;
mod content;
mod decision;
mod task;
mod version;

pub use annex::AnnexRow;
pub use content::PartRow;
pub use decision::{ConditionRow, DecisionRow};
pub use task::{PlannedTaskRow, TaskFilter, TaskOrigin, TaskPlace, TaskRow, TaskVersionRow};
pub use version::PlanVersionRow;
