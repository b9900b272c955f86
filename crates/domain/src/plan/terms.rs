//! What binds a task in time besides what it waits for, and what it needs.

use crate::{Span, Title};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How a task's planned start binds it, by the names that planning tools give.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum StartConstraint {
    /// It starts at its planned start, or later when what it waits for takes longer.
    #[default]
    StartNoEarlierThan,
    /// It starts as early as what it waits for allows, and moves with that; the planned start is where it was
    /// laid last.
    AsSoonAsPossible,
    /// It starts at its planned start, whatever it waits for.
    MustStartOn,
}

/// What binds a task in time besides what it waits for, and what it needs. Set as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Terms {
    /// The tasks of one phase that bear the same name here are read together; absent when it stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Title>,
    /// How its planned start binds it.
    #[serde(skip_serializing_if = "is_default")]
    pub constraint: StartConstraint,
    /// Latest finish relative to H-hour; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_no_later_than: Option<Span>,
    /// Whether it needs mutual legal assistance, which takes months where police channels take hours.
    #[serde(skip_serializing_if = "is_default")]
    pub mutual_legal_assistance: bool,
}

/// One of a task's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Term {
    Group,
    Constraint,
    FinishNoLaterThan,
    MutualLegalAssistance,
}

impl Terms {
    /// These, but for some that stay as they are in `old`.
    #[must_use]
    pub fn keeping(&self, kept: &BTreeSet<Term>, old: &Self) -> Self {
        let of = |term| if kept.contains(&term) { old } else { self };
        Self {
            group: of(Term::Group).group.clone(),
            constraint: of(Term::Constraint).constraint,
            finish_no_later_than: of(Term::FinishNoLaterThan).finish_no_later_than,
            mutual_legal_assistance: of(Term::MutualLegalAssistance).mutual_legal_assistance,
        }
    }
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
