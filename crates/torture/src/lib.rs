//! Experiments that try to break Accord, and a checker that would see it.
//!
//! Three processes of Accord work on one log, as they would in production. Clients write and read over HTTP,
//! and keep what they were told. A fault is injected again and again; afterwards the clients' word is held
//! against the log.
//!
//! Nothing here reaches into Accord: no crate of it is used. What experiments measure is whether promises hold,
//! never how fast; how long others wait while one partner attacks is what [`attack`] measures.

pub mod attack;
mod client;
pub mod experiments;
pub mod history;
mod load;
mod logged;
mod node;
mod progress;
mod proxy;
mod receiver;
pub mod report;
mod stage;
mod waiting;
