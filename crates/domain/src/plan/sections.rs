//! What a plan says besides its tasks and annexes, section by section, and the views that put them in
//! paragraphs.

use crate::{
    Code, Instant, PartnerCode, PhaseCode, PostCode, Priority, Prose, TaskCode, Title,
    coalition::PartnerRole, plan::WorkCalendar,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// Everything of a plan version but its tasks and annexes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sections {
    /// Situation: what is known of the ground, of those against it and of its own side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub situation: Option<Prose>,
    /// Mission: who does what, when, where and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mission: Option<Prose>,
    /// The commander's intent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commanders_intent: Option<Intent>,
    /// Concept of operations: how the mission is to be done, in outline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concept: Option<Prose>,
    /// Administration and logistics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub administration: Option<Prose>,
    /// Command and signal: who commands, and how orders reach whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_and_signal: Option<Prose>,
    /// Tasks are linked by purpose along these; codes unique in the plan.
    #[serde(default)]
    pub lines_of_effort: Vec<LineOfEffort>,
    /// In the order in which they are carried out; codes unique in the plan.
    #[serde(default)]
    pub phases: Vec<Phase>,
    /// What the plan aims at; codes unique in the plan.
    #[serde(default)]
    pub objectives: Vec<Objective>,
    /// Moments at which decisions are due; codes unique in the plan.
    #[serde(default)]
    pub decision_points: Vec<DecisionPoint>,
    /// Commander's critical information requirements; codes unique in the plan.
    #[serde(default)]
    pub ccir: Vec<Ccir>,
    /// Criteria of the go / no-go decision.
    #[serde(default)]
    pub go_no_go: Vec<Title>,
    /// Who may direct whom, and how far.
    #[serde(default)]
    pub command_relationships: Vec<CommandRelationship>,
    /// What may go wrong; codes unique in the plan.
    #[serde(default)]
    pub risks: Vec<Risk>,
    /// Interval within which H-hour may move without a new version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub h_hour_window: Option<TimeWindow>,
    /// When partners and posts work that do not work round the clock; codes unique in the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<WorkCalendar>,
    /// Whose approval the version needs.
    #[serde(default)]
    pub approval_policy: ApprovalPolicy,
}

/// One section, which replaces the one that stood there as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Section {
    /// Situation: what is known of the ground, of those against it and of its own side.
    Situation(Prose),
    /// Mission: who does what, when, where and why.
    Mission(Prose),
    /// The commander's intent.
    CommandersIntent(Intent),
    /// Concept of operations: how the mission is to be done, in outline.
    Concept(Prose),
    /// Administration and logistics.
    Administration(Prose),
    /// Command and signal: who commands, and how orders reach whom.
    CommandAndSignal(Prose),
    /// All lines of effort.
    LinesOfEffort(Vec<LineOfEffort>),
    /// All phases, in the order in which they are carried out.
    Phases(Vec<Phase>),
    /// All objectives.
    Objectives(Vec<Objective>),
    /// All decision points.
    DecisionPoints(Vec<DecisionPoint>),
    /// All of the commander's critical information requirements.
    Ccir(Vec<Ccir>),
    /// All criteria of the go / no-go decision.
    GoNoGo(Vec<Title>),
    /// Who may direct whom, and how far.
    CommandRelationships(Vec<CommandRelationship>),
    /// Interval within which H-hour may move without a new version.
    HHourWindow(TimeWindow),
    /// All working calendars.
    Calendars(Vec<WorkCalendar>),
    /// Whose approval the version needs.
    ApprovalPolicy(ApprovalPolicy),
}

/// The commander's intent: what every subordinate works towards when the plan no longer fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// What it is all for.
    pub purpose: Prose,
    /// The tasks on which it hangs.
    pub key_tasks: Vec<TaskCode>,
    /// How things are to stand at the end.
    pub end_state: Prose,
}

/// Tasks linked by purpose across phases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineOfEffort {
    /// Unique in the plan.
    pub code: Code,
    /// What it is called.
    pub name: Title,
}

/// A stage of the operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Phase {
    /// Unique in the plan.
    pub code: PhaseCode,
    /// What it is called.
    pub name: Title,
    /// What must be decided before it starts, such as `GO_NO_GO`; absent when nothing must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Code>,
}

/// A measurable result that the plan aims at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Objective {
    /// Unique in the plan.
    pub code: Code,
    /// The line of effort that it belongs to.
    pub line_of_effort: Code,
    /// The result.
    pub text: Prose,
    /// What is measured; its name says the unit.
    pub measure: Title,
    /// In the unit that the measure's name gives; at most 2^53 - 1 from zero.
    pub target: i64,
}

