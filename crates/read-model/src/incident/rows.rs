//! Rows of incidents: where each stands by what is claimed of it.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    incident::{Methane, Responder},
    release::Release,
};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct IncidentRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        /// Its code.
        pub operation: String,
        pub code: String,
        pub report: Json<Methane>,
        pub status: String,
        pub priority: Option<String>,
        pub owner: String,
        /// Whose work it is besides.
        pub parties: Vec<String>,
        /// What it says of its release itself.
        pub release: Option<Json<Release>>,
        /// Those of the operation that read it; `None`: all.
        pub readers: Option<Vec<String>>,
        pub reported_at: DateTime<Utc>,
        pub triaged_at: Option<DateTime<Utc>>,
        /// When the first response since it was reported or reopened was decided.
        pub decided_at: Option<DateTime<Utc>>,
        pub first_arrival_at: Option<DateTime<Utc>>,
        pub contained_at: Option<DateTime<Utc>>,
        pub closed_at: Option<DateTime<Utc>>,
        pub reopened_at: Option<DateTime<Utc>>,
        pub persons_recovered: Option<i64>,
        pub responders: Json<Vec<Responder>>,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `incident`, and the
/// arguments.
macro_rules! incident_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            IncidentRow,
            r#"select
               incident.id,
               incident.operation_id,
               incident.operation,
               incident.code,
               incident.report as "report: Json<Methane>",
               incident.status,
               incident.priority,
               incident.owner,
               incident.parties,
               incident.release as "release: Json<Release>",
               incident.readers,
               incident.reported_at,
               incident.triaged_at,
               incident.decided_at,
               incident.first_arrival_at,
               incident.contained_at,
               incident.closed_at,
               incident.reopened_at,
               incident.persons_recovered,
               incident.responders as "responders: Json<Vec<Responder>>"
             "# + $($rest)*
        )
    };
}

/// Of each operation the page's stretch, in the order of codes; a statement for each direction, as for other pages.
macro_rules! incident_pages {
    ($model:ident, $pin:ident, $operations:ident, $open:ident, $page:ident, $order:literal) => {
        incident_rows!(
            "from unnest($4::uuid[]) as wanted (id)
             cross join lateral (
               select entry.*
               from incident entry
               join visible_matter($1, $2, $3) visible on visible.id = entry.id
               where entry.operation_id = wanted.id
                 and entry.code > coalesce($5, '')
                 and ($6::text is null or entry.code < $6)
                 and entry.valid_from <= $1
                 and $1 < entry.valid_to
                 and ($7::boolean is null or (entry.status <> 'CLOSED') = $7)
               order by entry.code "
                + $order
                + " limit $8
             ) incident
             order by incident.operation_id, incident.code",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $operations,
            $page.after.as_deref(),
            $page.before.as_deref(),
            $open,
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

impl Versioned for IncidentRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("operation", "where the object stands never changes"),
        Column::nowhere("code", "what names the object never changes"),
        Column::plain("report", "report"),
        Column::plain("status", "status"),
        Column::plain("priority", "priority"),
        Column::nowhere("owner", "whose it is never changes"),
        Column::plain("parties", "parties"),
        Column::plain("release", "release"),
        Column::nowhere("readers", "computed from the label"),
        Column::instant("reported_at", "reportedAt"),
        Column::instant("triaged_at", "triagedAt"),
        Column::instant("decided_at", "decidedAt"),
        Column::instant("first_arrival_at", "firstArrivalAt"),
        Column::instant("contained_at", "containedAt"),
        Column::instant("closed_at", "closedAt"),
        Column::instant("reopened_at", "reopenedAt"),
        Column::plain("persons_recovered", "personsRecovered"),
        Column::nowhere(
            "responders",
            "each is told by a claim, which names only the tasks that its reader sees",
        ),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Incident(_, code)) = (state, item) else {
            return None;
        };
        let incident = operation.incidents.get(code)?;
        let standing = incident.standing();
        let first_arrival = standing.first_arrival();
        let readers = incident.label.readers(&operation.lead);
        let utc = |at: Option<domain::Instant>| at.map(|at| at.to_utc());
        Some(Self {
            id: incident.id(operation.id()).0,
            operation_id: operation.id().0,
            operation: operation.code.to_string(),
            code: code.to_string(),
            report: Json(incident.report.clone()),
            status: standing.status.to_string(),
            priority: standing.priority.map(|priority| priority.to_string()),
            owner: incident.label.owner.to_string(),
            parties: incident.label.parties.iter().map(ToString::to_string).collect(),
            release: incident.label.release.clone().map(Json),
            readers: readers.map(|readers| readers.into_iter().map(ToString::to_string).collect()),
            // Claimed by the event that founds it, and a correction takes the place of that claim.
            reported_at: standing.reported_at?.to_utc(),
            triaged_at: utc(standing.triaged_at),
            decided_at: utc(standing.decided_at),
            first_arrival_at: utc(first_arrival),
            contained_at: utc(standing.contained_at),
            closed_at: utc(standing.closed_at),
            reopened_at: utc(standing.reopened_at),
            persons_recovered: standing.persons_recovered.map(i64::from),
            responders: Json(standing.responders),
        })
    }
}

impl ReadModel {
    pub async fn incidents_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<IncidentRow>, Error> {
        incident_rows!(
            "from incident
             join visible_matter($1, $2, $3) visible on visible.id = incident.id
             where incident.id = any ($4) and incident.valid_from <= $1 and $1 < incident.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read incidents"))
    }

    /// A stretch of each operation's incidents, by operation and code; `open` asks for those that are closed, or not.
    pub async fn incidents_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        open: Option<bool>,
        page: &Page,
    ) -> Result<Vec<IncidentRow>, Error> {
        let rows = if page.backwards {
            incident_pages!(self, pin, operation_ids, open, page, "desc")
        } else {
            incident_pages!(self, pin, operation_ids, open, page, "asc")
        };
        rows.map_err(doing("list incidents"))
    }

    /// How many incidents each operation has.
    pub async fn count_incidents(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        open: Option<bool>,
    ) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select incident.operation_id, count(*) as "count!"
             from incident
             join visible_matter($1, $2, $3) visible on visible.id = incident.id
             where incident.operation_id = any ($4)
               and incident.valid_from <= $1
               and $1 < incident.valid_to
               and ($5::boolean is null or (incident.status <> 'CLOSED') = $5)
             group by incident.operation_id"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids,
            open
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count incidents"))?;
        Ok(rows.into_iter().map(|row| (row.operation_id, row.count)).collect())
    }
}
