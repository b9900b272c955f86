//! The findings that inputs name, and what inputs name as evidence.

use crate::{
    Error,
    assistance::AssistanceFigure,
    graph::{
        id::AskedId,
        mutation::Asked,
        node::{
            AssistanceClaim, Contribution, Event, Finding, GoNoGoWord, Incident, Item, MatterClaim,
            Operation, Outcome, PlanDecision, PlanVersion, RecordedDecision, Request, Shift, Sitrep, Task,
            TaskClaim,
        },
        scalars::DateTime,
    },
    metrics::{self, AskedMetrics, MetricCode},
};
use async_graphql::{ID, InputObject, OneofObject};
use domain::{
    OperationCode, PartnerCode, Position, RefusalCode, TaskCode,
    ids::{
        AssistanceClaimId, GoNoGoWordId, MatterClaimId, OperationId, PlanVersionId, RecordedDecisionId,
        from_text,
    },
    metrics::{Metric, ThingKind, Why},
    release::Matter,
    review::{Evidence, FindingCode, MOST_EVIDENCE, MeasuredOf},
};
use futures_util::future::try_join_all;
use read_model::{matter::MatterSays, parse};
use uuid::Uuid;

/// What proves a finding: something of its operation, or a shift of a centre.
#[derive(OneofObject)]
pub(super) enum EvidenceInput {
    /// One of the operation, or one that everybody sees.
    EventId(ID),
    /// On a task, an incident, a request or an outcome, or a report of counts of persons.
    ClaimId(ID),
    /// On a plan version, an entry of the decision log, or a word on whether a phase may start.
    DecisionId(ID),
    IncidentId(ID),
    RequestId(ID),
    ContributionId(ID),
    SitrepId(ID),
    OutcomeId(ID),
    PlanVersionId(ID),
    TaskId(ID),
    ShiftId(ID),
    /// A count of persons, of which each reader is told what it may know.
    Assistance(AssistanceEvidenceInput),
    /// A metric as it is known now, to you: its value stays what it is. It is for those who see all events that make it.
    Metric(MetricEvidenceInput),
}

/// Which count of persons.
#[derive(InputObject)]
pub(super) struct AssistanceEvidenceInput {
    /// Code of the partner that counts.
    referring_authority: String,
    figure: AssistanceFigure,
    /// The moment at which it holds; now when it is left out.
    valid_at: Option<DateTime>,
}

/// Which metric, of one thing.
#[derive(InputObject)]
pub(super) struct MetricEvidenceInput {
    code: MetricCode,
    /// Id of what it is of, such as a request, or a partner's; the operation when it is left out.
    subject: Option<ID>,
}

impl EvidenceInput {
    /// The field that is set, and the id in it.
    fn named(&self) -> (&'static str, Option<&ID>) {
        match self {
            Self::EventId(id) => ("eventId", Some(id)),
            Self::ClaimId(id) => ("claimId", Some(id)),
            Self::DecisionId(id) => ("decisionId", Some(id)),
            Self::IncidentId(id) => ("incidentId", Some(id)),
            Self::RequestId(id) => ("requestId", Some(id)),
            Self::ContributionId(id) => ("contributionId", Some(id)),
            Self::SitrepId(id) => ("sitrepId", Some(id)),
            Self::OutcomeId(id) => ("outcomeId", Some(id)),
            Self::PlanVersionId(id) => ("planVersionId", Some(id)),
            Self::TaskId(id) => ("taskId", Some(id)),
            Self::ShiftId(id) => ("shiftId", Some(id)),
            Self::Assistance(_) => ("assistance", None),
            Self::Metric(_) => ("metric", None),
        }
    }
}

