//! Rules of a review's beginning, and of its adoption by each partner.

use super::{
    place::{Place, Written},
    sources::ASSIGNER,
};
use crate::{
    Context, Position, Reasons, RefusalCode, Rejection,
    catalogue::sources::sender::SPEAKER,
    operation::Operation,
    review::{Question, ReviewEvent},
};
use strum::IntoEnumIterator as _;

/// Once there is something to look back on: the operation is carried out, or was, or was broken off.
pub(super) fn open(operation: &Operation, context: &Context<'_>, mut reasons: Reasons) -> Written {
    context.require_of(&operation.lead, ASSIGNER)?;
    if operation.review.is_some() {
        return reasons.or(Vec::new());
    }
    let code = &operation.code;
    match (operation.activated_at, &operation.ended) {
        (Some(activated), _) => {
            context.check_since(activated, &format!("{code} was activated"), &mut reasons);
        }
        (None, Some(ended)) => context.check_since(ended.at, &format!("{code} ended"), &mut reasons),
        (None, None) => {
            let message = format!("{code} is {}: there is nothing to look back on yet.", operation.status());
            reasons.add(RefusalCode::WrongState, "operation", message);
        }
    }
    reasons.or(vec![ReviewEvent::ReviewOpened { operation: code.clone() }])
}

/// Each partner that took part speaks for itself, on what it saw.
pub(super) fn adopt(place: &Place<'_>, seen_at: Position, reasons: Reasons) -> Written {
    let Place { world, operation, context } = place;
    let partner = context.require_post(SPEAKER)?;
    if !world.coalition()?.takes_tasks(partner) {
        return Err(Rejection::Forbidden(format!("{partner} takes no tasks, so this is not its to adopt.")));
    }
    let (review, mut reasons) = place.review(reasons)?;
    if review.adoptions.get(partner).is_some_and(|known| review.is_current(known)) {
        return reasons.or(Vec::new());
    }
    for question in Question::iter().filter(|question| !review.answers.contains_key(question)) {
        reasons.add(RefusalCode::WrongState, "operation", format!("{question} has not been answered."));
    }
    context.check_seen_at(&mut reasons, seen_at, review.written);
    reasons.or(vec![ReviewEvent::ReviewAdopted {
        operation: operation.code.clone(),
        partner: partner.clone(),
        seen_at,
    }])
}
