//! Rules of what was taken up: it is set aside, paid, delivered and judged.
//!
//! Domain rule 20: of each currency accepted ≥ allocated ≥ disbursed. Domain rule 22: what was delivered counts once
//! it is accepted.

use super::{
    found::Found,
    pledging::{check_amount, check_quantity},
};
use crate::{
    Code, Context, Instant, Money, Prose, Reasons, RefusalCode, Rejection, Role,
    catalogue::sources::sender::SPEAKER,
    contribution::{Contribution, ContributionEvent, Offer},
};

/// Most payments, most deliveries and most judgements of one contribution.
const MOST_ENTRIES: usize = 200;

pub(super) fn allocate(
    found: &Found<'_>,
    line: &Code,
    amount: &Money,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    context.require_of(&found.operation.lead, &[Role::Commander])?;
    let Found { operation, contribution } = found;
    let planned = operation.plan.current_version();
    let is_planned = planned
        .is_some_and(|version| version.sections.lines_of_effort.iter().any(|known| known.code == *line));
    reasons.check(is_planned, RefusalCode::UnknownReference, "lineOfEffort", || {
        format!("The plan has no line of effort {line}.")
    });
    if let Some(accepted) = check_cash(contribution, amount, context, &mut reasons) {
        let left = accepted.minor_units - contribution.allocated();
        reasons.check(amount.minor_units <= left, RefusalCode::OverAllocation, "amount", || {
            let (code, left) = (&contribution.code, amount.with(left));
            format!("{code} has {left} left to allocate, of {accepted}.")
        });
    }
    let (operation, contribution, partner) = found.named();
    let (line_of_effort, amount) = (line.clone(), amount.clone());
    let allocated =
        ContributionEvent::ContributionAllocated { operation, contribution, partner, line_of_effort, amount };
    reasons.or(vec![allocated])
}

/// What was not paid, also of a line that the plan has no more.
pub(super) fn release(
    found: &Found<'_>,
    line: &Code,
    amount: &Money,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    context.require_of(&found.operation.lead, &[Role::Commander])?;
    let contribution = found.contribution;
    if check_cash(contribution, amount, context, &mut reasons).is_some() {
        let left = unpaid(contribution, Some(line));
        reasons.check(amount.minor_units <= left, RefusalCode::OverAllocation, "amount", || {
            format!("{line} has {} of {} that is not paid.", amount.with(left), contribution.code)
        });
    }
    let (operation, contribution, partner) = found.named();
    let (line_of_effort, amount) = (line.clone(), amount.clone());
    let released =
        ContributionEvent::AllocationReleased { operation, contribution, partner, line_of_effort, amount };
    reasons.or(vec![released])
}

pub(super) fn disburse(
    found: &Found<'_>,
    amount: &Money,
    line: Option<&Code>,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    context.require_of(found.contribution.partner(), SPEAKER)?;
    let known = found.contribution;
    let accepted = check_cash(known, amount, context, &mut reasons);
    if accepted.is_some() {
        let left = unpaid(known, line);
        reasons.check(amount.minor_units <= left, RefusalCode::OverAllocation, "amount", || {
            let (code, left) = (&known.code, amount.with(left));
            match line {
                Some(line) => format!("{line} has {left} of {code} that is allocated and not paid."),
                None => format!("{code} has {left} that is allocated and not paid."),
            }
        });
    }
    check_room(known.disbursements.next_number(), "payments", &mut reasons);
    let (operation, contribution, partner) = found.named();
    let paid = ContributionEvent::FundsDisbursed {
        operation,
        contribution,
        partner,
        disbursement: known.disbursements.next_number(),
        amount: amount.clone(),
        line_of_effort: line.cloned(),
    };
    let open = accepted.map(|accepted| accepted.minor_units - known.disbursed());
    let completes = open == Some(amount.minor_units);
    reasons.or([paid].into_iter().chain(completes.then(|| found.fulfilled())).collect())
}

/// Of what is set aside for the line, or for all of them, what no payment has used: one that names no line may have
/// used any.
fn unpaid(contribution: &Contribution, line: Option<&Code>) -> i64 {
    let all = contribution.allocated() - contribution.disbursed();
    match line {
        Some(line) => {
            let known = contribution.allocations.get(line).copied().unwrap_or_default();
            all.min(known.allocated - known.disbursed)
        }
        None => all,
    }
}

pub(super) fn deliver(
    found: &Found<'_>,
    quantity: u32,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    context.require_of(found.contribution.partner(), SPEAKER)?;
    let known = found.contribution;
    check_quantity(quantity, &mut reasons);
    if let Some(pledged) = check_in_kind(known, context, &mut reasons) {
        let left = pledged.saturating_sub(known.delivered());
        reasons.check(quantity <= left, RefusalCode::OverDelivery, "quantity", || {
            format!("{} has {left} left to deliver, of {pledged}.", known.code)
        });
    }
    let delivery = known.deliveries.next_number();
    check_room(delivery, "deliveries", &mut reasons);
    let (operation, contribution, partner) = found.named();
    let delivered =
        ContributionEvent::InKindDelivered { operation, contribution, partner, delivery, quantity };
    reasons.or(vec![delivered])
}