/// Says that a decision is due at a task, not what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionPoint {
    /// Unique in the plan.
    pub code: Code,
    /// The task at which it is due.
    pub at: TaskCode,
    /// What is to be decided.
    pub decision: Title,
    /// The partners that decide.
    pub deciders: Vec<PartnerCode>,
    /// What makes it due earlier; absent when nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Title>,
    /// The information requirements that it rests on.
    #[serde(default)]
    pub ccir: Vec<Code>,
}

/// A commander's critical information requirement: what the commander must know at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ccir {
    /// Unique in the plan.
    pub code: Code,
    /// The requirement.
    pub text: Prose,
    /// Names of events that meet it, such as `TaskBlocked`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Title>,
    /// Incidents of this priority, and more urgent ones, meet it; absent: none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Log entries of these categories meet it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Code>,
}

impl Ccir {
    /// One that people judge: it has no criteria.
    pub fn plain(code: Code, text: Prose) -> Self {
        Self { code, text, events: Vec::new(), priority: None, categories: Vec::new() }
    }
}

/// Who may direct whom, and how far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommandRelationship {
    /// The one who directs: code of a post, partner, centre or forward post.
    pub of: Code,
    /// The one who is directed: code of a post, partner, centre or forward post.
    pub to: Code,
    /// How far.
    pub kind: CommandRelationshipKind,
}

/// How far one may direct another.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
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

/// What may go wrong, how likely and how bad it is, and what is done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Risk {
    /// Unique in the plan.
    pub code: Code,
    /// What may go wrong.
    pub text: Prose,
    /// From 1 (rare) to 5 (almost certain).
    #[schemars(range(min = 1, max = 5))]
    pub likelihood: u32,
    /// From 1 (slight) to 5 (grave).
    #[schemars(range(min = 1, max = 5))]
    pub impact: u32,
    /// What is done about it.
    pub treatment: Prose,
    /// The post that watches it; absent when none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PostCode>,
}

/// A stretch of time, half-open: from `from`, before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimeWindow {
    /// Its first instant.
    pub from: Instant,
    /// The first instant after it.
    pub to: Instant,
}

impl TimeWindow {
    pub fn contains(&self, at: Instant) -> bool {
        self.from <= at && at < self.to
    }
}

/// Whose approval a version needs. Territorial consent is needed besides and is no policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalPolicy {
    /// Every partner of these roles must approve, of those that the version is released to when it is
    /// submitted.
    pub required_roles: BTreeSet<PartnerRole>,
    /// The partners that must approve, whatever their roles; absent: those of the roles.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub approvers: BTreeSet<PartnerCode>,
    /// Who may withdraw the version once it is in force; absent: its lead alone.
    #[serde(default, skip_serializing_if = "Withdrawal::is_default")]
    pub withdrawal: Withdrawal,
}

/// Host and principals, and what they have put in force only the lead withdraws: the coalition's custom.
impl Default for ApprovalPolicy {
    fn default() -> Self {
        Self {
            required_roles: [PartnerRole::Host, PartnerRole::Principal].into(),
            approvers: BTreeSet::new(),
            withdrawal: Withdrawal::default(),
        }
    }
}

/// Who may withdraw a plan in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Withdrawal {
    /// The lead of the operation, and nobody else.
    #[default]
    Lead,
    /// The lead, and each approver one of whose conditions was broken.
    BrokenCondition,
}

impl Withdrawal {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The two customary orders of an operation order's paragraphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Situation, mission, execution, administration and logistics, command and signal (military staffs).
    Smeac,
    /// Information, intention, method, administration, risk assessment, communications, human rights
    /// (police).
    Iimarch,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    pub heading: &'static str,
    /// Empty when the plan says nothing under this heading yet.
    pub text: String,
}

impl Sections {
    /// The sections under the headings of a view: everything once, whichever view.
    pub fn view(&self, view: View, legal_basis: &[Title]) -> Vec<Paragraph> {
        // Taken apart, so that a new section is not forgotten here.
        let Self {
            situation,
            mission,
            commanders_intent,
            concept,
            administration,
            command_and_signal,
            lines_of_effort,
            phases,
            objectives,
            decision_points,
            ccir,
            go_no_go,
            command_relationships,
            risks,
            h_hour_window,
            calendars,
            approval_policy,
        } = self;
        let prose = |text: &Option<Prose>| text.as_ref().map(Prose::to_string).unwrap_or_default();
        let intent = commanders_intent.as_ref().map(Intent::to_string).unwrap_or_default();
        let aims = lines([lines(lines_of_effort), lines(objectives)]);
        let course = lines([
            prose(concept),
            lines(phases),
            lines(decision_points),
            lines(ccir),
            lines(go_no_go.iter().map(|criterion| format!("Go/no-go criterion: {criterion}"))),
            lines(h_hour_window),
            lines(calendars),
        ]);
        let risks = lines(risks);
        let command =
            lines([prose(command_and_signal), lines(command_relationships), approval_policy.to_string()]);
        let legal = lines(legal_basis);
        let paragraph = |heading, text| Paragraph { heading, text };
        match view {
            View::Smeac => vec![
                paragraph("Situation", lines([prose(situation), legal])),
                paragraph("Mission", prose(mission)),
                paragraph("Execution", lines([intent, aims, course, risks])),
                paragraph("Administration and logistics", prose(administration)),
                paragraph("Command and signal", command),
            ],
            View::Iimarch => vec![
                paragraph("Information", prose(situation)),
                paragraph("Intention", lines([prose(mission), intent, aims])),
                paragraph("Method", course),
                paragraph("Administration", prose(administration)),
                paragraph("Risk assessment", risks),
                paragraph("Communications", command),
                paragraph("Human rights and other legal issues", legal),
            ],
        }
    }

