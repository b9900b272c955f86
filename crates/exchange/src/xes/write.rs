//! Traces as a file.

use super::{EXTENSIONS, Transition};
use crate::{
    mining::{Details, Value, instant},
    xml::xml_text,
};
use chrono::{DateTime, Utc};
use quick_xml::escape::escape;
use std::fmt::Write as _;

/// A case: one thing and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Another one in each trace of a file: many tools know cases by it.
    pub name: String,
    /// What kind of thing it is.
    pub kind: String,
    /// What people call it by.
    pub code: String,
    pub title: Option<String>,
    /// In the order of time.
    pub events: Vec<Event>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub activity: String,
    pub transition: Transition,
    pub at: DateTime<Utc>,
    /// A UUID.
    pub id: String,
    pub resource: String,
    pub group: Option<String>,
    pub details: Details,
}

/// Sets of attributes by which tools take events to be of one kind.
const CLASSIFIERS: [(&str, &str); 4] = [
    ("Activity", "concept:name"),
    ("Activity and transition", "concept:name lifecycle:transition"),
    ("Event type", "event_type"),
    ("Resource", "org:resource"),
];

/// Attributes that every trace has, with what they are where a tool makes a new one.
const OF_TRACES: [&str; 3] = ["concept:name", "kind", "code"];

/// The same of events, beside those that are no texts.
const OF_EVENTS: [&str; 6] =
    ["concept:name", "lifecycle:transition", "org:resource", "event_type", "actor", "command"];

/// The same traces give the same bytes.
pub fn write(name: &str, traces: &[Trace]) -> String {
    let mut file = File { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), depth: 0 };
    file.begin("<log xes.version=\"1849.2016\" xes.features=\"\" xmlns=\"http://www.xes-standard.org/\">");
    for (name, prefix, uri) in EXTENSIONS {
        file.line(&format!("<extension name=\"{name}\" prefix=\"{prefix}\" uri=\"{uri}\"/>"));
    }
    file.begin("<global scope=\"trace\">");
    for key in OF_TRACES {
        file.value(key, Value::Text("UNKNOWN"));
    }
    file.end("global");
    file.begin("<global scope=\"event\">");
    for key in OF_EVENTS {
        file.value(key, Value::Text(if key == "lifecycle:transition" { "complete" } else { "UNKNOWN" }));
    }
    for key in ["time:timestamp", "recorded_at"] {
        file.value(key, Value::Time(DateTime::UNIX_EPOCH));
    }
    for key in ["position", "lag_seconds"] {
        file.value(key, Value::Whole(0));
    }
    file.end("global");
    for (name, keys) in CLASSIFIERS {
        file.line(&format!("<classifier name=\"{name}\" keys=\"{keys}\"/>"));
    }
    file.value("concept:name", Value::Text(name));
    file.value("lifecycle:model", Value::Text("standard"));
    for trace in traces {
        file.trace(trace);
    }
    file.end("log");
    file.text
}

struct File {
    text: String,
    depth: usize,
}

impl File {
    fn trace(&mut self, trace: &Trace) {
        self.begin("<trace>");
        self.value("concept:name", Value::Text(&trace.name));
        self.value("kind", Value::Text(&trace.kind));
        self.value("code", Value::Text(&trace.code));
        if let Some(title) = &trace.title {
            self.value("title", Value::Text(title));
        }
        for event in &trace.events {
            self.event(event);
        }
        self.end("trace");
    }

    fn event(&mut self, event: &Event) {
        self.begin("<event>");
        self.value("concept:name", Value::Text(&event.activity));
        self.value("lifecycle:transition", Value::Text(&event.transition.to_string()));
        self.value("time:timestamp", Value::Time(event.at));
        self.value("org:resource", Value::Text(&event.resource));
        if let Some(group) = &event.group {
            self.value("org:group", Value::Text(group));
        }
        self.element("id", "identity:id", &event.id);
        event.details.each(|key, value| self.value(key, value));
        self.end("event");
    }

    fn value(&mut self, key: &str, value: Value<'_>) {
        match value {
            Value::Text(text) => self.element("string", key, text),
            Value::Whole(number) => self.element("int", key, &number.to_string()),
            Value::Time(at) => self.element("date", key, &instant(at)),
        }
    }

    fn element(&mut self, kind: &str, key: &str, value: &str) {
        let value = xml_text(value);
        let mut escaped = String::with_capacity(value.len());
        // In an attribute a line's end would be read as a blank.
        for letter in escape(value.as_str()).chars() {
            match letter {
                '\t' | '\n' | '\r' => _ = write!(escaped, "&#{};", u32::from(letter)),
                letter => escaped.push(letter),
            }
        }
        self.line(&format!("<{kind} key=\"{key}\" value=\"{escaped}\"/>"));
    }

    fn begin(&mut self, tag: &str) {
        self.line(tag);
        self.depth += 1;
    }

    fn end(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.line(&format!("</{name}>"));
    }

    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
        self.text.push_str(text);
        self.text.push('\n');
    }
}
