//! Events as receivers get them: [CloudEvents](https://cloudevents.io) 1.0 in structured JSON. What Accord says of an
//! event is in `data`, under the names that the API has for it.

use crate::{
    Error,
    graph::{
        context::Session,
        node::Event,
        scalars::{DateTime, Position},
    },
};
use async_graphql::{ID, ScalarType};
use serde_json::{Value, json};
use uuid::Uuid;

/// What is sent: the event's id, and the body.
pub(crate) struct CloudEvent {
    pub id: String,
    pub body: Vec<u8>,
}

/// Whose events they are. Those of an exercise come from elsewhere, so that nobody takes them for the real thing.
pub(crate) fn source(is_exercise: bool) -> &'static str {
    if is_exercise { "/accord/exercise" } else { "/accord" }
}

impl CloudEvent {
    /// Of something that happened, as whoever it is sent to may see it.
    pub async fn of(event: &Event, reader: &Session, source: &str) -> Result<Self, Error> {
        let row = &event.row;
        let [position, effective_at] = [row.position, row.command_end].map(domain::Position);
        let recorded_at = written(row.recorded_at)?;
        let operation = event.about().await?;
        let operation_id = operation.as_ref().map(|operation| operation.node_key().0);
        let id = event.node_key().0;
        let mut sent = json!({
            "specversion": "1.0",
            "id": id,
            "source": source,
            "type": format!("accord.{}", row.kind),
            "time": recorded_at,
            "datacontenttype": "application/json",
            "position": position.to_string(),
            // As texts, in the order of the numbers.
            "sequence": format!("{:019}", position.0),
            "data": {
                "id": id,
                "type": row.kind,
                "position": scalar(&Position(position))?,
                "effectiveAt": scalar(&Position(effective_at))?,
                "recordedAt": recorded_at,
                "occurredAt": written(row.occurred_at)?,
                "occurredAtLocal": event.reported_at(),
                "lateReason": row.late_reason,
                "actor": row.actor,
                "commandId": row.command_id,
                "operation": operation.map(|operation| json!({ "id": operation_id, "code": operation.row.code })),
                "payload": event.payload_for(reader).await?,
            },
        });
        if let Some(subject) = operation_id {
            sent["subject"] = subject.into();
        }
        Ok(Self { id, body: sent.to_string().into_bytes() })
    }

    /// Of nothing that happened: shows a receiver what comes, and whether it takes it.
    pub fn ping(
        id: Uuid,
        webhook: &ID,
        source: &str,
        at: chrono::DateTime<chrono::Utc>,
    ) -> Result<Self, Error> {
        let id = domain::ids::to_text("ping", id);
        let sent = json!({
            "specversion": "1.0",
            "id": id,
            "source": source,
            "type": "accord.ping",
            "time": written(at)?,
            "datacontenttype": "application/json",
            "data": { "webhook": webhook.0 },
        });
        Ok(Self { id, body: sent.to_string().into_bytes() })
    }
}

/// As the API writes it.
fn written(at: chrono::DateTime<chrono::Utc>) -> Result<Value, Error> {
    scalar(&DateTime::from(at))
}

fn scalar(value: &impl ScalarType) -> Result<Value, Error> {
    value.to_value().into_json().map_err(|error| Error::internal("write an event", &error))
}
