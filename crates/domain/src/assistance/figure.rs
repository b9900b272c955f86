//! What is counted, and which counts are parts of which.

use crate::{IncidentCode, PartnerCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts below this are told to nobody but their referring authority.
pub const MINIMUM: u32 = 5;

/// A count of persons.
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
    JsonSchema,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Figure {
    /// Received by the referring authority.
    Received,
    /// Of those received, younger than 18.
    Minors,
    /// Screened, and presumed to be victims of trafficking.
    Presumed,
    /// Screened, and not presumed to be victims.
    NotPresumed,
    /// Of those presumed, formally identified as victims.
    Identified,
    /// Of those presumed, found not to be victims.
    NotIdentified,
    /// Of those presumed, neither could be found.
    Undetermined,
    /// Of those identified, returned to their country of their own will.
    ReturnedVoluntarily,
    /// Of those identified, reintegrated in their own country, which is that of the authority.
    DomesticReintegration,
    /// Of those identified, in a shelter while a court needs them.
    ShelterLegalProcess,
    /// Of those identified, protected because a return would endanger them.
    ProtectedReturnDeferred,
    /// Of those identified, waiting for papers.
    AwaitingDocuments,
    /// Of those identified, punished for what they were compelled to do: none, where the principle is kept.
    PunishedForCompelledActs,
}

impl Figure {
    /// What becomes of those who are identified.
    pub const OUTCOMES: [Self; 5] = [
        Self::ReturnedVoluntarily,
        Self::DomesticReintegration,
        Self::ShelterLegalProcess,
        Self::ProtectedReturnDeferred,
        Self::AwaitingDocuments,
    ];
}

/// A count that is the sum of others once all persons are counted.
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
pub enum Sum {
    /// Who was received was screened.
    Screening,
    /// Of who was presumed to be a victim it was found out.
    Identification,
    /// Of who was identified it is known what became of them.
    Outcomes,
}

impl Sum {
    pub fn whole(self) -> Figure {
        match self {
            Self::Screening => Figure::Received,
            Self::Identification => Figure::Presumed,
            Self::Outcomes => Figure::Identified,
        }
    }

    pub fn parts(self) -> &'static [Figure] {
        match self {
            Self::Screening => &[Figure::Presumed, Figure::NotPresumed],
            Self::Identification => &[Figure::Identified, Figure::NotIdentified, Figure::Undetermined],
            Self::Outcomes => &Figure::OUTCOMES,
        }
    }
}

/// As a nationality: none of a partner's.
pub const OTHER: &str = "OTHER";

/// A place in the table of counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    pub figure: Figure,
    /// A partner's code, or [`OTHER`]; `None`: of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationality: Option<PartnerCode>,
}

impl Cell {
    /// Of all nationalities.
    pub fn of(figure: Figure) -> Self {
        Self { figure, nationality: None }
    }
}

/// What one report counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    pub counts: BTreeMap<Cell, u32>,
    /// On whose territory persons were received.
    pub place: Option<PartnerCode>,
    /// What they were brought to safety in.
    pub incident: Option<IncidentCode>,
}

/// Persons of one nationality.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NationalityCount {
    /// The code of their country, which is a partner, or `OTHER`.
    pub nationality: PartnerCode,
    /// How many.
    pub count: u32,
}

/// Persons of whom one thing became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeCount {
    /// What became of them.
    pub outcome: Figure,
    /// How many.
    pub count: u32,
}

/// Why a count was wrong. A code, because a sentence could name somebody.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum CorrectionReason {
    /// Persons were counted who are none of those, such as staff.
    CountedByMistake,
    /// Persons were counted more than once.
    CountedTwice,
    /// Persons were not counted.
    Missed,
    /// Persons belong under another count.
    Reclassified,
    /// The report was copied wrongly.
    Miswritten,
}

/// Why a count comes late. A code, because a sentence could name somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum LateReason {
    /// The place could not be reached.
    NoSignal,
    /// Nobody was free to report.
    NoStaff,
    /// The count was held against other lists first.
    Reconciled,
    /// The report came late to whoever enters it.
    ReceivedLate,
}
