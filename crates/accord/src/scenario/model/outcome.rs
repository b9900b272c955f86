//! What the operation came to, as each partner says of its own work.

use super::values::{Instant, Money};
use crate::scenario::record::{names, record};

record! {
    /// It has a `count` or a `value`; each of `corrections` puts right what was said before it.
    Outcome {
        id: String, by: String, kind: OutcomeKind, title: Option<String>, count: Option<u32>,
        value: Option<Money>, source: String, occurred in "occ": Instant,
        recorded in "rec": Option<Instant>, corrections: Vec<OutcomeCorrection> = Vec::new(),
    }
}
record! {
    OutcomeCorrection {
        recorded in "rec": Instant, count: Option<u32>, value: Option<Money>, reason: String,
    }
}
names! {
    OutcomeKind {
        Arrests = "ARRESTS", AccountsFrozen = "ACCOUNTS_FROZEN", ValueFrozen = "VALUE_FROZEN",
        ValueRecovered = "VALUE_RECOVERED", LossesReported = "LOSSES_REPORTED", SitesClosed = "SITES_CLOSED",
        Other = "OTHER",
    }
}
