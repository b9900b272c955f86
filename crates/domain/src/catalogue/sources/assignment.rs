//! Assignments.

use super::sender::{STAFF, Sender, Source, by, mutation};

const ASSIGNER: Sender = by(STAFF, "the post's partner or the operation's lead");

pub(super) const SOURCES: &[Source] = &[
    mutation("Assignment", "Assign", "assignOfficer", ASSIGNER, &["OfficerAssigned"]),
    mutation("Assignment", "Withdraw", "withdrawAssignment", ASSIGNER, &["AssignmentWithdrawn"]),
];
