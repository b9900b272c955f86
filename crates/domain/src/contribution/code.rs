//! The code that people call a contribution by, and its id.

use crate::{
    code::codes,
    ids::{OperationId, derive, ids},
};

codes! {
    /// A contribution to an operation, such as `K2`; unique in it.
    ContributionCode;
}

ids! {
    ContributionId = "contribution" "a contribution";
}

impl ContributionId {
    pub fn of(operation: OperationId, code: &ContributionCode) -> Self {
        Self(derive(operation.0, &format!("contribution:{code}")))
    }
}
