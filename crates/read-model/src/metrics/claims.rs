//! Facts of what is claimed, and of what it is claimed on.

use crate::{
    Error, Pin, ReadModel,
    assistance::CountColumn,
    doing,
    metrics::{persons::tally, read},
};
use chrono::{DateTime, Utc};
use domain::{
    PartnerCode, Position,
    ids::{AssistanceId, OperationId, PartnerId},
    metrics::{
        AuthorityFacts, ClaimFact, Facts, IncidentFacts, OutcomeFact, RequestFacts, Said, Step, TaskFacts,
        Thing, ThingKind,
    },
};
use sqlx::types::Json;
use std::collections::BTreeMap;
use uuid::Uuid;

struct ClaimRow {
    operation_id: Uuid,
    of_id: Uuid,
    number: i32,
    kind: String,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    position: i64,
    reporter: String,
    partner: Option<String>,
    corrects: Option<i32>,
    /// Of an outcome that is counted: its kind, its objective and how many.
    outcome: Option<String>,
    objective: Option<String>,
    count: Option<i32>,
    /// Of persons.
    counts: Option<Json<Vec<CountColumn>>>,
}

struct RequestRow {
    operation_id: Uuid,
    id: Uuid,
    code: String,
    asked: String,
    priority: String,
    acknowledge_by: Option<DateTime<Utc>>,
    due: Option<DateTime<Utc>>,
}

struct IncidentRow {
    operation_id: Uuid,
    id: Uuid,
    code: String,
    owner: String,
}

struct TaskRow {
    operation_id: Uuid,
    id: Uuid,
    code: String,
    lead: Option<String>,
    baseline_start: Option<DateTime<Utc>>,
    baseline_finish: Option<DateTime<Utc>>,
}

impl ReadModel {
    pub(super) async fn add_claims(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        begun: &[Uuid],
        facts: &mut BTreeMap<Uuid, Facts>,
    ) -> Result<(), Error> {
        // Nobody else's counts are seen.
        let own = pin.viewer.partner.as_ref();
        let counting: Vec<Uuid> = own
            .iter()
            .flat_map(|own| operation_ids.iter().map(|id| AssistanceId::of(OperationId(*id), own).0))
            .collect();
        let rows = self.claims_to_measure(pin, operation_ids, &counting, begun).await?;
        // What puts right a correction puts right what that did: it comes later in the log.
        let mut firsts = BTreeMap::<(Uuid, i32), Position>::new();
        for row in rows {
            let corrects = row.corrects.and_then(|number| firsts.get(&(row.of_id, number)).copied());
            firsts.insert((row.of_id, row.number), corrects.unwrap_or(Position(row.position)));
            let Some(known) = facts.get_mut(&row.operation_id) else { continue };
            row.add(known, corrects, own)?;
        }
        Ok(())
    }

