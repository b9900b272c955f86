//! What differs between two moments: object by object and field by field, each with the event that did it.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::{World, session},
        node::{Annex, Event, Item, Node, Operation, PlanVersion},
        scalars::{Json, Position},
    },
};
use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{Span, execution::TaskStatus, ids::AnnexId, plan::Dependency, release};
use futures_util::future::{try_join, try_join_all};
use read_model::{ChangedItem, ChangingEvent, Form, ItemVersion, Page, Shown, Stretch, parse};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use uuid::Uuid;

/// What became of an object between two moments.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there, or not yet released to you: what a release opens is told object by object.
    Added,
    /// One of its fields differs.
    Changed,
    /// It is no longer there, or no longer in your sight.
    Removed,
}

/// A difference between two moments.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub struct Change {
    /// As it is at the later moment; as it was at the earlier one when it is no longer there. Never a `Task` that was added or
    /// removed with a plan version: those are told as the `PlannedTask` of each version, and of a `Task` what becomes of it.
    object: Node,
    kind: ChangeKind,
    /// Path of the object's field, such as `hHour` or `sections.mission`; null when it was added or removed as a whole. Two
    /// fields are told apart from the rest also of what was added, one entry for each of their parts: `tenures` of a post
    /// and `phases` of an operation. The `contentHash` of a draft, which changes with every edit, is told once it is
    /// submitted.
    field: Option<String>,
    #[graphql(skip)]
    before: Option<Json>,
    #[graphql(skip)]
    after: Option<Json>,
    /// Whether sensitive content stands in `before` or `after`.
    #[graphql(skip)]
    is_sensitive: bool,
    /// From where on it has been so.
    position: Position,
    /// The event that made it so; null when you may not see that. Of what a release opened, that release; of the `status` of a
    /// plan version under decision, the last event that it was judged by.
    event: Option<Event>,
}

#[ComplexObject]
impl Change {
    /// Null when there was none. Of what was removed, all its fields.
    async fn before(&self, ctx: &Context<'_>) -> Result<Option<Json>, Error> {
        self.log_read(ctx).await?;
        Ok(self.before.clone())
    }

    /// Null when there is none. Of what was added, all its fields but `tenures` and `phases`.
    async fn after(&self, ctx: &Context<'_>) -> Result<Option<Json>, Error> {
        self.log_read(ctx).await?;
        Ok(self.after.clone())
    }
}

impl Change {
    async fn log_read(&self, ctx: &Context<'_>) -> Result<(), Error> {
        match &self.object {
            Node::Annex(annex) if self.is_sensitive => {
                let id = AnnexId(annex.row.id);
                session(ctx)?.log_read(&annex.world, id, Some(annex.row.operation_id)).await
            }
            _ => Ok(()),
        }
    }
}

/// Whether the row of an annex has content that was attached as sensitive.
fn is_sensitive(annex: &ItemVersion) -> Result<bool, Error> {
    let text = |column| annex.columns.get(column).and_then(Value::as_str);
    match (text("text"), text("classification"), text("handling")) {
        (Some(_), Some(classification), Some(handling)) => {
            Ok(release::is_sensitive(parse(classification)?, parse(handling)?))
        }
        _ => Ok(false),
    }
}

/// Fields under the plan version's `sections`; its other sections are fields of its own.
const PROSE: [&str; 6] =
    ["situation", "mission", "commandersIntent", "concept", "administration", "commandAndSignal"];

/// A column's value as the API writes it.
fn format_value(form: Form, value: &Value) -> Value {
    match (form, value) {
        (Form::Span, Value::Number(seconds)) => {
            seconds.as_i64().map_or(Value::Null, |seconds| Span::seconds(seconds).to_string().into())
        }
        (Form::Names, Value::Object(names)) => {
            let name = |(language, text): (&String, &Value)| json!({ "language": language.to_uppercase(), "text": text });
            names.iter().map(name).collect()
        }
        (Form::Position, Value::Number(position)) => position.to_string().into(),
        (Form::Instant, Value::String(text)) => match DateTime::parse_from_rfc3339(text) {
            Ok(at) => at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::AutoSi, true).into(),
            Err(_) => value.clone(),
        },
        // Null, in every form; what else a column holds, JSON has as the API does.
        (Form::Plain | Form::Span | Form::Names | Form::Position | Form::Instant | Form::Sections, _) => {
            value.clone()
        }
    }
}

