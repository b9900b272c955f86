//! Plans: drafting, submission, decisions of nations on one exact content, amendment, promulgation.

mod calendar;
mod content;
mod decision;
mod dependency;
mod draft;
mod import;
mod order;
mod terms;
mod version;

pub use calendar::{
    CalendarOf, DayTime, HOLIDAY_YEARS, Holiday, InvalidDayTime, MOST_CALENDARS, MOST_DAYS_OFF,
    MOST_HOLIDAYS, MOST_STRETCHES, Weekday, WorkCalendar, WorkingHours,
};
pub use content::{
    Annex, ApprovalPolicy, Ccir, CommandRelationship, CommandRelationshipKind, Content, ContentPart,
    ContentTask, DecisionPoint, Intent, LineOfEffort, NewCondition, Objective, Paragraph, Phase, PlannedTask,
    Risk, Section, Sections, TaskRevision, TimeWindow, View, territories,
};
pub use dependency::{Dependency, DependencyKind, InvalidDependency};
pub use import::{ImportedTask, MOST_IMPORTED, stop_looking};
pub use order::{FragmentaryOrder, NewOfficer, OrderedChange};
pub use terms::{StartConstraint, Terms};
pub use version::{
    Condition, ConditionStatus, Decision, DecisionKind, Outstanding, SaltedAnnex, Version, VersionStatus,
    outstanding,
};

use crate::{
    AnnexCode, Code, ConditionCode, Context, Event, Instant, OperationCode, PartnerCode, Position, Prose,
    Reasons, Rejection, Salt, Sha256, TaskCode, World,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Gate of conditions that block promulgation.
pub const GATE_PROMULGATION: &str = "PROMULGATION";
/// Gate of conditions that block activation.
pub const GATE_ACTIVATION: &str = "ACTIVATION";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum PlanCommand {
    /// Version 1. All that follows up to `Submit` changes the one draft that there is.
    Draft {
        operation: OperationCode,
        sections: Box<Sections>,
    },
    ReviseSection {
        operation: OperationCode,
        section: Box<Section>,
    },
    AddPhase {
        operation: OperationCode,
        phase: Phase,
    },
    AddTask {
        operation: OperationCode,
        #[serde(with = "content::brief::boxed")]
        task: Box<PlannedTask>,
    },
    /// Adds those that the draft has not, and makes the others what they are here.
    ImportTasks {
        operation: OperationCode,
        tasks: Vec<ImportedTask>,
        /// What the draft's calendars become; `None`: they stay.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        calendars: Option<Vec<WorkCalendar>>,
    },
    ReviseTask {
        operation: OperationCode,
        task: TaskCode,
        revision: Box<TaskRevision>,
    },
    /// Replaces a task's terms as a whole.
    SetTaskTerms {
        operation: OperationCode,
        task: TaskCode,
        terms: Terms,
    },
    RemoveTask {
        operation: OperationCode,
        task: TaskCode,
    },
    /// In place of the one that there was between the two.
    AddDependency {
        operation: OperationCode,
        task: TaskCode,
        #[serde(rename = "predecessor", with = "dependency::brief")]
        dependency: Dependency,
    },
    RemoveDependency {
        operation: OperationCode,
        task: TaskCode,
        predecessor: TaskCode,
    },
    /// Adds a risk, or replaces the one of the same code.
    RecordRisk {
        operation: OperationCode,
        risk: Box<Risk>,
    },
    /// Attaches an annex, or replaces the one of the same code.
    AttachAnnex {
        operation: OperationCode,
        annex: Box<Annex>,
    },
    Submit {
        operation: OperationCode,
    },
    Recall {
        operation: OperationCode,
        reason: Prose,
    },
    Approve {
        named: Named,
        conditions: Vec<NewCondition>,
    },
    /// By a partner without a vote: refuses consent for the tasks named, all of its territory when none is.
    Reject {
        named: Named,
        reason_code: Option<Code>,
        reason: Prose,
        objects_to: BTreeSet<TaskCode>,
    },
    /// `tasks` empty: all that lie on the partner's territory.
    Consent {
        named: Named,
        tasks: BTreeSet<TaskCode>,
    },
    Revoke {
        operation: OperationCode,
        number: u32,
        reason: Prose,
    },
    SatisfyCondition {
        operation: OperationCode,
        number: u32,
        partner: PartnerCode,
        condition: ConditionCode,
        evidence: Prose,
    },
    WaiveCondition {
        operation: OperationCode,
        number: u32,
        partner: PartnerCode,
        condition: ConditionCode,
        reason: Prose,
    },
    OpenAmendment {
        operation: OperationCode,
        reason: Prose,
    },
    Promulgate {
        operation: OperationCode,
        number: u32,
        seen_at: Position,
    },
    IssueFragmentaryOrder {
        operation: OperationCode,
        reason: Prose,
        change: OrderedChange,
    },
}

impl PlanCommand {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::Draft { operation, .. }
            | Self::ReviseSection { operation, .. }
            | Self::AddPhase { operation, .. }
            | Self::AddTask { operation, .. }
            | Self::ImportTasks { operation, .. }
            | Self::ReviseTask { operation, .. }
            | Self::SetTaskTerms { operation, .. }
            | Self::RemoveTask { operation, .. }
            | Self::AddDependency { operation, .. }
            | Self::RemoveDependency { operation, .. }
            | Self::RecordRisk { operation, .. }
            | Self::AttachAnnex { operation, .. }
            | Self::Submit { operation }
            | Self::Recall { operation, .. }
            | Self::Approve { named: Named { operation, .. }, .. }
            | Self::Reject { named: Named { operation, .. }, .. }
            | Self::Consent { named: Named { operation, .. }, .. }
            | Self::Revoke { operation, .. }
            | Self::SatisfyCondition { operation, .. }
            | Self::WaiveCondition { operation, .. }
            | Self::OpenAmendment { operation, .. }
            | Self::Promulgate { operation, .. }
            | Self::IssueFragmentaryOrder { operation, .. } => operation,
        }
    }
}

