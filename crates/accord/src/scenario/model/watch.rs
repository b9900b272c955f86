//! Who is on watch, and how fast it has to answer.

use super::{incident::Priority, values::Instant};
use crate::scenario::record::record;

record! {
    WatchRules {
        cover: String, shift_hours: u32, min_officers: u32, min_nations: u32, ack_minutes: Minutes,
        decide_minutes: Minutes, respond_minutes: Minutes,
    }
}
record! {
    /// Limits by priority; a priority without one has no clock.
    Minutes { p1 in "P1": Option<u32>, p2 in "P2": Option<u32>, p3 in "P3": Option<u32> }
}

impl Minutes {
    pub fn of(&self, priority: Priority) -> Option<u32> {
        match priority {
            Priority::P1 => self.p1,
            Priority::P2 => self.p2,
            Priority::P3 => self.p3,
        }
    }
}

record! {
    Shift {
        name in "shift": String, from: Instant, to: Instant, on: Vec<String>, gap: Option<WatchGap>,
    }
}
record! { WatchGap { from: Instant, to: Instant, missing: String } }
