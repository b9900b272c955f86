//! Rows of the watch's log. Each entry says who reads it.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{Item, State, centre::CentreId, ids::LogEntryId, release::Release};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct LogEntryRow {
        pub id: Uuid,
        pub centre_id: Uuid,
        /// Counted from 1 for its centre, corrections too.
        pub number: i32,
        /// The partner whose entry it is.
        pub owner: String,
        pub category: String,
        pub text: String,
        /// `None`: it is for everybody.
        pub release: Option<Json<Release>>,
        /// Besides its owner; `None`: everybody in the coalition.
        pub readers: Option<Vec<String>>,
        pub occurred_at: DateTime<Utc>,
        pub recorded_at: DateTime<Utc>,
        pub position: i64,
        /// A post.
        pub author: String,
        pub late_reason: Option<String>,
        /// Number of the entry that was wrong.
        pub corrects: Option<i32>,
        /// Why.
        pub correction_reason: Option<String>,
        /// Number of the entry that puts this one right.
        pub corrected_by: Option<i32>,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `entry`, and the arguments.
macro_rules! log_entry_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            LogEntryRow,
            r#"select
               entry.id,
               entry.centre_id,
               entry.number,
               entry.owner,
               entry.category,
               entry.text,
               entry.release as "release: Json<Release>",
               entry.readers,
               entry.occurred_at,
               entry.recorded_at,
               entry.position,
               entry.author,
               entry.late_reason,
               entry.corrects,
               entry.correction_reason,
               entry.corrected_by
             "# + $($rest)*
        )
    };
}

/// Of each centre the page's stretch, in the order of numbers; a statement for each direction, as for other pages.
macro_rules! log_entry_pages {
    ($model:ident, $pin:ident, $centres:ident, $category:ident, $page:ident, $order:literal) => {
        log_entry_rows!(
            "from unnest($3::uuid[]) as wanted (id)
             cross join lateral (
               select made.*
               from log_entry made
               join visible_log_entry($1, $2) visible on visible.id = made.id
               where made.centre_id = wanted.id
                 and made.number > coalesce($4, 0)
                 and ($5::integer is null or made.number < $5)
                 and made.valid_from <= $1
                 and $1 < made.valid_to
                 and ($6::text is null or made.category = $6)
               order by made.number "
                + $order
                + " limit $7
             ) entry
             order by entry.centre_id, entry.number",
            $pin.position.0,
            $pin.viewer(),
            $centres,
            $page.after,
            $page.before,
            $category,
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

impl Versioned for LogEntryRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("centre_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::nowhere("owner", "whose it is never changes"),
        Column::plain("category", "category"),
        Column::plain("text", "text"),
        Column::plain("release", "release"),
        Column::nowhere("readers", "computed from the label"),
        Column::instant("occurred_at", "occurredAt"),
        Column::instant("recorded_at", "recordedAt"),
        Column::position("position", "position"),
        Column::nowhere("author", "who made it never changes"),
        Column::plain("late_reason", "lateReason"),
        Column::nowhere("corrects", "what it puts right never changes"),
        Column::plain("correction_reason", "correctionReason"),
        Column::plain("corrected_by", "correctedBy"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Centre(Some(centre)), Item::LogEntry(_, number)) = (state, item) else { return None };
        let (entry, centre_id) = (centre.watch.entry(*number)?, CentreId::of(&centre.code).0);
        let readers = |release: &Release| release.releasable_to.iter().map(ToString::to_string).collect();
        let corrects = entry.corrects.as_ref();
        Some(Self {
            id: LogEntryId::of(centre_id, *number).0,
            centre_id,
            number: number.cast_signed(),
            owner: entry.owner.to_string(),
            category: entry.category.to_string(),
            text: entry.text.to_string(),
            release: entry.release.clone().map(Json),
            readers: entry.release.as_ref().map(readers),
            occurred_at: entry.at.to_utc(),
            recorded_at: entry.recorded_at,
            position: entry.position.0,
            author: entry.actor.clone(),
            late_reason: entry.late_reason.clone(),
            corrects: corrects.map(|(number, _)| number.cast_signed()),
            correction_reason: corrects.map(|(_, reason)| reason.to_string()),
            corrected_by: entry.corrected_by.map(u32::cast_signed),
        })
    }
}

impl ReadModel {
    pub async fn log_entries_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<LogEntryRow>, Error> {
        log_entry_rows!(
            "from log_entry entry
             join visible_log_entry($1, $2) visible on visible.id = entry.id
             where entry.id = any ($3) and entry.valid_from <= $1 and $1 < entry.valid_to",
            pin.position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read log entries"))
    }

    /// A stretch of each centre's log, by centre and number; of a category, or of all.
    pub async fn log_entries_of(
        &self,
        pin: &Pin,
        centre_ids: &[Uuid],
        category: Option<&str>,
        page: &Page<i32>,
    ) -> Result<Vec<LogEntryRow>, Error> {
        let rows = if page.backwards {
            log_entry_pages!(self, pin, centre_ids, category, page, "desc")
        } else {
            log_entry_pages!(self, pin, centre_ids, category, page, "asc")
        };
        rows.map_err(doing("list log entries"))
    }

    /// How many entries each centre's log has.
    pub async fn count_log_entries(
        &self,
        pin: &Pin,
        centre_ids: &[Uuid],
        category: Option<&str>,
    ) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select entry.centre_id, count(*) as "count!"
             from log_entry entry
             join visible_log_entry($1, $2) visible on visible.id = entry.id
             where entry.centre_id = any ($3)
               and entry.valid_from <= $1
               and $1 < entry.valid_to
               and ($4::text is null or entry.category = $4)
             group by entry.centre_id"#,
            pin.position.0,
            pin.viewer(),
            centre_ids,
            category
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count log entries"))?;
        Ok(rows.into_iter().map(|row| (row.centre_id, row.count)).collect())
    }
}
