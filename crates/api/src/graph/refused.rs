//! Refusals: why a command was not carried out, as data. A person can mend them with another input.

use crate::{
    Error,
    graph::{context::World, node::Node, receipt::Receipt},
};
use async_graphql::{Enum, SimpleObject};
use futures_util::future::try_join_all;
use std::sync::Arc;

/// Why a command is refused. Codes are stable: they are never renamed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::RefusalCode")]
pub enum RefusalCode {
    /// Something of this code exists already in its scope.
    AlreadyExists,
    /// The partner has a live decision on this version; revoke it first.
    AlreadyDecided,
    /// Promulgation waits for an approval or a territorial consent, or a partner has rejected.
    ApprovalIncomplete,
    /// A condition blocks the gate it names until it is satisfied, or waived by its author.
    ConditionOutstanding,
    /// A partner without whose decision the version cannot come into force may not read it.
    DeciderCannotRead,
    /// The officer who decided turned out not to have held the post then: the partner confirms or revokes.
    DecidedOutOfPost,
    /// A partner decided on it, so that it stays readable to that partner.
    DecidedUpon,
    /// The amount is in another currency than what it is of.
    CurrencyMismatch,
    /// The dependency would make a task wait for itself.
    DependencyCycle,
    /// A version of this plan is being drafted already.
    DraftExists,
    /// A finding rests on evidence.
    EvidenceRequired,
    /// A log that holds anything cannot become an exercise.
    ExerciseInUsedLog,
    /// A task is led by a partner on a territory whose partner has not consented to this version.
    ForeignLeadWithoutConsent,
    /// Another input would not help: who sends the command may not do this. The message says what it takes.
    Forbidden,
    /// The phase has a gate, and there is no go for it on the plan in force.
    GateNotPassed,
    /// H-hour has not been set.
    HhourNotSet,
    /// H-hour may move only inside the window that the plan in force gives.
    HhourOutsideWindow,
    /// A coalition's centre has one host.
    HostAlreadyPresent,
    /// The same idempotency key came with another content.
    IdempotencyKeyReused,
    /// An incident of the operation is not closed.
    IncidentOpen,
    /// A code is 1 to 32 capital letters, digits, `_` or `-`, starting with a letter or a digit.
    InvalidCode,
    /// A currency is an ISO 4217 code, such as `THB`.
    InvalidCurrency,
    /// A duration is one of ISO 8601, of whole weeks, days, hours, minutes or seconds, within 100 years.
    InvalidDuration,
    /// The text is empty, too long, has a control character or a letter in it that nobody sees and that may change how
    /// others are shown, or has nothing in it that can be seen.
    InvalidText,
    /// A time zone has an IANA name, such as `Asia/Yangon`.
    InvalidTimeZone,
    /// A number, list or time outside its bounds.
    InvalidValue,
    /// An entry later than the limit needs a reason.
    LateReasonRequired,
    /// A partner that takes tasks has no liaison officer in post.
    LiaisonNotInPost,
    /// Absent, or not visible to the one who asks: the answer is the same.
    NotFound,
    /// So much of the delivery was not handed over, or is judged already.
    NotDelivered,
    /// Only partners that the approval policy names, by their roles or by themselves, approve or reject a plan.
    NotAnApprover,
    /// Only the partner that attached a condition says that it is met, waives it or contests it.
    NotTheAuthor,
    /// Another partner's officer, whom the plan does not foresee for the task: ask that partner.
    NotYourOfficer,
    /// The next shift has not as many officers or nations as the rules of the watch ask for.
    NoRelief,
    /// The version has no task on this partner's territory, so there is nothing to consent to.
    NoTerritoryInPlan,
    /// The event is said to have happened after the server's present.
    OccurredInFuture,
    /// The post is bound to another task at that time.
    OfficerOverlap,
    /// More of a contribution than was accepted would be allocated, or than was allocated paid or released.
    OverAllocation,
    /// More would be delivered than was pledged.
    OverDelivery,
    /// A partner whose work it is to be may not read the operation.
    PartyCannotRead,
    /// Persons are counted, and nothing that could name one is kept: only codes from a list.
    PersonalDataRefused,
    /// The phase that the task belongs to is not open.
    PhaseNotStarted,
    /// The plan lacks what a submission needs.
    PlanIncomplete,
    /// The operation has no promulgated plan.
    PlanNotInForce,
    /// A partner has taken its decision on the plan in force back: nothing goes on until that is settled.
    PlanSuspended,
    /// The post belongs to another partner than the one that leads the task.
    PostNotOfLeadPartner,
    /// One holder at a time.
    PostAlreadyHeld,
    /// What the task waits for has not come so far, or not by then.
    PredecessorIncomplete,
    /// Rejections, refusals of consent, shifts and the like need a reason.
    ReasonRequired,
    /// A request of the operation waits for an answer.
    RequestOpen,
    /// A go needs every criterion met, or its risk accepted by every decider.
    RiskNotAccepted,
    /// `seenAt` lies outside what could have been seen.
    SeenAtInvalid,
    /// The site has not been assessed.
    SiteNotAssessed,
    /// The version or content named is not the one under decision.
    StalePlanVersion,
    /// Observers and partners that have not acceded take no tasks.
    TakesNoTasks,
    /// Other tasks wait for this one.
    TaskHasSuccessors,
    /// A task goes on.
    TaskInProgress,
    /// A task was started: no version drops or moves it.
    TaskStarted,
    /// Something that the input refers to does not exist in its scope.
    UnknownReference,
    /// Who made a change does not validate it: another post does.
    ValidatorNotIndependent,
    /// A submitted version never changes; open an amendment.
    VersionImmutable,
    /// Weights must sum to 100.
    WeightsNot100,
    /// The subject is not in a state in which this can happen.
    WrongState,
}

/// One reason.
#[derive(SimpleObject)]
pub struct Refusal {
    code: RefusalCode,
    /// For a person.
    message: String,
    /// Path of the input field that it belongs to, outermost first; null for the command as a whole.
    field: Option<Vec<String>>,
    /// What stands in the way, when that helps and you may see it.
    subject: Option<Node>,
}

/// The command was not carried out, and nothing was recorded. All reasons at once.
#[derive(SimpleObject)]
pub struct Refused {
    /// Null: there is nothing in the log to have a receipt of.
    receipt: Option<Receipt>,
    refusals: Vec<Refusal>,
}

impl Refused {
    pub(crate) async fn new(world: &Arc<World>, refusals: Vec<domain::Refusal>) -> Result<Self, Error> {
        let shown = refusals.into_iter().map(|refusal| async move {
            let domain::Refusal { code, message, field, subject, .. } = refusal;
            let subject = match subject {
                Some(id) => world.node(&id).await?,
                None => None,
            };
            let field = Some(field).filter(|path| !path.is_empty());
            Ok::<_, Error>(Refusal { code: code.into(), message, field, subject })
        });
        Ok(Self { receipt: None, refusals: try_join_all(shown).await? })
    }
}
