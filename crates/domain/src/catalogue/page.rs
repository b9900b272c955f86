//! The catalogue as a page: Markdown that a person reads and that links from each field to its type.

use super::{
    families,
    schema::reference,
    sources::{BESIDE, Sender, Source},
};
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Every event by its subject, then the types of their fields.
pub fn page() -> String {
    let mut page = Page(String::new());
    let mut types = Map::new();
    for (family, entries) in families() {
        page.line(&format!("### {}\n\n{}\n", family.name, family.description()));
        for entry in entries {
            page.line(&format!("#### {}\n\nVersion {}. {}\n", entry.kind, entry.version, entry.description));
            let sources: Vec<String> = entry.sources.iter().map(|source| describe(source)).collect();
            page.line(&format!("Follows from {}.\n", sources.join(", or from ")));
            page.fields(&entry.schema);
            for (version, changed) in &entry.older {
                let file = format!("[version {version}](events/{}.{version}.json)", entry.kind);
                page.line(&format!("Logs may hold {file} as well: {changed}\n"));
            }
            if let Some(Value::Object(defs)) = entry.schema.get("$defs") {
                types.extend(defs.clone());
            }
        }
    }
    page.line("### Webhooks\n\nThey stand beside the log, which tells of none.\n");
    let beside: Vec<String> = BESIDE.iter().map(describe).collect();
    page.line(&format!("Nothing follows from {}.\n", beside.join(", or from ")));
    page.line("### Types of fields\n");
    for (name, schema) in &types {
        page.line(&format!("#### {name}\n\n{}\n", description(schema)));
        page.type_of(schema);
    }
    page.0
}

struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn fields(&mut self, schema: &Value) {
        self.line("| Field | Is | Means |\n|---|---|---|");
        for (name, property) in ordered(schema) {
            let optional = if is_required(schema, name) { "" } else { ", or absent" };
            self.line(&format!("| `{name}` | {}{optional} | {} |", kind(property), description(property)));
        }
        self.0.push('\n');
    }

    fn type_of(&mut self, schema: &Value) {
        if schema["properties"].is_object() {
            self.fields(schema);
        } else if let Some(choices) = schema["oneOf"].as_array() {
            self.choices(choices);
        } else {
            self.line(&format!("Written as {}.\n", kind(schema)));
        }
    }

    /// Of an enum: values, or objects with the one field that says which.
    fn choices(&mut self, choices: &[Value]) {
        let values = choices.iter().all(|choice| choice["const"].is_string());
        self.line(if values {
            "| Value | Means |\n|---|---|"
        } else {
            "An object with exactly one of these fields.\n\n| Field | Is | Means |\n|---|---|---|"
        });
        for choice in choices {
            let means = description(choice);
            if let Some(value) = choice["const"].as_str() {
                self.line(&format!("| `{value}` | {means} |"));
            }
            for (name, property) in choice["properties"].as_object().into_iter().flatten() {
                self.line(&format!("| `{name}` | {} | {means} |", kind(property)));
            }
        }
        self.0.push('\n');
    }
}

/// Required fields as they are written, then those that may be absent.
fn ordered(schema: &Value) -> Vec<(&str, &Value)> {
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let optional = properties.keys().map(String::as_str).filter(|name| !is_required(schema, name));
    required.chain(optional).filter_map(|name| Some((name, properties.get(name)?))).collect()
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|required| required.iter().any(|field| field == name))
}

fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// What a value of the schema is, in words.
fn kind(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        return choices.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    if let Some(kinds) = schema["type"].as_array() {
        let one = |name: &Value| {
            let mut alone = schema.clone();
            alone["type"] = name.clone();
            kind(&alone)
        };
        return kinds.iter().map(one).collect::<Vec<_>>().join(" or ");
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("array"), _) => {
            let many = if schema["uniqueItems"] == true { "set" } else { "list" };
            format!("{many} of {}", kind(&schema["items"]))
        }
        (Some("boolean"), _) => "true or false".to_owned(),
        (Some("integer"), _) => format!("integer{}", bounds(schema, "minimum", "maximum")),
        (Some("string"), Some("date-time")) => "instant with its offset, as RFC 3339 has it".to_owned(),
        (Some("string"), Some("uuid")) => "UUID".to_owned(),
        (Some("string"), _) => {
            let mut text = format!("text{}", bounds(schema, "minLength", "maxLength"));
            if let Some(pattern) = schema["pattern"].as_str() {
                let _ = write!(text, " like `{pattern}`");
            }
            text
        }
        (other, _) => other.unwrap_or("anything").to_owned(),
    }
}

fn bounds(schema: &Value, least: &str, most: &str) -> String {
    match (schema[least].as_i64(), schema[most].as_i64()) {
        (Some(least), Some(most)) => format!(" from {least} to {most}"),
        (Some(least), None) => format!(" from {least}"),
        (None, Some(most)) => format!(" to {most}"),
        (None, None) => String::new(),
    }
}

/// A command and who may send it, in words.
fn describe(source: &Source) -> String {
    let Sender { roles, of, service } = source.sender;
    let command = match source.mutation {
        Some(mutation) => format!("`{mutation}`"),
        None => format!("the command {} (no mutation sends it)", source.command.1),
    };
    let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
    let post = format!("a {} of {of}", roles.join(" or "));
    match (roles.is_empty(), service) {
        (false, false) => format!("{command} by {post}"),
        (false, true) => format!("{command} by {post}, or by an administering service"),
        (true, true) => format!("{command} by an administering service"),
        (true, false) => format!("{command} by {of}"),
    }
}
