//! Accord's parts that know the whole: the command line, the server, its database and keys, and scenarios.

/// What the types of this crate's surface are made of.
pub use {api, domain, engine};

mod client;
pub mod command;
pub mod database;
pub mod documents;
mod file;
pub mod import;
pub mod keys;
mod listening;
mod logging;
mod output;
mod patience;
mod progress;
pub mod scenario;
pub mod server;
mod source;
mod values;
mod version;
mod webhook_key;
