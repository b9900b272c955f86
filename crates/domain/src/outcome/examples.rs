//! Examples of what is said of what an operation came to.

use crate::{
    Money, OperationCode,
    catalogue::examples::parse::{of, set},
    outcome::{Measured, OutcomeEvent, OutcomeKind},
    release::Release,
};

impl OutcomeEvent {
    pub(crate) fn examples() -> Vec<Self> {
        let operation = || -> OperationCode { of("SAPHAN") };
        let baht = |amount: i64| Measured::Value(Money { minor_units: amount * 100, currency: of("THB") });
        vec![
            Self::OutcomeRecorded {
                operation: operation(),
                outcome: of("OUT-01"),
                partner: of("MMR"),
                kind: OutcomeKind::SitesClosed,
                title: None,
                measured: Measured::Count(2),
                source: of("Myawaddy field unit"),
                objective: Some(of("O3")),
                release: None,
            },
            Self::OutcomeRecorded {
                operation: operation(),
                outcome: of("OUT-02"),
                partner: of("THA"),
                kind: OutcomeKind::ValueFrozen,
                title: None,
                measured: baht(28_600_000),
                source: of("Anti-Money Laundering Office"),
                objective: None,
                release: Some(Release { releasable_to: set(&["CHN"]), ..Release::default() }),
            },
            Self::OutcomeRecorded {
                operation: operation(),
                outcome: of("OUT-03"),
                partner: of("THA"),
                kind: OutcomeKind::Other,
                title: Some(of("SIM cards seized")),
                measured: Measured::Count(1_200),
                source: of("Search of Site A"),
                objective: None,
                release: None,
            },
            Self::OutcomeCorrected {
                operation: operation(),
                outcome: of("OUT-02"),
                partner: of("THA"),
                claim: 2,
                corrects: 1,
                measured: baht(26_800_000),
                at: "2023-10-12T16:00:00+07:00".parse().expect("examples are well formed"),
                reason: of("Two figures were swapped"),
            },
        ]
    }
}
