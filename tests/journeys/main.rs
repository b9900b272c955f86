//! Journeys through a real server on a real Postgres.

mod http;
mod plan;
mod saphan;
mod support;
