//! Who may send what of what an operation came to.

use crate::{
    catalogue::sources::sender::{SPEAKER, Sender, Source, by, mutation},
    outcome::OutcomeCommand,
};

const READER: Sender = by(SPEAKER, "a partner that reads the operation");
const OWNER: Sender = by(SPEAKER, "the partner whose work it was");

impl OutcomeCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Outcome", "Record", "recordOutcome", READER, &["OutcomeRecorded"]),
        mutation("Outcome", "Correct", "correctOutcome", OWNER, &["OutcomeCorrected"]),
    ];
}
