//! An operation played again: step by step as its log came to know it, or in the order in which it happened; and where it
//! stood after each step.

use crate::{
    Error, Pin, ReadModel, doing,
    log::event::{EventRow, event_rows},
    matter::MatterSays,
};
use chrono::{DateTime, Utc};
use domain::execution::TaskClaim;
use sqlx::types::Json;
use uuid::Uuid;

/// How many of something there were at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayCount {
    pub position: i64,
    /// The status of tasks, or one of [`OPEN_INCIDENTS`] and [`OPEN_CLOCKS`].
    pub figure: String,
    pub count: i64,
}

pub const OPEN_INCIDENTS: &str = "OPEN_INCIDENTS";
pub const OPEN_CLOCKS: &str = "OPEN_CLOCKS";

/// What is claimed of a task that the viewer sees, and not corrected; with no number, that there is the task.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayTaskClaim {
    pub task_id: Uuid,
    /// Number of the plan version that has it; of a task that a response made `None`.
    pub version: Option<i32>,
    /// Of a task that a response made, when that was decided.
    pub decided_at: Option<DateTime<Utc>>,
    pub number: Option<i32>,
    pub occurred_at: Option<DateTime<Utc>>,
    pub says: Option<Json<TaskClaim>>,
}

/// What is claimed of an incident that the viewer sees, and not corrected.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayIncidentClaim {
    pub incident_id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub says: Json<MatterSays>,
}

/// From when to when a plan version was in force, unless another took its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionSpan {
    pub number: i32,
    pub promulgated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// From when to when a clock ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockSpan {
    pub started_at: DateTime<Utc>,
    /// When it was stopped or breached, whichever came first.
    pub ended_at: Option<DateTime<Utc>>,
}

