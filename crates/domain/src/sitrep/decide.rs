//! Who may report on an operation as a whole, and put such a report right.

use super::{counting::Count, sources::ISSUER};
use crate::{
    Context, Event, Instant, OperationCode, Prose, Reasons, RefusalCode, Rejection, SitrepCode, World,
    actor::CLOCK_SKEW,
    command::Decide,
    operation::{Operation, marking::check_partners},
    release::Release,
    sitrep::{Period, Sitrep, SitrepCommand, SitrepEvent},
};
use std::sync::Arc;

/// Most SITREPs of one operation, corrections too.
const MOST_SITREPS: usize = 10_000;

impl Decide for SitrepCommand {
    fn operation(&self) -> Option<&OperationCode> {
        Some(SitrepCommand::operation(self))
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        // The last one is often written when all is over.
        let (operation, reasons) = world.visible_even_ended(self.operation(), context, reasons)?;
        let event = match self {
            Self::Issue { until, remarks, is_final, release, .. } => {
                let new = New { until: *until, remarks: remarks.as_ref(), is_final: *is_final };
                issue(world, operation, &new, release.as_ref(), context, reasons)?
            }
            Self::Correct { sitrep, remarks, reason, .. } => {
                correct(world, operation, sitrep, (remarks.as_ref(), reason), context, reasons)?
            }
        };
        Ok(vec![Event::Sitrep(event)])
    }
}

/// What is said of the next one.
struct New<'a> {
    until: Instant,
    remarks: Option<&'a Prose>,
    is_final: bool,
}

fn issue(
    world: &World,
    operation: &Operation,
    new: &New<'_>,
    release: Option<&Release>,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<SitrepEvent, Rejection> {
    context.require_of(&operation.lead, ISSUER)?;
    let issued = operation.sitreps.values().filter(|known| known.correction.is_none());
    let last = issued.max_by_key(|known| known.number).map(Arc::as_ref);
    check_until(operation, last, new.until, context, &mut reasons);
    check_room(operation, &mut reasons);
    if let Some(Sitrep { code, .. }) = last.filter(|last| last.is_final) {
        reasons.add(RefusalCode::WrongState, "", format!("{code} was the final one: none follows it."));
    }
    // Named, so that nobody is shown it for whom it was not counted.
    let release = release
        .cloned()
        .unwrap_or_else(|| Release { releasable_to: operation.label().releasable_to, ..Release::default() });
    check_partners(world.coalition()?, &release.releasable_to, "release.releasableTo", &mut reasons);
    let number = last.map_or(0, |last| last.number) + 1;
    let period = Period { from: last.map(|last| last.period.until), until: new.until };
    let sitrep = SitrepCode::of(number, None);
    reasons.or(())?;
    Ok(SitrepEvent::SitrepIssued {
        operation: operation.code.clone(),
        sitrep,
        number,
        period,
        remarks: new.remarks.cloned(),
        is_final: new.is_final,
        figures: count(world, operation, &release, period)?.figures(),
        release,
    })
}

fn correct(
    world: &World,
    operation: &Operation,
    code: &SitrepCode,
    (remarks, reason): (Option<&Prose>, &Prose),
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<SitrepEvent, Rejection> {
    let known = operation.sitreps.get(code);
    let seen = known.filter(|known| known.label.admits(context.actor.partner(), &operation.lead));
    let Some(wrong) = seen else { return Err(reasons.not_found("sitrepId", "SITREP")) };
    context.require_of(&operation.lead, ISSUER)?;
    if let Some(by) = &wrong.corrected_by {
        let message = format!("{code} was corrected by {by}: correct that one.");
        reasons.add(RefusalCode::WrongState, "sitrepId", message);
    }
    context.check_since(wrong.issued_at, &format!("{code} was issued"), &mut reasons);
    check_room(operation, &mut reasons);
    reasons.or(())?;
    let release = wrong.label.release.clone().unwrap_or_default();
    let correction = wrong.next_correction();
    let figures = count(world, operation, &release, wrong.period)?.figures();
    Ok(SitrepEvent::SitrepCorrected {
        operation: operation.code.clone(),
        sitrep: SitrepCode::of(wrong.number, Some(correction)),
        number: wrong.number,
        correction,
        corrects: code.clone(),
        period: wrong.period,
        remarks: remarks.cloned(),
        reason: reason.clone(),
        release,
        differences: figures.differences_from(&wrong.figures),
        figures,
    })
}

/// Whoever is named may come to read it, if not today.
fn count<'a>(
    world: &'a World,
    operation: &'a Operation,
    release: &'a Release,
    period: Period,
) -> Result<Count<'a>, Rejection> {
    let readers = release.releasable_to.iter().chain([&operation.lead]).collect();
    Ok(Count { operation, coalition: world.coalition()?, readers, period })
}

/// Figures are of what has happened, and each period begins where the one before ends.
fn check_until(
    operation: &Operation,
    last: Option<&Sitrep>,
    until: Instant,
    context: &Context<'_>,
    reasons: &mut Reasons,
) {
    let ahead = until.to_utc() > context.now + CLOCK_SKEW.as_delta();
    reasons.check(!ahead, RefusalCode::OccurredInFuture, "until", || {
        format!("{} lies after the present, {}.", until.to_rfc3339(), context.now.to_rfc3339())
    });
    match last {
        Some(Sitrep { code, period, .. }) => {
            reasons.check(period.until < until, RefusalCode::InvalidValue, "until", || {
                format!("{code} tells of what was until {}.", period.until.to_rfc3339())
            });
        }
        None => reasons.check(operation.initiated_at <= until, RefusalCode::InvalidValue, "until", || {
            format!("{} was initiated only at {}.", operation.code, operation.initiated_at.to_rfc3339())
        }),
    }
}

fn check_room(operation: &Operation, reasons: &mut Reasons) {
    reasons.check(operation.sitreps.len() < MOST_SITREPS, RefusalCode::InvalidValue, "", || {
        format!("{} has {MOST_SITREPS} SITREPs, which is the most.", operation.code)
    });
}
