//! Examples of what partners ask of each other.

use crate::{
    OperationCode, Priority, RequestCode,
    catalogue::examples::parse::{at, of},
    clock::{ClockKind, SetClock},
    release::Release,
    request::{Channel, RequestEvent, RequestKind},
};

impl RequestEvent {
    pub(crate) fn examples() -> Vec<Self> {
        let operation = || -> OperationCode { of("SAPHAN") };
        let request = || -> RequestCode { of("RFA-001") };
        let acknowledge = || SetClock {
            clock: ClockKind::Acknowledge,
            due_at: at("2023-10-11T23:13:00+07:00"),
            escalate_to: None,
        };
        let due = SetClock {
            clock: ClockKind::Due,
            due_at: at("2023-10-29T09:00:00+07:00"),
            escalate_to: Some(of("THA-02")),
        };
        let issued = |kind, channel, incident: Option<&str>, release, clocks| Self::RequestIssued {
            operation: operation(),
            request: request(),
            kind,
            channel,
            priority: Priority::P1,
            from: of("THA"),
            to: of("MMR"),
            incident: incident.map(of),
            text: of("Stop the boats on your bank"),
            release,
            clocks,
        };
        let fulfilled = |answer: Option<&str>| Self::RequestFulfilled {
            operation: operation(),
            request: request(),
            answer: answer.map(of),
        };
        let escalated = |priority, to: Option<&str>, clocks| Self::RequestEscalated {
            operation: operation(),
            request: request(),
            priority,
            to: to.map(of),
            reason: of("Nobody has answered"),
            clocks,
        };
        let to_china = Release { releasable_to: [of("CHN")].into(), ..Release::default() };
        vec![
            issued(RequestKind::Rfa, Channel::Police, Some("INC-001"), to_china, vec![acknowledge()]),
            issued(RequestKind::Rfi, Channel::Mla, None, Release::default(), vec![due]),
            issued(RequestKind::Rfi, Channel::Mla, None, Release::default(), Vec::new()),
            Self::RequestAcknowledged { operation: operation(), request: request() },
            Self::RequestAccepted { operation: operation(), request: request() },
            Self::RequestDeclined {
                operation: operation(),
                request: request(),
                reason: of("No boat is free before morning"),
            },
            fulfilled(Some("17 persons were stopped and handed over")),
            fulfilled(None),
            escalated(Some(Priority::P1), None, vec![acknowledge()]),
            escalated(None, Some("MMR-01"), Vec::new()),
            Self::RequestWithdrawn {
                operation: operation(),
                request: request(),
                reason: of("The persons were found elsewhere"),
            },
            Self::RequestTimesCorrected {
                operation: operation(),
                request: request(),
                claim: 4,
                corrects: 2,
                at: at("2023-10-11T23:05:00+07:00"),
                reason: of("The radio log says so"),
            },
            Self::RequestDeadlineMissed {
                operation: operation(),
                request: request(),
                clock: 1,
                kind: ClockKind::Acknowledge,
            },
        ]
    }
}