impl ReadModel {
    /// The events of the operation's next commands after a position, `commands` of them, as far as the viewer sees them.
    pub async fn steps_as_known(
        &self,
        pin: &Pin,
        operation: Uuid,
        after: i64,
        commands: i64,
    ) -> Result<Vec<EventRow>, Error> {
        // From one command to the next by the operation's index, so that a page costs the same wherever it is. `offset 0`
        // keeps Postgres from walking through the log, or through all of the operation, to put a few in order.
        event_rows!(
            "from (
               with recursive step as (
                 (
                   select first.position, first.command_end, 1::bigint as number
                   from (
                     select entry.position, entry.command_end
                     from event_entry entry
                     where entry.operation_id = $4 and entry.position > $5
                     order by entry.position
                     offset 0
                   ) first
                   where exists (
                     select
                     from visible_event($1, $2, $3) visible
                     where visible.position = first.position
                     offset 0
                   )
                   limit 1
                 )
                 union all
                 select next.position, next.command_end, step.number + 1
                 from step
                 cross join lateral (
                   select later.position, later.command_end
                   from (
                     select entry.position, entry.command_end
                     from event_entry entry
                     where entry.operation_id = $4 and entry.position > step.command_end
                     order by entry.position
                     offset 0
                   ) later
                   where exists (
                     select
                     from visible_event($1, $2, $3) visible
                     where visible.position = later.position
                     offset 0
                   )
                   limit 1
                 ) next
                 where step.number < $6
               )
               select step.position as first, step.command_end as last from step
             ) step
             cross join lateral (
               select told.*
               from event_entry told
               where told.operation_id = $4 and told.position between step.first and step.last
               offset 0
             ) entry
             where exists (
               select
               from visible_event($1, $2, $3) visible
               where visible.position = entry.position
               offset 0
             )
             order by entry.position",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation,
            after,
            commands
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("replay an operation as it was known"))
    }

    /// How many commands there are after a position of which the viewer sees an event.
    pub async fn count_steps_as_known(&self, pin: &Pin, operation: Uuid, after: i64) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"select count(distinct entry.command_end) as "count!"
             from event_entry entry
             join visible_event($1, $2, $3) visible on visible.position = entry.position
             where entry.operation_id = $4 and entry.position > $5"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation,
            after
        )
        .fetch_one(self.db())
        .await
        .map_err(doing("count the steps of a replay"))
    }

    /// What happened in an operation from a moment on and after an event, in the order of the world; what was put right by
    /// the pin's position is left out.
    pub async fn steps_as_happened(
        &self,
        pin: &Pin,
        operation: Uuid,
        since: Option<DateTime<Utc>>,
        after: Option<(DateTime<Utc>, i64)>,
        limit: i64,
    ) -> Result<Vec<EventRow>, Error> {
        let (after_at, after_position) = after.unzip();
        event_rows!(
            "from event_entry entry
             join visible_event($1, $2, $3) visible on visible.position = entry.position
             where entry.operation_id = $4
               and entry.happened_at >= coalesce($5::timestamptz, '-infinity')
               and (entry.happened_at, entry.position) > (coalesce($6::timestamptz, '-infinity'), coalesce($7::bigint, 0))
               and not exists (
                 select
                 from event_entry right_
                 where right_.corrects = entry.position and right_.command_end <= $1
               )
             order by entry.happened_at, entry.position
             limit $8",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation,
            since,
            after_at,
            after_position,
            limit
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("replay an operation as it happened"))
    }

    /// How much of it there is.
    pub async fn count_steps_as_happened(
        &self,
        pin: &Pin,
        operation: Uuid,
        since: Option<DateTime<Utc>>,
    ) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!"
             from event_entry entry
             join visible_event($1, $2, $3) visible on visible.position = entry.position
             where entry.operation_id = $4
               and entry.happened_at >= coalesce($5::timestamptz, '-infinity')
               and not exists (
                 select
                 from event_entry right_
                 where right_.corrects = entry.position and right_.command_end <= $1
               )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation,
            since
        )
        .fetch_one(self.db())
        .await
        .map_err(doing("count what happened in an operation"))
    }

    /// Where an operation stood at each of these positions, as the viewer saw it then and may see it now: its tasks by
    /// status, those of the plan in force and those that responses made, its open incidents and its running clocks.
    pub async fn counts_as_known(
        &self,
        pin: &Pin,
        operation: Uuid,
        positions: &[i64],
    ) -> Result<Vec<ReplayCount>, Error> {
        sqlx::query_as!(
            ReplayCount,
            r#"select at_.position as "position!", counted.figure as "figure!", counted.count as "count!"
             from unnest($1::bigint[]) as at_ (position)
             cross join lateral (
               select coalesce(execution.status, 'PLANNED') as figure, count(*) as count
               from (
                 select task.task_id
                 from operation
                 join plan_version version
                   on version.operation_id = operation.id
                   and version.number = operation.in_force
                   and version.valid_from <= at_.position
                   and at_.position < version.valid_to
                 join visible_plan_version(at_.position, $2, $3) seen on seen.id = version.id
                 join planned_task task
                   on task.version_id = version.id
                   and task.valid_from <= at_.position
                   and at_.position < task.valid_to
                 where operation.id = $4
                   and operation.valid_from <= at_.position
                   and at_.position < operation.valid_to
                   and not exists (
                     select
                     from withheld_task(at_.position, $2, $3) withheld
                     where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
                     offset 0
                   )
                 union all
                 select task.id
                 from emergent_task task
                 join visible_emergent_task(at_.position, $2, $3) seen on seen.id = task.id
                 where task.operation_id = $4
                   and task.valid_from <= at_.position
                   and at_.position < task.valid_to
               ) task
               -- The first that ends later is the one: of what comes after it nothing is read.
               left join lateral (
                 select execution.status, execution.valid_from
                 from task_execution execution
                 where execution.task_id = task.task_id and execution.valid_to > at_.position
                 order by execution.valid_to
                 limit 1
               ) execution on execution.valid_from <= at_.position
               group by 1
               union all
               select 'OPEN_INCIDENTS', count(*)
               from incident
               join visible_matter(at_.position, $2, $3) seen on seen.id = incident.id
               where incident.operation_id = $4
                 and incident.status <> 'CLOSED'
                 and incident.valid_from <= at_.position
                 and at_.position < incident.valid_to
               union all
               select 'OPEN_CLOCKS', count(*)
               from (
                 select clock.matter_id
                 from clock
                 where clock.operation_id = $4
                   and clock.stopped_at is null
                   and clock.breached_at is null
                   and clock.valid_from <= at_.position
                   and at_.position < clock.valid_to
                 offset 0
               ) clock
               where exists (
                 select
                 from visible_matter(at_.position, $2, $3) seen
                 where seen.id = clock.matter_id
                 offset 0
               )
             ) counted"#,
            positions,
            pin.policy_position.0,
            pin.viewer(),
            operation
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count where an operation stood"))
    }

    /// The versions that were in force one after the other, whoever sees them.
    pub async fn version_spans_in(&self, pin: &Pin, operation: Uuid) -> Result<Vec<VersionSpan>, Error> {
        sqlx::query_as!(
            VersionSpan,
            r#"select
               version.number,
               version.promulgated_at as "promulgated_at!",
               (version.withdrawn ->> 'at')::timestamptz as withdrawn_at
             from plan_version version
             where version.operation_id = $2
               and version.promulgated_at is not null
               and version.valid_from <= $1
               and $1 < version.valid_to"#,
            pin.position.0,
            operation
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read when plan versions were in force"))
    }

    /// The tasks of plan versions that were ever in force and those that responses made, each with what is claimed of it;
    /// how far it has come is left out, which is most of what is said and makes no other status.
    pub async fn task_claims_in(&self, pin: &Pin, operation: Uuid) -> Result<Vec<ReplayTaskClaim>, Error> {
        sqlx::query_as!(
            ReplayTaskClaim,
            r#"select
               task.task_id as "task_id!",
               task.version as "version?",
               task.decided_at as "decided_at?",
               claim.number as "number?",
               claim.occurred_at as "occurred_at?",
               claim.says as "says?: Json<TaskClaim>"
             from (
               select task.task_id, version.number as version, null::timestamptz as decided_at
               from plan_version version
               join visible_plan_version($1, $2, $3) seen on seen.id = version.id
               join planned_task task
                 on task.version_id = version.id
                 and task.valid_from <= $1
                 and $1 < task.valid_to
               where version.operation_id = $4
                 and version.promulgated_at is not null
                 and version.valid_from <= $1
                 and $1 < version.valid_to
                 and not exists (
                   select
                   from withheld_task($1, $2, $3) withheld
                   where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
                   offset 0
                 )
               union all
               select task.id, null, task.decided_at
               from emergent_task task
               join visible_emergent_task($1, $2, $3) seen on seen.id = task.id
               where task.operation_id = $4
                 and task.valid_from <= $1
                 and $1 < task.valid_to
             ) task
             left join task_claim claim
               on claim.task_id = task.task_id
               and claim.kind <> 'PROGRESS'
               and claim.corrected_by is null
               and claim.valid_from <= $1
               and $1 < claim.valid_to
             order by task.task_id"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read what is claimed of an operation's tasks"))
    }

    /// What is claimed of the incidents of an operation.
    pub async fn incident_claims_in(
        &self,
        pin: &Pin,
        operation: Uuid,
    ) -> Result<Vec<ReplayIncidentClaim>, Error> {
        sqlx::query_as!(
            ReplayIncidentClaim,
            r#"select
               incident.id as "incident_id!",
               claim.occurred_at as "occurred_at!",
               claim.says as "says!: Json<MatterSays>"
             from incident
             join visible_matter($1, $2, $3) seen on seen.id = incident.id
             join matter_claim claim
               on claim.matter_id = incident.id
               and claim.corrected_by is null
               and claim.valid_from <= $1
               and $1 < claim.valid_to
             where incident.operation_id = $4
               and incident.valid_from <= $1
               and $1 < incident.valid_to
             order by incident.id, claim.occurred_at, claim.number"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read what is claimed of an operation's incidents"))
    }

    /// When the clocks of an operation ran.
    pub async fn clock_spans_in(&self, pin: &Pin, operation: Uuid) -> Result<Vec<ClockSpan>, Error> {
        sqlx::query_as!(
            ClockSpan,
            r#"select clock.started_at, least(clock.stopped_at, clock.breached_at) as ended_at
             from (
               select clock.matter_id, clock.started_at, clock.stopped_at, clock.breached_at
               from clock
               where clock.operation_id = $4 and clock.valid_from <= $1 and $1 < clock.valid_to
               offset 0
             ) clock
             where exists (
               select
               from visible_matter($1, $2, $3) seen
               where seen.id = clock.matter_id
               offset 0
             )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read when clocks ran"))
    }

    /// The events that any of these led to, in the order of the log; what the viewer may not see is left out.
    pub async fn consequences_of(&self, pin: &Pin, positions: &[i64]) -> Result<Vec<EventRow>, Error> {
        event_rows!(
            "from event_entry entry
             where entry.causes <> '{}'
               and entry.causes && $4::bigint[]
               and exists (
                 select
                 from visible_event($1, $2, $3) visible
                 where visible.position = entry.position
                 offset 0
               )",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            positions
        )
        .fetch_all(self.db())
        .await
        .map(|mut rows: Vec<EventRow>| {
            // Not by Postgres, which would go through the whole log in its order.
            rows.sort_by_key(|row| row.position);
            rows
        })
        .map_err(doing("read what events led to"))
    }
}
