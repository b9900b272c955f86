//! What every versioned table says of itself.

use crate::tables::Columns;
use domain::{Item, State};
use serde::Serialize;

/// The row of an item: one table for each kind of items, and all its columns but those of validity.
pub(crate) trait Versioned: Columns + Serialize + Sized {
    /// The row of the item; `None` when the state has no such item.
    fn find(state: &State, item: &Item) -> Option<Self>;
}
