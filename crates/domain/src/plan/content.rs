//! What a plan version says: sections, tasks and annexes, and the hash under which nations approve it.
//!
//! The content is canonical JSON (RFC 8785) under SHA-256. A part that may be released to fewer partners
//! than the plan (an annex, a task with a label of its own) enters it as a salted hash, so that a partner without it
//! can still check the content that it approves, and cannot guess the part.

use crate::{
    AnnexCode, Code, ConditionCode, Instant, OperationCode, PartnerCode, PhaseCode, PostCode, Prose, Salt,
    Sha256, Span, TaskCode, Title, hash::canonical_json, operation::Classification, partner::PartnerRole,
    release::HandlingCode,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Everything of a plan version but its tasks and annexes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sections {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub situation: Option<Prose>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mission: Option<Prose>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commanders_intent: Option<Intent>,
    /// Concept of operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concept: Option<Prose>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub administration: Option<Prose>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_and_signal: Option<Prose>,
    #[serde(default)]
    pub lines_of_effort: Vec<LineOfEffort>,
    #[serde(default)]
    pub phases: Vec<Phase>,
    #[serde(default)]
    pub objectives: Vec<Objective>,
    #[serde(default)]
    pub decision_points: Vec<DecisionPoint>,
    #[serde(default)]
    pub ccir: Vec<Ccir>,
    #[serde(default)]
    pub go_no_go: Vec<Title>,
    #[serde(default)]
    pub command_relationships: Vec<CommandRelationship>,
    #[serde(default)]
    pub risks: Vec<Risk>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub h_hour_window: Option<TimeWindow>,
    #[serde(default)]
    pub approval_policy: ApprovalPolicy,
}

/// One section to replace as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Section {
    Situation(Prose),
    Mission(Prose),
    CommandersIntent(Intent),
    Concept(Prose),
    Administration(Prose),
    CommandAndSignal(Prose),
    LinesOfEffort(Vec<LineOfEffort>),
    Phases(Vec<Phase>),
    Objectives(Vec<Objective>),
    DecisionPoints(Vec<DecisionPoint>),
    Ccir(Vec<Ccir>),
    GoNoGo(Vec<Title>),
    CommandRelationships(Vec<CommandRelationship>),
    HHourWindow(TimeWindow),
    ApprovalPolicy(ApprovalPolicy),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    pub purpose: Prose,
    pub key_tasks: Vec<TaskCode>,
    pub end_state: Prose,
}

/// Tasks linked by purpose across phases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineOfEffort {
    pub code: Code,
    pub name: Title,
}

/// A stage of the operation. `gate` names what must be decided before it starts, such as `GO_NO_GO`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    pub code: PhaseCode,
    pub name: Title,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Code>,
}

/// A measurable result; `target` in the unit that the measure's name gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Objective {
    pub code: Code,
    pub line_of_effort: Code,
    pub text: Prose,
    pub measure: Title,
    pub target: i64,
}

/// Says that a decision is due at a task, not what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionPoint {
    pub code: Code,
    pub at: TaskCode,
    pub decision: Title,
    pub deciders: Vec<PartnerCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Title>,
    #[serde(default)]
    pub ccir: Vec<Code>,
}

/// Commander's critical information requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ccir {
    pub code: Code,
    pub text: Prose,
}

/// Who may direct whom, and how far. The ends are codes of posts, partners, centres or forward posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRelationship {
    pub of: Code,
    pub to: Code,
    pub kind: CommandRelationshipKind,
}

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
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum CommandRelationshipKind {
    NationalCommand,
    CoordinatingAuthority,
    Supporting,
    TacticalControl,
}

/// Likelihood and impact from 1 to 5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    pub code: Code,
    pub text: Prose,
    pub likelihood: u32,
    pub impact: u32,
    pub treatment: Prose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PostCode>,
}

/// Half-open: from `from`, before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeWindow {
    pub from: Instant,
    pub to: Instant,
}

impl TimeWindow {
    pub fn contains(&self, at: Instant) -> bool {
        self.from <= at && at < self.to
    }
}

/// Roles whose every partner must approve. Territorial consent is needed besides and is no policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalPolicy {
    pub required_roles: BTreeSet<PartnerRole>,
}

/// Host and principals: the coalition's custom.
impl Default for ApprovalPolicy {
    fn default() -> Self {
        Self { required_roles: [PartnerRole::Host, PartnerRole::Principal].into() }
    }
}

