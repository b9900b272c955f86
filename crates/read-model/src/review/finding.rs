//! Rows of findings.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    review::{Action, FindingId},
};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct FindingRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        /// Its code.
        pub operation: String,
        pub code: String,
        pub kind: String,
        pub status: String,
        pub observation: String,
        pub discussion: Option<String>,
        pub conclusion: Option<String>,
        pub recommendation: Option<String>,
        /// The post that answers for what becomes of it.
        pub owner: Option<String>,
        pub due_at: Option<DateTime<Utc>>,
        /// `None`: it has not been assigned.
        pub action: Option<Json<ActionColumn>>,
        /// Those that a viewer may not see are counted, too.
        pub evidence_count: i32,
        /// The post that recorded it.
        pub actor: String,
        pub found_at: DateTime<Utc>,
        pub position: i64,
    }
}

/// What the finding's owner has to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionColumn {
    /// Code of the post that has to act.
    pub post: String,
    pub assigned_at: DateTime<Utc>,
    pub completed: Option<CompletionColumn>,
    pub validated: Option<ValidationColumn>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompletionColumn {
    /// A post's code.
    pub actor: String,
    pub at: DateTime<Utc>,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidationColumn {
    /// A post's code.
    pub actor: String,
    pub at: DateTime<Utc>,
    pub accepted: bool,
    pub note: Option<String>,
}

impl From<&Action> for ActionColumn {
    fn from(action: &Action) -> Self {
        let completed = action.completed.as_ref().map(|done| CompletionColumn {
            actor: done.actor.clone(),
            at: done.at.to_utc(),
            note: done.note.to_string(),
        });
        let validated = action.validated.as_ref().map(|seen| ValidationColumn {
            actor: seen.actor.clone(),
            at: seen.at.to_utc(),
            accepted: seen.accepted,
            note: seen.note.as_ref().map(ToString::to_string),
        });
        let (post, assigned_at) = (action.post.to_string(), action.assigned_at.to_utc());
        Self { post, assigned_at, completed, validated }
    }
}

/// Which findings; what is left out does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FindingFilter {
    pub kind: Option<String>,
    pub statuses: Option<Vec<String>>,
    /// Code of a post.
    pub owner: Option<String>,
}

/// The columns, once for all queries: what follows says where from, with the table as `held`, and the arguments.
macro_rules! finding_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            FindingRow,
            r#"select
               held.id,
               held.operation_id,
               held.operation,
               held.code,
               held.kind,
               held.status,
               held.observation,
               held.discussion,
               held.conclusion,
               held.recommendation,
               held.owner,
               held.due_at,
               held.action as "action: Json<ActionColumn>",
               held.evidence_count,
               held.actor,
               held.found_at,
               held.position
             "# + $($rest)*
        )
    };
}

pub(super) use finding_rows;

/// Of each operation the page's stretch; a statement for each direction, as for other pages.
macro_rules! finding_pages {
    ($model:ident, $pin:ident, $operations:ident, $filter:ident, $page:ident, $order:literal) => {
        finding_rows!(
            "from unnest($4::uuid[]) as wanted (id)
             join visible_operation($1, $2, $3) visible on visible.id = wanted.id
             cross join lateral (
               select entry.*
               from finding entry
               where entry.operation_id = wanted.id
                 and entry.code > coalesce($5, '')
                 and ($6::text is null or entry.code < $6)
                 and ($7::text is null or entry.kind = $7)
                 and ($8::text[] is null or entry.status = any ($8))
                 and ($9::text is null or entry.owner = $9)
                 and entry.valid_from <= $1
                 and $1 < entry.valid_to
               order by entry.code "
                + $order
                + " limit $10
             ) held
             order by held.operation_id, held.code",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $operations,
            $page.after.as_deref(),
            $page.before.as_deref(),
            $filter.kind.as_deref(),
            $filter.statuses.as_deref(),
            $filter.owner.as_deref(),
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

impl Versioned for FindingRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("operation", "where the object stands never changes"),
        Column::plain("code", "code"),
        Column::plain("kind", "kind"),
        Column::plain("status", "status"),
        Column::plain("observation", "observation"),
        Column::plain("discussion", "discussion"),
        Column::plain("conclusion", "conclusion"),
        Column::plain("recommendation", "recommendation"),
        Column::plain("owner", "ownerCode"),
        Column::instant("due_at", "due"),
        Column::plain("action", "action"),
        Column::plain("evidence_count", "evidenceCount"),
        Column::nowhere("actor", "who recorded it never changes"),
        Column::instant("found_at", "recordedAt"),
        Column::position("position", "position"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Finding(_, code)) = (state, item) else {
            return None;
        };
        let known = operation.review.as_ref()?.findings.get(code)?;
        Some(Self {
            id: FindingId::of(operation.id(), code).0,
            operation_id: operation.id().0,
            operation: operation.code.to_string(),
            code: code.to_string(),
            kind: known.kind.to_string(),
            status: known.status().to_string(),
            observation: known.observation.to_string(),
            discussion: known.discussion.as_ref().map(ToString::to_string),
            conclusion: known.conclusion.as_ref().map(ToString::to_string),
            recommendation: known.recommendation.as_ref().map(ToString::to_string),
            owner: known.owner.as_ref().map(ToString::to_string),
            due_at: known.due.map(|due| due.to_utc()),
            action: known.action.as_ref().map(|action| Json(action.into())),
            evidence_count: i32::try_from(known.evidence.len()).unwrap_or(i32::MAX),
            actor: known.actor.clone(),
            found_at: known.at.to_utc(),
            position: known.position.0,
        })
    }
}

impl ReadModel {
    pub async fn findings_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<FindingRow>, Error> {
        finding_rows!(
            "from finding held
             join visible_operation($1, $2, $3) visible on visible.id = held.operation_id
             where held.id = any ($4) and held.valid_from <= $1 and $1 < held.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read findings"))
    }

    /// A page of each operation's, by operation and code: one statement for all of them.
    pub async fn findings_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        filter: &FindingFilter,
        page: &Page,
    ) -> Result<Vec<FindingRow>, Error> {
        let rows = if page.backwards {
            finding_pages!(self, pin, operation_ids, filter, page, "desc")
        } else {
            finding_pages!(self, pin, operation_ids, filter, page, "asc")
        };
        rows.map_err(doing("list findings"))
    }

    /// Operations without one that the viewer may see are left out.
    pub async fn count_findings(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        filter: &FindingFilter,
    ) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select held.operation_id, count(*) as "count!"
             from finding held
             join visible_operation($1, $2, $3) visible on visible.id = held.operation_id
             where held.operation_id = any ($4)
               and ($5::text is null or held.kind = $5)
               and ($6::text[] is null or held.status = any ($6))
               and ($7::text is null or held.owner = $7)
               and held.valid_from <= $1
               and $1 < held.valid_to
             group by held.operation_id"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids,
            filter.kind.as_deref(),
            filter.statuses.as_deref(),
            filter.owner.as_deref()
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count findings"))?;
        Ok(rows.into_iter().map(|row| (row.operation_id, row.count)).collect())
    }
}
