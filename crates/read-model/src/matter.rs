//! Rows of what all matters have: what is claimed of them, and the clocks that run on them.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    claim::Claim,
    clock::Clock,
    ids::{ClockId, MatterClaimId},
    incident::{IncidentClaim, IncidentClaimKind},
    operation::Operation,
    outcome::Measured,
    release::Matter,
    request::{RequestClaim, RequestClaimKind},
};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

/// The kind of all claims on outcomes.
const RECORDED: &str = "RECORDED";

/// What is claimed of a matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MatterSays {
    Incident(IncidentClaim),
    Request(RequestClaim),
    Outcome(Measured),
}

row! {
    pub struct MatterClaimRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub matter_id: Uuid,
        /// Counted from 1 for its matter, corrections too.
        pub number: i32,
        pub kind: String,
        pub says: Json<MatterSays>,
        pub occurred_at: DateTime<Utc>,
        pub recorded_at: DateTime<Utc>,
        pub position: i64,
        /// A post or a service.
        pub reporter: String,
        pub late_reason: Option<String>,
        /// Number of the claim that was wrong.
        pub corrects: Option<i32>,
        /// Why.
        pub correction_reason: Option<String>,
        /// Number of the claim that puts this one right.
        pub corrected_by: Option<i32>,
        /// Code of the post that it calls.
        pub called: Option<String>,
    }
}

row! {
    pub struct ClockRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        /// Its code.
        pub operation: String,
        pub matter_id: Uuid,
        pub matter: Json<Matter>,
        /// Counted from 1 for its matter.
        pub number: i32,
        pub kind: String,
        pub started_at: DateTime<Utc>,
        pub due_at: DateTime<Utc>,
        pub stopped_at: Option<DateTime<Utc>>,
        pub breached_at: Option<DateTime<Utc>>,
        pub escalate_to: Option<String>,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `claim`, and the arguments.
macro_rules! claim_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            MatterClaimRow,
            r#"select
               claim.id,
               claim.operation_id,
               claim.matter_id,
               claim.number,
               claim.kind,
               claim.says as "says: Json<MatterSays>",
               claim.occurred_at,
               claim.recorded_at,
               claim.position,
               claim.reporter,
               claim.late_reason,
               claim.corrects,
               claim.correction_reason,
               claim.corrected_by,
               claim.called
             "# + $($rest)*
        )
    };
}

/// The same of clocks, with the table as `clock`.
macro_rules! clock_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            ClockRow,
            r#"select
               clock.id,
               clock.operation_id,
               clock.operation,
               clock.matter_id,
               clock.matter as "matter: Json<Matter>",
               clock.number,
               clock.kind,
               clock.started_at,
               clock.due_at,
               clock.stopped_at,
               clock.breached_at,
               clock.escalate_to
             "# + $($rest)*
        )
    };
}

/// A stretch of clocks; a statement for each direction, as for other pages.
macro_rules! clock_pages {
    ($model:ident, $pin:ident, $operation:ident, $open:ident, $page:ident, $order:literal) => {{
        let (after, before) = ($page.after.unzip(), $page.before.unzip());
        clock_rows!(
            "from clock
             join visible_matter($1, $2, $3) visible on visible.id = clock.matter_id
             where clock.valid_from <= $1
               and $1 < clock.valid_to
               and ($4::uuid is null or clock.operation_id = $4)
               and ($5::boolean is null or (clock.stopped_at is null and clock.breached_at is null) = $5)
               and ($6::timestamptz is null or (clock.due_at, clock.id) > ($6, $7::uuid))
               and ($8::timestamptz is null or (clock.due_at, clock.id) < ($8, $9::uuid))
             order by clock.due_at "
                + $order
                + ", clock.id "
                + $order
                + " limit $10",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $operation,
            $open,
            after.0,
            after.1,
            before.0,
            before.1,
            $page.limit
        )
        .fetch_all($model.db())
        .await
    }};
}

