//! What the API tells of an operation's events, in one of two orders.

use crate::{
    client::UNEXPECTED,
    command::plan::pinned::{PAGE_INFO, Pinned},
};
use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use exchange::mining::Details;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// As it happened.
    Happened,
    /// As the log came to know of it.
    Known,
}

const NODE: &str = "key position type happenedAt recordedAt lateReason actor commandId payload corrects { position } \
                    causes { position } post { code title partner { code name } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    /// The id of the present: that of the past is another one at each position.
    key: String,
    position: String,
    r#type: String,
    happened_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    late_reason: Option<String>,
    actor: String,
    command_id: String,
    payload: Value,
    corrects: Option<Placed>,
    causes: Vec<Placed>,
    post: Option<Post>,
}

#[derive(Deserialize)]
struct Placed {
    position: String,
}

/// Who sent a command.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Post {
    pub code: String,
    pub title: String,
    pub partner: Partner,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Partner {
    pub code: String,
    pub name: String,
}

/// An event as it goes out.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// A UUID.
    pub id: String,
    /// What happened: as it happened, a correction is what the event that was wrong said.
    pub kind: String,
    pub at: DateTime<Utc>,
    pub post: Option<Post>,
    /// What it says itself; of a correction that stands for what was wrong, behind what that said, first things first.
    pub said: Vec<Said>,
    pub details: Details,
}

/// What an event of the log says.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Its type in the catalogue.
    pub kind: String,
    pub payload: Value,
}

/// All of an operation that goes out, in its order.
pub struct History {
    pub events: Vec<Event>,
    /// In the order of the log, also by what was put right since: that was wrong about a time or an amount, and things keep
    /// their titles, and what they are to each other.
    pub said: Vec<Said>,
}

impl History {
    pub async fn ask(pinned: &Pinned, order: Order) -> Result<Self> {
        let shown = format!("page: history(first: 100, after: $after) {{ {PAGE_INFO} nodes {{ {NODE} }} }}");
        let nodes = pinned.pages(&shown, "/page").await?.into_iter().map(serde_json::from_value);
        let nodes = nodes.collect::<Result<Vec<Node>, _>>().context(UNEXPECTED)?;
        Self::of(nodes, order)
    }

    fn of(nodes: Vec<Node>, order: Order) -> Result<Self> {
        let mut events = nodes.into_iter().map(Node::event).collect::<Result<Vec<_>>>()?;
        events.sort_by_key(|event| event.details.position);
        let said = events.iter().flat_map(|event| event.said.iter().cloned()).collect();
        match order {
            Order::Happened => {
                put_right(&mut events);
                events.sort_by_key(|event| (event.at, event.details.position));
            }
            Order::Known => {
                for event in &mut events {
                    event.at = event.details.recorded_at;
                }
            }
        }
        Ok(Self { events, said })
    }
}

/// Takes away what was wrong, of events in the order of the log; a correction says what that said, and its own.
fn put_right(events: &mut Vec<Event>) {
    let mut known = BTreeMap::<i64, (String, Vec<Said>)>::new();
    for event in &mut *events {
        // What a correction puts right stands before it, and may be a correction itself.
        if let Some((kind, said)) = event.details.corrects.and_then(|position| known.get(&position)) {
            event.kind.clone_from(kind);
            event.said.splice(0..0, said.iter().cloned());
        }
        known.insert(event.details.position, (event.kind.clone(), event.said.clone()));
    }
    let wrong: BTreeSet<i64> = events.iter().filter_map(|event| event.details.corrects).collect();
    events.retain(|event| !wrong.contains(&event.details.position));
}

