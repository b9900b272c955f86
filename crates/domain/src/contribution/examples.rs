//! Examples of what happens to what partners give.

use crate::{
    ContributionCode, Money, OperationCode, PartnerCode, Rate,
    catalogue::examples::parse::{of, set},
    contribution::{ContributionEvent, ContributionKind, Offer, Pledge},
    release::Release,
};
use chrono::NaiveDate;

impl ContributionEvent {
    #[expect(clippy::too_many_lines, reason = "a list: one short entry for each event")]
    pub(crate) fn examples() -> Vec<Self> {
        let operation = || -> OperationCode { of("SAPHAN") };
        let partner = || -> PartnerCode { of("CHN") };
        let [terminals, money] = ["K3", "K2"].map(|code| move || -> ContributionCode { of(code) });
        let yuan = |amount: i64| Money { minor_units: amount * 100, currency: of("CNY") };
        let cash = |amount| Pledge {
            kind: ContributionKind::Budget,
            title: None,
            offer: Offer::Cash { amount: yuan(amount) },
        };
        let in_kind = Pledge {
            kind: ContributionKind::Technology,
            title: Some(of("Secure terminals for the centre")),
            offer: Offer::InKind { quantity: 12, unit: of("secure terminal"), value: Some(yuan(850_000)) },
        };
        let rate = Rate {
            currency: of("CNY"),
            per_unit: of("4.80"),
            to: of("THB"),
            date: NaiveDate::from_ymd_opt(2023, 8, 31).expect("examples are well formed"),
            source: of("Bank of Thailand"),
        };
        vec![
            Self::ContributionPledged {
                operation: operation(),
                contribution: money(),
                partner: partner(),
                pledge: cash(1_500_000),
                release: None,
            },
            Self::ContributionPledged {
                operation: operation(),
                contribution: terminals(),
                partner: partner(),
                pledge: in_kind,
                release: Some(Release { releasable_to: set(&["LAO"]), ..Release::default() }),
            },
            Self::PledgeRevised {
                operation: operation(),
                contribution: money(),
                partner: partner(),
                pledge: cash(2_000_000),
            },
            Self::PledgeAccepted {
                operation: operation(),
                contribution: money(),
                partner: partner(),
                rates: vec![rate],
            },
            Self::PledgeAccepted {
                operation: operation(),
                contribution: terminals(),
                partner: partner(),
                rates: Vec::new(),
            },
            Self::PledgeDeclined {
                operation: operation(),
                contribution: of("K8"),
                partner: partner(),
                reason: of("The centre has no room for it"),
            },
            Self::PledgeWithdrawn {
                operation: operation(),
                contribution: of("K9"),
                partner: partner(),
                reason: of("Needed for the flood relief"),
            },
            Self::ContributionAllocated {
                operation: operation(),
                contribution: money(),
                partner: partner(),
                line_of_effort: of("LOE1"),
                amount: yuan(900_000),
            },
            Self::AllocationReleased {
                operation: operation(),
                contribution: money(),
                partner: partner(),
                line_of_effort: of("LOE1"),
                amount: yuan(100_000),
            },
            Self::FundsDisbursed {
                operation: operation(),
                contribution: money(),
                partner: partner(),
                disbursement: 1,
                amount: yuan(1_200_000),
                line_of_effort: None,
            },
            Self::FundsDisbursed {
                operation: operation(),
                contribution: money(),
                partner: partner(),
                disbursement: 2,
                amount: yuan(600_000),
                line_of_effort: Some(of("LOE2")),
            },
            Self::InKindDelivered {
                operation: operation(),
                contribution: terminals(),
                partner: partner(),
                delivery: 1,
                quantity: 12,
            },
            Self::DeliveryAccepted {
                operation: operation(),
                contribution: terminals(),
                partner: partner(),
                delivery: 1,
                quantity: 10,
            },
            Self::DeliveryRejected {
                operation: operation(),
                contribution: terminals(),
                partner: partner(),
                delivery: 1,
                quantity: 2,
                reason: of("Failed certification"),
            },
            Self::ContributionFulfilled {
                operation: operation(),
                contribution: terminals(),
                partner: partner(),
            },
        ]
    }
}
