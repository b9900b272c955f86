//! What may wait for somebody: candidates, of which `domain` judges what waits, since when and how urgently.
//!
//! Each statement begins with what is the viewer's: its partner's operations that have not ended, its posts, its
//! conditions. What does not concern it is not read, however much of that there is. `offset 0` keeps each step a
//! look-up, made for each row of the one before.

use crate::{Error, Pin, ReadModel, doing, execution::DecidedGate, review::ActionColumn};
use chrono::{DateTime, Utc};
use domain::{
    Title,
    execution::Judgement,
    plan::{ApprovalPolicy, DecisionPoint, Proposal},
};
use serde::Deserialize;
use sqlx::types::Json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Most events of one operation that are looked at, of those that meet requirements, the newest first.
const MOST_LOOKED_AT: i64 = 1_000;

/// Most of them that are told.
const MOST_TOLD: i64 = 100;

/// An event that meets information requirements of the plan which was in force.
#[derive(Debug, Clone, PartialEq)]
pub struct MetRequirement {
    pub operation_id: Uuid,
    pub operation: String,
    pub event_id: Uuid,
    pub position: i64,
    pub kind: String,
    pub recorded_at: DateTime<Utc>,
    /// Codes of the requirements.
    pub ccir: Vec<String>,
}

/// A version on which the viewer's partner may have to decide.
#[derive(Debug, Clone, PartialEq)]
pub struct UndecidedVersion {
    pub operation_id: Uuid,
    pub operation: String,
    pub lead: String,
    pub number: i32,
    pub status: String,
    pub submitted_at: DateTime<Utc>,
    pub submitted_to: Vec<String>,
    pub policy: Json<ApprovalPolicy>,
    /// The partner's; `None`: it has not acceded.
    pub role: Option<String>,
    /// Those on its territory.
    pub tasks: Vec<String>,
    /// Its last decision.
    pub decided: Option<String>,
    pub decided_tasks: Option<Vec<String>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A phase with a gate that was not started.
#[derive(Debug, Clone, PartialEq)]
pub struct ShutGate {
    pub operation_id: Uuid,
    pub operation: String,
    pub lead: String,
    pub h_hour: Option<DateTime<Utc>>,
    /// Number of the version in force.
    pub version: i32,
    pub submitted_to: Vec<String>,
    pub policy: Json<ApprovalPolicy>,
    pub in_force_since: DateTime<Utc>,
    pub phase: String,
    /// Whom the decision points at it name.
    pub named: Vec<String>,
    pub role: Option<String>,
    pub decided: Option<Json<DecidedGate>>,
    pub words: Json<Vec<LiveWord>>,
    /// Where the plan has the phase's first task, of those that the viewer sees: seconds from H-hour.
    pub first_offset: Option<i64>,
}

/// A partner's word that counts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LiveWord {
    pub partner: String,
    pub decision: String,
    pub criteria: Vec<Judgement>,
    pub accepted_risks: Vec<Title>,
}

/// A task of the plan in force that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenTask {
    pub operation_id: Uuid,
    pub operation: String,
    pub operation_status: String,
    pub h_hour: Option<DateTime<Utc>>,
    pub task_id: Uuid,
    pub code: String,
    pub start_offset: i64,
    pub dependencies: Vec<String>,
    /// Whether the viewer's post carries it out.
    pub is_own: bool,
    /// `None`: nothing is claimed of it.
    pub status: Option<String>,
    pub issued_at: Option<DateTime<Utc>>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub started_at: Option<DateTime<Utc>>,
    pub blocked_since: Option<DateTime<Utc>>,
    pub block_reason: Option<String>,
    pub baseline_finish: Option<DateTime<Utc>>,
    /// When its phase was started, if that goes on.
    pub phase_since: Option<DateTime<Utc>>,
    /// What is claimed of the tasks that it waits for, by their codes.
    pub before: Json<BTreeMap<String, Carried>>,
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Carried {
    pub status: String,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// A condition of the viewer's partner that holds a gate shut.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenCondition {
    pub id: Uuid,
    pub operation_id: Uuid,
    pub operation: String,
    pub code: String,
    pub gate: String,
    /// Of the version.
    pub number: i32,
    pub status: String,
    pub proposal: Option<Json<Proposal>>,
    pub attached_at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
}

/// An officer of the viewer's partner that somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingRequest {
    pub id: Uuid,
    pub operation_id: Uuid,
    pub operation: String,
    pub h_hour: Option<DateTime<Utc>>,
    pub task: String,
    pub post: String,
    /// The partner that asks.
    pub by: String,
    pub requested_at: DateTime<Utc>,
    /// Where the plan in force has the task.
    pub start_offset: Option<i64>,
}

