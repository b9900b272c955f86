//! Ids: one type each, computed from the code that people use, so that a code is unique by construction.
//!
//! An id is `uuidv5(scope, "kind:code")`: whatever has a code in a scope has exactly one id, a second thing
//! of that code meets the first one's history, and nothing has to be looked up to name a subject. Events,
//! commands and nodes, which have no code, get a `UUIDv7` from the engine. As text an id is a `TypeID`: a
//! prefix and 26 characters of Crockford's base 32 (<https://github.com/jetify-com/typeid/tree/main/spec>).
//!
//! Here are those that several subjects speak of; one that only its subject does stands in its folder.

use crate::code::{
    AnnexCode, ConditionCode, ContributionCode, IncidentCode, OperationCode, OutcomeCode, PartnerCode,
    PhaseCode, PostCode, RequestCode, SitrepCode, TaskCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Scope of everything that is unique in the coalition, and the coalition's own subject id.
pub const COALITION: Uuid = Uuid::from_u128(0xa5ef_5f0d_3a5b_4c0e_9d6e_5c1f_ac0d_0001);

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

pub(crate) fn derive(scope: Uuid, name: &str) -> Uuid {
    Uuid::new_v5(&scope, name.as_bytes())
}

/// The text is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {article} id: expected `{prefix}_` and 26 characters")]
pub struct InvalidId {
    pub(crate) article: &'static str,
    pub(crate) prefix: &'static str,
}

/// A code that is unique in the coalition, so that it alone names something.
pub(crate) trait Naming {
    /// Of what it names.
    fn id(&self) -> Uuid;
}

/// Writes a prefix and a UUID as a `TypeID`.
pub fn to_text(prefix: &str, id: Uuid) -> String {
    let value = id.as_u128();
    let mut text = String::with_capacity(prefix.len() + 27);
    text.push_str(prefix);
    text.push('_');
    for index in (0..26).rev() {
        text.push(char::from(ALPHABET[(value >> (index * 5) & 31) as usize]));
    }
    text
}

/// Splits a `TypeID` into its prefix and UUID; `None` when it is none.
pub fn from_text(text: &str) -> Option<(&str, Uuid)> {
    let (prefix, suffix) = text.rsplit_once('_')?;
    // Of 130 bits the first two must be zero, or two texts would name one id.
    if suffix.len() != 26 || !(b'0'..=b'7').contains(&suffix.as_bytes()[0]) {
        return None;
    }
    let mut value: u128 = 0;
    for byte in suffix.bytes() {
        value = value << 5 | ALPHABET.iter().position(|letter| *letter == byte)? as u128;
    }
    Some((prefix, Uuid::from_u128(value)))
}

/// Each with its prefix, as people call it, and its code where that is unique in the coalition.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal $article:literal $(of $code:ty)?;)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// The prefix of this kind's text form.
            pub const PREFIX: &'static str = $prefix;
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::ids::to_text($prefix, self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ids::InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match $crate::ids::from_text(text) {
                    Some(($prefix, id)) => Ok(Self(id)),
                    _ => Err($crate::ids::InvalidId { article: $article, prefix: $prefix }),
                }
            }
        }

        $(
            impl $name {
                pub fn of(code: &$code) -> Self {
                    Self($crate::ids::derive($crate::ids::COALITION, &format!("{}:{code}", $prefix)))
                }
            }

            impl $crate::ids::Naming for $code {
                fn id(&self) -> uuid::Uuid {
                    $name::of(self).0
                }
            }
        )?
    )*};
}

pub(crate) use ids;

