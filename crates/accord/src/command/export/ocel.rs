//! Events with the objects that they are about, and what those are to each other.

use super::{
    history::{Event, History, Post},
    objects::{Kind, Object, Tie, about, ties, title},
    standing::Standings,
};
use exchange::ocel::{self, Attribute, Relation};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of an object.
#[derive(Default)]
struct Known {
    title: Option<String>,
    /// Each takes the place of one at the same time.
    statuses: BTreeMap<chrono::DateTime<chrono::Utc>, &'static str>,
    ties: BTreeSet<(Object, &'static str)>,
}

pub fn write(history: &History) -> serde_json::Result<String> {
    let mut objects = BTreeMap::<Object, Known>::new();
    let mut standings = Standings::default();
    let written = |event| written(event, &mut standings, &mut objects);
    let events: Vec<_> = history.events.iter().map(written).collect();
    for said in &history.said {
        for tie in ties(said) {
            take(tie, &mut objects);
        }
        if let Some((object, title)) = title(said) {
            objects.entry(object).or_default().title = Some(title);
        }
    }
    let operations: Vec<Object> =
        objects.keys().filter(|object| object.kind == Kind::Operation).cloned().collect();
    let objects = objects.into_iter().map(|(object, known)| written_object(&object, known, &operations));
    ocel::write(&events, &objects.collect::<Vec<_>>())
}

fn take(tie: Tie, objects: &mut BTreeMap<Object, Known>) {
    let single = tie.is_single();
    let Tie { from, qualifier, to } = tie;
    objects.entry(to.clone()).or_default();
    let known = objects.entry(from).or_default();
    if single {
        known.ties.retain(|(_, other)| *other != qualifier);
    }
    known.ties.insert((to, qualifier));
}

fn written(event: &Event, standings: &mut Standings, objects: &mut BTreeMap<Object, Known>) -> ocel::Event {
    let mut related = about(event);
    if let Some(Post { code, title, partner }) = &event.post {
        let post = Object { kind: Kind::Post, code: code.clone() };
        let of = Object { kind: Kind::Partner, code: partner.code.clone() };
        objects.entry(of.clone()).or_default().title = Some(partner.name.clone());
        let known = objects.entry(post.clone()).or_default();
        known.title = Some(title.clone());
        known.ties.insert((of.clone(), "of"));
        related.insert((post, "sent by"));
        related.insert((of, "sent for"));
    }
    for (object, _) in &related {
        objects.entry(object.clone()).or_default();
    }
    for (object, status) in standings.take(event) {
        objects.entry(object).or_default().statuses.insert(event.at, status);
    }
    let relation =
        |(object, qualifier): (Object, &'static str)| Relation { object: object.to_string(), qualifier };
    ocel::Event {
        id: event.id.clone(),
        kind: event.kind.clone(),
        at: event.at,
        details: event.details.clone(),
        relations: related.into_iter().map(relation).collect(),
    }
}

fn written_object(object: &Object, known: Known, operations: &[Object]) -> ocel::Object {
    let fixed = |name, value| Attribute { name, since: None, value };
    let mut attributes = vec![fixed("code", object.code.clone())];
    attributes.extend(known.title.map(|title| fixed("title", title)));
    let statuses = known.statuses.into_iter();
    attributes.extend(statuses.map(|(at, status)| Attribute {
        name: "status",
        since: Some(at),
        value: status.to_owned(),
    }));
    let mut ties = known.ties;
    if !matches!(object.kind, Kind::Operation | Kind::Post | Kind::Partner) {
        ties.extend(operations.iter().map(|operation| (operation.clone(), "part of")));
    }
    ocel::Object {
        id: object.to_string(),
        kind: object.kind.to_string(),
        attributes,
        relations: ties
            .into_iter()
            .map(|(object, qualifier)| Relation { object: object.to_string(), qualifier })
            .collect(),
    }
}
