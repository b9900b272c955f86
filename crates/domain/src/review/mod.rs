//! The after-action review of an operation: the four questions, what was observed, findings with their evidence, what is
//! done about them, and which partners adopt it.
//!
//! All of it folds into the state of its operation, because evidence is what that operation has. What a partner may not see
//! is no evidence for it: it is told that there is some. Nothing here counts or measures anything.

mod acting;
mod adopting;
mod code;
mod command;
mod decide;
mod event;
mod evidence;
mod examples;
mod finding;
mod place;
mod proving;
mod sources;
mod standing;
mod state;
mod writing;

pub use code::{EvidenceId, FindingCode, FindingId, ObservationId, ReviewId};
pub use command::{NewFinding, Remedy, ReviewCommand};
pub use event::ReviewEvent;
pub use evidence::{Evidence, EvidenceKind, MeasuredOf, Parts};
pub use finding::{Action, Completion, Finding, FindingKind, FindingStatus, LinkedEvidence, Validation};
pub use standing::{Adoption, Answer, Observation, Question, Review};
pub use writing::MOST_EVIDENCE;
