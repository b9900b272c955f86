//! Events as reports tell them: when, what, by whom, and what they say, in a few words.

use chrono::{DateTime, Utc};
use domain::{Position, Span};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

/// An event that a report refers to. What is read as JSON has the names of the API.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    #[serde(deserialize_with = "position")]
    pub position: Position,
    /// Such as `TaskStarted`.
    pub r#type: String,
    /// In the world; of a correction the time that it says is right.
    pub happened_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    /// Code of the post, or the service, that said so.
    pub actor: String,
    /// Of a correction, what was wrong.
    pub corrects: Option<Wrong>,
    /// What it says, in the shape of its type.
    pub payload: Value,
}

/// An event that was put right.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wrong {
    #[serde(deserialize_with = "position")]
    pub position: Position,
    pub happened_at: DateTime<Utc>,
    pub payload: Value,
}

/// The API writes positions as texts.
pub fn position<'de, D: Deserializer<'de>>(from: D) -> Result<Position, D::Error> {
    String::deserialize(from)?.parse().map(Position).map_err(de::Error::custom)
}

/// A longer text is told in its first letters.
const LETTERS: usize = 160;

/// What an event is about, by its code: the first that it names.
const CODES: [&str; 12] = [
    "finding",
    "request",
    "incident",
    "task",
    "contribution",
    "outcome",
    "sitrep",
    "condition",
    "phase",
    "annex",
    "authority",
    "post",
];

/// What people wrote, or chose; the first few that an event has.
const WORDS: [&str; 20] = [
    "question",
    "decision",
    "title",
    "observation",
    "text",
    "answer",
    "outcome",
    "kind",
    "figure",
    "percent",
    "count",
    "quantity",
    "priority",
    "reason",
    "note",
    "reasons",
    "resolution",
    "other",
    "at",
    "to",
];

/// The number of such an event is that of a version of the plan.
const ON_VERSIONS: [&str; 5] = ["Plan", "Approval", "Amendment", "Territorial", "GoNoGo"];

impl Event {
    /// How much later than it happened the log learned of it.
    pub fn lag(&self) -> Span {
        Span::seconds((self.recorded_at - self.happened_at).num_seconds())
    }

    /// `TaskStarted` as people read it: `Task started`.
    pub(super) fn name(&self) -> String {
        let mut name = String::new();
        let letters: Vec<char> = self.r#type.chars().collect();
        for (index, letter) in letters.iter().enumerate() {
            let next_is_small = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
            let before_is_small = index > 0 && letters[index - 1].is_lowercase();
            if index > 0 && letter.is_uppercase() && (before_is_small || next_is_small) {
                name.push(' ');
            }
            let stays = index == 0 || !next_is_small;
            if stays { name.push(*letter) } else { name.extend(letter.to_lowercase()) }
        }
        name.replace("H hour", "H-hour")
    }

    /// The code of what it is about; empty where it names none.
    pub(super) fn about(&self) -> String {
        let named = |code: &&str| self.payload.get(*code)?.as_str().filter(|code| is_code(code));
        let on_version = || {
            let number = self.payload.get("number").and_then(Value::as_u64)?;
            let is_on = ON_VERSIONS.iter().any(|start| self.r#type.starts_with(start));
            is_on.then(|| format!("version {number}"))
        };
        let code = CODES.iter().find_map(named).map(str::to_owned);
        code.or_else(on_version).unwrap_or_default()
    }

    /// What it says besides, in a few words.
    pub(super) fn said(&self) -> String {
        let about = self.about();
        // What a correction says of time is its own time.
        let words = WORDS.iter().filter(|name| **name != "at" || self.corrects.is_none());
        let said = words.filter_map(|name| Some((*name, scalar(self.payload.get(*name)?)?)));
        let said = said.filter(|(_, value)| *value != about).map(|(name, value)| match name {
            "percent" | "count" | "quantity" | "priority" => format!("{name} {value}"),
            _ => value,
        });
        shortened(&said.take(2).collect::<Vec<_>>().join(": "))
    }

    /// Of a correction, each thing that was wrong and is right, a line each.
    pub(super) fn differences(&self, wrong: &Wrong, time: impl Fn(DateTime<Utc>) -> String) -> Vec<String> {
        let mut lines = Vec::new();
        // An offset of zero between the two is no correction of time.
        if wrong.happened_at != self.happened_at && self.payload.get("at").is_some() {
            lines.push(format!("{} instead of {}", time(self.happened_at), time(wrong.happened_at)));
        }
        let none = Map::new();
        let (is, was) =
            (self.payload.as_object().unwrap_or(&none), wrong.payload.as_object().unwrap_or(&none));
        let differs =
            is.iter().filter(|(name, _)| !matches!(name.as_str(), "claim" | "corrects" | "reason" | "at"));
        lines.extend(differs.filter_map(|(name, value)| {
            let (is, was) = (scalar(value)?, scalar(was.get(name)?)?);
            (is != was).then(|| format!("{name} {} instead of {}", shortened(&is), shortened(&was)))
        }));
        lines
    }

    /// Why it puts that right, as it says.
    pub(super) fn reason(&self) -> String {
        let reason = self.payload.get("reason").and_then(scalar).unwrap_or_default();
        shortened(&reason)
    }
}

fn is_code(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn shortened(text: &str) -> String {
    let mut letters = text.chars();
    let short: String = letters.by_ref().take(LETTERS).collect();
    let short = short.split_whitespace().collect::<Vec<_>>().join(" ");
    if letters.next().is_some() { format!("{short}…") } else { short }
}
