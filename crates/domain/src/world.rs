//! Folded subjects at one position: what `decide` judges on and what rows are computed from.
//!
//! A world is a cheap copy away from its past: it shares everything with its clones but what changed since,
//! so a batch is decided on a clone that is kept when the append succeeded and dropped when it did not.

use crate::{
    CentreCode, Context, Event, Item, OperationCode, PostCode, Reasons, Recorded, Rejection, Subject,
    assignment::Bookings, centre::Centre, coalition::Coalition, operation::Operation,
};
use std::sync::Arc;

/// A subject's folded history. A subject without events is absent, which is a state like others.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    Coalition(Coalition),
    Centre(Option<Centre>),
    Bookings(Bookings),
    Operation(Option<Operation>),
}

impl State {
    /// The state before the subject's first event.
    pub fn absent(subject: &Subject) -> Self {
        match subject {
            Subject::Coalition => Self::Coalition(Coalition::default()),
            Subject::Centre(_) => Self::Centre(None),
            Subject::Bookings(_) => Self::Bookings(Bookings::default()),
            Subject::Operation(_) => Self::Operation(None),
        }
    }

    /// Takes in one event and adds the items that it touched to `touched`.
    ///
    /// Events that do not concern this kind of state change nothing.
    pub fn evolve(&mut self, recorded: &Recorded, touched: &mut Vec<Item>) {
        let at = &recorded.at;
        match &recorded.event {
            Event::Coalition(event) => {
                if let Self::Coalition(coalition) = self {
                    coalition.evolve(event, touched);
                }
            }
            Event::Partner(event) => {
                if let Self::Coalition(coalition) = self {
                    coalition.evolve_partner(event, at, touched);
                }
            }
            Event::Post(event) => {
                if let Self::Coalition(coalition) = self {
                    coalition.evolve_post(event, at, touched);
                }
            }
            Event::Centre(event) => {
                if let Self::Centre(centre) = self {
                    Centre::evolve(centre, event, at, touched);
                }
            }
            Event::Operation(event) => match self {
                Self::Operation(operation) => Operation::evolve(operation, event, at, touched),
                Self::Bookings(bookings) => bookings.evolve_operation(event),
                Self::Coalition(_) | Self::Centre(_) => {}
            },
            Event::Plan(event) => {
                if let Self::Operation(Some(operation)) = self {
                    operation.evolve_plan(event, at, touched);
                }
            }
            Event::Assignment(event) => match self {
                Self::Operation(Some(operation)) => operation.evolve_assignment(event, at, touched),
                Self::Bookings(bookings) => bookings.evolve(event),
                Self::Operation(None) | Self::Coalition(_) | Self::Centre(_) => {}
            },
        }
    }

    /// Every item of this state.
    pub fn items(&self) -> Vec<Item> {
        match self {
            Self::Coalition(coalition) => coalition.items(),
            Self::Centre(centre) => centre.iter().map(|centre| Item::Centre(centre.code.clone())).collect(),
            Self::Bookings(_) => Vec::new(),
            Self::Operation(operation) => operation.iter().flat_map(Operation::items).collect(),
        }
    }
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

    pub fn coalition(&self) -> Result<&Coalition, Rejection> {
        match self.lookup(Subject::Coalition)? {
            State::Coalition(coalition) => Ok(coalition),
            other => unreachable_state(other),
        }
    }

    pub fn centre(&self, code: &CentreCode) -> Result<Option<&Centre>, Rejection> {
        match self.lookup(Subject::Centre(code.clone()))? {
            State::Centre(centre) => Ok(centre.as_ref()),
            other => unreachable_state(other),
        }
    }

    pub fn bookings(&self, post: &PostCode) -> Result<&Bookings, Rejection> {
        match self.lookup(Subject::Bookings(post.clone()))? {
            State::Bookings(bookings) => Ok(bookings),
            other => unreachable_state(other),
        }
    }

    pub fn operation(&self, code: &OperationCode) -> Result<Option<&Operation>, Rejection> {
        match self.lookup(Subject::Operation(code.clone()))? {
            State::Operation(operation) => Ok(operation.as_ref()),
            other => unreachable_state(other),
        }
    }

    /// The operation, if the actor may see it; hidden and absent answer alike. Services see operations that
    /// they initiate, by their code.
    pub(crate) fn visible_operation(
        &self,
        code: &OperationCode,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<(&Operation, Reasons), Rejection> {
        // Named together, so that one round trip loads both.
        self.need([Subject::Coalition, Subject::Operation(code.clone())])?;
        let visible = self.operation(code)?.filter(|operation| {
            context.actor.partner().is_none_or(|partner| operation.is_visible_to(partner))
        });
        match visible {
            Some(operation) => Ok((operation, reasons)),
            None => Err(reasons.not_found("operationId", "operation")),
        }
    }

    fn lookup(&self, subject: Subject) -> Result<&State, Rejection> {
        match self.states.get(&subject) {
            Some(state) => Ok(state),
            None => Err(Rejection::Missing([subject].into())),
        }
    }
}

/// `insert` pairs a subject with `State::absent` of it or a fold of that.
fn unreachable_state(state: &State) -> ! {
    unreachable!("a subject was loaded with the state of another kind: {state:?}")
}
