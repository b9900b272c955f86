//! The plan carried out: phases, and tasks as they were reported.

use super::Script;
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, unfit},
    },
    scenario::model::{execution::Actual, timeline::TimelineEntry, values::Instant},
};
use domain::{
    Actor, Command, Role,
    execution::{ExecutionCommand, TaskClaim},
};

/// What was first said of a task's end: it follows its start, and nothing else is claimed.
const END: u32 = 2;

impl Script<'_> {
    pub fn start_phase(&mut self, entry: &TimelineEntry, phase: &str) -> Result<(), ImportError> {
        let phase_code = fit("timeline", phase)?;
        let command = ExecutionCommand::StartPhase { operation: self.operation.clone(), phase: phase_code };
        let actor = self.commander(entry)?;
        self.add(entry.recorded, &format!("StartPhase {phase}"), actor, Command::Execution(command));
        Ok(())
    }

    pub fn start_task(&mut self, at: Instant, actual: &Actual) -> Result<(), ImportError> {
        self.claim(at, "StartTask", actual, TaskClaim::Started)
    }

    /// With it open the forward posts that the task was to open; with the last of the action it is told what that came to.
    pub fn complete_task(&mut self, at: Instant, actual: &Actual) -> Result<(), ImportError> {
        self.claim(at, "CompleteTask", actual, TaskClaim::Completed { outcome: None })?;
        self.open_forward_posts(at, &actual.id)?;
        self.record_outcomes(at, actual)
    }

    pub fn correct_task(&mut self, at: Instant, actual: &Actual) -> Result<(), ImportError> {
        let (actor, task) = (self.reporter(actual)?, fit("actuals", &actual.id)?);
        let command = ExecutionCommand::CorrectTimes {
            operation: self.operation.clone(),
            task,
            claim: END,
            at: actual.end,
            reason: fit("actuals", "Recorded wrongly at first, as the scenario tells it")?,
        };
        self.add(at, &format!("CorrectTaskTimes {}", actual.id), actor, Command::Execution(command));
        Ok(())
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

    /// The post that is bound to the task.
    fn reporter(&self, actual: &Actual) -> Result<Actor, ImportError> {
        let post = self.bound.get(&actual.id);
        holder(
            post.ok_or_else(|| unfit("actuals", &actual.id, "has no post that is bound to it"))?,
            Role::Watch,
        )
    }
}
