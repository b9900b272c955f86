//! How rows become columns and are written, and the Postgres schema that all tables stand in. Knows no table
//! of a subject.

mod binary;
mod columns;
mod schema;
mod shared_sight;
mod text;
mod versioned;

pub(crate) use binary::{BinaryRow, append_bigint};
pub(crate) use columns::{Columns, Sink, row};
#[cfg(test)]
pub(crate) use schema::definitions;
pub use schema::{PROJECTION_VERSION, Schema, columns};
pub use shared_sight::search_path as path_of_shared_sight;
pub(crate) use text::text_rows;
pub(crate) use versioned::Versioned;
pub use versioned::{Column, Form, Shown};
