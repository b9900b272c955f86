//! Events and objects as a file.

use super::{Attribute, Event, Object, Relation};
use crate::mining::{Value, instant};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File {
    object_types: Vec<Type>,
    event_types: Vec<Type>,
    objects: Vec<WrittenObject>,
    events: Vec<WrittenEvent>,
}

#[derive(Serialize)]
struct Type {
    name: String,
    attributes: Vec<Declared>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Declared {
    name: &'static str,
    r#type: &'static str,
}

#[derive(Serialize)]
struct WrittenObject {
    id: String,
    r#type: String,
    attributes: Vec<Valued>,
    relationships: Vec<Related>,
}

#[derive(Serialize)]
struct WrittenEvent {
    id: String,
    r#type: String,
    time: String,
    attributes: Vec<Valued>,
    relationships: Vec<Related>,
}

#[derive(Serialize)]
struct Valued {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    /// Whatever its type is: so the standard's schema has it.
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Related {
    object_id: String,
    qualifier: &'static str,
}

/// What both kinds of types have so far: the attributes of each by its name.
type Types = BTreeMap<String, BTreeSet<Declared>>;

/// The same events and objects give the same text.
pub fn write(events: &[Event], objects: &[Object]) -> serde_json::Result<String> {
    let (mut event_types, mut object_types) = (Types::new(), Types::new());
    let events = events.iter().map(|event| written_event(event, &mut event_types)).collect();
    let objects = objects.iter().map(|object| written_object(object, &mut object_types)).collect();
    let file = File { object_types: types(object_types), event_types: types(event_types), objects, events };
    let mut text = serde_json::to_string_pretty(&file)?;
    text.push('\n');
    Ok(text)
}

fn types(types: Types) -> Vec<Type> {
    types
        .into_iter()
        .map(|(name, attributes)| Type { name, attributes: attributes.into_iter().collect() })
        .collect()
}

fn written_event(event: &Event, types: &mut Types) -> WrittenEvent {
    let declared = types.entry(event.kind.clone()).or_default();
    let mut attributes = Vec::new();
    event.details.each(|name, value| {
        let (r#type, value) = match value {
            Value::Text(text) => ("string", text.to_owned()),
            Value::Whole(number) => ("integer", number.to_string()),
            Value::Time(at) => ("time", instant(at)),
        };
        declared.insert(Declared { name, r#type });
        attributes.push(Valued { name, time: None, value });
    });
    let Event { id, kind, at, relations, .. } = event;
    WrittenEvent {
        id: id.clone(),
        r#type: kind.clone(),
        time: instant(*at),
        attributes,
        relationships: related(relations),
    }
}

fn written_object(object: &Object, types: &mut Types) -> WrittenObject {
    let declared = types.entry(object.kind.clone()).or_default();
    let attributes = object.attributes.iter().map(|Attribute { name, since, value }| {
        declared.insert(Declared { name, r#type: "string" });
        let since: DateTime<Utc> = since.unwrap_or(DateTime::UNIX_EPOCH);
        Valued { name, time: Some(instant(since)), value: value.clone() }
    });
    WrittenObject {
        id: object.id.clone(),
        r#type: object.kind.clone(),
        attributes: attributes.collect(),
        relationships: related(&object.relations),
    }
}

fn related(relations: &[Relation]) -> Vec<Related> {
    let related =
        |relation: &Relation| Related { object_id: relation.object.clone(), qualifier: relation.qualifier };
    relations.iter().map(related).collect()
}
