//! Webhooks: events of the log sent to a partner's receivers over HTTP, as [CloudEvents](https://cloudevents.io), signed by
//! the [Standard Webhooks](https://www.standardwebhooks.com) specification.
//!
//! A webhook is a subscription that the server keeps: it reads on in the log as `events` of the subscriptions does, and is
//! sent what its partner may see at each event and now, nothing else. It stands beside the log, as the access log does:
//! nothing of it is an event.

mod address;
mod client;
mod cloud_event;
mod deliverer;
mod metrics;
mod mutations;
mod pace;
mod queries;
mod signature;
mod types;

use crate::Error;
use engine::StoreError;

pub use address::Reach;
pub use deliverer::{Settings, Webhooks};
pub use mutations::WebhookMutations;
pub use pace::Pace;
pub use queries::WebhookQueries;
pub use signature::WebhookKey;

/// What the store answered.
fn stored<T>(answer: Result<T, impl Into<StoreError>>) -> Result<T, Error> {
    answer.map_err(|error| engine::Error::from(error.into()).into())
}
