//! Rows of coordination centres.

mod rows;

pub use rows::CentreRow;