impl Versioned for MatterClaimRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("matter_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::plain("kind", "kind"),
        Column::nowhere("says", "what was said never changes, and has a field for each part"),
        Column::instant("occurred_at", "occurredAt"),
        Column::instant("recorded_at", "recordedAt"),
        Column::position("position", "position"),
        Column::nowhere("reporter", "who said it never changes"),
        Column::plain("late_reason", "lateReason"),
        Column::nowhere("corrects", "what it puts right never changes"),
        Column::plain("correction_reason", "correctionReason"),
        Column::plain("corrected_by", "correctedBy"),
        Column::nowhere("called", "what was said never changes, and has a field for each part"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::MatterClaim(_, matter, number)) = (state, item) else {
            return None;
        };
        match matter {
            Matter::Incident(code) => {
                let claim = operation.incidents.get(code)?.claims.get(*number)?;
                let kind = IncidentClaimKind::from(&claim.says).to_string();
                Some(Self::of(operation, matter, claim, kind, MatterSays::Incident(claim.says.clone())))
            }
            Matter::Request(code) => {
                let claim = operation.requests.get(code)?.claims.get(*number)?;
                let kind = RequestClaimKind::from(&claim.says).to_string();
                Some(Self::of(operation, matter, claim, kind, MatterSays::Request(claim.says.clone())))
            }
            Matter::Outcome(code) => {
                let claim = operation.outcomes.get(code)?.claims.get(*number)?;
                Some(Self::of(
                    operation,
                    matter,
                    claim,
                    RECORDED.to_owned(),
                    MatterSays::Outcome(claim.says.clone()),
                ))
            }
            Matter::Contribution(_) | Matter::Sitrep(_) => None,
        }
    }
}

impl MatterClaimRow {
    fn of<T>(
        operation: &Operation,
        matter: &Matter,
        claim: &Claim<T>,
        kind: String,
        says: MatterSays,
    ) -> Self {
        let called = match &says {
            MatterSays::Incident(IncidentClaim::Escalated { to, .. })
            | MatterSays::Request(RequestClaim::Escalated { to, .. }) => to.as_ref(),
            _ => None,
        };
        let called = called.map(ToString::to_string);
        let matter_id = matter.id(operation.id());
        let correction = claim.corrects.as_ref();
        Self {
            id: MatterClaimId::of(matter_id, claim.number).0,
            operation_id: operation.id().0,
            matter_id,
            number: claim.number.cast_signed(),
            kind,
            says: Json(says),
            occurred_at: claim.occurred_at.to_utc(),
            recorded_at: claim.recorded_at,
            position: claim.position.0,
            reporter: claim.reporter.clone(),
            late_reason: claim.late_reason.clone(),
            corrects: correction.map(|correction| correction.claim.cast_signed()),
            correction_reason: correction.map(|correction| correction.reason.to_string()),
            corrected_by: claim.corrected_by.map(u32::cast_signed),
            called,
        }
    }
}

impl Versioned for ClockRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("operation", "where the object stands never changes"),
        Column::nowhere("matter_id", "where the object stands never changes"),
        Column::nowhere("matter", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::plain("kind", "kind"),
        Column::instant("started_at", "startedAt"),
        Column::instant("due_at", "dueAt"),
        Column::instant("stopped_at", "stoppedAt"),
        Column::instant("breached_at", "breachedAt"),
        Column::plain("escalate_to", "escalateTo"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Clock(_, matter, number)) = (state, item) else {
            return None;
        };
        let clock: &Clock = match matter {
            Matter::Incident(code) => operation.incidents.get(code)?.clocks.get(*number)?,
            Matter::Request(code) => operation.requests.get(code)?.clocks.get(*number)?,
            Matter::Contribution(_) | Matter::Outcome(_) | Matter::Sitrep(_) => return None,
        };
        let matter_id = matter.id(operation.id());
        Some(Self {
            id: ClockId::of(matter_id, clock.number).0,
            operation_id: operation.id().0,
            operation: operation.code.to_string(),
            matter_id,
            matter: Json(matter.clone()),
            number: clock.number.cast_signed(),
            kind: clock.kind.to_string(),
            started_at: clock.started_at.to_utc(),
            due_at: clock.due_at.to_utc(),
            stopped_at: clock.stopped_at.map(|at| at.to_utc()),
            breached_at: clock.breached_at.map(|at| at.to_utc()),
            escalate_to: clock.escalate_to.as_ref().map(ToString::to_string),
        })
    }
}

impl ReadModel {
    pub async fn matter_claims_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<MatterClaimRow>, Error> {
        claim_rows!(
            "from matter_claim claim
             join visible_matter($1, $2, $3) visible on visible.id = claim.matter_id
             where claim.id = any ($4) and claim.valid_from <= $1 and $1 < claim.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read claims on matters"))
    }

    /// All claims on the matters, corrected ones too, by matter and number.
    pub async fn matter_claims_of(
        &self,
        pin: &Pin,
        matter_ids: &[Uuid],
    ) -> Result<Vec<MatterClaimRow>, Error> {
        claim_rows!(
            "from matter_claim claim
             join visible_matter($1, $2, $3) visible on visible.id = claim.matter_id
             where claim.matter_id = any ($4) and claim.valid_from <= $1 and $1 < claim.valid_to
             order by claim.matter_id, claim.number",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            matter_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list claims on matters"))
    }