/// The newest version of a plan of the viewer's partner, which came back.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnedVersion {
    pub operation_id: Uuid,
    pub operation: String,
    pub number: i32,
    pub status: String,
    pub since: DateTime<Utc>,
}

/// A decision point of the plan in force for which the viewer's partner has entered nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenPoint {
    pub operation_id: Uuid,
    pub operation: String,
    pub h_hour: Option<DateTime<Utc>>,
    pub point: Json<DecisionPoint>,
    pub recorded_by: Vec<String>,
    /// Whether a gate that it stands at waits for no word any more.
    pub gate_settled: bool,
    /// Of its task, as far as the viewer sees it.
    pub start_offset: Option<i64>,
    pub status: Option<String>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// An incident that is not closed and has not been judged, or on which no response is decided.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenIncident {
    pub id: Uuid,
    pub operation_id: Uuid,
    pub operation: String,
    pub lead: String,
    pub code: String,
    pub owner: String,
    pub priority: Option<String>,
    pub reported_at: DateTime<Utc>,
    pub triaged_at: Option<DateTime<Utc>>,
    pub reopened_at: Option<DateTime<Utc>>,
    pub contained_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decision_due: Option<DateTime<Utc>>,
    /// The viewer's partner's; `None`: it has not acceded.
    pub role: Option<String>,
}

/// A request that the viewer's partner has to answer.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedRequest {
    pub id: Uuid,
    pub operation_id: Uuid,
    pub code: String,
    /// The partner that asks.
    pub asker: String,
    pub issued_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub acknowledgement_due: Option<DateTime<Utc>>,
    pub due: Option<DateTime<Utc>>,
}

/// A finding on which a post has to act.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenAction {
    pub id: Uuid,
    pub operation_id: Uuid,
    /// Its code.
    pub operation: String,
    pub code: String,
    pub action: Json<ActionColumn>,
    pub due: DateTime<Utc>,
}

/// What the viewer's post was called to, and has reported nothing of since.
#[derive(Debug, Clone, PartialEq)]
pub struct CalledTo {
    /// Of the incident or the request.
    pub id: Uuid,
    pub operation_id: Uuid,
    pub code: String,
    pub reason: String,
    pub called_at: DateTime<Utc>,
    /// The first of its clocks that nothing has stopped.
    pub due: Option<DateTime<Utc>>,
}

/// A task of a response that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenEmergentTask {
    pub operation_id: Uuid,
    pub operation: String,
    pub operation_status: String,
    pub task_id: Uuid,
    pub code: String,
    pub start_at: DateTime<Utc>,
    /// When the response was decided.
    pub decided_at: DateTime<Utc>,
    /// Whether the viewer's post carries it out.
    pub is_own: bool,
    /// `None`: nothing is claimed of it.
    pub status: Option<String>,
    pub issued_at: Option<DateTime<Utc>>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub started_at: Option<DateTime<Utc>>,
    pub blocked_since: Option<DateTime<Utc>>,
    pub block_reason: Option<String>,
    pub baseline_finish: Option<DateTime<Utc>>,
}

/// Most entries of one of these kinds that an agenda has room for.
const MOST_MATTERS: i64 = 200;

impl ReadModel {
    /// Events recorded after `since` that meet requirements of a version which the viewer sees: the newest of
    /// those that the viewer sees, and not more than an agenda has room for.
    pub async fn met_requirements(
        &self,
        pin: &Pin,
        since: DateTime<Utc>,
    ) -> Result<Vec<MetRequirement>, Error> {
        sqlx::query_as!(
            MetRequirement,
            r#"select
               operation_.id as "operation_id!",
               operation_.code as "operation!",
               entry_.event_id,
               entry_.position,
               entry_.kind,
               entry_.recorded_at,
               entry_.ccir
             from operations_of($1, $3) operation_
             cross join lateral (
               select
                 entry.event_id,
                 entry.position,
                 entry.kind,
                 entry.recorded_at,
                 entry.ccir_version_id,
                 entry.ccir
               from event_entry entry
               where entry.operation_id = operation_.id
                 and entry.ccir_version_id is not null
                 and entry.recorded_at > $4
                 and entry.command_end <= $1
               order by entry.recorded_at desc
               limit $5
             ) entry_
             where exists (
                 select
                 from visible_event($1, $2, $3) visible
                 where visible.position = entry_.position
                 offset 0
               )
               and exists (
                 select
                 from visible_plan_version($1, $2, $3) visible
                 where visible.id = entry_.ccir_version_id
                 offset 0
               )
             order by entry_.position desc
             limit $6"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            since,
            MOST_LOOKED_AT,
            MOST_TOLD
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find events that meet requirements"))
    }

    /// Which of the events at these positions stand in the history of which of these items. Looks at nobody's
    /// rights: ask only for what the viewer may see.
    pub async fn histories_with(&self, items: &[Uuid], positions: &[i64]) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            "select
               item.item_id,
               item.position
             from unnest($1::uuid[]) as wanted (id)
             join event_item item on item.item_id = wanted.id and item.position = any ($2)",
            items,
            positions
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find in whose histories events stand"))?;
        Ok(rows.into_iter().map(|row| (row.item_id, row.position)).collect())
    }