/// What a decision is about: the version, the content that its author saw, and the position they saw it at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Named {
    pub operation: OperationCode,
    pub number: u32,
    pub content_hash: Sha256,
    pub seen_at: Position,
}

/// Whose decision, on which content, seen at which position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Given {
    /// The partner that decides.
    pub partner: PartnerCode,
    /// The content that its commander saw: SHA-256 of the canonical content.
    pub content_hash: Sha256,
    /// The position of the log that its commander was looking at.
    pub seen_at: Position,
}

/// What happened to an operation's plan: drafting, decisions, promulgation.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum PlanEvent {
    /// Version 1 of the plan was begun.
    PlanDrafted {
        /// The operation.
        operation: OperationCode,
        /// Always 1.
        number: u32,
        /// Everything of the plan but its tasks and annexes, as far as it is written.
        sections: Box<Sections>,
    },
    /// A section of the draft was replaced as a whole.
    PlanSectionRevised {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The section, as it reads now.
        section: Section,
    },
    /// A phase was added to the draft, after the others.
    PhaseAdded {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The phase.
        phase: Phase,
    },
    /// A task was added to the draft.
    TaskAddedToPlan {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The task.
        task: PlannedTask,
    },
    /// A task of the draft was changed.
    TaskRevised {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The task.
        task: TaskCode,
        /// What changed.
        revision: TaskRevision,
    },
    /// What binds a task of the draft in time, and what it needs, was set as a whole.
    TaskTermsSet {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The task.
        task: TaskCode,
        /// The terms, as they are now.
        terms: Terms,
    },
    /// A task was taken out of the draft.
    TaskRemovedFromPlan {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The task.
        task: TaskCode,
    },
    /// A task of the draft waits for another from now on, by this and no other dependency.
    DependencyAdded {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The task that waits.
        task: TaskCode,
        /// What it waits for.
        dependency: Dependency,
    },
    /// A task of the draft does not wait for another any more.
    DependencyRemoved {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The task that waited.
        task: TaskCode,
        /// The task that it waited for.
        predecessor: TaskCode,
    },
    /// A risk was recorded in the draft, in place of the one of the same code if there was one.
    RiskRecorded {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The risk.
        risk: Risk,
    },
    /// An annex was attached to the draft, in place of the one of the same code if there was one.
    AnnexAttached {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The annex.
        annex: Annex,
        /// What makes the annex's hash impossible to guess; whoever may not read the annex does not see it.
        salt: Salt,
    },
    /// The draft was put up for decision: from now on it never changes.
    PlanVersionSubmitted {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// What nations decide on: SHA-256 of the canonical content.
        content_hash: Sha256,
    },
    /// Another version took the place of this one.
    PlanVersionSuperseded {
        /// The operation.
        operation: OperationCode,
        /// The plan version that was replaced, counted from 1.
        number: u32,
        /// The version that took its place.
        by: u32,
    },
    /// The lead took back the version that was under decision.
    PlanVersionRecalled {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// Why.
        reason: Prose,
    },
    /// A partner approved the version as it stands, which includes consent for its own territory.
    PlanVersionApproved {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// Whose decision, on which content, seen at which position.
        given: Given,
    },
    /// A partner approved the version, with conditions that block the gates they name.
    PlanVersionApprovedWithConditions {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// Whose decision, on which content, seen at which position.
        given: Given,
        /// At least one.
        conditions: Vec<NewCondition>,
    },
    /// A partner with a vote rejected the version.
    PlanVersionRejected {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// Whose decision, on which content, seen at which position.
        given: Given,
        /// The partner's own code for its reason, such as `SOVEREIGNTY`; null when it gave none.
        reason_code: Option<Code>,
        /// Why.
        reason: Prose,
        /// The tasks objected to; none when it is the whole.
        objects_to: BTreeSet<TaskCode>,
    },
    /// A partner consented to tasks on its territory.
    TerritorialConsentGiven {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// Whose decision, on which content, seen at which position.
        given: Given,
        /// The tasks on its territory that it consented to; at least one.
        tasks: BTreeSet<TaskCode>,
    },
    /// A partner without a vote refused consent to tasks on its territory.
    TerritorialConsentRefused {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// Whose decision, on which content, seen at which position.
        given: Given,
        /// The tasks on its territory that it refused; at least one.
        tasks: BTreeSet<TaskCode>,
        /// The partner's own code for its reason, such as `SOVEREIGNTY`; null when it gave none.
        reason_code: Option<Code>,
        /// Why.
        reason: Prose,
    },
    /// A partner took back its decision on a version that was under decision.
    ApprovalRevoked {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// Whose decision does not stand any more.
        partner: PartnerCode,
        /// Why.
        reason: Prose,
    },
    /// A condition was met.
    ApprovalConditionSatisfied {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The partner that attached the condition.
        partner: PartnerCode,
        /// The condition, by its code within the approval.
        condition: ConditionCode,
        /// What shows that it is met.
        evidence: Prose,
    },
    /// A condition was given up by the partner that had attached it.
    ApprovalConditionWaived {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The partner that attached the condition.
        partner: PartnerCode,
        /// The condition, by its code within the approval.
        condition: ConditionCode,
        /// Why.
        reason: Prose,
    },
    /// A new version was begun from another; it needs every decision anew.
    AmendmentOpened {
        /// The operation.
        operation: OperationCode,
        /// The new plan version, counted from 1.
        number: u32,
        /// The version whose content it begins with.
        base: u32,
        /// Why.
        reason: Prose,
    },
    /// An approved version became the one in force.
    PlanPromulgated {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The content that is in force: what the nations decided on.
        content_hash: Sha256,
        /// The position of the log that the commander was looking at.
        seen_at: Position,
    },
    /// A change inside the authority of the plan in force was ordered; what it changes follows as events of their own.
    FragmentaryOrderIssued {
        /// The operation.
        operation: OperationCode,
        /// The plan version in force, counted from 1.
        number: u32,
        /// The order, counted from 1 in its operation.
        order: u32,
        /// Why.
        reason: Prose,
        /// Where it moves H-hour to; null when H-hour stays.
        h_hour: Option<Instant>,
    },
}

