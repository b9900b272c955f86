//! Reports on the situation.

use super::values::Instant;
use crate::scenario::record::record;

record! {
    Sitrep {
        id: String, at: Instant, corrects: Option<String>, persons_received: u32,
        last in "final": bool = false,
    }
}
