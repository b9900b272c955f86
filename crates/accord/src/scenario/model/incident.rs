//! An incident and how it was answered.

use super::values::Instant;
use crate::scenario::record::{kinds, names, record};

record! {
    Incident {
        id: String, title: String, priority: Priority, ccir: Option<String>, log: Vec<IncidentEntry>,
    }
}
names! { Priority { P1 = "P1", P2 = "P2", P3 = "P3" } }
record! {
    IncidentEntry {
        occurred in "occ": Instant, recorded in "rec": Instant, by: String, late_reason: Option<String>,
        event flat "ev": IncidentEvent,
    }
}
kinds! {
    IncidentEvent {
        Reported = "IncidentReported" {}
        Triaged = "IncidentTriaged" {}
        ResponseDecided = "ResponseDecided" { task: String, post: String, known_as_of: Instant, rationale: String }
        ResponderDispatched = "ResponderDispatched" {}
        ResponderArrived = "ResponderArrived" {}
        Contained = "IncidentContained" { persons_recovered: Option<u32> }
        Closed = "IncidentClosed" {}
    }
}
