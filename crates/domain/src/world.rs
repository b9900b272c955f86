//! Folded subjects at one position: what `decide` judges on and what rows are computed from.
//!
//! A world is a cheap copy away from its past: it shares everything with its clones but what changed since,
//! so a batch is decided on a clone that is kept when the append succeeded and dropped when it did not.

use crate::{
    AnnexCode, CentreCode, ConditionCode, Event, OperationCode, PartnerCode, PostCode, Recorded, Rejection,
    TaskCode,
    assignment::Calendar,
    centre::Centre,
    coalition::Coalition,
    ids::{COALITION, CentreId, OperationId, PostId},
    operation::Operation,
};
use std::sync::Arc;
use uuid::Uuid;

/// What history is folded by. One event may concern several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Who has joined and who holds which post: one, so that rules over all partners are decided at once.
    Coalition,
    Centre(CentreCode),
    /// The assignments of a post, across operations.
    Calendar(PostCode),
    /// An operation with its plan and tasks.
    Operation(OperationCode),
}

impl Subject {
    pub fn id(&self) -> Uuid {
        match self {
            Self::Coalition => COALITION,
            Self::Centre(code) => CentreId::of(code).0,
            Self::Calendar(post) => PostId::of(post).0,
            Self::Operation(code) => OperationId::of(code).0,
        }
    }

    pub fn operation_id(code: &OperationCode) -> OperationId {
        OperationId::of(code)
    }
}

/// The grain at which readers see change: each item is a row of the read model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    Coalition,
    Partner(PartnerCode),
    Post(PostCode),
    /// The `n`th tenure of a post, from 1.
    Tenure(PostCode, u32),
    Centre(CentreCode),
    Operation(OperationCode),
    PlanVersion(OperationCode, u32),
    PlannedTask(OperationCode, u32, TaskCode),
    Annex(OperationCode, u32, AnnexCode),
    /// The `n`th decision on a version, from 1.
    Decision(OperationCode, u32, u32),
    Condition(OperationCode, u32, u32, ConditionCode),
    /// The `n`th assignment in an operation, from 1.
    Assignment(OperationCode, u32),
    /// What a task itself says of its release, in every version.
    TaskLabel(OperationCode, TaskCode),
}

impl Item {
    /// The subject whose state holds the item.
    pub fn subject(&self) -> Subject {
        match self {
            Self::Coalition | Self::Partner(_) | Self::Post(_) | Self::Tenure(..) => Subject::Coalition,
            Self::Centre(code) => Subject::Centre(code.clone()),
            Self::Operation(code)
            | Self::PlanVersion(code, _)
            | Self::PlannedTask(code, ..)
            | Self::Annex(code, ..)
            | Self::Decision(code, ..)
            | Self::Condition(code, ..)
            | Self::Assignment(code, _)
            | Self::TaskLabel(code, _) => Subject::Operation(code.clone()),
        }
    }
}

/// A subject's folded history. A subject without events is absent, which is a state like others.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    Coalition(Coalition),
    Centre(Option<Centre>),
    Calendar(Calendar),
    Operation(Option<Operation>),
}

impl State {
    /// The state before the subject's first event.
    pub fn absent(subject: &Subject) -> Self {
        match subject {
            Subject::Coalition => Self::Coalition(Coalition::default()),
            Subject::Centre(_) => Self::Centre(None),
            Subject::Calendar(_) => Self::Calendar(Calendar::default()),
            Subject::Operation(_) => Self::Operation(None),
        }
    }

    /// Takes in one event of the subject and adds the items that it touched to `touched`.
    ///
    /// Events that do not concern this kind of state change nothing.
    pub fn evolve(&mut self, recorded: &Recorded, touched: &mut Vec<Item>) {
        match self {
            Self::Coalition(coalition) => coalition.evolve(recorded, touched),
            Self::Centre(centre) => Centre::evolve(centre, recorded, touched),
            Self::Calendar(calendar) => calendar.evolve(recorded),
            Self::Operation(operation) => Operation::evolve(operation, recorded, touched),
        }
    }

    /// Every item of this state.
    pub fn items(&self) -> Vec<Item> {
        match self {
            Self::Coalition(coalition) => coalition.items(),
            Self::Centre(centre) => centre.iter().map(|centre| Item::Centre(centre.code.clone())).collect(),
            Self::Calendar(_) => Vec::new(),
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
        for subject in recorded.event.folds() {
            if let Some(state) = self.states.get_mut(&subject) {
                Arc::make_mut(state).evolve(recorded, &mut touched);
            }
        }
        touched
    }

    /// The subjects of `event` that are not loaded.
    pub fn lacks(&self, event: &Event) -> impl Iterator<Item = Subject> {
        event.folds().into_iter().filter(|subject| !self.states.contains_key(subject))
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

    pub fn calendar(&self, post: &PostCode) -> Result<&Calendar, Rejection> {
        match self.lookup(Subject::Calendar(post.clone()))? {
            State::Calendar(calendar) => Ok(calendar),
            other => unreachable_state(other),
        }
    }

    pub fn operation(&self, code: &OperationCode) -> Result<Option<&Operation>, Rejection> {
        match self.lookup(Subject::Operation(code.clone()))? {
            State::Operation(operation) => Ok(operation.as_ref()),
            other => unreachable_state(other),
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
