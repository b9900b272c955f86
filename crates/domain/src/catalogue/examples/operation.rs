//! What happens to an operation.

use super::parse::{at, list, of, salt, set};
use crate::{
    OperationCode,
    operation::OperationEvent,
    release::{Classification, HandlingCode, MarkedItem},
};

pub(super) fn operation_events() -> Vec<OperationEvent> {
    let operation = || -> OperationCode { of("SAPHAN") };
    let marked = |item: MarkedItem| OperationEvent::ReleasabilityMarked {
        operation: operation(),
        releasable_to: set(&["THA", "MMR"]),
        classification: None,
        handling: None,
        item: Some(item),
    };
    vec![
        OperationEvent::OperationInitiated {
            operation: operation(),
            title: of("Operation SAPHAN: assistance to trafficking victims, Myawaddy"),
            lead: of("THA"),
            classification: Classification::Restricted,
            releasable_to: set(&["THA", "CHN", "MMR", "LAO"]),
            handling: HandlingCode::H0,
        },
        OperationEvent::OperationInitiated {
            operation: of("SAPHAN-2"),
            title: of("Operation SAPHAN 2: follow-up"),
            lead: of("THA"),
            classification: Classification::Confidential,
            releasable_to: set(&["THA", "MMR"]),
            handling: HandlingCode::H2,
        },
        OperationEvent::WarningOrderIssued {
            operation: operation(),
            text: Some(of("Prepare for an action phase in October.\nPlanning is authorised, nothing else.")),
        },
        OperationEvent::WarningOrderIssued { operation: operation(), text: None },
        OperationEvent::LegalBasisRecorded {
            operation: operation(),
            instruments: list(&[
                "Minutes of the Chiang Mai meeting, 16 Aug 2023",
                "UN Trafficking Protocol (Palermo)",
            ]),
        },
        OperationEvent::ReleasabilityMarked {
            operation: operation(),
            releasable_to: set(&["THA", "CHN", "MMR", "LAO", "INTERPOL"]),
            classification: None,
            handling: None,
            item: None,
        },
        OperationEvent::ReleasabilityMarked {
            operation: operation(),
            releasable_to: set(&["THA", "CHN", "MMR", "LAO"]),
            classification: Some(Classification::Confidential),
            handling: Some(HandlingCode::H1),
            item: None,
        },
        marked(MarkedItem::PlanVersion { number: 2 }),
        marked(MarkedItem::Task { task: of("T09"), salt: salt() }),
        marked(MarkedItem::Annex { number: 2, annex: of("D") }),
        OperationEvent::HHourSet {
            operation: operation(),
            at: at("2023-10-09T06:00:00+07:00"),
            calendars: list(&["MMR-02", "THA-01"]),
        },
        OperationEvent::HHourShifted {
            operation: operation(),
            to: at("2023-10-10T06:00:00+07:00"),
            reason: of("River flooding at the handover point"),
            calendars: list(&["MMR-02", "THA-01"]),
        },
        OperationEvent::OperationActivated { operation: operation() },
    ]
}
