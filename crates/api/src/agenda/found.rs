//! What waits, found kind by kind: rows of the read model become facts, of which the domain judges.

use crate::{Error, graph::context::World};
use chrono::{DateTime, Utc};
use domain::{
    Actor, Code, OperationCode, PartnerCode, PhaseCode, PostCode, Role, TaskCode, Title,
    agenda::{
        ActionFacts, AgendaKind, AskedFacts, CallFacts, ConditionFacts, DueFacts, GateFacts, IncidentFacts,
        MetFacts, RequestFacts, SentBack, TaskFacts, VersionFacts, Waiting, told_since,
    },
    coalition::PartnerRole,
    execution::{BlockReason, PointFacts, Stand, Standing, TaskStatus},
    ids::{OperationId, PhaseId},
    plan::{Dependency, Electorate, VersionStatus},
    watch::ShiftFacts,
};
use futures_util::{
    FutureExt,
    future::{BoxFuture, try_join, try_join_all},
};
use read_model::{
    agenda::{CalledTo, Carried, MetRequirement, OpenEmergentTask, OpenTask, ShutGate},
    parse,
    watch::ShiftRow,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use uuid::Uuid;

/// Something that waits, and where it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// `None`: what waits is of no operation.
    pub operation: Option<Uuid>,
    pub waiting: Waiting,
    /// Code of the phase or the decision point, which have no ids.
    pub code: Option<String>,
    /// Codes of the requirements that events of its history met.
    pub ccir: BTreeSet<String>,
}

impl Found {
    fn new(operation: impl Into<Option<Uuid>>, waiting: Waiting) -> Self {
        Self { operation: operation.into(), waiting, code: None, ccir: BTreeSet::new() }
    }
}

/// Who asks: the partner decides, the post carries out.
struct Asker<'a> {
    world: &'a Arc<World>,
    partner: &'a PartnerCode,
    post: &'a PostCode,
    roles: &'a BTreeSet<Role>,
    now: DateTime<Utc>,
}

type Search<'a> = BoxFuture<'a, Result<Vec<Found>, Error>>;

