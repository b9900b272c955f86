//! What another version of the plan changes of tasks that are carried out.

use crate::{
    PartnerCode, TaskCode,
    execution::TaskStatus,
    operation::Operation,
    plan::{PlannedTask, Version},
};

/// What a version changes of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskChange {
    /// It has no such task.
    Dropped,
    Start,
    Lead,
    Territory,
    Phase,
    Duration,
    Post,
    Predecessors,
}

impl TaskChange {
    /// What can no longer become of a task that was started, as a sentence goes on.
    pub fn moves(self) -> Option<&'static str> {
        match self {
            Self::Dropped => Some("drops it"),
            Self::Start => Some("moves its start"),
            Self::Lead => Some("gives it to another partner"),
            Self::Territory => Some("moves it to another territory"),
            Self::Phase => Some("moves it to another phase"),
            Self::Duration | Self::Post | Self::Predecessors => None,
        }
    }
}

/// A task of which something is claimed, as two versions have it.
#[derive(Debug, Clone, Copy)]
pub struct CarriedTask<'a> {
    pub code: &'a TaskCode,
    pub status: TaskStatus,
    /// Whether somebody says that work on it began.
    pub started: bool,
    /// In the version that is carried out; `None`: that has dropped it.
    pub before: Option<&'a PlannedTask>,
    /// Whether who leads it there takes tasks: what goes on without its lead can be taken over.
    pub is_led: bool,
    pub after: Option<&'a PlannedTask>,
}

/// What a version changes of a task of which something is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskEffect {
    pub task: TaskCode,
    /// At least one.
    pub changes: Vec<TaskChange>,
    /// Whether the version cannot come into force for it.
    pub is_refused: bool,
}

impl CarriedTask<'_> {
    /// `None`: it stays as it is.
    pub fn effect(&self) -> Option<TaskEffect> {
        let before = self.before?;
        let changes = match self.after {
            Some(after) => changes(before, after),
            None => vec![TaskChange::Dropped],
        };
        let is_taken_over = !self.is_led && self.status.goes_on();
        let moves =
            |change: &TaskChange| change.moves().is_some() && !(is_taken_over && *change == TaskChange::Lead);
        let is_refused = self.started && self.status != TaskStatus::Cancelled && changes.iter().any(moves);
        (!changes.is_empty()).then(|| TaskEffect { task: self.code.clone(), changes, is_refused })
    }
}

fn changes(before: &PlannedTask, after: &PlannedTask) -> Vec<TaskChange> {
    [
        (before.start_offset != after.start_offset, TaskChange::Start),
        (before.lead != after.lead, TaskChange::Lead),
        (before.territory != after.territory, TaskChange::Territory),
        (before.phase != after.phase, TaskChange::Phase),
        (before.duration != after.duration, TaskChange::Duration),
        (before.post != after.post, TaskChange::Post),
        (before.predecessors != after.predecessors, TaskChange::Predecessors),
    ]
    .into_iter()
    .filter_map(|(differs, change)| differs.then_some(change))
    .collect()
}

impl Operation {
    /// What the version would change of each task of which something is claimed, as it is carried out now.
    pub fn effect_on_execution(
        &self,
        version: &Version,
        takes_tasks: impl Fn(&PartnerCode) -> bool,
    ) -> Vec<TaskEffect> {
        let carried_out = self.plan.last_in_force();
        let effect = |code| {
            let before: Option<&PlannedTask> =
                carried_out.and_then(|version| version.tasks.get(code)).map(AsRef::as_ref);
            let carried = CarriedTask {
                code,
                status: self.standing(code).status,
                started: self.has_started(code),
                before,
                is_led: before.is_none_or(|task| takes_tasks(&task.lead)),
                after: version.tasks.get(code).map(AsRef::as_ref),
            };
            carried.effect()
        };
        self.executions.keys().filter_map(effect).collect()
    }
}
