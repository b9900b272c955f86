//! Phases as they are carried out: when each began and ended, and who lets it start.

use crate::{
    Error,
    execution::word::GoNoGo,
    graph::{
        context::World,
        node::{Condition, GoNoGoWord, Operation, Partner, PlanVersion},
        scalars::DateTime,
        zone::Zone,
    },
};
use async_graphql::Object;
use domain::{
    Code, PartnerCode, PhaseCode, Title,
    execution::{self, Stand, awaited},
    ids::{OperationId, PartnerId},
    plan,
};
use futures_util::future::try_join;
use read_model::{
    execution::{DecidedGate, PhaseRow},
    parse,
};
use std::{collections::BTreeSet, sync::Arc};

/// A phase of the plan in force as it is carried out.
#[derive(Clone)]
pub struct PhaseExecution {
    operation: Operation,
    version: PlanVersion,
    phase: plan::Phase,
    /// `None`: it was not started, and its gate was not spoken of.
    row: Option<Arc<PhaseRow>>,
}

impl PhaseExecution {
    /// Those of the plan in force, in the order in which they are carried out.
    pub(crate) async fn of(operation: &Operation) -> Result<Vec<Self>, Error> {
        let Some(version) = operation.version(operation.row.in_force).await? else { return Ok(Vec::new()) };
        let phases = &version.row.sections.phases;
        operation.world.spend(phases.len())?;
        let rows = operation.world.loaders.phases_of.children(operation.row.id).await?;
        let phase = |phase: &plan::Phase| Self {
            operation: operation.clone(),
            version: version.clone(),
            phase: phase.clone(),
            row: rows.iter().find(|row| row.code == phase.code.as_str()).cloned(),
        };
        Ok(phases.iter().map(phase).collect())
    }

    /// `None` when the plan in force has no such phase, or the viewer may not see it.
    pub(crate) async fn find(
        world: &Arc<World>,
        operation: OperationId,
        code: &PhaseCode,
    ) -> Result<Option<Self>, Error> {
        let Some(operation) = world.find::<Operation>(operation.0).await? else { return Ok(None) };
        Ok(Self::of(&operation).await?.into_iter().find(|found| found.phase.code == *code))
    }

    fn world(&self) -> &Arc<World> {
        &self.operation.world
    }
}

/// A phase of the plan in force as it is carried out: its tasks start once it is started, and until it is completed.
#[Object]
impl PhaseExecution {
    async fn code(&self) -> &str {
        self.phase.code.as_str()
    }

    async fn name(&self) -> &str {
        self.phase.name.as_str()
    }

    /// Null until it is started.
    async fn started_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        let started_at = self.row.as_ref().and_then(|row| row.started_at);
        self.world().local_if(started_at, zone).await
    }

    /// Null until it is completed.
    async fn completed_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        let completed_at = self.row.as_ref().and_then(|row| row.completed_at);
        self.world().local_if(completed_at, zone).await
    }

    /// What must be decided before it starts; null when nothing must.
    async fn gate(&self) -> Option<PhaseGate> {
        let code = self.phase.gate.as_ref()?.to_string();
        Some(PhaseGate { code, phase: self.clone() })
    }

    /// Conditions of approvals that hold it or its gate back: outstanding, or broken.
    async fn outstanding_conditions(&self) -> Result<Vec<Condition>, Error> {
        let gates = [Some(self.phase.code.as_str()), self.phase.gate.as_ref().map(Code::as_str)];
        let mut holding = Vec::new();
        for condition in self.version.live_conditions().await? {
            let status: plan::ConditionStatus = parse(&condition.row.status)?;
            if status.blocks() && gates.contains(&Some(condition.row.gate.as_str())) {
                holding.push(condition);
            }
        }
        Ok(holding)
    }
}

/// What must be decided before a phase starts.
pub struct PhaseGate {
    code: String,
    phase: PhaseExecution,
}

impl PhaseGate {
    fn decided(&self) -> Option<DecidedGate> {
        Some(self.phase.row.as_ref()?.gate.as_ref()?.0)
    }

    fn has_go(&self) -> bool {
        let number = self.phase.version.row.number.cast_unsigned();
        self.decided()
            .is_some_and(|decided| decided.decision == execution::GoNoGo::Go && decided.version == number)
    }

    async fn deciding(&self) -> Result<BTreeSet<PartnerCode>, Error> {
        self.phase.version.deciders_at_gate(&self.phase.phase.code).await
    }

    /// Whether a word counts on the plan in force.
    fn counts(&self, word: &GoNoGoWord) -> bool {
        word.row.counts && word.row.version_id == self.phase.version.row.id
    }

    async fn words_given(&self) -> Result<Vec<GoNoGoWord>, Error> {
        let world = self.phase.world();
        let rows = world.loaders.go_no_go_words_of.children(self.phase.operation.row.id).await?;
        let rows: Vec<_> =
            rows.iter().filter(|row| row.phase == self.phase.phase.code.as_str()).cloned().collect();
        Ok(world.all(&rows))
    }

    async fn partners(&self, codes: impl IntoIterator<Item = &PartnerCode>) -> Result<Vec<Partner>, Error> {
        self.phase.world().find_many(codes.into_iter().map(|code| PartnerId::of(code).0)).await
    }
}

/// What must be decided before a phase starts, by whom, and what was said.
#[Object]
impl PhaseGate {
    /// As the plan calls it, such as `GO_NO_GO`.
    async fn code(&self) -> &str {
        &self.code
    }

    /// Partners each of whose own word it takes: those that the decision points at the gate name, else the approvers of the
    /// plan.
    async fn deciders(&self) -> Result<Vec<Partner>, Error> {
        self.partners(&self.deciding().await?).await
    }

    /// All words that were given, in the order of their numbers; those that count no more stay.
    async fn words(&self) -> Result<Vec<GoNoGoWord>, Error> {
        self.words_given().await
    }

    /// What was decided last, on whichever version of the plan; null until something was.
    async fn decision(&self) -> Option<GoNoGo> {
        self.decided().map(|decided| decided.decision.into())
    }

    async fn decided_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.phase.world().local_if(self.decided().map(|decided| decided.decided_at), zone).await
    }

    /// Whether there is a go on the plan in force.
    async fn passed(&self) -> bool {
        self.has_go()
    }

    /// Partners whose go it still takes: those that have not said go, since the last no-go if there was one, and those that
    /// have and do not accept the risk of a criterion that somebody finds unmet.
    async fn waits_for(&self) -> Result<Vec<Partner>, Error> {
        if self.has_go() {
            return Ok(Vec::new());
        }
        let (deciders, words) = try_join(self.deciding(), self.words_given()).await?;
        let said: Vec<_> =
            words.iter().filter(|word| self.counts(word)).map(said).collect::<Result<_, _>>()?;
        let stands = said.iter().map(|(partner, decision, word, accepted)| Stand {
            partner,
            decision: *decision,
            criteria: &word.row.criteria,
            accepted: accepted.iter().collect(),
        });
        let awaited = awaited(&deciders.iter().collect(), &stands.collect::<Vec<_>>());
        self.partners(awaited).await
    }
}

/// What a word says, out of its row.
fn said(word: &GoNoGoWord) -> Result<(PartnerCode, execution::GoNoGo, &GoNoGoWord, BTreeSet<Title>), Error> {
    let accepted = word.row.accepted_risks.iter().map(|risk| parse(risk)).collect::<Result<_, _>>()?;
    Ok((parse(&word.row.partner)?, parse(&word.row.decision)?, word, accepted))
}
