//! Examples of what is written in a review, and of what is done about it.

use crate::{
    OperationCode, Position,
    assistance::Figure,
    catalogue::examples::parse::{at, of},
    ids::OperationId,
    release::{Matter, ScopeIds},
    review::{Evidence, FindingCode, FindingKind, MeasuredOf, Question, ReviewEvent},
};
use uuid::Uuid;

impl ReviewEvent {
    pub(crate) fn examples() -> Vec<Self> {
        let operation = || -> OperationCode { of("SAPHAN") };
        let finding = || -> FindingCode { of("F1") };
        let due = at("2024-01-01T00:00:00+07:00");
        let mut events = vec![
            Self::ReviewOpened { operation: operation() },
            Self::ReviewQuestionAnswered {
                operation: operation(),
                question: Question::Why,
                answer: of("Access delay at Site B; late records hid it from the centre"),
            },
            Self::ObservationRecorded {
                operation: operation(),
                number: 1,
                partner: of("LAO"),
                text: of("Nobody answered for the liaison post at night"),
            },
            Self::FindingRecorded {
                operation: operation(),
                finding: finding(),
                kind: FindingKind::Sustain,
                observation: of("P1 incident decided in 51 min and met in 165 min"),
                discussion: Some(of("Both liaison officers were on watch together")),
                conclusion: Some(of("Two-nation night watch works")),
                recommendation: Some(of("Keep two bordering nations on night watch")),
                owner: Some(of("THA-03")),
                due: Some(due),
            },
            Self::FindingRecorded {
                operation: operation(),
                finding: of("F3"),
                kind: FindingKind::Improve,
                observation: of("Arrival of the Myanmar unit recorded 245 min late"),
                discussion: None,
                conclusion: None,
                recommendation: None,
                owner: None,
                due: None,
            },
            Self::RecommendationMade {
                operation: operation(),
                finding: of("F3"),
                conclusion: of("The centre decided without knowing who was on scene"),
                recommendation: of("Issue satellite messaging to field teams"),
                owner: Some(of("CHN-03")),
                due: Some(due),
            },
            Self::RecommendationMade {
                operation: operation(),
                finding: of("F3"),
                conclusion: of("The centre decided without knowing who was on scene"),
                recommendation: of("Issue satellite phones to field teams"),
                owner: None,
                due: None,
            },
            Self::ActionAssigned { operation: operation(), finding: finding(), post: of("THA-03"), due },
            Self::ActionCompleted {
                operation: operation(),
                finding: finding(),
                note: of("The roster has two bordering nations each night"),
            },
            Self::LessonValidated {
                operation: operation(),
                finding: finding(),
                accepted: true,
                note: Some(of("Seen on twelve nights")),
            },
            Self::LessonValidated { operation: operation(), finding: of("F6"), accepted: false, note: None },
            Self::ReviewAdopted { operation: operation(), partner: of("MMR"), seen_at: Position(1_204) },
        ];
        let pieces = (1..).zip(evidence());
        events.extend(pieces.map(|(number, evidence)| Self::EvidenceLinked {
            operation: operation(),
            finding: finding(),
            number,
            evidence,
        }));
        events
    }
}

/// One of each kind.
fn evidence() -> Vec<Evidence> {
    let event = Uuid::from_u128(0x018b_1f7a_5c00_7000_8000_0000_0000_0001);
    let incident = || Matter::Incident(of("INC-001"));
    let scope =
        ScopeIds { matters: [incident().id(OperationId::of(&of("SAPHAN")))].into(), ..ScopeIds::default() };
    let measured = |of: MeasuredOf| Evidence::Metric {
        code: self::of("TIME_TO_DECIDE"),
        of,
        as_known_at: Position(1_190),
        value: self::of("51"),
        unit: self::of("MINUTES"),
        scope: scope.clone(),
    };
    let shift = || (of("CMCC"), 12);
    vec![
        Evidence::Event { event, position: Position(811), scope: scope.clone() },
        Evidence::TaskClaim { task: of("T27"), claim: 2 },
        Evidence::MatterClaim { matter: incident(), claim: 6 },
        Evidence::AssistanceClaim { authority: of("THA"), claim: 4 },
        Evidence::PlanDecision { version: 1, decision: 3 },
        Evidence::RecordedDecision { number: 1, version: Some(2) },
        Evidence::RecordedDecision { number: 2, version: None },
        Evidence::GoNoGoWord { phase: of("P3"), number: 1, version: 2 },
        Evidence::Matter(incident()),
        Evidence::PlanVersion { number: 1 },
        Evidence::Task { task: of("T13") },
        Evidence::Shift { centre: shift().0, number: shift().1 },
        Evidence::Assistance {
            authority: of("THA"),
            figure: Figure::ProtectedReturnDeferred,
            valid_at: at("2023-11-24T08:00:00+07:00"),
        },
        measured(MeasuredOf::Operation),
        measured(MeasuredOf::Partner(of("CHN"))),
        measured(MeasuredOf::Post(of("THA-03"))),
        measured(MeasuredOf::Objective(of("O1"))),
        measured(MeasuredOf::Centre(of("CMCC"))),
        measured(MeasuredOf::Task(of("T27"))),
        measured(MeasuredOf::Matter(incident())),
        measured(MeasuredOf::PlanVersion(2)),
        measured(MeasuredOf::Shift { centre: shift().0, number: shift().1 }),
        measured(MeasuredOf::Event(event)),
    ]
}
