//! Rows of requests for information and for assistance.

mod rows;

pub use rows::{RequestFilter, RequestRow};
