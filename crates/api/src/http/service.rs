//! What requests are answered with, whatever they ask.

use crate::{
    gate::{documents::Documents, rates::Rates, trust::Trust},
    http::{graphiql::Explorer, live::Live, metrics::Metrics, origins::Origins},
    schema::Schema,
    webhook::Webhooks,
};
use engine::{Clock, Engine, Entropy, Shares};
use std::{sync::Arc, thread::available_parallelism};

/// Largest body of a request: an import of 10,000 tasks with titles of usual length has about half of it.
pub const BODY_BYTES: usize = 4 * 1024 * 1024;

/// Of all bodies that are read at once, in KiB.
const BODIES: u32 = 64 * 1024;

/// The same of one partner.
const BODIES_OF_PARTNER: u32 = 16 * 1024;

/// Questions of one partner that are answered at once: each may hold a hundred thousand objects. Others wait their turn.
const ANSWERS_OF_PARTNER: u32 = 3;

/// What requests share of the machine.
#[derive(Debug)]
pub struct Room {
    /// Memory for bodies, in KiB.
    pub(super) bodies: Shares,
    /// Threads that read long texts.
    pub(super) desks: Shares,
    /// Questions that are answered at once.
    pub(super) answers: Shares,
}

impl Default for Room {
    fn default() -> Self {
        let processors = available_parallelism().map_or(1, |number| u32::try_from(number.get()).unwrap_or(1));
        Self {
            bodies: Shares::new(BODIES, BODIES_OF_PARTNER),
            desks: Shares::new(processors, (processors / 2).max(1)),
            answers: Shares::of_each(ANSWERS_OF_PARTNER),
        }
    }
}

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
    pub room: Arc<Room>,
    pub documents: Arc<Documents>,
    pub metrics: Arc<Metrics>,
    /// Whose pages may ask.
    pub origins: Origins,
    /// Who delivers, which mutations of webhooks ask for.
    pub webhooks: Arc<Webhooks>,
    /// The page at `/`, in a demo only: it gives away tokens.
    pub explorer: Option<Explorer>,
}