    /// Replaces one section.
    pub fn revise(&mut self, section: &Section) {
        match section.clone() {
            Section::Situation(text) => self.situation = Some(text),
            Section::Mission(text) => self.mission = Some(text),
            Section::CommandersIntent(intent) => self.commanders_intent = Some(intent),
            Section::Concept(text) => self.concept = Some(text),
            Section::Administration(text) => self.administration = Some(text),
            Section::CommandAndSignal(text) => self.command_and_signal = Some(text),
            Section::LinesOfEffort(list) => self.lines_of_effort = list,
            Section::Phases(list) => self.phases = list,
            Section::Objectives(list) => self.objectives = list,
            Section::DecisionPoints(list) => self.decision_points = list,
            Section::Ccir(list) => self.ccir = list,
            Section::GoNoGo(list) => self.go_no_go = list,
            Section::CommandRelationships(list) => self.command_relationships = list,
            Section::Calendars(list) => self.calendars = list,
            Section::HHourWindow(window) => self.h_hour_window = Some(window),
            Section::ApprovalPolicy(policy) => self.approval_policy = policy,
        }
    }
}

/// One line for each entry that says something.
fn lines(entries: impl IntoIterator<Item: fmt::Display>) -> String {
    let entries = entries.into_iter().map(|entry| entry.to_string()).filter(|entry| !entry.is_empty());
    entries.collect::<Vec<_>>().join("\n")
}

fn listed(codes: impl IntoIterator<Item: fmt::Display>) -> String {
    codes.into_iter().map(|code| code.to_string()).collect::<Vec<_>>().join(", ")
}

// As a view says it: one line each, but for the intent's three.

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { purpose, key_tasks, end_state } = self;
        write!(f, "Purpose: {purpose}\nKey tasks: {}\nEnd state: {end_state}", listed(key_tasks))
    }
}

impl fmt::Display for LineOfEffort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line of effort {}: {}", self.code, self.name)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, name, gate } = self;
        write!(f, "Phase {code}: {name}")?;
        gate.iter().try_for_each(|gate| write!(f, " (gate {gate})"))
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, line_of_effort, text, measure, target } = self;
        write!(f, "Objective {code} of {line_of_effort}: {text} ({measure}: {target})")
    }
}

impl fmt::Display for DecisionPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, at, decision, deciders, trigger, ccir } = self;
        write!(f, "Decision point {code} at {at}: {decision}")?;
        if !deciders.is_empty() {
            write!(f, "; by {}", listed(deciders))?;
        }
        trigger.iter().try_for_each(|trigger| write!(f, "; when {trigger}"))?;
        if !ccir.is_empty() {
            write!(f, "; on {}", listed(ccir))?;
        }
        Ok(())
    }
}

impl fmt::Display for Ccir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, text, events, priority, categories } = self;
        write!(f, "Information requirement {code}: {text}")?;
        if !events.is_empty() {
            write!(f, "; met by {}", listed(events))?;
        }
        priority.iter().try_for_each(|least| write!(f, "; met by incidents of {least} or more urgent"))?;
        if !categories.is_empty() {
            write!(f, "; met by log entries of {}", listed(categories))?;
        }
        Ok(())
    }
}

impl fmt::Display for CommandRelationship {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}: {}", self.of, self.to, self.kind)
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, text, likelihood, impact, treatment, owner } = self;
        write!(f, "{code} (likelihood {likelihood}, impact {impact}")?;
        owner.iter().try_for_each(|owner| write!(f, ", owner {owner}"))?;
        write!(f, "): {text}. {treatment}")
    }
}

impl fmt::Display for TimeWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "H-hour from {}, before {}", self.from.to_rfc3339(), self.to.to_rfc3339())
    }
}

impl fmt::Display for ApprovalPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Approval by every {}", listed(&self.required_roles))
    }
}
