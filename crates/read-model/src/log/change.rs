//! What changed between two positions: items, the versions that they went through, and the events that made
//! them.

use crate::{Error, Pin, ReadModel, doing, item::TABLES};
use domain::Position;
use serde_json::{Map, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// An item that events which the viewer may see have changed, or that may have come in its sight or gone out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedItem {
    pub id: Uuid,
    /// Name of its table.
    pub table: String,
    /// Position of the last of those events.
    pub last: i64,
    /// Position of the last event by which it may have come in sight or gone out of it; the viewer may not see that event.
    pub opened: Option<i64>,
    /// Where that event's command ended.
    pub opened_at: Option<i64>,
}

/// What an item was from a position on.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemVersion {
    pub valid_from: i64,
    /// Exclusive.
    pub valid_to: i64,
    /// By the names of the table's columns, as Postgres writes them in JSON.
    pub columns: Map<String, Value>,
}

/// An event that changed an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangingEvent {
    pub item_id: Uuid,
    pub event_id: Uuid,
    pub position: i64,
    pub command_end: i64,
}

/// From after a position to the pin's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub from: Position,
    /// An item in whose history the events stand; `None`: any.
    pub subject: Option<Uuid>,
}

impl ReadModel {
    /// Items by the last event that changed them, from `after` on, which is included. More than have changed: what came in
    /// sight may be seen at neither end of the stretch, or at both.
    #[expect(clippy::too_many_lines, reason = "one statement")]
    pub async fn changed_items(
        &self,
        pin: &Pin,
        stretch: Stretch,
        after: (i64, Uuid),
        limit: i64,
    ) -> Result<Vec<ChangedItem>, Error> {
        sqlx::query_as!(
            ChangedItem,
            r#"with stretch as materialized (
               select
                 item.item_id,
                 item.position,
                 item.changed,
                 entry.kind,
                 entry.command_end,
                 entry.operation_id
               from event_item item
               join event_entry entry on entry.position = item.position
               where item.position > $4 and item.position <= $1 and item.changed is not null
             ), touched as materialized (
               select
                 stretch.item_id,
                 stretch.position,
                 stretch.changed,
                 stretch.operation_id
               from stretch
               -- `offset 0`: looked up for each item of the stretch, which is short, in a log that is not.
               where exists (
                   select
                   from visible_event_item($1, $2, $3) visible
                   where visible.item_id = stretch.item_id and visible.position = stretch.position
                   offset 0
                 )
                 and ($5::uuid is null or exists (
                   select
                   from visible_event_item($1, $2, $3) beside
                   where beside.item_id = $5 and beside.position = stretch.position
                   offset 0
                 ))
             -- What a version under decision counts as comes of more than its row.
             ), judged as (
               select
                 version_.id as item_id,
                 touched.position
               from touched
               cross join lateral (
                 select plan_version.id
                 from plan_version
                 where plan_version.operation_id = touched.operation_id
                   and plan_version.status = 'SUBMITTED'
                   and plan_version.valid_from <= $1
                   and $4 < plan_version.valid_to
                 offset 0
               ) version_
               where touched.changed in ('decision', 'condition', 'plan_version', 'operation')
               union all
               select
                 version_.id,
                 touched.position
               from touched
               cross join operations_of($1, $3) operation_
               cross join lateral (
                 select plan_version.id
                 from plan_version
                 where plan_version.operation_id = operation_.id
                   and plan_version.status = 'SUBMITTED'
                   and plan_version.valid_from <= $1
                   and $4 < plan_version.valid_to
                 offset 0
               ) version_
               where touched.changed in ('partner', 'tenure')
             -- What by its label came in the viewer's sight, or went out of it, and with it what is in it: before the
             -- event's command it was seen otherwise than behind it. Which event did so may be hidden.
             ), turned as materialized (
               select
                 stretch.item_id,
                 stretch.position,
                 stretch.changed,
                 stretch.command_end,
                 stretch.operation_id
               from stretch
               where case
                   when stretch.changed = 'operation' and stretch.kind = 'ReleasabilityMarked' then
                     exists (
                       select
                       from visible_operation(stretch.position - 1, $2, $3) before_
                       where before_.id = stretch.item_id
                     ) <> exists (
                       select
                       from visible_operation(stretch.command_end, $2, $3) behind
                       where behind.id = stretch.item_id
                     )
                   when stretch.changed = 'plan_version'
                     and stretch.kind in ('ReleasabilityMarked', 'PlanVersionSubmitted', 'DraftShared') then
                     exists (
                       select
                       from visible_plan_version(stretch.position - 1, $2, $3) before_
                       where before_.id = stretch.item_id
                     ) <> exists (
                       select
                       from visible_plan_version(stretch.command_end, $2, $3) behind
                       where behind.id = stretch.item_id
                     )
                   when stretch.changed = 'task_label' then
                     exists (
                       select
                       from withheld_task(stretch.position - 1, $2, $3) before_
                       where before_.id = stretch.item_id
                     ) <> exists (
                       select
                       from withheld_task(stretch.command_end, $2, $3) behind
                       where behind.id = stretch.item_id
                     )
                   when stretch.changed = 'planned_task' and stretch.kind = 'TaskRevised' then
                     exists (
                       select
                       from visible_planned_task(stretch.position - 1, $2, $3) before_
                       where before_.id = stretch.item_id
                     ) <> exists (
                       select
                       from visible_planned_task(stretch.command_end, $2, $3) behind
                       where behind.id = stretch.item_id
                     )
                   when stretch.changed in ('incident', 'request', 'contribution', 'sitrep', 'outcome') then
                     exists (
                       select
                       from visible_matter(stretch.position - 1, $2, $3) before_
                       where before_.id = stretch.item_id
                     ) <> exists (
                       select
                       from visible_matter(stretch.command_end, $2, $3) behind
                       where behind.id = stretch.item_id
                     )
                   else false
                 end
               -- Drafts are for partners that take tasks.
               union all
               select
                 draft.id,
                 stretch.position,
                 'plan_version',
                 stretch.command_end,
                 draft.operation_id
               from stretch
               cross join operations_of($1, $3) operation_
               cross join lateral (
                 select
                   plan_version.id,
                   plan_version.operation_id
                 from plan_version
                 where plan_version.operation_id = operation_.id
                   and plan_version.draft_readers is not null
                   and plan_version.valid_from <= stretch.command_end
                   and stretch.position - 1 < plan_version.valid_to
                 offset 0
               ) draft
               where stretch.changed = 'partner'
                 and exists (select from takes_tasks(stretch.position - 1, $2, $3))
                   <> exists (select from takes_tasks(stretch.command_end, $2, $3))
             ), task as materialized (
               select distinct
                 turned.position,
                 named.task_id,
                 named.code
               from turned
               cross join lateral (
                 select
                   planned_task.task_id,
                   planned_task.code
                 from planned_task
                 where planned_task.task_id = turned.item_id
                 offset 0
               ) named
               where turned.changed = 'task_label'
               union
               select
                 turned.position,
                 named.task_id,
                 named.code
               from turned
               cross join lateral (
                 select
                   planned_task.task_id,
                   planned_task.code
                 from planned_task
                 where planned_task.id = turned.item_id
                 offset 0
               ) named
               where turned.changed = 'planned_task'
             ), opened as (
               select
                 item.id as item_id,
                 item.kind,
                 turned.position,
                 turned.command_end
               from turned
               cross join lateral operation_item(turned.operation_id, $4, $1) item
               where case turned.changed
                   when 'operation' then true
                   when 'plan_version' then
                     item.version_id = turned.item_id
                     or item.kind in ('phase', 'recorded_decision', 'deconfliction', 'finding')
                     or exists (
                       select
                       from planned_task
                       where planned_task.version_id = turned.item_id and planned_task.task_id = item.task_id
                       offset 0
                     )
                   when 'task_label' then
                     item.kind in ('decision', 'deconfliction', 'finding')
                     or exists (
                       select
                       from task
                       where task.position = turned.position
                         and (task.task_id = item.task_id or task.code = any (item.predecessors))
                     )
                   when 'planned_task' then
                     item.kind in ('decision', 'deconfliction', 'finding')
                     or exists (
                       select
                       from task
                       where task.position = turned.position
                         and (task.task_id = item.task_id or task.code = any (item.predecessors))
                     )
                   else
                     item.matter_id = turned.item_id
                     or item.kind in ('finding', 'sitrep')
                     or exists (
                       select
                       from emergent_task
                       where emergent_task.id = item.task_id and emergent_task.incident_id = turned.item_id
                       offset 0
                     )
                 end
                 and (
                   $5::uuid is null
                   or $5 in (item.id, turned.operation_id, item.version_id, item.task_id, item.matter_id)
                   or exists (
                     select
                     from event_item beside
                     where beside.item_id = $5 and beside.position = turned.position
                   )
                 )
             ), item as (
               select
                 touched.item_id,
                 touched.changed,
                 touched.position,
                 null::bigint as opened,
                 null::bigint as opened_at
               from touched
               union all
               select
                 judged.item_id,
                 'plan_version',
                 judged.position,
                 null,
                 null
               from judged
               union all
               select
                 opened.item_id,
                 opened.kind,
                 opened.position,
                 opened.position,
                 opened.command_end
               from opened
             )
             select
               item.item_id as "id!",
               max(item.changed) as "table!",
               max(item.position) as "last!",
               max(item.opened) as opened,
               max(item.opened_at) as opened_at
             from item
             group by item.item_id
             having (max(item.position), item.item_id) >= ($6, $7::uuid)
             order by max(item.position), item.item_id
             limit $8"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            stretch.from.0,
            stretch.subject,
            after.0,
            after.1,
            limit
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list what changed"))
    }

