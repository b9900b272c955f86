//! Drafting plans, submitting and recalling them, and opening amendments.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Answer, Asked, Entry, results},
        node::{Annex, PlanVersion, PlannedTask},
        scalars::Duration,
    },
    operation::release::{Classification, HandlingCode},
    plan::{
        calendar::WorkCalendarInput,
        input::{PhaseInput, PlanSectionInput, PlanSectionsInput, RiskInput},
        task::DependencyKind,
        task_input::{AddTaskInput, ImportedTaskInput, ReviseTaskInput, release_of},
        terms::TaskTermsRevisionInput,
    },
    schedule::effects::LaidOut,
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    AnnexCode, Command, OperationCode, TaskCode,
    ids::{AnnexId, OperationId, PlanVersionId, TaskId},
    plan::{self, PlanCommand},
};
use std::sync::Arc;

#[derive(InputObject)]
struct DraftPlanInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    sections: PlanSectionsInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RevisePlanSectionInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    section: PlanSectionInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AddPhaseInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    phase: PhaseInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RecordRiskInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// Replaces the risk of the same code.
    risk: RiskInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ImportTasksInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// At most 20,000, and no more than a body of 4 MiB takes.
    tasks: Vec<ImportedTaskInput>,
    /// What the draft's calendars become, all of them, as in `revisePlanSection`; left out: they stay as they are.
    calendars: Option<Vec<WorkCalendarInput>>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct SetTaskTermsInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// Those that change.
    terms: TaskTermsRevisionInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RemoveTaskInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AddDependencyInput {
    /// The task that waits.
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
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
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// Code of the task that it waits for.
    predecessor: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AttachAnnexInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
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
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RecallPlanInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct OpenAmendmentInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// For whoever reads the new version.
    reason: String,
    /// Codes of the partners that may read the new version from its first moment on, with its reason; the operation's lead
    /// may besides. Left out: as the version that it starts from. For commanders.
    releasable_to: Option<Vec<String>>,
    /// Goes with `releasableTo`; as of the version that it starts from when left out.
    classification: Option<Classification>,
    /// Goes with `releasableTo`; as of the version that it starts from when left out.
    handling: Option<HandlingCode>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ShareDraftInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// Codes of the partners, which the version is released to, all of them; none: it is shared no more.
    with: Vec<String>,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    ShareDraftResult = ShareDraftPayload { plan_version: PlanVersion }
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
    SubmitPlanResult = SubmitPlanPayload { plan_version: PlanVersion, laid_out: LaidOut }
    RecallPlanResult = RecallPlanPayload { plan_version: PlanVersion }
    OpenAmendmentResult = OpenAmendmentPayload { plan_version: PlanVersion }
}

/// For commands on an operation's draft or on the version under decision, which is the newest either way.
async fn carry_out<R: Answer<Subject = PlanVersion>>(
    asked: Asked<'_>,
    operation: OperationId,
    command: PlanCommand,
) -> Result<Option<R>, Error> {
    asked.carry_out_and(Command::Plan(command), |world| world.newest_version(operation)).await
}

/// For commands on a task of the draft.
async fn carry_out_on_task<R: Answer<Subject = PlannedTask>>(
    asked: Asked<'_>,
    task: TaskId,
    command: PlanCommand,
) -> Result<Option<R>, Error> {
    asked.carry_out_and(Command::Plan(command), |world| world.newest_task(task)).await
}

fn task_id(operation: &OperationCode, task: &TaskCode) -> TaskId {
    TaskId::of(OperationId::of(operation), task)
}

#[derive(Default)]
pub struct PlanMutations;

