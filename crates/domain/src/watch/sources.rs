//! Who may send what about the watch.

use super::{logging, shift};
use crate::{
    catalogue::sources::sender::{CLOCK, COMMANDER, HOST, Sender, Source, by, import, mutation, or_service},
    watch::WatchCommand,
};

const HOST_COMMANDER: Sender = or_service(by(COMMANDER, HOST));
const PLANNER: Sender = or_service(by(shift::ROSTER, HOST));
const OFFICER: Sender = by(shift::OFFICER, "a partner that takes tasks, in a post of the shift");
const WRITER: Sender = by(logging::WRITERS, "any partner");
const CORRECTOR: Sender = by(logging::WRITERS, "the partner whose entry it is");

impl WatchCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Watch", "SetRules", "setWatchRules", HOST_COMMANDER, &["WatchRulesSet"]),
        mutation("Watch", "RosterShift", "rosterShift", PLANNER, &["ShiftRostered"]),
        mutation("Watch", "Assume", "assumeWatch", OFFICER, &["WatchAssumed", "WatchGapEnded"]),
        mutation("Watch", "HandOver", "handOverWatch", OFFICER, &["WatchHandedOver"]),
        mutation("Watch", "MakeLogEntry", "makeLogEntry", WRITER, &["LogEntryMade"]),
        mutation("Watch", "CorrectLogEntry", "correctLogEntry", CORRECTOR, &["LogEntryCorrected"]),
        import("Watch", "DetectGap", CLOCK, &["WatchGapDetected", "WatchGapEnded"]),
    ];
}