/// A row as the API shows it: fields by their paths.
fn fields(table: &str, columns: &Map<String, Value>) -> BTreeMap<String, Value> {
    let mut fields = BTreeMap::new();
    for column in read_model::fields(table) {
        let Shown::In { field, form } = column.shown else { continue };
        match (form, columns.get(column.name)) {
            (Form::Sections, Some(Value::Object(sections))) => {
                for (name, section) in sections {
                    let path = if PROSE.contains(&name.as_str()) {
                        format!("sections.{name}")
                    } else {
                        name.clone()
                    };
                    fields.insert(path, section.clone());
                }
            }
            (form, Some(value)) => {
                fields.insert(field.to_owned(), format_value(form, value));
            }
            (_, None) => {}
        }
    }
    fields
}

/// Where a page of changes goes on: behind the `index`th change of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    last: i64,
    item: Uuid,
    /// Changes of the item that have been shown.
    shown: usize,
}

impl Place {
    const START: Self = Self { last: 0, item: Uuid::nil(), shown: 0 };

    fn key(self) -> String {
        format!("{} {} {}", self.last, self.item, self.shown)
    }

    fn read(key: &str) -> Result<Self, Error> {
        let mut parts = key.split(' ');
        let place = (|| {
            let (last, item, shown) = (parts.next()?, parts.next()?, parts.next()?);
            Some(Self { last: last.parse().ok()?, item: item.parse().ok()?, shown: shown.parse().ok()? })
        })();
        place.ok_or_else(|| Error::bad_input("The cursor is not one of changes."))
    }
}

impl World {
    /// What differs between another world's position and this one's, which is the later.
    pub(crate) async fn changes(
        self: &Arc<Self>,
        from: &Arc<Self>,
        subject: Option<Uuid>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Change>, Error> {
        if from.pin.position > self.pin.position {
            return Err(Error::bad_input("`from` is later than `to`."));
        }
        let page = Window { first, after, ..Window::default() }.page(self)?;
        let comparison = Comparison {
            from: Arc::clone(from),
            to: Arc::clone(self),
            stretch: Stretch { from: from.pin.position, subject },
        };
        let start = page.after.as_deref().map_or(Ok(Place::START), Place::read)?;
        let entries = comparison.page(start, &page).await?;
        Ok(Connection::with_keys(self, &page, entries, move |_| {
            let comparison = comparison.clone();
            Box::pin(async move {
                let all = comparison.page(Place::START, &Page::first(i64::MAX)).await?;
                Ok(i64::try_from(all.len()).unwrap_or(i64::MAX))
            })
        }))
    }
}

/// What stands in a table of its own, and is a field of something else.
struct Part {
    /// The table of that.
    of: &'static str,
    /// The column with its id.
    column: &'static str,
    field: &'static str,
}

/// Who holds a post.
const TENURES: Part = Part { of: "post", column: "post_id", field: "tenures" };

/// How far an operation's phases are.
const PHASES: Part = Part { of: "operation", column: "operation_id", field: "phases" };

fn uuid_in(version: &ItemVersion, column: &str) -> Option<Uuid> {
    version.columns.get(column)?.as_str()?.parse().ok()
}

/// A phase as a world shows it: not without the plan in force, and without what was decided on a plan version that
/// is hidden there.
async fn phase_in(world: &Arc<World>, phase: Option<&ItemVersion>) -> Result<Option<ItemVersion>, Error> {
    let Some(mut phase) = phase.cloned() else { return Ok(None) };
    let Some(operation) = uuid_in(&phase, "operation_id") else { return Ok(None) };
    let Some(operation) = world.find::<Operation>(operation).await? else { return Ok(None) };
    if operation.version(operation.row.in_force).await?.is_none() {
        return Ok(None);
    }
    if let Some(version) = uuid_in(&phase, "gate_version_id")
        && world.find::<PlanVersion>(version).await?.is_none()
    {
        phase.columns.insert("gate".to_owned(), Value::Null);
    }
    Ok(Some(phase))
}

#[derive(Clone)]
struct Comparison {
    from: Arc<World>,
    to: Arc<World>,
    stretch: Stretch,
}

/// Items looked at together.
const BATCH: i64 = 200;

impl Comparison {
    async fn page(&self, start: Place, page: &Page) -> Result<Vec<(String, Change)>, Error> {
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let batch = page.limit.saturating_add(1).min(BATCH);
        let model = self.to.engine.read_model();
        let mut entries = Vec::new();
        let mut start = start;
        loop {
            let items =
                model.changed_items(&self.to.pin, self.stretch, (start.last, start.item), batch).await?;
            let more = i64::try_from(items.len()).is_ok_and(|count| count == batch);
            let changes = self.of_items(&items).await?;
            for (item, changes) in items.iter().zip(changes) {
                let mut place = Place { last: item.last, item: item.id, shown: 0 };
                let seen = if (item.last, item.id) == (start.last, start.item) { start.shown } else { 0 };
                for change in changes {
                    place.shown += 1;
                    if place.shown > seen {
                        entries.push((place.key(), change));
                    }
                }
            }
            self.to.spend(entries.len().min(limit))?;
            match items.last() {
                Some(last) if more && entries.len() < limit => {
                    // The last item is met again, and nothing of it is shown twice.
                    start = Place { last: last.last, item: last.id, shown: usize::MAX };
                }
                _ => break,
            }
        }
        entries.truncate(limit);
        Ok(entries)
    }

