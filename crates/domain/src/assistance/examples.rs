//! Examples of what is counted of persons.

use crate::{
    OperationCode, PartnerCode,
    assistance::{AssistanceEvent, CorrectionReason, Figure, NationalityCount, OutcomeCount},
    catalogue::examples::parse::of,
};

impl AssistanceEvent {
    pub(crate) fn examples() -> Vec<Self> {
        let operation = || -> OperationCode { of("SAPHAN") };
        let authority = || -> PartnerCode { of("THA") };
        let from = |nationality, count| NationalityCount { nationality: of(nationality), count };
        vec![
            Self::PersonsReceived {
                operation: operation(),
                authority: authority(),
                count: 101,
                place: Some(authority()),
                incident: None,
            },
            Self::PersonsReceived {
                operation: operation(),
                authority: authority(),
                count: 17,
                place: None,
                incident: Some(of("INC-001")),
            },
            Self::ScreeningTallied {
                operation: operation(),
                authority: authority(),
                presumed: 96,
                not_presumed: 20,
                minors: Some(7),
            },
            Self::IdentificationTallied {
                operation: operation(),
                authority: authority(),
                identified: vec![from("CHN", 46), from("OTHER", 5)],
                not_identified: 9,
                undetermined: 4,
            },
            Self::AssistanceOutcomeTallied {
                operation: operation(),
                authority: authority(),
                outcomes: vec![OutcomeCount { outcome: Figure::ReturnedVoluntarily, count: 53 }],
                punished: Some(0),
            },
            Self::AssistanceFigureCorrected {
                operation: operation(),
                authority: authority(),
                corrects: 1,
                figure: Figure::Received,
                nationality: None,
                count: 99,
                reason: CorrectionReason::CountedByMistake,
            },
            Self::AssistanceFigureCorrected {
                operation: operation(),
                authority: authority(),
                corrects: 4,
                figure: Figure::Identified,
                nationality: Some(of("CHN")),
                count: 47,
                reason: CorrectionReason::Reclassified,
            },
        ]
    }
}
