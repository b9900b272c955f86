//! The HTTP server: its routes, and what answers on each.
//!
//! Nobody is told anything without a token but that the server is alive and ready. Nothing here knows a type
//! of the schema.

mod calendar;
mod event_stream;
pub mod feed;
mod front;
mod graphiql;
mod graphql;
mod introspection;
mod language;
mod live;
pub mod metrics;
mod origins;
mod quality;
mod request_log;
mod router;
mod service;
mod steps;
mod websocket;

pub use graphiql::{DemoPost, Explorer};
pub use live::{ClientAddress, Live, LiveSettings};
pub use origins::{InvalidOrigin, Origin, Origins};
pub use router::router;
pub use service::{BODY_BYTES, Room, Service};
