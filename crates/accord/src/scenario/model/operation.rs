//! The operation, its H-hour, and what stands in its way.

use super::values::Instant;
use crate::scenario::record::{names, record};

names! {
    Classification {
        Unclassified = "UNCLASSIFIED", Restricted = "RESTRICTED", Confidential = "CONFIDENTIAL",
        Secret = "SECRET",
    }
}

record! {
    Operation {
        id: String, lead_partner: String, classification: Classification, default_release: Vec<String>,
        legal_basis: Vec<String>, hhour: Vec<HHour>, hhour_window: Window,
    }
}
record! { HHour { set: Instant, recorded in "rec": Instant, order: Option<String>, reason: Option<String> } }
record! {
    /// Half-open: from `from`, before `to`.
    Window { from: Instant, to: Instant }
}

record! {
    Deconfliction {
        id: String, other: String, found: Instant, overlap: Vec<String>, resolution: String,
        cleared: Option<Instant>,
    }
}
