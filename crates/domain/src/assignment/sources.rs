//! Who may send what about assignments.

use crate::{
    assignment::AssignmentCommand,
    catalogue::sources::sender::{STAFF, Sender, Source, by, mutation},
};

const ASSIGNER: Sender = by(
    STAFF,
    "the post's partner, or of the operation's lead where the plan in force foresees the post and its partner has agreed",
);
const WITHDRAWER: Sender = by(STAFF, "the post's partner or the operation's lead");
const ASKER: Sender = by(STAFF, "any partner that takes tasks and may read the task");
const GIVER: Sender = by(STAFF, "the post's partner");

impl AssignmentCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation(
            "Assignment",
            "Assign",
            "assignOfficer",
            ASSIGNER,
            &["OfficerAssigned", "AssignmentUnderWay"],
        ),
        mutation("Assignment", "Withdraw", "withdrawAssignment", WITHDRAWER, &["AssignmentWithdrawn"]),
        mutation("Assignment", "Request", "requestOfficer", ASKER, &["OfficerRequested"]),
        mutation(
            "Assignment",
            "AcceptRequested",
            "acceptRequestedOfficer",
            GIVER,
            &["OfficerRequestAccepted", "OfficerAssigned", "AssignmentUnderWay"],
        ),
        mutation(
            "Assignment",
            "DeclineRequested",
            "declineRequestedOfficer",
            GIVER,
            &["OfficerRequestDeclined"],
        ),
    ];
}