    /// The events of a stretch that changed the items, in the log's order.
    pub async fn changing_events(
        &self,
        pin: &Pin,
        from: Position,
        items: &[Uuid],
    ) -> Result<Vec<ChangingEvent>, Error> {
        sqlx::query_as!(
            ChangingEvent,
            "select
               item.item_id,
               entry.event_id,
               entry.position,
               entry.command_end
             from event_item item
             join event_entry entry on entry.position = item.position
             where item.item_id = any ($5)
               and item.position > $4
               and item.position <= $1
               and item.changed is not null
               and exists (
                 select
                 from visible_event_item($1, $2, $3) visible
                 where visible.item_id = item.item_id and visible.position = item.position
                 offset 0
               )
             order by item.position",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            from.0,
            items
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list the events that changed some items"))
    }

    /// Every version of the items of a table that held anywhere between two positions, both included, in
    /// order. Looks at nobody's rights: ask only for items that the viewer may see, and show only what held
    /// when they might.
    pub async fn versions_between(
        &self,
        table: &str,
        items: &[Uuid],
        from: Position,
        to: Position,
    ) -> Result<HashMap<Uuid, Vec<ItemVersion>>, Error> {
        let mut versions = HashMap::<Uuid, Vec<ItemVersion>>::new();
        let Some(table) = TABLES.iter().find(|known| **known == table) else { return Ok(versions) };
        let statement = format!(
            "select id, valid_from, valid_to, to_jsonb(row_) - '{{id,valid_from,valid_to}}'::text[]
             from {table} row_
             where id = any ($1) and valid_from <= $3 and valid_to > $2
             order by valid_from"
        );
        let rows: Vec<(Uuid, i64, i64, Value)> = sqlx::query_as(sqlx::AssertSqlSafe(statement))
            .bind(items)
            .bind(from.0)
            .bind(to.0)
            .fetch_all(self.db())
            .await
            .map_err(doing("read the versions of some items"))?;
        for (id, valid_from, valid_to, columns) in rows {
            let Value::Object(columns) = columns else { continue };
            versions.entry(id).or_default().push(ItemVersion { valid_from, valid_to, columns });
        }
        Ok(versions)
    }
}
