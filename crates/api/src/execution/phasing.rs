//! Starting and completing phases, and partners' words on whether they may start.

use crate::{
    Error,
    execution::{
        phase::PhaseExecution,
        word::{CriterionJudgementInput, GoNoGo},
    },
    graph::{
        mutation::{Answer, Asked, Entry, results},
        scalars::Position,
    },
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Command, OperationCode, PhaseCode,
    execution::{ExecutionCommand, Word},
    ids::OperationId,
};

#[derive(InputObject)]
struct StartPhaseInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// Code of a phase of the plan in force.
    phase: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CompletePhaseInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// Code of a phase that was started.
    phase: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct DecideGoNoGoInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// Code of a phase of the plan in force that has a gate.
    phase: String,
    decision: GoNoGo,
    /// One for each criterion of the plan in force.
    #[graphql(default)]
    criteria: Vec<CriterionJudgementInput>,
    /// Criteria that are not met and whose risk your partner accepts, as the plan has them.
    #[graphql(default)]
    accepted_risks: Vec<String>,
    /// What the commander was looking at.
    seen_at: Position,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    StartPhaseResult = StartPhasePayload { phase: PhaseExecution }
    CompletePhaseResult = CompletePhasePayload { phase: PhaseExecution }
    DecideGoNoGoResult = DecideGoNoGoPayload { phase: PhaseExecution }
}

/// For commands on a phase of the plan in force.
async fn carry_out<R: Answer<Subject = PhaseExecution>>(
    asked: Asked<'_>,
    (operation, phase): (OperationCode, PhaseCode),
    command: ExecutionCommand,
) -> Result<Option<R>, Error> {
    let id = OperationId::of(&operation);
    let find = |world| async move { PhaseExecution::find(&world, id, &phase).await };
    asked.carry_out_and(Command::Execution(command), find).await
}

#[derive(Default)]
pub struct PhaseMutations;

#[Object]
impl PhaseMutations {
    /// Begins a phase of the plan in force: its tasks may start from then on. A gate needs a go before, and conditions on the
    /// phase are settled.
    async fn start_phase(
        &self,
        ctx: &Context<'_>,
        input: StartPhaseInput,
    ) -> Result<Option<StartPhaseResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let phase = asked.parse::<PhaseCode>("phase", &input.phase);
        let (Some(operation), Some(phase)) = (operation, phase) else { return asked.refuse().await };
        let place = (operation.clone(), phase.clone());
        carry_out(asked, place, ExecutionCommand::StartPhase { operation, phase }).await
    }

    /// Ends a phase: no task of it starts any more.
    async fn complete_phase(
        &self,
        ctx: &Context<'_>,
        input: CompletePhaseInput,
    ) -> Result<Option<CompletePhaseResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let phase = asked.parse::<PhaseCode>("phase", &input.phase);
        let (Some(operation), Some(phase)) = (operation, phase) else { return asked.refuse().await };
        let place = (operation.clone(), phase.clone());
        carry_out(asked, place, ExecutionCommand::CompletePhase { operation, phase }).await
    }

    /// Gives the word of the commander's partner on whether a phase may start; it takes the place of the one before. With the
    /// last decider's go the operation has a go; one no-go is a no-go, until all decide anew.
    async fn decide_go_no_go(
        &self,
        ctx: &Context<'_>,
        input: DecideGoNoGoInput,
    ) -> Result<Option<DecideGoNoGoResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let phase = asked.parse::<PhaseCode>("phase", &input.phase);
        let criteria = asked.each("criteria", &input.criteria, CriterionJudgementInput::read);
        let accepted_risks = asked.parse_all("acceptedRisks", &input.accepted_risks);
        let (Some(operation), Some(phase), Some(criteria), Some(accepted_risks)) =
            (operation, phase, criteria, accepted_risks)
        else {
            return asked.refuse().await;
        };
        let Position(seen_at) = input.seen_at;
        let word = Word { decision: input.decision.into(), criteria, accepted_risks, seen_at };
        let place = (operation.clone(), phase.clone());
        carry_out(asked, place, ExecutionCommand::DecideGoNoGo { operation, phase, word }).await
    }
}
