//! Facts of how many persons were received and helped, as far as the viewer is told.
//!
//! Whoever counts is told all of its reports. Everybody else has what was told when each came in, and nothing besides: a
//! figure of numbers that were told tells no other.

use crate::{Error, Pin, ReadModel, assistance::CountColumn, doing, metrics::read};
use chrono::{DateTime, Utc};
use domain::{
    PartnerCode, Position,
    assistance::{Cell, Figure},
    ids::PartnerId,
    metrics::{AuthorityFacts, Facts, Tally, Thing, ThingKind},
};
use sqlx::types::Json;
use std::collections::BTreeMap;
use uuid::Uuid;

struct StepRow {
    operation_id: Uuid,
    authority: String,
    starts_at: DateTime<Utc>,
    told: Json<Vec<CountColumn>>,
}

/// What one report counts, nationalities added up.
pub(super) fn tally(
    counts: &[CountColumn],
    (position, corrects): (Position, Option<Position>),
    at: DateTime<Utc>,
) -> Tally {
    let sum = |figure: Figure| {
        let of_figure = counts.iter().filter(|count| count.cell.figure == figure);
        of_figure.map(|count| count.count).sum::<Option<u32>>()
    };
    Tally {
        position: Some(position),
        corrects,
        at,
        received: sum(Figure::Received),
        presumed: sum(Figure::Presumed),
        not_presumed: sum(Figure::NotPresumed),
        identified: sum(Figure::Identified),
        not_identified: sum(Figure::NotIdentified),
    }
}

/// How many more there are from a moment on than before, of what is told of both.
fn more(before: &[CountColumn], now: &[CountColumn], at: DateTime<Utc>) -> Tally {
    let of = |figure: Figure| {
        let cell = Cell::of(figure);
        // What has not been counted is none, and no secret.
        let told = |counts: &[CountColumn]| {
            counts.iter().find(|count| count.cell == cell).map_or(Some(0), |count| count.count)
        };
        Some(told(now)?.saturating_sub(told(before)?))
    };
    Tally {
        position: None,
        corrects: None,
        at,
        received: of(Figure::Received),
        presumed: of(Figure::Presumed),
        not_presumed: of(Figure::NotPresumed),
        identified: of(Figure::Identified),
        not_identified: of(Figure::NotIdentified),
    }
}

impl ReadModel {
    /// The counts of everybody else, after those of the viewer's own partner, which are among the claims.
    pub(super) async fn add_persons(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        facts: &mut BTreeMap<Uuid, Facts>,
    ) -> Result<(), Error> {
        let rows = sqlx::query_as!(
            StepRow,
            r#"select
               step.operation_id,
               step.authority,
               step.starts_at,
               step.told as "told: Json<Vec<CountColumn>>"
             from assistance_step step
             join visible_operation($1, $2, $3) visible on visible.id = step.operation_id
             where step.operation_id = any ($4)
               and step.authority <> $3
               and step.valid_from <= $1
               and $1 < step.valid_to
             order by step.operation_id, step.authority, step.starts_at"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read counts to measure"))?;
        let mut before: &[CountColumn] = &[];
        for (index, row) in rows.iter().enumerate() {
            let Some(known) = facts.get_mut(&row.operation_id) else { continue };
            let goes_on = index
                .checked_sub(1)
                .and_then(|index| rows.get(index))
                .is_some_and(|last| last.operation_id == row.operation_id && last.authority == row.authority);
            if !goes_on {
                before = &[];
                let authority: PartnerCode = read(&row.authority)?;
                known.authorities.push(AuthorityFacts {
                    thing: Thing {
                        kind: ThingKind::Partner,
                        id: PartnerId::of(&authority).0,
                        code: row.authority.clone(),
                    },
                    tallies: Vec::new(),
                });
            }
            if let Some(counting) = known.authorities.last_mut() {
                counting.tallies.push(more(before, &row.told, row.starts_at));
            }
            before = &row.told;
        }
        for known in facts.values_mut() {
            known.authorities.sort_by(|one, other| one.thing.code.cmp(&other.thing.code));
        }
        Ok(())
    }
}