pub(super) fn accept_delivery(
    found: &Found<'_>,
    (delivery, quantity): (u32, u32),
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    context.require_of(&found.operation.lead, SPEAKER)?;
    check_judgement(found.contribution, (delivery, quantity), context, &mut reasons);
    let Offer::InKind { quantity: pledged, .. } = found.contribution.pledge.offer else {
        return reasons.or(Vec::new());
    };
    let completes = pledged.checked_sub(found.contribution.delivery_accepted()) == Some(quantity);
    let (operation, contribution, partner) = found.named();
    let accepted =
        ContributionEvent::DeliveryAccepted { operation, contribution, partner, delivery, quantity };
    reasons.or([accepted].into_iter().chain(completes.then(|| found.fulfilled())).collect())
}

pub(super) fn reject_delivery(
    found: &Found<'_>,
    (delivery, quantity): (u32, u32),
    reason: &Prose,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<ContributionEvent>, Rejection> {
    context.require_of(&found.operation.lead, SPEAKER)?;
    check_judgement(found.contribution, (delivery, quantity), context, &mut reasons);
    let (operation, contribution, partner) = found.named();
    let rejected = ContributionEvent::DeliveryRejected {
        operation,
        contribution,
        partner,
        delivery,
        quantity,
        reason: reason.clone(),
    };
    reasons.or(vec![rejected])
}

/// An amount of what was accepted, which is returned: of money that somebody took up, in its currency.
fn check_cash<'a>(
    contribution: &'a Contribution,
    amount: &Money,
    context: &Context<'_>,
    reasons: &mut Reasons,
) -> Option<&'a Money> {
    check_amount(amount, "amount", reasons);
    let code = &contribution.code;
    let is_accepted = check_accepted(contribution, context, reasons);
    let Some(cash) = contribution.cash() else {
        let message = format!("{code} is given in kind: it is delivered, and no money is set aside or paid.");
        reasons.add(RefusalCode::WrongState, "contribution", message);
        return None;
    };
    let fits = cash.currency == amount.currency;
    reasons.check(fits, RefusalCode::CurrencyMismatch, "amount.currency", || {
        format!("{code} is in {}, not in {}.", cash.currency, amount.currency)
    });
    (is_accepted && fits && amount.minor_units > 0).then_some(cash)
}

/// How much was pledged of what is given in kind and was taken up.
fn check_in_kind(contribution: &Contribution, context: &Context<'_>, reasons: &mut Reasons) -> Option<u32> {
    let is_accepted = check_accepted(contribution, context, reasons);
    match contribution.pledge.offer {
        Offer::InKind { quantity, .. } => is_accepted.then_some(quantity),
        Offer::Cash { .. } => {
            let message = format!("{} is money: it is paid, and nothing is delivered.", contribution.code);
            reasons.add(RefusalCode::WrongState, "contribution", message);
            None
        }
    }
}

/// It was taken up, and by then.
fn check_accepted(contribution: &Contribution, context: &Context<'_>, reasons: &mut Reasons) -> bool {
    let code = &contribution.code;
    let Some(accepted) = &contribution.accepted else {
        let message = format!("{code} is {}: nobody has taken it up.", contribution.status());
        reasons.add(RefusalCode::WrongState, "contribution", message);
        return false;
    };
    context.check_since(accepted.at, &format!("{code} was accepted"), reasons);
    true
}

/// So much of the delivery was handed over by then, and is not judged.
fn check_judgement(
    contribution: &Contribution,
    (delivery, quantity): (u32, u32),
    context: &Context<'_>,
    reasons: &mut Reasons,
) {
    check_quantity(quantity, reasons);
    if check_in_kind(contribution, context, reasons).is_none() {
        return;
    }
    let handed_over = contribution.deliveries.get(delivery).zip(contribution.unjudged(delivery));
    let Some((handed_over, unjudged)) = handed_over else {
        let message = format!("{} has no delivery {delivery}.", contribution.code);
        reasons.add(RefusalCode::UnknownReference, "delivery", message);
        return;
    };
    reasons.check(quantity <= unjudged, RefusalCode::NotDelivered, "quantity", || {
        format!("{unjudged} of delivery {delivery} of {} are not judged.", contribution.code)
    });
    let at: Instant = handed_over.occurred_at;
    context.check_since(at, &format!("Delivery {delivery} was handed over"), reasons);
    check_room(contribution.judgements.next_number(), "judgements", reasons);
}

fn check_room(number: u32, what: &str, reasons: &mut Reasons) {
    let fits = usize::try_from(number).is_ok_and(|number| number <= MOST_ENTRIES);
    reasons.check(fits, RefusalCode::InvalidValue, "contribution", || {
        format!("A contribution has at most {MOST_ENTRIES} {what}.")
    });
}
