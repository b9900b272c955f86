//! What a plan version says in its sections.

use crate::{
    Error,
    coalition::partner::PartnerRole,
    graph::{
        context::World,
        priority::Priority,
        scalars::{DateTime, Sha256},
        zone::Zone,
    },
    outcome::totals::ObjectiveReached,
};
use async_graphql::{ComplexObject, Enum, SimpleObject};
use domain::plan;
use read_model::{parse, plan::PartRow};
use std::sync::Arc;
use uuid::Uuid;

/// The two customary orders of an operation order's paragraphs.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "plan::View")]
pub enum PlanView {
    /// Situation, mission, execution, administration and logistics, command and signal: military staffs.
    Smeac,
    /// Information, intention, method, administration, risk assessment, communications, human rights: police.
    Iimarch,
}

/// How far one may direct another.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "plan::CommandRelationshipKind")]
pub enum CommandRelationshipKind {
    /// Each nation commands its own.
    NationalCommand,
    /// The right to bring parties together, not to order.
    CoordinatingAuthority,
    /// Helps another's task.
    Supporting,
    /// Directs movements for one task.
    TacticalControl,
}

/// A paragraph of a view.
#[derive(SimpleObject)]
pub struct Paragraph {
    heading: String,
    /// Empty when the plan says nothing under this heading yet.
    text: String,
}

/// The commander's intent.
#[derive(SimpleObject)]
pub struct CommandersIntent {
    purpose: String,
    /// Codes of tasks.
    key_tasks: Vec<String>,
    end_state: String,
}

/// The paragraphs that are written as prose; null where nothing is written yet.
#[derive(SimpleObject)]
pub struct PlanSections {
    situation: Option<String>,
    mission: Option<String>,
    commanders_intent: Option<CommandersIntent>,
    /// Concept of operations.
    concept: Option<String>,
    administration: Option<String>,
    command_and_signal: Option<String>,
}

/// Tasks linked by purpose across phases.
#[derive(SimpleObject)]
pub struct LineOfEffort {
    code: String,
    name: String,
}

/// A stage of the operation.
#[derive(SimpleObject, Clone)]
pub struct Phase {
    pub(crate) code: String,
    name: String,
    /// What must be decided before it starts, such as `GO_NO_GO`.
    gate: Option<String>,
}

/// A measurable result that the plan aims at.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Objective {
    code: String,
    /// Code of the line of effort.
    line_of_effort: String,
    text: String,
    /// What is measured; its name says the unit.
    measure: String,
    /// In the unit that the measure's name gives.
    target: i64,
    #[graphql(skip)]
    operation_id: Uuid,
    #[graphql(skip)]
    world: Arc<World>,
}

#[ComplexObject]
impl Objective {
    /// What of it was reached by `validAt`, or by what is known at all: the outcomes of the kind whose name its measure is, but
    /// for those that name another objective. Null where its measure names no kind, such as `sites_closed`.
    async fn reached(&self, valid_at: Option<DateTime>) -> Result<Option<ObjectiveReached>, Error> {
        let aim = (self.code.as_str(), self.measure.as_str());
        ObjectiveReached::of(&self.world, self.operation_id, aim, valid_at).await
    }
}

/// A moment at which a decision is due; not the decision.
#[derive(SimpleObject)]
pub struct DecisionPoint {
    code: String,
    /// Code of the task at which it is due.
    at: String,
    decision: String,
    /// Codes of the partners that decide.
    deciders: Vec<String>,
    /// What makes it due earlier.
    trigger: Option<String>,
    /// Codes of the information requirements that it rests on.
    ccir: Vec<String>,
}

/// Information that the commander must have at once.
#[derive(SimpleObject)]
pub struct Ccir {
    code: String,
    text: String,
    /// Names of events of the operation that meet it, such as `TaskBlocked`.
    events: Vec<String>,
    /// Incidents of this priority, and more urgent ones, meet it.
    priority: Option<Priority>,
    /// Codes of the categories whose log entries meet it.
    categories: Vec<String>,
}

/// Who may direct whom, and how far.
#[derive(SimpleObject)]
pub struct CommandRelationship {
    /// Code of a post, partner, centre or forward post.
    of: String,
    /// Code of a post, partner, centre or forward post.
    to: String,
    kind: CommandRelationshipKind,
}

/// What may go wrong, and what is done about it.
#[derive(SimpleObject)]
pub struct Risk {
    code: String,
    text: String,
    /// 1 to 5.
    likelihood: u32,
    /// 1 to 5.
    impact: u32,
    treatment: String,
    /// Code of the post that answers for it.
    owner: Option<String>,
}

/// Who may withdraw a plan in force.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "plan::Withdrawal")]
pub enum WithdrawalRight {
    /// The lead of the operation, and nobody else.
    Lead,
    /// The lead, and each approver one of whose conditions was broken.
    BrokenCondition,
}

