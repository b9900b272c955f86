//! SITREPs: each as it was issued.

mod rows;

pub use rows::SitrepRow;
