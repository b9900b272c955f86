//! Who may write in a review, act on what it found, and adopt it.

use crate::{
    Role,
    catalogue::sources::sender::{LEAD, SPEAKER, Sender, Source, by, mutation},
    review::ReviewCommand,
};

pub(super) const REVIEWER: &[Role] = &[Role::Reviewer];

/// Who begins a review, says who has to act, and looks at what was done.
pub(super) const ASSIGNER: &[Role] = &[Role::Reviewer, Role::Commander];

/// Whoever worked in the operation or in the centre.
pub(super) const OBSERVER: &[Role] =
    &[Role::Planner, Role::Commander, Role::Liaison, Role::Watch, Role::Reviewer];

/// Whoever works in the field or in the centre: those who only review change nothing.
pub(super) const DOER: &[Role] = &[Role::Planner, Role::Commander, Role::Liaison, Role::Watch];

const OPENER: Sender = by(ASSIGNER, LEAD);
const WRITER: Sender = by(REVIEWER, LEAD);
const WITNESS: Sender = by(OBSERVER, "a partner that reads the operation");
const PROVER: Sender = by(REVIEWER, "a partner that reads the operation");
const OWNER: Sender = by(DOER, "a partner that reads the operation, in the post that has to act");
const VALIDATOR: Sender =
    by(ASSIGNER, "a partner that reads the operation, in another post than the one that acted");
const ADOPTER: Sender = by(SPEAKER, "a partner that takes tasks and reads the operation");

impl ReviewCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Review", "Open", "openReview", OPENER, &["ReviewOpened"]),
        mutation("Review", "Answer", "answerQuestion", WRITER, &["ReviewQuestionAnswered"]),
        mutation("Review", "Observe", "recordObservation", WITNESS, &["ObservationRecorded"]),
        mutation("Review", "RecordFinding", "recordFinding", WRITER, &["FindingRecorded", "EvidenceLinked"]),
        mutation("Review", "Recommend", "makeRecommendation", WRITER, &["RecommendationMade"]),
        mutation("Review", "LinkEvidence", "linkEvidence", PROVER, &["EvidenceLinked"]),
        mutation("Review", "AssignAction", "assignAction", OPENER, &["ActionAssigned"]),
        mutation("Review", "CompleteAction", "completeAction", OWNER, &["ActionCompleted"]),
        mutation("Review", "ValidateLesson", "validateLesson", VALIDATOR, &["LessonValidated"]),
        mutation("Review", "Adopt", "adoptReview", ADOPTER, &["ReviewAdopted"]),
    ];
}
