//! Drafting plans, submitting and recalling them, and opening amendments.

use crate::{
    Error,
    coalition::partner::PartnerRole,
    graph::{
        context::World,
        mutation::{Asked, Entry, Outcome, each, results},
        node::{Annex, PlanVersion, PlannedTask},
        scalars::{DateTime, Duration},
    },
    operation::release::{Classification, HandlingCode},
    plan::{
        calendar_input::{TaskTermsInput, WorkCalendarInput, calendar, terms},
        sections::CommandRelationshipKind,
        task::DependencyKind,
    },
};
use async_graphql::{Context, ID, InputObject, Object, OneofObject};
use domain::{
    AnnexCode, Command, OperationCode, TaskCode,
    ids::{AnnexId, OperationId, PlanVersionId, TaskId},
    plan::{self, PlanCommand, TaskRevision},
};
use std::sync::Arc;

#[derive(InputObject)]
struct CommandersIntentInput {
    purpose: String,
    /// Codes of tasks.
    #[graphql(default)]
    key_tasks: Vec<String>,
    end_state: String,
}

#[derive(InputObject)]
struct LineOfEffortInput {
    code: String,
    name: String,
}

#[derive(InputObject)]
struct PhaseInput {
    code: String,
    name: String,
    /// What must be decided before it starts, such as `GO_NO_GO`.
    gate: Option<String>,
}

