//! Lists of claims as they are reported.

use crate::{
    execution::task::BlockReason,
    graph::{mutation::At, scalars::DateTime},
};
use async_graphql::{Enum, ID, InputObject};
use domain::{Prose, RefusalCode, Reported, Title, execution::TaskClaim};

/// What a list of reports tells of a task. Issuing and cancelling are orders of their own.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskReportKind {
    /// Its post has it.
    Acknowledged,
    /// Work on it began.
    Started,
    /// How far it has come: with `percent`.
    Progress,
    /// Work on it cannot go on: with `reason`.
    Blocked,
    /// Work on it goes on again.
    Unblocked,
    /// It is done; `text` says what came of it.
    Completed,
}

/// One claim of a list.
#[derive(InputObject)]
pub(super) struct TaskReportInput {
    /// Its code, such as `T16`, or its id.
    pub task: ID,
    what: TaskReportKind,
    /// When it happened.
    occurred_at: DateTime,
    /// Why it is entered late, where it is; where it is left out, as the whole list says.
    late_reason: Option<String>,
    /// How far it has come, from 0 to 100: of `PROGRESS`.
    percent: Option<i32>,
    /// What is in its way: of `BLOCKED`.
    reason: Option<BlockReason>,
    /// In words.
    text: Option<String>,
}

/// `None` when it is less than nothing, which is then among the reasons; whether it is too much, the rules say.
pub(super) fn percent(raw: i32, at: &mut At<'_>) -> Option<u32> {
    let percent = u32::try_from(raw).ok();
    if percent.is_none() {
        at.add(RefusalCode::InvalidValue, "percent", format!("{raw} is not from 0 to 100."));
    }
    percent
}

impl TaskReportInput {
    /// What it says but for its task; `None` when it has faults, which are then among the reasons.
    pub fn read(&self, at: &mut At<'_>) -> Option<(TaskClaim, Reported)> {
        let late_reason = at.parse_if::<Title>("lateReason", self.late_reason.as_deref());
        let text = at.parse_if::<Prose>("text", self.text.as_deref());
        let percent = match (self.percent, self.what) {
            (Some(raw), TaskReportKind::Progress) => percent(raw, at).map(Some),
            (None, TaskReportKind::Progress) => {
                at.add(RefusalCode::InvalidValue, "percent", "Say how far the task has come.");
                None
            }
            (Some(_), _) => {
                at.add(RefusalCode::InvalidValue, "percent", "A percentage is for `PROGRESS`.");
                None
            }
            (None, _) => Some(None),
        };
        let reason = match (self.reason, self.what) {
            (None, TaskReportKind::Blocked) => {
                at.add(RefusalCode::ReasonRequired, "reason", "Say what is in the way.");
                None
            }
            (Some(_), kind) if kind != TaskReportKind::Blocked => {
                at.add(RefusalCode::InvalidValue, "reason", "What is in the way is for `BLOCKED`.");
                None
            }
            (reason, _) => Some(reason),
        };
        let (late_reason, text, percent, reason) = (late_reason?, text?, percent?, reason?);
        let says = match self.what {
            TaskReportKind::Acknowledged => TaskClaim::Acknowledged,
            TaskReportKind::Started => TaskClaim::Started,
            TaskReportKind::Progress => TaskClaim::Progress { percent: percent?, text },
            TaskReportKind::Blocked => TaskClaim::Blocked { reason: reason?.into(), text },
            TaskReportKind::Unblocked => TaskClaim::Unblocked { text },
            TaskReportKind::Completed => TaskClaim::Completed { outcome: text },
        };
        let late_reason = late_reason.map(|reason| reason.as_str().to_owned());
        Some((says, Reported { occurred_at: self.occurred_at.0, late_reason }))
    }
}