ids! {
    PartnerId = "partner" "a partner" of PartnerCode;
    PostId = "post" "a post" of PostCode;
    /// One officer's time in one post.
    TenureId = "tenure" "a tenure";
    OperationId = "operation" "an operation" of OperationCode;
    /// A partner that may read an operation.
    OperationReaderId = "operationreader" "an operation's reader";
    PlanVersionId = "planversion" "a plan version";
    /// A task of an operation, the same in every plan version.
    TaskId = "task" "a task";
    /// A task as one plan version has it.
    PlannedTaskId = "plannedtask" "a planned task";
    AnnexId = "annex" "an annex";
    DecisionId = "decision" "a decision";
    ConditionId = "condition" "a condition";
    AssignmentId = "assignment" "an assignment";
    OfficerRequestId = "officerrequest" "an officer request";
    /// A phase of an operation as it is carried out.
    PhaseId = "phase" "a phase";
    GoNoGoWordId = "gonogo" "a go or no-go";
    /// A task as it is carried out.
    TaskExecutionId = "taskexecution" "a task's execution";
    TaskClaimId = "taskclaim" "a task claim";
    RecordedDecisionId = "recordeddecision" "a recorded decision";
    DeconflictionId = "deconfliction" "a deconfliction";
    IncidentId = "incident" "an incident";
    /// A request for information or for assistance.
    RequestId = "request" "a request";
    ContributionId = "contribution" "a contribution";
    SitrepId = "sitrep" "a SITREP";
    OutcomeId = "outcome" "an outcome";
    MatterClaimId = "matterclaim" "a claim on a matter";
    /// Whose counts of persons an operation has.
    AssistanceId = "assistance" "an authority's counts of persons";
    AssistanceClaimId = "assistanceclaim" "a report of counts of persons";
    AssistanceStepId = "assistancestep" "what counts of persons come to";
    /// A shift of a centre's watch.
    ShiftId = "shift" "a shift";
    /// An entry of a centre's watch log.
    LogEntryId = "logentry" "a log entry";
    ClockId = "clock" "a clock";
    EventId = "event" "an event";
    CommandId = "command" "a command";
}

/// An officer, opaque: names are kept elsewhere and can be erased there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct OfficerId(pub Uuid);

impl TenureId {
    /// The `number`th tenure of a post, from 1.
    pub fn of(post: PostId, number: u32) -> Self {
        Self(derive(post.0, &format!("tenure:{number}")))
    }
}

impl OperationReaderId {
    pub fn of(operation: OperationId, partner: &PartnerCode) -> Self {
        Self(derive(operation.0, &format!("reader:{partner}")))
    }
}

impl PlanVersionId {
    pub fn of(operation: OperationId, number: u32) -> Self {
        Self(derive(operation.0, &format!("version:{number}")))
    }
}

impl TaskId {
    pub fn of(operation: OperationId, code: &TaskCode) -> Self {
        Self(derive(operation.0, &format!("task:{code}")))
    }
}

impl PlannedTaskId {
    pub fn of(version: PlanVersionId, code: &TaskCode) -> Self {
        Self(derive(version.0, &format!("task:{code}")))
    }
}

impl AnnexId {
    pub fn of(version: PlanVersionId, code: &AnnexCode) -> Self {
        Self(derive(version.0, &format!("annex:{code}")))
    }
}

impl DecisionId {
    /// The `number`th decision on a version, from 1, revoked ones counted.
    pub fn of(version: PlanVersionId, number: u32) -> Self {
        Self(derive(version.0, &format!("decision:{number}")))
    }
}

impl ConditionId {
    pub fn of(decision: DecisionId, code: &ConditionCode) -> Self {
        Self(derive(decision.0, &format!("condition:{code}")))
    }
}

impl AssignmentId {
    /// The `number`th assignment in an operation, from 1, withdrawn ones counted.
    pub fn of(operation: OperationId, number: u32) -> Self {
        Self(derive(operation.0, &format!("assignment:{number}")))
    }
}

impl OfficerRequestId {
    /// The `number`th request for an officer in an operation, from 1, answered ones counted.
    pub fn of(operation: OperationId, number: u32) -> Self {
        Self(derive(operation.0, &format!("officer-request:{number}")))
    }
}

impl PhaseId {
    pub fn of(operation: OperationId, code: &PhaseCode) -> Self {
        Self(derive(operation.0, &format!("phase:{code}")))
    }
}

impl GoNoGoWordId {
    /// The `number`th word on a phase, from 1.
    pub fn of(phase: PhaseId, number: u32) -> Self {
        Self(derive(phase.0, &format!("word:{number}")))
    }
}

impl TaskExecutionId {
    pub fn of(task: TaskId) -> Self {
        Self(derive(task.0, "execution"))
    }
}

impl TaskClaimId {
    /// The `number`th claim on a task, from 1.
    pub fn of(task: TaskId, number: u32) -> Self {
        Self(derive(task.0, &format!("claim:{number}")))
    }
}

impl RecordedDecisionId {
    /// The `number`th decision in an operation's log, from 1.
    pub fn of(operation: OperationId, number: u32) -> Self {
        Self(derive(operation.0, &format!("recorded-decision:{number}")))
    }
}

