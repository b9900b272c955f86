//! What is asked of a plan: drafting, decisions, amendment, promulgation, orders.

use super::{dependency, task};
use crate::{
    Code, ConditionCode, Instant, OperationCode, PartnerCode, PhaseCode, Position, PostCode, Prose, Sha256,
    Span, TaskCode, Title,
    plan::{
        Annex, Dependency, NewCondition, Phase, PlannedTask, Risk, Section, Sections, TaskRevision, Term,
        Terms, WorkCalendar, terms::is_default,
    },
    release::Release,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
        #[serde(with = "task::brief::boxed")]
        task: Box<PlannedTask>,
        /// The label that it has from its first moment on; `None`: it is for whoever reads its version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<Release>,
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
    SetTaskTerms {
        operation: OperationCode,
        task: TaskCode,
        terms: Terms,
        /// Of these the task keeps what it has, whatever `terms` say.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        keeping: BTreeSet<Term>,
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
    /// That a live decision of the actor's partner stands.
    ConfirmDecision {
        operation: OperationCode,
        number: u32,
    },
    SatisfyCondition {
        operation: OperationCode,
        number: u32,
        partner: PartnerCode,
        condition: ConditionCode,
        evidence: Prose,
    },
    ProposeSatisfaction {
        operation: OperationCode,
        number: u32,
        partner: PartnerCode,
        condition: ConditionCode,
        evidence: Prose,
    },
    ContestCondition {
        operation: OperationCode,
        number: u32,
        partner: PartnerCode,
        condition: ConditionCode,
        reason: Prose,
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
        /// The label that the version has from its first moment on; `None`: that of the version it starts from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<Release>,
    },
    Promulgate {
        operation: OperationCode,
        number: u32,
        seen_at: Position,
    },
    Withdraw {
        operation: OperationCode,
        reason: Prose,
    },
    /// The draft that there is; `with` replaces those it was shared with before.
    ShareDraft {
        operation: OperationCode,
        with: BTreeSet<PartnerCode>,
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
            | Self::ConfirmDecision { operation, .. }
            | Self::SatisfyCondition { operation, .. }
            | Self::ProposeSatisfaction { operation, .. }
            | Self::ContestCondition { operation, .. }
            | Self::Withdraw { operation, .. }
            | Self::ShareDraft { operation, .. }
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

/// A task as a file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportedTask {
    pub code: TaskCode,
    pub title: Title,
    pub phase: PhaseCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_of_effort: Option<Code>,
    pub lead: PartnerCode,
    pub territory: PartnerCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostCode>,
    /// `None`: as early as what it waits for lets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_offset: Option<Span>,
    pub duration: Span,
    #[serde(default, with = "dependency::brief::set")]
    pub predecessors: BTreeSet<Dependency>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub terms: Terms,
    /// Of a task that is added: the label that it has from its first moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
}

impl ImportedTask {
    pub(super) fn planned(&self, start_offset: Span) -> PlannedTask {
        PlannedTask {
            code: self.code.clone(),
            title: self.title.clone(),
            phase: self.phase.clone(),
            line_of_effort: self.line_of_effort.clone(),
            lead: self.lead.clone(),
            territory: self.territory.clone(),
            post: self.post.clone(),
            start_offset,
            duration: self.duration,
            predecessors: self.predecessors.clone(),
            terms: self.terms.clone(),
        }
    }
}

/// What an order changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderedChange {
    pub h_hour: Option<Instant>,
    pub officers: Vec<NewOfficer>,
}

/// A task that a post carries out from now on, in place of whoever did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewOfficer {
    pub task: TaskCode,
    pub post: PostCode,
}
