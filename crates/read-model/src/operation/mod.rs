//! Rows of operations: who of a coalition does what together, who is bound to which task, who may read what,
//! what was decided.

mod assignment;
mod deconfliction;
mod reader;
mod recorded_decision;
mod release;
mod request;
mod rows;

pub use assignment::AssignmentRow;
pub use deconfliction::DeconflictionRow;
pub use reader::OperationReaderRow;
pub use recorded_decision::{DecidedPointRow, RecordedDecisionRow};
pub use release::TaskLabelRow;
pub(crate) use release::readers;
pub use request::OfficerRequestRow;
pub use rows::{OperationFilter, OperationRow};
