//! What requests are answered with, whatever they ask.

use crate::{
    gate::{documents::Documents, rates::Rates, trust::Trust},
    http::{graphiql::Explorer, live::Live, metrics::Metrics, origins::Origins},
    schema::Schema,
    webhook::Webhooks,
};
use engine::{Clock, Engine, Entropy};
use std::sync::Arc;

/// Largest body of a request: an import of 10,000 tasks with titles of usual length has about half of it.
pub const BODY_BYTES: usize = 4 * 1024 * 1024;

/// What requests are answered with.
#[derive(Clone)]
pub struct Service {
    pub engine: Engine,
    pub schema: Schema,
    /// The same with `graph::nullable`: for commands and subscriptions, and for questions with faults.
    pub careful_schema: Schema,
    pub trust: Arc<Trust>,
    /// The machine's: tokens expire in the real present, whatever the engine's clock shows.
    pub clock: Clock,
    /// Of request ids.
    pub entropy: Entropy,
    /// The open websockets and event streams, which whoever stops the server also stops.
    pub live: Live,
    /// What each sender has used of its allowance.
    pub rates: Arc<Rates>,
    pub documents: Arc<Documents>,
    pub metrics: Arc<Metrics>,
    /// Whose pages may ask.
    pub origins: Origins,
    /// Who delivers, which mutations of webhooks ask for.
    pub webhooks: Arc<Webhooks>,
    /// The page at `/`, in a demo only: it gives away tokens.
    pub explorer: Option<Explorer>,
}
