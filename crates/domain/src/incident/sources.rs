//! Who may send what about an incident.

use super::found::{FIELD, WATCH};
use crate::{
    Role,
    catalogue::sources::sender::{CLOCK, COMMANDER, Sender, Source, by, import, mutation},
    incident::IncidentCommand,
};

const REPORTER: Sender = by(FIELD, "a partner that takes tasks");
const JUDGE: Sender = by(WATCH, "a partner that takes tasks");
const DECIDER: Sender = by(COMMANDER, "the incident's owner or the operation's lead");
const SENDER: Sender = by(FIELD, "the responder's partner, in that post or for it");
const ANSWERABLE: Sender = by(WATCH, "the incident's owner or the operation's lead");
const CONTAINER: Sender = by(FIELD, "the incident's owner, the operation's lead or a responder's partner");
const CORRECTOR: Sender =
    by(&[Role::Planner, Role::Commander, Role::Liaison, Role::Watch], "the partner that said it");

impl IncidentCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Incident", "Report", "reportIncident", REPORTER, &["IncidentReported"]),
        mutation("Incident", "Triage", "triageIncident", JUDGE, &["IncidentTriaged"]),
        mutation("Incident", "Escalate", "escalateIncident", JUDGE, &["IncidentEscalated"]),
        mutation("Incident", "DecideResponse", "decideResponse", DECIDER, &["ResponseDecided"]),
        mutation("Incident", "Dispatch", "dispatchResponder", SENDER, &["ResponderDispatched"]),
        mutation("Incident", "RecordArrival", "recordArrival", SENDER, &["ResponderArrived"]),
        mutation("Incident", "Contain", "containIncident", CONTAINER, &["IncidentContained"]),
        mutation("Incident", "Close", "closeIncident", ANSWERABLE, &["IncidentClosed"]),
        mutation("Incident", "Reopen", "reopenIncident", ANSWERABLE, &["IncidentReopened"]),
        mutation("Incident", "CorrectTimes", "correctIncidentTimes", CORRECTOR, &["IncidentTimesCorrected"]),
        import("Incident", "MissDeadline", CLOCK, &["IncidentDeadlineMissed", "IncidentEscalated"]),
    ];
}
