//! Pledging, and taking pledges up or not.

use crate::{
    Error,
    contribution::types::ContributionKind,
    graph::{
        context::World,
        money::{MoneyInput, RateInput},
        mutation::{Asked, At, Entry, results},
        node::Contribution,
    },
    matter::release::ReleaseInput,
};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::{
    Command, RefusalCode,
    contribution::{ContributionCommand, NewPledge, Offer, Pledge, PledgeRevision},
    ids::{ContributionId, OperationId},
};
use std::sync::Arc;

#[derive(InputObject)]
struct PledgeContributionInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    #[graphql(flatten)]
    pledge: PledgeInput,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct PledgeContributionsInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// From 1 to 1,000.
    pledges: Vec<PledgeInput>,
    #[graphql(flatten)]
    entry: Entry,
}

/// Money has a `value`, and neither quantity nor unit. What is given in kind has a `quantity` and a `unit`, and a `value`
/// where somebody knows what it is worth.
#[derive(InputObject)]
struct PledgeInput {
    /// What people will call it by, such as `K2`; unique in the operation.
    code: String,
    kind: ContributionKind,
    /// What it is, in a line.
    title: Option<String>,
    /// Whether it is something else than money.
    #[graphql(default)]
    in_kind: bool,
    /// How much, from 1 to 1,000,000,000: of what is given in kind.
    quantity: Option<u32>,
    /// What one of it is, such as `training place`: of what is given in kind.
    unit: Option<String>,
    /// Above 0.
    value: Option<MoneyInput>,
    /// Who may read it; whoever reads the operation when it is left out.
    release: Option<ReleaseInput>,
}

/// What is given, as inputs write it.
struct OfferInput<'a> {
    in_kind: bool,
    quantity: Option<u32>,
    unit: Option<&'a str>,
    value: Option<&'a MoneyInput>,
}

impl OfferInput<'_> {
    fn read(&self, at: &mut At<'_>) -> Option<Offer> {
        let value = match self.value {
            Some(value) => value.read(&mut at.at("value")).map(Some),
            None => Some(None),
        };
        let unit = at.parse_if("unit", self.unit);
        if !self.in_kind {
            let said = [("quantity", self.quantity.is_some()), ("unit", self.unit.is_some())];
            let counted = said.into_iter().filter(|(_, is_said)| *is_said);
            let mut is_money = true;
            for (field, _) in counted {
                is_money = false;
                at.add(
                    RefusalCode::InvalidValue,
                    field,
                    "Money is not counted: this is for what is given in kind.",
                );
            }
            if self.value.is_none() {
                at.add(RefusalCode::InvalidValue, "value", "Say how much money it is.");
            }
            return value?.filter(|_| is_money).map(|amount| Offer::Cash { amount });
        }
        if self.quantity.is_none() {
            at.add(RefusalCode::InvalidValue, "quantity", "Say how much of it there is.");
        }
        if self.unit.is_none() {
            at.add(RefusalCode::InvalidValue, "unit", "Say what is counted.");
        }
        Some(Offer::InKind { quantity: self.quantity?, unit: unit??, value: value? })
    }
}

impl PledgeInput {
    fn read(&self, at: &mut At<'_>) -> Option<NewPledge> {
        let code = at.parse("code", &self.code);
        let title = at.parse_if("title", self.title.as_deref());
        let offer = OfferInput {
            in_kind: self.in_kind,
            quantity: self.quantity,
            unit: self.unit.as_deref(),
            value: self.value.as_ref(),
        };
        let offer = offer.read(at);
        let release = match &self.release {
            Some(release) => release.read(&mut at.at("release")).map(Some),
            None => Some(None),
        };
        let pledge = Pledge { kind: self.kind.into(), title: title?, offer: offer? };
        Some(NewPledge { code: code?, pledge, release: release? })
    }
}

