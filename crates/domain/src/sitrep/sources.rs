//! Who may report on an operation as a whole.

use crate::{
    Role,
    catalogue::sources::sender::{Source, by, mutation},
    sitrep::SitrepCommand,
};

/// Who speaks for the operation's lead, and who has the watch for it.
pub(super) const ISSUER: &[Role] = &[Role::Watch, Role::Liaison, Role::Commander];

impl SitrepCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Sitrep", "Issue", "issueSitrep", by(ISSUER, "the operation's lead"), &["SitrepIssued"]),
        mutation(
            "Sitrep",
            "Correct",
            "correctSitrep",
            by(ISSUER, "the operation's lead"),
            &["SitrepCorrected"],
        ),
    ];
}
