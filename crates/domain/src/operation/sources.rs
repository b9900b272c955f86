//! Who may send what about an operation, its plan apart.

use crate::{
    catalogue::sources::sender::{
        COMMANDER, LEAD_COMMANDER, LEAD_STAFF, Sender, Source, by, mutation, or_service,
    },
    operation::OperationCommand,
};

const FOUNDER: Sender = or_service(LEAD_STAFF);
const DECIDER: Sender = by(COMMANDER, "a partner that takes tasks, or that the decision point names");
const OWNER: Sender = by(COMMANDER, "the owner of what is marked");

impl OperationCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Operation", "Initiate", "initiateOperation", FOUNDER, &["OperationInitiated"]),
        mutation("Operation", "IssueWarningOrder", "issueWarningOrder", FOUNDER, &["WarningOrderIssued"]),
        mutation("Operation", "RecordLegalBasis", "recordLegalBasis", LEAD_STAFF, &["LegalBasisRecorded"]),
        mutation("Operation", "MarkReleasability", "markReleasability", OWNER, &["ReleasabilityMarked"]),
        mutation("Operation", "SetHHour", "setHHour", LEAD_COMMANDER, &["HHourSet", "AssignmentRetimed"]),
        mutation(
            "Operation",
            "ShiftHHour",
            "shiftHHour",
            LEAD_COMMANDER,
            &["HHourShifted", "AssignmentRetimed"],
        ),
        mutation("Operation", "Activate", "activateOperation", LEAD_COMMANDER, &["OperationActivated"]),
        mutation("Operation", "Pause", "pauseOperation", LEAD_COMMANDER, &["OperationPaused"]),
        mutation("Operation", "Resume", "resumeOperation", LEAD_COMMANDER, &["OperationResumed"]),
        mutation(
            "Operation",
            "Close",
            "closeOperation",
            LEAD_COMMANDER,
            &["OperationClosed", "AssignmentWithdrawn"],
        ),
        mutation(
            "Operation",
            "Terminate",
            "terminateOperation",
            LEAD_COMMANDER,
            &["OperationTerminated", "AssignmentWithdrawn"],
        ),
        mutation("Operation", "RecordDecision", "recordDecision", DECIDER, &["DecisionRecorded"]),
        mutation(
            "Operation",
            "FindDeconflictionConflict",
            "findDeconflictionConflict",
            LEAD_STAFF,
            &["DeconflictionConflictFound"],
        ),
        mutation(
            "Operation",
            "ClearDeconfliction",
            "clearDeconfliction",
            LEAD_STAFF,
            &["DeconflictionCleared"],
        ),
    ];
}