#[derive(InputObject)]
struct ObjectiveInput {
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
struct DecisionPointInput {
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
struct CcirInput {
    code: String,
    text: String,
}

#[derive(InputObject)]
struct CommandRelationshipInput {
    /// Code of a post, partner, centre or forward post.
    of: String,
    /// Code of a post, partner, centre or forward post.
    to: String,
    kind: CommandRelationshipKind,
}

#[derive(InputObject)]
struct RiskInput {
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
struct TimeWindowInput {
    from: DateTime,
    /// Exclusive.
    to: DateTime,
}

#[derive(InputObject)]
struct ApprovalPolicyInput {
    /// Every partner of these roles must approve.
    required_roles: Vec<PartnerRole>,
}

/// Everything of a plan but its tasks and annexes. What is left out can be written later.
#[derive(InputObject, Default)]
struct PlanSectionsInput {
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
enum PlanSectionInput {
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

#[derive(InputObject)]
struct DraftPlanInput {
    operation_id: ID,
    sections: PlanSectionsInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RevisePlanSectionInput {
    operation_id: ID,
    section: PlanSectionInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AddPhaseInput {
    operation_id: ID,
    phase: PhaseInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RecordRiskInput {
    operation_id: ID,
    /// Replaces the risk of the same code.
    risk: RiskInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AddTaskInput {
    operation_id: ID,
    /// What people will call it by, such as `T16`.
    code: String,
    title: String,
    /// Code of the phase.
    phase: String,
    /// Code of the line of effort.
    line_of_effort: Option<String>,
    /// Code of the partner that carries it out.
    lead_partner: String,
    /// Code of the partner on whose territory it is carried out.
    territory: String,
    /// Code of the post that the plan foresees.
    post: Option<String>,
    /// From H-hour; negative before it.
    start_offset: Duration,
    /// Nothing (`PT0H`) for a milestone.
    duration: Duration,
    /// What it waits for, each task once: by its code (`T03`) what must finish before it starts; else with the kind behind
    /// it, and a lag or a lead: `T03FS+2h`, `T04SS-30m`, `T05FF+0h`. Kinds are FS, SS, FF and SF, as in `DependencyKind`.
    /// What may be a code is one: `T03SS` and `T04SS-PT30M` name tasks, and `T03SS+0h` waits for the start of `T03`.
    #[graphql(default)]
    predecessors: Vec<String>,
    terms: Option<TaskTermsInput>,
    #[graphql(flatten)]
    entry: Entry,
}

/// A task as a file has it.
#[derive(InputObject)]
struct ImportedTaskInput {
    code: String,
    title: String,
    /// Code of the phase.
    phase: String,
    /// Code of the line of effort.
    line_of_effort: Option<String>,
    /// Code of the partner that carries it out.
    lead_partner: String,
    /// Code of the partner on whose territory it is carried out.
    territory: String,
    /// Code of the post that the plan foresees.
    post: Option<String>,
    /// From H-hour; negative before it. Left out: as early as what it waits for lets it; what waits for nothing starts with
    /// the earliest of the others, at H-hour when there is none. It is worked out now, and again when the draft is
    /// submitted, unless `terms` name another constraint than `AS_SOON_AS_POSSIBLE`, which is what it gets by itself.
    start_offset: Option<Duration>,
    /// Nothing (`PT0H`) for a milestone.
    duration: Duration,
    /// As for `addTask`.
    #[graphql(default)]
    predecessors: Vec<String>,
    terms: Option<TaskTermsInput>,
}

#[derive(InputObject)]
struct ImportTasksInput {
    operation_id: ID,
    /// At most 20,000, and no more than a body of 4 MiB takes.
    tasks: Vec<ImportedTaskInput>,
    /// What the draft's calendars become, all of them, as in `revisePlanSection`; left out: they stay as they are.
    calendars: Option<Vec<WorkCalendarInput>>,
    #[graphql(flatten)]
    entry: Entry,
}

/// What is left out stays as it is.
#[derive(InputObject)]
struct ReviseTaskInput {
    task_id: ID,
    title: Option<String>,
    phase: Option<String>,
    line_of_effort: Option<String>,
    lead_partner: Option<String>,
    territory: Option<String>,
    post: Option<String>,
    start_offset: Option<Duration>,
    duration: Option<Duration>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct SetTaskTermsInput {
    task_id: ID,
    /// Replace those that it has, as a whole.
    terms: TaskTermsInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RemoveTaskInput {
    task_id: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AddDependencyInput {
    /// The task that waits.
    task_id: ID,
    /// Code of the task that it waits for.
    predecessor: String,
    /// Which end waits for which.
    #[graphql(default)]
    kind: DependencyKind,
    /// What lies between the two ends at least, nothing when left out; negative when they may overlap by that much (a lead).
    lag: Option<Duration>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RemoveDependencyInput {
    /// The task that waits.
    task_id: ID,
    /// Code of the task that it waits for.
    predecessor: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AttachAnnexInput {
    operation_id: ID,
    /// Replaces the annex of the same code.
    code: String,
    title: String,
    text: Option<String>,
    classification: Classification,
    #[graphql(default_with = "HandlingCode::H0")]
    handling: HandlingCode,
    /// Codes of the partners that may read it; the operation's lead may besides.
    releasable_to: Vec<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct SubmitPlanInput {
    operation_id: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RecallPlanInput {
    operation_id: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct OpenAmendmentInput {
    operation_id: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    DraftPlanResult = DraftPlanPayload { plan_version: PlanVersion }
    RevisePlanSectionResult = RevisePlanSectionPayload { plan_version: PlanVersion }
    AddPhaseResult = AddPhasePayload { plan_version: PlanVersion }
    RecordRiskResult = RecordRiskPayload { plan_version: PlanVersion }
    AddTaskResult = AddTaskPayload { task: PlannedTask }
    ImportTasksResult = ImportTasksPayload { plan_version: PlanVersion }
    ReviseTaskResult = ReviseTaskPayload { task: PlannedTask }
    SetTaskTermsResult = SetTaskTermsPayload { task: PlannedTask }
    RemoveTaskResult = RemoveTaskPayload {
        /// The version that has it no more.
        plan_version: PlanVersion
    }
    AddDependencyResult = AddDependencyPayload {
        /// The task that waits.
        task: PlannedTask
    }
    RemoveDependencyResult = RemoveDependencyPayload {
        /// The task that waits no more.
        task: PlannedTask
    }
    AttachAnnexResult = AttachAnnexPayload { annex: Annex }
    SubmitPlanResult = SubmitPlanPayload { plan_version: PlanVersion }
    RecallPlanResult = RecallPlanPayload { plan_version: PlanVersion }
    OpenAmendmentResult = OpenAmendmentPayload { plan_version: PlanVersion }
}

fn intent(asked: &mut Asked<'_>, field: &str, input: &CommandersIntentInput) -> Option<plan::Intent> {
    let purpose = asked.parse(&format!("{field}.purpose"), &input.purpose);
    let key_tasks = asked.parse_all(&format!("{field}.keyTasks"), &input.key_tasks);
    let end_state = asked.parse(&format!("{field}.endState"), &input.end_state);
    Some(plan::Intent { purpose: purpose?, key_tasks: key_tasks?, end_state: end_state? })
}

fn line_of_effort(
    asked: &mut Asked<'_>,
    field: &str,
    input: &LineOfEffortInput,
) -> Option<plan::LineOfEffort> {
    let code = asked.parse(&format!("{field}.code"), &input.code);
    let name = asked.parse(&format!("{field}.name"), &input.name);
    Some(plan::LineOfEffort { code: code?, name: name? })
}

fn phase(asked: &mut Asked<'_>, field: &str, input: &PhaseInput) -> Option<plan::Phase> {
    let code = asked.parse(&format!("{field}.code"), &input.code);
    let name = asked.parse(&format!("{field}.name"), &input.name);
    let gate = asked.parse_if(&format!("{field}.gate"), input.gate.as_deref());
    Some(plan::Phase { code: code?, name: name?, gate: gate? })
}

fn imported_task(
    asked: &mut Asked<'_>,
    field: &str,
    input: &ImportedTaskInput,
) -> Option<plan::ImportedTask> {
    let at = |name: &str| format!("{field}.{name}");
    let code = asked.parse(&at("code"), &input.code);
    let title = asked.parse(&at("title"), &input.title);
    let phase = asked.parse(&at("phase"), &input.phase);
    let line_of_effort = asked.parse_if(&at("lineOfEffort"), input.line_of_effort.as_deref());
    let lead = asked.parse(&at("leadPartner"), &input.lead_partner);
    let territory = asked.parse(&at("territory"), &input.territory);
    let post = asked.parse_if(&at("post"), input.post.as_deref());
    let start_offset = input.start_offset.as_ref().map(|Duration(text)| text.as_str());
    let start_offset = asked.parse_if(&at("startOffset"), start_offset);
    let duration = asked.parse(&at("duration"), &input.duration.0);
    let predecessors = asked.parse_all(&at("predecessors"), &input.predecessors);
    let terms = terms(asked, &at("terms"), input.terms.as_ref(), input.start_offset.is_none());
    Some(plan::ImportedTask {
        code: code?,
        title: title?,
        phase: phase?,
        line_of_effort: line_of_effort?,
        lead: lead?,
        territory: territory?,
        post: post?,
        start_offset: start_offset?,
        duration: duration?,
        predecessors: predecessors?,
        terms: terms?,
    })
}

fn objective(asked: &mut Asked<'_>, field: &str, input: &ObjectiveInput) -> Option<plan::Objective> {
    let code = asked.parse(&format!("{field}.code"), &input.code);
    let line_of_effort = asked.parse(&format!("{field}.lineOfEffort"), &input.line_of_effort);
    let text = asked.parse(&format!("{field}.text"), &input.text);
    let measure = asked.parse(&format!("{field}.measure"), &input.measure);
    Some(plan::Objective {
        code: code?,
        line_of_effort: line_of_effort?,
        text: text?,
        measure: measure?,
        target: input.target,
    })
}

fn decision_point(
    asked: &mut Asked<'_>,
    field: &str,
    input: &DecisionPointInput,
) -> Option<plan::DecisionPoint> {
    let code = asked.parse(&format!("{field}.code"), &input.code);
    let at = asked.parse(&format!("{field}.at"), &input.at);
    let decision = asked.parse(&format!("{field}.decision"), &input.decision);
    let deciders = asked.parse_all(&format!("{field}.deciders"), &input.deciders);
    let trigger = asked.parse_if(&format!("{field}.trigger"), input.trigger.as_deref());
    let ccir = asked.parse_all(&format!("{field}.ccir"), &input.ccir);
    Some(plan::DecisionPoint {
        code: code?,
        at: at?,
        decision: decision?,
        deciders: deciders?,
        trigger: trigger?,
        ccir: ccir?,
    })
}

fn ccir(asked: &mut Asked<'_>, field: &str, input: &CcirInput) -> Option<plan::Ccir> {
    let code = asked.parse(&format!("{field}.code"), &input.code);
    let text = asked.parse(&format!("{field}.text"), &input.text);
    Some(plan::Ccir { code: code?, text: text? })
}

fn command_relationship(
    asked: &mut Asked<'_>,
    field: &str,
    input: &CommandRelationshipInput,
) -> Option<plan::CommandRelationship> {
    let of = asked.parse(&format!("{field}.of"), &input.of);
    let to = asked.parse(&format!("{field}.to"), &input.to);
    Some(plan::CommandRelationship { of: of?, to: to?, kind: input.kind.into() })
}

fn risk(asked: &mut Asked<'_>, field: &str, input: &RiskInput) -> Option<plan::Risk> {
    let code = asked.parse(&format!("{field}.code"), &input.code);
    let text = asked.parse(&format!("{field}.text"), &input.text);
    let treatment = asked.parse(&format!("{field}.treatment"), &input.treatment);
    let owner = asked.parse_if(&format!("{field}.owner"), input.owner.as_deref());
    Some(plan::Risk {
        code: code?,
        text: text?,
        likelihood: input.likelihood,
        impact: input.impact,
        treatment: treatment?,
        owner: owner?,
    })
}

impl From<&TimeWindowInput> for plan::TimeWindow {
    fn from(input: &TimeWindowInput) -> Self {
        Self { from: input.from.0, to: input.to.0 }
    }
}

impl From<&ApprovalPolicyInput> for plan::ApprovalPolicy {
    fn from(input: &ApprovalPolicyInput) -> Self {
        Self { required_roles: input.required_roles.iter().map(|role| (*role).into()).collect() }
    }
}

fn sections(asked: &mut Asked<'_>, input: &PlanSectionsInput) -> Option<plan::Sections> {
    let path = |name: &str| format!("sections.{name}");
    let situation = asked.parse_if(&path("situation"), input.situation.as_deref());
    let mission = asked.parse_if(&path("mission"), input.mission.as_deref());
    let commanders_intent = match &input.commanders_intent {
        Some(input) => intent(asked, &path("commandersIntent"), input).map(Some),
        None => Some(None),
    };
    let concept = asked.parse_if(&path("concept"), input.concept.as_deref());
    let administration = asked.parse_if(&path("administration"), input.administration.as_deref());
    let command_and_signal = asked.parse_if(&path("commandAndSignal"), input.command_and_signal.as_deref());
    let lines_of_effort = each(asked, &path("linesOfEffort"), &input.lines_of_effort, line_of_effort);
    let phases = each(asked, &path("phases"), &input.phases, phase);
    let objectives = each(asked, &path("objectives"), &input.objectives, objective);
    let decision_points = each(asked, &path("decisionPoints"), &input.decision_points, decision_point);
    let ccir = each(asked, &path("ccir"), &input.ccir, ccir);
    let go_no_go = asked.parse_all(&path("goNoGo"), &input.go_no_go);
    let command_relationships =
        each(asked, &path("commandRelationships"), &input.command_relationships, command_relationship);
    let calendars = each(asked, &path("calendars"), &input.calendars, calendar);
    let risks = each(asked, &path("risks"), &input.risks, risk);
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
        h_hour_window: input.h_hour_window.as_ref().map(plan::TimeWindow::from),
        calendars: calendars?,
        approval_policy: input.approval_policy.as_ref().map(plan::ApprovalPolicy::from).unwrap_or_default(),
    })
}

fn section(asked: &mut Asked<'_>, input: &PlanSectionInput) -> Option<plan::Section> {
    use PlanSectionInput as Input;
    use plan::Section;
    let path = |name: &str| format!("section.{name}");
    match input {
        Input::Situation(text) => asked.parse(&path("situation"), text).map(Section::Situation),
        Input::Mission(text) => asked.parse(&path("mission"), text).map(Section::Mission),
        Input::CommandersIntent(input) => {
            intent(asked, &path("commandersIntent"), input).map(Section::CommandersIntent)
        }
        Input::Concept(text) => asked.parse(&path("concept"), text).map(Section::Concept),
        Input::Administration(text) => {
            asked.parse(&path("administration"), text).map(Section::Administration)
        }
        Input::CommandAndSignal(text) => {
            asked.parse(&path("commandAndSignal"), text).map(Section::CommandAndSignal)
        }
        Input::LinesOfEffort(list) => {
            each(asked, &path("linesOfEffort"), list, line_of_effort).map(Section::LinesOfEffort)
        }
        Input::Phases(list) => each(asked, &path("phases"), list, phase).map(Section::Phases),
        Input::Objectives(list) => each(asked, &path("objectives"), list, objective).map(Section::Objectives),
        Input::DecisionPoints(list) => {
            each(asked, &path("decisionPoints"), list, decision_point).map(Section::DecisionPoints)
        }
        Input::Ccir(list) => each(asked, &path("ccir"), list, ccir).map(Section::Ccir),
        Input::GoNoGo(list) => asked.parse_all(&path("goNoGo"), list).map(Section::GoNoGo),
        Input::CommandRelationships(list) => {
            each(asked, &path("commandRelationships"), list, command_relationship)
                .map(Section::CommandRelationships)
        }
        Input::Calendars(list) => each(asked, &path("calendars"), list, calendar).map(Section::Calendars),
        Input::HHourWindow(window) => Some(Section::HHourWindow(window.into())),
        Input::ApprovalPolicy(policy) => Some(Section::ApprovalPolicy(policy.into())),
    }
}

/// For commands on an operation's draft or on the version under decision, which is the newest either way.
async fn carry_out<R: From<Outcome<PlanVersion>>>(
    asked: Asked<'_>,
    operation: Option<OperationCode>,
    command: Option<PlanCommand>,
) -> Result<R, Error> {
    let id = operation.map_or(OperationId(uuid::Uuid::nil()), |code| OperationId::of(&code));
    let found = |world: Arc<World>| world.newest_version(id);
    Ok(asked.carry_out(command.map(Command::Plan), found).await?.into())
}

/// For commands on a task of the draft.
async fn carry_out_on_task<R: From<Outcome<PlannedTask>>>(
    asked: Asked<'_>,
    place: Option<(OperationCode, TaskCode)>,
    command: Option<PlanCommand>,
) -> Result<R, Error> {
    let found = |world: Arc<World>| async move {
        let Some((operation, task)) = place else { return Ok(None) };
        world.newest_task(TaskId::of(OperationId::of(&operation), &task)).await
    };
    Ok(asked.carry_out(command.map(Command::Plan), found).await?.into())
}

#[derive(Default)]
pub struct PlanMutations;

#[Object]
impl PlanMutations {
    /// Starts version 1 of an operation's plan.
    async fn draft_plan(&self, ctx: &Context<'_>, input: DraftPlanInput) -> Result<DraftPlanResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let sections = sections(&mut asked, &input.sections);
        let command = code
            .clone()
            .zip(sections)
            .map(|(operation, sections)| PlanCommand::Draft { operation, sections: Box::new(sections) });
        carry_out(asked, code, command).await
    }

    /// Replaces one section of the draft.
    async fn revise_plan_section(
        &self,
        ctx: &Context<'_>,
        input: RevisePlanSectionInput,
    ) -> Result<RevisePlanSectionResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let section = section(&mut asked, &input.section);
        let command = code
            .clone()
            .zip(section)
            .map(|(operation, section)| PlanCommand::ReviseSection { operation, section: Box::new(section) });
        carry_out(asked, code, command).await
    }

    /// Adds a phase to the draft, after the others.
    async fn add_phase(&self, ctx: &Context<'_>, input: AddPhaseInput) -> Result<AddPhaseResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let phase = phase(&mut asked, "phase", &input.phase);
        let command =
            code.clone().zip(phase).map(|(operation, phase)| PlanCommand::AddPhase { operation, phase });
        carry_out(asked, code, command).await
    }

    /// Records a risk in the draft.
    async fn record_risk(
        &self,
        ctx: &Context<'_>,
        input: RecordRiskInput,
    ) -> Result<RecordRiskResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let risk = risk(&mut asked, "risk", &input.risk);
        let command = code
            .clone()
            .zip(risk)
            .map(|(operation, risk)| PlanCommand::RecordRisk { operation, risk: Box::new(risk) });
        carry_out(asked, code, command).await
    }

    /// Adds a task to the draft.
    async fn add_task(&self, ctx: &Context<'_>, input: AddTaskInput) -> Result<AddTaskResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation_id).await?;
        let code = asked.parse::<TaskCode>("code", &input.code);
        let title = asked.parse("title", &input.title);
        let phase = asked.parse("phase", &input.phase);
        let line_of_effort = asked.parse_if("lineOfEffort", input.line_of_effort.as_deref());
        let lead = asked.parse("leadPartner", &input.lead_partner);
        let territory = asked.parse("territory", &input.territory);
        let post = asked.parse_if("post", input.post.as_deref());
        let start_offset = asked.parse("startOffset", &input.start_offset.0);
        let duration = asked.parse("duration", &input.duration.0);
        let predecessors = asked.parse_all("predecessors", &input.predecessors);
        let terms = terms(&mut asked, "terms", input.terms.as_ref(), false);
        let place = operation.clone().zip(code.clone());
        let task = (|| {
            Some(plan::PlannedTask {
                code: code?,
                title: title?,
                phase: phase?,
                line_of_effort: line_of_effort?,
                lead: lead?,
                territory: territory?,
                post: post?,
                start_offset: start_offset?,
                duration: duration?,
                predecessors: predecessors?,
                terms: terms?,
            })
        })();
        let command = operation
            .zip(task)
            .map(|(operation, task)| PlanCommand::AddTask { operation, task: Box::new(task) });
        carry_out_on_task(asked, place, command).await
    }

    /// Adds the tasks that the draft has not, and makes the others what they are here: all of them or none. What is left out
    /// of a task it has no more; what the draft has besides stays. Calendars that come with them are the draft's before tasks
    /// without an offset are laid out.
    async fn import_tasks(
        &self,
        ctx: &Context<'_>,
        input: ImportTasksInput,
    ) -> Result<ImportTasksResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let mut tasks = Some(Vec::with_capacity(input.tasks.len()));
        for (index, task) in input.tasks.iter().enumerate() {
            if plan::stop_looking(&mut asked.reasons, input.tasks.len() - index) {
                tasks = None;
                break;
            }
            let read = imported_task(&mut asked, &format!("tasks.{index}"), task);
            tasks = tasks.zip(read).map(|(mut tasks, read)| {
                tasks.push(read);
                tasks
            });
        }
        let calendars = match &input.calendars {
            Some(list) => each(&mut asked, "calendars", list, calendar).map(Some),
            None => Some(None),
        };
        let command = (|| {
            Some(PlanCommand::ImportTasks { operation: code.clone()?, tasks: tasks?, calendars: calendars? })
        })();
        carry_out(asked, code, command).await
    }

    /// Changes a task of the draft.
    async fn revise_task(
        &self,
        ctx: &Context<'_>,
        input: ReviseTaskInput,
    ) -> Result<ReviseTaskResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task_id).await?;
        let title = asked.parse_if("title", input.title.as_deref());
        let phase = asked.parse_if("phase", input.phase.as_deref());
        let line_of_effort = asked.parse_if("lineOfEffort", input.line_of_effort.as_deref());
        let lead = asked.parse_if("leadPartner", input.lead_partner.as_deref());
        let territory = asked.parse_if("territory", input.territory.as_deref());
        let post = asked.parse_if("post", input.post.as_deref());
        let text = |duration: &Option<Duration>| duration.as_ref().map(|Duration(text)| text.clone());
        let start_offset = asked.parse_if("startOffset", text(&input.start_offset).as_deref());
        let duration = asked.parse_if("duration", text(&input.duration).as_deref());
        let revision = (|| {
            Some(TaskRevision {
                title: title?,
                phase: phase?,
                line_of_effort: line_of_effort?,
                lead: lead?,
                territory: territory?,
                post: post?,
                start_offset: start_offset?,
                duration: duration?,
            })
        })();
        let command = place.clone().zip(revision).map(|((operation, task), revision)| {
            PlanCommand::ReviseTask { operation, task, revision: Box::new(revision) }
        });
        carry_out_on_task(asked, place, command).await
    }

    /// Sets a task's group, constraint and latest finish in the draft, and whether it needs mutual legal assistance.
    async fn set_task_terms(
        &self,
        ctx: &Context<'_>,
        input: SetTaskTermsInput,
    ) -> Result<SetTaskTermsResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task_id).await?;
        let terms = terms(&mut asked, "terms", Some(&input.terms), false);
        let command = place.clone().zip(terms).map(|((operation, task), terms)| PlanCommand::SetTaskTerms {
            operation,
            task,
            terms,
        });
        carry_out_on_task(asked, place, command).await
    }

    /// Takes a task out of the draft; refused while others wait for it.
    async fn remove_task(
        &self,
        ctx: &Context<'_>,
        input: RemoveTaskInput,
    ) -> Result<RemoveTaskResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task_id).await?;
        let operation = place.as_ref().map(|(operation, _)| operation.clone());
        let command = place.map(|(operation, task)| PlanCommand::RemoveTask { operation, task });
        carry_out(asked, operation, command).await
    }

    /// Makes a task of the draft wait for another, in place of how it waited for it before; refused when that would close
    /// a cycle.
    async fn add_dependency(
        &self,
        ctx: &Context<'_>,
        input: AddDependencyInput,
    ) -> Result<AddDependencyResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task_id).await?;
        let predecessor = asked.parse("predecessor", &input.predecessor);
        let lag = asked.parse_if("lag", input.lag.as_ref().map(|Duration(text)| text.as_str()));
        let dependency = predecessor.zip(lag).map(|(predecessor, lag)| plan::Dependency {
            predecessor,
            kind: input.kind.into(),
            lag: lag.unwrap_or_default(),
        });
        let command = place.clone().zip(dependency).map(|((operation, task), dependency)| {
            PlanCommand::AddDependency { operation, task, dependency }
        });
        carry_out_on_task(asked, place, command).await
    }

