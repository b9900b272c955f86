//! Examples of what happens to the watch.

use crate::{
    Priority,
    catalogue::examples::parse::of,
    clock::{ClockKind, Limit},
    watch::{WatchEvent, WatchRules},
};

impl WatchEvent {
    pub(crate) fn examples() -> Vec<Self> {
        let rules = |limits| Self::WatchRulesSet {
            centre: of("CMCC"),
            rules: WatchRules { shift_hours: 12, min_officers: 2, min_nations: 2, limits },
        };
        let limit = |clock, minutes, to: Option<&str>| Limit {
            priority: Priority::P1,
            clock,
            minutes,
            escalate_to: to.map(of),
        };
        vec![
            rules(vec![
                limit(ClockKind::Acknowledge, 15, None),
                limit(ClockKind::Decide, 60, Some("THA-01")),
            ]),
            rules(Vec::new()),
        ]
    }
}
