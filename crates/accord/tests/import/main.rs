//! Operation SAPHAN on a real Postgres: what an import leaves in the log and in the read model; and getting
//! that ready.
#![cfg(test)]

mod building;
mod halyard;
mod mining;
mod recorded;
mod saphan;
mod support;
mod watch;
