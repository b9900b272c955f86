//! What can be measured, in which unit, and why it sometimes cannot.

use strum::IntoEnumIterator as _;

/// What can be measured.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum MetricCode {
    TimeToAcknowledge,
    TimeToDecide,
    TimeToRespond,
    AcknowledgedOnTime,
    FulfilledOnTime,
    RecordingLag,
    RecordingLagWorst,
    StartVariance,
    FinishVariance,
    SubmissionToPromulgation,
    SubmissionToLastConsent,
    DecisionAge,
    Rounds,
    RejectionRate,
    Corrections,
    WatchGap,
    PledgeToDisbursement,
    Disbursed,
    #[strum(serialize = "SCREENED_WITHIN_96H")]
    ScreenedWithin96H,
    #[strum(serialize = "IDENTIFIED_WITHIN_15D")]
    IdentifiedWithin15D,
    Objective,
}

impl MetricCode {
    /// In the order in which people read them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }
}

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Unit {
    Minutes,
    Hours,
    Days,
    Percent,
    PerHundred,
    Count,
}

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::EnumIter)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Why {
    /// Nothing of the kind is known.
    NothingToMeasure,
    /// It has begun, and what ends it is not known.
    NotYet,
    /// It would take counts that are not told to the viewer.
    Withheld,
    /// It is not told of one partner by itself, or not of a period.
    NotNarrowed,
    /// Amounts of several currencies without rates that lead to one.
    NoRate,
    /// The objective's measure is none that can be computed.
    UnknownMeasure,
    /// Several partners count persons, whose counts are never added up.
    SeveralAuthorities,
    /// A sum is beyond what can be computed exactly.
    TooLarge,
}

impl Why {
    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            Self::NothingToMeasure => "Nothing of the kind is known.",
            Self::NotYet => "It has begun, and what ends it is not known.",
            Self::Withheld => "It would take counts that you are not told.",
            Self::NotNarrowed => "It is not told of one partner by itself, or not of a period.",
            Self::NoRate => "There are amounts of several currencies, without rates that lead to one.",
            Self::UnknownMeasure => "The objective's measure is none that can be computed.",
            Self::SeveralAuthorities => {
                "Several partners count persons, and their counts are never added up."
            }
            Self::TooLarge => "A sum is beyond what can be computed exactly.",
        }
    }
}
