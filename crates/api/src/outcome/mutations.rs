//! Saying what an operation came to, and putting that right.

use crate::{
    Error,
    graph::{
        money::MoneyInput,
        mutation::{Asked, At, Entry, results},
        node::Outcome,
        scalars::DateTime,
    },
    matter::release::ReleaseInput,
    outcome::types::OutcomeKind,
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Command, RefusalCode,
    ids::{OperationId, OutcomeId},
    outcome::{Measured, NewOutcome, OutcomeCommand},
};

/// It has either a `count` or a `value`, as its kind says.
#[derive(InputObject)]
struct RecordOutcomeInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// What people will call it by, such as `OUT-01`; unique in the operation.
    code: String,
    kind: OutcomeKind,
    /// What it is, in a line; `OTHER` needs one.
    title: Option<String>,
    /// How many, from 1 to 1,000,000,000.
    count: Option<u32>,
    /// How much money: above 0.
    value: Option<MoneyInput>,
    /// Who or what says so.
    source: String,
    /// Code of the objective of the plan in force that it counts towards. Without one it counts towards each whose measure
    /// names its kind.
    objective: Option<String>,
    /// Who may read it; whoever reads the operation when it is left out.
    release: Option<ReleaseInput>,
    #[graphql(flatten)]
    entry: Entry,
}

/// What is left out stays as the claim says. What was counted stays counted, and what was money stays money, of whatever
/// currency.
#[derive(InputObject)]
struct CorrectOutcomeInput {
    /// The claim that is wrong.
    claim_id: ID,
    /// How many, from 0 to 1,000,000,000: 0 where there were none.
    count: Option<u32>,
    /// How much money: 0 or more.
    value: Option<MoneyInput>,
    /// When it was.
    at: Option<DateTime>,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

/// The outer `None` when it was not taken, the inner one when neither is there.
#[expect(clippy::option_option, reason = "absent and wrong are two things")]
fn measured(count: Option<u32>, value: Option<&MoneyInput>, at: &mut At<'_>) -> Option<Option<Measured>> {
    let money = value.map(|value| value.read(&mut at.at("value")));
    match (count, money) {
        (None, None) => Some(None),
        (Some(count), None) => Some(Some(Measured::Count(count))),
        (None, Some(money)) => Some(Some(Measured::Value(money?))),
        (Some(_), Some(_)) => {
            at.add(RefusalCode::InvalidValue, "value", "It is a count or an amount of money, and not both.");
            None
        }
    }
}

results! {
    RecordOutcomeResult = RecordOutcomePayload { outcome: Outcome }
    CorrectOutcomeResult = CorrectOutcomePayload { outcome: Outcome }
}

#[derive(Default)]
pub struct OutcomeMutations;

#[Object]
impl OutcomeMutations {
    /// Says what your partner's work in the operation came to, also after its end.
    async fn record_outcome(
        &self,
        ctx: &Context<'_>,
        input: RecordOutcomeInput,
    ) -> Result<Option<RecordOutcomeResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let code = asked.parse("code", &input.code);
        let title = asked.parse_if("title", input.title.as_deref());
        let measured = measured(input.count, input.value.as_ref(), &mut asked.input());
        if measured == Some(None) {
            let message = "Say how much it was: a count, or an amount of money.";
            asked.reasons.add(RefusalCode::InvalidValue, "count", message);
        }
        let source = asked.parse("source", &input.source);
        let objective = asked.parse_if("objective", input.objective.as_deref());
        let release = match &input.release {
            Some(release) => release.read(&mut asked.at("release")).map(Some),
            None => Some(None),
        };
        let (Some(operation), Some(code), Some(title), Some(Some(measured))) =
            (operation, code, title, measured)
        else {
            return asked.refuse().await;
        };
        let (Some(source), Some(objective), Some(release)) = (source, objective, release) else {
            return asked.refuse().await;
        };
        let id = OutcomeId::of(OperationId::of(&operation), &code).0;
        let kind = input.kind.into();
        let outcome = NewOutcome { code, kind, title, measured, source, objective, release };
        let command = OutcomeCommand::Record { operation, outcome };
        asked.carry_out(id, Command::Outcome(command)).await
    }

    /// Puts right what your partner said: how much it was, when it was, or both. The claim that was wrong stays as it is, and
    /// another one takes its place.
    async fn correct_outcome(
        &self,
        ctx: &Context<'_>,
        input: CorrectOutcomeInput,
    ) -> Result<Option<CorrectOutcomeResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.outcome_claim(&input.claim_id).await?;
        let measured = measured(input.count, input.value.as_ref(), &mut asked.input());
        let reason = asked.reason(&input.reason);
        let (Some((operation, outcome, claim)), Some(measured), Some(reason)) = (place, measured, reason)
        else {
            return asked.refuse().await;
        };
        let id = OutcomeId::of(OperationId::of(&operation), &outcome).0;
        let at = input.at.map(|at| at.0);
        let command = OutcomeCommand::Correct { operation, outcome, claim, measured, at, reason };
        asked.carry_out(id, Command::Outcome(command)).await
    }
}
