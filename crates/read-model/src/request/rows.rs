//! Rows of requests: who asks whom, and where each stands by what is claimed of it.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{Item, State, ids::IncidentId, release::Release};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct RequestRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        /// Its code.
        pub operation: String,
        pub code: String,
        pub kind: String,
        pub channel: String,
        pub status: String,
        pub priority: String,
        /// The partner that asks.
        pub asker: String,
        /// The partner that is asked.
        pub asked: String,
        pub incident_id: Option<Uuid>,
        pub text: String,
        /// Both partners.
        pub parties: Vec<String>,
        /// What it says of its release itself.
        pub release: Json<Release>,
        /// Those of the operation that read it.
        pub readers: Vec<String>,
        pub issued_at: DateTime<Utc>,
        pub acknowledged_at: Option<DateTime<Utc>>,
        /// When it was accepted or declined.
        pub answered_at: Option<DateTime<Utc>>,
        /// When it was fulfilled, declined or withdrawn.
        pub ended_at: Option<DateTime<Utc>>,
        /// The answer, or why not.
        pub outcome: Option<String>,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `request`, and the
/// arguments.
macro_rules! request_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            RequestRow,
            r#"select
               request.id,
               request.operation_id,
               request.operation,
               request.code,
               request.kind,
               request.channel,
               request.status,
               request.priority,
               request.asker,
               request.asked,
               request.incident_id,
               request.text,
               request.parties,
               request.release as "release: Json<Release>",
               request.readers,
               request.issued_at,
               request.acknowledged_at,
               request.answered_at,
               request.ended_at,
               request.outcome
             "# + $($rest)*
        )
    };
}

/// Of each operation the page's stretch, in the order of codes; a statement for each direction, as for other pages.
macro_rules! request_pages {
    ($model:ident, $pin:ident, $operations:ident, $filter:ident, $page:ident, $order:literal) => {
        request_rows!(
            "from unnest($4::uuid[]) as wanted (id)
             cross join lateral (
               select entry.*
               from request entry
               join visible_matter($1, $2, $3) visible on visible.id = entry.id
               where entry.operation_id = wanted.id
                 and entry.code > coalesce($5, '')
                 and ($6::text is null or entry.code < $6)
                 and entry.valid_from <= $1
                 and $1 < entry.valid_to
                 and ($7::boolean is null or (entry.ended_at is null) = $7)
                 and ($8::text is null or entry.asker = $8 or entry.asked = $8)
               order by entry.code "
                + $order
                + " limit $9
             ) request
             order by request.operation_id, request.code",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $operations,
            $page.after.as_deref(),
            $page.before.as_deref(),
            $filter.open,
            $filter.partner.as_deref(),
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

/// Which requests; what is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct RequestFilter {
    /// Whether somebody still has to do something.
    pub open: Option<bool>,
    /// Of which this partner asks or is asked.
    pub partner: Option<String>,
}

impl Versioned for RequestRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("operation", "where the object stands never changes"),
        Column::nowhere("code", "what names the object never changes"),
        Column::nowhere("kind", "what is asked for never changes"),
        Column::nowhere("channel", "what is asked for never changes"),
        Column::plain("status", "status"),
        Column::plain("priority", "priority"),
        Column::nowhere("asker", "who asks never changes"),
        Column::nowhere("asked", "who is asked never changes"),
        Column::nowhere("incident_id", "what it is about never changes"),
        Column::plain("text", "text"),
        Column::nowhere("parties", "who asks whom never changes"),
        Column::plain("release", "release"),
        Column::nowhere("readers", "computed from the label"),
        Column::instant("issued_at", "issuedAt"),
        Column::instant("acknowledged_at", "acknowledgedAt"),
        Column::instant("answered_at", "answeredAt"),
        Column::instant("ended_at", "endedAt"),
        Column::plain("outcome", "outcome"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Request(_, code)) = (state, item) else {
            return None;
        };
        let (request, id) = (operation.requests.get(code)?, operation.id());
        let standing = request.standing();
        let utc = |at: Option<domain::Instant>| at.map(|at| at.to_utc());
        let readers = request.label.readers(&operation.lead).unwrap_or_default();
        let parties = [request.from(), &request.to];
        Some(Self {
            id: request.id(id).0,
            operation_id: id.0,
            operation: operation.code.to_string(),
            code: code.to_string(),
            kind: request.kind.to_string(),
            channel: request.channel.to_string(),
            status: standing.status.to_string(),
            priority: standing.priority.unwrap_or(request.priority).to_string(),
            asker: request.from().to_string(),
            asked: request.to.to_string(),
            incident_id: request.incident.as_ref().map(|incident| IncidentId::of(id, incident).0),
            text: request.text.to_string(),
            parties: parties.into_iter().map(ToString::to_string).collect(),
            release: Json(request.label.release.clone().unwrap_or_default()),
            readers: readers.into_iter().map(ToString::to_string).collect(),
            // Claimed by the event that founds it, and a correction takes the place of that claim.
            issued_at: standing.issued_at?.to_utc(),
            acknowledged_at: utc(standing.acknowledged_at),
            answered_at: utc(standing.answered_at),
            ended_at: utc(standing.ended_at),
            outcome: standing.outcome.map(|outcome| outcome.to_string()),
        })
    }
}

impl ReadModel {
    pub async fn requests_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<RequestRow>, Error> {
        request_rows!(
            "from request
             join visible_matter($1, $2, $3) visible on visible.id = request.id
             where request.id = any ($4) and request.valid_from <= $1 and $1 < request.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read requests"))
    }

    /// A stretch of each operation's requests, by operation and code.
    pub async fn requests_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        filter: &RequestFilter,
        page: &Page,
    ) -> Result<Vec<RequestRow>, Error> {
        let rows = if page.backwards {
            request_pages!(self, pin, operation_ids, filter, page, "desc")
        } else {
            request_pages!(self, pin, operation_ids, filter, page, "asc")
        };
        rows.map_err(doing("list requests"))
    }

    /// How many requests each operation has.
    pub async fn count_requests(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        filter: &RequestFilter,
    ) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select request.operation_id, count(*) as "count!"
             from request
             join visible_matter($1, $2, $3) visible on visible.id = request.id
             where request.operation_id = any ($4)
               and request.valid_from <= $1
               and $1 < request.valid_to
               and ($5::boolean is null or (request.ended_at is null) = $5)
               and ($6::text is null or request.asker = $6 or request.asked = $6)
             group by request.operation_id"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids,
            filter.open,
            filter.partner.as_deref()
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count requests"))?;
        Ok(rows.into_iter().map(|row| (row.operation_id, row.count)).collect())
    }

    /// All requests about the incidents, by incident and code.
    pub async fn requests_about(&self, pin: &Pin, incident_ids: &[Uuid]) -> Result<Vec<RequestRow>, Error> {
        request_rows!(
            "from request
             join visible_matter($1, $2, $3) visible on visible.id = request.id
             where request.incident_id = any ($4) and request.valid_from <= $1 and $1 < request.valid_to
             order by request.incident_id, request.code",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            incident_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list requests about incidents"))
    }
}
