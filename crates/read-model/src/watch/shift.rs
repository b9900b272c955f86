//! Rows of shifts: who is to stand them and who does. Everybody in the coalition sees them.

use crate::{
    Error, InvalidRow, Page, Pin, ReadModel, doing, parse,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Item, PostCode, State,
    centre::CentreId,
    ids::ShiftId,
    watch::{Gap, HandOver, OnWatch, Shift, Strength},
};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct ShiftRow {
        pub id: Uuid,
        pub centre_id: Uuid,
        /// Its code.
        pub centre: String,
        /// Counted from 1 for its centre.
        pub number: i32,
        pub begins_at: DateTime<Utc>,
        /// As it was rostered; exclusive.
        pub ends_at: DateTime<Utc>,
        /// Codes of the posts.
        pub officers: Vec<String>,
        pub least: Json<Strength>,
        pub on_watch: Json<Vec<OnWatch>>,
        pub handed_over: Option<Json<HandOver>>,
        pub gap: Option<Json<Gap>>,
        /// When it is to be told that it lacks officers; `None`: nothing is to be told.
        pub gap_due_at: Option<DateTime<Utc>>,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `shift`, and the arguments.
macro_rules! shift_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            ShiftRow,
            r#"select
               shift.id,
               shift.centre_id,
               shift.centre,
               shift.number,
               shift.begins_at,
               shift.ends_at,
               shift.officers,
               shift.least as "least: Json<Strength>",
               shift.on_watch as "on_watch: Json<Vec<OnWatch>>",
               shift.handed_over as "handed_over: Json<HandOver>",
               shift.gap as "gap: Json<Gap>",
               shift.gap_due_at
             "# + $($rest)*
        )
    };
}

