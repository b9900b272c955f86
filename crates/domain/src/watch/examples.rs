//! Examples of what happens to the watch.

use crate::{
    Priority,
    catalogue::examples::parse::{at, of},
    centre::CentreCode,
    clock::{ClockKind, Limit},
    release::Release,
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
        let centre = || -> CentreCode { of("CMCC") };
        let posts = |codes: &[&str]| codes.iter().map(|code| of(code)).collect();
        let made = |release| Self::LogEntryMade {
            centre: centre(),
            entry: 7,
            owner: of("MMR"),
            category: of("SECURITY"),
            text: of("Shots were heard north of Site A"),
            release,
        };
        let to_thailand = Release { releasable_to: [of("THA")].into(), ..Release::default() };
        vec![
            rules(vec![
                limit(ClockKind::Acknowledge, 15, None),
                limit(ClockKind::Decide, 60, Some("THA-01")),
            ]),
            rules(Vec::new()),
            Self::ShiftRostered {
                centre: centre(),
                shift: 3,
                from: at("2023-10-14T18:00:00+07:00"),
                to: at("2023-10-15T06:00:00+07:00"),
                officers: posts(&["CHN-01", "LAO-01"]),
            },
            Self::WatchAssumed { centre: centre(), shift: 3, post: of("CHN-01"), partner: of("CHN") },
            Self::WatchHandedOver {
                centre: centre(),
                shift: 2,
                to: 3,
                brief: of("One incident is open; RFA-004 waits for an answer"),
            },
            Self::WatchGapDetected {
                centre: centre(),
                shift: 3,
                missing: posts(&["LAO-01"]),
                officers: 1,
                nations: 1,
            },
            Self::WatchGapEnded { centre: centre(), shift: 3 },
            made(None),
            made(Some(to_thailand)),
            Self::LogEntryCorrected {
                centre: centre(),
                entry: 8,
                corrects: 7,
                text: of("Fireworks were heard north of Site A"),
                reason: of("The patrol has seen them"),
            },
        ]
    }
}
