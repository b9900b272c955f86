//! What was learnt.

use super::values::Instant;
use crate::scenario::record::{names, record};
use chrono::NaiveDate;

record! {
    Review {
        id: String, questions: Questions, findings: Vec<Finding> = Vec::new(), adopted: Option<Adoption>,
    }
}
record! { Questions { planned: String, happened: String, why: String, next: String } }
record! {
    Finding {
        id: String, kind in "type": FindingKind, observation in "O": String, discussion in "D": String,
        conclusion in "C": String, recommendation in "R": String, evidence: Vec<String>, owner: String,
        due: NaiveDate,
        status: FindingStatus,
    }
}
names! { FindingKind { Sustain = "SUSTAIN", Improve = "IMPROVE" } }
names! {
    FindingStatus {
        Observed = "OBSERVED", LessonIdentified = "LESSON_IDENTIFIED", ActionAssigned = "ACTION_ASSIGNED",
        LessonLearned = "LESSON_LEARNED",
    }
}
record! { Adoption { at: Instant, by: Vec<String> } }
