//! When tasks were really carried out.

use super::values::Instant;
use crate::scenario::record::record;

record! {
    /// When a task was really carried out; with `end_first_recorded_as`, its end was recorded wrongly at
    /// `end_rec` and put right at `corrected_rec`.
    Actual {
        id: String, start: Instant, end: Instant, start_recorded in "start_rec": Option<Instant>,
        end_recorded in "end_rec": Option<Instant>, end_first_recorded_as: Option<Instant>,
        corrected_recorded in "corrected_rec": Option<Instant>,
    }
}
