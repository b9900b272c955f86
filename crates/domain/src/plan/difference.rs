//! What differs between two versions of a plan: item by item, and field by field.

use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Lists of things with codes: what plans call them, and what one of them is called.
const LISTS: [(&str, &str); 8] = [
    ("phases", "phase"),
    ("linesOfEffort", "line of effort"),
    ("objectives", "objective"),
    ("decisionPoints", "decision point"),
    ("ccir", "information requirement"),
    ("risks", "risk"),
    ("calendars", "calendar"),
    ("annexes", "annex"),
];

/// What a version says once, or not at all.
const SECTIONS: [&str; 8] = [
    "situation",
    "mission",
    "commandersIntent",
    "concept",
    "administration",
    "commandAndSignal",
    "hHourWindow",
    "approvalPolicy",
];

/// A version, as what it is compared by: what each item is, what it is called by, and its fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contents {
    /// In the order in which they are carried out.
    phases: Vec<String>,
    items: BTreeMap<(&'static str, String), Map<String, Value>>,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DifferenceKind {
    Added,
    Changed,
    Removed,
}

/// What programs are told; its names are promised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    pub kind: DifferenceKind,
    /// What the item is, such as `task`.
    pub of: &'static str,
    /// What it is called by.
    pub code: String,
    /// Absent when the whole was added or removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub before: Value,
    pub after: Value,
}

impl Contents {
    /// What a version says in its sections, by their names in JSON; a list may be absent.
    pub fn of(mut sections: Map<String, Value>) -> Self {
        let mut contents = Self::default();
        for (list, of) in LISTS {
            for entry in entries(sections.remove(list)) {
                let Value::Object(mut fields) = entry else { continue };
                let code = text(&fields.remove("code").unwrap_or_default());
                if list == "phases" {
                    contents.phases.push(code.clone());
                }
                contents.add(of, code, fields);
            }
        }
        for name in SECTIONS {
            // Nothing, when nothing is written under it.
            let fields = match sections.remove(name) {
                None | Some(Value::Null) => continue,
                Some(Value::Object(fields)) => fields,
                Some(text) => [("text".to_owned(), text)].into_iter().collect(),
            };
            contents.add("section", name.to_owned(), fields);
        }
        for criterion in entries(sections.remove("goNoGo")) {
            contents.add("go / no-go criterion", text(&criterion), Map::new());
        }
        for relationship in entries(sections.remove("commandRelationships")) {
            let pair = format!("{} to {}", text(&relationship["of"]), text(&relationship["to"]));
            let kind = [("kind".to_owned(), relationship["kind"].clone())];
            contents.add("command relationship", pair, kind.into_iter().collect());
        }
        contents
    }

    pub fn add(&mut self, of: &'static str, code: String, fields: Map<String, Value>) {
        self.items.insert((of, code), fields);
    }

    /// What a later version has otherwise, in the order of what it is of, and of its codes.
    pub fn differences(&self, later: &Self) -> Vec<Difference> {
        let mut differences = Vec::new();
        let keys: BTreeSet<_> = self.items.keys().chain(later.items.keys()).collect();
        for key in keys {
            let difference = |kind, field, before, after| {
                let (of, code) = key.clone();
                Difference { kind, of, code, field, before, after }
            };
            match (self.items.get(key), later.items.get(key)) {
                (None, Some(after)) => {
                    let after = Value::Object(after.clone());
                    differences.push(difference(DifferenceKind::Added, None, Value::Null, after));
                }
                (Some(before), None) => {
                    let before = Value::Object(before.clone());
                    differences.push(difference(DifferenceKind::Removed, None, before, Value::Null));
                }
                (Some(before), Some(after)) => {
                    let fields: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
                    for field in fields {
                        let [old, new] =
                            [before, after].map(|side| side.get(field).cloned().unwrap_or_default());
                        if old != new {
                            let field = Some(field.clone());
                            differences.push(difference(DifferenceKind::Changed, field, old, new));
                        }
                    }
                }
                (None, None) => {}
            }
        }
        let [before, after] = [(self, later), (later, self)].map(|(side, other)| {
            let both = side.phases.iter().filter(|code| other.phases.contains(code));
            both.cloned().collect::<Vec<_>>()
        });
        if before != after {
            differences.push(Difference {
                kind: DifferenceKind::Changed,
                of: "phases",
                code: "order".to_owned(),
                field: Some("codes".to_owned()),
                before: before.into(),
                after: after.into(),
            });
        }
        differences
    }
}

fn entries(list: Option<Value>) -> Vec<Value> {
    match list {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn contents(sections: Value, tasks: &Value) -> Contents {
        let mut contents = Contents::of(serde_json::from_value(sections).unwrap());
        for (code, fields) in tasks.as_object().unwrap() {
            contents.add("task", code.clone(), fields.as_object().unwrap().clone());
        }
        contents
    }

    fn told(earlier: &Contents, later: &Contents) -> Vec<Value> {
        earlier.differences(later).iter().map(|difference| json!(difference)).collect()
    }

    #[test]
    fn what_was_added_removed_and_changed_is_told_field_by_field() {
        let earlier = contents(
            json!({ "mission": "A.", "goNoGo": ["Weather"] }),
            &json!({ "T1": { "title": "a", "post": "THA-01" }, "T2": { "title": "b" } }),
        );
        let later = contents(
            json!({ "mission": "B.", "goNoGo": ["Weather", "Beds"] }),
            &json!({ "T1": { "title": "a", "post": null }, "T3": { "title": "c" } }),
        );
        assert_eq!(
            told(&earlier, &later),
            [
                json!({ "kind": "ADDED", "of": "go / no-go criterion", "code": "Beds", "before": null, "after": {} }),
                json!({ "kind": "CHANGED", "of": "section", "code": "mission", "field": "text",
                        "before": "A.", "after": "B." }),
                json!({ "kind": "CHANGED", "of": "task", "code": "T1", "field": "post",
                        "before": "THA-01", "after": null }),
                json!({ "kind": "REMOVED", "of": "task", "code": "T2", "before": { "title": "b" }, "after": null }),
                json!({ "kind": "ADDED", "of": "task", "code": "T3", "before": null, "after": { "title": "c" } }),
            ]
        );
        assert!(told(&earlier, &earlier).is_empty());
    }

    #[test]
    fn phases_in_another_order_differ_and_one_more_phase_moves_no_other() {
        let phases = |codes: &[&str]| {
            let phases: Vec<_> = codes.iter().map(|code| json!({ "code": code })).collect();
            contents(json!({ "phases": phases }), &json!({}))
        };
        let moved = told(&phases(&["P1", "P2"]), &phases(&["P2", "P1"]));
        assert_eq!(
            moved,
            [json!({ "kind": "CHANGED", "of": "phases", "code": "order", "field": "codes",
                     "before": ["P1", "P2"], "after": ["P2", "P1"] })]
        );
        assert_eq!(told(&phases(&["P1", "P2"]), &phases(&["P1", "P9", "P2"])).len(), 1);
    }
}
