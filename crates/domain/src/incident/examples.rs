//! Examples of what happens to an incident.

use crate::{
    IncidentCode, OperationCode, Position, Priority, Span,
    catalogue::examples::parse::{at, of},
    clock::{ClockKind, SetClock},
    incident::{IncidentEvent, IncidentKind, Methane, ResponseTask},
    release::Release,
};

impl IncidentEvent {
    #[expect(clippy::too_many_lines, reason = "a list: one short entry for each event")]
    pub(crate) fn examples() -> Vec<Self> {
        let operation = || -> OperationCode { of("SAPHAN") };
        let incident = || -> IncidentCode { of("INC-001") };
        let bare = || Methane {
            title: of("Persons reported being moved from Site B towards a river crossing"),
            kind: IncidentKind::PersonsMoved,
            place: None,
            territory: None,
            hazards: None,
            access: None,
            persons: None,
            present: None,
            ccir: None,
        };
        let told = Methane {
            place: Some(of("Crossing south of Site B")),
            territory: Some(of("MMR")),
            hazards: Some(of("High water, armed escort")),
            access: Some(of("By boat from the Thai bank")),
            persons: Some(20),
            present: Some(of("One patrol of the Myanmar Police Force")),
            ccir: Some(of("CCIR3")),
            ..bare()
        };
        let clock =
            |clock, due, to: Option<&str>| SetClock { clock, due_at: at(due), escalate_to: to.map(of) };
        let reported = |report, release| Self::IncidentReported {
            operation: operation(),
            incident: incident(),
            owner: of("THA"),
            report,
            release,
        };
        let task = |post: Option<&str>| ResponseTask {
            code: of("ET-01"),
            title: of("Receive persons on the Thai bank"),
            lead: of("THA"),
            territory: of("THA"),
            post: post.map(of),
            start: at("2023-10-11T23:33:00+07:00"),
            duration: Span::hours(3),
        };
        let decided = |task| Self::ResponseDecided {
            operation: operation(),
            incident: incident(),
            task,
            reasons: of("Risk to life; each nation acts on its own bank"),
            seen_at: Position(301),
        };
        let escalated = |priority, to: Option<&str>, clocks| Self::IncidentEscalated {
            operation: operation(),
            incident: incident(),
            priority,
            to: to.map(of),
            reason: of("Nobody has answered"),
            clocks,
        };
        let dispatched = |task: Option<&str>| Self::ResponderDispatched {
            operation: operation(),
            incident: incident(),
            post: of("THA-06"),
            partner: of("THA"),
            task: task.map(of),
        };
        let contained = |persons_recovered| Self::IncidentContained {
            operation: operation(),
            incident: incident(),
            persons_recovered,
        };
        let closed = |outcome: Option<&str>| Self::IncidentClosed {
            operation: operation(),
            incident: incident(),
            outcome: outcome.map(of),
        };
        let triaged = |clocks| Self::IncidentTriaged {
            operation: operation(),
            incident: incident(),
            priority: Priority::P1,
            clocks,
        };
        let reopened = |clocks| Self::IncidentReopened {
            operation: operation(),
            incident: incident(),
            reason: of("Another group is on its way"),
            clocks,
        };
        let decide = || clock(ClockKind::Decide, "2023-10-11T23:40:00+07:00", None);
        vec![
            reported(bare(), None),
            reported(
                told,
                Some(Release { releasable_to: [of("THA"), of("MMR")].into(), ..Release::default() }),
            ),
            triaged(Vec::new()),
            triaged(vec![decide(), clock(ClockKind::Respond, "2023-10-12T01:40:00+07:00", Some("THA-01"))]),
            escalated(Some(Priority::P1), None, vec![decide()]),
            escalated(None, Some("THA-01"), Vec::new()),
            decided(None),
            decided(Some(task(Some("THA-06")))),
            decided(Some(task(None))),
            dispatched(None),
            dispatched(Some("ET-01")),
            Self::ResponderArrived { operation: operation(), incident: incident(), post: of("MMR-02") },
            contained(Some(17)),
            contained(None),
            closed(Some("17 persons received")),
            closed(None),
            reopened(Vec::new()),
            reopened(vec![decide()]),
            Self::IncidentTimesCorrected {
                operation: operation(),
                incident: incident(),
                claim: 9,
                corrects: 7,
                at: at("2023-10-12T00:50:00+06:30"),
                reason: of("The boat's log says so"),
            },
            Self::IncidentDeadlineMissed {
                operation: operation(),
                incident: incident(),
                clock: 2,
                kind: ClockKind::Respond,
            },
        ]
    }
}
