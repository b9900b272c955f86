//! What waits for the officers of a shift.

use crate::{
    PostCode,
    agenda::{AgendaKind, Waiting},
    centre::CentreCode,
    watch::{EARLY, Shift},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A shift of the reader's post.
#[derive(Debug, Clone, Copy)]
pub struct ShiftFacts<'a> {
    pub id: Uuid,
    pub centre: &'a CentreCode,
    pub shift: &'a Shift,
    /// The next shift of its centre, where that is at hand.
    pub next: Option<&'a Shift>,
    pub post: &'a PostCode,
}

impl ShiftFacts<'_> {
    /// To be taken over from an hour before it begins; to be handed over once the next shift has enough officers.
    pub fn waits(&self, now: DateTime<Utc>) -> Option<Waiting> {
        let Self { id, centre, shift, next, post } = *self;
        let since = (shift.from - EARLY.as_delta()).to_utc();
        if shift.is_over(now.fixed_offset()) || now < since {
            return None;
        }
        if shift.is_stood_by(post) {
            let relieved = next?.full_since()?.to_utc();
            let why = format!("The next shift of the watch of {centre} is there to relieve yours.");
            let entry = AgendaKind::ShiftToHandOver.waiting(id, why, relieved);
            return Some(entry.due(Some(shift.to.to_utc()), now));
        }
        shift.officers.contains(post).then(|| {
            let why = format!("{post} is to take its place in the watch of {centre}.");
            AgendaKind::ShiftToAssume.waiting(id, why, since).due(Some(shift.from.to_utc()), now)
        })
    }
}