    /// The changes of each item, in the order of the items.
    async fn of_items(&self, items: &[ChangedItem]) -> Result<Vec<Vec<Change>>, Error> {
        let ids: Vec<Uuid> = items.iter().map(|item| item.id).collect();
        let model = self.to.engine.read_model();
        let mut tables = HashMap::<&str, Vec<Uuid>>::new();
        for item in items {
            tables.entry(&item.table).or_default().push(item.id);
        }
        let (from, to) = (self.from.pin.position, self.to.pin.position);
        let versions =
            try_join_all(tables.iter().map(|(table, ids)| model.versions_between(table, ids, from, to)));
        let (versions, events) = try_join(versions, model.changing_events(&self.to.pin, from, &ids)).await?;
        let versions: HashMap<Uuid, Vec<ItemVersion>> = versions.into_iter().flatten().collect();
        let mut causes = HashMap::<Uuid, Vec<ChangingEvent>>::new();
        for event in events {
            causes.entry(event.item_id).or_default().push(event);
        }
        let none = (Vec::new(), Vec::new());
        try_join_all(items.iter().map(|item| {
            let versions = versions.get(&item.id).unwrap_or(&none.0);
            let causes = causes.get(&item.id).unwrap_or(&none.1);
            self.of_item(item, versions, causes)
        }))
        .await
    }

    async fn of_item(
        &self,
        item: &ChangedItem,
        versions: &[ItemVersion],
        causes: &[ChangingEvent],
    ) -> Result<Vec<Change>, Error> {
        let (from, to) = (self.from.pin.position.0, self.to.pin.position.0);
        let held_at = |position: i64| {
            versions.iter().find(|version| version.valid_from <= position && position < version.valid_to)
        };
        if item.table == "tenure" {
            return self.of_part(item, &TENURES, [held_at(from), held_at(to)], causes).await;
        }
        if item.table == "phase" {
            let (before, after) =
                try_join(phase_in(&self.from, held_at(from)), phase_in(&self.to, held_at(to))).await?;
            return self.of_part(item, &PHASES, [before.as_ref(), after.as_ref()], causes).await;
        }
        let mut is_sensitive = false;
        if item.table == "annex" {
            for version in [held_at(from), held_at(to)].into_iter().flatten() {
                is_sensitive |= self::is_sensitive(version)?;
            }
            for world in [&self.from, &self.to] {
                let annex: Option<Annex> = world.find(item.id).await?;
                if let Some(annex) = annex {
                    is_sensitive |= annex.is_sensitive().await?;
                }
            }
        }
        let (table, id) = object_of(item, versions);
        let (before, after) = try_join(self.from.node_in(table, id), self.to.node_in(table, id)).await?;
        let (shown_before, shown_after) = try_join(
            shown_in(&self.from, before.as_ref(), &item.table, held_at(from)),
            shown_in(&self.to, after.as_ref(), &item.table, held_at(to)),
        )
        .await?;
        let whole = |fields: BTreeMap<_, _>| Some(Json(fields.into_iter().collect::<Map<_, _>>().into()));
        match (before, after) {
            (None, None) => Ok(Vec::new()),
            (None, Some(object)) => {
                // Where it was made, if that was to be seen; else where it came in sight.
                let made = |version: &&ItemVersion| {
                    version.valid_from > from
                        && causes.iter().any(|cause| cause.command_end == version.valid_from)
                };
                let born = match held_at(from) {
                    None => versions.iter().find(made).map(|version| version.valid_from),
                    Some(_) => None,
                };
                let since = born.max(item.opened).unwrap_or(item.last);
                let change = self.change(object, ChangeKind::Added, since, item, causes).await?;
                Ok(vec![Change { after: whole(shown_after), is_sensitive, ..change }])
            }
            (Some(object), None) => {
                let change = self.change(object, ChangeKind::Removed, item.last, item, causes).await?;
                Ok(vec![Change { before: whole(shown_before), is_sensitive, ..change }])
            }
            (Some(_), Some(object)) => {
                let (mut before, after) = (shown_before, shown_after);
                if item.table == "task_execution" {
                    // Before anything is claimed of a task there is no row.
                    let status = || TaskStatus::default().to_string().into();
                    before.entry("status".to_owned()).or_insert_with(status);
                }
                let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
                let mut changes = Vec::new();
                for path in paths {
                    let value = |of: &'_ BTreeMap<String, Value>| {
                        of.get(path).filter(|value| !value.is_null()).cloned()
                    };
                    let (old, new) = (value(&before), value(&after));
                    if old == new {
                        continue;
                    }
                    let stored = changed_last(&item.table, path, versions);
                    let since = match (path.as_str(), item.table.as_str(), held_at(to)) {
                        // It is judged by more than its row says.
                        ("status", "plan_version", Some(row))
                            if row.columns.get("status") != after.get(path) =>
                        {
                            item.last
                        }
                        _ => stored.unwrap_or(item.last),
                    };
                    let change =
                        self.change(object.clone(), ChangeKind::Changed, since, item, causes).await?;
                    let field = Some(path.clone());
                    let is_sensitive = is_sensitive && path == "text";
                    let (before, after) = (old.map(Json), new.map(Json));
                    changes.push(Change { field, before, after, is_sensitive, ..change });
                }
                Ok(changes)
            }
        }
    }

