//! Rules of pledges until they are taken up, or not.

use super::found::Found;
use crate::{
    Context, ContributionCode, Currency, Money, Prose, Rate, Reasons, RefusalCode, Rejection, Role, World,
    catalogue::sources::sender::SPEAKER,
    contribution::{ContributionEvent, ContributionStatus, NewPledge, Offer, Pledge, PledgeRevision},
    ids::ContributionId,
    operation::{Operation, marking::check_partners},
};
use chrono::Days;
use std::collections::BTreeSet;

/// Most pledges of one list.
const MOST_PLEDGES: usize = 1_000;

/// Most of anything that is counted.
const MOST_QUANTITY: u32 = 1_000_000_000;

/// Most rates of one acceptance.
const MOST_RATES: usize = 50;

pub(super) fn pledge(
    world: &World,
    operation: &Operation,
    new: &NewPledge,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    let pledged = judge(world, operation, new, &BTreeSet::new(), context, &mut reasons)?;
    reasons.or(vec![pledged])
}

/// All of them or none; faults are told at their places, such as `pledges.3.value.amount`.
pub(super) fn pledge_many(
    world: &World,
    operation: &Operation,
    list: &[NewPledge],
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    context.require_post(SPEAKER)?;
    if list.is_empty() || list.len() > MOST_PLEDGES {
        let message = format!("{} pledges: a list has from 1 to {MOST_PLEDGES}.", list.len());
        return Err(reasons.refuse_with(RefusalCode::InvalidValue, "pledges", message));
    }
    let (mut taken, mut events) = (BTreeSet::new(), Vec::new());
    for (index, new) in list.iter().enumerate() {
        let mut found = Reasons::default();
        events.push(judge(world, operation, new, &taken, context, &mut found)?);
        reasons.add_within(&format!("pledges.{index}"), found);
        taken.insert(&new.code);
    }
    reasons.or(events)
}

/// `taken`: codes of the same list.
fn judge(
    world: &World,
    operation: &Operation,
    new: &NewPledge,
    taken: &BTreeSet<&ContributionCode>,
    context: &Context<'_>,
    reasons: &mut Reasons,
) -> Result<ContributionEvent, Rejection> {
    let partner = context.require_post(SPEAKER)?;
    let NewPledge { code, pledge, release } = new;
    if let Some(known) = operation.contributions.get(code) {
        let shown = known.label.admits(Some(partner), &operation.lead);
        let id = shown.then(|| ContributionId::of(operation.id(), code).to_string());
        let message = format!("There is a contribution {code} already.");
        reasons.add_about(RefusalCode::AlreadyExists, "code", message, id);
    }
    reasons.check(!taken.contains(code), RefusalCode::AlreadyExists, "code", || {
        format!("The list pledges {code} above.")
    });
    check_offer(&pledge.offer, reasons);
    if let Some(release) = release {
        check_partners(world.coalition()?, &release.releasable_to, "releasableTo", reasons);
    }
    let since = format!("{} was initiated", operation.code);
    context.check_since(operation.initiated_at, &since, reasons);
    Ok(ContributionEvent::ContributionPledged {
        operation: operation.code.clone(),
        contribution: code.clone(),
        partner: partner.clone(),
        pledge: pledge.clone(),
        release: release.clone(),
    })
}

/// What its giver offers in place of what it has offered, until that is taken up.
pub(super) fn revise(
    found: &Found<'_>,
    revision: &PledgeRevision,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    context.require_of(found.contribution.partner(), SPEAKER)?;
    let known = &found.contribution.pledge;
    let pledge = Pledge {
        kind: revision.kind.unwrap_or(known.kind),
        title: revision.title.clone().unwrap_or_else(|| known.title.clone()),
        offer: revision.offer.clone().unwrap_or_else(|| known.offer.clone()),
    };
    if pledge == *known {
        return reasons.or(Vec::new());
    }
    check_pledged(found, context, &mut reasons);
    check_offer(&pledge.offer, &mut reasons);
    let (operation, contribution, partner) = found.named();
    reasons.or(vec![ContributionEvent::PledgeRevised { operation, contribution, partner, pledge }])
}

