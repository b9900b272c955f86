//! Setting money aside and paying it, delivering what is given in kind, and judging what was delivered.

use crate::{
    Error,
    graph::{
        money::MoneyInput,
        mutation::{Answer, Asked, Entry, results},
        node::Contribution,
    },
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Code, Command, ContributionCode, Money, OperationCode, Prose,
    contribution::ContributionCommand,
    ids::{ContributionId, OperationId},
};

#[derive(InputObject)]
struct AllocateContributionInput {
    /// Its id; or its code, and then `operation` as well.
    contribution: ID,
    /// Of a contribution that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// Code of a line of effort of the plan in force, else of the newest version.
    line_of_effort: String,
    /// How much more, in the currency of the contribution.
    amount: MoneyInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ReleaseAllocationInput {
    /// Its id; or its code, and then `operation` as well.
    contribution: ID,
    /// Of a contribution that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// Code of a line of effort that it was allocated to.
    line_of_effort: String,
    /// How much less, in the currency of the contribution.
    amount: MoneyInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct DisburseInput {
    /// Its id; or its code, and then `operation` as well.
    contribution: ID,
    /// Of a contribution that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// In the currency of the contribution.
    amount: MoneyInput,
    /// Code of the line of effort that it is for; left out, it is of what is allocated to any.
    line_of_effort: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct DeliverInput {
    /// Its id; or its code, and then `operation` as well.
    contribution: ID,
    /// Of a contribution that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// In the unit of the contribution.
    quantity: u32,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct AcceptDeliveryInput {
    /// Its id; or its code, and then `operation` as well.
    contribution: ID,
    /// Of a contribution that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// Number of the delivery.
    delivery: u32,
    /// How much of it, in the unit of the contribution.
    quantity: u32,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RejectDeliveryInput {
    /// Its id; or its code, and then `operation` as well.
    contribution: ID,
    /// Of a contribution that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// Number of the delivery.
    delivery: u32,
    /// How much of it, in the unit of the contribution.
    quantity: u32,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    AllocateContributionResult = AllocateContributionPayload { contribution: Contribution }
    ReleaseAllocationResult = ReleaseAllocationPayload { contribution: Contribution }
    DisburseResult = DisbursePayload { contribution: Contribution }
    DeliverResult = DeliverPayload { contribution: Contribution }
    AcceptDeliveryResult = AcceptDeliveryPayload { contribution: Contribution }
    RejectDeliveryResult = RejectDeliveryPayload { contribution: Contribution }
}

/// Carries out what becomes of a contribution.
async fn give<R: Answer<Subject = Contribution>>(
    asked: Asked<'_>,
    (operation, contribution): (OperationCode, ContributionCode),
    command: impl FnOnce(OperationCode, ContributionCode) -> ContributionCommand,
) -> Result<Option<R>, Error> {
    let id = ContributionId::of(OperationId::of(&operation), &contribution).0;
    asked.carry_out(id, Command::Contribution(command(operation, contribution))).await
}

fn amount(asked: &mut Asked<'_>, input: &MoneyInput) -> Option<Money> {
    input.read(&mut asked.at("amount"))
}

#[derive(Default)]
pub struct GivingMutations;

#[Object]
impl GivingMutations {
    /// Sets money of an accepted contribution aside for a line of effort: no more than is left of it.
    async fn allocate_contribution(
        &self,
        ctx: &Context<'_>,
        input: AllocateContributionInput,
    ) -> Result<Option<AllocateContributionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.contribution("contribution", &input.contribution, input.operation.as_ref()).await?;
        let line = asked.parse::<Code>("lineOfEffort", &input.line_of_effort);
        let amount = amount(&mut asked, &input.amount);
        let (Some(place), Some(line_of_effort), Some(amount)) = (place, line, amount) else {
            return asked.refuse().await;
        };
        give(asked, place, |operation, contribution| ContributionCommand::Allocate {
            operation,
            contribution,
            line_of_effort,
            amount,
        })
        .await
    }

    /// Frees money that was set aside for a line of effort and was not paid.
    async fn release_allocation(
        &self,
        ctx: &Context<'_>,
        input: ReleaseAllocationInput,
    ) -> Result<Option<ReleaseAllocationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.contribution("contribution", &input.contribution, input.operation.as_ref()).await?;
        let line = asked.parse::<Code>("lineOfEffort", &input.line_of_effort);
        let amount = amount(&mut asked, &input.amount);
        let (Some(place), Some(line_of_effort), Some(amount)) = (place, line, amount) else {
            return asked.refuse().await;
        };
        give(asked, place, |operation, contribution| ContributionCommand::Release {
            operation,
            contribution,
            line_of_effort,
            amount,
        })
        .await
    }

    /// Says that money was paid: no more than was allocated. With the last of it the contribution is fulfilled.
    async fn disburse(
        &self,
        ctx: &Context<'_>,
        input: DisburseInput,
    ) -> Result<Option<DisburseResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.contribution("contribution", &input.contribution, input.operation.as_ref()).await?;
        let line = asked.parse_if::<Code>("lineOfEffort", input.line_of_effort.as_deref());
        let amount = amount(&mut asked, &input.amount);
        let (Some(place), Some(line_of_effort), Some(amount)) = (place, line, amount) else {
            return asked.refuse().await;
        };
        give(asked, place, |operation, contribution| ContributionCommand::Disburse {
            operation,
            contribution,
            amount,
            line_of_effort,
        })
        .await
    }

    /// Says that something was handed over: no more than is left to deliver. It counts once it is accepted.
    async fn deliver(&self, ctx: &Context<'_>, input: DeliverInput) -> Result<Option<DeliverResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.contribution("contribution", &input.contribution, input.operation.as_ref()).await?;
        let Some(place) = place else { return asked.refuse().await };
        let quantity = input.quantity;
        give(asked, place, |operation, contribution| ContributionCommand::Deliver {
            operation,
            contribution,
            quantity,
        })
        .await
    }

    /// Says that a delivery, or a part of it, is what was pledged. With the last of it the contribution is fulfilled. No
    /// condition is satisfied by that: its author does so, and names the delivery as evidence.
    async fn accept_delivery(
        &self,
        ctx: &Context<'_>,
        input: AcceptDeliveryInput,
    ) -> Result<Option<AcceptDeliveryResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.contribution("contribution", &input.contribution, input.operation.as_ref()).await?;
        let Some(place) = place else { return asked.refuse().await };
        let (delivery, quantity) = (input.delivery, input.quantity);
        give(asked, place, |operation, contribution| ContributionCommand::AcceptDelivery {
            operation,
            contribution,
            delivery,
            quantity,
        })
        .await
    }

    /// Says that a delivery, or a part of it, is not what was pledged: so much is to be delivered again.
    async fn reject_delivery(
        &self,
        ctx: &Context<'_>,
        input: RejectDeliveryInput,
    ) -> Result<Option<RejectDeliveryResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.contribution("contribution", &input.contribution, input.operation.as_ref()).await?;
        let reason: Option<Prose> = asked.reason(&input.reason);
        let (Some(place), Some(reason)) = (place, reason) else { return asked.refuse().await };
        let (delivery, quantity) = (input.delivery, input.quantity);
        give(asked, place, |operation, contribution| ContributionCommand::RejectDelivery {
            operation,
            contribution,
            delivery,
            quantity,
            reason,
        })
        .await
    }
}