impl PlanEvent {
    fn place(&self) -> (&OperationCode, u32) {
        match self {
            Self::PlanDrafted { operation, number, .. }
            | Self::PlanSectionRevised { operation, number, .. }
            | Self::PhaseAdded { operation, number, .. }
            | Self::TaskAddedToPlan { operation, number, .. }
            | Self::TaskRevised { operation, number, .. }
            | Self::TaskTermsSet { operation, number, .. }
            | Self::TaskRemovedFromPlan { operation, number, .. }
            | Self::DependencyAdded { operation, number, .. }
            | Self::DependencyRemoved { operation, number, .. }
            | Self::RiskRecorded { operation, number, .. }
            | Self::AnnexAttached { operation, number, .. }
            | Self::PlanVersionSubmitted { operation, number, .. }
            | Self::PlanVersionSuperseded { operation, number, .. }
            | Self::PlanVersionRecalled { operation, number, .. }
            | Self::PlanVersionApproved { operation, number, .. }
            | Self::PlanVersionApprovedWithConditions { operation, number, .. }
            | Self::PlanVersionRejected { operation, number, .. }
            | Self::TerritorialConsentGiven { operation, number, .. }
            | Self::TerritorialConsentRefused { operation, number, .. }
            | Self::ApprovalRevoked { operation, number, .. }
            | Self::ApprovalConditionSatisfied { operation, number, .. }
            | Self::ApprovalConditionWaived { operation, number, .. }
            | Self::AmendmentOpened { operation, number, .. }
            | Self::PlanPromulgated { operation, number, .. }
            | Self::FragmentaryOrderIssued { operation, number, .. } => (operation, *number),
        }
    }

