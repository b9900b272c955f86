//! Facts of when the watch lacked officers, of all centres, while operations went on.

use crate::{Error, Pin, ReadModel, doing, metrics::Frame};
use chrono::{DateTime, Utc};
use domain::metrics::{Facts, GapFacts, Thing, ThingKind};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A centre whose shifts ran while an operation did, and those of them that lacked officers.
struct CentreRow {
    operation_id: Uuid,
    id: Uuid,
    code: String,
    shift_ids: Vec<Uuid>,
    shift_numbers: Vec<i32>,
    shift_ends: Vec<DateTime<Utc>>,
}

impl ReadModel {
    pub(super) async fn add_gaps(
        &self,
        pin: &Pin,
        frames: &[Frame],
        facts: &mut BTreeMap<Uuid, Facts>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let ids: Vec<Uuid> = frames.iter().map(|frame| frame.id).collect();
        let begins: Vec<_> = frames.iter().map(|frame| frame.initiated_at).collect();
        let ends: Vec<_> = frames.iter().map(|frame| frame.ended_at.unwrap_or(now)).collect();
        let rows = sqlx::query_as!(
            CentreRow,
            r#"select
               wanted.operation_id as "operation_id!",
               shift.centre_id as "id!",
               shift.centre as "code!",
               coalesce(
                 array_agg(shift.id order by shift.begins_at) filter (where shift.gap is not null),
                 '{}'
               ) as "shift_ids!",
               coalesce(
                 array_agg(shift.number order by shift.begins_at) filter (where shift.gap is not null),
                 '{}'
               ) as "shift_numbers!",
               coalesce(
                 array_agg(shift.ends_at order by shift.begins_at) filter (where shift.gap is not null),
                 '{}'
               ) as "shift_ends!"
             from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[])
               as wanted (operation_id, begins_at, ends_at)
             cross join lateral (
               select shift.*
               from shift
               where shift.ends_at > wanted.begins_at
                 and shift.begins_at < wanted.ends_at
                 and shift.valid_from <= $1
                 and $1 < shift.valid_to
               offset 0
             ) shift
             group by wanted.operation_id, shift.centre_id, shift.centre
             order by wanted.operation_id, shift.centre"#,
            pin.position.0,
            &ids,
            &begins,
            &ends
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read shifts to measure"))?;
        let shifts: Vec<Uuid> = rows.iter().flat_map(|row| row.shift_ids.iter().copied()).collect();
        let happened =
            self.milestones(pin, &shifts, &["WatchGapDetected", "WatchGapEnded", "WatchHandedOver"]).await?;
        for row in rows {
            let Some(known) = facts.get_mut(&row.operation_id) else { continue };
            let shifts = row.shift_ids.into_iter().zip(row.shift_numbers).zip(row.shift_ends);
            for ((shift, number), shift_ends) in shifts {
                let Some(detected) = happened.last(shift, "WatchGapDetected") else { continue };
                known.gaps.push(GapFacts {
                    thing: Thing { kind: ThingKind::Shift, id: shift, code: number.to_string() },
                    centre: row.id,
                    shift_ends,
                    relieved: happened.last(shift, "WatchHandedOver"),
                    detected,
                    // A later report may tell that it was over earlier.
                    ended: happened.last(shift, "WatchGapEnded"),
                });
            }
            known.centres.push(Thing { kind: ThingKind::Centre, id: row.id, code: row.code });
        }
        Ok(())
    }
}
