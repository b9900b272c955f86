//! What an operation keeps of what is given to it: what was pledged, taken up, allocated, paid and delivered.

use crate::{
    Code, ContributionCode, Instant, Money, PartnerCode, Prose, Rate,
    claim::Claims,
    contribution::{Offer, Pledge},
    release::MatterLabel,
};
use imbl::OrdMap;
use serde::{Deserialize, Serialize};

/// How far a contribution has come.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ContributionStatus {
    Pledged,
    Accepted,
    PartlyDisbursed,
    PartlyDelivered,
    Fulfilled,
    Declined,
    Withdrawn,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    pub code: ContributionCode,
    pub pledge: Pledge,
    /// Its owner gives it.
    pub label: MatterLabel,
    pub pledged_at: Instant,
    pub accepted: Option<Acceptance>,
    pub refused: Option<Refused>,
    pub fulfilled_at: Option<Instant>,
    /// By line of effort; what was released stays at nothing.
    pub allocations: OrdMap<Code, Allocation>,
    pub disbursements: Claims<Disbursement>,
    pub deliveries: Claims<Delivery>,
    /// What was said of deliveries by the one who received them.
    pub judgements: Claims<Judgement>,
}

/// That a pledge was taken up.
#[derive(Debug, Clone, PartialEq)]
pub struct Acceptance {
    pub at: Instant,
    pub rates: Vec<Rate>,
}

/// That a pledge was not taken up, or taken back before.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    pub at: Instant,
    pub reason: Prose,
    /// By its giver; else it was declined.
    pub withdrawn: bool,
}

/// What is set aside for a line of effort, in smallest units of the contribution's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Allocation {
    pub allocated: i64,
    /// By payments that name the line.
    pub disbursed: i64,
}

/// A payment, in smallest units of the contribution's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Disbursement {
    pub minor_units: i64,
    pub line_of_effort: Option<Code>,
}

/// Something that was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    pub quantity: u32,
}

/// What was said of a delivery, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    pub delivery: u32,
    pub quantity: u32,
    /// Why it is not what was pledged; `None`: it is.
    pub rejected: Option<Prose>,
}

impl Contribution {
    /// That gives it.
    pub fn partner(&self) -> &PartnerCode {
        &self.label.owner
    }

    /// What is given, where that is money.
    pub fn cash(&self) -> Option<&Money> {
        match &self.pledge.offer {
            Offer::Cash { amount } => Some(amount),
            Offer::InKind { .. } => None,
        }
    }

    /// Set aside for all lines of effort together, what was paid of it included, in smallest units.
    pub fn allocated(&self) -> i64 {
        self.allocations.values().map(|allocation| allocation.allocated).sum()
    }

    /// Paid altogether, in smallest units.
    pub fn disbursed(&self) -> i64 {
        self.disbursements.iter().map(|payment| payment.says.minor_units).sum()
    }

    /// Handed over, what was rejected left out.
    pub fn delivered(&self) -> u32 {
        let delivered: u64 = self.deliveries.iter().map(|delivery| u64::from(delivery.says.quantity)).sum();
        let rejected: u64 = self.judged(None, true).map(u64::from).sum();
        u32::try_from(delivered.saturating_sub(rejected)).unwrap_or(u32::MAX)
    }

    /// Handed over and found to be what was pledged.
    pub fn delivery_accepted(&self) -> u32 {
        self.judged(None, false).sum()
    }

    /// How much of a delivery nobody has judged.
    pub fn unjudged(&self, delivery: u32) -> Option<u32> {
        let handed_over = self.deliveries.get(delivery)?.says.quantity;
        let judged = |rejected| self.judged(Some(delivery), rejected).sum::<u32>();
        Some(handed_over.saturating_sub(judged(true)).saturating_sub(judged(false)))
    }

    /// Quantities that were rejected, or accepted: of one delivery, or of all.
    pub fn judged(&self, delivery: Option<u32>, rejected: bool) -> impl Iterator<Item = u32> {
        let judgements = self.judgements.iter().map(|judgement| &judgement.says);
        judgements
            .filter(move |judgement| {
                delivery.is_none_or(|delivery| judgement.delivery == delivery)
                    && judgement.rejected.is_some() == rejected
            })
            .map(|judgement| judgement.quantity)
    }

    /// The rate of its own currency that was given when it was accepted.
    pub fn rate(&self) -> Option<&Rate> {
        let currency = &self.pledge.offer.value()?.currency;
        self.accepted.as_ref()?.rates.iter().find(|rate| rate.currency == *currency)
    }

    pub fn status(&self) -> ContributionStatus {
        match (&self.refused, &self.accepted, self.fulfilled_at) {
            (Some(Refused { withdrawn: true, .. }), ..) => ContributionStatus::Withdrawn,
            (Some(Refused { withdrawn: false, .. }), ..) => ContributionStatus::Declined,
            (None, None, _) => ContributionStatus::Pledged,
            (None, Some(_), Some(_)) => ContributionStatus::Fulfilled,
            (None, Some(_), None) if self.disbursed() > 0 => ContributionStatus::PartlyDisbursed,
            (None, Some(_), None) if self.delivered() > 0 => ContributionStatus::PartlyDelivered,
            (None, Some(_), None) => ContributionStatus::Accepted,
        }
    }
}
