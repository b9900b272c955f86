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
use domain::plan::{Contents, Difference, DifferenceKind};
use exchange::{Row, printable};
use serde::Deserialize;
use serde_json::{Map, Value, json};

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
    ccir { code text events priority categories } goNoGo commandRelationships { of to kind } risks { code text likelihood impact treatment owner }
    calendars { code name timeZone week { day from to } holidays { name from to } rest partners { code } posts { code } }
    annexes { code title text classification handling releasableTo }";

/// One version at one position.
struct Side {
    number: Value,
    status: Value,
    hash: Value,
    contents: Contents,
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
        let changes = earlier.contents.differences(&later.contents);
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
                let lines: Vec<String> = [head].into_iter().chain(changes.iter().map(line)).collect();
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
        if let Some(Value::Object(sections)) = version.remove("sections") {
            version.extend(sections);
        }
        let [number, status, hash] =
            ["number", "status", "contentHash"].map(|name| version.remove(name).unwrap_or_default());
        let mut contents = Contents::of(version.into_iter().map(|(name, of)| (name, flat(of))).collect());
        for stored in &tasks {
            task(&mut contents, stored)?;
        }
        Ok(Self { number, status, hash, contents })
    }
}

/// Codes for things that are nothing else here.
fn flat(value: Value) -> Value {
    match value {
        Value::Object(fields) if fields.len() == 1 && fields.contains_key("code") => fields["code"].clone(),
        Value::Object(fields) => fields.into_iter().map(|(name, of)| (name, flat(of))).collect(),
        Value::Array(entries) => entries.into_iter().map(flat).collect(),
        other => other,
    }
}

fn task(contents: &mut Contents, StoredTask { row, start }: &StoredTask) -> Result<()> {
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
    contents.add("task", code.to_string(), serde_json::from_value(fields)?);
    for dependency in predecessors {
        let fields = json!({ "kind": dependency.kind, "lag": dependency.lag });
        let name = format!("{code} waits for {}", dependency.predecessor);
        contents.add("dependency", name, serde_json::from_value(fields)?);
    }
    Ok(())
}

fn line(difference: &Difference) -> String {
    let Difference { kind, of, code, field, before, after } = difference;
    let line = match (kind, field) {
        (DifferenceKind::Changed, Some(field)) => {
            format!("~ {of} {code}: {field}: {} -> {}", plain(before), plain(after))
        }
        (DifferenceKind::Removed, _) => format!("- {of} {code}{}", title_of(before)),
        (DifferenceKind::Added | DifferenceKind::Changed, _) => format!("+ {of} {code}{}", title_of(after)),
    };
    printable(&line)
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

    fn contents(items: &Value) -> Contents {
        let mut contents = Contents::default();
        for item in items.as_array().unwrap() {
            let fields = item[1].as_object().unwrap().clone();
            contents.add("task", item[0].as_str().unwrap().to_owned(), fields);
        }
        contents
    }

    #[test]
    fn a_difference_is_a_line_that_a_terminal_shows_as_it_is() {
        let earlier =
            contents(&json!([["T1", { "title": "a", "post": "THA-01" }], ["T2", { "title": "b" }]]));
        let later =
            contents(&json!([["T1", { "title": "a", "post": null }], ["T3", { "title": "c\u{1b}" }]]));
        let lines: Vec<_> = earlier.differences(&later).iter().map(line).collect();
        assert_eq!(lines, ["~ task T1: post: THA-01 -> nothing", "- task T2: b", "+ task T3: c\u{fffd}"]);
    }

    #[test]
    fn what_has_nothing_but_a_code_is_that_code() {
        let calendar = json!({ "name": "Office", "partners": [{ "code": "THA" }], "holidays": [] });
        let flattened = json!({ "name": "Office", "partners": ["THA"], "holidays": [] });
        assert_eq!(flat(json!({ "calendars": [calendar] })), json!({ "calendars": [flattened] }));
    }
}