    pub fn operation(&self) -> &OperationCode {
        self.place().0
    }

    /// Number of the version that the event changes.
    pub fn number(&self) -> u32 {
        self.place().1
    }

    /// Tasks under whose history the event is shown.
    pub fn tasks(&self) -> Vec<&TaskCode> {
        match self {
            Self::TaskAddedToPlan { task, .. } => vec![&task.code],
            Self::TaskRevised { task, .. }
            | Self::TaskTermsSet { task, .. }
            | Self::TaskRemovedFromPlan { task, .. } => vec![task],
            Self::DependencyAdded { task, dependency, .. } => vec![task, &dependency.predecessor],
            Self::DependencyRemoved { task, predecessor, .. } => vec![task, predecessor],
            Self::PlanVersionRejected { objects_to: tasks, .. }
            | Self::TerritorialConsentGiven { tasks, .. }
            | Self::TerritorialConsentRefused { tasks, .. } => tasks.iter().collect(),
            Self::PlanDrafted { .. }
            | Self::PlanSectionRevised { .. }
            | Self::PhaseAdded { .. }
            | Self::RiskRecorded { .. }
            | Self::AnnexAttached { .. }
            | Self::PlanVersionSubmitted { .. }
            | Self::PlanVersionSuperseded { .. }
            | Self::PlanVersionRecalled { .. }
            | Self::PlanVersionApproved { .. }
            | Self::PlanVersionApprovedWithConditions { .. }
            | Self::ApprovalRevoked { .. }
            | Self::ApprovalConditionSatisfied { .. }
            | Self::ApprovalConditionWaived { .. }
            | Self::AmendmentOpened { .. }
            | Self::PlanPromulgated { .. }
            | Self::FragmentaryOrderIssued { .. } => Vec::new(),
        }
    }