    /// Ends that a task of the draft waits for another.
    async fn remove_dependency(
        &self,
        ctx: &Context<'_>,
        input: RemoveDependencyInput,
    ) -> Result<RemoveDependencyResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task_id).await?;
        let predecessor = asked.parse("predecessor", &input.predecessor);
        let command = place.clone().zip(predecessor).map(|((operation, task), predecessor)| {
            PlanCommand::RemoveDependency { operation, task, predecessor }
        });
        carry_out_on_task(asked, place, command).await
    }

    /// Attaches an annex to the draft: a part that may be released to fewer partners than the plan.
    async fn attach_annex(
        &self,
        ctx: &Context<'_>,
        input: AttachAnnexInput,
    ) -> Result<AttachAnnexResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation_id).await?;
        let code = asked.parse::<AnnexCode>("code", &input.code);
        let title = asked.parse("title", &input.title);
        let text = asked.parse_if("text", input.text.as_deref());
        let releasable_to = asked.parse_all("releasableTo", &input.releasable_to);
        let place = operation.clone().zip(code.clone());
        let annex = (|| {
            Some(plan::Annex {
                code: code?,
                title: title?,
                text: text?,
                classification: input.classification.into(),
                releasable_to: releasable_to?,
                handling: input.handling.into(),
            })
        })();
        let command = operation.zip(annex).map(|(operation, annex)| {
            Command::Plan(PlanCommand::AttachAnnex { operation, annex: Box::new(annex) })
        });
        let found = |world: Arc<World>| async move {
            let Some((operation, annex)) = place else { return Ok(None) };
            let version = Arc::clone(&world).newest_version(OperationId::of(&operation)).await?;
            let Some(version) = version else { return Ok(None) };
            world.find::<Annex>(AnnexId::of(PlanVersionId(version.row.id), &annex).0).await
        };
        Ok(asked.carry_out(command, found).await?.into())
    }

    /// Puts the draft up for decision; from then on it never changes.
    async fn submit_plan(
        &self,
        ctx: &Context<'_>,
        input: SubmitPlanInput,
    ) -> Result<SubmitPlanResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let command = code.clone().map(|operation| PlanCommand::Submit { operation });
        carry_out(asked, code, command).await
    }

    /// Takes back the version that is under decision.
    async fn recall_plan(
        &self,
        ctx: &Context<'_>,
        input: RecallPlanInput,
    ) -> Result<RecallPlanResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let reason = asked.reason(&input.reason);
        let command =
            code.clone().zip(reason).map(|(operation, reason)| PlanCommand::Recall { operation, reason });
        carry_out(asked, code, command).await
    }

    /// Starts a new version from the newest one; it needs every decision anew.
    async fn open_amendment(
        &self,
        ctx: &Context<'_>,
        input: OpenAmendmentInput,
    ) -> Result<OpenAmendmentResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let reason = asked.reason(&input.reason);
        let command = code
            .clone()
            .zip(reason)
            .map(|(operation, reason)| PlanCommand::OpenAmendment { operation, reason });
        carry_out(asked, code, command).await
    }
}
