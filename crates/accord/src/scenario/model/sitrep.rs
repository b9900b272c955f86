//! Reports on the situation.

use super::values::Instant;
use crate::scenario::record::record;

record! {
    /// `persons_received` and `tasks_completed` are what it tells, for whoever holds it against that.
    Sitrep {
        id: String, at: Instant, corrects: Option<String>, persons_received: u32 = 0,
        tasks_completed: Option<u32>, reason: Option<String>, last in "final": bool = false,
    }
}
