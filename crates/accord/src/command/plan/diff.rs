//! `accord plan diff`: what differs between two versions of a plan, or between two moments of it.

use super::{
    pinned::{Pinned, Place},
    version::{self, StoredTask, Wanted, tasks},
};
use crate::{
    output::{Output, print},
    values::Moment,
};
use anyhow::{Result, bail};
use exchange::{Row, printable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Tell what differs between two versions of a plan, as far as you may see them.
///
/// Sections, tasks field by field, what tasks wait for, and annexes. What one of the versions does not show
/// you counts as not there. With --since, it is the same between two moments.
#[derive(Clone, Debug, clap::Args)]
pub struct Diff {
    /// The earlier version, by its number [default: the one that the later amends; with --since the current
    /// one of then].
    #[arg(long, value_name = "NUMBER", value_parser = version::parse)]
    from: Option<Wanted>,
    /// The later version, by its number, or `current`: the one in force, else the newest that is being worked
    /// on.
    #[arg(long, value_name = "NUMBER", value_parser = version::parse, default_value = "current")]
    to: Wanted,
    /// The earlier one as it was known then: a position in the log, or an instant such as
    /// 2023-10-10T06:00+07:00.
    #[arg(long, value_name = "MOMENT", value_parser = crate::values::moment)]
    since: Option<Moment>,
    #[command(flatten)]
    place: Place,
}

#[derive(Deserialize)]
struct Answer {
    version: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Amends {
    version: Option<Amending>,
}

#[derive(Deserialize)]
struct Amending {
    number: i32,
    base: Option<Numbered>,
}

#[derive(Deserialize)]
struct Numbered {
    number: i32,
}

const SHOWN: &str = "number status contentHash
    sections { situation mission commandersIntent { purpose keyTasks endState } concept administration commandAndSignal }
    hHourWindow { from to } approvalPolicy { requiredRoles approvers withdrawal } phases { code name gate } linesOfEffort { code name }
    objectives { code lineOfEffort text measure target } decisionPoints { code at decision deciders trigger ccir }
    ccir { code text } goNoGo commandRelationships { of to kind } risks { code text likelihood impact treatment owner }
    calendars { code name timeZone week { day from to } holidays { name from to } rest partners { code } posts { code } }
    annexes { code title text classification handling releasableTo }";

/// Lists of things with codes: in the API, and what one of them is called.
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

/// What is compared: what it is, what it is called by, and its fields.
type Items = BTreeMap<(&'static str, String), Map<String, Value>>;

/// One version at one position.
struct Side {
    number: Value,
    status: Value,
    hash: Value,
    phases: Vec<String>,
    items: Items,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    Added,
    Changed,
    Removed,
}

/// What programs are told; its names are promised.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Change {
    kind: Kind,
    of: &'static str,
    code: String,
    /// Absent when the whole was added or removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    before: Value,
    after: Value,
}

impl Diff {
    pub async fn run(&self, output: Output) -> Result<()> {
        let pinned = self.place.pinned().await?;
        let then = match self.since {
            None => None,
            Some(since) => Some(Place { as_of: Some(since), ..self.place.clone() }.pinned().await?),
        };
        if let Some(then) = &then
            && then.position()? > pinned.position()?
        {
            bail!("--since is later than --as-of");
        }
        let from = match (self.from, &then) {
            (Some(from), _) => from,
            (None, Some(_)) => Wanted::Current,
            (None, None) => amended(&pinned, self.to).await?,
        };
        let earlier = Side::of(then.as_ref().unwrap_or(&pinned), from).await?;
        let later = Side::of(&pinned, self.to).await?;
        let changes = changes(&earlier, &later);
        match output {
            Output::Programs => {
                let of = |side: &Side, pinned: &Pinned| -> Result<Value> {
                    let Side { number, status, hash, .. } = side;
                    let position = pinned.position()?;
                    Ok(
                        json!({ "number": number, "status": status, "contentHash": hash, "position": position }),
                    )
                };
                let from = of(&earlier, then.as_ref().unwrap_or(&pinned))?;
                let (operation, to) = (&self.place.operation, of(&later, &pinned)?);
                output.say("", &json!({ "operation": operation, "from": from, "to": to, "changes": changes }))
            }
            Output::People => {
                let named = |side: &Side, pinned: &Pinned| {
                    let position = &pinned.position;
                    format!("version {} ({}) as of position {position}", side.number, plain(&side.status))
                };
                let before = named(&earlier, then.as_ref().unwrap_or(&pinned));
                let after = named(&later, &pinned);
                let count = match changes.len() {
                    0 => "nothing differs".to_owned(),
                    1 => "1 difference".to_owned(),
                    count => format!("{count} differences"),
                };
                let head = format!("{}, from {before} to {after}: {count}.", self.place.operation);
                let lines: Vec<String> = [head].into_iter().chain(changes.iter().map(Change::line)).collect();
                print(&lines.join("\n"))
            }
        }
    }
}

/// The version that `wanted` amends.
async fn amended(pinned: &Pinned, wanted: Wanted) -> Result<Wanted> {
    let shown = format!("version: {} {{ number base {{ number }} }}", wanted.field());
    let answer: Amends = pinned.ask(&shown, None).await?;
    let Amending { number, base } = answer.version.ok_or_else(|| wanted.missing(&pinned.operation))?;
    match base {
        Some(base) => Ok(Wanted::Number(base.number)),
        None => bail!("version {number} amends no other that you may see: give --from, or --since"),
    }
}

impl Side {
    async fn of(pinned: &Pinned, wanted: Wanted) -> Result<Self> {
        let shown = format!("version: {} {{ {SHOWN} }}", wanted.field());
        let answer: Answer = pinned.ask(&shown, None).await?;
        let mut version = answer.version.ok_or_else(|| wanted.missing(&pinned.operation))?;
        let (_, tasks) = tasks(pinned, wanted).await?;
        let phases = entries(version.get("phases").cloned());
        let phases = phases.iter().map(|phase| plain(&phase["code"])).collect();
        let mut items = Items::new();
        for (list, of) in LISTS {
            for entry in entries(version.remove(list)) {
                let Value::Object(mut fields) = entry else { continue };
                let code = plain(&fields.remove("code").unwrap_or_default());
                items.insert((of, code), fields.into_iter().map(|(field, of)| (field, flat(of))).collect());
            }
        }
        if let Some(Value::Object(sections)) = version.remove("sections") {
            for (name, of) in sections {
                section(&mut items, name, of);
            }
        }
        for name in ["hHourWindow", "approvalPolicy"] {
            section(&mut items, name.to_owned(), version.remove(name).unwrap_or_default());
        }
        for criterion in entries(version.remove("goNoGo")) {
            items.insert(("go / no-go criterion", plain(&criterion)), Map::new());
        }
        for relationship in entries(version.remove("commandRelationships")) {
            let pair = format!("{} to {}", plain(&relationship["of"]), plain(&relationship["to"]));
            let kind = [("kind".to_owned(), relationship["kind"].clone())];
            items.insert(("command relationship", pair), kind.into_iter().collect());
        }
        for stored in &tasks {
            task(&mut items, stored)?;
        }
        let mut take = |name: &str| version.remove(name).unwrap_or_default();
        Ok(Self { number: take("number"), status: take("status"), hash: take("contentHash"), phases, items })
    }
}

fn entries(list: Option<Value>) -> Vec<Value> {
    match list {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    }
}

/// Codes for things that are nothing else here.
fn flat(value: Value) -> Value {
    match value {
        Value::Object(fields) if fields.len() == 1 && fields.contains_key("code") => fields["code"].clone(),
        Value::Array(entries) => entries.into_iter().map(flat).collect(),
        other => other,
    }
}

/// Nothing, when nothing is written under it.
fn section(items: &mut Items, name: String, of: Value) {
    let fields = match of {
        Value::Null => return,
        Value::Object(fields) => fields,
        text => [("text".to_owned(), text)].into_iter().collect(),
    };
    items.insert(("section", name), fields);
}

fn task(items: &mut Items, StoredTask { row, start }: &StoredTask) -> Result<()> {
    let Row {
        code,
        title,
        phase,
        line_of_effort,
        lead,
        territory,
        post,
        offset: _,
        duration,
        predecessors,
        terms,
    } = row;
    let fields = json!({
        "title": title, "phase": phase, "lineOfEffort": line_of_effort, "lead": lead, "territory": territory,
        "post": post, "offset": start, "duration": duration, "group": terms.group, "constraint": terms.constraint,
        "finishNoLaterThan": terms.finish_no_later_than, "mutualLegalAssistance": terms.mutual_legal_assistance,
    });
    items.insert(("task", code.to_string()), serde_json::from_value(fields)?);
    for dependency in predecessors {
        let fields = json!({ "kind": dependency.kind, "lag": dependency.lag });
        let name = format!("{code} waits for {}", dependency.predecessor);
        items.insert(("dependency", name), serde_json::from_value(fields)?);
    }
    Ok(())
}

/// In the order of what they are of, and of its codes.
fn changes(earlier: &Side, later: &Side) -> Vec<Change> {
    let mut changes = Vec::new();
    let keys: BTreeSet<_> = earlier.items.keys().chain(later.items.keys()).collect();
    let change = |kind, (of, code): &(&'static str, String), field, before, after| Change {
        kind,
        of,
        code: code.clone(),
        field,
        before,
        after,
    };
    for key in keys {
        match (earlier.items.get(key), later.items.get(key)) {
            (None, Some(after)) => {
                changes.push(change(Kind::Added, key, None, Value::Null, Value::Object(after.clone())));
            }
            (Some(before), None) => {
                changes.push(change(Kind::Removed, key, None, Value::Object(before.clone()), Value::Null));
            }
            (Some(before), Some(after)) => {
                let fields: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
                for field in fields {
                    let [old, new] = [before, after].map(|side| side.get(field).cloned().unwrap_or_default());
                    if old != new {
                        changes.push(change(Kind::Changed, key, Some(field.clone()), old, new));
                    }
                }
            }
            (None, None) => {}
        }
    }
    let [before, after] = [(earlier, later), (later, earlier)].map(|(side, other)| {
        let both = side.phases.iter().filter(|code| other.phases.contains(code));
        both.cloned().collect::<Vec<_>>()
    });
    if before != after {
        let key = ("phases", "order".to_owned());
        changes.push(change(Kind::Changed, &key, Some("codes".to_owned()), before.into(), after.into()));
    }
    changes
}

impl Change {
    fn line(&self) -> String {
        let Self { kind, of, code, field, before, after } = self;
        let line = match (kind, field) {
            (Kind::Changed, Some(field)) => {
                format!("~ {of} {code}: {field}: {} -> {}", plain(before), plain(after))
            }
            (Kind::Removed, _) => format!("- {of} {code}{}", title_of(before)),
            (Kind::Added | Kind::Changed, _) => format!("+ {of} {code}{}", title_of(after)),
        };
        printable(&line)
    }
}

/// What an item is about, behind its code.
fn title_of(fields: &Value) -> String {
    let names = ["title", "name", "decision", "text", "kind"];
    let name = names.iter().find_map(|name| fields.get(name)?.as_str());
    name.map(|name| format!(": {name}")).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(entries) => entries.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields.values().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(phases: &[&str], items: &Value) -> Side {
        let items = items.as_array().unwrap().iter().map(|item| {
            let fields = item[1].as_object().unwrap().clone();
            (("task", item[0].as_str().unwrap().to_owned()), fields)
        });
        Side {
            number: 1.into(),
            status: "DRAFT".into(),
            hash: Value::Null,
            phases: phases.iter().map(|code| (*code).to_owned()).collect(),
            items: items.collect(),
        }
    }

    fn lines(earlier: &Side, later: &Side) -> Vec<String> {
        changes(earlier, later).iter().map(Change::line).collect()
    }

    #[test]
    fn what_was_added_removed_and_changed_is_told_field_by_field() {
        let earlier =
            side(&[], &json!([["T1", { "title": "a", "post": "THA-01" }], ["T2", { "title": "b" }]]));
        let later =
            side(&[], &json!([["T1", { "title": "a", "post": null }], ["T3", { "title": "c\u{1b}" }]]));
        assert_eq!(
            lines(&earlier, &later),
            ["~ task T1: post: THA-01 -> nothing", "- task T2: b", "+ task T3: c\u{fffd}"]
        );
        assert!(lines(&earlier, &earlier).is_empty());
    }

    #[test]
    fn phases_in_another_order_differ_and_one_more_phase_moves_no_other() {
        let side = |phases: &[&str]| side(phases, &json!([]));
        assert_eq!(
            lines(&side(&["P1", "P2", "P3"]), &side(&["P2", "P1"])),
            ["~ phases order: codes: P1, P2 -> P2, P1"]
        );
        assert!(lines(&side(&["P1", "P2"]), &side(&["P1", "P9", "P2"])).is_empty());
    }
}
