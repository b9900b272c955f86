//! What happened to an operation's plan: drafting, decisions, promulgation, orders.

use crate::{
    About, Code, ConditionCode, Instant, LedBy, OperationCode, PartnerCode, Position, Prose, Salt, Sha256,
    TaskCode,
    plan::{
        Annex, Dependency, NewCondition, Phase, PlannedTask, Risk, Section, Sections, TaskRevision, Terms,
    },
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
    /// A partner took back its decision on a version that was under decision, or in force: that is suspended
    /// then, until the partner decides anew, the plan is withdrawn or another version is promulgated.
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
    /// A partner said again, by an officer in post, that its decision stands: the one that had decided turned
    /// out to have left the post before.
    DecisionConfirmed {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// Whose decision stands.
        partner: PartnerCode,
    },
    /// Evidence that a condition is met was laid before its author, which confirms it or contests it.
    ConditionSatisfactionProposed {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The partner that attached the condition.
        partner: PartnerCode,
        /// The condition, by its code within the approval.
        condition: ConditionCode,
        /// The partner that proposes it.
        by: PartnerCode,
        /// What shows that it is met.
        evidence: Prose,
    },
    /// The partner that had attached a condition said that it is not met: against what was proposed last, or
    /// against what it had held for met, which is broken then.
    ApprovalConditionContested {
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
    /// A condition was met, as the partner that had attached it says.
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
    /// The plan in force was taken out of force: no task of it starts from then on.
    PlanWithdrawn {
        /// The operation.
        operation: OperationCode,
        /// The plan version that was in force, counted from 1.
        number: u32,
        /// The partner that withdrew it.
        by: PartnerCode,
        /// Why.
        reason: Prose,
    },
    /// Observers that may read a draft before it is submitted were named, in place of those named before.
    DraftShared {
        /// The operation.
        operation: OperationCode,
        /// The plan version, counted from 1.
        number: u32,
        /// The partners that may read the draft besides those that draft; none: it is shared no more.
        with: BTreeSet<PartnerCode>,
    },
    /// A change inside the authority of the plan in force was ordered; what it changes follows as events of
    /// their own.
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
    /// The version that it tells a decision on, and whose.
    pub(crate) fn decided(&self) -> Option<(u32, &PartnerCode)> {
        let (Self::PlanVersionApproved { number, given, .. }
        | Self::PlanVersionApprovedWithConditions { number, given, .. }
        | Self::PlanVersionRejected { number, given, .. }
        | Self::TerritorialConsentGiven { number, given, .. }
        | Self::TerritorialConsentRefused { number, given, .. }) = self
        else {
            return None;
        };
        Some((*number, &given.partner))
    }

    pub(crate) fn about(&self) -> About<'_> {
        match self {
            Self::PlanDrafted { operation, number, .. }
            | Self::PlanSectionRevised { operation, number, .. }
            | Self::PhaseAdded { operation, number, .. }
            | Self::RiskRecorded { operation, number, .. }
            | Self::PlanVersionSubmitted { operation, number, .. }
            | Self::PlanVersionSuperseded { operation, number, .. }
            | Self::PlanVersionRecalled { operation, number, .. }
            | Self::AmendmentOpened { operation, number, .. }
            | Self::DraftShared { operation, number, .. }
            | Self::FragmentaryOrderIssued { operation, number, .. } => About::version(operation, *number),
            Self::PlanPromulgated { operation, number, .. } => {
                About::version(operation, *number).led_by(LedBy::Decisions)
            }
            Self::TaskAddedToPlan { operation, number, task } => {
                About::version(operation, *number).task(&task.code)
            }
            Self::TaskRevised { operation, number, task, .. }
            | Self::TaskTermsSet { operation, number, task, .. }
            | Self::TaskRemovedFromPlan { operation, number, task } => {
                About::version(operation, *number).task(task)
            }
            Self::DependencyAdded { operation, number, task, dependency } => {
                About::version(operation, *number).task(task).task(&dependency.predecessor)
            }
            Self::DependencyRemoved { operation, number, task, predecessor } => {
                About::version(operation, *number).task(task).task(predecessor)
            }
            Self::AnnexAttached { operation, number, annex, .. } => {
                About::version(operation, *number).annex(&annex.code)
            }
            Self::PlanVersionApproved { operation, number, given }
            | Self::PlanVersionApprovedWithConditions { operation, number, given, .. } => {
                About::version(operation, *number).partner(&given.partner).led_by(LedBy::Submission)
            }
            Self::PlanVersionRejected { operation, number, given, objects_to: tasks, .. }
            | Self::TerritorialConsentGiven { operation, number, given, tasks }
            | Self::TerritorialConsentRefused { operation, number, given, tasks, .. } => {
                About::version(operation, *number)
                    .partner(&given.partner)
                    .tasks(tasks)
                    .led_by(LedBy::Submission)
            }
            Self::ApprovalRevoked { operation, number, partner, .. }
            | Self::DecisionConfirmed { operation, number, partner }
            | Self::ConditionSatisfactionProposed { operation, number, partner, .. }
            | Self::ApprovalConditionContested { operation, number, partner, .. }
            | Self::ApprovalConditionSatisfied { operation, number, partner, .. }
            | Self::ApprovalConditionWaived { operation, number, partner, .. } => {
                About::version(operation, *number).partner(partner).led_by(LedBy::Decision(partner))
            }
            Self::PlanWithdrawn { operation, number, by, .. } => {
                About::version(operation, *number).partner(by)
            }
        }
    }
}