    pub async fn clocks_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<ClockRow>, Error> {
        clock_rows!(
            "from clock
             join visible_matter($1, $2, $3) visible on visible.id = clock.matter_id
             where clock.id = any ($4) and clock.valid_from <= $1 and $1 < clock.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read clocks"))
    }

    /// All clocks on the matters, by matter and number.
    pub async fn clocks_on(&self, pin: &Pin, matter_ids: &[Uuid]) -> Result<Vec<ClockRow>, Error> {
        clock_rows!(
            "from clock
             join visible_matter($1, $2, $3) visible on visible.id = clock.matter_id
             where clock.matter_id = any ($4) and clock.valid_from <= $1 and $1 < clock.valid_to
             order by clock.matter_id, clock.number",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            matter_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list clocks on matters"))
    }

    /// A stretch of the clocks that the viewer sees, by when they fall due: of an operation, or of all; `open` asks for
    /// those that run, or not.
    pub async fn clocks(
        &self,
        pin: &Pin,
        operation_id: Option<Uuid>,
        open: Option<bool>,
        page: &Page<(DateTime<Utc>, Uuid)>,
    ) -> Result<Vec<ClockRow>, Error> {
        let rows = if page.backwards {
            clock_pages!(self, pin, operation_id, open, page, "desc")
        } else {
            clock_pages!(self, pin, operation_id, open, page, "asc")
        };
        rows.map(|rows| page.ascending(rows)).map_err(doing("list clocks"))
    }

    pub async fn count_clocks(
        &self,
        pin: &Pin,
        operation_id: Option<Uuid>,
        open: Option<bool>,
    ) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!"
             from clock
             join visible_matter($1, $2, $3) visible on visible.id = clock.matter_id
             where clock.valid_from <= $1
               and $1 < clock.valid_to
               and ($4::uuid is null or clock.operation_id = $4)
               and ($5::boolean is null or (clock.stopped_at is null and clock.breached_at is null) = $5)"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_id,
            open
        )
        .fetch_one(self.db())
        .await
        .map_err(doing("count clocks"))
    }

    /// The end of the next command behind `after` that changed clocks, of an operation or of all, whoever may see them.
    pub async fn next_clock_change(
        &self,
        pin: &Pin,
        operation_id: Option<Uuid>,
        after: i64,
    ) -> Result<Option<i64>, Error> {
        sqlx::query_scalar!(
            "select valid_from
             from clock
             where valid_from > $2 and valid_from <= $1 and ($3::uuid is null or operation_id = $3)
             order by valid_from
             limit 1",
            pin.position.0,
            after,
            operation_id
        )
        .fetch_optional(self.db())
        .await
        .map_err(doing("find the next command that changed clocks"))
    }

    /// The clocks that the command which ends at the pin's position changed, by their ids.
    pub async fn clocks_changed(
        &self,
        pin: &Pin,
        operation_id: Option<Uuid>,
    ) -> Result<Vec<ClockRow>, Error> {
        clock_rows!(
            "from clock
             where clock.valid_from = $1
               and ($4::uuid is null or clock.operation_id = $4)
               and exists (
                 select
                 from visible_matter($1, $2, $3) visible
                 where visible.id = clock.matter_id
                 offset 0
               )
             order by clock.id",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_id
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list clocks that changed"))
    }

    /// Clocks that fell due before that moment, were not met as far as is known, and are not told of yet, whoever may see
    /// them, the oldest first: for the service that tells of them. By the newest rows; where it is `agreed`, only those that
    /// Postgres's own clock is past, too.
    pub async fn clocks_fallen_due(
        &self,
        now: DateTime<Utc>,
        agreed: bool,
        limit: i64,
    ) -> Result<Vec<ClockRow>, Error> {
        clock_rows!(
            "from clock
             where clock.due_at < $1
               and (not $2 or clock.due_at < now())
               and clock.breached_at is null
               and (clock.stopped_at is null or clock.stopped_at > clock.due_at)
               and clock.valid_to = 9223372036854775807
             order by clock.due_at, clock.id
             limit $3",
            now,
            agreed,
            limit
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("look for clocks that fell due"))
    }

    /// When the next of all clocks falls due, or a shift that lacks officers begins: for who sets a scripted clock.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, Error> {
        sqlx::query_scalar!(
            "select least(
               (
                 select due_at
                 from clock
                 where breached_at is null
                   and (stopped_at is null or stopped_at > due_at)
                   and valid_to = 9223372036854775807
                 order by due_at, id
                 limit 1
               ),
               (
                 select gap_due_at
                 from shift
                 where gap_due_at is not null and valid_to = 9223372036854775807
                 order by gap_due_at, id
                 limit 1
               )
             ) as due_at"
        )
        .fetch_one(self.db())
        .await
        .map_err(doing("look for the next clock"))
    }
}
