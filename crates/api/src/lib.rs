//! The GraphQL API and its HTTP server: translates, authorises, answers.
//!
//! No SQL and no rule is here: resolvers turn inputs into commands and rows into types. The only crate that knows
//! `async-graphql`.

pub mod auth;
pub mod context;
pub mod cursor;
mod errors;
mod graphiql;
pub mod http;
mod limits;
mod loaders;
mod schema;

pub use context::Session;
pub use cursor::pin_of_cursors;
pub use errors::Error;
pub use graphiql::{DemoPost, Explorer};
pub use schema::{Schema, schema, sdl};