/// A task as one plan version has it. Offsets are relative to H-hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedTask {
    pub code: TaskCode,
    pub title: Title,
    pub phase: PhaseCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_of_effort: Option<Code>,
    pub lead: PartnerCode,
    pub territory: PartnerCode,
    /// The post that the plan foresees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostCode>,
    pub start_offset: Span,
    pub duration: Span,
    /// Finish-to-start.
    #[serde(default)]
    pub predecessors: BTreeSet<TaskCode>,
}

/// What a revision of a task changes; the rest stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskRevision {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<PhaseCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_of_effort: Option<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<PartnerCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<PartnerCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_offset: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
}

impl PlannedTask {
    /// The text under the part's hash.
    pub fn canonical(&self) -> String {
        canonical_json(self)
    }

    /// As [`Annex::part_hash`], for a task that is no plain part of the content.
    pub fn part_hash(&self, salt: Salt) -> Sha256 {
        part_hash(salt, &self.canonical())
    }
}

impl TaskRevision {
    /// The task as revised.
    pub fn apply(&self, task: &PlannedTask) -> PlannedTask {
        fn or<T: Clone>(new: Option<&T>, old: &T) -> T {
            new.unwrap_or(old).clone()
        }
        PlannedTask {
            code: task.code.clone(),
            title: or(self.title.as_ref(), &task.title),
            phase: or(self.phase.as_ref(), &task.phase),
            line_of_effort: self.line_of_effort.clone().or_else(|| task.line_of_effort.clone()),
            lead: or(self.lead.as_ref(), &task.lead),
            territory: or(self.territory.as_ref(), &task.territory),
            post: self.post.clone().or_else(|| task.post.clone()),
            start_offset: self.start_offset.unwrap_or(task.start_offset),
            duration: self.duration.unwrap_or(task.duration),
            predecessors: task.predecessors.clone(),
        }
    }
}

/// A separately releasable part of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Annex {
    pub code: AnnexCode,
    pub title: Title,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Prose>,
    pub classification: Classification,
    pub releasable_to: BTreeSet<PartnerCode>,
    #[serde(default, skip_serializing_if = "HandlingCode::is_default")]
    pub handling: HandlingCode,
}

impl Annex {
    /// The text under the part's hash.
    pub fn canonical(&self) -> String {
        canonical_json(self)
    }

    /// SHA-256 of a tag, the salt and the canonical JSON of the annex.
    pub fn part_hash(&self, salt: Salt) -> Sha256 {
        part_hash(salt, &self.canonical())
    }
}

fn part_hash(salt: Salt, canonical: &str) -> Sha256 {
    Sha256::of(&[b"accord part v1\n", &salt.0, canonical.as_bytes()])
}

/// A part's place in the content: its code and salted hash, shown to everybody who sees the version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ContentPart {
    pub code: String,
    pub hash: Sha256,
}

/// What nations approve.
#[derive(Debug, Serialize)]
pub struct Content<'a> {
    pub operation: &'a OperationCode,
    pub number: u32,
    pub sections: &'a Sections,
    /// Those that are no parts, in the order of their codes.
    pub tasks: Vec<&'a PlannedTask>,
    /// In the order of their codes.
    pub parts: Vec<ContentPart>,
}

impl Content<'_> {
    /// RFC 8785 text, for whoever wants to compute the hash for themselves.
    pub fn canonical(&self) -> String {
        canonical_json(self)
    }

    /// SHA-256 of [`Self::canonical`].
    pub fn hash(&self) -> Sha256 {
        Sha256::of(&[self.canonical().as_bytes()])
    }
}

impl ContentPart {
    pub fn annex(code: &AnnexCode, hash: Sha256) -> Self {
        Self { code: format!("annex/{code}"), hash }
    }

    pub fn task(code: &TaskCode, hash: Sha256) -> Self {
        Self { code: format!("task/{code}"), hash }
    }
}

/// A requirement that an approver attaches; blocks the gate it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCondition {
    pub code: ConditionCode,
    /// A phase's code, `PROMULGATION` or `ACTIVATION`.
    pub gate: Code,
    pub text: Prose,
}

/// The two customary orders of an operation order's paragraphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Situation, mission, execution, administration and logistics, command and signal (military staffs).
    Smeac,
    /// Information, intention, method, administration, risk assessment, communications, human rights (police).
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
        write!(f, "Information requirement {}: {}", self.code, self.text)
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

/// Tasks by the partner on whose territory they lie.
pub fn territories<'a>(
    tasks: impl IntoIterator<Item = (&'a TaskCode, &'a PartnerCode)>,
) -> BTreeMap<&'a PartnerCode, BTreeSet<&'a TaskCode>> {
    let mut territories = BTreeMap::<_, BTreeSet<_>>::new();
    for (task, territory) in tasks {
        territories.entry(territory).or_default().insert(task);
    }
    territories
}