impl Asked<'_> {
    /// The operation, and the finding's code in it; `None` when there is none that the caller may see, which is then among
    /// the reasons.
    pub(super) async fn finding(&mut self, id: &ID) -> Result<Option<(OperationCode, FindingCode)>, Error> {
        let Some(found) = self.find::<Finding>("findingId", id).await? else { return Ok(None) };
        Ok(Some((parse(&found.row.operation)?, parse(&found.row.code)?)))
    }

    /// Each at its place; `None` when one is not there, or not to be seen, or of another operation, which is then among the
    /// reasons.
    pub(super) async fn evidence(
        &mut self,
        operation: &OperationCode,
        inputs: &[EvidenceInput],
    ) -> Result<Option<Vec<Evidence>>, Error> {
        if inputs.len() > MOST_EVIDENCE {
            let message = format!("A finding has at most {MOST_EVIDENCE} pieces of evidence.");
            self.reasons.add(RefusalCode::InvalidValue, "evidence", message);
            return Ok(None);
        }
        let keys = inputs.iter().filter_map(|input| Some(AskedId::read(input.named().1?)?.key));
        // Fetched together, and then found there.
        try_join_all(keys.map(|key| self.world.node(key))).await?;
        let mut read = Some(Vec::new());
        for (index, input) in inputs.iter().enumerate() {
            let (field, id) = input.named();
            let field = format!("evidence.{index}.{field}");
            let wanted = OperationId::of(operation).0;
            let evidence = match (input, id) {
                (EvidenceInput::Assistance(input), _) => self.count(&field, input),
                (EvidenceInput::Metric(input), _) => self.metric(operation, &field, input).await?,
                (input, Some(id)) => self.proof(wanted, &field, input, id).await?,
                (_, None) => None,
            };
            // All are read before any is missed, so that all faults are told.
            read = read.zip(evidence).map(|(mut read, evidence)| {
                read.push(evidence);
                read
            });
        }
        Ok(read)
    }

    fn count(&mut self, field: &str, input: &AssistanceEvidenceInput) -> Option<Evidence> {
        let authority =
            self.parse::<PartnerCode>(&format!("{field}.referringAuthority"), &input.referring_authority)?;
        let now = self.session.engine.clock().now().fixed_offset();
        let valid_at = input.valid_at.as_ref().map_or(now, |DateTime(at)| *at);
        Some(Evidence::Assistance { authority, figure: input.figure.into(), valid_at })
    }

    /// With the value that it has now.
    async fn metric(
        &mut self,
        operation: &OperationCode,
        field: &str,
        input: &MetricEvidenceInput,
    ) -> Result<Option<Evidence>, Error> {
        let (id, at_subject) = (OperationId::of(operation).0, format!("{field}.subject"));
        if let Some(subject) = &input.subject {
            let named = match AskedId::read(subject) {
                Some(AskedId { key, at: None, .. }) => self.world.node(key).await?,
                _ => None,
            };
            if named.is_none() {
                self.reasons.add(RefusalCode::NotFound, &at_subject, "There is no such thing.");
                return Ok(None);
            }
        }
        let asked = AskedMetrics { subject: input.subject.clone(), partner: None, period: None };
        // As `asOf` has it there, where no clock goes on.
        let then = self.session.past_at(self.world.pin.position);
        let asked = match asked.read(&then, id).await {
            Err(Error::BadUserInput(message)) => {
                self.reasons.add(RefusalCode::InvalidValue, &at_subject, message);
                return Ok(None);
            }
            asked => asked?,
        };
        self.world.spend(1)?;
        let found = metrics::of(&then, id, &[input.code.into()], &asked).await?;
        let [metric] = found.as_slice() else {
            let message = "It is of one thing or another: name one as its `subject`.";
            self.reasons.add(RefusalCode::InvalidValue, &at_subject, message);
            return Ok(None);
        };
        let Some(value) = &metric.value else {
            let message = metric.why.map_or("It has no value.", Why::text);
            self.reasons.add(RefusalCode::InvalidValue, field, message);
            return Ok(None);
        };
        let positions: Vec<i64> = metric.evidence.iter().map(|position| position.0).collect();
        let model = self.world.engine.read_model();
        let Some(mut scope) = model.scope_of(&self.world.pin, &positions).await? else {
            self.reasons.add(RefusalCode::NotFound, field, "There is no such metric.");
            return Ok(None);
        };
        if metric.code == domain::metrics::MetricCode::Objective
            && let Some(found) = self.world.find::<Operation>(id).await?
            && let Some(number) = found.row.in_force
        {
            // What it is measured by stands in the plan.
            scope.versions.extend([PlanVersionId::of(OperationId(id), number.cast_unsigned()).0]);
        }
        let partner = asked.partner.filter(|_| metric.of.kind == ThingKind::Operation);
        let of = match partner {
            Some(partner) => MeasuredOf::Partner(partner),
            None => self.measured(metric).await?,
        };
        Ok(Some(Evidence::Metric {
            code: parse(&metric.code.to_string())?,
            of,
            as_known_at: self.world.pin.position,
            value: parse(value)?,
            unit: parse(&metric.unit.to_string())?,
            scope,
        }))
    }

    async fn measured(&self, metric: &Metric) -> Result<MeasuredOf, Error> {
        let code = &metric.of.code;
        Ok(match metric.of.kind {
            ThingKind::Operation if metric.code == domain::metrics::MetricCode::Objective => {
                MeasuredOf::Objective(parse(code)?)
            }
            ThingKind::Operation => MeasuredOf::Operation,
            ThingKind::Request => MeasuredOf::Matter(Matter::Request(parse(code)?)),
            ThingKind::Incident => MeasuredOf::Matter(Matter::Incident(parse(code)?)),
            ThingKind::Contribution => MeasuredOf::Matter(Matter::Contribution(parse(code)?)),
            ThingKind::Task => MeasuredOf::Task(parse(code)?),
            ThingKind::PlanVersion => MeasuredOf::PlanVersion(self.number_of(metric.of.id).await?),
            ThingKind::Centre => MeasuredOf::Centre(parse(code)?),
            ThingKind::Shift => {
                let shift: Shift = self.world.get(metric.of.id).await?;
                let number = shift.row.number.cast_unsigned();
                MeasuredOf::Shift { centre: parse(&shift.row.centre)?, number }
            }
            ThingKind::Partner => MeasuredOf::Partner(parse(code)?),
            ThingKind::Post => MeasuredOf::Post(parse(code)?),
            ThingKind::Event => MeasuredOf::Event(metric.of.id),
        })
    }

    /// What an id names in the operation.
    async fn within<T: Item>(
        &mut self,
        operation: Uuid,
        field: &str,
        id: &ID,
        operation_of: impl Fn(&T) -> Option<Uuid>,
    ) -> Result<Option<T>, Error> {
        let Some(found) = self.find::<T>(field, id).await? else { return Ok(None) };
        if operation_of(&found) == Some(operation) {
            return Ok(Some(found));
        }
        self.miss::<T>(field);
        Ok(None)
    }

    async fn proof(
        &mut self,
        operation: Uuid,
        field: &str,
        input: &EvidenceInput,
        id: &ID,
    ) -> Result<Option<Evidence>, Error> {
        macro_rules! matter {
            ($node:ident, $matter:ident) => {{
                let found = self.within::<$node>(operation, field, id, |found| Some(found.row.operation_id));
                let Some(found) = found.await? else { return Ok(None) };
                Evidence::Matter(Matter::$matter(parse(&found.row.code)?))
            }};
        }
        Ok(Some(match input {
            EvidenceInput::Assistance(_) | EvidenceInput::Metric(_) => return Ok(None),
            EvidenceInput::EventId(_) => {
                // Of the coalition's events everybody sees all.
                let of = |found: &Event| Some(found.row.operation_id.unwrap_or(operation));
                let Some(found) = self.within(operation, field, id, of).await? else { return Ok(None) };
                let position = Position(found.row.position);
                let model = self.world.engine.read_model();
                let Some(scope) = model.scope_of(&self.world.pin, &[position.0]).await? else {
                    self.miss::<Event>(field);
                    return Ok(None);
                };
                Evidence::Event { event: found.row.event_id, position, scope }
            }
            EvidenceInput::ClaimId(_) => return self.claim(operation, field, id).await,
            EvidenceInput::DecisionId(_) => return self.decision(operation, field, id).await,
            EvidenceInput::IncidentId(_) => matter!(Incident, Incident),
            EvidenceInput::RequestId(_) => matter!(Request, Request),
            EvidenceInput::ContributionId(_) => matter!(Contribution, Contribution),
            EvidenceInput::SitrepId(_) => matter!(Sitrep, Sitrep),
            EvidenceInput::OutcomeId(_) => matter!(Outcome, Outcome),
            EvidenceInput::PlanVersionId(_) => {
                let of = |found: &PlanVersion| Some(found.row.operation_id);
                let Some(found) = self.within(operation, field, id, of).await? else { return Ok(None) };
                Evidence::PlanVersion { number: found.row.number.cast_unsigned() }
            }
            EvidenceInput::TaskId(_) => {
                let Some(found) = self.find::<Task>(field, id).await? else { return Ok(None) };
                let Some(task) = self.task_within(operation, found.row.task_id).await? else {
                    self.miss::<Task>(field);
                    return Ok(None);
                };
                Evidence::Task { task }
            }
            EvidenceInput::ShiftId(_) => {
                let Some(found) = self.find::<Shift>(field, id).await? else { return Ok(None) };
                Evidence::Shift {
                    centre: parse(&found.row.centre)?,
                    number: found.row.number.cast_unsigned(),
                }
            }
        }))
    }

    /// The task's code, if it is of the operation.
    async fn task_within(&self, operation: Uuid, task: Uuid) -> Result<Option<TaskCode>, Error> {
        let place = self.world.loaders.task_places.load(task).await?;
        let Some(place) = place else { return Ok(None) };
        let (within, code): (OperationCode, TaskCode) = (parse(&place.operation)?, parse(&place.task)?);
        Ok((OperationId::of(&within).0 == operation).then_some(code))
    }

    async fn claim(&mut self, operation: Uuid, field: &str, id: &ID) -> Result<Option<Evidence>, Error> {
        match from_text(id.as_str()).map(|(prefix, _)| prefix) {
            Some(MatterClaimId::PREFIX) => {
                let of = |found: &MatterClaim| Some(found.row.operation_id);
                let Some(found) = self.within(operation, field, id, of).await? else { return Ok(None) };
                let (matter, claim) = (found.row.matter_id, found.row.number.cast_unsigned());
                let matter = match &*found.row.says {
                    MatterSays::Incident(_) => {
                        let incident = self.world.find::<Incident>(matter).await?;
                        incident.map(|known| parse(&known.row.code).map(Matter::Incident))
                    }
                    MatterSays::Request(_) => {
                        let request = self.world.find::<Request>(matter).await?;
                        request.map(|known| parse(&known.row.code).map(Matter::Request))
                    }
                    MatterSays::Outcome(_) => {
                        let outcome = self.world.find::<Outcome>(matter).await?;
                        outcome.map(|known| parse(&known.row.code).map(Matter::Outcome))
                    }
                };
                let Some(matter) = matter.transpose()? else {
                    self.miss::<MatterClaim>(field);
                    return Ok(None);
                };
                Ok(Some(Evidence::MatterClaim { matter, claim }))
            }
            Some(AssistanceClaimId::PREFIX) => {
                let of = |found: &AssistanceClaim| Some(found.row.operation_id);
                let Some(found) = self.within(operation, field, id, of).await? else { return Ok(None) };
                // Nobody else sees it.
                let Some(authority) = self.session.actor.partner().cloned() else { return Ok(None) };
                let claim = found.row.number.cast_unsigned();
                Ok(Some(Evidence::AssistanceClaim { authority, claim }))
            }
            _ => {
                let of = |found: &TaskClaim| Some(found.row.operation_id);
                let Some(found) = self.within(operation, field, id, of).await? else { return Ok(None) };
                let claim = found.row.number.cast_unsigned();
                Ok(Some(Evidence::TaskClaim { task: parse(&found.row.task)?, claim }))
            }
        }
    }

    async fn decision(&mut self, operation: Uuid, field: &str, id: &ID) -> Result<Option<Evidence>, Error> {
        match from_text(id.as_str()).map(|(prefix, _)| prefix) {
            Some(RecordedDecisionId::PREFIX) => {
                let of = |found: &RecordedDecision| Some(found.row.operation_id);
                let Some(found) = self.within(operation, field, id, of).await? else { return Ok(None) };
                let version = match found.row.version_id {
                    Some(version) => Some(self.number_of(version).await?),
                    None => None,
                };
                Ok(Some(Evidence::RecordedDecision { number: found.row.number.cast_unsigned(), version }))
            }
            Some(GoNoGoWordId::PREFIX) => {
                let of = |found: &GoNoGoWord| Some(found.row.operation_id);
                let Some(found) = self.within(operation, field, id, of).await? else { return Ok(None) };
                let (phase, number) = (parse(&found.row.phase)?, found.row.number.cast_unsigned());
                let version = self.number_of(found.row.version_id).await?;
                Ok(Some(Evidence::GoNoGoWord { phase, number, version }))
            }
            _ => {
                let of = |found: &PlanDecision| Some(found.row.operation_id);
                let Some(found) = self.within(operation, field, id, of).await? else { return Ok(None) };
                let version = self.number_of(found.row.version_id).await?;
                Ok(Some(Evidence::PlanDecision { version, decision: found.row.number.cast_unsigned() }))
            }
        }
    }

    /// Of a version that another row refers to.
    async fn number_of(&self, version: Uuid) -> Result<u32, Error> {
        let version: PlanVersion = self.world.get(version).await?;
        Ok(version.row.number.cast_unsigned())
    }
}