/// Everything that waits, the most urgent first: of each kind that the actor's roles can do something about, by
/// one statement for each; and one for what is to be known, with which all of it is marked.
pub(super) async fn find(world: &Arc<World>, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<Found>, Error> {
    // Whoever is in no standing now sees no operation.
    let (Actor::Post { post, partner, roles }, Some(_)) = (actor, &world.pin.viewer.partner) else {
        return Ok(Vec::new());
    };
    let asker = Asker { world, partner, post, roles, now };
    let is_for = |kinds: &[AgendaKind]| kinds.iter().any(|kind| kind.is_for(actor));
    let searches: [(&[AgendaKind], Search<'_>); 12] = [
        (&[AgendaKind::PlanDecision], asker.plan_decisions().boxed()),
        (&[AgendaKind::GoNoGo], asker.gates().boxed()),
        (
            &[
                AgendaKind::TaskToAcknowledge,
                AgendaKind::TaskToStart,
                AgendaKind::TaskToFinish,
                AgendaKind::TaskToUnblock,
            ],
            asker.tasks().boxed(),
        ),
        (&[AgendaKind::ConditionToSettle], asker.conditions().boxed()),
        (&[AgendaKind::OfficerRequest], asker.requests().boxed()),
        (&[AgendaKind::DraftSentBack], asker.drafts().boxed()),
        (&[AgendaKind::DecisionDue], asker.decisions().boxed()),
        (&[AgendaKind::IncidentToTriage, AgendaKind::ResponseToDecide], asker.incidents().boxed()),
        (&[AgendaKind::RequestToAcknowledge, AgendaKind::RequestToAnswer], asker.asked().boxed()),
        (&[AgendaKind::Escalated], asker.calls().boxed()),
        (&[AgendaKind::ShiftToAssume, AgendaKind::ShiftToHandOver], asker.shifts().boxed()),
        (&[AgendaKind::ActionToComplete], asker.actions().boxed()),
    ];
    let wanted = searches.into_iter().filter(|(kinds, _)| is_for(kinds)).map(|(_, search)| search);
    let (found, met) = try_join(try_join_all(wanted), asker.met_requirements()).await?;
    let mut found: Vec<Found> = found.into_iter().flatten().collect();
    asker.mark(&mut found, &met).await?;
    for row in &met {
        found.extend(asker.met(row)?);
    }
    found.retain(|found| found.waiting.is_for(actor));
    found.sort_by_key(|found| found.waiting.urgency());
    Ok(found)
}

impl Asker<'_> {
    async fn met_requirements(&self) -> Result<Vec<MetRequirement>, Error> {
        let model = self.world.engine.read_model();
        Ok(model.met_requirements(&self.world.pin, told_since(self.now)).await?)
    }

    fn met(&self, row: &MetRequirement) -> Result<Option<Found>, Error> {
        let facts = MetFacts {
            id: row.event_id,
            operation: &parse(&row.operation)?,
            kind: &row.kind,
            codes: &row.ccir,
            recorded_at: row.recorded_at,
        };
        let waits = facts.waits(self.now).map(|waiting| Found::new(row.operation_id, waiting));
        Ok(waits.map(|found| Found { ccir: row.ccir.iter().cloned().collect(), ..found }))
    }

    /// Tells with each what events of its history met.
    async fn mark(&self, found: &mut [Found], met: &[MetRequirement]) -> Result<(), Error> {
        if found.is_empty() || met.is_empty() {
            return Ok(());
        }
        let items: Vec<Uuid> = found.iter().map(|found| found.waiting.id).collect();
        let codes: BTreeMap<i64, &[String]> =
            met.iter().map(|row| (row.position, row.ccir.as_slice())).collect();
        let positions: Vec<i64> = codes.keys().copied().collect();
        let model = self.world.engine.read_model();
        let mut marks = BTreeMap::<Uuid, BTreeSet<String>>::new();
        for (item, position) in model.histories_with(&items, &positions).await? {
            marks
                .entry(item)
                .or_default()
                .extend(codes.get(&position).copied().unwrap_or_default().iter().cloned());
        }
        for found in found {
            found.ccir = marks.remove(&found.waiting.id).unwrap_or_default();
        }
        Ok(())
    }

    async fn plan_decisions(&self) -> Result<Vec<Found>, Error> {
        let rows = self.world.engine.read_model().undecided_versions(&self.world.pin).await?;
        let mut found = Vec::new();
        for row in rows {
            let operation: OperationCode = parse(&row.operation)?;
            let (lead, role) = (parse(&row.lead)?, role(row.role.as_deref())?);
            let (readers, tasks) = (all(&row.submitted_to)?, all(&row.tasks)?);
            let decided_tasks = all(row.decided_tasks.as_deref().unwrap_or_default())?;
            let kind = row.decided.as_deref().filter(|_| row.revoked_at.is_none()).map(parse).transpose()?;
            let status = parse(&row.status)?;
            let facts = VersionFacts {
                operation: &operation,
                number: row.number.cast_unsigned(),
                electorate: Electorate { policy: &row.policy, readers: &readers, lead: &lead, status },
                partner: self.partner,
                role,
                tasks: &tasks,
                decided: kind.map(|kind| (kind, &decided_tasks)),
                since: row.revoked_at.unwrap_or(row.submitted_at).max(row.submitted_at),
            };
            found.extend(facts.waits().map(|waiting| Found::new(row.operation_id, waiting)));
        }
        Ok(found)
    }

    async fn gates(&self) -> Result<Vec<Found>, Error> {
        let rows = self.world.engine.read_model().shut_gates(&self.world.pin).await?;
        let mut found = Vec::new();
        for row in rows {
            let waits = self.gate(&row)?;
            let waits = waits.map(|waiting| Found::new(row.operation_id, waiting));
            found.extend(waits.map(|found| Found { code: Some(row.phase), ..found }));
        }
        Ok(found)
    }

    fn gate(&self, row: &ShutGate) -> Result<Option<Waiting>, Error> {
        let operation: OperationCode = parse(&row.operation)?;
        let phase: PhaseCode = parse(&row.phase)?;
        let (lead, readers, named) = (parse(&row.lead)?, all(&row.submitted_to)?, all(&row.named)?);
        let partners: Vec<PartnerCode> =
            row.words.iter().map(|word| parse(&word.partner)).collect::<Result<_, _>>()?;
        let mut words = Vec::new();
        for (word, partner) in row.words.iter().zip(&partners) {
            let decision = parse(&word.decision)?;
            let accepted: BTreeSet<&Title> = word.accepted_risks.iter().collect();
            words.push(Stand { partner, decision, criteria: &word.criteria, accepted });
        }
        let facts = GateFacts {
            id: PhaseId::of(OperationId::of(&operation), &phase).0,
            operation: &operation,
            phase: &phase,
            electorate: Electorate {
                policy: &row.policy,
                readers: &readers,
                lead: &lead,
                status: VersionStatus::Promulgated,
            },
            version: row.version.cast_unsigned(),
            partner: self.partner,
            role: role(row.role.as_deref())?,
            named: &named,
            decided: row.decided.as_deref().map(|gate| (gate.decision, gate.version, gate.decided_at)),
            words,
            in_force_since: row.in_force_since,
            planned_start: planned(row.h_hour, row.first_offset),
        };
        Ok(facts.waits(self.now))
    }

    async fn tasks(&self) -> Result<Vec<Found>, Error> {
        let (model, pin) = (self.world.engine.read_model(), &self.world.pin);
        let speaks = self.roles.contains(&Role::Liaison);
        let (rows, emergent) = try_join(
            model.open_tasks(pin, self.post.as_str(), speaks),
            model.open_emergent_tasks(pin, self.post.as_str(), speaks),
        )
        .await?;
        let mut found = emergent
            .into_iter()
            .filter_map(|row| self.emergent_task(&row).transpose())
            .collect::<Result<Vec<_>, Error>>()?;
        for row in rows {
            let operation: OperationCode = parse(&row.operation)?;
            let code: TaskCode = parse(&row.code)?;
            let dependencies: Vec<Dependency> =
                row.dependencies.iter().map(|written| parse(written)).collect::<Result<_, _>>()?;
            let before: BTreeMap<TaskCode, Standing> = row
                .before
                .iter()
                .map(|(code, carried)| Ok((parse(code)?, carried_so(carried)?)))
                .collect::<Result<_, Error>>()?;
            let facts = TaskFacts {
                id: row.task_id,
                operation: &operation,
                code: &code,
                status: parse(&row.operation_status)?,
                standing: standing_of(&row)?,
                phase_since: row.phase_since.map(|at| at.fixed_offset()),
                dependencies: &dependencies,
                before: &before,
                planned_start: planned(row.h_hour, Some(row.start_offset)),
                planned_finish: row.baseline_finish,
                is_own: row.is_own,
            };
            found.extend(facts.waits(self.now).map(|waiting| Found::new(row.operation_id, waiting)));
        }
        Ok(found)
    }

    /// It waits for nothing but its post, from when it was decided.
    fn emergent_task(&self, row: &OpenEmergentTask) -> Result<Option<Found>, Error> {
        let reason = row.block_reason.as_deref().map(parse::<BlockReason>).transpose()?;
        let standing = match &row.status {
            None => Standing::default(),
            Some(status) => Standing {
                status: parse(status)?,
                issued_at: row.issued_at.map(|at| at.fixed_offset()),
                acknowledged_at: row.acknowledged_at.map(|at| at.fixed_offset()),
                started_at: row.started_at.map(|at| at.fixed_offset()),
                blocked: row.blocked_since.map(|at| at.fixed_offset()).zip(reason),
                ..Standing::default()
            },
        };
        let facts = TaskFacts {
            id: row.task_id,
            operation: &parse(&row.operation)?,
            code: &parse(&row.code)?,
            status: parse(&row.operation_status)?,
            standing,
            phase_since: Some(row.decided_at.fixed_offset()),
            dependencies: &[],
            before: &BTreeMap::new(),
            planned_start: Some(row.start_at),
            planned_finish: row.baseline_finish,
            is_own: row.is_own,
        };
        Ok(facts.waits(self.now).map(|waiting| Found::new(row.operation_id, waiting)))
    }

    async fn incidents(&self) -> Result<Vec<Found>, Error> {
        let rows = self.world.engine.read_model().open_incidents(&self.world.pin).await?;
        let mut found = Vec::new();
        for row in rows {
            let facts = IncidentFacts {
                id: row.id,
                operation: &parse(&row.operation)?,
                code: &parse(&row.code)?,
                priority: row.priority.as_deref().map(parse).transpose()?,
                reported_at: row.reported_at,
                triaged_at: row.triaged_at,
                reopened_at: row.reopened_at,
                contained_at: row.contained_at,
                decided_at: row.decided_at,
                decision_due: row.decision_due,
                takes_tasks: role(row.role.as_deref())?.is_some_and(PartnerRole::takes_tasks),
                answers_for_it: [&row.owner, &row.lead].contains(&&self.partner.to_string()),
            };
            found.extend(facts.waits(self.now).map(|waiting| Found::new(row.operation_id, waiting)));
        }
        Ok(found)
    }

    async fn asked(&self) -> Result<Vec<Found>, Error> {
        let rows = self.world.engine.read_model().requests_to_answer(&self.world.pin).await?;
        let mut found = Vec::new();
        for row in rows {
            let facts = AskedFacts {
                id: row.id,
                code: &parse(&row.code)?,
                from: &parse(&row.asker)?,
                to: self.partner,
                issued_at: row.issued_at,
                acknowledged_at: row.acknowledged_at,
                acknowledgement_due: row.acknowledgement_due,
                due: row.due,
            };
            found.push(Found::new(row.operation_id, facts.waits(self.now)));
        }
        Ok(found)
    }

    async fn calls(&self) -> Result<Vec<Found>, Error> {
        let (model, pin) = (self.world.engine.read_model(), &self.world.pin);
        let rows = model.called_to(pin, self.post.as_str()).await?;
        let entry = |row: CalledTo| {
            let CalledTo { id, operation_id, code, reason, called_at, due } = row;
            let facts = CallFacts { id, code: &code, reason: &reason, called_at, due };
            Found::new(operation_id, facts.waits(self.now))
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    async fn actions(&self) -> Result<Vec<Found>, Error> {
        let (model, pin) = (self.world.engine.read_model(), &self.world.pin);
        let mut found = Vec::new();
        for row in model.open_actions(pin, self.post.as_str()).await? {
            let facts = ActionFacts {
                id: row.id,
                operation: &parse(&row.operation)?,
                code: &parse(&row.code)?,
                assigned_at: row.action.assigned_at,
                due: row.due,
            };
            found.push(Found::new(row.operation_id, facts.waits(self.now)));
        }
        Ok(found)
    }

    async fn conditions(&self) -> Result<Vec<Found>, Error> {
        let rows = self.world.engine.read_model().open_conditions(&self.world.pin).await?;
        let mut found = Vec::new();
        for row in rows {
            let operation: OperationCode = parse(&row.operation)?;
            let facts = ConditionFacts {
                id: row.id,
                operation: &operation,
                code: &row.code,
                gate: &row.gate,
                number: row.number.cast_unsigned(),
                status: parse(&row.status)?,
                proposal: row.proposal.as_deref(),
                attached_at: row.attached_at,
                settled_at: row.settled_at,
            };
            found.extend(facts.waits().map(|waiting| Found::new(row.operation_id, waiting)));
        }
        Ok(found)
    }

    async fn requests(&self) -> Result<Vec<Found>, Error> {
        let rows = self.world.engine.read_model().pending_requests(&self.world.pin).await?;
        let mut found = Vec::new();
        for row in rows {
            let facts = RequestFacts {
                id: row.id,
                operation: &parse(&row.operation)?,
                task: &parse(&row.task)?,
                post: &parse(&row.post)?,
                by: &parse(&row.by)?,
                requested_at: row.requested_at,
                planned_start: planned(row.h_hour, row.start_offset),
            };
            found.push(Found::new(row.operation_id, facts.waits(self.now)));
        }
        Ok(found)
    }

    async fn drafts(&self) -> Result<Vec<Found>, Error> {
        let rows = self.world.engine.read_model().returned_versions(&self.world.pin).await?;
        let mut found = Vec::new();
        for row in rows {
            let operation: OperationCode = parse(&row.operation)?;
            let (number, status) = (row.number.cast_unsigned(), parse(&row.status)?);
            let sent_back = SentBack { operation: &operation, number, status, since: row.since };
            found.extend(sent_back.waits().map(|waiting| Found::new(row.operation_id, waiting)));
        }
        Ok(found)
    }

    async fn decisions(&self) -> Result<Vec<Found>, Error> {
        let rows = self.world.engine.read_model().open_points(&self.world.pin).await?;
        let mut found = Vec::new();
        for row in rows {
            let operation: OperationCode = parse(&row.operation)?;
            let recorded_by: BTreeSet<PartnerCode> = all(&row.recorded_by)?;
            let point: &Code = &row.point.code;
            let task = Carried {
                status: row.status.unwrap_or_else(|| TaskStatus::default().to_string()),
                started_at: row.started_at,
                ended_at: row.ended_at,
            };
            let facts = DueFacts {
                operation: &operation,
                point,
                decision: &row.point.decision,
                facts: PointFacts {
                    deciders: &row.point.deciders,
                    recorded_by: recorded_by.iter().collect(),
                    gate_settled: row.gate_settled,
                    task: carried_so(&task)?,
                    planned_start: planned(row.h_hour, row.start_offset).map(|at| at.fixed_offset()),
                },
            };
            let waits = facts.waits(self.now).map(|waiting| Found::new(row.operation_id, waiting));
            found.extend(waits.map(|found| Found { code: Some(point.to_string()), ..found }));
        }
        Ok(found)
    }

    async fn shifts(&self) -> Result<Vec<Found>, Error> {
        let rows = self.world.engine.read_model().shifts_at_hand(&self.world.pin, self.now).await?;
        let shifts = rows.iter().map(ShiftRow::shift).collect::<Result<Vec<_>, _>>()?;
        let mut found = Vec::new();
        for (index, (row, shift)) in rows.iter().zip(&shifts).enumerate() {
            let next = rows.get(index + 1).filter(|next| next.centre_id == row.centre_id);
            let facts = ShiftFacts {
                id: row.id,
                centre: &parse(&row.centre)?,
                shift,
                next: next.and_then(|_| shifts.get(index + 1)),
                post: self.post,
            };
            found.extend(facts.waits(self.now).map(|waiting| Found::new(None, waiting)));
        }
        Ok(found)
    }
}

fn role(code: Option<&str>) -> Result<Option<PartnerRole>, Error> {
    Ok(code.map(parse).transpose()?)
}

fn all<T>(codes: &[String]) -> Result<BTreeSet<T>, Error>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static> + Ord,
{
    Ok(codes.iter().map(|code| parse(code)).collect::<Result<_, _>>()?)
}

/// `None` until H-hour is set.
fn planned(h_hour: Option<DateTime<Utc>>, seconds: Option<i64>) -> Option<DateTime<Utc>> {
    Some(h_hour? + chrono::TimeDelta::seconds(seconds?))
}

fn carried_so(carried: &Carried) -> Result<Standing, Error> {
    let Carried { status, started_at, ended_at } = carried;
    Ok(Standing {
        status: parse(status)?,
        started_at: started_at.map(|at| at.fixed_offset()),
        ended_at: ended_at.map(|at| at.fixed_offset()),
        ..Standing::default()
    })
}

fn standing_of(row: &OpenTask) -> Result<Standing, Error> {
    let Some(status) = &row.status else { return Ok(Standing::default()) };
    let reason = row.block_reason.as_deref().map(parse::<BlockReason>).transpose()?;
    Ok(Standing {
        status: parse(status)?,
        issued_at: row.issued_at.map(|at| at.fixed_offset()),
        acknowledged_at: row.acknowledged_at.map(|at| at.fixed_offset()),
        started_at: row.started_at.map(|at| at.fixed_offset()),
        blocked: row.blocked_since.map(|at| at.fixed_offset()).zip(reason),
        ..Standing::default()
    })
}