    /// Versions under decision, and those in force that the viewer's partner has suspended.
    pub async fn undecided_versions(&self, pin: &Pin) -> Result<Vec<UndecidedVersion>, Error> {
        sqlx::query_as!(
            UndecidedVersion,
            r#"select
               operation_.id as "operation_id!",
               operation_.code as "operation!",
               operation_.lead as "lead!",
               version_.number,
               version_.status,
               version_.submitted_at as "submitted_at!",
               version_.submitted_to,
               version_.policy as "policy!: Json<ApprovalPolicy>",
               (
                 select partner.role
                 from partner
                 where partner.code = $3
                   and partner.status = 'ACCEDED'
                   and partner.valid_from <= $1
                   and $1 < partner.valid_to
               ) as role,
               array(
                 select task.code
                 from planned_task task
                 where task.version_id = version_.id
                   and task.territory = $3
                   and task.valid_from <= $1
                   and $1 < task.valid_to
               ) as "tasks!",
               decision_.kind as "decided?",
               decision_.tasks as "decided_tasks?",
               decision_.revoked_at
             from operations_of($1, $3) operation_
             cross join lateral (
               select
                 version.id,
                 version.number,
                 version.status,
                 version.submitted_at,
                 version.submitted_to,
                 version.sections -> 'approvalPolicy' as policy
               from plan_version version
               where version.operation_id = operation_.id
                 and version.valid_from <= $1
                 and $1 < version.valid_to
                 and (
                   version.status = 'SUBMITTED'
                   or version.status = 'SUSPENDED' and $3 = any (version.suspended_by)
                 )
               offset 0
             ) version_
             left join lateral (
               select
                 decision.kind,
                 decision.tasks,
                 decision.revoked_at
               from decision
               where decision.version_id = version_.id
                 and decision.partner = $3
                 and decision.valid_from <= $1
                 and $1 < decision.valid_to
               order by decision.number desc
               limit 1
             ) decision_ on true
             where exists (
                 select
                 from visible_plan_version($1, $2, $3) visible
                 where visible.id = version_.id
                 offset 0
               )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer()
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find versions that wait for a decision"))
    }

    /// Phases behind a gate, not started, of operations that may be or are carried out: where the viewer's
    /// partner is named, or nobody is and it may have a vote.
    #[expect(clippy::too_many_lines, reason = "one statement")]
    pub async fn shut_gates(&self, pin: &Pin) -> Result<Vec<ShutGate>, Error> {
        sqlx::query_as!(
            ShutGate,
            r#"select
               operation_.id as "operation_id!",
               operation_.code as "operation!",
               operation_.lead as "lead!",
               operation_.h_hour,
               version_.number as version,
               version_.submitted_to,
               version_.policy as "policy!: Json<ApprovalPolicy>",
               version_.promulgated_at as "in_force_since!",
               gate.phase as "phase!",
               named.deciders as "named!",
               (
                 select partner.role
                 from partner
                 where partner.code = $3
                   and partner.status = 'ACCEDED'
                   and partner.valid_from <= $1
                   and $1 < partner.valid_to
               ) as role,
               known.gate as "decided?: Json<DecidedGate>",
               coalesce((
                 select jsonb_agg(jsonb_build_object(
                   'partner', word.partner,
                   'decision', word.decision,
                   'criteria', word.criteria,
                   'accepted_risks', word.accepted_risks
                 ))
                 from go_no_go_word word
                 where word.operation_id = operation_.id
                   and word.phase = gate.phase
                   and word.version_id = version_.id
                   and word.counts
                   and word.valid_from <= $1
                   and $1 < word.valid_to
               ), '[]') as "words!: Json<Vec<LiveWord>>",
               (
                 select min(task.start_offset)
                 from planned_task task
                 where task.version_id = version_.id
                   and task.phase = gate.phase
                   and task.valid_from <= $1
                   and $1 < task.valid_to
                   and not exists (
                     select
                     from withheld_task($1, $2, $3) withheld
                     where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
                     offset 0
                   )
               ) as first_offset
             from operations_of($1, $3) operation_
             cross join lateral (
               select
                 version.id,
                 version.number,
                 version.submitted_to,
                 version.promulgated_at,
                 version.gate_points,
                 version.sections -> 'approvalPolicy' as policy,
                 version.sections -> 'decisionPoints' as points
               from plan_version version
               where version.operation_id = operation_.id
                 and version.number = operation_.in_force
                 and version.valid_from <= $1
                 and $1 < version.valid_to
                 and version.gate_points <> '{}'
               offset 0
             ) version_
             cross join lateral jsonb_each(version_.gate_points) as gate (phase, points)
             cross join lateral (
               select array(
                 select distinct decider.code
                 from jsonb_array_elements(version_.points) as point (said)
                 cross join lateral jsonb_array_elements_text(point.said -> 'deciders') as decider (code)
                 where gate.points ? (point.said ->> 'code')
               ) as deciders
             ) named
             left join lateral (
               select
                 phase.started_at,
                 phase.gate
               from phase
               where phase.operation_id = operation_.id
                 and phase.code = gate.phase
                 and phase.valid_from <= $1
                 and $1 < phase.valid_to
               offset 0
             ) known on true
             where operation_.status in ('AUTHORISED', 'ACTIVE')
               and known.started_at is null
               and (
                 $3 = any (named.deciders)
                 or named.deciders = '{}' and $3 = any (version_.submitted_to)
               )
               and exists (
                 select
                 from visible_plan_version($1, $2, $3) visible
                 where visible.id = version_.id
                 offset 0
               )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer()
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find gates that are shut"))
    }

    /// Tasks that the post carries out; with `speaks`, also those of its partner that are blocked.
    #[expect(clippy::too_many_lines, reason = "one statement")]
    pub async fn open_tasks(&self, pin: &Pin, post: &str, speaks: bool) -> Result<Vec<OpenTask>, Error> {
        sqlx::query_as!(
            OpenTask,
            r#"with bound as materialized (
               select distinct assignment.task_id
               from assignment
               where assignment.post = $4
                 and assignment.withdrawn_at is null
                 and assignment.valid_from <= $1
                 and $1 < assignment.valid_to
             ), foreseen as materialized (
               select distinct task.task_id
               from planned_task task
               where task.post = $4 and task.valid_from <= $1 and $1 < task.valid_to
             ), blocked as materialized (
               select blocked_.task_id
               from operations_of($1, $3) operation_
               cross join lateral (
                 select execution.task_id
                 from task_execution execution
                 where execution.operation_id = operation_.id
                   and execution.status = 'BLOCKED'
                   and execution.valid_from <= $1
                   and $1 < execution.valid_to
                 offset 0
               ) blocked_
               where $5
             ), wanted as materialized (
               select
                 named.task_id,
                 bool_or(named.is_bound) as is_bound,
                 bool_or(named.is_foreseen) as is_foreseen
               from (
                 select bound.task_id, true as is_bound, false as is_foreseen from bound
                 union all
                 select foreseen.task_id, false, true from foreseen
                 union all
                 select blocked.task_id, false, false from blocked
               ) named
               group by named.task_id
             )
             select
               operation_.id as operation_id,
               operation_.code as operation,
               operation_.status as operation_status,
               operation_.h_hour,
               task_.task_id,
               task_.code,
               task_.start_offset,
               task_.dependencies,
               own.holds as "is_own!",
               execution_.status as "status?",
               execution_.issued_at,
               execution_.acknowledged_at,
               execution_.started_at,
               execution_.blocked_since,
               execution_.block_reason,
               execution_.baseline_finish,
               phase_.started_at as phase_since,
               coalesce((
                 select jsonb_object_agg(before.task, jsonb_build_object(
                   'status', before.status,
                   'started_at', before.started_at,
                   'ended_at', before.ended_at
                 ))
                 from task_execution before
                 where before.operation_id = operation_.id
                   and before.task = any (task_.predecessors)
                   and before.valid_from <= $1
                   and $1 < before.valid_to
               ), '{}') as "before!: Json<BTreeMap<String, Carried>>"
             from wanted
             cross join lateral (
               select
                 task.operation_id,
                 task.version_id,
                 task.version,
                 task.task_id,
                 task.code,
                 task.phase,
                 task.post,
                 task.start_offset,
                 task.predecessors,
                 task.dependencies,
                 task.territory
               from planned_task task
               where task.task_id = wanted.task_id
                 and task.lead = $3
                 and task.valid_from <= $1
                 and $1 < task.valid_to
               offset 0
             ) task_
             cross join lateral (
               select
                 operation.id,
                 operation.code,
                 operation.status,
                 operation.h_hour
               from operation
               where operation.id = task_.operation_id
                 and operation.in_force = task_.version
                 and operation.valid_from <= $1
                 and $1 < operation.valid_to
               offset 0
             ) operation_
             left join lateral (
               select
                 execution.status,
                 execution.issued_at,
                 execution.acknowledged_at,
                 execution.started_at,
                 execution.blocked_since,
                 execution.block_reason,
                 execution.baseline_finish
               from task_execution execution
               where execution.task_id = task_.task_id
                 and execution.valid_from <= $1
                 and $1 < execution.valid_to
               offset 0
             ) execution_ on true
             left join lateral (
               select phase.started_at
               from phase
               where phase.operation_id = operation_.id
                 and phase.code = task_.phase
                 and phase.completed_at is null
                 and phase.valid_from <= $1
                 and $1 < phase.valid_to
               offset 0
             ) phase_ on true
             cross join lateral (
               select wanted.is_bound
                 or wanted.is_foreseen
                   and task_.post = $4
                   and not exists (
                     select
                     from assignment
                     where assignment.task_id = task_.task_id
                       and assignment.withdrawn_at is null
                       and assignment.valid_from <= $1
                       and $1 < assignment.valid_to
                     offset 0
                   ) as holds
             ) own
             where coalesce(execution_.status, '') not in ('COMPLETED', 'CANCELLED')
               and (own.holds or $5 and execution_.status = 'BLOCKED')
               and exists (
                 select
                 from visible_plan_version($1, $2, $3) visible
                 where visible.id = task_.version_id
                 offset 0
               )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            post,
            speaks
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find tasks that wait for a post"))
    }

    /// The conditions of the viewer's partner that hold gates of versions shut which are decided on or in force.
    pub async fn open_conditions(&self, pin: &Pin) -> Result<Vec<OpenCondition>, Error> {
        sqlx::query_as!(
            OpenCondition,
            r#"select
               condition.id,
               operation_.id as operation_id,
               operation_.code as operation,
               condition.code,
               condition.gate,
               condition.version as number,
               condition.status,
               condition.proposal as "proposal: Json<Proposal>",
               decision_.decided_at as attached_at,
               condition.settled_at
             from condition
             cross join lateral (
               select decision.decided_at
               from decision
               where decision.id = condition.decision_id
                 and decision.revoked_at is null
                 and decision.valid_from <= $1
                 and $1 < decision.valid_to
               offset 0
             ) decision_
             cross join lateral (
               select
                 operation.id,
                 operation.code,
                 operation.in_force
               from operation
               where operation.id = condition.operation_id
                 and operation.status not in ('CLOSED', 'TERMINATED')
                 and operation.valid_from <= $1
                 and $1 < operation.valid_to
               offset 0
             ) operation_
             cross join lateral (
               select version.id
               from plan_version version
               where version.id = condition.version_id
                 and version.valid_from <= $1
                 and $1 < version.valid_to
                 and (
                   version.number = operation_.in_force
                   or version.status in ('SUBMITTED', 'REJECTED')
                 )
               offset 0
             ) version_
             where condition.partner = $3
               and condition.status in ('OUTSTANDING', 'BROKEN')
               and condition.valid_from <= $1
               and $1 < condition.valid_to
               and exists (
                 select
                 from visible_plan_version($1, $2, $3) visible
                 where visible.id = version_.id
                 offset 0
               )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer()
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find conditions to settle"))
    }

    /// Requests for posts of the viewer's partner that nobody has answered.
    pub async fn pending_requests(&self, pin: &Pin) -> Result<Vec<PendingRequest>, Error> {
        sqlx::query_as!(
            PendingRequest,
            r#"select
               request_.id,
               operation_.id as operation_id,
               operation_.code as operation,
               operation_.h_hour,
               request_.task,
               request_.post,
               request_.partner as by,
               request_.requested_at,
               task_.start_offset as "start_offset?"
             from post
             cross join lateral (
               select
                 request.id,
                 request.operation_id,
                 request.task_id,
                 request.task,
                 request.post,
                 request.partner,
                 request.requested_at
               from officer_request request
               where request.post = post.code
                 and request.status = 'PENDING'
                 and request.valid_from <= $1
                 and $1 < request.valid_to
               offset 0
             ) request_
             cross join lateral (
               select
                 operation.id,
                 operation.code,
                 operation.h_hour,
                 operation.in_force
               from operation
               where operation.id = request_.operation_id
                 and operation.status not in ('CLOSED', 'TERMINATED')
                 and operation.valid_from <= $1
                 and $1 < operation.valid_to
               offset 0
             ) operation_
             left join lateral (
               select task.start_offset
               from planned_task task
               where task.task_id = request_.task_id
                 and task.version = operation_.in_force
                 and task.valid_from <= $1
                 and $1 < task.valid_to
                 and exists (
                   select
                   from visible_planned_task($1, $2, $3) seen
                   where seen.id = task.id
                   offset 0
                 )
               offset 0
             ) task_ on true
             where post.partner = $3
               and post.valid_from <= $1
               and $1 < post.valid_to
               and exists (
                 select
                 from visible_planned_task($1, $2, $3) visible
                 where visible.task_id = request_.task_id
                 offset 0
               )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer()
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find requests for officers to answer"))
    }

    /// Operations that the viewer's partner leads and whose newest version was rejected or recalled.
    pub async fn returned_versions(&self, pin: &Pin) -> Result<Vec<ReturnedVersion>, Error> {
        sqlx::query_as!(
            ReturnedVersion,
            r#"select
               operation_.id as "operation_id!",
               operation_.code as "operation!",
               newest.number,
               newest.status,
               coalesce(
                 (
                   select max(decision.decided_at)
                   from decision
                   where newest.status = 'REJECTED'
                     and decision.version_id = newest.id
                     and decision.kind = 'REJECTED'
                     and decision.revoked_at is null
                     and decision.valid_from <= $1
                     and $1 < decision.valid_to
                 ),
                 (
                   select max(entry.occurred_at)
                   from event_item item
                   cross join lateral (
                     select event_entry.occurred_at
                     from event_entry
                     where event_entry.position = item.position
                       and event_entry.kind = 'PlanVersionRecalled'
                     offset 0
                   ) entry
                   where item.item_id = newest.id and item.position <= $1
                 ),
                 newest.drafted_at
               ) as "since!"
             from operations_of($1, $3) operation_
             cross join lateral (
               select
                 version.id,
                 version.number,
                 version.status,
                 version.drafted_at
               from plan_version version
               where version.operation_id = operation_.id
                 and version.valid_from <= $1
                 and $1 < version.valid_to
               order by version.number desc
               limit 1
             ) newest
             where operation_.lead = $3
               and newest.status in ('REJECTED', 'RECALLED')
               and exists (
                 select
                 from visible_plan_version($1, $2, $3) visible
                 where visible.id = newest.id
                 offset 0
               )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer()
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find versions that came back"))
    }

    /// Decision points for which the viewer's partner, or if they name nobody the lead, has entered nothing.
    pub async fn open_points(&self, pin: &Pin) -> Result<Vec<OpenPoint>, Error> {
        sqlx::query_as!(
            OpenPoint,
            r#"select
               operation_.id as "operation_id!",
               operation_.code as "operation!",
               operation_.h_hour,
               point.said as "point!: Json<DecisionPoint>",
               recorded.partners as "recorded_by!",
               exists (
                 select
                 from phase
                 where phase.operation_id = operation_.id
                   and version_.gate_points -> phase.code ? (point.said ->> 'code')
                   and (phase.started_at is not null or (phase.gate ->> 'version')::integer = version_.number)
                   and phase.valid_from <= $1
                   and $1 < phase.valid_to
               ) as "gate_settled!",
               task_.start_offset as "start_offset?",
               execution_.status as "status?",
               execution_.started_at,
               execution_.ended_at
             from operations_of($1, $3) operation_
             cross join lateral (
               select
                 version.id,
                 version.number,
                 version.gate_points,
                 version.sections -> 'decisionPoints' as points
               from plan_version version
               where version.operation_id = operation_.id
                 and version.number = operation_.in_force
                 and version.valid_from <= $1
                 and $1 < version.valid_to
               offset 0
             ) version_
             cross join lateral jsonb_array_elements(version_.points) as point (said)
             cross join lateral (
               select array(
                 select distinct entry.partner
                 from recorded_decision entry
                 join visible_recorded_decision($1, $2, $3) visible on visible.id = entry.id
                 where entry.operation_id = operation_.id
                   and entry.decision_point = point.said ->> 'code'
                   and entry.valid_from <= $1
                   and $1 < entry.valid_to
               ) as partners
             ) recorded
             left join lateral (
               select
                 task.task_id,
                 task.start_offset
               from planned_task task
               where task.version_id = version_.id
                 and task.code = point.said ->> 'at'
                 and task.valid_from <= $1
                 and $1 < task.valid_to
                 and not exists (
                   select
                   from withheld_task($1, $2, $3) withheld
                   where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
                   offset 0
                 )
               offset 0
             ) task_ on true
             left join lateral (
               select
                 execution.status,
                 execution.started_at,
                 execution.ended_at
               from task_execution execution
               where execution.task_id = task_.task_id
                 and execution.valid_from <= $1
                 and $1 < execution.valid_to
               offset 0
             ) execution_ on true
             where operation_.in_force is not null
               and $3 <> all (recorded.partners)
               and (
                 point.said -> 'deciders' ? $3
                 or point.said -> 'deciders' = '[]' and operation_.lead = $3
               )
               and exists (
                 select
                 from visible_plan_version($1, $2, $3) visible
                 where visible.id = version_.id
                 offset 0
               )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer()
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find decisions that are due"))
    }

    /// Incidents of the viewer's operations that wait for somebody's judgement or decision, the newest first.
    pub async fn open_incidents(&self, pin: &Pin) -> Result<Vec<OpenIncident>, Error> {
        sqlx::query_as!(
            OpenIncident,
            r#"select
               incident_.id,
               operation_.id as "operation_id!",
               operation_.code as "operation!",
               operation_.lead as "lead!",
               incident_.code,
               incident_.owner,
               incident_.priority,
               incident_.reported_at,
               incident_.triaged_at,
               incident_.reopened_at,
               incident_.contained_at,
               incident_.decided_at,
               (
                 select min(clock.due_at)
                 from clock
                 where clock.matter_id = incident_.id
                   and clock.kind = 'DECIDE'
                   and clock.stopped_at is null
                   and clock.valid_from <= $1
                   and $1 < clock.valid_to
               ) as decision_due,
               (
                 select partner.role
                 from partner
                 where partner.code = $3
                   and partner.status = 'ACCEDED'
                   and partner.valid_from <= $1
                   and $1 < partner.valid_to
               ) as role
             from operations_of($1, $3) operation_
             cross join lateral (
               select
                 incident.id,
                 incident.code,
                 incident.owner,
                 incident.priority,
                 incident.reported_at,
                 incident.triaged_at,
                 incident.reopened_at,
                 incident.contained_at,
                 incident.decided_at
               from incident
               where incident.operation_id = operation_.id
                 and incident.closed_at is null
                 and (incident.triaged_at is null or incident.decided_at is null)
                 and incident.valid_from <= $1
                 and $1 < incident.valid_to
               offset 0
             ) incident_
             where exists (
                 select
                 from visible_matter($1, $2, $3) visible
                 where visible.id = incident_.id
                 offset 0
               )
             order by incident_.reported_at desc
             limit $4"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            MOST_MATTERS
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find incidents to answer"))
    }

    /// Requests that the viewer's partner is asked in and that it has not answered, the oldest first: also those of
    /// operations that it does not read.
    pub async fn requests_to_answer(&self, pin: &Pin) -> Result<Vec<AskedRequest>, Error> {
        sqlx::query_as!(
            AskedRequest,
            r#"select
               request.id,
               request.operation_id,
               request.code,
               request.asker,
               request.issued_at,
               request.acknowledged_at,
               clock_.acknowledgement_due,
               clock_.due
             from request
             cross join lateral (
               select
                 min(clock.due_at) filter (where clock.kind = 'ACKNOWLEDGE') as acknowledgement_due,
                 min(clock.due_at) filter (where clock.kind = 'DUE') as due
               from clock
               where clock.matter_id = request.id
                 and clock.stopped_at is null
                 and clock.valid_from <= $1
                 and $1 < clock.valid_to
             ) clock_
             where request.asked = $3
               and request.ended_at is null
               and request.valid_from <= $1
               and $1 < request.valid_to
               and exists (
                 select
                 from visible_matter($1, $2, $3) visible
                 where visible.id = request.id
                 offset 0
               )
             order by request.issued_at, request.id
             limit $4"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            MOST_MATTERS
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find requests to answer"))
    }

    /// Findings on which the post has to act, also of operations that have ended, the first that is due first.
    pub async fn open_actions(&self, pin: &Pin, post: &str) -> Result<Vec<OpenAction>, Error> {
        sqlx::query_as!(
            OpenAction,
            r#"select
               finding.id,
               finding.operation_id,
               finding.operation,
               finding.code,
               finding.action as "action!: Json<ActionColumn>",
               finding.due_at as "due!"
             from finding
             join visible_operation($1, $2, $3) visible on visible.id = finding.operation_id
             where finding.owner = $4
               and finding.status = 'ACTION_ASSIGNED'
               and finding.valid_from <= $1
               and $1 < finding.valid_to
             order by finding.due_at, finding.id
             limit $5"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            post,
            MOST_MATTERS
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find actions to complete"))
    }

    /// What the post was called to, of what is not over, and has reported nothing of since it was called last.
    pub async fn called_to(&self, pin: &Pin, post: &str) -> Result<Vec<CalledTo>, Error> {
        sqlx::query_as!(
            CalledTo,
            r#"select distinct on (call.matter_id)
               call.matter_id as id,
               call.operation_id,
               matter_.code as "code!",
               coalesce(call.says -> 'incident' -> 'escalated', call.says -> 'request' -> 'escalated')
                 ->> 'reason' as "reason!",
               call.occurred_at as called_at,
               (
                 select min(clock.due_at)
                 from clock
                 where clock.matter_id = call.matter_id
                   and clock.stopped_at is null
                   and clock.valid_from <= $1
                   and $1 < clock.valid_to
               ) as due
             from matter_claim call
             cross join lateral (
               select incident.code, incident.closed_at as over_at
               from incident
               where incident.id = call.matter_id
                 and incident.valid_from <= $1
                 and $1 < incident.valid_to
               union all
               select request.code, request.ended_at as over_at
               from request
               where request.id = call.matter_id
                 and request.valid_from <= $1
                 and $1 < request.valid_to
               offset 0
             ) matter_
             where matter_.over_at is null
               and call.called = $4
               and call.corrected_by is null
               and call.valid_from <= $1
               and $1 < call.valid_to
               and not exists (
                 select
                 from matter_claim own
                 where own.matter_id = call.matter_id
                   and own.number > call.number
                   and own.reporter = $4
                   and own.valid_from <= $1
                   and $1 < own.valid_to
                 offset 0
               )
               and exists (
                 select
                 from visible_matter($1, $2, $3) visible
                 where visible.id = call.matter_id
                 offset 0
               )
             order by call.matter_id, call.number desc
             limit $5"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            post,
            MOST_MATTERS
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find what a post was called to"))
    }

    /// Tasks of responses that the post carries out; with `speaks`, also those of its partner that are blocked.
    pub async fn open_emergent_tasks(
        &self,
        pin: &Pin,
        post: &str,
        speaks: bool,
    ) -> Result<Vec<OpenEmergentTask>, Error> {
        sqlx::query_as!(
            OpenEmergentTask,
            r#"select
               operation_.id as "operation_id!",
               operation_.code as "operation!",
               operation_.status as "operation_status!",
               task.id as task_id,
               task.code,
               task.start_at,
               task.decided_at,
               own.holds as "is_own!",
               execution_.status as "status?",
               execution_.issued_at,
               execution_.acknowledged_at,
               execution_.started_at,
               execution_.blocked_since,
               execution_.block_reason,
               execution_.baseline_finish
             from operations_of($1, $3) operation_
             join emergent_task task
               on task.operation_id = operation_.id
               and task.lead = $3
               and task.valid_from <= $1
               and $1 < task.valid_to
             left join lateral (
               select
                 execution.status,
                 execution.issued_at,
                 execution.acknowledged_at,
                 execution.started_at,
                 execution.blocked_since,
                 execution.block_reason,
                 execution.baseline_finish
               from task_execution execution
               where execution.task_id = task.id
                 and execution.valid_from <= $1
                 and $1 < execution.valid_to
               offset 0
             ) execution_ on true
             cross join lateral (
               select coalesce(bool_or(assignment.post = $4), task.post = $4, false) as holds
               from assignment
               where assignment.task_id = task.id
                 and assignment.withdrawn_at is null
                 and assignment.valid_from <= $1
                 and $1 < assignment.valid_to
             ) own
             where coalesce(execution_.status, '') not in ('COMPLETED', 'CANCELLED')
               and (own.holds or $5 and execution_.status = 'BLOCKED')
               and exists (
                 select
                 from visible_emergent_task($1, $2, $3) visible
                 where visible.id = task.id
                 offset 0
               )
             order by task.start_at
             limit $6"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            post,
            speaks,
            MOST_MATTERS
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find tasks of responses that wait for a post"))
    }
}