#[Object]
impl PlanMutations {
    /// Starts version 1 of an operation's plan.
    async fn draft_plan(
        &self,
        ctx: &Context<'_>,
        input: DraftPlanInput,
    ) -> Result<Option<DraftPlanResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let sections = input.sections.read(&mut asked.at("sections"));
        let (Some(operation), Some(sections)) = (operation, sections) else { return asked.refuse().await };
        let id = OperationId::of(&operation);
        carry_out(asked, id, PlanCommand::Draft { operation, sections: Box::new(sections) }).await
    }

    /// Replaces one section of the draft.
    async fn revise_plan_section(
        &self,
        ctx: &Context<'_>,
        input: RevisePlanSectionInput,
    ) -> Result<Option<RevisePlanSectionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let section = input.section.read(&mut asked.at("section"));
        let (Some(operation), Some(section)) = (operation, section) else { return asked.refuse().await };
        let id = OperationId::of(&operation);
        carry_out(asked, id, PlanCommand::ReviseSection { operation, section: Box::new(section) }).await
    }

    /// Adds a phase to the draft, after the others.
    async fn add_phase(
        &self,
        ctx: &Context<'_>,
        input: AddPhaseInput,
    ) -> Result<Option<AddPhaseResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let phase = input.phase.read(&mut asked.at("phase"));
        let (Some(operation), Some(phase)) = (operation, phase) else { return asked.refuse().await };
        let id = OperationId::of(&operation);
        carry_out(asked, id, PlanCommand::AddPhase { operation, phase }).await
    }

    /// Records a risk in the draft.
    async fn record_risk(
        &self,
        ctx: &Context<'_>,
        input: RecordRiskInput,
    ) -> Result<Option<RecordRiskResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let risk = input.risk.read(&mut asked.at("risk"));
        let (Some(operation), Some(risk)) = (operation, risk) else { return asked.refuse().await };
        let id = OperationId::of(&operation);
        carry_out(asked, id, PlanCommand::RecordRisk { operation, risk: Box::new(risk) }).await
    }

    /// Adds a task to the draft, with a label of its own if it is not for all who read that: so nobody sees it before it has
    /// one.
    async fn add_task(
        &self,
        ctx: &Context<'_>,
        mut input: AddTaskInput,
    ) -> Result<Option<AddTaskResult>, Error> {
        let mut asked = Asked::new(ctx, std::mem::take(&mut input.entry))?;
        let operation = asked.operation(&input.operation).await?;
        let task = input.read(&mut asked.input());
        let (Some(operation), Some((task, release))) = (operation, task) else { return asked.refuse().await };
        let id = task_id(&operation, &task.code);
        let command = PlanCommand::AddTask { operation, task: Box::new(task), release };
        carry_out_on_task(asked, id, command).await
    }

    /// Adds the tasks that the draft has not, and makes the others what they are here: all of them or none. What is left out
    /// of a task it has no more; what the draft has besides stays. Calendars that come with them are the draft's before tasks
    /// without an offset are laid out.
    async fn import_tasks(
        &self,
        ctx: &Context<'_>,
        input: ImportTasksInput,
    ) -> Result<Option<ImportTasksResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let mut tasks = Vec::with_capacity(input.tasks.len());
        for (index, task) in input.tasks.iter().enumerate() {
            if plan::stop_looking(&mut asked.reasons, input.tasks.len() - index) {
                break;
            }
            tasks.push(task.read(&mut asked.at("tasks").at(index)));
        }
        let calendars = match &input.calendars {
            Some(list) => asked.each("calendars", list, WorkCalendarInput::read).map(Some),
            None => Some(None),
        };
        // Where looking stopped, that is among the reasons.
        let tasks = tasks.into_iter().collect::<Option<Vec<_>>>();
        let (Some(operation), Some(tasks), Some(calendars)) = (operation, tasks, calendars) else {
            return asked.refuse().await;
        };
        let id = OperationId::of(&operation);
        carry_out(asked, id, PlanCommand::ImportTasks { operation, tasks, calendars }).await
    }

    /// Changes a task of the draft.
    async fn revise_task(
        &self,
        ctx: &Context<'_>,
        mut input: ReviseTaskInput,
    ) -> Result<Option<ReviseTaskResult>, Error> {
        let mut asked = Asked::new(ctx, std::mem::take(&mut input.entry))?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let revision = input.read(&mut asked.input());
        let (Some((operation, task)), Some(revision)) = (place, revision) else {
            return asked.refuse().await;
        };
        let id = task_id(&operation, &task);
        let command = PlanCommand::ReviseTask { operation, task, revision: Box::new(revision) };
        carry_out_on_task(asked, id, command).await
    }

    /// Sets those of a task's terms that are given: its group, constraint and latest finish in the draft, and whether it
    /// needs mutual legal assistance.
    async fn set_task_terms(
        &self,
        ctx: &Context<'_>,
        input: SetTaskTermsInput,
    ) -> Result<Option<SetTaskTermsResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let terms = input.terms.read(&mut asked.at("terms"));
        let (Some((operation, task)), Some((terms, keeping))) = (place, terms) else {
            return asked.refuse().await;
        };
        let id = task_id(&operation, &task);
        carry_out_on_task(asked, id, PlanCommand::SetTaskTerms { operation, task, terms, keeping }).await
    }

    /// Takes a task out of the draft; refused while others wait for it.
    async fn remove_task(
        &self,
        ctx: &Context<'_>,
        input: RemoveTaskInput,
    ) -> Result<Option<RemoveTaskResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let Some((operation, task)) = place else { return asked.refuse().await };
        let id = OperationId::of(&operation);
        carry_out(asked, id, PlanCommand::RemoveTask { operation, task }).await
    }

    /// Makes a task of the draft wait for another, in place of how it waited for it before; refused when that would close
    /// a cycle.
    async fn add_dependency(
        &self,
        ctx: &Context<'_>,
        input: AddDependencyInput,
    ) -> Result<Option<AddDependencyResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let predecessor = asked.parse("predecessor", &input.predecessor);
        let lag = asked.parse_if("lag", input.lag.as_ref().map(Duration::as_str));
        let (Some((operation, task)), Some(predecessor), Some(lag)) = (place, predecessor, lag) else {
            return asked.refuse().await;
        };
        let id = task_id(&operation, &task);
        let kind = input.kind.into();
        let dependency = plan::Dependency { predecessor, kind, lag: lag.unwrap_or_default() };
        carry_out_on_task(asked, id, PlanCommand::AddDependency { operation, task, dependency }).await
    }

    /// Ends that a task of the draft waits for another.
    async fn remove_dependency(
        &self,
        ctx: &Context<'_>,
        input: RemoveDependencyInput,
    ) -> Result<Option<RemoveDependencyResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let predecessor = asked.parse("predecessor", &input.predecessor);
        let (Some((operation, task)), Some(predecessor)) = (place, predecessor) else {
            return asked.refuse().await;
        };
        let id = task_id(&operation, &task);
        carry_out_on_task(asked, id, PlanCommand::RemoveDependency { operation, task, predecessor }).await
    }

    /// Attaches an annex to the draft: a part that may be released to fewer partners than the plan.
    async fn attach_annex(
        &self,
        ctx: &Context<'_>,
        input: AttachAnnexInput,
    ) -> Result<Option<AttachAnnexResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let code = asked.parse::<AnnexCode>("code", &input.code);
        let title = asked.parse("title", &input.title);
        let text = asked.parse_if("text", input.text.as_deref());
        let releasable_to = asked.parse_all("releasableTo", &input.releasable_to);
        let (Some(operation), Some(code), Some(title), Some(text), Some(releasable_to)) =
            (operation, code, title, text, releasable_to)
        else {
            return asked.refuse().await;
        };
        let id = OperationId::of(&operation);
        let annex = plan::Annex {
            code: code.clone(),
            title,
            text,
            classification: input.classification.into(),
            releasable_to,
            handling: input.handling.into(),
        };
        let command = Command::Plan(PlanCommand::AttachAnnex { operation, annex: Box::new(annex) });
        let find = |world: Arc<World>| async move {
            let Some(version) = Arc::clone(&world).newest_version(id).await? else { return Ok(None) };
            world.find::<Annex>(AnnexId::of(PlanVersionId(version.row.id), &code).0).await
        };
        asked.carry_out_and(command, find).await
    }

    /// Puts the draft up for decision; from then on it never changes.
    async fn submit_plan(
        &self,
        ctx: &Context<'_>,
        input: SubmitPlanInput,
    ) -> Result<Option<SubmitPlanResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let Some(operation) = operation else { return asked.refuse().await };
        let id = OperationId::of(&operation);
        carry_out(asked, id, PlanCommand::Submit { operation }).await
    }

    /// Takes back the version that is under decision.
    async fn recall_plan(
        &self,
        ctx: &Context<'_>,
        input: RecallPlanInput,
    ) -> Result<Option<RecallPlanResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let reason = asked.reason(&input.reason);
        let (Some(operation), Some(reason)) = (operation, reason) else { return asked.refuse().await };
        let id = OperationId::of(&operation);
        carry_out(asked, id, PlanCommand::Recall { operation, reason }).await
    }

    /// Starts a new version from the newest one; it needs every decision anew.
    async fn open_amendment(
        &self,
        ctx: &Context<'_>,
        mut input: OpenAmendmentInput,
    ) -> Result<Option<OpenAmendmentResult>, Error> {
        let mut asked = Asked::new(ctx, std::mem::take(&mut input.entry))?;
        let operation = asked.operation(&input.operation).await?;
        let reason = asked.reason(&input.reason);
        let OpenAmendmentInput { releasable_to, classification, handling, .. } = &input;
        let release = release_of(&mut asked.input(), releasable_to.as_deref(), *classification, *handling);
        let (Some(operation), Some(reason), Some(release)) = (operation, reason, release) else {
            return asked.refuse().await;
        };
        let id = OperationId::of(&operation);
        carry_out(asked, id, PlanCommand::OpenAmendment { operation, reason, release }).await
    }

    /// Says which observers read the draft before it is submitted, in place of those that did: else they read it from its
    /// submission on. For planners and commanders of the operation's lead.
    async fn share_draft(
        &self,
        ctx: &Context<'_>,
        input: ShareDraftInput,
    ) -> Result<Option<ShareDraftResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let with = asked.parse_all("with", &input.with);
        let (Some(operation), Some(with)) = (operation, with) else { return asked.refuse().await };
        let id = OperationId::of(&operation);
        carry_out(asked, id, PlanCommand::ShareDraft { operation, with }).await
    }
}
