//! How an event stands in the log: its kind, the version of its shape, its payload.
//!
//! A recorded shape never changes: a new one gets a new version and the old one is upcast in
//! [`Event::decode`], as `upcast` says.

use crate::{Event, upcast};
use serde::de::DeserializeOwned;
use std::{collections::BTreeMap, sync::LazyLock};
use strum::VariantNames;

/// An event as the log stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The event's name, such as `PlanPromulgated`.
    pub kind: &'static str,
    /// Version of its shape, from 1.
    pub version: i16,
    /// The JSON text that is hashed.
    pub payload: Vec<u8>,
}

/// The log holds something that this build cannot read; it must not write after it.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("event type `{kind}` version {version} is unknown to this build: upgrade it")]
    Unknown { kind: String, version: i16 },
    #[error("payload of event type `{kind}` version {version} does not have its shape")]
    Shape { kind: String, version: i16, source: serde_json::Error },
}

type Decode = fn(&[u8]) -> Result<Event, serde_json::Error>;

/// How the newest version of an event is read, and which it is.
struct Shape {
    decode: Decode,
    version: i16,
}

macro_rules! shapes {
    ($($family:ident: $event:ty, $command:ty;)*) => {
        static SHAPES: LazyLock<BTreeMap<&'static str, Shape>> = LazyLock::new(|| {
            let mut shapes = BTreeMap::new();
            $(shapes.extend(shapes_of::<$event>());)*
            shapes
        });
    };
}

families!(shapes);

fn shapes_of<T>() -> impl Iterator<Item = (&'static str, Shape)>
where
    T: VariantNames + DeserializeOwned + Into<Event>,
{
    T::VARIANTS.iter().map(|name| {
        let newest_old = upcast::older_than_today(name).map(|old| old.version).max();
        let decode: Decode = |json| serde_json::from_slice::<T>(json).map(Into::into);
        (*name, Shape { decode, version: newest_old.unwrap_or(0) + 1 })
    })
}

impl Event {
    /// Every event name of this build, in alphabetical order.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        SHAPES.keys().copied()
    }

    /// Every event name of this build with the version of the shape that it writes, in alphabetical order.
    pub fn shapes() -> impl Iterator<Item = (&'static str, i16)> {
        SHAPES.iter().map(|(kind, shape)| (*kind, shape.version))
    }

    /// The event as the log stores it.
    ///
    /// # Panics
    /// Never for the types of this crate: all map keys are strings.
    pub fn encode(&self) -> Encoded {
        let kind = self.kind();
        // Serde writes `{"Kind":payload}`; the log keeps the kind in a column of its own.
        let mut payload = serde_json::to_vec(self).expect("event fields are plain data");
        payload.truncate(payload.len() - 1);
        payload.drain(..kind.len() + 4);
        Encoded { kind, version: SHAPES[kind].version, payload }
    }

    /// The event as this build knows it, whichever version of its shape it was logged in. Fails with
    /// [`DecodeError`] when this build does not know the type, the version or the shape.
    pub fn decode(kind: &str, version: i16, payload: &[u8]) -> Result<Self, DecodeError> {
        let unknown = || DecodeError::Unknown { kind: kind.to_owned(), version };
        let shape = SHAPES.get(kind).ok_or_else(unknown)?;
        let decoded = if version == shape.version {
            let mut tagged = Vec::with_capacity(kind.len() + payload.len() + 5);
            for part in [b"{\"", kind.as_bytes(), b"\":", payload, b"}"] {
                tagged.extend_from_slice(part);
            }
            (shape.decode)(&tagged)
        } else {
            let old =
                upcast::older_than_today(kind).find(|old| old.version == version).ok_or_else(unknown)?;
            (old.decode)(payload)
        };
        decoded.map_err(|source| DecodeError::Shape { kind: kind.to_owned(), version, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::examples::events;
    use std::collections::BTreeSet;

    #[test]
    fn every_event_has_an_example() {
        let shown: BTreeSet<_> = events().iter().map(Event::kind).collect();
        assert_eq!(shown, Event::kinds().collect());
    }

    #[test]
    fn every_event_is_read_as_it_was_written() {
        for event in events() {
            let Encoded { kind, version, payload } = event.encode();
            assert_eq!(Event::decode(kind, version, &payload).unwrap(), event);
        }
    }

    #[test]
    fn unknown_types_versions_and_shapes_are_told_apart() {
        assert!(matches!(Event::decode("PlanBurned", 1, b"{}"), Err(DecodeError::Unknown { .. })));
        assert!(matches!(Event::decode("PlanPromulgated", 2, b"{}"), Err(DecodeError::Unknown { .. })));
        assert!(matches!(Event::decode("PlanPromulgated", 1, b"{}"), Err(DecodeError::Shape { .. })));
    }
}
