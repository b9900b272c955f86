//! JSON Schemas of payloads: what `schemars` makes of the types, cut into one for each event.

use super::sources::Source;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, fmt::Write as _};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// One event.
pub struct Entry {
    pub kind: &'static str,
    /// Of its shape.
    pub version: i16,
    /// When it is recorded.
    pub description: String,
    /// Schema of its payload, with the types in it under `$defs`.
    pub schema: Value,
    /// Payloads as the log hashes them.
    pub examples: Vec<String>,
    pub sources: Vec<&'static Source>,
    /// Versions that logs may hold besides, and what the next of each has instead.
    pub older: Vec<(i16, &'static str)>,
}

/// The events of one subject.
pub(super) struct Family {
    pub name: &'static str,
    schema: Value,
}

macro_rules! all {
    ($($family:ident: $event:ty, $command:ty;)*) => {
        impl Family {
            /// In the order of [`crate::Event`].
            pub fn all() -> Vec<Self> {
                vec![$(Self::of::<$event>(stringify!($family))),*]
            }
        }
    };
}

families!(all);

impl Family {
    fn of<T: JsonSchema>(name: &'static str) -> Self {
        // As written, not as read: what the log holds.
        let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
        let mut schema = generator.into_root_schema_for::<T>().to_value();
        tidy(&mut schema);
        Self { name, schema }
    }

    /// What its events tell of.
    pub fn description(&self) -> &str {
        self.schema["description"].as_str().unwrap_or_default()
    }

    /// Name, description and payload schema of each event. Serde writes an event as `{"Kind": payload}`.
    pub fn variants(&self) -> Vec<(String, String, Value)> {
        let variants = self.schema["oneOf"].as_array().into_iter().flatten();
        variants
            .filter_map(|variant| {
                let (kind, payload) = variant["properties"].as_object()?.iter().next()?;
                let description = variant["description"].as_str().unwrap_or_default().to_owned();
                let mut payload = payload.clone();
                let defs = self.defs_of(&payload);
                if !defs.is_empty() {
                    payload["$defs"] = Value::Object(defs);
                }
                Some((kind.clone(), description, payload))
            })
            .collect()
    }

    /// The types that a schema refers to, at any depth.
    fn defs_of(&self, schema: &Value) -> Map<String, Value> {
        let mut found = Map::new();
        let mut names: Vec<String> = references(schema).into_iter().collect();
        while let Some(name) = names.pop() {
            if !found.contains_key(&name) {
                let def = self.schema["$defs"][&name].clone();
                names.extend(references(&def));
                found.insert(name, def);
            }
        }
        found
    }
}

/// The type that a schema refers to itself.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/$defs/")
}

fn references(schema: &Value) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = reference(schema).map(str::to_owned).into_iter().collect();
    match schema {
        Value::Object(members) => found.extend(members.values().flat_map(references)),
        Value::Array(members) => found.extend(members.iter().flat_map(references)),
        _ => {}
    }
    found
}

/// One line for each description; and no null for what is left out rather than written as null.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Array(members) => members.iter_mut().for_each(tidy),
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            let required = members.get("required").cloned().unwrap_or_default();
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                for (name, property) in properties {
                    if !required.as_array().is_some_and(|required| required.contains(&json!(name))) {
                        without_null(property);
                    }
                }
            }
            members.values_mut().for_each(tidy);
        }
        _ => {}
    }
}

fn without_null(schema: &mut Value) {
    let Value::Object(members) = schema else { return };
    if let Some(Value::Array(kinds)) = members.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            members.insert("type".to_owned(), kind);
        }
    }
    if let Some(Value::Array(mut choices)) = members.remove("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        match choices.as_slice() {
            [Value::Object(only)] => members.extend(only.clone()),
            _ => {
                members.insert("anyOf".to_owned(), Value::Array(choices));
            }
        }
    }
}

impl Entry {
    /// Its file: the schema, with the examples as the very texts that the log hashes, but for line breaks and
    /// indentation.
    pub fn file(&self) -> String {
        let Self { kind, version, .. } = self;
        let description = Value::String(self.description.clone());
        let mut compact = format!(
            r#"{{"$schema":"{DIALECT}","$id":"urn:accord:event:{kind}:{version}","title":"{kind}","version":{version},"description":{description}"#
        );
        for keyword in ["type", "required", "properties", "$defs"] {
            if let Some(value) = self.schema.get(keyword) {
                let _ = write!(compact, r#","{keyword}":{value}"#);
            }
        }
        let _ = write!(compact, r#","examples":[{}]}}"#, self.examples.join(","));
        indent(&compact)
    }
}

/// Compact JSON with line breaks and two spaces for each level; members keep their order.
fn indent(compact: &str) -> String {
    let (mut text, mut level, mut quoted, mut escaped) = (String::new(), 0, false, false);
    let mut letters = compact.chars().peekable();
    let line = |text: &mut String, level: usize| {
        text.push('\n');
        text.push_str(&"  ".repeat(level));
    };
    while let Some(letter) = letters.next() {
        if quoted {
            text.push(letter);
            quoted = escaped || letter != '"';
            escaped = letter == '\\' && !escaped;
            continue;
        }
        match letter {
            '{' | '[' if letters.peek().is_none_or(|next| !matches!(next, '}' | ']')) => {
                level += 1;
                text.push(letter);
                line(&mut text, level);
            }
            '{' | '[' => {
                text.push(letter);
                text.extend(letters.next());
            }
            '}' | ']' => {
                level -= 1;
                line(&mut text, level);
                text.push(letter);
            }
            ',' => {
                text.push(',');
                line(&mut text, level);
            }
            ':' => text.push_str(": "),
            _ => {
                quoted = letter == '"';
                text.push(letter);
            }
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indentation_leaves_texts_and_order_alone() {
        let compact = r#"{"b":"x:{\"[,","a":[1,{"c":[]}],"d":{}}"#;
        let wanted = "{\n  \"b\": \"x:{\\\"[,\",\n  \"a\": [\n    1,\n    {\n      \"c\": []\n    }\n  ],\n  \"d\": {}\n}\n";
        assert_eq!(indent(compact), wanted);
    }
}