/// Domain rule 21: what a contribution is worth in another currency is known from here on, or never.
pub(super) fn accept(
    found: &Found<'_>,
    rates: &[Rate],
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    context.require_of(&found.operation.lead, &[Role::Commander])?;
    if found.contribution.accepted.as_ref().is_some_and(|accepted| accepted.rates == rates) {
        return reasons.or(Vec::new());
    }
    check_pledged(found, context, &mut reasons);
    check_rates(rates, found.operation.reporting_currency.as_ref(), context, &mut reasons);
    let (operation, contribution, partner) = found.named();
    let rates = rates.to_vec();
    reasons.or(vec![ContributionEvent::PledgeAccepted { operation, contribution, partner, rates }])
}

pub(super) fn decline(
    found: &Found<'_>,
    reason: &Prose,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    context.require_of(&found.operation.lead, &[Role::Commander])?;
    if found.contribution.status() == ContributionStatus::Declined {
        return reasons.or(Vec::new());
    }
    check_pledged(found, context, &mut reasons);
    let (operation, contribution, partner) = found.named();
    let reason = reason.clone();
    reasons.or(vec![ContributionEvent::PledgeDeclined { operation, contribution, partner, reason }])
}

pub(super) fn withdraw(
    found: &Found<'_>,
    reason: &Prose,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    context.require_of(found.contribution.partner(), SPEAKER)?;
    if found.contribution.status() == ContributionStatus::Withdrawn {
        return reasons.or(Vec::new());
    }
    check_pledged(found, context, &mut reasons);
    let (operation, contribution, partner) = found.named();
    let reason = reason.clone();
    reasons.or(vec![ContributionEvent::PledgeWithdrawn { operation, contribution, partner, reason }])
}

/// It was offered, and is neither taken up nor refused.
fn check_pledged(found: &Found<'_>, context: &Context<'_>, reasons: &mut Reasons) {
    let (code, status) = (&found.contribution.code, found.contribution.status());
    reasons.check(status == ContributionStatus::Pledged, RefusalCode::WrongState, "contribution", || {
        format!("{code} is {status}.")
    });
    context.check_since(found.contribution.pledged_at, &format!("{code} was pledged"), reasons);
}

fn check_offer(offer: &Offer, reasons: &mut Reasons) {
    if let Some(value) = offer.value() {
        check_amount(value, "value", reasons);
    }
    if let Offer::InKind { quantity, .. } = offer {
        check_quantity(*quantity, reasons);
    }
}

pub(super) fn check_quantity(quantity: u32, reasons: &mut Reasons) {
    let is_some = (1..=MOST_QUANTITY).contains(&quantity);
    reasons.check(is_some, RefusalCode::InvalidValue, "quantity", || {
        format!("{quantity} is not from 1 to {MOST_QUANTITY}.")
    });
}

/// More than nothing, of a currency whose smallest units are known.
pub(super) fn check_amount(amount: &Money, field: &str, reasons: &mut Reasons) {
    reasons.check(amount.minor_units > 0, RefusalCode::InvalidValue, &format!("{field}.amount"), || {
        format!("{amount} is not above 0.")
    });
    amount.check_currency(field, reasons);
}

/// One for each currency, and all to the one in which the operation reports.
fn check_rates(rates: &[Rate], reporting: Option<&Currency>, context: &Context<'_>, reasons: &mut Reasons) {
    reasons.check(rates.len() <= MOST_RATES, RefusalCode::InvalidValue, "rates", || {
        format!("{} rates are more than the {MOST_RATES} that an acceptance takes.", rates.len())
    });
    let Some(to) = reporting.or(rates.first().map(|rate| &rate.to)) else { return };
    // By a calendar of whatever zone the present is of.
    let today = context.now.date_naive().checked_add_days(Days::new(1));
    let mut seen = BTreeSet::new();
    for (index, rate) in rates.iter().enumerate().take(MOST_RATES) {
        let field = format!("rates.{index}");
        rate.check(&field, reasons);
        let once = seen.insert(&rate.currency);
        reasons.check(once, RefusalCode::AlreadyExists, &format!("{field}.currency"), || {
            format!("There is a rate of {} above.", rate.currency)
        });
        reasons.check(rate.to == *to, RefusalCode::CurrencyMismatch, &format!("{field}.to"), || {
            format!("Contributions to this operation are added up in {to}.")
        });
        let is_known = today.is_none_or(|today| rate.date <= today);
        reasons.check(is_known, RefusalCode::OccurredInFuture, &format!("{field}.date"), || {
            format!("{} lies after the present, {}.", rate.date, context.now.date_naive())
        });
    }
}
