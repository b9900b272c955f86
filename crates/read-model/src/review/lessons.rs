//! Findings across operations.

use super::finding::{ActionColumn, FindingRow, finding_rows};
use crate::{Error, Page, Pin, ReadModel, Search, doing};
use sqlx::types::Json;
use uuid::Uuid;

/// Which findings; what is left out does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct LessonFilter {
    /// Found in their codes and texts.
    pub search: Option<Search>,
    pub kind: Option<String>,
    pub statuses: Option<Vec<String>>,
    /// Those of operations that have something in common with the plan of this one.
    pub similar_to: Option<Uuid>,
}

/// A statement for each direction, as for other pages; `of` says of which operations.
macro_rules! lesson_page {
    ($model:ident, $pin:ident, $filter:ident, $page:ident, $of:literal, $order:literal) => {
        finding_rows!(
            "from finding held
             join visible_operation($1, $2, $3) visible on visible.id = held.operation_id
             where held.position > $4
               and held.position < $5
               and ($6::text is null or held.kind = $6)
               and ($7::text[] is null or held.status = any ($7))
               and ($8::text[] is null or found(
                 held.code,
                 concat_ws(
                   ' ',
                   held.observation,
                   held.discussion,
                   held.conclusion,
                   held.recommendation
                 ),
                 $8,
                 $9
               ))
               and "
                + $of
                + "
               and held.valid_from <= $1
               and $1 < held.valid_to
             order by held.position "
                + $order
                + " limit $11",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $page.after.unwrap_or(0),
            $page.before.unwrap_or(i64::MAX),
            $filter.kind.as_deref(),
            $filter.statuses.as_deref(),
            $filter.search.as_ref().map(|search| search.words.as_slice()),
            $filter.search.as_ref().map(|search| search.prefix.as_str()),
            $filter.similar_to,
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

impl ReadModel {
    /// In the order in which they were recorded.
    pub async fn lessons(
        &self,
        pin: &Pin,
        filter: &LessonFilter,
        page: &Page<i64>,
    ) -> Result<Vec<FindingRow>, Error> {
        // A filter that may be absent is found by no index.
        let rows = match (filter.similar_to, page.backwards) {
            (None, false) => lesson_page!(self, pin, filter, page, "$10::uuid is null", "asc"),
            (None, true) => lesson_page!(self, pin, filter, page, "$10::uuid is null", "desc"),
            (Some(_), false) => lesson_page!(
                self,
                pin,
                filter,
                page,
                "held.operation_id in (
                   select similar_.id
                   from similar_operation($1, $2, $3, $10) similar_
                 )",
                "asc"
            ),
            (Some(_), true) => lesson_page!(
                self,
                pin,
                filter,
                page,
                "held.operation_id in (
                   select similar_.id
                   from similar_operation($1, $2, $3, $10) similar_
                 )",
                "desc"
            ),
        };
        rows.map(|rows| page.ascending(rows)).map_err(doing("list lessons"))
    }

    pub async fn count_lessons(&self, pin: &Pin, filter: &LessonFilter) -> Result<i64, Error> {
        let found = self.lessons(pin, filter, &Page::first(i64::MAX)).await?;
        Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
    }
}
