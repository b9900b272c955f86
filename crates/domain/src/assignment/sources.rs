//! Who may send what about assignments.

use crate::{
    assignment::AssignmentCommand,
    catalogue::sources::sender::{STAFF, Sender, Source, by, mutation},
};

const ASSIGNER: Sender = by(STAFF, "the post's partner or the operation's lead");

impl AssignmentCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Assignment", "Assign", "assignOfficer", ASSIGNER, &["OfficerAssigned"]),
        mutation("Assignment", "Withdraw", "withdrawAssignment", ASSIGNER, &["AssignmentWithdrawn"]),
    ];
}