impl Node {
    fn event(self) -> Result<Event> {
        let position = |placed: &str| placed.parse::<i64>().context(UNEXPECTED);
        let causes = self.causes.iter().map(|cause| position(&cause.position)).collect::<Result<_>>()?;
        let corrects = self.corrects.map(|corrects| position(&corrects.position)).transpose()?;
        Ok(Event {
            id: uuid(&self.key).context(UNEXPECTED)?,
            kind: self.r#type.clone(),
            at: self.happened_at,
            post: self.post,
            said: vec![Said { kind: self.r#type.clone(), payload: self.payload }],
            details: Details {
                event_type: self.r#type,
                position: position(&self.position)?,
                recorded_at: self.recorded_at,
                lag_seconds: (self.recorded_at - self.happened_at).num_seconds(),
                actor: self.actor,
                command: self.command_id,
                corrects,
                causes,
                late_reason: self.late_reason,
            },
        })
    }
}

impl Event {
    /// The partner for which its command was sent.
    pub fn partner(&self) -> Option<&Partner> {
        self.post.as_ref().map(|post| &post.partner)
    }
}

/// The UUID within a typed id, such as `event_01h976d4z0fa29w7smdwzz3e38`: Crockford's base 32 behind the last `_`.
fn uuid(id: &str) -> Option<String> {
    const LETTERS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    let (_, text) = id.rsplit_once('_')?;
    let mut number = 0_u128;
    for letter in text.chars() {
        let digit = u128::try_from(LETTERS.find(letter)?).ok()?;
        number = number.checked_mul(32)?.checked_add(digit)?;
    }
    (text.len() == 26).then(|| uuid::Uuid::from_u128(number).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::export::{objects::Kind, ocel, xes};
    use serde_json::json;

    fn node(position: i64, kind: &str, happened: &str, corrects: Option<i64>) -> Node {
        serde_json::from_value(json!({
            "key": "event_01h976d4z0fa29w7smdwzz3e38", "position": position.to_string(), "type": kind,
            "happenedAt": happened, "recordedAt": "2023-10-11T12:00:00Z", "lateReason": null, "actor": "THA-02",
            "commandId": "c", "payload": {}, "causes": [], "post": null,
            "corrects": corrects.map(|position| json!({ "position": position.to_string() })),
        }))
        .unwrap()
    }

    fn nodes() -> Vec<Node> {
        vec![
            node(1, "TaskStarted", "2023-10-11T08:00:00Z", None),
            node(2, "TaskCompleted", "2023-10-11T11:00:00Z", None),
            node(3, "TaskTimesCorrected", "2023-10-11T09:00:00Z", Some(2)),
            node(4, "TaskTimesCorrected", "2023-10-11T07:00:00Z", Some(3)),
        ]
    }

    fn told(order: Order) -> Vec<(i64, String, String)> {
        let history = History::of(nodes(), order).unwrap();
        let told = |event: &Event| {
            (event.details.position, event.kind.clone(), event.at.format("%H:%M").to_string())
        };
        history.events.iter().map(told).collect()
    }

    fn expected(position: i64, kind: &str, at: &str) -> (i64, String, String) {
        (position, kind.to_owned(), at.to_owned())
    }

    #[test]
    fn what_was_put_right_stands_once_where_its_last_correction_has_it() {
        let wanted = [expected(4, "TaskCompleted", "07:00"), expected(1, "TaskStarted", "08:00")];
        assert_eq!(told(Order::Happened), wanted);
    }

    /// Four things, each of them told again as it was.
    fn corrected() -> Vec<Node> {
        let said = |position, kind, corrects: Option<i64>, payload: Value| {
            // The minute is the position of what was said first.
            let minute = if corrects == Some(6) { 2 } else { corrects.unwrap_or(position) };
            Node { payload, ..node(position, kind, &format!("2023-10-11T08:0{minute}:00Z"), corrects) }
        };
        let task = json!({ "code": "T90", "title": "Search the bank", "lead": "THA", "territory": "MMR" });
        vec![
            said(
                1,
                "IncidentReported",
                None,
                json!({
                    "operation": "SAPHAN", "incident": "INC-001", "owner": "THA", "report": { "title": "A fire" }
                }),
            ),
            said(
                2,
                "ResponseDecided",
                None,
                json!({ "operation": "SAPHAN", "incident": "INC-001", "task": task }),
            ),
            said(
                3,
                "RequestIssued",
                None,
                json!({
                    "operation": "SAPHAN", "request": "RFA-001", "incident": "INC-001", "from": "THA", "to": "MMR",
                    "text": "Who owns it?"
                }),
            ),
            said(
                4,
                "OutcomeRecorded",
                None,
                json!({
                    "operation": "SAPHAN", "outcome": "OUT-03", "partner": "THA", "title": "Cards seized"
                }),
            ),
            said(
                5,
                "IncidentTimesCorrected",
                Some(1),
                json!({ "operation": "SAPHAN", "incident": "INC-001" }),
            ),
            said(
                6,
                "IncidentTimesCorrected",
                Some(2),
                json!({ "operation": "SAPHAN", "incident": "INC-001" }),
            ),
            said(7, "RequestTimesCorrected", Some(3), json!({ "operation": "SAPHAN", "request": "RFA-001" })),
            said(
                8,
                "OutcomeCorrected",
                Some(4),
                json!({
                    "operation": "SAPHAN", "outcome": "OUT-03", "partner": "THA"
                }),
            ),
            said(
                9,
                "IncidentTimesCorrected",
                Some(6),
                json!({ "operation": "SAPHAN", "incident": "INC-001" }),
            ),
        ]
    }

    #[test]
    fn what_was_put_right_keeps_all_that_it_said_but_its_time() {
        let shown = |order, nodes| {
            let history = History::of(nodes, order).unwrap();
            let objects: Value = serde_json::from_str(&ocel::write(&history).unwrap()).unwrap();
            let traces = xes::write(&"SAPHAN".parse().unwrap(), &history, &[Kind::Task]);
            (objects, traces)
        };
        let (right, traces) = shown(Order::Happened, corrected());
        let (wrong, _) = shown(Order::Happened, corrected().into_iter().take(4).collect());
        // Nothing that is known of things is lost by being told again.
        assert_eq!(right["objects"], wrong["objects"]);
        let of = |id: &str| {
            let mut objects = right["objects"].as_array().unwrap().iter();
            objects.find(|object| object["id"] == id).unwrap_or_else(|| panic!("{id}: {right}")).to_string()
        };
        for (id, told) in [
            ("Task T90", &["Search the bank", "PLANNED", "on territory of", "led by"][..]),
            ("Incident INC-001", &["A fire", "owned by", "answered by", "REPORTED", "RESPONDING"]),
            ("Request RFA-001", &["Who owns it?", "about", "ISSUED", "Partner MMR"]),
            ("Outcome OUT-03", &["Cards seized"]),
        ] {
            let object = of(id);
            for told in told {
                assert!(object.contains(told), "{told}: {object}");
            }
        }
        let related = |shown: &Value| {
            let events = shown["events"].as_array().unwrap().iter();
            let mut related: Vec<_> =
                events.map(|event| format!("{} {}", event["type"], event["relationships"])).collect();
            related.sort();
            related
        };
        assert_eq!(related(&right), related(&wrong));
        assert!(traces.contains("Task T90") && traces.contains("Search the bank"), "{traces}");
        let (known, _) = shown(Order::Known, corrected());
        assert!(known["objects"].to_string().contains("answered by"));
    }

    #[test]
    fn as_it_became_known_everything_stands_where_the_log_learned_of_it() {
        let known = told(Order::Known);
        assert_eq!(known.iter().map(|(position, ..)| *position).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(known[3], expected(4, "TaskTimesCorrected", "12:00"));
    }

    #[test]
    fn a_typed_id_is_the_uuid_in_it() {
        let typed = "event_01h976d4z0fa29w7smdwzz3e38";
        assert_eq!(uuid(typed).as_deref(), Some("018a4e66-93e0-7a84-9e1f-346f3ff1b868"));
        assert_eq!(uuid("event_01h"), None);
        assert_eq!(uuid("01h976d4z0fa29w7smdwzz3e38"), None);
    }
}
