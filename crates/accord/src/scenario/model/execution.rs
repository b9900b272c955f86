//! When tasks were really carried out.

use super::values::Instant;
use crate::scenario::record::{kinds, names, record};

record! {
    /// When a task was really carried out. What was said of its start or its end before that was right is told by
    /// `start_told` and `end_told`, the last of which is right; of an end that was wrong once also by
    /// `end_first_recorded_as`, until `corrected_rec`.
    Actual {
        id: String, start: Instant, end: Instant, start_recorded in "start_rec": Option<Instant>,
        end_recorded in "end_rec": Option<Instant>, end_first_recorded_as: Option<Instant>,
        corrected_recorded in "corrected_rec": Option<Instant>,
        start_told: Vec<Telling> = Vec::new(), end_told: Vec<Telling> = Vec::new(),
    }
}

record! {
    /// What was said to have happened at `at`; each after the first puts right the one before.
    Telling { at: Instant, recorded in "rec": Instant, reason: Option<String> }
}

record! {
    /// What was reported of a task, beside `actuals`.
    Report {
        task: String, occurred in "occ": Instant, recorded in "rec": Option<Instant>, event flat "ev": ReportEvent,
    }
}
kinds! {
    ReportEvent {
        Started = "TaskStarted" {}
        Progress = "TaskProgressReported" { percent: u32, text: Option<String> }
        Blocked = "TaskBlocked" { reason: BlockReason, text: Option<String> }
        Unblocked = "TaskUnblocked" { text: Option<String> }
        Completed = "TaskCompleted" { text: Option<String> }
        Cancelled = "TaskCancelled" { text: String }
    }
}
names! {
    BlockReason {
        NoAccess = "NO_ACCESS", Waiting = "WAITING", Resources = "RESOURCES", Weather = "WEATHER", Legal = "LEGAL",
        Other = "OTHER",
    }
}
