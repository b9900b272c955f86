//! The code that people call a finding by, and the ids of what a review consists of.

use crate::{
    code::codes,
    ids::{OperationId, derive, ids},
};

codes! {
    /// A finding of an operation's review, such as `F1`.
    FindingCode;
}

ids! {
    ReviewId = "review" "a review";
    ObservationId = "observation" "an observation";
    FindingId = "finding" "a finding";
    EvidenceId = "evidence" "evidence of a finding";
}

impl ReviewId {
    /// An operation has one.
    pub fn of(operation: OperationId) -> Self {
        Self(derive(operation.0, "review"))
    }
}

impl ObservationId {
    /// The `number`th observation on an operation, from 1.
    pub fn of(operation: OperationId, number: u32) -> Self {
        Self(derive(operation.0, &format!("observation:{number}")))
    }
}

impl FindingId {
    pub fn of(operation: OperationId, code: &FindingCode) -> Self {
        Self(derive(operation.0, &format!("finding:{code}")))
    }
}

impl EvidenceId {
    /// The `number`th piece of evidence of a finding, from 1.
    pub fn of(finding: FindingId, number: u32) -> Self {
        Self(derive(finding.0, &format!("evidence:{number}")))
    }
}
