//! What happened: one enum over all subjects, and how an event is written to and read from the log.
//!
//! Nothing here knows where events are stored. A recorded shape never changes: a new one gets a new
//! version and the old one is upcast in [`Event::decode`], as `upcast` says.

use crate::{
    AnnexCode, Instant, OperationCode, Subject, TaskCode,
    assignment::AssignmentEvent,
    centre::CentreEvent,
    coalition::CoalitionEvent,
    ids::{AnnexId, CommandId, EventId, PartnerId, PlanVersionId, PostId, TaskId},
    operation::OperationEvent,
    partner::PartnerEvent,
    plan::{Annex, PlanEvent},
    post::PostEvent,
    release::MarkedItem,
    upcast,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, sync::LazyLock};
use strum::VariantNames;
use uuid::Uuid;

/// A place in the log: 1, 2, 3 … without gaps; 0 is before the first event.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[schemars(extend("minimum" = 0))]
pub struct Position(pub i64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Everything that can have happened, by the subject whose file defines it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Event {
    Coalition(CoalitionEvent),
    Partner(PartnerEvent),
    Centre(CentreEvent),
    Post(PostEvent),
    Operation(OperationEvent),
    Plan(PlanEvent),
    Assignment(AssignmentEvent),
}

/// An event with what the log knows of it.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_field_names,
    reason = "`recorded_at` is the log's own word, the pair of `occurred_at`"
)]
pub struct Recorded {
    pub position: Position,
    /// When the log learned of it.
    pub recorded_at: DateTime<Utc>,
    /// When it happened, as reported.
    pub occurred_at: Instant,
    pub event_id: EventId,
    pub command_id: CommandId,
    /// Post code or `service:name`.
    pub actor: String,
    pub late_reason: Option<String>,
    pub event: Event,
}

/// What an event is about: whoever may not see all of it may not see the event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope<'a> {
    /// `None`: of the coalition, for all to see.
    pub operation: Option<&'a OperationCode>,
    /// Number of the plan version.
    pub version: Option<u32>,
    pub tasks: Vec<&'a TaskCode>,
    /// Of that version.
    pub annex: Option<&'a AnnexCode>,
}

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

static SHAPES: LazyLock<BTreeMap<&'static str, Shape>> = LazyLock::new(|| {
    fn family<T: VariantNames>(decode: Decode) -> impl Iterator<Item = (&'static str, Shape)> {
        T::VARIANTS.iter().map(move |name| {
            let newest_old = upcast::older_than_today(name).map(|old| old.version).max();
            (*name, Shape { decode, version: newest_old.unwrap_or(0) + 1 })
        })
    }
    family::<CoalitionEvent>(|json| serde_json::from_slice(json).map(Event::Coalition))
        .chain(family::<PartnerEvent>(|json| serde_json::from_slice(json).map(Event::Partner)))
        .chain(family::<CentreEvent>(|json| serde_json::from_slice(json).map(Event::Centre)))
        .chain(family::<PostEvent>(|json| serde_json::from_slice(json).map(Event::Post)))
        .chain(family::<OperationEvent>(|json| serde_json::from_slice(json).map(Event::Operation)))
        .chain(family::<PlanEvent>(|json| serde_json::from_slice(json).map(Event::Plan)))
        .chain(family::<AssignmentEvent>(|json| serde_json::from_slice(json).map(Event::Assignment)))
        .collect()
});

impl Event {
    /// The annex that its payload tells the content of.
    pub fn annex(&self) -> Option<(AnnexId, &Annex)> {
        let Self::Plan(PlanEvent::AnnexAttached { operation, number, annex, .. }) = self else { return None };
        let version = PlanVersionId::of(Subject::operation_id(operation), *number);
        annex.text.as_ref().map(|_| (AnnexId::of(version, &annex.code), annex))
    }

    /// The event's name in the log, such as `PlanPromulgated`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Coalition(event) => event.into(),
            Self::Partner(event) => event.into(),
            Self::Centre(event) => event.into(),
            Self::Post(event) => event.into(),
            Self::Operation(event) => event.into(),
            Self::Plan(event) => event.into(),
            Self::Assignment(event) => event.into(),
        }
    }

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

    /// The event as this build knows it, whichever version of its shape it was logged in. Fails with [`DecodeError`] when
    /// this build does not know the type, the version or the shape.
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

    /// The subjects whose folded state this event changes.
    pub fn folds(&self) -> Vec<Subject> {
        match self {
            Self::Coalition(_) | Self::Partner(_) | Self::Post(_) => vec![Subject::Coalition],
            Self::Centre(event) => vec![Subject::Centre(event.centre().clone())],
            Self::Operation(event) => {
                let calendars = event.calendars().iter().cloned().map(Subject::Calendar);
                std::iter::once(Subject::Operation(event.operation().clone())).chain(calendars).collect()
            }
            Self::Plan(event) => vec![Subject::Operation(event.operation().clone())],
            Self::Assignment(event) => {
                vec![Subject::Operation(event.operation().clone()), Subject::Calendar(event.post().clone())]
            }
        }
    }

    /// What the event is about, as far as that may be released apart from the rest.
    pub fn scope(&self) -> Scope<'_> {
        match self {
            Self::Coalition(_) | Self::Partner(_) | Self::Centre(_) | Self::Post(_) => Scope::default(),
            Self::Operation(event) => {
                let scope = Scope { operation: Some(event.operation()), ..Scope::default() };
                match event.marked() {
                    None => scope,
                    Some(MarkedItem::PlanVersion { number }) => Scope { version: Some(*number), ..scope },
                    Some(MarkedItem::Task { task, .. }) => Scope { tasks: vec![task], ..scope },
                    Some(MarkedItem::Annex { number, annex }) => {
                        Scope { version: Some(*number), annex: Some(annex), ..scope }
                    }
                }
            }
            Self::Plan(event) => Scope {
                operation: Some(event.operation()),
                version: Some(event.number()),
                tasks: event.tasks(),
                annex: event.annex(),
            },
            Self::Assignment(event) => {
                Scope { operation: Some(event.operation()), tasks: vec![event.task()], ..Scope::default() }
            }
        }
    }

    /// Ids of everything that the event concerns: what it changes, and what its history shows it under.
    pub fn subjects(&self) -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = self.folds().iter().map(Subject::id).collect();
        match self {
            Self::Partner(event) => ids.push(PartnerId::of(event.partner()).0),
            Self::Post(event) => ids.push(PostId::of(event.post()).0),
            Self::Plan(event) => {
                let operation = Subject::operation_id(event.operation());
                ids.push(PlanVersionId::of(operation, event.number()).0);
                ids.extend(event.tasks().into_iter().map(|task| TaskId::of(operation, task).0));
                ids.extend(event.decider().map(|partner| PartnerId::of(partner).0));
            }
            Self::Assignment(event) => {
                ids.push(TaskId::of(Subject::operation_id(event.operation()), event.task()).0);
            }
            Self::Operation(event) => {
                let operation = Subject::operation_id(event.operation());
                match event.marked() {
                    Some(MarkedItem::PlanVersion { number } | MarkedItem::Annex { number, .. }) => {
                        ids.push(PlanVersionId::of(operation, *number).0);
                    }
                    Some(MarkedItem::Task { task, .. }) => ids.push(TaskId::of(operation, task).0),
                    None => {}
                }
            }
            Self::Coalition(_) | Self::Centre(_) => {}
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::events;
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
