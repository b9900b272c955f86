//! What an operation keeps of what it came to.

use crate::{
    Code, OutcomeCode, PartnerCode, Title,
    claim::{Claim, Claims},
    outcome::{Measured, OutcomeKind},
    release::MatterLabel,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub code: OutcomeCode,
    pub kind: OutcomeKind,
    pub title: Option<Title>,
    /// Who or what says so.
    pub source: Title,
    pub objective: Option<Code>,
    /// Its owner says so.
    pub label: MatterLabel,
    /// The first says how much it was, each other one puts the one before right.
    pub claims: Claims<Measured>,
}

impl Outcome {
    /// Whose work it was.
    pub fn partner(&self) -> &PartnerCode {
        &self.label.owner
    }

    /// The claim that nobody has corrected: there is one from the first on.
    pub fn holding(&self) -> Option<&Claim<Measured>> {
        self.claims.iter().rev().find(|claim| claim.corrected_by.is_none())
    }
}
