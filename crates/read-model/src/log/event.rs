//! Rows of events: where each belongs, who may see it, and in whose history it stands.
//!
//! What an event says is in the log alone. An event never changes, so its row has no versions.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    item::place,
    tables::{Columns, Sink, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Happening, Item, Position, Recorded,
    ids::{AnnexId, COALITION, OperationId, PlanVersionId, PostId, TaskId},
    plan::Met,
    release::ScopeIds,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

row! {
    pub struct EventRow {
        pub position: i64,
        /// The last position of its command: from there on holds what it made so.
        pub command_end: i64,
        pub event_id: Uuid,
        pub command_id: Uuid,
        /// The event's name, such as `PlanPromulgated`.
        pub kind: String,
        /// A post's code, or `service:` and a name.
        pub actor: String,
        pub late_reason: Option<String>,
        pub occurred_at: DateTime<Utc>,
        /// Minutes east of UTC, as reported.
        pub occurred_offset: i16,
        pub recorded_at: DateTime<Utc>,
        /// `None`: of the coalition, for all to see.
        pub operation_id: Option<Uuid>,
        /// The plan version whose information requirements it meets; `None`: it meets none.
        pub ccir_version_id: Option<Uuid>,
        /// Codes of those.
        pub ccir: Vec<String>,
        /// When what it says happened: of a correction, the time that it says is right.
        pub happened_at: DateTime<Utc>,
        /// Of a correction, the position of the event that was wrong.
        pub corrects: Option<i64>,
        /// Positions of the events that led to it.
        pub causes: Vec<i64>,
    }
}

/// An event's row with what only SQL looks at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    #[serde(flatten)]
    pub row: EventRow,
    version_id: Option<Uuid>,
    annex_id: Option<Uuid>,
    matter_ids: Vec<Uuid>,
    task_ids: Vec<Uuid>,
    /// Every node in whose history it stands.
    #[serde(skip)]
    items: BTreeMap<Uuid, Touched>,
}

/// What an event has to do with an item, and what that can be released apart by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Touched {
    /// Table of the row that the event changed; `None`: it only concerns the item.
    changed: Option<&'static str>,
    annex_id: Option<Uuid>,
    task_id: Option<Uuid>,
    /// Of a post that stands there because tasks bind it, its code: for those who see one of them.
    bound_post: Option<String>,
}

row! {
    /// One line of an item's history, as SQL has it.
    pub struct ItemEntry {
        item_id: Uuid,
        position: i64,
        changed: Option<&'static str>,
        annex_id: Option<Uuid>,
        task_id: Option<Uuid>,
        bound_post: Option<String>,
    }
}

