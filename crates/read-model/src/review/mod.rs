//! Reviews of operations: what was written, observed and found, and what proves it.

mod evidence;
mod finding;
mod lessons;
mod observation;
mod rows;

pub use evidence::{EvidenceDetail, EvidenceRow, ProofRow};
pub use finding::{ActionColumn, CompletionColumn, FindingFilter, FindingRow, ValidationColumn};
pub use lessons::LessonFilter;
pub use observation::ObservationRow;
pub use rows::{AdoptionColumn, AnswerColumn, ReviewRow};
