//! Who may count persons, and put a count right.

use super::decide::COUNTER;
use crate::{
    assistance::AssistanceCommand,
    catalogue::sources::sender::{Sender, Source, by, mutation},
};

const RECEIVER: Sender = by(COUNTER, "a partner that takes tasks, for itself");
const AUTHORITY: Sender = by(COUNTER, "the referring authority");

impl AssistanceCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Assistance", "Receive", "recordPersonsReceived", RECEIVER, &["PersonsReceived"]),
        mutation("Assistance", "Screen", "tallyScreening", AUTHORITY, &["ScreeningTallied"]),
        mutation("Assistance", "Identify", "tallyIdentification", AUTHORITY, &["IdentificationTallied"]),
        mutation("Assistance", "TallyOutcomes", "tallyOutcomes", AUTHORITY, &["AssistanceOutcomeTallied"]),
        mutation("Assistance", "Correct", "correctFigure", AUTHORITY, &["AssistanceFigureCorrected"]),
    ];
}