    /// The annex whose content the event holds.
    pub fn annex(&self) -> Option<&AnnexCode> {
        match self {
            Self::AnnexAttached { annex, .. } => Some(&annex.code),
            Self::PlanDrafted { .. }
            | Self::PlanSectionRevised { .. }
            | Self::PhaseAdded { .. }
            | Self::TaskAddedToPlan { .. }
            | Self::TaskRevised { .. }
            | Self::TaskTermsSet { .. }
            | Self::TaskRemovedFromPlan { .. }
            | Self::DependencyAdded { .. }
            | Self::DependencyRemoved { .. }
            | Self::RiskRecorded { .. }
            | Self::PlanVersionSubmitted { .. }
            | Self::PlanVersionSuperseded { .. }
            | Self::PlanVersionRecalled { .. }
            | Self::PlanVersionApproved { .. }
            | Self::PlanVersionApprovedWithConditions { .. }
            | Self::PlanVersionRejected { .. }
            | Self::TerritorialConsentGiven { .. }
            | Self::TerritorialConsentRefused { .. }
            | Self::ApprovalRevoked { .. }
            | Self::ApprovalConditionSatisfied { .. }
            | Self::ApprovalConditionWaived { .. }
            | Self::AmendmentOpened { .. }
            | Self::PlanPromulgated { .. }
            | Self::FragmentaryOrderIssued { .. } => None,
        }
    }

    /// The partner under whose history a decision is shown.
    pub fn decider(&self) -> Option<&PartnerCode> {
        match self {
            Self::PlanVersionApproved { given, .. }
            | Self::PlanVersionApprovedWithConditions { given, .. }
            | Self::PlanVersionRejected { given, .. }
            | Self::TerritorialConsentGiven { given, .. }
            | Self::TerritorialConsentRefused { given, .. } => Some(&given.partner),
            Self::ApprovalRevoked { partner, .. }
            | Self::ApprovalConditionSatisfied { partner, .. }
            | Self::ApprovalConditionWaived { partner, .. } => Some(partner),
            Self::PlanDrafted { .. }
            | Self::PlanSectionRevised { .. }
            | Self::PhaseAdded { .. }
            | Self::TaskAddedToPlan { .. }
            | Self::TaskRevised { .. }
            | Self::TaskTermsSet { .. }
            | Self::TaskRemovedFromPlan { .. }
            | Self::DependencyAdded { .. }
            | Self::DependencyRemoved { .. }
            | Self::RiskRecorded { .. }
            | Self::AnnexAttached { .. }
            | Self::PlanVersionSubmitted { .. }
            | Self::PlanVersionSuperseded { .. }
            | Self::PlanVersionRecalled { .. }
            | Self::AmendmentOpened { .. }
            | Self::PlanPromulgated { .. }
            | Self::FragmentaryOrderIssued { .. } => None,
        }
    }
}

pub(crate) fn decide(
    world: &World,
    command: &PlanCommand,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    match command {
        PlanCommand::Draft { .. }
        | PlanCommand::ReviseSection { .. }
        | PlanCommand::AddPhase { .. }
        | PlanCommand::AddTask { .. }
        | PlanCommand::ImportTasks { .. }
        | PlanCommand::ReviseTask { .. }
        | PlanCommand::SetTaskTerms { .. }
        | PlanCommand::RemoveTask { .. }
        | PlanCommand::AddDependency { .. }
        | PlanCommand::RemoveDependency { .. }
        | PlanCommand::RecordRisk { .. }
        | PlanCommand::AttachAnnex { .. }
        | PlanCommand::Submit { .. }
        | PlanCommand::OpenAmendment { .. } => draft::decide(world, command, context, reasons),
        PlanCommand::Recall { .. }
        | PlanCommand::Approve { .. }
        | PlanCommand::Reject { .. }
        | PlanCommand::Consent { .. }
        | PlanCommand::Revoke { .. }
        | PlanCommand::SatisfyCondition { .. }
        | PlanCommand::WaiveCondition { .. }
        | PlanCommand::Promulgate { .. } => decision::decide(world, command, context, reasons),
        PlanCommand::IssueFragmentaryOrder { operation, reason, change } => {
            order::issue(world, operation, reason, change, context, reasons)
        }
    }
}
