//! The engine on a real Postgres: idempotency, races, projection, random histories.
#![cfg(test)]

mod access;
mod commands;
mod decisions;
mod failover;
mod history;
mod plans;
mod races;
mod rebuild;
mod support;
mod versions;