    /// Tasks of which something is claimed, whether or not the viewer sees them. A list of its own, because a function of
    /// visibility is not inlined where its argument is a query.
    pub(super) async fn begun_tasks(&self, pin: &Pin, operation_ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
        sqlx::query_scalar!(
            "select execution.task_id
             from task_execution execution
             where execution.operation_id = any ($2)
               and execution.valid_from <= $1
               and $1 < execution.valid_to",
            pin.position.0,
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list tasks to measure"))
    }

    #[expect(clippy::too_many_lines, reason = "one statement over all that is claimed of")]
    async fn claims_to_measure(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        counting: &[Uuid],
        begun: &[Uuid],
    ) -> Result<Vec<ClaimRow>, Error> {
        sqlx::query_as!(
            ClaimRow,
            r#"with subject as (
               select
                 incident.id,
                 null as outcome,
                 null as objective
               from incident
               where incident.operation_id = any ($4) and incident.valid_from <= $1 and $1 < incident.valid_to
               union all
               select
                 request.id,
                 null,
                 null
               from request
               where request.operation_id = any ($4) and request.valid_from <= $1 and $1 < request.valid_to
               union all
               select
                 outcome.id,
                 outcome.kind,
                 outcome.objective
               from outcome
               where outcome.operation_id = any ($4) and outcome.valid_from <= $1 and $1 < outcome.valid_to
             ), said as (
               select
                 claim.operation_id,
                 claim.matter_id as of_id,
                 claim.number,
                 claim.kind,
                 claim.occurred_at,
                 claim.recorded_at,
                 claim.position,
                 claim.reporter,
                 claim.corrects,
                 subject.outcome,
                 subject.objective,
                 (claim.says -> 'outcome' ->> 'count')::integer as count,
                 null::jsonb as counts
               from subject
               join visible_matter($1, $2, $3) visible on visible.id = subject.id
               join matter_claim claim on claim.matter_id = subject.id
               where claim.valid_from <= $1 and $1 < claim.valid_to
               union all
               select
                 claim.operation_id,
                 claim.task_id,
                 claim.number,
                 claim.kind,
                 claim.occurred_at,
                 claim.recorded_at,
                 claim.position,
                 claim.reporter,
                 claim.corrects,
                 null,
                 null,
                 null,
                 null
               from visible_task($1, $2, $3, $6) visible
               join task_claim claim on claim.task_id = visible.id
               where claim.valid_from <= $1 and $1 < claim.valid_to
               union all
               select
                 claim.operation_id,
                 claim.assistance_id,
                 claim.number,
                 'COUNTED',
                 claim.occurred_at,
                 claim.recorded_at,
                 claim.position,
                 claim.reporter,
                 claim.corrects,
                 null,
                 null,
                 null,
                 claim.counts
               from assistance_claim claim
               join visible_matter($1, $2, $3) visible on visible.id = claim.assistance_id
               where claim.assistance_id = any ($5) and claim.valid_from <= $1 and $1 < claim.valid_to
             )
             select
               said.operation_id as "operation_id!",
               said.of_id as "of_id!",
               said.number as "number!",
               said.kind as "kind!",
               said.occurred_at as "occurred_at!",
               said.recorded_at as "recorded_at!",
               said.position as "position!",
               said.reporter as "reporter!",
               (
                 select post.partner
                 from post
                 where post.code = said.reporter and post.valid_from <= $1 and $1 < post.valid_to
               ) as partner,
               said.corrects,
               said.outcome,
               said.objective,
               said.count,
               said.counts as "counts: Json<Vec<CountColumn>>"
             from said
             order by said.position"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids,
            counting,
            begun
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read claims to measure"))
    }

    pub(super) async fn add_requests(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        facts: &mut BTreeMap<Uuid, Facts>,
    ) -> Result<(), Error> {
        let rows = sqlx::query_as!(
            RequestRow,
            r#"select
               request.operation_id,
               request.id,
               request.code,
               request.asked,
               request.priority,
               (
                 select min(clock.due_at)
                 from clock
                 where clock.matter_id = request.id
                   and clock.kind = 'ACKNOWLEDGE'
                   and clock.valid_from <= $1
                   and $1 < clock.valid_to
               ) as acknowledge_by,
               (
                 select min(clock.due_at)
                 from clock
                 where clock.matter_id = request.id
                   and clock.kind = 'DUE'
                   and clock.valid_from <= $1
                   and $1 < clock.valid_to
               ) as due
             from request
             join visible_matter($1, $2, $3) visible on visible.id = request.id
             where request.operation_id = any ($4) and request.valid_from <= $1 and $1 < request.valid_to
             order by request.operation_id, request.code"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read requests to measure"))?;
        for row in rows {
            let Some(known) = facts.get_mut(&row.operation_id) else { continue };
            known.requests.push(RequestFacts {
                thing: Thing { kind: ThingKind::Request, id: row.id, code: row.code },
                asked: read(&row.asked)?,
                priority: read(&row.priority)?,
                acknowledge_by: row.acknowledge_by,
                due: row.due,
            });
        }
        Ok(())
    }