/// What is left out stays as it is. What is given is one thing: where one of `inKind`, `quantity`, `unit` and `value` is sent,
/// all of it is, as for a pledge.
#[derive(InputObject)]
struct RevisePledgeInput {
    /// Its id; or its code, and then `operation` as well.
    contribution: ID,
    /// Of a contribution that is named by its code: the operation's code or id.
    operation: Option<ID>,
    #[graphql(flatten)]
    pledge: RevisedPledge,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RevisedPledge {
    kind: Option<ContributionKind>,
    /// Null: none any more.
    title: MaybeUndefined<String>,
    in_kind: Option<bool>,
    quantity: Option<u32>,
    unit: Option<String>,
    value: Option<MoneyInput>,
}

impl RevisedPledge {
    fn read(&self, at: &mut At<'_>) -> Option<PledgeRevision> {
        let title = at.parse_or_clear("title", self.title.as_opt_deref());
        let is_said =
            self.in_kind.is_some() || self.quantity.is_some() || self.unit.is_some() || self.value.is_some();
        let offer = if is_said {
            let offer = OfferInput {
                in_kind: self.in_kind.unwrap_or(self.quantity.is_some() || self.unit.is_some()),
                quantity: self.quantity,
                unit: self.unit.as_deref(),
                value: self.value.as_ref(),
            };
            offer.read(at).map(Some)
        } else {
            Some(None)
        };
        Some(PledgeRevision { kind: self.kind.map(Into::into), title: title?, offer: offer? })
    }
}

#[derive(InputObject)]
struct AcceptPledgeInput {
    /// Its id; or its code, and then `operation` as well.
    contribution: ID,
    /// Of a contribution that is named by its code: the operation's code or id.
    operation: Option<ID>,
    /// One for each currency, at most 50. Without one of its own currency the contribution is in no sum over several
    /// currencies, unless it is in the reporting one itself.
    #[graphql(default)]
    rates: Vec<RateInput>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct DeclinePledgeInput {
    /// Its id; or its code, and then `operation` as well.
    contribution: ID,
    /// Of a contribution that is named by its code: the operation's code or id.
    operation: Option<ID>,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct WithdrawPledgeInput {
    /// Its id; or its code, and then `operation` as well.
    contribution: ID,
    /// Of a contribution that is named by its code: the operation's code or id.
    operation: Option<ID>,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    PledgeContributionResult = PledgeContributionPayload { contribution: Contribution }
    PledgeContributionsResult = PledgeContributionsPayload {
        /// Those that were pledged, in the order of the list.
        contributions: Vec<Contribution>
    }
    RevisePledgeResult = RevisePledgePayload { contribution: Contribution }
    AcceptPledgeResult = AcceptPledgePayload { contribution: Contribution }
    DeclinePledgeResult = DeclinePledgePayload { contribution: Contribution }
    WithdrawPledgeResult = WithdrawPledgePayload { contribution: Contribution }
}

#[derive(Default)]
pub struct PledgeMutations;

#[Object]
impl PledgeMutations {
    /// Offers to give something to an operation. Nothing is bound by that until it is accepted.
    async fn pledge_contribution(
        &self,
        ctx: &Context<'_>,
        input: PledgeContributionInput,
    ) -> Result<Option<PledgeContributionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let pledge = input.pledge.read(&mut asked.input());
        let (Some(operation), Some(pledge)) = (operation, pledge) else { return asked.refuse().await };
        let id = ContributionId::of(OperationId::of(&operation), &pledge.code).0;
        let command = ContributionCommand::Pledge { operation, pledge };
        asked.carry_out(id, Command::Contribution(command)).await
    }

    /// Takes many pledges in at once, such as a partner's list: all of them or none. A fault is told at its place, such as
    /// `pledges.3.value.amount`.
    async fn pledge_contributions(
        &self,
        ctx: &Context<'_>,
        input: PledgeContributionsInput,
    ) -> Result<Option<PledgeContributionsResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let pledges = asked.each("pledges", &input.pledges, PledgeInput::read);
        let (Some(operation), Some(pledges)) = (operation, pledges) else { return asked.refuse().await };
        let within = OperationId::of(&operation);
        let ids: Vec<_> = pledges.iter().map(|new| ContributionId::of(within, &new.code).0).collect();
        let command = Command::Contribution(ContributionCommand::PledgeMany { operation, pledges });
        let find = |world: Arc<World>| async move { Ok(Some(world.find_many(ids).await?)) };
        asked.carry_out_and(command, find).await
    }

    /// Offers something else in place of what was offered, until that is accepted.
    async fn revise_pledge(
        &self,
        ctx: &Context<'_>,
        input: RevisePledgeInput,
    ) -> Result<Option<RevisePledgeResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.contribution("contribution", &input.contribution, input.operation.as_ref()).await?;
        let revision = input.pledge.read(&mut asked.input());
        let (Some((operation, contribution)), Some(revision)) = (place, revision) else {
            return asked.refuse().await;
        };
        let id = ContributionId::of(OperationId::of(&operation), &contribution).0;
        let command = ContributionCommand::Revise { operation, contribution, revision };
        asked.carry_out(id, Command::Contribution(command)).await
    }

    /// Takes a pledge up, which binds its giver and the operation. What it is worth in the currency that the operation reports
    /// in is fixed by that.
    async fn accept_pledge(
        &self,
        ctx: &Context<'_>,
        input: AcceptPledgeInput,
    ) -> Result<Option<AcceptPledgeResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.contribution("contribution", &input.contribution, input.operation.as_ref()).await?;
        let rates = asked.each("rates", &input.rates, RateInput::read);
        let (Some((operation, contribution)), Some(rates)) = (place, rates) else {
            return asked.refuse().await;
        };
        let id = ContributionId::of(OperationId::of(&operation), &contribution).0;
        let command = ContributionCommand::Accept { operation, contribution, rates };
        asked.carry_out(id, Command::Contribution(command)).await
    }

    /// Does not take a pledge up.
    async fn decline_pledge(
        &self,
        ctx: &Context<'_>,
        input: DeclinePledgeInput,
    ) -> Result<Option<DeclinePledgeResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.contribution("contribution", &input.contribution, input.operation.as_ref()).await?;
        let reason = asked.reason(&input.reason);
        let (Some((operation, contribution)), Some(reason)) = (place, reason) else {
            return asked.refuse().await;
        };
        let id = ContributionId::of(OperationId::of(&operation), &contribution).0;
        let command = ContributionCommand::Decline { operation, contribution, reason };
        asked.carry_out(id, Command::Contribution(command)).await
    }

    /// Takes an offer back before it is accepted.
    async fn withdraw_pledge(
        &self,
        ctx: &Context<'_>,
        input: WithdrawPledgeInput,
    ) -> Result<Option<WithdrawPledgeResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.contribution("contribution", &input.contribution, input.operation.as_ref()).await?;
        let reason = asked.reason(&input.reason);
        let (Some((operation, contribution)), Some(reason)) = (place, reason) else {
            return asked.refuse().await;
        };
        let id = ContributionId::of(OperationId::of(&operation), &contribution).0;
        let command = ContributionCommand::Withdraw { operation, contribution, reason };
        asked.carry_out(id, Command::Contribution(command)).await
    }
}
