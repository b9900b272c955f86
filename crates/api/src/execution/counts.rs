//! How many tasks of an operation stood where.

use async_graphql::SimpleObject;
use domain::{execution::TaskStatus, sitrep::TaskFigures};

/// Tasks by where they stood.
#[derive(SimpleObject, Debug, Clone, Copy, Default)]
pub struct TaskCounts {
    /// Of which nobody had said anything.
    planned: u32,
    /// Their posts had been told.
    issued: u32,
    in_progress: u32,
    /// Started, and held up.
    blocked: u32,
    completed: u32,
    cancelled: u32,
}

impl TaskCounts {
    /// Counts so many more.
    pub(crate) fn add(&mut self, status: TaskStatus, count: u32) {
        let counted = match status {
            TaskStatus::Planned => &mut self.planned,
            TaskStatus::Issued => &mut self.issued,
            TaskStatus::InProgress => &mut self.in_progress,
            TaskStatus::Blocked => &mut self.blocked,
            TaskStatus::Completed => &mut self.completed,
            TaskStatus::Cancelled => &mut self.cancelled,
        };
        *counted = counted.saturating_add(count);
    }
}

impl From<&TaskFigures> for TaskCounts {
    fn from(figures: &TaskFigures) -> Self {
        let TaskFigures { planned, issued, in_progress, blocked, completed, cancelled } = *figures;
        Self { planned, issued, in_progress, blocked, completed, cancelled }
    }
}
