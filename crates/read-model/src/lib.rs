//! The read model: versioned rows computed from folded state, and every query on them.
//!
//! Rows are a pure function of state; a position sees the rows with `valid_from <= position < valid_to`, so
//! the present and the past are the same SQL. Every query takes a [`Pin`]: what its viewer may not see is not
//! in its answer. Nothing here decides. Nothing but [`write()`] changes a row; [`Filling`] fills tables that
//! nobody reads yet.
//!
//! A subject is a folder, called as in `domain` and `api`, and has its tables in a file of that name under
//! `migrations/read-model`. Its own rows and the queries on them stand in `rows`, those of what it consists
//! of in files of their names. What belongs to no subject: `tables` knows how a row becomes columns, `item`
//! lists all tables, `agenda` gathers from many, `log` is about events, `projection` writes.

pub mod agenda;
pub mod assistance;
pub mod centre;
pub mod coalition;
pub mod contribution;
mod error;
pub mod execution;
pub mod incident;
mod item;
mod log;
pub mod matter;
pub mod metrics;
mod model;
pub mod operation;
pub mod outcome;
mod page;
mod parse;
mod pin;
pub mod plan;
mod projection;
pub mod request;
pub mod review;
pub mod sitrep;
mod tables;
pub mod watch;

pub use error::Error;
pub(crate) use error::doing;
pub use item::{Row, fields, row};
pub use log::{
    ChangedItem, ChangingEvent, ClockSpan, Entry, EventFilter, EventRow, Found, HistoryRow, ItemVersion,
    OPEN_CLOCKS, OPEN_INCIDENTS, ReplayCount, ReplayIncidentClaim, ReplayTaskClaim, Search, Stretch,
    VersionSpan,
};
pub use model::ReadModel;
pub use page::Page;
pub use parse::{InvalidRow, parse};
pub use pin::{Pin, Viewer};
pub use projection::{
    Change, Filling, Projection, Rows, checkpoint, compare, compare_events, lock_checkpoint, write,
};
pub use tables::{Column, Form, PROJECTION_VERSION, Schema, Shown, columns, path_of_shared_sight};
