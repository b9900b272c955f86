//! Who may send what while a plan is carried out.

use crate::{
    Role,
    catalogue::sources::sender::{COMMANDER, LEAD_COMMANDER, STAFF, Sender, Source, by, mutation, order},
    execution::ExecutionCommand,
};

/// Whoever works in the field or in the centre, not those who only read or administer.
pub(super) const FIELD: &[Role] = &[Role::Planner, Role::Commander, Role::Liaison, Role::Watch];

const ISSUER: Sender = by(STAFF, "the operation's lead or the task's lead");
const POST: Sender = by(FIELD, "the task's lead, in a post of the task");
const REPORTER: Sender = by(FIELD, "the task's lead, in a post of the task or as liaison officer");
const CANCELLER: Sender = by(COMMANDER, "the task's lead, or where that takes no tasks the operation's");
const DECIDER: Sender = by(COMMANDER, "a partner that decides on the phase");

impl ExecutionCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Execution", "Claim", "issueTask", ISSUER, &["TaskIssued"]),
        mutation("Execution", "Claim", "acknowledgeTask", POST, &["TaskAcknowledged"]),
        mutation("Execution", "Claim", "startTask", REPORTER, &["TaskStarted", "AssignmentUnderWay"]),
        mutation("Execution", "Claim", "reportProgress", REPORTER, &["TaskProgressReported"]),
        mutation("Execution", "Claim", "blockTask", REPORTER, &["TaskBlocked"]),
        mutation("Execution", "Claim", "unblockTask", REPORTER, &["TaskUnblocked"]),
        mutation("Execution", "Claim", "completeTask", REPORTER, &["TaskCompleted", "AssignmentRetimed"]),
        mutation("Execution", "Claim", "cancelTask", CANCELLER, &["TaskCancelled", "AssignmentWithdrawn"]),
        order(mutation(
            "Execution",
            "Report",
            "reportTasks",
            REPORTER,
            &[
                "TaskAcknowledged",
                "TaskStarted",
                "TaskProgressReported",
                "TaskBlocked",
                "TaskUnblocked",
                "TaskCompleted",
                "AssignmentUnderWay",
                "AssignmentRetimed",
            ],
        )),
        mutation(
            "Execution",
            "CorrectTimes",
            "correctTaskTimes",
            REPORTER,
            &["TaskTimesCorrected", "AssignmentUnderWay", "AssignmentRetimed"],
        ),
        mutation("Execution", "StartPhase", "startPhase", LEAD_COMMANDER, &["PhaseStarted"]),
        mutation("Execution", "CompletePhase", "completePhase", LEAD_COMMANDER, &["PhaseCompleted"]),
        mutation("Execution", "DecideGoNoGo", "decideGoNoGo", DECIDER, &["GoNoGoStated", "GoNoGoDecided"]),
    ];
}