impl Entry {
    /// `touched` is what the fold says that the event changed, `command_end` the last position of its
    /// command, `met` the requirements that it meets.
    pub fn of(
        recorded: &Recorded,
        touched: &[Item],
        command_end: Position,
        met: Option<&Met>,
        happening: &Happening,
    ) -> Self {
        let scope = recorded.event.about().scope();
        let operation = scope.operation.map(OperationId::of);
        let version = operation.zip(scope.version).map(|(id, number)| PlanVersionId::of(id, number));
        let annex = version.zip(scope.annex).map(|(id, code)| AnnexId::of(id, code).0);
        let tasks = scope.tasks.iter().filter_map(|code| Some(TaskId::of(operation?, code).0));
        let like = scope.like.cloned().unwrap_or_default();
        let mut items: BTreeMap<Uuid, Touched> = BTreeMap::new();
        for item in touched {
            let (table, id) = place(item);
            let annex_id = Some(id).filter(|_| matches!(item, Item::Annex(..)));
            let task_id = item.labelled_task().map(|id| id.0);
            items.insert(id, Touched { changed: Some(table), annex_id, task_id, ..Touched::default() });
            if let Some(id) = task_id {
                items.entry(id).or_insert(Touched { task_id, ..Touched::default() });
            }
        }
        for id in recorded.event.about().subjects() {
            items.entry(id).or_default();
        }
        for post in recorded.event.bound() {
            items.entry(PostId::of(post).0).or_default().bound_post = Some(post.to_string());
        }
        // Everything of the coalition would stand in its history.
        items.remove(&COALITION);
        Self {
            row: EventRow {
                position: recorded.at.position.0,
                command_end: command_end.0,
                event_id: recorded.event_id.0,
                command_id: recorded.command_id.0,
                kind: recorded.event.kind().to_owned(),
                actor: recorded.at.actor.clone(),
                late_reason: recorded.at.late_reason.clone(),
                occurred_at: recorded.at.occurred_at.to_utc(),
                occurred_offset: minutes_east(recorded),
                recorded_at: recorded.at.recorded_at,
                operation_id: operation.map(|id| id.0),
                ccir_version_id: operation.zip(met).map(|(id, met)| PlanVersionId::of(id, met.version).0),
                ccir: met.iter().flat_map(|met| &met.codes).map(ToString::to_string).collect(),
                happened_at: happening.at.to_utc(),
                corrects: happening.corrects.map(|position| position.0),
                causes: happening.causes.iter().map(|position| position.0).collect(),
            },
            version_id: version.map(|id| id.0),
            annex_id: annex.or(like.annex),
            // Each is judged as what it is.
            matter_ids: scope.matters.into_iter().chain(like.matters).chain(like.versions).collect(),
            task_ids: tasks.chain(like.tasks).collect(),
            items,
        }
    }
}

fn minutes_east(recorded: &Recorded) -> i16 {
    // An offset is within a day, so that its minutes always fit.
    i16::try_from(recorded.at.occurred_at.offset().local_minus_utc() / 60).unwrap_or_default()
}

/// Which events; what is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EventFilter {
    pub kinds: Option<Vec<String>>,
    pub actor: Option<String>,
    /// Code of the partner whose post acted.
    pub partner: Option<String>,
    pub operation: Option<Uuid>,
    pub recorded_from: Option<DateTime<Utc>>,
    pub recorded_before: Option<DateTime<Utc>>,
    pub occurred_from: Option<DateTime<Utc>>,
    pub occurred_before: Option<DateTime<Utc>>,
}

/// An event in the history of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    pub item_id: Uuid,
    pub event: EventRow,
}

/// The columns, once for all queries: what follows says where from, with the table as `entry`, and the
/// arguments. `and` makes records that have other columns besides.
macro_rules! event_rows {
    (and $($rest:tt)*) => { event_rows!(query[] $($rest)*) };
    ($query:ident[$($row:tt)*] $($rest:tt)*) => {
        sqlx::$query!(
            $($row)*
            "select
               entry.position,
               entry.command_end,
               entry.event_id,
               entry.command_id,
               entry.kind,
               entry.actor,
               entry.late_reason,
               entry.occurred_at,
               entry.occurred_offset,
               entry.recorded_at,
               entry.operation_id,
               entry.ccir_version_id,
               entry.ccir,
               entry.happened_at,
               entry.corrects,
               entry.causes
             " + $($rest)*
        )
    };
    ($($rest:tt)*) => { event_rows!(query_as[EventRow,] $($rest)*) };
}
pub(super) use event_rows;

