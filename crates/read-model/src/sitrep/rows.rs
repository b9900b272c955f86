//! Rows of SITREPs: figures as they were counted, and what puts them right.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    ids::SitrepId,
    release::Release,
    sitrep::{Difference, Figures},
};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct SitrepRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        /// Counted from 1 for its operation, corrections too.
        pub entry: i32,
        pub code: String,
        /// Counted from 1 for its operation; a correction has that of what it puts right.
        pub number: i32,
        /// Counted from 1 for its number; `None`: it is no correction.
        pub correction: Option<i32>,
        /// The end of the period before; `None`: it is the first.
        pub since: Option<DateTime<Utc>>,
        pub until: DateTime<Utc>,
        /// The operation's lead.
        pub owner: String,
        /// The post that issued it.
        pub actor: String,
        pub issued_at: DateTime<Utc>,
        pub position: i64,
        pub remarks: Option<String>,
        /// Whether none follows.
        pub is_final: bool,
        pub figures: Json<Figures>,
        /// Code of what it puts right.
        pub corrects: Option<String>,
        /// Why.
        pub reason: Option<String>,
        pub differences: Json<Vec<Difference>>,
        /// Code of what puts it right.
        pub corrected_by: Option<String>,
        /// Whose work it is besides.
        pub parties: Vec<String>,
        /// What it says of its release itself.
        pub release: Option<Json<Release>>,
        /// Those of the operation that read it; `None`: all.
        pub readers: Option<Vec<String>>,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `sitrep`, and the arguments.
macro_rules! sitrep_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            SitrepRow,
            r#"select
               sitrep.id,
               sitrep.operation_id,
               sitrep.entry,
               sitrep.code,
               sitrep.number,
               sitrep.correction,
               sitrep.since,
               sitrep.until,
               sitrep.owner,
               sitrep.actor,
               sitrep.issued_at,
               sitrep.position,
               sitrep.remarks,
               sitrep.is_final,
               sitrep.figures as "figures: Json<Figures>",
               sitrep.corrects,
               sitrep.reason,
               sitrep.differences as "differences: Json<Vec<Difference>>",
               sitrep.corrected_by,
               sitrep.parties,
               sitrep.release as "release: Json<Release>",
               sitrep.readers
             "# + $($rest)*
        )
    };
}

/// Of each operation the page's stretch; a statement for each direction, as for other pages.
macro_rules! sitrep_pages {
    ($model:ident, $pin:ident, $operations:ident, $page:ident, $order:literal) => {
        sitrep_rows!(
            "from unnest($4::uuid[]) as wanted (id)
             cross join lateral (
               select entry.*
               from sitrep entry
               join visible_matter($1, $2, $3) visible on visible.id = entry.id
               where entry.operation_id = wanted.id
                 and entry.entry > $5
                 and entry.entry < $6
                 and entry.valid_from <= $1
                 and $1 < entry.valid_to
               order by entry.entry "
                + $order
                + " limit $7
             ) sitrep
             order by sitrep.operation_id, sitrep.entry",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $operations,
            $page.after.unwrap_or(0),
            $page.before.unwrap_or(i32::MAX),
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

impl Versioned for SitrepRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("entry", "what names the object never changes"),
        Column::plain("code", "code"),
        Column::nowhere("number", "what names the object never changes"),
        Column::nowhere("correction", "what names the object never changes"),
        Column::instant("since", "from"),
        Column::instant("until", "until"),
        Column::nowhere("owner", "it is the operation's lead"),
        Column::nowhere("actor", "who issued it never changes"),
        Column::instant("issued_at", "issuedAt"),
        Column::position("position", "position"),
        Column::plain("remarks", "remarks"),
        Column::plain("is_final", "final"),
        Column::plain("figures", "figures"),
        Column::nowhere("corrects", "what it puts right never changes"),
        Column::plain("reason", "reason"),
        Column::plain("differences", "differences"),
        Column::plain("corrected_by", "correctedByCode"),
        Column::nowhere("parties", "there are none besides the lead"),
        Column::plain("release", "release"),
        Column::nowhere("readers", "computed from the label"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Sitrep(_, code)) = (state, item) else {
            return None;
        };
        let known = operation.sitreps.get(code)?;
        let id = operation.id();
        let correction = known.correction.as_ref();
        let readers = known.label.readers(&operation.lead);
        Some(Self {
            id: SitrepId::of(id, code).0,
            operation_id: id.0,
            entry: known.entry.cast_signed(),
            code: code.to_string(),
            number: known.number.cast_signed(),
            correction: correction.map(|correction| correction.number.cast_signed()),
            since: known.period.from.map(|from| from.to_utc()),
            until: known.period.until.to_utc(),
            owner: known.label.owner.to_string(),
            actor: known.actor.clone(),
            issued_at: known.issued_at.to_utc(),
            position: known.position.0,
            remarks: known.remarks.as_ref().map(ToString::to_string),
            is_final: known.is_final,
            figures: Json(known.figures.clone()),
            corrects: correction.map(|correction| correction.corrects.to_string()),
            reason: correction.map(|correction| correction.reason.to_string()),
            differences: Json(
                correction.map(|correction| correction.differences.clone()).unwrap_or_default(),
            ),
            corrected_by: known.corrected_by.as_ref().map(ToString::to_string),
            parties: known.label.parties.iter().map(ToString::to_string).collect(),
            release: known.label.release.clone().map(Json),
            readers: readers.map(|readers| readers.into_iter().map(ToString::to_string).collect()),
        })
    }
}

impl ReadModel {
    pub async fn sitreps_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<SitrepRow>, Error> {
        sitrep_rows!(
            "from sitrep
             join visible_matter($1, $2, $3) visible on visible.id = sitrep.id
             where sitrep.id = any ($4) and sitrep.valid_from <= $1 and $1 < sitrep.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read SITREPs"))
    }

    /// A page of each operation's, by operation and in the order in which they were issued: one statement for all of them.
    pub async fn sitreps_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        page: &Page<i32>,
    ) -> Result<Vec<SitrepRow>, Error> {
        let rows = if page.backwards {
            sitrep_pages!(self, pin, operation_ids, page, "desc")
        } else {
            sitrep_pages!(self, pin, operation_ids, page, "asc")
        };
        rows.map_err(doing("list SITREPs"))
    }

    /// Operations without one that the viewer may see are left out.
    pub async fn count_sitreps(&self, pin: &Pin, operation_ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select sitrep.operation_id, count(*) as "count!"
             from sitrep
             join visible_matter($1, $2, $3) visible on visible.id = sitrep.id
             where sitrep.operation_id = any ($4) and sitrep.valid_from <= $1 and $1 < sitrep.valid_to
             group by sitrep.operation_id"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count SITREPs"))?;
        Ok(rows.into_iter().map(|row| (row.operation_id, row.count)).collect())
    }
}
