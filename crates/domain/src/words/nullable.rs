//! What a revision leaves out, and what it takes away.

use serde::{Deserialize, Deserializer};

/// Null is given, and not left out.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}
