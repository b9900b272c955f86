//! Receipts: what a command that succeeded is answered, and the newest place in the log that an answer knows.

use crate::graph::scalars::{DateTime, Position, Sha256};
use async_graphql::{ID, SimpleObject};

/// Proof that something stands in the log. Keep it: `verify --anchor POSITION:HASH` holds the log against it later.
#[derive(SimpleObject)]
pub struct Receipt {
    /// The last event of the command; the present position when it changed nothing.
    position: Position,
    /// When the log learned of it, by the server's clock.
    recorded_at: DateTime,
    /// The events of the command; none when it changed nothing.
    pub(crate) event_ids: Vec<ID>,
    /// Hash of the commit that holds the position, chained to all before it.
    commit_hash: Sha256,
}

impl From<engine::Receipt> for Receipt {
    fn from(receipt: engine::Receipt) -> Self {
        Self {
            position: Position(receipt.position),
            recorded_at: receipt.recorded_at.into(),
            event_ids: receipt.event_ids.into_iter().map(ID::from).collect(),
            commit_hash: Sha256(receipt.commit_hash),
        }
    }
}
