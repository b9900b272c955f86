//! The GraphQL API and its HTTP server: translates, authorises, answers.
//!
//! No SQL and no rule is here: resolvers turn inputs into commands and rows into types. The only crate that
//! knows `async-graphql`.
//!
//! A request comes in through `http`, must pass `gate`, and is resolved from the roots in `schema`. Each
//! subject has a folder with its types, queries and mutations; what no subject owns is in `graph`.

#![expect(
    clippy::unused_async,
    reason = "the macros of async-graphql want resolvers async, also those that wait for nothing"
)]

mod agenda;
mod assistance;
mod centre;
mod coalition;
mod contribution;
mod errors;
mod execution;
mod gate;
mod graph;
pub mod http;
mod incident;
mod log;
mod matter;
mod metrics;
mod operation;
mod outcome;
mod plan;
mod request;
mod review;
mod schedule;
mod schema;
mod sitrep;
mod watch;
pub mod webhook;

pub use errors::Error;
pub use gate::{auth, documents, rates, trust};
pub use graph::{
    context::{Manner, Session},
    cursor::pin_of_cursors,
};
pub use http::{DemoPost, Explorer, feed};
pub use schema::{Schema, careful_schema, schema, sdl};