/// Of each centre the page's stretch, in the order of their beginnings; a statement for each direction, as for other
/// pages.
macro_rules! shift_pages {
    ($model:ident, $pin:ident, $centres:ident, $span:ident, $page:ident, $order:literal) => {
        shift_rows!(
            "from unnest($2::uuid[]) as wanted (id)
             cross join lateral (
               select entry.*
               from shift entry
               where entry.centre_id = wanted.id
                 and entry.valid_from <= $1
                 and $1 < entry.valid_to
                 and ($3::timestamptz is null or entry.ends_at > $3)
                 and ($4::timestamptz is null or entry.begins_at < $4)
                 and ($5::timestamptz is null or entry.begins_at > $5)
                 and ($6::timestamptz is null or entry.begins_at < $6)
               order by entry.begins_at "
                + $order
                + " limit $7
             ) shift
             order by shift.centre_id, shift.begins_at",
            $pin.position.0,
            $centres,
            $span.from,
            $span.to,
            $page.after,
            $page.before,
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

/// Shifts that run at some time of it; what is `None` does not narrow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ShiftSpan {
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

impl Versioned for ShiftRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("centre_id", "where the object stands never changes"),
        Column::nowhere("centre", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::instant("begins_at", "from"),
        Column::instant("ends_at", "to"),
        Column::plain("officers", "officers"),
        Column::plain("least", "least"),
        Column::plain("on_watch", "onWatch"),
        Column::plain("handed_over", "handover"),
        Column::plain("gap", "gaps"),
        Column::nowhere("gap_due_at", "computed from what is shown"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Centre(Some(centre)), Item::Shift(_, number)) = (state, item) else { return None };
        let (shift, centre_id) = (centre.watch.shift(*number)?, CentreId::of(&centre.code).0);
        Some(Self {
            id: ShiftId::of(centre_id, *number).0,
            centre_id,
            centre: centre.code.to_string(),
            number: number.cast_signed(),
            begins_at: shift.from.to_utc(),
            ends_at: shift.to.to_utc(),
            officers: shift.officers.iter().map(ToString::to_string).collect(),
            least: Json(shift.least),
            on_watch: Json(shift.on_watch.clone()),
            handed_over: shift.handed_over.clone().map(Json),
            gap: shift.gap.clone().map(Json),
            gap_due_at: centre.gap_due(shift).map(|at| at.to_utc()),
        })
    }
}

impl ShiftRow {
    /// As the rules have it.
    pub fn shift(&self) -> Result<Shift, InvalidRow> {
        Ok(Shift {
            number: self.number.cast_unsigned(),
            from: self.begins_at.fixed_offset(),
            to: self.ends_at.fixed_offset(),
            officers: self.officers.iter().map(|post| parse::<PostCode>(post)).collect::<Result<_, _>>()?,
            least: self.least.0,
            on_watch: self.on_watch.0.clone(),
            handed_over: self.handed_over.as_ref().map(|over| over.0.clone()),
            gap: self.gap.as_ref().map(|gap| gap.0.clone()),
        })
    }
}

impl ReadModel {
    pub async fn shifts_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<ShiftRow>, Error> {
        shift_rows!(
            "from shift
             where shift.id = any ($2) and shift.valid_from <= $1 and $1 < shift.valid_to",
            pin.position.0,
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read shifts"))
    }

    /// A stretch of each centre's shifts, by centre and beginning.
    pub async fn shifts_of(
        &self,
        pin: &Pin,
        centre_ids: &[Uuid],
        span: ShiftSpan,
        page: &Page<DateTime<Utc>>,
    ) -> Result<Vec<ShiftRow>, Error> {
        let rows = if page.backwards {
            shift_pages!(self, pin, centre_ids, span, page, "desc")
        } else {
            shift_pages!(self, pin, centre_ids, span, page, "asc")
        };
        rows.map_err(doing("list shifts"))
    }

    /// How many shifts each centre has.
    pub async fn count_shifts(
        &self,
        pin: &Pin,
        centre_ids: &[Uuid],
        span: ShiftSpan,
    ) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select shift.centre_id, count(*) as "count!"
             from shift
             where shift.centre_id = any ($2)
               and shift.valid_from <= $1
               and $1 < shift.valid_to
               and ($3::timestamptz is null or shift.ends_at > $3)
               and ($4::timestamptz is null or shift.begins_at < $4)
             group by shift.centre_id"#,
            pin.position.0,
            centre_ids,
            span.from,
            span.to
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count shifts"))?;
        Ok(rows.into_iter().map(|row| (row.centre_id, row.count)).collect())
    }

    /// The shifts of all centres that run at some time of the hour after that moment, by centre, the first to begin first.
    pub async fn shifts_at_hand(&self, pin: &Pin, now: DateTime<Utc>) -> Result<Vec<ShiftRow>, Error> {
        let soon = now + TimeDelta::hours(1);
        shift_rows!(
            "from shift
             where shift.ends_at > $2
               and shift.ends_at <= $4
               and shift.begins_at <= $3
               and shift.valid_from <= $1
               and $1 < shift.valid_to
             order by shift.centre_id, shift.begins_at",
            pin.position.0,
            now,
            soon,
            // No shift is longer than a day.
            soon + TimeDelta::days(1)
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list shifts at hand"))
    }

    /// Shifts that began before that moment and lack officers, of which nobody was told, the oldest first: for the service
    /// that tells of them. By the newest rows; where it is `agreed`, only those that Postgres's own clock is past, too.
    pub async fn shifts_that_lack_officers(
        &self,
        now: DateTime<Utc>,
        agreed: bool,
        limit: i64,
    ) -> Result<Vec<ShiftRow>, Error> {
        shift_rows!(
            "from shift
             where shift.gap_due_at < $1
               and shift.gap_due_at is not null
               and (not $2 or shift.gap_due_at < now())
               and shift.valid_to = 9223372036854775807
             order by shift.gap_due_at, shift.id
             limit $3",
            now,
            agreed,
            limit
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("look for shifts that lack officers"))
    }
}
