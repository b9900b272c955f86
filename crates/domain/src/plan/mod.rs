//! Plans: drafting, submission, decisions of nations on one exact content, amendment, promulgation.

mod content;
mod decision;
mod draft;
mod version;

pub use content::{
    Annex, ApprovalPolicy, Ccir, CommandRelationship, CommandRelationshipKind, Content, ContentPart,
    DecisionPoint, Intent, LineOfEffort, NewCondition, Objective, Paragraph, Phase, PlannedTask, Risk,
    Section, Sections, TaskRevision, TimeWindow, View, territories,
};
pub use version::{
    Condition, ConditionStatus, Decision, DecisionKind, Outstanding, SaltedAnnex, Version, VersionStatus,
    outstanding,
};

use crate::{
    AnnexCode, Code, ConditionCode, Context, Event, OperationCode, PartnerCode, Position, Prose, Reasons,
    Rejection, Salt, Sha256, TaskCode, World,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Gate of conditions that block promulgation.
pub const GATE_PROMULGATION: &str = "PROMULGATION";
/// Gate of conditions that block activation.
pub const GATE_ACTIVATION: &str = "ACTIVATION";

#[derive(Debug, Clone, PartialEq, Serialize)]
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
        task: Box<PlannedTask>,
    },
    ReviseTask {
        operation: OperationCode,
        task: TaskCode,
        revision: Box<TaskRevision>,
    },
    RemoveTask {
        operation: OperationCode,
        task: TaskCode,
    },
    AddDependency {
        operation: OperationCode,
        task: TaskCode,
        predecessor: TaskCode,
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
}

/// What a decision is about: the version, the content that its author saw, and the position they saw it at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Named {
    pub operation: OperationCode,
    pub number: u32,
    pub content_hash: Sha256,
    pub seen_at: Position,
}

/// Whose decision, on which content, seen at which position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Given {
    pub partner: PartnerCode,
    pub content_hash: Sha256,
    pub seen_at: Position,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all_fields = "camelCase")]
pub enum PlanEvent {
    PlanDrafted {
        operation: OperationCode,
        number: u32,
        sections: Box<Sections>,
    },
    PlanSectionRevised {
        operation: OperationCode,
        number: u32,
        section: Section,
    },
    PhaseAdded {
        operation: OperationCode,
        number: u32,
        phase: Phase,
    },
    TaskAddedToPlan {
        operation: OperationCode,
        number: u32,
        task: PlannedTask,
    },
    TaskRevised {
        operation: OperationCode,
        number: u32,
        task: TaskCode,
        revision: TaskRevision,
    },
    TaskRemovedFromPlan {
        operation: OperationCode,
        number: u32,
        task: TaskCode,
    },
    DependencyAdded {
        operation: OperationCode,
        number: u32,
        task: TaskCode,
        predecessor: TaskCode,
    },
    DependencyRemoved {
        operation: OperationCode,
        number: u32,
        task: TaskCode,
        predecessor: TaskCode,
    },
    RiskRecorded {
        operation: OperationCode,
        number: u32,
        risk: Risk,
    },
    AnnexAttached {
        operation: OperationCode,
        number: u32,
        annex: Annex,
        salt: Salt,
    },
    PlanVersionSubmitted {
        operation: OperationCode,
        number: u32,
        content_hash: Sha256,
    },
    /// `by`: the version that took its place.
    PlanVersionSuperseded {
        operation: OperationCode,
        number: u32,
        by: u32,
    },
    PlanVersionRecalled {
        operation: OperationCode,
        number: u32,
        reason: Prose,
    },
    PlanVersionApproved {
        operation: OperationCode,
        number: u32,
        given: Given,
    },
    PlanVersionApprovedWithConditions {
        operation: OperationCode,
        number: u32,
        given: Given,
        conditions: Vec<NewCondition>,
    },
    PlanVersionRejected {
        operation: OperationCode,
        number: u32,
        given: Given,
        reason_code: Option<Code>,
        reason: Prose,
        objects_to: BTreeSet<TaskCode>,
    },
    TerritorialConsentGiven {
        operation: OperationCode,
        number: u32,
        given: Given,
        tasks: BTreeSet<TaskCode>,
    },
    TerritorialConsentRefused {
        operation: OperationCode,
        number: u32,
        given: Given,
        tasks: BTreeSet<TaskCode>,
        reason_code: Option<Code>,
        reason: Prose,
    },
    ApprovalRevoked {
        operation: OperationCode,
        number: u32,
        partner: PartnerCode,
        reason: Prose,
    },
    /// `partner`: the author of the condition.
    ApprovalConditionSatisfied {
        operation: OperationCode,
        number: u32,
        partner: PartnerCode,
        condition: ConditionCode,
        evidence: Prose,
    },
    ApprovalConditionWaived {
        operation: OperationCode,
        number: u32,
        partner: PartnerCode,
        condition: ConditionCode,
        reason: Prose,
    },
    AmendmentOpened {
        operation: OperationCode,
        number: u32,
        base: u32,
        reason: Prose,
    },
    PlanPromulgated {
        operation: OperationCode,
        number: u32,
        content_hash: Sha256,
        seen_at: Position,
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
            | Self::PlanPromulgated { operation, number, .. } => (operation, *number),
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
            Self::TaskRevised { task, .. } | Self::TaskRemovedFromPlan { task, .. } => vec![task],
            Self::DependencyAdded { task, predecessor, .. }
            | Self::DependencyRemoved { task, predecessor, .. } => {
                vec![task, predecessor]
            }
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
            | Self::PlanPromulgated { .. } => Vec::new(),
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
            | Self::PlanPromulgated { .. } => None,
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
            | Self::TaskRemovedFromPlan { .. }
            | Self::DependencyAdded { .. }
            | Self::DependencyRemoved { .. }
            | Self::RiskRecorded { .. }
            | Self::AnnexAttached { .. }
            | Self::PlanVersionSubmitted { .. }
            | Self::PlanVersionSuperseded { .. }
            | Self::PlanVersionRecalled { .. }
            | Self::AmendmentOpened { .. }
            | Self::PlanPromulgated { .. } => None,
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
        | PlanCommand::ReviseTask { .. }
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
    }
}
