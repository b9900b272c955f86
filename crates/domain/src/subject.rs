//! What history is folded by, and the grain at which readers see it change.

use crate::{
    AnnexCode, CentreCode, ConditionCode, OperationCode, PartnerCode, PostCode, TaskCode,
    ids::{COALITION, CentreId, OperationId, PostId},
};
use uuid::Uuid;

/// What history is folded by. One event may concern several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Who has joined and who holds which post: one, so that rules over all partners are decided at once.
    Coalition,
    Centre(CentreCode),
    /// When a post is bound, across operations.
    Bookings(PostCode),
    /// An operation with its plan and tasks.
    Operation(OperationCode),
}

impl Subject {
    pub fn id(&self) -> Uuid {
        match self {
            Self::Coalition => COALITION,
            Self::Centre(code) => CentreId::of(code).0,
            Self::Bookings(post) => PostId::of(post).0,
            Self::Operation(code) => OperationId::of(code).0,
        }
    }
}

/// The grain at which readers see change: each item is a row of the read model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    Coalition,
    Partner(PartnerCode),
    Post(PostCode),
    /// The `n`th tenure of a post, from 1.
    Tenure(PostCode, u32),
    Centre(CentreCode),
    Operation(OperationCode),
    PlanVersion(OperationCode, u32),
    PlannedTask(OperationCode, u32, TaskCode),
    Annex(OperationCode, u32, AnnexCode),
    /// The `n`th decision on a version, from 1.
    Decision(OperationCode, u32, u32),
    Condition(OperationCode, u32, u32, ConditionCode),
    /// The `n`th assignment in an operation, from 1.
    Assignment(OperationCode, u32),
    /// What a task itself says of its release, in every version.
    TaskLabel(OperationCode, TaskCode),
}

impl Item {
    /// The subject whose state holds the item.
    pub fn subject(&self) -> Subject {
        match self {
            Self::Coalition | Self::Partner(_) | Self::Post(_) | Self::Tenure(..) => Subject::Coalition,
            Self::Centre(code) => Subject::Centre(code.clone()),
            Self::Operation(code)
            | Self::PlanVersion(code, _)
            | Self::PlannedTask(code, ..)
            | Self::Annex(code, ..)
            | Self::Decision(code, ..)
            | Self::Condition(code, ..)
            | Self::Assignment(code, _)
            | Self::TaskLabel(code, _) => Subject::Operation(code.clone()),
        }
    }
}
