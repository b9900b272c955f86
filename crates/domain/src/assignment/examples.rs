//! Examples of what happens between posts and tasks.

use crate::{
    OperationCode, PostCode, Span, TaskCode,
    assignment::AssignmentEvent,
    catalogue::examples::parse::{at, of},
};

impl AssignmentEvent {
    pub(crate) fn examples() -> Vec<Self> {
        let operation = || -> OperationCode { of("SAPHAN") };
        let task = || -> TaskCode { of("T16") };
        let post = || -> PostCode { of("MMR-02") };
        let assigned = |h_hour: Option<&str>| Self::OfficerAssigned {
            operation: operation(),
            number: 16,
            task: task(),
            post: post(),
            start: Span::ZERO,
            duration: Span::hours(12),
            h_hour: h_hour.map(at),
            is_fixed: false,
        };
        let requested = |reason: Option<&str>| Self::OfficerRequested {
            operation: operation(),
            number: 1,
            task: task(),
            post: post(),
            by: of("THA"),
            reason: reason.map(of),
        };
        vec![
            assigned(None),
            assigned(Some("2023-10-09T06:00:00+07:00")),
            Self::OfficerAssigned {
                operation: operation(),
                number: 30,
                task: of("ET-01"),
                post: of("THA-06"),
                start: Span::ZERO,
                duration: Span::hours(3),
                h_hour: Some(at("2023-10-11T23:33:00+07:00")),
                is_fixed: true,
            },
            Self::AssignmentRetimed {
                operation: operation(),
                number: 16,
                task: task(),
                post: post(),
                start: Span::hours(-6),
                duration: Span::hours(12),
            },
            Self::AssignmentUnderWay {
                operation: operation(),
                number: 16,
                task: task(),
                post: post(),
                start: "PT10M".parse().expect("examples are durations"),
                duration: "PT11H50M".parse().expect("examples are durations"),
                h_hour: at("2023-10-10T06:00:00+07:00"),
            },
            Self::AssignmentWithdrawn {
                operation: operation(),
                number: 16,
                task: task(),
                post: post(),
                reason: of("Needed at Site B"),
            },
            requested(Some("For the night crossing")),
            requested(None),
            Self::OfficerRequestAccepted { operation: operation(), number: 1, task: task(), post: post() },
            Self::OfficerRequestDeclined {
                operation: operation(),
                number: 1,
                task: task(),
                post: post(),
                reason: of("On leave"),
            },
        ]
    }
}
