//! Examples of what happens to an operation.

use crate::{
    OperationCode, Position,
    catalogue::examples::parse::{at, list, of, salt, set},
    operation::{DecisionOption, OperationEvent, PlannedDecision},
    plan::TimeWindow,
    release::{Classification, HandlingCode, MarkedItem},
};

impl OperationEvent {
    pub(crate) fn examples() -> Vec<Self> {
        let operation = || -> OperationCode { of("SAPHAN") };
        let marked = |item: MarkedItem| Self::ReleasabilityMarked {
            operation: operation(),
            releasable_to: set(&["THA", "MMR"]),
            classification: None,
            handling: None,
            item: Some(item),
        };
        vec![
            Self::OperationInitiated {
                operation: operation(),
                title: of("Operation SAPHAN: assistance to trafficking victims, Myawaddy"),
                lead: of("THA"),
                classification: Classification::Restricted,
                releasable_to: set(&["THA", "CHN", "MMR", "LAO"]),
                handling: HandlingCode::H0,
            },
            Self::OperationInitiated {
                operation: of("SAPHAN-2"),
                title: of("Operation SAPHAN 2: follow-up"),
                lead: of("THA"),
                classification: Classification::Confidential,
                releasable_to: set(&["THA", "MMR"]),
                handling: HandlingCode::H2,
            },
            Self::WarningOrderIssued {
                operation: operation(),
                text: Some(of(
                    "Prepare for an action phase in October.\nPlanning is authorised, nothing else.",
                )),
            },
            Self::WarningOrderIssued { operation: operation(), text: None },
            Self::LegalBasisRecorded {
                operation: operation(),
                instruments: list(&[
                    "Minutes of the Chiang Mai meeting, 16 Aug 2023",
                    "UN Trafficking Protocol (Palermo)",
                ]),
            },
            Self::ReleasabilityMarked {
                operation: operation(),
                releasable_to: set(&["THA", "CHN", "MMR", "LAO", "INTERPOL"]),
                classification: None,
                handling: None,
                item: None,
            },
            Self::ReleasabilityMarked {
                operation: operation(),
                releasable_to: set(&["THA", "CHN", "MMR", "LAO"]),
                classification: Some(Classification::Confidential),
                handling: Some(HandlingCode::H1),
                item: None,
            },
            marked(MarkedItem::PlanVersion { number: 2 }),
            marked(MarkedItem::Task { task: of("T09"), salt: salt() }),
            marked(MarkedItem::Annex { number: 2, annex: of("D") }),
            Self::HHourSet {
                operation: operation(),
                at: at("2023-10-09T06:00:00+07:00"),
                calendars: list(&["MMR-02", "THA-01"]),
            },
            Self::HHourShifted {
                operation: operation(),
                to: at("2023-10-10T06:00:00+07:00"),
                reason: of("River flooding at the handover point"),
                calendars: list(&["MMR-02", "THA-01"]),
            },
            Self::OperationActivated { operation: operation() },
        ]
        .into_iter()
        .chain(Self::later_examples())
        .collect()
    }

    /// From the pause on.
    fn later_examples() -> Vec<Self> {
        let operation = || -> OperationCode { of("SAPHAN") };
        vec![
            Self::OperationPaused { operation: operation(), reason: of("Fighting near the bridge") },
            Self::OperationResumed { operation: operation() },
            Self::OperationClosed { operation: operation() },
            Self::OperationTerminated { operation: operation(), reason: of("Both sites were abandoned") },
            Self::DecisionRecorded {
                operation: operation(),
                number: 1,
                partner: of("THA"),
                decision_point: Some(PlannedDecision { number: 2, code: of("DP2") }),
                question: of("Open the overflow shelter?"),
                options: vec![
                    DecisionOption { text: of("Open it now"), assessment: Some(of("Beds for 40 more")) },
                    DecisionOption { text: of("Wait for the count"), assessment: None },
                ],
                outcome: of("Open overflow shelter"),
                reasons: of("More persons were received than there are places"),
                seen_at: Position(240),
            },
            Self::DecisionRecorded {
                operation: operation(),
                number: 2,
                partner: of("THA"),
                decision_point: None,
                question: of("Which road do the buses take?"),
                options: Vec::new(),
                outcome: of("The northern one"),
                reasons: of("The southern one is flooded"),
                seen_at: Position(241),
            },
            Self::DeconflictionConflictFound {
                operation: operation(),
                number: 1,
                other: of("INTERPOL-coordinated action, 16-20 Oct 2023"),
                period: None,
                areas: Vec::new(),
                tasks: set(&["T24"]),
            },
            Self::DeconflictionConflictFound {
                operation: operation(),
                number: 2,
                other: of("Operation of the river police"),
                period: Some(TimeWindow {
                    from: at("2023-10-10T00:00:00+07:00"),
                    to: at("2023-10-12T00:00:00+07:00"),
                }),
                areas: list(&["Mae Sot"]),
                tasks: set(&["T20", "T21"]),
            },
            Self::DeconflictionCleared {
                operation: operation(),
                number: 1,
                tasks: set(&["T24"]),
                resolution: of("Dates only exchanged through NCB Bangkok; no shared site"),
            },
        ]
    }
}
