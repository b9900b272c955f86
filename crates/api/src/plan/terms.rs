//! What binds a task in time besides what it waits for, and what it needs.

use crate::graph::{mutation::At, scalars::Duration};
use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};
use domain::plan;
use std::collections::BTreeSet;

/// How a task's planned start binds it.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "plan::StartConstraint")]
pub enum StartConstraint {
    /// It starts at its planned start, or later when what it waits for takes longer.
    StartNoEarlierThan,
    /// It starts as early as what it waits for allows, and moves with that.
    AsSoonAsPossible,
    /// It starts at its planned start, whatever it waits for.
    MustStartOn,
}

/// What binds a task in time besides what it waits for, and what it needs.
#[derive(SimpleObject)]
pub struct TaskTerms {
    /// The tasks of one phase with the same name here are read together; null when it stands alone.
    group: Option<String>,
    constraint: StartConstraint,
    /// From H-hour; null when there is no latest finish.
    finish_no_later_than: Option<Duration>,
    /// Whether it needs mutual legal assistance, which takes months where police channels take hours.
    mutual_legal_assistance: bool,
}

impl From<&plan::Terms> for TaskTerms {
    fn from(terms: &plan::Terms) -> Self {
        Self {
            group: terms.group.as_ref().map(ToString::to_string),
            constraint: terms.constraint.into(),
            finish_no_later_than: terms.finish_no_later_than.map(Duration::from),
            mutual_legal_assistance: terms.mutual_legal_assistance,
        }
    }
}

/// What binds a task in time besides what it waits for, and what it needs. What is left out it has not.
#[derive(InputObject, Default)]
pub(super) struct TaskTermsInput {
    /// Its group within its phase.
    group: Option<String>,
    /// `START_NO_EARLIER_THAN` when it is left out.
    constraint: Option<StartConstraint>,
    /// From H-hour.
    finish_no_later_than: Option<Duration>,
    /// Whether it needs mutual legal assistance.
    #[graphql(default)]
    mutual_legal_assistance: bool,
}

impl TaskTermsInput {
    /// `open`: the task is imported without an offset, which by itself means as soon as possible.
    pub(super) fn read(&self, at: &mut At<'_>, open: bool) -> Option<plan::Terms> {
        let group = at.parse_if("group", self.group.as_deref());
        let latest =
            at.parse_if("finishNoLaterThan", self.finish_no_later_than.as_ref().map(Duration::as_str));
        let constraint = match self.constraint {
            Some(constraint) => constraint.into(),
            None if open => plan::StartConstraint::AsSoonAsPossible,
            None => plan::StartConstraint::default(),
        };
        Some(plan::Terms {
            group: group?,
            constraint,
            finish_no_later_than: latest?,
            mutual_legal_assistance: self.mutual_legal_assistance,
        })
    }
}

/// Some of a task's terms. What is left out stays as it is; null takes it away.
#[derive(InputObject)]
pub(super) struct TaskTermsRevisionInput {
    /// Its group within its phase. Null: it stands alone.
    group: MaybeUndefined<String>,
    /// Null: `START_NO_EARLIER_THAN`.
    constraint: MaybeUndefined<StartConstraint>,
    /// From H-hour. Null: no latest finish.
    finish_no_later_than: MaybeUndefined<Duration>,
    /// Whether it needs mutual legal assistance. Null: it does not.
    mutual_legal_assistance: MaybeUndefined<bool>,
}

impl TaskTermsRevisionInput {
    /// The terms, and which of them the task keeps.
    pub(super) fn read(&self, at: &mut At<'_>) -> Option<(plan::Terms, BTreeSet<plan::Term>)> {
        let Self { group, constraint, finish_no_later_than: latest, mutual_legal_assistance: assistance } =
            self;
        let kept = [
            (plan::Term::Group, group.is_undefined()),
            (plan::Term::Constraint, constraint.is_undefined()),
            (plan::Term::FinishNoLaterThan, latest.is_undefined()),
            (plan::Term::MutualLegalAssistance, assistance.is_undefined()),
        ];
        let whole = TaskTermsInput {
            group: group.value().cloned(),
            constraint: constraint.value().copied(),
            finish_no_later_than: latest.value().cloned(),
            mutual_legal_assistance: assistance.value().copied().unwrap_or_default(),
        };
        let keeping = kept.into_iter().filter_map(|(term, is_kept)| is_kept.then_some(term)).collect();
        Some((whole.read(at, false)?, keeping))
    }
}
