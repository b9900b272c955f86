//! The GraphQL API and its HTTP server: translates, authorises, answers.
//!
//! No SQL and no rule is here: resolvers turn inputs into commands and rows into types. The only crate that knows
//! `async-graphql`.

#![expect(
    clippy::unused_async,
    reason = "the macros of async-graphql want resolvers async, also those that wait for nothing"
)]

mod access;
mod assignment;
pub mod auth;
mod calendar;
mod centre;
mod change;
mod conflict;
mod connection;
pub mod context;
pub mod cost;
pub mod cursor;
mod decision;
pub mod documents;
mod errors;
mod event;
pub mod feed;
mod graphiql;
pub mod http;
pub mod language;
mod limits;
mod loaders;
mod matrix;
mod mutation;
mod node;
mod operation;
mod order;
mod partner;
mod plan;
mod post;
mod quality;
pub mod rates;
mod receipt;
mod refused;
mod release;
mod reschedule;
mod scalars;
mod schedule;
mod schema;
mod subscription;
mod task;
mod zone;

pub use context::{Manner, Session};
pub use cursor::pin_of_cursors;
pub use errors::Error;
pub use graphiql::{DemoPost, Explorer};
pub use schema::{Schema, schema, sdl};