    async fn of_part(
        &self,
        item: &ChangedItem,
        part: &Part,
        [before, after]: [Option<&ItemVersion>; 2],
        causes: &[ChangingEvent],
    ) -> Result<Vec<Change>, Error> {
        let whole = after.or(before).and_then(|version| uuid_in(version, part.column));
        let Some(whole) = whole else { return Ok(Vec::new()) };
        let Some(object) = self.to.node_in(part.of, whole).await? else { return Ok(Vec::new()) };
        let json = |version: Option<&ItemVersion>| {
            Some(Json(fields(&item.table, &version?.columns).into_iter().collect::<Map<_, _>>().into()))
        };
        let (before, after) = (json(before), json(after));
        if before == after {
            return Ok(Vec::new());
        }
        let change = self.change(object, ChangeKind::Changed, item.last, item, causes).await?;
        Ok(vec![Change { field: Some(part.field.to_owned()), before, after, ..change }])
    }

    /// The event that a version's status was judged by last, and where its command ended: one of another item.
    async fn judged_at(&self, position: i64) -> Result<(Option<Event>, i64), Error> {
        let row = self.to.loaders.events_at.load(position).await?;
        let end = row.as_ref().map_or(position, |row| row.command_end);
        Ok((row.map(|row| Event::new(&self.to, row)), end))
    }

    /// A change without its field and values. `since` is where its command ended, or the event's own position.
    async fn change(
        &self,
        object: Node,
        kind: ChangeKind,
        since: i64,
        item: &ChangedItem,
        causes: &[ChangingEvent],
    ) -> Result<Change, Error> {
        let cause = causes.iter().rev().find(|cause| cause.command_end == since || cause.position == since);
        let opened = item.opened.filter(|position| *position == since);
        let (event, end) = match (cause, opened) {
            (Some(cause), _) => (self.to.find::<Event>(cause.event_id).await?, cause.command_end),
            (None, Some(opened)) => {
                let row = self.to.loaders.events_at.load(opened).await?;
                (row.map(|row| Event::new(&self.to, row)), item.opened_at.unwrap_or(since))
            }
            (None, None) if item.table == "plan_version" => self.judged_at(since).await?,
            (None, None) => (None, since),
        };
        let position = Position(domain::Position(end));
        Ok(Change {
            object,
            kind,
            field: None,
            before: None,
            after: None,
            is_sensitive: false,
            position,
            event,
        })
    }
}

/// An item's fields as a world shows them: what is computed, as it is there; lists of tasks, of those that the viewer sees
/// there.
async fn shown_in(
    world: &Arc<World>,
    node: Option<&Node>,
    table: &str,
    version: Option<&ItemVersion>,
) -> Result<BTreeMap<String, Value>, Error> {
    let Some(version) = version else { return Ok(BTreeMap::new()) };
    let mut columns = version.columns.clone();
    let list = match table {
        "planned_task" => Some("dependencies"),
        "decision" => Some("tasks"),
        _ => None,
    };
    if let Some((list, of)) = list.zip(uuid_in(version, "version_id"))
        && let Some(Value::Array(codes)) = columns.get_mut(list)
    {
        let network = world.loaders.networks.load(of).await?.unwrap_or_default();
        let code = |written: &str| match table {
            "planned_task" => written.parse().ok().map(|Dependency { predecessor, .. }| predecessor),
            _ => written.parse().ok(),
        };
        codes.retain(|written| {
            let code = written.as_str().and_then(code);
            code.is_some_and(|code| network.row(&code).is_some())
        });
    }
    let mut fields = fields(table, &columns);
    if let Some(Node::PlanVersion(version)) = node {
        fields.insert("status".to_owned(), version.shown_status().await?.to_string().into());
    }
    Ok(fields)
}

