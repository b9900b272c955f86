//! Claims: what people say happened in the world, and how that is put right.
//!
//! Who says what happened, when it happened, when the log learned of it and why it learned late is one notion,
//! whatever is reported. Nothing that was said changes: a correction is another claim, which names the one that
//! it puts right and says why. What is true *as known at* a position is what was said by then and is not
//! corrected; what is true *as valid at* a moment is what those claims say of the world up to that moment.

use crate::{At, Instant, Position, Prose};
use chrono::{DateTime, Utc};
use imbl::Vector;
use std::sync::Arc;

/// One report, or the correction of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim<T> {
    /// Counted from 1 for what is reported on, corrections too.
    pub number: u32,
    pub says: T,
    /// When it happened.
    pub occurred_at: Instant,
    pub recorded_at: DateTime<Utc>,
    pub position: Position,
    /// Who says so: a post, or a service.
    pub reporter: String,
    pub late_reason: Option<String>,
    /// What it puts right.
    pub corrects: Option<Correction>,
    /// Number of the claim that puts it right.
    pub corrected_by: Option<u32>,
}

/// That a claim puts another one right.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Number of the claim that was wrong.
    pub claim: u32,
    pub reason: Prose,
}

/// Everything that was claimed of one thing: the `n`th claim stands at `n - 1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims<T>(Vector<Arc<Claim<T>>>);

impl<T> Default for Claims<T> {
    fn default() -> Self {
        Self(Vector::new())
    }
}

impl<T: Clone> Claims<T> {
    /// In the order of their numbers.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Claim<T>> {
        self.0.iter().map(Arc::as_ref)
    }

    pub fn get(&self, number: u32) -> Option<&Claim<T>> {
        self.0.get(place(number)?).map(Arc::as_ref)
    }

    /// The number that the next one gets.
    pub fn next_number(&self) -> u32 {
        u32::try_from(self.0.len() + 1).unwrap_or(u32::MAX)
    }

    /// Those that nobody has corrected, in the order in which what they say happened; of one instant, as they
    /// were recorded.
    pub fn live(&self) -> Vec<&Claim<T>> {
        let mut live: Vec<_> = self.iter().filter(|claim| claim.corrected_by.is_none()).collect();
        live.sort_by_key(|claim| (claim.occurred_at, claim.number));
        live
    }

    /// Takes in a report.
    pub(crate) fn report(&mut self, says: T, at: &At) {
        self.push(says, at.occurred_at, None, at);
    }

    /// Takes in that what a claim says happened at another time; which claims were changed or made.
    pub(crate) fn correct(&mut self, claim: u32, to: Instant, reason: &Prose, at: &At) -> Option<[u32; 2]> {
        let says = self.get(claim)?.says.clone();
        self.replace(claim, (says, to), reason, at)
    }

    /// Takes in that something else happened than a claim says, or at another time; which claims were changed or made.
    pub(crate) fn replace(
        &mut self,
        claim: u32,
        (says, to): (T, Instant),
        reason: &Prose,
        at: &At,
    ) -> Option<[u32; 2]> {
        let number = self.next_number();
        let wrong = Arc::make_mut(self.0.get_mut(place(claim)?)?);
        wrong.corrected_by = Some(number);
        self.push(says, to, Some(Correction { claim, reason: reason.clone() }), at);
        Some([claim, number])
    }

    fn push(&mut self, says: T, occurred_at: Instant, corrects: Option<Correction>, at: &At) {
        self.0.push_back(Arc::new(Claim {
            number: self.next_number(),
            says,
            occurred_at,
            recorded_at: at.recorded_at,
            position: at.position,
            reporter: at.actor.clone(),
            late_reason: at.late_reason.clone(),
            corrects,
            corrected_by: None,
        }));
    }
}

fn place(number: u32) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}