/// Whose approval a version needs. The consent of every partner on whose territory a task lies is needed besides.
#[derive(SimpleObject)]
pub struct ApprovalPolicy {
    /// Every partner of these roles must approve, of those that the version is released to when it is submitted; unless
    /// `approvers` names others.
    required_roles: Vec<PartnerRole>,
    /// Codes of the partners that must approve, whatever their roles; none: those of the roles.
    approvers: Vec<String>,
    /// Who may withdraw the version once it is in force.
    withdrawal: WithdrawalRight,
}

/// A separately releasable part of a version: everybody who sees the version sees this, to check its content hash.
#[derive(SimpleObject)]
pub struct ContentPart {
    /// As in the content, such as `annex/B` or `task/T09`.
    code: String,
    /// Salted, so that the part cannot be guessed from it.
    hash: Sha256,
}

/// What is written, if anything is.
fn text(prose: Option<&impl ToString>) -> Option<String> {
    prose.map(ToString::to_string)
}

pub(super) fn texts(list: &[impl ToString]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

impl From<&plan::Sections> for PlanSections {
    fn from(sections: &plan::Sections) -> Self {
        Self {
            situation: text(sections.situation.as_ref()),
            mission: text(sections.mission.as_ref()),
            commanders_intent: sections.commanders_intent.as_ref().map(|intent| CommandersIntent {
                purpose: intent.purpose.to_string(),
                key_tasks: texts(&intent.key_tasks),
                end_state: intent.end_state.to_string(),
            }),
            concept: text(sections.concept.as_ref()),
            administration: text(sections.administration.as_ref()),
            command_and_signal: text(sections.command_and_signal.as_ref()),
        }
    }
}

impl From<&plan::LineOfEffort> for LineOfEffort {
    fn from(line: &plan::LineOfEffort) -> Self {
        Self { code: line.code.to_string(), name: line.name.to_string() }
    }
}

impl From<&plan::Phase> for Phase {
    fn from(phase: &plan::Phase) -> Self {
        Self { code: phase.code.to_string(), name: phase.name.to_string(), gate: text(phase.gate.as_ref()) }
    }
}

impl Objective {
    pub(super) fn of(world: &Arc<World>, operation_id: Uuid, objective: &plan::Objective) -> Self {
        Self {
            code: objective.code.to_string(),
            line_of_effort: objective.line_of_effort.to_string(),
            text: objective.text.to_string(),
            measure: objective.measure.to_string(),
            target: objective.target,
            operation_id,
            world: Arc::clone(world),
        }
    }
}

impl From<&plan::DecisionPoint> for DecisionPoint {
    fn from(point: &plan::DecisionPoint) -> Self {
        Self {
            code: point.code.to_string(),
            at: point.at.to_string(),
            decision: point.decision.to_string(),
            deciders: texts(&point.deciders),
            trigger: text(point.trigger.as_ref()),
            ccir: texts(&point.ccir),
        }
    }
}

impl From<&plan::Ccir> for Ccir {
    fn from(ccir: &plan::Ccir) -> Self {
        Self {
            code: ccir.code.to_string(),
            text: ccir.text.to_string(),
            events: texts(&ccir.events),
            priority: ccir.priority.map(Into::into),
            categories: texts(&ccir.categories),
        }
    }
}

impl From<&plan::CommandRelationship> for CommandRelationship {
    fn from(relationship: &plan::CommandRelationship) -> Self {
        Self {
            of: relationship.of.to_string(),
            to: relationship.to.to_string(),
            kind: relationship.kind.into(),
        }
    }
}

impl From<&plan::Risk> for Risk {
    fn from(risk: &plan::Risk) -> Self {
        Self {
            code: risk.code.to_string(),
            text: risk.text.to_string(),
            likelihood: risk.likelihood,
            impact: risk.impact,
            treatment: risk.treatment.to_string(),
            owner: text(risk.owner.as_ref()),
        }
    }
}

impl From<&plan::ApprovalPolicy> for ApprovalPolicy {
    fn from(policy: &plan::ApprovalPolicy) -> Self {
        Self {
            required_roles: policy.required_roles.iter().copied().map(PartnerRole::from).collect(),
            approvers: texts(&policy.approvers.iter().collect::<Vec<_>>()),
            withdrawal: policy.withdrawal.into(),
        }
    }
}

impl From<plan::Paragraph> for Paragraph {
    fn from(paragraph: plan::Paragraph) -> Self {
        Self { heading: paragraph.heading.to_owned(), text: paragraph.text }
    }
}

impl ContentPart {
    pub(super) fn of(part: &PartRow) -> Result<Self, Error> {
        Ok(Self { code: part.code.clone(), hash: Sha256(parse(&part.part_hash)?) })
    }
}

/// A stretch of time, half-open: from `from`, before `to`.
#[derive(SimpleObject)]
pub struct TimeWindow {
    from: DateTime,
    /// Exclusive.
    to: DateTime,
}

impl TimeWindow {
    pub(crate) async fn of(
        world: &Arc<World>,
        window: Option<plan::TimeWindow>,
        zone: Option<Zone>,
    ) -> Result<Option<Self>, Error> {
        let Some(plan::TimeWindow { from, to }) = window else { return Ok(None) };
        let (from, to) = (world.local(from, zone.clone()).await?, world.local(to, zone).await?);
        Ok(Some(Self { from, to }))
    }
}
