//! From stored events to folded subjects.

use crate::StoreError;
use domain::{
    At, Event, Position, Recorded, State, Subject,
    ids::{CommandId, EventId},
};
use event_log::{Log, StoredEvent};
use uuid::Uuid;

/// Fails with [`StoreError::Decode`] when this build does not know the event.
pub(crate) fn decode(stored: &StoredEvent) -> Result<Recorded, StoreError> {
    let event = Event::decode(&stored.kind, stored.version, &stored.payload)
        .map_err(|source| StoreError::Decode { position: Position(stored.position), source })?;
    Ok(Recorded {
        at: At {
            position: Position(stored.position),
            occurred_at: stored.occurred_at,
            recorded_at: stored.recorded_at,
            late_reason: stored.late_reason.clone(),
            actor: stored.actor.clone(),
        },
        event_id: EventId(stored.event_id),
        command_id: CommandId(stored.command_id),
        event,
    })
}

/// The subjects as they were at a position, in one read.
pub(crate) async fn load(
    log: &Log,
    subjects: impl IntoIterator<Item = Subject>,
    at: Position,
) -> Result<Vec<(Subject, State)>, StoreError> {
    let mut states: Vec<(Uuid, Subject, State)> = subjects
        .into_iter()
        .map(|subject| {
            let state = State::absent(&subject);
            (subject.id(), subject, state)
        })
        .collect();
    let ids: Vec<Uuid> = states.iter().map(|(id, ..)| *id).collect();
    if at > Position(0) && !ids.is_empty() {
        let mut untold = Vec::new();
        for stored in log.read_subjects(&ids, 0, at.0).await? {
            let recorded = decode(&stored)?;
            for (id, _, state) in &mut states {
                if stored.subjects.binary_search(id).is_ok() {
                    state.evolve(&recorded, &mut untold);
                }
            }
            untold.clear();
        }
    }
    Ok(states.into_iter().map(|(_, subject, state)| (subject, state)).collect())
}
