//! What changed between two positions: items, the versions that they went through, and the events that made
//! them.

use crate::{Error, Pin, ReadModel, doing, item::TABLES};
use domain::Position;
use serde_json::{Map, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// An item that events which the viewer may see have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedItem {
    pub id: Uuid,
    /// Name of its table.
    pub table: String,
    /// Position of the last of those events.
    pub last: i64,
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
    /// Items by the last event that changed them, from `after` on, which is included.
    pub async fn changed_items(
        &self,
        pin: &Pin,
        stretch: Stretch,
        after: (i64, Uuid),
        limit: i64,
    ) -> Result<Vec<ChangedItem>, Error> {
        sqlx::query_as!(
            ChangedItem,
            r#"select item.item_id as id, max(item.changed) as "table!", max(item.position) as "last!"
             from (
               select
                 item_id,
                 position,
                 changed
               from event_item
               where position > $4 and position <= $1 and changed is not null
               offset 0
             ) item
             -- `offset 0`: looked up for each item of the stretch, which is short, in a log that is not.
             where exists (
                 select
                 from visible_event_item($1, $2, $3) visible
                 where visible.item_id = item.item_id and visible.position = item.position
                 offset 0
               )
               and ($5::uuid is null or exists (
                 select
                 from visible_event_item($1, $2, $3) beside
                 where beside.item_id = $5 and beside.position = item.position
                 offset 0
               ))
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