    pub(super) async fn add_incidents(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        facts: &mut BTreeMap<Uuid, Facts>,
    ) -> Result<(), Error> {
        let rows = sqlx::query_as!(
            IncidentRow,
            "select
               incident.operation_id,
               incident.id,
               incident.code,
               incident.owner
             from incident
             join visible_matter($1, $2, $3) visible on visible.id = incident.id
             where incident.operation_id = any ($4) and incident.valid_from <= $1 and $1 < incident.valid_to
             order by incident.operation_id, incident.code",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read incidents to measure"))?;
        for row in rows {
            let Some(known) = facts.get_mut(&row.operation_id) else { continue };
            known.incidents.push(IncidentFacts {
                thing: Thing { kind: ThingKind::Incident, id: row.id, code: row.code },
                owner: read(&row.owner)?,
            });
        }
        Ok(())
    }

    /// A task's lead is that of the version that its start was reported under, or of the response that made it.
    pub(super) async fn add_tasks(
        &self,
        pin: &Pin,
        begun: &[Uuid],
        facts: &mut BTreeMap<Uuid, Facts>,
    ) -> Result<(), Error> {
        let rows = sqlx::query_as!(
            TaskRow,
            "select
               execution.operation_id,
               execution.task_id as id,
               execution.task as code,
               coalesce(
                 (
                   select planned.lead
                   from planned_task planned
                   where planned.task_id = execution.task_id
                     and planned.version = execution.baseline_version
                     and planned.valid_from <= $1
                     and $1 < planned.valid_to
                 ),
                 (
                   select emergent.lead
                   from emergent_task emergent
                   where emergent.id = execution.task_id
                     and emergent.valid_from <= $1
                     and $1 < emergent.valid_to
                 )
               ) as lead,
               execution.baseline_start,
               execution.baseline_finish
             from visible_task($1, $2, $3, $4) visible
             join task_execution execution on execution.task_id = visible.id
             where execution.valid_from <= $1
               and $1 < execution.valid_to
               and (
                 execution.baseline_version is null
                 or exists (
                   select
                   from plan_version version
                   join visible_plan_version($1, $2, $3) seen on seen.id = version.id
                   where version.operation_id = execution.operation_id
                     and version.number = execution.baseline_version
                     and version.valid_from <= $1
                     and $1 < version.valid_to
                   offset 0
                 )
               )
             order by execution.operation_id, execution.task",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            begun
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read tasks to measure"))?;
        for row in rows {
            let Some(known) = facts.get_mut(&row.operation_id) else { continue };
            known.tasks.push(TaskFacts {
                thing: Thing { kind: ThingKind::Task, id: row.id, code: row.code },
                lead: row.lead.as_deref().map(read).transpose()?,
                baseline: row.baseline_start.zip(row.baseline_finish),
            });
        }
        Ok(())
    }
}

impl ClaimRow {
    /// Takes it among the claims, and among the counts of what it counts.
    fn add(
        self,
        facts: &mut Facts,
        corrects: Option<Position>,
        own: Option<&PartnerCode>,
    ) -> Result<(), Error> {
        let position = Position(self.position);
        let said = Said { position, at: self.occurred_at, recorded_at: self.recorded_at };
        if let Some((kind, count)) = self.outcome.as_deref().zip(self.count) {
            facts.outcomes.push(OutcomeFact {
                kind: read(kind)?,
                objective: self.objective,
                position,
                corrects,
                count: count.cast_unsigned(),
            });
        }
        if let Some((Json(counts), own)) = self.counts.zip(own) {
            let tally = tally(&counts, (position, corrects), said.at);
            match facts.authorities.last_mut() {
                Some(counting) => counting.tallies.push(tally),
                None => facts.authorities.push(AuthorityFacts {
                    thing: Thing {
                        kind: ThingKind::Partner,
                        id: PartnerId::of(own).0,
                        code: own.to_string(),
                    },
                    tallies: vec![tally],
                }),
            }
        }
        facts.claims.push(ClaimFact {
            of: self.of_id,
            step: self.kind.parse().unwrap_or(Step::Other),
            said,
            reporter: self.reporter,
            partner: self.partner.as_deref().map(read).transpose()?,
            corrects,
        });
        Ok(())
    }
}
