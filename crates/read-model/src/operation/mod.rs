//! Rows of operations: who of a coalition does what together, who is bound to which task, who may read what.

mod assignment;
mod release;
mod request;
mod rows;

pub use assignment::AssignmentRow;
pub use release::TaskLabelRow;
pub(crate) use release::readers;
pub use request::OfficerRequestRow;
pub use rows::{OperationFilter, OperationRow};
