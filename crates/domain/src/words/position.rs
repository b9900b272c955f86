//! Where events stand in the log, and when they happened.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An instant with the offset from UTC that its reporter used (Myanmar is +06:30).
pub type Instant = chrono::DateTime<chrono::FixedOffset>;

/// A place in the log: 1, 2, 3 … without gaps; 0 is before the first event.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[schemars(extend("minimum" = 0))]
pub struct Position(pub i64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where an event stands, when it happened and was recorded, and who says so: what folds need to know of it
/// besides what it says.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_field_names,
    reason = "when it occurred and when it was recorded are the log's own words"
)]
pub struct At {
    pub position: Position,
    /// When it happened, as reported.
    pub occurred_at: Instant,
    /// When the log learned of it.
    pub recorded_at: DateTime<Utc>,
    /// Why the log learned of it late, where it did.
    pub late_reason: Option<String>,
    /// Post code or `service:name`.
    pub actor: String,
}
