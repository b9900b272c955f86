//! What a plan says in its sections, as inputs give it.

use crate::{
    coalition::partner::PartnerRole,
    graph::{mutation::At, priority::Priority, scalars::DateTime},
    plan::{
        calendar::WorkCalendarInput,
        sections::{CommandRelationshipKind, WithdrawalRight},
    },
};
use async_graphql::{InputObject, OneofObject};
use domain::plan;

#[derive(InputObject)]
pub(super) struct CommandersIntentInput {
    purpose: String,
    /// Codes of tasks.
    #[graphql(default)]
    key_tasks: Vec<String>,
    end_state: String,
}

#[derive(InputObject)]
pub(super) struct LineOfEffortInput {
    code: String,
    name: String,
}

#[derive(InputObject)]
pub(super) struct PhaseInput {
    code: String,
    name: String,
    /// What must be decided before it starts, such as `GO_NO_GO`.
    gate: Option<String>,
}

#[derive(InputObject)]
pub(super) struct ObjectiveInput {
    code: String,
    /// Code of the line of effort.
    line_of_effort: String,
    text: String,
    /// What is measured; its name says the unit.
    measure: String,
    /// In the unit that the measure's name gives.
    target: i64,
}

#[derive(InputObject)]
pub(super) struct DecisionPointInput {
    code: String,
    /// Code of the task at which it is due.
    at: String,
    decision: String,
    /// Codes of the partners that decide.
    deciders: Vec<String>,
    /// What makes it due earlier.
    trigger: Option<String>,
    /// Codes of the information requirements that it rests on.
    #[graphql(default)]
    ccir: Vec<String>,
}

#[derive(InputObject)]
pub(super) struct CcirInput {
    code: String,
    text: String,
    /// Names of events of the operation that meet it, such as `TaskBlocked`; one that no such event has is refused.
    #[graphql(default)]
    events: Vec<String>,
    /// Incidents of this priority, and more urgent ones, meet it.
    priority: Option<Priority>,
    /// Codes of the categories whose log entries meet it.
    #[graphql(default)]
    categories: Vec<String>,
}

#[derive(InputObject)]
pub(super) struct CommandRelationshipInput {
    /// Code of a post, partner, centre or forward post.
    of: String,
    /// Code of a post, partner, centre or forward post.
    to: String,
    kind: CommandRelationshipKind,
}

