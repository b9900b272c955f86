//! Examples of what happens to an operation.

use crate::{
    OperationCode,
    catalogue::examples::parse::{at, list, of, salt, set},
    operation::OperationEvent,
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
    }
}
