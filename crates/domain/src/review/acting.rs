//! Rules of what is done about a finding: by the post that has to, and looked at by another.

use super::{
    place::{Place, Written},
    sources::{ASSIGNER, DOER},
    writing::check_owner,
};
use crate::{
    Actor, Instant, PostCode, Prose, Reasons, RefusalCode, Rejection,
    review::{FindingCode, FindingStatus, ReviewEvent},
};

/// Once cause and remedy are known; anew where nothing has been done yet, or where it was done in vain.
pub(super) fn assign(
    place: &Place<'_>,
    code: &FindingCode,
    (post, due): (&PostCode, Instant),
    reasons: Reasons,
) -> Written {
    place.context.require_of(&place.operation.lead, ASSIGNER)?;
    let (_, finding, mut reasons) = place.finding(code, reasons)?;
    let status = finding.status();
    let same = (finding.owner.as_ref(), finding.due) == (Some(post), Some(due));
    if status == FindingStatus::ActionAssigned && same {
        return reasons.or(Vec::new());
    }
    let why_not = if status == FindingStatus::Observed {
        Some("it lacks a conclusion or a recommendation")
    } else if status == FindingStatus::ActionComplete {
        Some("what was done waits to be validated")
    } else if status == FindingStatus::LessonLearned {
        Some("nothing is left to be done")
    } else {
        None
    };
    if let Some(why_not) = why_not {
        reasons.add(RefusalCode::WrongState, "findingId", format!("{code} is {status}: {why_not}."));
    }
    check_owner(place, Some(post), Some(due), ("post", "due"), &mut reasons)?;
    let validated = finding.action.as_ref().and_then(|action| action.validated.as_ref());
    if let Some(validated) = validated {
        place.context.check_since(validated.at, "What was done was validated", &mut reasons);
    }
    reasons.or(vec![ReviewEvent::ActionAssigned {
        operation: place.operation.code.clone(),
        finding: code.clone(),
        post: post.clone(),
        due,
    }])
}

/// By the post that has to act, and by nobody for it.
pub(super) fn complete(place: &Place<'_>, code: &FindingCode, note: &Prose, reasons: Reasons) -> Written {
    place.context.require_post(DOER)?;
    let (_, finding, mut reasons) = place.finding(code, reasons)?;
    let status = finding.status();
    let Some(action) = &finding.action else {
        let message = format!("{code} is {status}: no post has to act on it.");
        return Err(reasons.refuse_with(RefusalCode::WrongState, "findingId", message));
    };
    if !is(place, action.post.as_str()) {
        return Err(Rejection::Forbidden(format!("This is for {} to do.", action.post)));
    }
    if action.completed.as_ref().is_some_and(|done| done.note == *note) && action.validated.is_none() {
        return reasons.or(Vec::new());
    }
    reasons.check(status == FindingStatus::ActionAssigned, RefusalCode::WrongState, "findingId", || {
        format!("{code} is {status}.")
    });
    place.context.check_since(action.assigned_at, "Its action was assigned", &mut reasons);
    reasons.or(vec![ReviewEvent::ActionCompleted {
        operation: place.operation.code.clone(),
        finding: code.clone(),
        note: note.clone(),
    }])
}

/// Nobody validates their own work.
pub(super) fn validate(
    place: &Place<'_>,
    code: &FindingCode,
    (accepted, note): (bool, Option<&Prose>),
    reasons: Reasons,
) -> Written {
    place.context.require_post(ASSIGNER)?;
    let (_, finding, mut reasons) = place.finding(code, reasons)?;
    let status = finding.status();
    let completed = finding.action.as_ref().and_then(|action| action.completed.as_ref());
    let Some(completed) = completed else {
        let message = format!("{code} is {status}: nobody has acted on it yet.");
        return Err(reasons.refuse_with(RefusalCode::WrongState, "findingId", message));
    };
    let validated = finding.action.as_ref().and_then(|action| action.validated.as_ref());
    if validated.is_some_and(|known| (known.accepted, known.note.as_ref()) == (accepted, note)) {
        return reasons.or(Vec::new());
    }
    reasons
        .check(validated.is_none(), RefusalCode::WrongState, "findingId", || format!("{code} is {status}."));
    reasons.check(!is(place, &completed.actor), RefusalCode::ValidatorNotIndependent, "findingId", || {
        format!("{} has done this: another post looks at it.", completed.actor)
    });
    place.context.check_since(completed.at, "Its action was completed", &mut reasons);
    reasons.or(vec![ReviewEvent::LessonValidated {
        operation: place.operation.code.clone(),
        finding: code.clone(),
        accepted,
        note: note.cloned(),
    }])
}

fn is(place: &Place<'_>, known: &str) -> bool {
    matches!(place.context.actor, Actor::Post { post, .. } if post.as_str() == known)
}