/// The table and the id of the object that the item is shown as, or is fields of.
fn object_of<'a>(item: &'a ChangedItem, versions: &[ItemVersion]) -> (&'a str, Uuid) {
    let task = || {
        let of = versions.first().and_then(|version| version.columns.get("task_id")?.as_str()?.parse().ok());
        ("task", of.unwrap_or(item.id))
    };
    match item.table.as_str() {
        // A task's own label is one of its fields, and has its id.
        "task_label" => ("task", item.id),
        "task_execution" => task(),
        table => (table, item.id),
    }
}

/// Where the field came to be what it is in the last version.
fn changed_last(table: &str, path: &str, versions: &[ItemVersion]) -> Option<i64> {
    versions.windows(2).rev().find_map(|pair| {
        let [old, new] = pair else { return None };
        let at = |version: &ItemVersion| fields(table, &version.columns).remove(path);
        (at(old) != at(new)).then_some(new.valid_from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::{parse_schema, types::TypeKind, types::TypeSystemDefinition};
    use std::collections::BTreeSet;

    /// The fields of an object type of the schema.
    fn fields_of(name: &str) -> Vec<String> {
        let document = parse_schema(crate::schema::types()).unwrap();
        document
            .definitions
            .into_iter()
            .find_map(|definition| match definition {
                TypeSystemDefinition::Type(ty) if ty.node.name.node == name => match ty.node.kind {
                    TypeKind::Object(object) => {
                        Some(object.fields.iter().map(|field| field.node.name.node.to_string()).collect())
                    }
                    _ => None,
                },
                _ => None,
            })
            .unwrap()
    }

    #[test]
    fn every_column_is_shown_in_a_field_of_its_type() {
        let types = [
            ("partner", "Partner"),
            ("centre", "Centre"),
            ("shift", "Shift"),
            ("log_entry", "LogEntry"),
            ("post", "Post"),
            ("tenure", "Tenure"),
            ("operation", "Operation"),
            ("plan_version", "PlanVersion"),
            ("planned_task", "PlannedTask"),
            ("task_label", "Task"),
            ("annex", "Annex"),
            ("decision", "PlanDecision"),
            ("condition", "Condition"),
            ("assignment", "Assignment"),
            ("officer_request", "OfficerRequest"),
            ("task_execution", "Task"),
            ("task_claim", "TaskClaim"),
            ("phase", "PhaseExecution"),
            ("go_no_go_word", "GoNoGoWord"),
            ("recorded_decision", "RecordedDecision"),
            ("deconfliction", "Deconfliction"),
            ("incident", "Incident"),
            ("request", "Request"),
            ("contribution", "Contribution"),
            ("sitrep", "Sitrep"),
            ("outcome", "Outcome"),
            ("matter_claim", "MatterClaim"),
            ("assistance_claim", "AssistanceClaim"),
            ("clock", "Clock"),
            ("review", "Review"),
            ("observation", "Observation"),
            ("finding", "Finding"),
        ];
        for (table, name) in types {
            let known = fields_of(name);
            for column in read_model::fields(table) {
                if let Shown::In { field, .. } = column.shown {
                    assert!(known.iter().any(|known| known == field), "{name}.{field}");
                }
            }
        }
        let shown = |table: &&str| {
            read_model::fields(table).iter().any(|column| matches!(column.shown, Shown::In { .. }))
        };
        let columns = read_model::columns();
        let tables: BTreeSet<&str> = columns.keys().copied().filter(shown).collect();
        assert_eq!(tables, types.iter().map(|(table, _)| *table).collect());
        let prose = fields_of("PlanSections");
        assert!(PROSE.iter().all(|name| prose.iter().any(|known| known == name)));
    }

    #[test]
    fn a_place_survives_being_written_and_read() {
        let place = Place { last: 7, item: Uuid::from_u128(9), shown: 3 };
        assert_eq!(Place::read(&place.key()), Ok(place));
        assert!(Place::read("T16").is_err());
    }
}
