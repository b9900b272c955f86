//! What both formats of process mining tell of an event beside what was done, when and by whom.

use chrono::{DateTime, SecondsFormat, Utc};

/// What the log says of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// As the catalogue of events names it.
    pub event_type: String,
    /// Its place in the log.
    pub position: i64,
    /// When the log learned of it.
    pub recorded_at: DateTime<Utc>,
    /// How much later than it happened, in seconds.
    pub lag_seconds: i64,
    /// Who sent its command: a post's code, or a service.
    pub actor: String,
    /// The command that it follows from.
    pub command: String,
    /// Of a correction, the position of what was wrong.
    pub corrects: Option<i64>,
    /// Positions of the events that led to it, in their order.
    pub causes: Vec<i64>,
    pub late_reason: Option<String>,
}

/// A value with its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    Text(&'a str),
    Whole(i64),
    Time(DateTime<Utc>),
}

impl Details {
    /// Each with its name; what there is none of is left out.
    pub(crate) fn each(&self, mut tell: impl FnMut(&'static str, Value<'_>)) {
        tell("event_type", Value::Text(&self.event_type));
        tell("position", Value::Whole(self.position));
        tell("recorded_at", Value::Time(self.recorded_at));
        tell("lag_seconds", Value::Whole(self.lag_seconds));
        tell("actor", Value::Text(&self.actor));
        tell("command", Value::Text(&self.command));
        if let Some(corrects) = self.corrects {
            tell("corrects", Value::Whole(corrects));
        }
        if !self.causes.is_empty() {
            let causes: Vec<String> = self.causes.iter().map(ToString::to_string).collect();
            tell("causes", Value::Text(&causes.join(" ")));
        }
        if let Some(reason) = &self.late_reason {
            tell("late_reason", Value::Text(reason));
        }
    }
}

/// In UTC with milliseconds, as both formats have it.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, false)
}
