//! Folded subjects at one position: what `decide` judges on and what rows are computed from.
//!
//! A world is a cheap copy away from its past: it shares everything with its clones but what changed since,
//! so a batch is decided on a clone that is kept when the append succeeded and dropped when it did not.

use crate::{
    Event, Item, Recorded, Rejection, Subject,
    subject::{Evolve, Items},
};
use std::sync::Arc;

macro_rules! state {
    ($($of_these:ident {
        $($(#[$doc:meta])* $subject:ident $(($code:ty))?: $state:ty, from $($family:ident)+;)*
    })*) => {
        /// A subject's folded history. A subject without events is absent, which is a state like others.
        #[derive(Debug, Clone, PartialEq)]
        #[expect(clippy::large_enum_variant, reason = "a world keeps each behind an `Arc` of its own")]
        pub enum State {
            $($($subject($state),)*)*
        }

        impl State {
            /// The state before the subject's first event.
            pub fn absent(subject: &Subject) -> Self {
                match subject {
                    $($(Subject::$subject { .. } => Self::$subject(Default::default()),)*)*
                }
            }

            /// Takes in one event and adds the items that it touched to `touched`.
            ///
            /// Events that do not concern this kind of state change nothing.
            pub fn evolve(&mut self, recorded: &Recorded, touched: &mut Vec<Item>) {
                match (self, &recorded.event) {
                    $($($((Self::$subject(state), Event::$family(event)) => {
                        state.evolve(event, &recorded.at, touched);
                    })+)*)*
                    // Such as those that only stand in the history of a post.
                    _ => {}
                }
            }

            /// Every item of this state.
            pub fn items(&self) -> Vec<Item> {
                match self {
                    $($(Self::$subject(state) => state.items(),)*)*
                }
            }

            /// Whether events of this family change this kind of state.
            #[cfg(test)]
            fn is_changed_by(&self, event: &Event) -> bool {
                match self {
                    $($(Self::$subject(_) => matches!(event, $(Event::$family(_))|+),)*)*
                }
            }
        }

        $($(impl Folded for $state {
            fn of(state: &State) -> Option<&Self> {
                match state {
                    State::$subject(state) => Some(state),
                    _ => None,
                }
            }
        })*)*
    };
}

subjects!(state);

/// The state of one kind of subject.
pub(crate) trait Folded: Sized {
    /// `None` when it is the state of another kind.
    fn of(state: &State) -> Option<&Self>;
}

/// Folded subjects at one position.
#[derive(Debug, Clone, Default)]
pub struct World {
    states: imbl::HashMap<Subject, Arc<State>>,
}

impl World {
    /// Puts a loaded state in.
    pub fn insert(&mut self, subject: Subject, state: State) {
        self.states.insert(subject, Arc::new(state));
    }

    /// Takes a state out, to make room.
    pub fn remove(&mut self, subject: &Subject) {
        self.states.remove(subject);
    }

    pub fn get(&self, subject: &Subject) -> Option<&State> {
        self.states.get(subject).map(Arc::as_ref)
    }

    pub fn len(&self) -> usize {
        self.states.len()
    }

    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Takes in one event: every loaded subject that it concerns evolves. Returns the touched items of those.
    pub fn apply(&mut self, recorded: &Recorded) -> Vec<Item> {
        let mut touched = Vec::new();
        for subject in recorded.event.about().folds() {
            if let Some(state) = self.states.get_mut(&subject) {
                Arc::make_mut(state).evolve(recorded, &mut touched);
            }
        }
        touched
    }

    /// The subjects of `event` that are not loaded.
    pub fn lacks(&self, event: &Event) -> impl Iterator<Item = Subject> {
        event.about().folds().into_iter().filter(|subject| !self.states.contains_key(subject))
    }

    /// Fails with `Missing`, naming all that are not loaded.
    pub fn need(&self, subjects: impl IntoIterator<Item = Subject>) -> Result<(), Rejection> {
        let missing: std::collections::BTreeSet<_> =
            subjects.into_iter().filter(|subject| !self.states.contains_key(subject)).collect();
        if missing.is_empty() { Ok(()) } else { Err(Rejection::Missing(missing)) }
    }

    /// What the subject's history is folded into, for the folder of its kind to give it a name. Fails with
    /// `Missing` when it is not loaded.
    pub(crate) fn folded<T: Folded>(&self, subject: Subject) -> Result<&T, Rejection> {
        let Some(state) = self.states.get(&subject) else {
            return Err(Rejection::Missing([subject].into()));
        };
        match T::of(state) {
            Some(folded) => Ok(folded),
            // `insert` pairs a subject with `State::absent` of it or a fold of that.
            None => unreachable!("{subject:?} was loaded with the state of another kind: {state:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::examples::events;

    #[test]
    fn every_event_changes_the_subjects_that_it_folds_into() {
        for event in events() {
            for subject in event.about().folds() {
                let changes = State::absent(&subject).is_changed_by(&event);
                assert!(changes, "{subject:?} is not made from the family of {}", event.kind());
            }
        }
    }
}
