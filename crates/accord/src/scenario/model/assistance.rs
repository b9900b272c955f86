//! How many persons were received and helped.

use super::values::{Instant, Money};
use crate::scenario::record::{kinds, record};
use std::collections::BTreeMap;

record! {
    Assistance {
        min_cell: u32, reports: Vec<AssistanceEntry> = Vec::new(), last in "final": Option<Tally>,
        enforcement: Option<Enforcement>,
    }
}
record! {
    AssistanceEntry {
        occurred in "occ": Instant, recorded in "rec": Instant, persons in "n": u32,
        event flat "ev": AssistanceEvent,
    }
}
kinds! {
    AssistanceEvent {
        PersonsReceived = "PersonsReceived" { incident: Option<String> }
        FigureCorrected = "AssistanceFigureCorrected" { corrects: u32, reason: String }
    }
}
record! {
    Tally {
        received: u32, screened: Screened, identified: ByStatus,
        identified_by_nationality: BTreeMap<String, u32>,
        outcomes: BTreeMap<String, u32>, minors: u32, punished_for_compelled_acts: u32,
    }
}
record! { Screened { presumed: u32, not_presumed: u32 } }
record! { ByStatus { identified: u32, not_identified: u32, undetermined: u32 } }
record! {
    Enforcement {
        arrests: BTreeMap<String, u32>, accounts_frozen: u32, frozen_value: Money, sites_closed: u32,
    }
}
