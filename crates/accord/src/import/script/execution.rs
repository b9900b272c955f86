//! The plan carried out: phases, and tasks as they were reported.

use super::Script;
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, fit_if, unfit},
    },
    scenario::{
        Corrected, TaskEnd,
        model::{
            coalition::Post,
            execution::{Actual, BlockReason, Report, ReportEvent},
            plan::Task,
            timeline::TimelineEntry,
            values::Instant,
        },
    },
};
use domain::{
    Actor, Command, Role,
    execution::{self, ExecutionCommand, TaskClaim},
};

/// Why a time is put right, where the file does not say it.
const REASON: &str = "Recorded wrongly at first, as the scenario tells it";

impl<'a> Script<'a> {
    pub fn start_phase(&mut self, entry: &TimelineEntry, phase: &str) -> Result<(), ImportError> {
        let phase_code = fit("timeline", phase)?;
        let command = ExecutionCommand::StartPhase { operation: self.operation.clone(), phase: phase_code };
        let actor = self.commander(entry)?;
        self.add(entry.recorded, &format!("StartPhase {phase}"), actor, Command::Execution(command));
        Ok(())
    }

    pub fn start_task(&mut self, at: Instant, actual: &'a Actual) -> Result<(), ImportError> {
        self.claim(at, "StartTask", actual, TaskClaim::Started)?;
        self.count_claim(actual, TaskEnd::Start);
        Ok(())
    }

    /// With it open the forward posts that the task was to open; with the last of the action it is told what that came to.
    pub fn complete_task(&mut self, at: Instant, actual: &'a Actual) -> Result<(), ImportError> {
        self.claim(at, "CompleteTask", actual, TaskClaim::Completed { outcome: None })?;
        self.count_claim(actual, TaskEnd::Finish);
        self.open_forward_posts(at, &actual.id)?;
        self.record_outcomes(at, actual)
    }

    /// Puts right what was said last of that end.
    pub fn correct_task(
        &mut self,
        at: Instant,
        actual: &'a Actual,
        corrected: Corrected<'_>,
    ) -> Result<(), ImportError> {
        let (actor, task) = (self.reporter(actual)?, fit("actuals", &actual.id)?);
        let wrong = self.count_claim(actual, corrected.end);
        let command = ExecutionCommand::CorrectTimes {
            operation: self.operation.clone(),
            task,
            claim: wrong,
            at: corrected.at,
            reason: fit("actuals", corrected.reason.unwrap_or(REASON))?,
        };
        self.add(at, &format!("CorrectTaskTimes {}", actual.id), actor, Command::Execution(command));
        Ok(())
    }

    /// The number of the claim that spoke of that end until now.
    fn count_claim(&mut self, actual: &'a Actual, end: TaskEnd) -> u32 {
        self.claimed.entry(&actual.id).or_default().again(end)
    }

    fn claim(
        &mut self,
        at: Instant,
        verb: &str,
        actual: &Actual,
        says: TaskClaim,
    ) -> Result<(), ImportError> {
        let (actor, task) = (self.reporter(actual)?, fit("actuals", &actual.id)?);
        let command = ExecutionCommand::Claim { operation: self.operation.clone(), task, says };
        self.add(at, &format!("{verb} {}", actual.id), actor, Command::Execution(command));
        Ok(())
    }

    /// What comes beside `actuals`: by the post that is bound to the task; that it is cancelled, by its lead.
    pub fn report_task(&mut self, at: Instant, report: &Report) -> Result<(), ImportError> {
        let text = |text: &Option<String>| fit_if("reports", text.as_deref());
        let says = match &report.event {
            ReportEvent::Started {} => TaskClaim::Started,
            ReportEvent::Progress { percent, text: told } => {
                TaskClaim::Progress { percent: *percent, text: text(told)? }
            }
            ReportEvent::Blocked { reason, text: told } => {
                TaskClaim::Blocked { reason: block_reason(*reason), text: text(told)? }
            }
            ReportEvent::Unblocked { text: told } => TaskClaim::Unblocked { text: text(told)? },
            ReportEvent::Completed { text: told } => TaskClaim::Completed { outcome: text(told)? },
            ReportEvent::Cancelled { text } => TaskClaim::Cancelled { reason: fit("reports", text)? },
        };
        let (post, role) = match self.bound.get(&report.task) {
            Some(post) if !matches!(report.event, ReportEvent::Cancelled { .. }) => {
                (Some(*post), Role::Watch)
            }
            _ => self.unbound_reporter(report),
        };
        let post = post.ok_or_else(|| unfit("reports", &report.task, "has nobody who could report that"))?;
        let actor = holder(post, role)?;
        let (operation, task) = (self.operation.clone(), fit("reports", &report.task)?);
        let name = format!("{} of {}", report.event.name(), report.task);
        self.add(at, &name, actor, Command::Execution(ExecutionCommand::Claim { operation, task, says }));
        Ok(())
    }

    /// Who is foreseen says that a task begins; once it has, its lead's liaison officer speaks for it.
    fn unbound_reporter(&self, report: &Report) -> (Option<&Post>, Role) {
        let planned = self.scenario.plan.tasks.iter().find(|task| task.id == report.task);
        let Some(Task { lead, post, .. }) = planned else { return (None, Role::Watch) };
        match report.event {
            ReportEvent::Started {} => {
                (self.scenario.posts.iter().find(|known| known.id == *post), Role::Watch)
            }
            ReportEvent::Cancelled { .. } => (self.director(lead), Role::Commander),
            _ => (self.liaison(lead), Role::Liaison),
        }
    }

    /// The post that is bound to the task.
    fn reporter(&self, actual: &Actual) -> Result<Actor, ImportError> {
        let post = self.bound.get(&actual.id);
        holder(
            post.ok_or_else(|| unfit("actuals", &actual.id, "has no post that is bound to it"))?,
            Role::Watch,
        )
    }
}

fn block_reason(reason: BlockReason) -> execution::BlockReason {
    match reason {
        BlockReason::NoAccess => execution::BlockReason::NoAccess,
        BlockReason::Waiting => execution::BlockReason::Waiting,
        BlockReason::Resources => execution::BlockReason::Resources,
        BlockReason::Weather => execution::BlockReason::Weather,
        BlockReason::Legal => execution::BlockReason::Legal,
        BlockReason::Other => execution::BlockReason::Other,
    }
}
