//! Examples of what happens while a plan is carried out.

use crate::{
    OperationCode, PhaseCode, Position, TaskCode,
    catalogue::examples::parse::{at, of},
    execution::{BlockReason, ExecutionEvent, GoNoGo, Judgement},
};

impl ExecutionEvent {
    pub(crate) fn examples() -> Vec<Self> {
        let operation = || -> OperationCode { of("SAPHAN") };
        let task = || -> TaskCode { of("T17") };
        let phase = || -> PhaseCode { of("P3") };
        let judged = |criterion: &str, met, note: Option<&str>| Judgement {
            criterion: of(criterion),
            met,
            note: note.map(of),
        };
        let mut examples = vec![
            Self::TaskIssued { operation: operation(), task: task(), claim: 1 },
            Self::TaskAcknowledged { operation: operation(), task: task(), claim: 2 },
            Self::TaskStarted { operation: operation(), task: task(), claim: 3 },
            Self::TaskTimesCorrected {
                operation: operation(),
                task: task(),
                claim: 9,
                corrects: 8,
                at: at("2023-10-11T09:00:00+07:00"),
                reason: of("The team's list says when the last person was over the bridge"),
            },
            Self::TaskCancelled {
                operation: operation(),
                task: task(),
                claim: 4,
                reason: of("Site B was left before H-hour"),
            },
            Self::PhaseStarted { operation: operation(), number: 2, phase: phase() },
            Self::PhaseCompleted { operation: operation(), number: 2, phase: phase() },
            Self::GoNoGoStated {
                operation: operation(),
                phase: phase(),
                number: 2,
                partner: of("MMR"),
                decision: GoNoGo::Go,
                criteria: vec![
                    judged("rehearsal_complete", true, None),
                    judged("shelter_places_ge_120", false, Some("110 places stand, 10 follow on Tuesday")),
                ],
                accepted_risks: vec![of("shelter_places_ge_120")],
                seen_at: Position(181),
            },
            Self::GoNoGoStated {
                operation: operation(),
                phase: phase(),
                number: 2,
                partner: of("CHN"),
                decision: GoNoGo::NoGo,
                criteria: vec![judged("rehearsal_complete", false, None)],
                accepted_risks: Vec::new(),
                seen_at: Position(181),
            },
            Self::GoNoGoDecided { operation: operation(), phase: phase(), number: 2, decision: GoNoGo::Go },
        ];
        for text in [None, Some("The road is cut by water at two places")] {
            let text = || text.map(of);
            examples.extend([
                Self::TaskProgressReported {
                    operation: operation(),
                    task: task(),
                    claim: 4,
                    percent: 40,
                    text: text(),
                },
                Self::TaskBlocked {
                    operation: operation(),
                    task: task(),
                    claim: 5,
                    reason: BlockReason::NoAccess,
                    text: text(),
                },
                Self::TaskUnblocked { operation: operation(), task: task(), claim: 6, text: text() },
                Self::TaskCompleted { operation: operation(), task: task(), claim: 7, outcome: text() },
            ]);
        }
        examples
    }
}
