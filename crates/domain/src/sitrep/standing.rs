//! SITREPs as they are known: each stays as it was issued, and tells what puts it right.

use crate::{
    Instant, Position, Prose, SitrepCode,
    release::MatterLabel,
    sitrep::{Difference, Figures, Period},
};

/// A SITREP, or the correction of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Sitrep {
    pub code: SitrepCode,
    /// Counted from 1 for its operation, in the order in which all were issued, corrections too.
    pub entry: u32,
    /// Counted from 1 for its operation; a correction has that of what it puts right.
    pub number: u32,
    pub period: Period,
    /// Its owner is the operation's lead.
    pub label: MatterLabel,
    /// Who issued it: a post.
    pub actor: String,
    pub issued_at: Instant,
    pub position: Position,
    pub remarks: Option<Prose>,
    /// Whether none follows.
    pub is_final: bool,
    pub figures: Figures,
    /// What it puts right; `None`: it is no correction.
    pub correction: Option<Correction>,
    /// What puts it right.
    pub corrected_by: Option<SitrepCode>,
}

/// That a SITREP puts another one right.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Counted from 1 for the number that it corrects.
    pub number: u32,
    pub corrects: SitrepCode,
    pub reason: Prose,
    pub differences: Vec<Difference>,
}

impl Sitrep {
    /// The number of the next correction of the same period, where this is the last one of it.
    pub(super) fn next_correction(&self) -> u32 {
        self.correction.as_ref().map_or(0, |correction| correction.number) + 1
    }
}
