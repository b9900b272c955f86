//! What history is folded by, and the grain at which readers see it change.

use crate::{
    AnnexCode, At, ConditionCode, ContributionCode, IncidentCode, OperationCode, OutcomeCode, PartnerCode,
    PhaseCode, PostCode, RequestCode, SitrepCode, TaskCode,
    centre::{CentreCode, CentreId},
    ids::{
        AnnexId, AssignmentId, AssistanceClaimId, AssistanceId, AssistanceStepId, COALITION, ClockId,
        ConditionId, ContributionId, DecisionId, DeconflictionId, GoNoGoWordId, IncidentId, LogEntryId,
        MatterClaimId, Naming, OfficerRequestId, OperationId, OperationReaderId, OutcomeId, PartnerId,
        PhaseId, PlanVersionId, PlannedTaskId, PostId, RecordedDecisionId, RequestId, ShiftId, SitrepId,
        TaskClaimId, TaskExecutionId, TaskId, TenureId,
    },
    release::Matter,
    review::{EvidenceId, FindingCode, FindingId, ObservationId, ReviewId},
};
use uuid::Uuid;

macro_rules! subject {
    (
        one { $(#[$one_doc:meta])* $one:ident: $one_state:ty, from $($one_family:ident)+; }
        many { $($(#[$doc:meta])* $many:ident($code:ty): $state:ty, from $($family:ident)+;)* }
        without_row { $(
            $(#[$other_doc:meta])*
            $other:ident($other_code:ty): $other_state:ty, from $($other_family:ident)+;
        )* }
        parts { $(
            $(#[$part_doc:meta])*
            $part:ident($($field:ident: $type:ty),+) of $whole:ident $(($of:ident))? = $id:expr;
        )* }
    ) => {
        /// What history is folded by. One event may concern several.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Subject {
            $(#[$one_doc])*
            $one,
            $($(#[$doc])* $many($code),)*
            $($(#[$other_doc])* $other($other_code),)*
        }

        impl Subject {
            pub fn id(&self) -> Uuid {
                match self {
                    Self::$one => COALITION,
                    $(Self::$many(code) => code.id(),)*
                    $(Self::$other(code) => code.id(),)*
                }
            }
        }

        /// The grain at which readers see change: each item is a row of the read model.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Item {
            $one,
            $($many($code),)*
            $($(#[$part_doc])* $part($($type),+),)*
        }

        impl Item {
            /// The subject whose state holds the item.
            pub fn subject(&self) -> Subject {
                match self {
                    Self::$one => Subject::$one,
                    $(Self::$many(code) => Subject::$many(code.clone()),)*
                    $(Self::$part($($of,)? ..) => Subject::$whole$(($of.clone()))?,)*
                }
            }

            pub fn id(&self) -> Uuid {
                match self {
                    Self::$one => COALITION,
                    $(Self::$many(code) => code.id(),)*
                    $(Self::$part($($field),+) => $id.0,)*
                }
            }
        }
    };
}

// Besides the subjects themselves, what they consist of. A part's subject has the code that the part begins
// with. One that is shown only with a task is named in `labelled_task`, too.
subjects! { subject
    parts {
        Partner(code: PartnerCode) of Coalition = PartnerId::of(code);
        Post(code: PostCode) of Coalition = PostId::of(code);
        /// The `n`th tenure of a post, from 1.
        Tenure(post: PostCode, number: u32) of Coalition = TenureId::of(PostId::of(post), *number);
        /// The `n`th shift of a centre's watch, from 1.
        Shift(centre: CentreCode, number: u32) of Centre(centre) =
            ShiftId::of(CentreId::of(centre).0, *number);
        /// The `n`th entry of a centre's watch log, from 1.
        LogEntry(centre: CentreCode, number: u32) of Centre(centre) =
            LogEntryId::of(CentreId::of(centre).0, *number);
        PlanVersion(operation: OperationCode, number: u32) of Operation(operation) =
            version(operation, *number);
        PlannedTask(operation: OperationCode, number: u32, task: TaskCode) of Operation(operation) =
            PlannedTaskId::of(version(operation, *number), task);
        Annex(operation: OperationCode, number: u32, annex: AnnexCode) of Operation(operation) =
            AnnexId::of(version(operation, *number), annex);
        /// The `n`th decision on a version, from 1.
        Decision(operation: OperationCode, number: u32, decision: u32) of Operation(operation) =
            DecisionId::of(version(operation, *number), *decision);
        Condition(operation: OperationCode, number: u32, decision: u32, code: ConditionCode)
            of Operation(operation) =
            ConditionId::of(DecisionId::of(version(operation, *number), *decision), code);
        /// That a partner may read an operation that has not ended.
        OperationReader(operation: OperationCode, partner: PartnerCode) of Operation(operation) =
            OperationReaderId::of(OperationId::of(operation), partner);
        /// The `n`th assignment in an operation, from 1.
        Assignment(operation: OperationCode, number: u32) of Operation(operation) =
            AssignmentId::of(OperationId::of(operation), *number);
        /// The `n`th request for an officer in an operation, from 1.
        OfficerRequest(operation: OperationCode, number: u32) of Operation(operation) =
            OfficerRequestId::of(OperationId::of(operation), *number);
        /// A phase as it is carried out.
        Phase(operation: OperationCode, phase: PhaseCode) of Operation(operation) =
            PhaseId::of(OperationId::of(operation), phase);
        /// The `n`th word on whether a phase may start, from 1.
        GoNoGoWord(operation: OperationCode, phase: PhaseCode, number: u32) of Operation(operation) =
            GoNoGoWordId::of(PhaseId::of(OperationId::of(operation), phase), *number);
        /// A task as it is carried out.
        TaskExecution(operation: OperationCode, task: TaskCode) of Operation(operation) =
            TaskExecutionId::of(TaskId::of(OperationId::of(operation), task));
        /// The `n`th claim on a task, from 1.
        TaskClaim(operation: OperationCode, task: TaskCode, number: u32) of Operation(operation) =
            TaskClaimId::of(TaskId::of(OperationId::of(operation), task), *number);
        /// The `n`th entry of an operation's decision log, from 1.
        RecordedDecision(operation: OperationCode, number: u32) of Operation(operation) =
            RecordedDecisionId::of(OperationId::of(operation), *number);
        /// The `n`th clash with another operation, from 1.
        Deconfliction(operation: OperationCode, number: u32) of Operation(operation) =
            DeconflictionId::of(OperationId::of(operation), *number);
        Incident(operation: OperationCode, incident: IncidentCode) of Operation(operation) =
            IncidentId::of(OperationId::of(operation), incident);
        /// A task that a response made, outside of every plan version.
        EmergentTask(operation: OperationCode, task: TaskCode) of Operation(operation) =
            TaskId::of(OperationId::of(operation), task);
        /// A request for information or for assistance.
        Request(operation: OperationCode, request: RequestCode) of Operation(operation) =
            RequestId::of(OperationId::of(operation), request);
        /// The `n`th claim on a matter, from 1.
        MatterClaim(operation: OperationCode, matter: Matter, number: u32) of Operation(operation) =
            MatterClaimId::of(matter.id(OperationId::of(operation)), *number);
        /// The `n`th clock on a matter, from 1.
        Clock(operation: OperationCode, matter: Matter, number: u32) of Operation(operation) =
            ClockId::of(matter.id(OperationId::of(operation)), *number);
        Contribution(operation: OperationCode, code: ContributionCode) of Operation(operation) =
            ContributionId::of(OperationId::of(operation), code);
        Sitrep(operation: OperationCode, code: SitrepCode) of Operation(operation) =
            SitrepId::of(OperationId::of(operation), code);
        /// Whose counts of persons there are.
        Assistance(operation: OperationCode, authority: PartnerCode) of Operation(operation) =
            AssistanceId::of(OperationId::of(operation), authority);
        /// The `n`th report of an authority's counts, from 1.
        AssistanceClaim(operation: OperationCode, authority: PartnerCode, number: u32) of Operation(operation) =
            AssistanceClaimId::of(AssistanceId::of(OperationId::of(operation), authority), *number);
        /// What an authority's counts come to from the moment of its `n`th report on.
        AssistanceStep(operation: OperationCode, authority: PartnerCode, number: u32) of Operation(operation) =
            AssistanceStepId::of(AssistanceId::of(OperationId::of(operation), authority), *number);
        Outcome(operation: OperationCode, code: OutcomeCode) of Operation(operation) =
            OutcomeId::of(OperationId::of(operation), code);
        /// What an operation's reviewers write of it as a whole.
        Review(operation: OperationCode) of Operation(operation) = ReviewId::of(OperationId::of(operation));
        /// The `n`th observation on an operation, from 1.
        Observation(operation: OperationCode, number: u32) of Operation(operation) =
            ObservationId::of(OperationId::of(operation), *number);
        Finding(operation: OperationCode, finding: FindingCode) of Operation(operation) =
            FindingId::of(OperationId::of(operation), finding);
        /// The `n`th piece of evidence of a finding, from 1.
        Evidence(operation: OperationCode, finding: FindingCode, number: u32) of Operation(operation) =
            EvidenceId::of(FindingId::of(OperationId::of(operation), finding), *number);
        /// What a task itself says of its release, in every version.
        TaskLabel(operation: OperationCode, task: TaskCode) of Operation(operation) =
            TaskId::of(OperationId::of(operation), task);
    }
}

fn version(operation: &OperationCode, number: u32) -> PlanVersionId {
    PlanVersionId::of(OperationId::of(operation), number)
}

impl Item {
    /// The task whose own label decides, besides all else, who may see that the item has changed.
    pub fn labelled_task(&self) -> Option<TaskId> {
        let (Self::PlannedTask(operation, _, task)
        | Self::TaskLabel(operation, task)
        | Self::TaskExecution(operation, task)
        | Self::TaskClaim(operation, task, _)) = self
        else {
            return None;
        };
        Some(TaskId::of(OperationId::of(operation), task))
    }
}

/// What the events of a family change in a subject's state. Never fails: whatever was logged has happened.
pub(crate) trait Evolve<Event> {
    /// Takes in one event and adds the items that it touched to `touched`.
    fn evolve(&mut self, event: &Event, at: &At, touched: &mut Vec<Item>);
}

/// A subject's state, as far as readers see it.
pub(crate) trait Items {
    /// Every item of it.
    fn items(&self) -> Vec<Item>;
}

/// Of a subject that may not have been founded yet.
impl<T: Items> Items for Option<T> {
    fn items(&self) -> Vec<Item> {
        self.iter().flat_map(T::items).collect()
    }
}
