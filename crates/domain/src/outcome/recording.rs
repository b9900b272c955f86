//! Rules of what an operation came to: said by the partner whose work it was, and put right by that partner.

use crate::{
    Code, Context, Instant, OutcomeCode, PartnerCode, Prose, Reasons, RefusalCode, Rejection, World,
    actor::CLOCK_SKEW,
    catalogue::sources::sender::SPEAKER,
    ids::{MatterClaimId, OutcomeId},
    operation::{Operation, marking::check_partners},
    outcome::{Measured, NewOutcome, OutcomeEvent, OutcomeKind},
};

/// Most of anything that is counted.
const MOST_COUNTED: u32 = 1_000_000_000;

/// Most claims on one outcome.
const MOST_CLAIMS: u32 = 200;

/// `None`: nothing changes.
type Told = Result<Option<OutcomeEvent>, Rejection>;

pub(super) fn record(
    world: &World,
    operation: &Operation,
    new: &NewOutcome,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Told {
    let partner = context.require_post(SPEAKER)?;
    let NewOutcome { code, kind, title, measured, source, objective, release } = new;
    if let Some(known) = operation.outcomes.get(code) {
        let shown = known.label.admits(Some(partner), &operation.lead);
        let id = shown.then(|| OutcomeId::of(operation.id(), code).to_string());
        let message = format!("There is an outcome {code} already.");
        reasons.add_about(RefusalCode::AlreadyExists, "code", message, id);
    }
    check_kind(*kind, measured, &mut reasons);
    reasons.check(*kind != OutcomeKind::Other || title.is_some(), RefusalCode::InvalidValue, "title", || {
        format!("{kind} says nothing of what it is: give it a title.")
    });
    check_measured(measured, 1, &mut reasons);
    if let Some(objective) = objective {
        check_objective(world, operation, objective, partner, &mut reasons)?;
    }
    if let Some(release) = release {
        check_partners(world.coalition()?, &release.releasable_to, "release.releasableTo", &mut reasons);
    }
    context.check_since(operation.initiated_at, &format!("{} was initiated", operation.code), &mut reasons);
    reasons.or(Some(OutcomeEvent::OutcomeRecorded {
        operation: operation.code.clone(),
        outcome: code.clone(),
        partner: partner.clone(),
        kind: *kind,
        title: title.clone(),
        measured: measured.clone(),
        source: source.clone(),
        objective: objective.clone(),
        release: release.clone(),
    }))
}

/// What is put right.
pub(super) struct Correction<'a> {
    pub claim: u32,
    pub measured: Option<&'a Measured>,
    pub at: Option<Instant>,
    pub reason: &'a Prose,
}

/// Hidden and absent answer alike.
pub(super) fn correct(
    operation: &Operation,
    code: &OutcomeCode,
    correction: &Correction<'_>,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Told {
    let known = operation.outcomes.get(code);
    let shown = known.filter(|known| known.label.admits(context.actor.partner(), &operation.lead));
    let claimed = shown.and_then(|known| Some((known, known.claims.get(correction.claim)?)));
    let Some((outcome, claim)) = claimed else { return Err(reasons.not_found("claimId", "claim")) };
    context.require_of(outcome.partner(), SPEAKER)?;
    let measured = correction.measured.unwrap_or(&claim.says);
    let at = correction.at.unwrap_or(claim.occurred_at);
    if let Some(by) = claim.corrected_by {
        let by = MatterClaimId::of(OutcomeId::of(operation.id(), code).0, by).to_string();
        let message = "This claim was corrected: correct the one that took its place.";
        reasons.add_about(RefusalCode::WrongState, "claimId", message, Some(by));
    } else if (measured, at) == (&claim.says, claim.occurred_at) {
        return reasons.or(None);
    }
    let is_alike = measured.count().is_some() == claim.says.count().is_some();
    let (field, hint) = match measured {
        Measured::Count(_) => ("count", "an amount of money, not counted"),
        Measured::Value(_) => ("value", "counted, not an amount of money"),
    };
    reasons.check(is_alike, RefusalCode::InvalidValue, field, || format!("{code} is {hint}."));
    check_measured(measured, 0, &mut reasons);
    if correction.at.is_some() {
        let ahead = at.to_utc() > context.now + CLOCK_SKEW.as_delta();
        reasons.check(!ahead, RefusalCode::OccurredInFuture, "at", || {
            format!("{} lies after the present, {}.", at.to_rfc3339(), context.now.to_rfc3339())
        });
        context.check_near(at, "at", &mut reasons);
        reasons.check(at >= operation.initiated_at, RefusalCode::InvalidValue, "at", || {
            format!("{} was initiated only at {}.", operation.code, operation.initiated_at.to_rfc3339())
        });
    }
    let number = outcome.claims.next_number();
    reasons.check(number <= MOST_CLAIMS, RefusalCode::InvalidValue, "claimId", || {
        format!("An outcome has at most {MOST_CLAIMS} claims.")
    });
    reasons.or(Some(OutcomeEvent::OutcomeCorrected {
        operation: operation.code.clone(),
        outcome: code.clone(),
        partner: outcome.partner().clone(),
        claim: number,
        corrects: claim.number,
        measured: measured.clone(),
        at,
        reason: correction.reason.clone(),
    }))
}

/// What is said of it is what its kind is told in.
fn check_kind(kind: OutcomeKind, measured: &Measured, reasons: &mut Reasons) {
    match measured {
        Measured::Count(_) => {
            reasons.check(kind.takes_count(), RefusalCode::InvalidValue, "count", || {
                format!("{kind} is an amount of money: it has a value.")
            });
        }
        Measured::Value(_) => {
            reasons.check(kind.takes_value(), RefusalCode::InvalidValue, "value", || {
                format!("{kind} is counted: it has a count.")
            });
        }
    }
}

fn check_measured(measured: &Measured, least: u32, reasons: &mut Reasons) {
    match measured {
        Measured::Count(count) => {
            let fits = (least..=MOST_COUNTED).contains(count);
            reasons.check(fits, RefusalCode::InvalidValue, "count", || {
                format!("{count} is not from {least} to {MOST_COUNTED}.")
            });
        }
        Measured::Value(value) => {
            let fits = value.minor_units >= i64::from(least);
            reasons.check(fits, RefusalCode::InvalidValue, "value.amount", || {
                let bound = if least == 0 { "below 0" } else { "not above 0" };
                format!("{value} is {bound}.")
            });
            value.check_currency("value", reasons);
        }
    }
}

/// The plan in force, or the one that was last, as far as the partner may see it.
fn check_objective(
    world: &World,
    operation: &Operation,
    objective: &Code,
    partner: &PartnerCode,
    reasons: &mut Reasons,
) -> Result<(), Rejection> {
    let coalition = world.coalition()?;
    let version = operation.plan.last_in_force();
    let shown = version.filter(|version| operation.shows(version, Some(partner), coalition));
    let is_planned =
        shown.is_some_and(|version| version.sections.objectives.iter().any(|known| known.code == *objective));
    reasons.check(is_planned, RefusalCode::UnknownReference, "objective", || {
        format!("The plan has no objective {objective}.")
    });
    Ok(())
}
