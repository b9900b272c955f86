//! What people report of tasks, what is put right of that, and the orders to carry a task out or to give it up.

use crate::{
    Error,
    execution::{
        reporting::{self, TaskReportInput},
        task::BlockReason,
    },
    graph::{
        context::World,
        mutation::{Answer, Asked, Entry, results},
        node::{Task, TaskClaim},
        scalars::DateTime,
    },
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Command, OperationCode, Prose, TaskCode,
    execution::{self, ExecutionCommand, TaskReport},
    ids::{OperationId, TaskId},
};
use read_model::parse;
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

#[derive(InputObject)]
struct IssueTaskInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AcknowledgeTaskInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct StartTaskInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ReportProgressInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// How far it has come, from 0 to 100.
    percent: i32,
    /// The same in words.
    text: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct BlockTaskInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// What is in its way; where it is `OTHER`, the text says what.
    reason: BlockReason,
    /// The same in words.
    text: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct UnblockTaskInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// How that came.
    text: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CompleteTaskInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// What came of it.
    outcome: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CancelTaskInput {
    /// Its id, of a `Task` or of a `PlannedTask`; or its code, and then `operation` as well.
    task: ID,
    /// Of a task that is named by its code: the operation's code or id.
    operation: Option<ID>,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CorrectTaskTimesInput {
    /// The claim that is wrong.
    claim_id: ID,
    /// When it happened.
    at: DateTime,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ReportTasksInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// From 1 to 1,000, in the order in which they are to be judged: each on what those before it say.
    reports: Vec<TaskReportInput>,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    IssueTaskResult = IssueTaskPayload { task: Task }
    AcknowledgeTaskResult = AcknowledgeTaskPayload { task: Task }
    StartTaskResult = StartTaskPayload { task: Task }
    ReportProgressResult = ReportProgressPayload { task: Task }
    BlockTaskResult = BlockTaskPayload { task: Task }
    UnblockTaskResult = UnblockTaskPayload { task: Task }
    CompleteTaskResult = CompleteTaskPayload { task: Task }
    CancelTaskResult = CancelTaskPayload { task: Task }
    CorrectTaskTimesResult = CorrectTaskTimesPayload { task: Task }
    ReportTasksResult = ReportTasksPayload {
        /// Those that were reported on, in the order of their codes.
        tasks: Vec<Task>
    }
}

fn task_id(operation: &OperationCode, task: &TaskCode) -> Uuid {
    TaskId::of(OperationId::of(operation), task).0
}

/// Says one thing of a task.
async fn claim<R: Answer<Subject = Task>>(
    asked: Asked<'_>,
    (operation, task): (OperationCode, TaskCode),
    says: execution::TaskClaim,
) -> Result<Option<R>, Error> {
    let id = task_id(&operation, &task);
    asked.carry_out(id, Command::Execution(ExecutionCommand::Claim { operation, task, says })).await
}

#[derive(Default)]
pub struct TaskExecutionMutations;

#[Object]
impl TaskExecutionMutations {
    /// Gives a task of the plan in force to those who carry it out.
    async fn issue_task(
        &self,
        ctx: &Context<'_>,
        input: IssueTaskInput,
    ) -> Result<Option<IssueTaskResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let Some(place) = place else { return asked.refuse().await };
        claim(asked, place, execution::TaskClaim::Issued).await
    }

    /// Says that the task's post has it.
    async fn acknowledge_task(
        &self,
        ctx: &Context<'_>,
        input: AcknowledgeTaskInput,
    ) -> Result<Option<AcknowledgeTaskResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let Some(place) = place else { return asked.refuse().await };
        claim(asked, place, execution::TaskClaim::Acknowledged).await
    }

    /// Says that work on a task began: in an operation that was activated by then, in a phase that was open, with all that it
    /// waits for come so far. Where the plan and H-hour have it at that moment, it is measured against from then on.
    async fn start_task(
        &self,
        ctx: &Context<'_>,
        input: StartTaskInput,
    ) -> Result<Option<StartTaskResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let Some(place) = place else { return asked.refuse().await };
        claim(asked, place, execution::TaskClaim::Started).await
    }

    /// Says how far a task that goes on has come.
    async fn report_progress(
        &self,
        ctx: &Context<'_>,
        input: ReportProgressInput,
    ) -> Result<Option<ReportProgressResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let percent = reporting::percent(input.percent, &mut asked.input());
        let text = asked.parse_if("text", input.text.as_deref());
        let (Some(place), Some(percent), Some(text)) = (place, percent, text) else {
            return asked.refuse().await;
        };
        claim(asked, place, execution::TaskClaim::Progress { percent, text }).await
    }

    /// Says that work on a task cannot go on, and what is in its way.
    async fn block_task(
        &self,
        ctx: &Context<'_>,
        input: BlockTaskInput,
    ) -> Result<Option<BlockTaskResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let text = asked.parse_if("text", input.text.as_deref());
        let (Some(place), Some(text)) = (place, text) else { return asked.refuse().await };
        claim(asked, place, execution::TaskClaim::Blocked { reason: input.reason.into(), text }).await
    }

    /// Says that work on a blocked task goes on again.
    async fn unblock_task(
        &self,
        ctx: &Context<'_>,
        input: UnblockTaskInput,
    ) -> Result<Option<UnblockTaskResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let text = asked.parse_if("text", input.text.as_deref());
        let (Some(place), Some(text)) = (place, text) else { return asked.refuse().await };
        claim(asked, place, execution::TaskClaim::Unblocked { text }).await
    }

    /// Says that a task that goes on is done. Its officers are free from then on.
    async fn complete_task(
        &self,
        ctx: &Context<'_>,
        input: CompleteTaskInput,
    ) -> Result<Option<CompleteTaskResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let outcome = asked.parse_if("outcome", input.outcome.as_deref());
        let (Some(place), Some(outcome)) = (place, outcome) else { return asked.refuse().await };
        claim(asked, place, execution::TaskClaim::Completed { outcome }).await
    }

    /// Gives a task up, whether or not it was started. Its officers are free from then on.
    async fn cancel_task(
        &self,
        ctx: &Context<'_>,
        input: CancelTaskInput,
    ) -> Result<Option<CancelTaskResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task, input.operation.as_ref()).await?;
        let reason: Option<Prose> = asked.reason(&input.reason);
        let (Some(place), Some(reason)) = (place, reason) else { return asked.refuse().await };
        claim(asked, place, execution::TaskClaim::Cancelled { reason }).await
    }

    /// Says that what a claim tells of happened at another time. The claim stays, and a new one takes its place; it is stored
    /// also where it contradicts what was accepted before.
    async fn correct_task_times(
        &self,
        ctx: &Context<'_>,
        input: CorrectTaskTimesInput,
    ) -> Result<Option<CorrectTaskTimesResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let wrong = asked.find::<TaskClaim>("claimId", &input.claim_id).await?;
        let reason = asked.reason(&input.reason);
        let (Some(TaskClaim { row: wrong, .. }), Some(reason)) = (wrong, reason) else {
            return asked.refuse().await;
        };
        let operation = asked.code_of(wrong.operation_id).await?;
        let command = ExecutionCommand::CorrectTimes {
            operation,
            task: parse(&wrong.task)?,
            claim: wrong.number.cast_unsigned(),
            at: input.at.0,
            reason,
        };
        asked.carry_out(wrong.task_id, Command::Execution(command)).await
    }

    /// Takes many claims in at once, such as a field team's list of the night: all of them or none. A fault is told at its
    /// place, such as `reports.3.occurredAt`.
    async fn report_tasks(
        &self,
        ctx: &Context<'_>,
        input: ReportTasksInput,
    ) -> Result<Option<ReportTasksResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let said = asked.each("reports", &input.reports, TaskReportInput::read);
        let named: Vec<(String, &ID)> = input
            .reports
            .iter()
            .enumerate()
            .map(|(index, report)| (format!("reports.{index}.task"), &report.task))
            .collect();
        let tasks: Option<Vec<TaskCode>> = match &operation {
            Some(operation) => asked.tasks_in(operation, &named).await?.into_iter().collect(),
            None => None,
        };
        let (Some(operation), Some(said), Some(tasks)) = (operation, said, tasks) else {
            return asked.refuse().await;
        };
        let touched: BTreeSet<&TaskCode> = tasks.iter().collect();
        let ids: Vec<Uuid> = touched.into_iter().map(|task| task_id(&operation, task)).collect();
        let reports = tasks
            .into_iter()
            .zip(said)
            .map(|(task, (says, reported))| TaskReport { task, says, reported: Some(reported) })
            .collect();
        let command = Command::Execution(ExecutionCommand::Report { operation, reports });
        let find = |world: Arc<World>| async move { Ok(Some(world.find_many(ids).await?)) };
        asked.carry_out_and(command, find).await
    }
}