#[derive(InputObject)]
pub(super) struct RiskInput {
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

/// Half-open: from `from`, before `to`.
#[derive(InputObject)]
pub(crate) struct TimeWindowInput {
    from: DateTime,
    /// Exclusive.
    to: DateTime,
}

#[derive(InputObject)]
pub(super) struct ApprovalPolicyInput {
    /// Every partner of these roles must approve, of those that the version is released to when it is submitted.
    required_roles: Vec<PartnerRole>,
    /// Codes of the partners that must approve instead, whatever their roles.
    #[graphql(default)]
    approvers: Vec<String>,
    /// Who may withdraw the version once it is in force.
    #[graphql(default_with = "WithdrawalRight::Lead")]
    withdrawal: WithdrawalRight,
}

/// Everything of a plan but its tasks and annexes. What is left out can be written later.
#[derive(InputObject, Default)]
pub(super) struct PlanSectionsInput {
    situation: Option<String>,
    mission: Option<String>,
    commanders_intent: Option<CommandersIntentInput>,
    concept: Option<String>,
    administration: Option<String>,
    command_and_signal: Option<String>,
    #[graphql(default)]
    lines_of_effort: Vec<LineOfEffortInput>,
    #[graphql(default)]
    phases: Vec<PhaseInput>,
    #[graphql(default)]
    objectives: Vec<ObjectiveInput>,
    #[graphql(default)]
    decision_points: Vec<DecisionPointInput>,
    #[graphql(default)]
    ccir: Vec<CcirInput>,
    /// Criteria of the go / no-go decision.
    #[graphql(default)]
    go_no_go: Vec<String>,
    #[graphql(default)]
    command_relationships: Vec<CommandRelationshipInput>,
    #[graphql(default)]
    risks: Vec<RiskInput>,
    /// Interval within which H-hour may move without a new version.
    h_hour_window: Option<TimeWindowInput>,
    /// When partners and posts work that do not work round the clock; at most 20, each with at most 50 stretches a week and 1,000 holidays.
    #[graphql(default)]
    calendars: Vec<WorkCalendarInput>,
    /// Host and principals, when it is left out.
    approval_policy: Option<ApprovalPolicyInput>,
}

/// The section that is replaced, as a whole.
#[derive(OneofObject)]
pub(super) enum PlanSectionInput {
    Situation(String),
    Mission(String),
    CommandersIntent(CommandersIntentInput),
    Concept(String),
    Administration(String),
    CommandAndSignal(String),
    LinesOfEffort(Vec<LineOfEffortInput>),
    Phases(Vec<PhaseInput>),
    Objectives(Vec<ObjectiveInput>),
    DecisionPoints(Vec<DecisionPointInput>),
    Ccir(Vec<CcirInput>),
    GoNoGo(Vec<String>),
    CommandRelationships(Vec<CommandRelationshipInput>),
    HHourWindow(TimeWindowInput),
    Calendars(Vec<WorkCalendarInput>),
    ApprovalPolicy(ApprovalPolicyInput),
}

impl CommandersIntentInput {
    fn read(&self, at: &mut At<'_>) -> Option<plan::Intent> {
        let purpose = at.parse("purpose", &self.purpose);
        let key_tasks = at.parse_all("keyTasks", &self.key_tasks);
        let end_state = at.parse("endState", &self.end_state);
        Some(plan::Intent { purpose: purpose?, key_tasks: key_tasks?, end_state: end_state? })
    }
}

impl LineOfEffortInput {
    fn read(&self, at: &mut At<'_>) -> Option<plan::LineOfEffort> {
        let code = at.parse("code", &self.code);
        let name = at.parse("name", &self.name);
        Some(plan::LineOfEffort { code: code?, name: name? })
    }
}

impl PhaseInput {
    pub fn read(&self, at: &mut At<'_>) -> Option<plan::Phase> {
        let code = at.parse("code", &self.code);
        let name = at.parse("name", &self.name);
        let gate = at.parse_if("gate", self.gate.as_deref());
        Some(plan::Phase { code: code?, name: name?, gate: gate? })
    }
}

impl ObjectiveInput {
    fn read(&self, at: &mut At<'_>) -> Option<plan::Objective> {
        let code = at.parse("code", &self.code);
        let line_of_effort = at.parse("lineOfEffort", &self.line_of_effort);
        let text = at.parse("text", &self.text);
        let measure = at.parse("measure", &self.measure);
        Some(plan::Objective {
            code: code?,
            line_of_effort: line_of_effort?,
            text: text?,
            measure: measure?,
            target: self.target,
        })
    }
}

impl DecisionPointInput {
    fn read(&self, at: &mut At<'_>) -> Option<plan::DecisionPoint> {
        let code = at.parse("code", &self.code);
        let task = at.parse("at", &self.at);
        let decision = at.parse("decision", &self.decision);
        let deciders = at.parse_all("deciders", &self.deciders);
        let trigger = at.parse_if("trigger", self.trigger.as_deref());
        let ccir = at.parse_all("ccir", &self.ccir);
        Some(plan::DecisionPoint {
            code: code?,
            at: task?,
            decision: decision?,
            deciders: deciders?,
            trigger: trigger?,
            ccir: ccir?,
        })
    }
}

impl CcirInput {
    fn read(&self, at: &mut At<'_>) -> Option<plan::Ccir> {
        let code = at.parse("code", &self.code);
        let text = at.parse("text", &self.text);
        let events = at.parse_all("events", &self.events);
        let categories = at.parse_all("categories", &self.categories);
        Some(plan::Ccir {
            code: code?,
            text: text?,
            events: events?,
            priority: self.priority.map(Into::into),
            categories: categories?,
        })
    }
}

impl CommandRelationshipInput {
    fn read(&self, at: &mut At<'_>) -> Option<plan::CommandRelationship> {
        let of = at.parse("of", &self.of);
        let to = at.parse("to", &self.to);
        Some(plan::CommandRelationship { of: of?, to: to?, kind: self.kind.into() })
    }
}

impl RiskInput {
    pub fn read(&self, at: &mut At<'_>) -> Option<plan::Risk> {
        let code = at.parse("code", &self.code);
        let text = at.parse("text", &self.text);
        let treatment = at.parse("treatment", &self.treatment);
        let owner = at.parse_if("owner", self.owner.as_deref());
        Some(plan::Risk {
            code: code?,
            text: text?,
            likelihood: self.likelihood,
            impact: self.impact,
            treatment: treatment?,
            owner: owner?,
        })
    }
}

impl From<&TimeWindowInput> for plan::TimeWindow {
    fn from(input: &TimeWindowInput) -> Self {
        Self { from: input.from.0, to: input.to.0 }
    }
}

impl ApprovalPolicyInput {
    fn read(&self, at: &mut At<'_>) -> Option<plan::ApprovalPolicy> {
        Some(plan::ApprovalPolicy {
            required_roles: self.required_roles.iter().map(|role| (*role).into()).collect(),
            approvers: at.parse_all("approvers", &self.approvers)?,
            withdrawal: self.withdrawal.into(),
        })
    }
}

impl PlanSectionsInput {
    pub fn read(&self, at: &mut At<'_>) -> Option<plan::Sections> {
        let situation = at.parse_if("situation", self.situation.as_deref());
        let mission = at.parse_if("mission", self.mission.as_deref());
        let commanders_intent = match &self.commanders_intent {
            Some(intent) => intent.read(&mut at.at("commandersIntent")).map(Some),
            None => Some(None),
        };
        let concept = at.parse_if("concept", self.concept.as_deref());
        let administration = at.parse_if("administration", self.administration.as_deref());
        let command_and_signal = at.parse_if("commandAndSignal", self.command_and_signal.as_deref());
        let lines_of_effort = at.each("linesOfEffort", &self.lines_of_effort, LineOfEffortInput::read);
        let phases = at.each("phases", &self.phases, PhaseInput::read);
        let objectives = at.each("objectives", &self.objectives, ObjectiveInput::read);
        let decision_points = at.each("decisionPoints", &self.decision_points, DecisionPointInput::read);
        let ccir = at.each("ccir", &self.ccir, CcirInput::read);
        let go_no_go = at.parse_all("goNoGo", &self.go_no_go);
        let command_relationships =
            at.each("commandRelationships", &self.command_relationships, CommandRelationshipInput::read);
        let calendars = at.each("calendars", &self.calendars, WorkCalendarInput::read);
        let risks = at.each("risks", &self.risks, RiskInput::read);
        let approval_policy = match &self.approval_policy {
            Some(policy) => policy.read(&mut at.at("approvalPolicy")),
            None => Some(plan::ApprovalPolicy::default()),
        };
        Some(plan::Sections {
            situation: situation?,
            mission: mission?,
            commanders_intent: commanders_intent?,
            concept: concept?,
            administration: administration?,
            command_and_signal: command_and_signal?,
            lines_of_effort: lines_of_effort?,
            phases: phases?,
            objectives: objectives?,
            decision_points: decision_points?,
            ccir: ccir?,
            go_no_go: go_no_go?,
            command_relationships: command_relationships?,
            risks: risks?,
            h_hour_window: self.h_hour_window.as_ref().map(plan::TimeWindow::from),
            calendars: calendars?,
            approval_policy: approval_policy?,
        })
    }
}

impl PlanSectionInput {
    pub fn read(&self, at: &mut At<'_>) -> Option<plan::Section> {
        use plan::Section;
        match self {
            Self::Situation(text) => at.parse("situation", text).map(Section::Situation),
            Self::Mission(text) => at.parse("mission", text).map(Section::Mission),
            Self::CommandersIntent(intent) => {
                intent.read(&mut at.at("commandersIntent")).map(Section::CommandersIntent)
            }
            Self::Concept(text) => at.parse("concept", text).map(Section::Concept),
            Self::Administration(text) => at.parse("administration", text).map(Section::Administration),
            Self::CommandAndSignal(text) => at.parse("commandAndSignal", text).map(Section::CommandAndSignal),
            Self::LinesOfEffort(list) => {
                at.each("linesOfEffort", list, LineOfEffortInput::read).map(Section::LinesOfEffort)
            }
            Self::Phases(list) => at.each("phases", list, PhaseInput::read).map(Section::Phases),
            Self::Objectives(list) => {
                at.each("objectives", list, ObjectiveInput::read).map(Section::Objectives)
            }
            Self::DecisionPoints(list) => {
                at.each("decisionPoints", list, DecisionPointInput::read).map(Section::DecisionPoints)
            }
            Self::Ccir(list) => at.each("ccir", list, CcirInput::read).map(Section::Ccir),
            Self::GoNoGo(list) => at.parse_all("goNoGo", list).map(Section::GoNoGo),
            Self::CommandRelationships(list) => at
                .each("commandRelationships", list, CommandRelationshipInput::read)
                .map(Section::CommandRelationships),
            Self::Calendars(list) => {
                at.each("calendars", list, WorkCalendarInput::read).map(Section::Calendars)
            }
            Self::HHourWindow(window) => Some(Section::HHourWindow(window.into())),
            Self::ApprovalPolicy(policy) => {
                policy.read(&mut at.at("approvalPolicy")).map(Section::ApprovalPolicy)
            }
        }
    }
}
