//! What is said of bindings, in words: why a post cannot be bound, and why one is not bound any more.

use crate::{
    OperationCode, PostCode, Prose, Reasons, RefusalCode, assignment::Booking, ids::PostId,
    operation::Operation,
};

/// Domain rule 12: the post cannot be bound for `booking`, because of another one.
pub(super) fn tell_overlap(
    operation: &Operation,
    post: &PostCode,
    booking: &Booking,
    (other, clash): (&OperationCode, &Booking),
    seen: bool,
    field: &str,
    reasons: &mut Reasons,
) {
    // Another operation, or a task, may be hidden from the actor: its code is not named then.
    let what = if *other != operation.code {
        "in another operation".to_owned()
    } else if seen {
        format!("with {}", clash.task)
    } else {
        "with another task".to_owned()
    };
    reasons.add_about(
        RefusalCode::OfficerOverlap,
        field,
        format!("{post} cannot take {}: it is bound {what} at that time.", booking.task),
        Some(PostId::of(post).to_string()),
    );
}

/// # Panics
/// Never: such texts are within the bounds of prose.
pub(crate) fn short(sentence: &str) -> Prose {
    sentence.parse().expect("a short sentence is prose")
}
