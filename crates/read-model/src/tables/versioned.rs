//! What every versioned table says of itself.

use crate::tables::Columns;
use domain::{Item, State};
use serde::Serialize;

/// The row of an item: one table for each kind of items, and all its columns but those of validity.
pub(crate) trait Versioned: Columns + Serialize + Sized {
    /// Where the API shows each column but the id, in their order.
    const FIELDS: &'static [Column];

    /// The row of the item; `None` when the state has no such item.
    fn find(state: &State, item: &Item) -> Option<Self>;
}

/// A column, and where the API shows it when it tells what has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub shown: Shown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In a field of the item's type.
    In { field: &'static str, form: Form },
    /// Nowhere, for this reason.
    Nowhere(&'static str),
}

/// How the API writes a value of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As JSON has it.
    Plain,
    /// A moment, in UTC.
    Instant,
    /// A number of seconds, as ISO 8601 writes a duration.
    Span,
    /// Names by language, as a list.
    Names,
    /// A position of the log, as text.
    Position,
    /// A plan's sections, each under a path of its own.
    Sections,
}

impl Column {
    pub(crate) const fn plain(name: &'static str, field: &'static str) -> Self {
        Self::shown_in(name, field, Form::Plain)
    }

    pub(crate) const fn instant(name: &'static str, field: &'static str) -> Self {
        Self::shown_in(name, field, Form::Instant)
    }

    pub(crate) const fn span(name: &'static str, field: &'static str) -> Self {
        Self::shown_in(name, field, Form::Span)
    }

    pub(crate) const fn names(name: &'static str, field: &'static str) -> Self {
        Self::shown_in(name, field, Form::Names)
    }

    pub(crate) const fn position(name: &'static str, field: &'static str) -> Self {
        Self::shown_in(name, field, Form::Position)
    }

    pub(crate) const fn sections(name: &'static str, field: &'static str) -> Self {
        Self::shown_in(name, field, Form::Sections)
    }

    pub(crate) const fn nowhere(name: &'static str, why: &'static str) -> Self {
        Self { name, shown: Shown::Nowhere(why) }
    }

    const fn shown_in(name: &'static str, field: &'static str, form: Form) -> Self {
        Self { name, shown: Shown::In { field, form } }
    }
}