// Two statements for each list, one for each direction: an order that depends on an argument is no order of
// an index. And two for the log, all of it or one operation's: a filter that may be absent is found by no
// index either.
macro_rules! log_page {
    ($model:ident, $pin:ident, $filter:ident, $page:ident, $of:literal, $order:literal) => {
        event_rows!(
            "from event_entry entry
             join visible_event($1, $2, $3) visible on visible.position = entry.position
             where entry.position > $4
               and entry.position < $5
               and ($6::text[] is null or kind = any ($6))
               and ($7::text is null or actor = $7)
               and ($8::text is null or exists (
                 select
                 from post
                 where post.code = entry.actor
                   and post.partner = $8
                   and post.valid_from <= $1
                   and $1 < post.valid_to
               ))
               and "
                + $of
                + " and ($10::timestamptz is null or recorded_at >= $10)
               and ($11::timestamptz is null or recorded_at < $11)
               and ($12::timestamptz is null or occurred_at >= $12)
               and ($13::timestamptz is null or occurred_at < $13)
             order by entry.position "
                + $order
                + " limit $14",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $page.after.unwrap_or(0),
            $page.before.unwrap_or(i64::MAX),
            $filter.kinds.as_deref(),
            $filter.actor.as_deref(),
            $filter.partner.as_deref(),
            $filter.operation,
            $filter.recorded_from,
            $filter.recorded_before,
            $filter.occurred_from,
            $filter.occurred_before,
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

macro_rules! count_log {
    ($model:ident, $pin:ident, $filter:ident, $of:literal) => {
        sqlx::query_scalar!(
            r#"select count(*) as "count!"
             from event_entry entry
             join visible_event($1, $2, $3) visible on visible.position = entry.position
             where ($4::text[] is null or kind = any ($4))
               and ($5::text is null or actor = $5)
               and ($6::text is null or exists (
                 select
                 from post
                 where post.code = entry.actor
                   and post.partner = $6
                   and post.valid_from <= $1
                   and $1 < post.valid_to
               ))
               and "#
                + $of
                + " and ($8::timestamptz is null or recorded_at >= $8)
               and ($9::timestamptz is null or recorded_at < $9)
               and ($10::timestamptz is null or occurred_at >= $10)
               and ($11::timestamptz is null or occurred_at < $11)",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $filter.kinds.as_deref(),
            $filter.actor.as_deref(),
            $filter.partner.as_deref(),
            $filter.operation,
            $filter.recorded_from,
            $filter.recorded_before,
            $filter.occurred_from,
            $filter.occurred_before
        )
        .fetch_one($model.db())
        .await
    };
}

macro_rules! history_page {
    ($model:ident, $pin:ident, $items:ident, $filter:ident, $page:ident, $order:literal) => {
        event_rows!(
            and r#",
               wanted.id as "item_id!"
             from unnest($15::uuid[]) as wanted (id)
             cross join lateral (
               select entry.*
               from event_item item
               join visible_event_item($1, $2, $3) visible
                 on visible.item_id = item.item_id
                 and visible.position = item.position
               join event_entry entry on entry.position = item.position
               where item.item_id = wanted.id
                 and item.position > $4
                 and item.position < $5
                 and ($6::text[] is null or kind = any ($6))
                 and ($7::text is null or actor = $7)
                 and ($8::text is null or exists (
                   select
                   from post
                   where post.code = entry.actor
                     and post.partner = $8
                     and post.valid_from <= $1
                     and $1 < post.valid_to
                 ))
                 and ($9::uuid is null or operation_id = $9)
                 and ($10::timestamptz is null or recorded_at >= $10)
                 and ($11::timestamptz is null or recorded_at < $11)
                 and ($12::timestamptz is null or occurred_at >= $12)
                 and ($13::timestamptz is null or occurred_at < $13)
               order by item.position "#
                + $order
                + " limit $14
             ) entry
             order by entry.position",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $page.after.unwrap_or(0),
            $page.before.unwrap_or(i64::MAX),
            $filter.kinds.as_deref(),
            $filter.actor.as_deref(),
            $filter.partner.as_deref(),
            $filter.operation,
            $filter.recorded_from,
            $filter.recorded_before,
            $filter.occurred_from,
            $filter.occurred_before,
            $page.limit,
            $items
        )
        .fetch_all($model.db())
        .await
        .map(|rows| {
            rows.into_iter()
                .map(|row| HistoryRow {
                    item_id: row.item_id,
                    event: EventRow {
                        position: row.position,
                        command_end: row.command_end,
                        event_id: row.event_id,
                        command_id: row.command_id,
                        kind: row.kind,
                        actor: row.actor,
                        late_reason: row.late_reason,
                        occurred_at: row.occurred_at,
                        occurred_offset: row.occurred_offset,
                        recorded_at: row.recorded_at,
                        operation_id: row.operation_id,
                        ccir_version_id: row.ccir_version_id,
                        ccir: row.ccir,
                        happened_at: row.happened_at,
                        corrects: row.corrects,
                        causes: row.causes,
                    },
                })
                .collect()
        })
    };
}

impl ReadModel {
    pub async fn events_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<EventRow>, Error> {
        event_rows!(
            "from event_entry entry
             join visible_event($1, $2, $3) visible on visible.position = entry.position
             where event_id = any ($4)",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read events"))
    }

    /// Of the posts that these events tell are bound, those that the viewer sees a task of: by the event's position.
    pub async fn seen_bindings(&self, pin: &Pin, positions: &[i64]) -> Result<Vec<(i64, String)>, Error> {
        let rows = sqlx::query!(
            r#"select distinct entry.position, binding.post as "post!"
             from event_entry entry
             cross join lateral visible_binding($1, $2, $3, entry.command_end, entry.operation_id) binding
             where entry.position = any ($4)"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            positions
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read which posts are bound to tasks that one sees"))?;
        Ok(rows.into_iter().map(|row| (row.position, row.post)).collect())
    }

    /// Of tasks that events of a plan version name, those that the viewer saw in it then and sees at the position. Asked
    /// only for events that it may see.
    pub async fn seen_tasks(
        &self,
        pin: &Pin,
        positions: &[i64],
        task_ids: &[Uuid],
    ) -> Result<Vec<(i64, Uuid)>, Error> {
        let rows = sqlx::query!(
            r#"select wanted.position as "position!", wanted.task_id as "task_id!"
             from unnest($4::bigint[], $5::uuid[]) as wanted (position, task_id)
             join event_entry entry on entry.position = wanted.position
             where exists (
                 select
                 from planned_task task
                 where task.task_id = wanted.task_id
                   and task.version_id = entry.version_id
                   and task.valid_from <= entry.command_end
                   and entry.command_end < task.valid_to
                   and not exists (
                     select
                     from withheld_task(entry.command_end, $2, $3) withheld
                     where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
                     offset 0
                   )
                   and not exists (
                     select
                     from withheld_task($1, $2, $3) withheld
                     where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
                     offset 0
                   )
                 offset 0
               )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            positions,
            task_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read which tasks one sees of those that events name"))?;
        Ok(rows.into_iter().map(|row| (row.position, row.task_id)).collect())
    }

    /// What of these events may be released apart, together; `None` when the viewer may not see one of them, or when several
    /// are of annexes.
    pub async fn scope_of(&self, pin: &Pin, positions: &[i64]) -> Result<Option<ScopeIds>, Error> {
        let rows = sqlx::query!(
            "select entry.version_id, entry.annex_id, entry.task_ids, entry.matter_ids
             from event_entry entry
             join visible_event($1, $2, $3) visible on visible.position = entry.position
             where entry.position = any ($4)",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            positions
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read what events are about"))?;
        if rows.len() < positions.len() {
            return Ok(None);
        }
        let mut scope = ScopeIds::default();
        for row in rows {
            if row.annex_id.is_some() && scope.annex.is_some_and(|annex| row.annex_id != Some(annex)) {
                return Ok(None);
            }
            scope.annex = row.annex_id.or(scope.annex);
            scope.versions.extend(row.version_id);
            scope.tasks.extend(row.task_ids);
            scope.matters.extend(row.matter_ids);
        }
        Ok(Some(scope))
    }

    /// Those of the positions at which the viewer may see one.
    pub async fn events_at(&self, pin: &Pin, positions: &[i64]) -> Result<Vec<EventRow>, Error> {
        event_rows!(
            "from event_entry entry
             join visible_event($1, $2, $3) visible on visible.position = entry.position
             where entry.position = any ($4)",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            positions
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read events by their positions"))
    }

    /// The log as the viewer may see it, in its order.
    pub async fn events(
        &self,
        pin: &Pin,
        filter: &EventFilter,
        page: &Page<i64>,
    ) -> Result<Vec<EventRow>, Error> {
        let rows = match (filter.operation, page.backwards) {
            (None, false) => log_page!(self, pin, filter, page, "$9::uuid is null", "asc"),
            (None, true) => log_page!(self, pin, filter, page, "$9::uuid is null", "desc"),
            (Some(_), false) => log_page!(self, pin, filter, page, "entry.operation_id = $9", "asc"),
            (Some(_), true) => log_page!(self, pin, filter, page, "entry.operation_id = $9", "desc"),
        };
        rows.map(|rows| page.ascending(rows)).map_err(doing("list events"))
    }

    /// A page of each item's history, in the log's order: one statement for all of them.
    pub async fn events_of(
        &self,
        pin: &Pin,
        items: &[Uuid],
        filter: &EventFilter,
        page: &Page<i64>,
    ) -> Result<Vec<HistoryRow>, Error> {
        let rows = if page.backwards {
            history_page!(self, pin, items, filter, page, "desc")
        } else {
            history_page!(self, pin, items, filter, page, "asc")
        };
        rows.map_err(doing("list the events of some items"))
    }

    pub async fn count_events(&self, pin: &Pin, filter: &EventFilter) -> Result<i64, Error> {
        match filter.operation {
            None => count_log!(self, pin, filter, "$7::uuid is null"),
            Some(_) => count_log!(self, pin, filter, "entry.operation_id = $7"),
        }
        .map_err(doing("count events"))
    }

    /// Items without an event that the viewer may see are left out.
    pub async fn count_events_of(
        &self,
        pin: &Pin,
        items: &[Uuid],
        filter: &EventFilter,
    ) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select item.item_id, count(*) as "count!"
             from event_item item
             join visible_event_item($1, $2, $3) visible
               on visible.item_id = item.item_id
               and visible.position = item.position
             join event_entry entry on entry.position = item.position
             where item.item_id = any ($12)
               and ($4::text[] is null or kind = any ($4))
               and ($5::text is null or actor = $5)
               and ($6::text is null or exists (
                 select
                 from post
                 where post.code = entry.actor
                   and post.partner = $6
                   and post.valid_from <= $1
                   and $1 < post.valid_to
               ))
               and ($7::uuid is null or operation_id = $7)
               and ($8::timestamptz is null or recorded_at >= $8)
               and ($9::timestamptz is null or recorded_at < $9)
               and ($10::timestamptz is null or occurred_at >= $10)
               and ($11::timestamptz is null or occurred_at < $11)
             group by item.item_id"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            filter.kinds.as_deref(),
            filter.actor.as_deref(),
            filter.partner.as_deref(),
            filter.operation,
            filter.recorded_from,
            filter.recorded_before,
            filter.occurred_from,
            filter.occurred_before,
            items
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count the events of some items"))?;
        Ok(rows.into_iter().map(|row| (row.item_id, row.count)).collect())
    }
}

impl Columns for Entry {
    fn write(&self, to: &mut impl Sink) {
        self.row.write(to);
        self.version_id.write(to);
        self.annex_id.write(to);
        self.matter_ids.write(to);
        self.task_ids.write(to);
    }
}

/// The lines of the histories in which these events stand.
pub(crate) fn item_entries(entries: &[Entry]) -> impl Iterator<Item = ItemEntry> {
    entries.iter().flat_map(|entry| {
        let position = entry.row.position;
        entry.items.iter().map(move |(id, touched)| {
            let Touched { changed, annex_id, task_id, bound_post } = touched.clone();
            ItemEntry { item_id: *id, position, changed, annex_id, task_id, bound_post }
        })
    })
}
