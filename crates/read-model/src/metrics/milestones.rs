//! Where in the log the events stand that say what happened to things which the viewer sees, of which the rows keep only
//! when. Whether the viewer sees the events themselves is looked up with them.

use crate::{Error, Pin, ReadModel, doing};
use chrono::{DateTime, Utc};
use domain::{Position, metrics::Said};
use std::collections::BTreeMap;
use uuid::Uuid;

struct MilestoneRow {
    item_id: Uuid,
    kind: String,
    position: i64,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
}

/// By thing and the event's name, in the order of the log.
pub(super) struct Milestones(BTreeMap<(Uuid, String), Vec<Said>>);

impl Milestones {
    pub fn all(&self, of: Uuid, kind: &str) -> &[Said] {
        self.0.get(&(of, kind.to_owned())).map_or(&[], Vec::as_slice)
    }

    pub fn last(&self, of: Uuid, kind: &str) -> Option<Said> {
        self.all(of, kind).last().copied()
    }
}

impl ReadModel {
    /// Of events about a plan version, only those of the version itself, and of decisions on it.
    pub(super) async fn milestones(
        &self,
        pin: &Pin,
        of: &[Uuid],
        kinds: &[&str],
    ) -> Result<Milestones, Error> {
        let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
        let mut rows = sqlx::query_as!(
            MilestoneRow,
            "select
               item.item_id,
               entry.kind,
               entry.position,
               entry.occurred_at,
               entry.recorded_at
             from event_item item
             cross join lateral (
               select entry.*
               from event_entry entry
               where entry.position = item.position
                 and entry.kind = any ($3)
                 and entry.command_end <= $1
                 and (
                   entry.version_id is null
                   or entry.version_id = item.item_id
                   -- What became of a decision stands in its own history.
                   or exists (select from decision where decision.id = item.item_id offset 0)
                 )
               offset 0
             ) entry
             where item.item_id = any ($2)",
            pin.position.0,
            of,
            &kinds
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read when things happened to what is measured"))?;
        rows.sort_by_key(|row| row.position);
        let mut milestones = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            milestones.entry((row.item_id, row.kind)).or_default().push(Said {
                position: Position(row.position),
                at: row.occurred_at,
                recorded_at: row.recorded_at,
            });
        }
        Ok(Milestones(milestones))
    }
}
