//! Rows of all tables on their way into Postgres: what commands made, written; a whole log, copied; both,
//! compared.

mod compare;
mod copy;
mod write;

pub use compare::{compare, compare_events};
pub use copy::{Filling, Rows};
pub use write::{Change, Projection, checkpoint, lock_checkpoint, write};
