//! The log on a real Postgres.

#![cfg(test)]

mod append;
mod insert_only;
mod pool;
mod read;
mod story;
mod verify;