impl DeconflictionId {
    /// The `number`th clash with another operation, from 1.
    pub fn of(operation: OperationId, number: u32) -> Self {
        Self(derive(operation.0, &format!("deconfliction:{number}")))
    }
}

impl IncidentId {
    pub fn of(operation: OperationId, code: &IncidentCode) -> Self {
        Self(derive(operation.0, &format!("incident:{code}")))
    }
}

impl RequestId {
    pub fn of(operation: OperationId, code: &RequestCode) -> Self {
        Self(derive(operation.0, &format!("request:{code}")))
    }
}

impl ContributionId {
    pub fn of(operation: OperationId, code: &ContributionCode) -> Self {
        Self(derive(operation.0, &format!("contribution:{code}")))
    }
}

impl SitrepId {
    pub fn of(operation: OperationId, code: &SitrepCode) -> Self {
        Self(derive(operation.0, &format!("sitrep:{code}")))
    }
}

impl AssistanceId {
    pub fn of(operation: OperationId, authority: &PartnerCode) -> Self {
        Self(derive(operation.0, &format!("assistance:{authority}")))
    }
}

impl AssistanceClaimId {
    /// The `number`th report of an authority's counts, from 1.
    pub fn of(table: AssistanceId, number: u32) -> Self {
        Self(derive(table.0, &format!("claim:{number}")))
    }
}

impl AssistanceStepId {
    /// What an authority's counts come to from the moment of its `number`th report on.
    pub fn of(table: AssistanceId, number: u32) -> Self {
        Self(derive(table.0, &format!("step:{number}")))
    }
}

impl OutcomeId {
    pub fn of(operation: OperationId, code: &OutcomeCode) -> Self {
        Self(derive(operation.0, &format!("outcome:{code}")))
    }
}

impl MatterClaimId {
    /// The `number`th claim on a matter, from 1; `matter` is its id.
    pub fn of(matter: Uuid, number: u32) -> Self {
        Self(derive(matter, &format!("claim:{number}")))
    }
}

impl ShiftId {
    /// The `number`th shift of a centre, from 1; `centre` is its id.
    pub fn of(centre: Uuid, number: u32) -> Self {
        Self(derive(centre, &format!("shift:{number}")))
    }
}

impl LogEntryId {
    /// The `number`th entry of a centre's log, from 1; `centre` is its id.
    pub fn of(centre: Uuid, number: u32) -> Self {
        Self(derive(centre, &format!("log-entry:{number}")))
    }
}

impl ClockId {
    /// The `number`th clock on a matter, from 1; `matter` is its id.
    pub fn of(matter: Uuid, number: u32) -> Self {
        Self(derive(matter, &format!("clock:{number}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_as_the_typeid_specification_has_it() {
        // Vectors "nil", "ten" and "max-valid" of the specification's valid.yml.
        assert_eq!(to_text("x", Uuid::nil()), "x_00000000000000000000000000");
        assert_eq!(to_text("x", Uuid::from_u128(10)), "x_0000000000000000000000000a");
        assert_eq!(to_text("x", Uuid::max()), "x_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }

    #[test]
    fn an_id_of_another_kind_or_with_overflow_is_refused() {
        let task = TaskId(Uuid::from_u128(7));
        assert_eq!(task.to_string().parse::<TaskId>(), Ok(task));
        assert!(task.to_string().parse::<PostId>().is_err());
        assert!("task_8zzzzzzzzzzzzzzzzzzzzzzzzz".parse::<TaskId>().is_err());
        assert!("task_".parse::<TaskId>().is_err());
        assert!("task_é0000000000000000000000000".parse::<TaskId>().is_err());
    }

    #[test]
    fn the_same_code_in_two_scopes_is_two_things() {
        let [one, two] = ["ONE", "TWO"].map(|code| OperationId::of(&OperationCode::new(code).unwrap()));
        let code = TaskCode::new("T01").unwrap();
        assert_ne!(TaskId::of(one, &code), TaskId::of(two, &code));
        assert_eq!(TaskId::of(one, &code), TaskId::of(one, &code));
    }

    proptest! {
        #[test]
        fn an_id_survives_being_written_and_read(value: u128) {
            let id = TaskId(Uuid::from_u128(value));
            prop_assert_eq!(id.to_string().parse::<TaskId>(), Ok(id));
        }
    }
}
