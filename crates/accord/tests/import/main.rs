//! Operation SAPHAN on a real Postgres: what an import leaves in the log and in the read model.
#![cfg(test)]

mod saphan;
mod support;
