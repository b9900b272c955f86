//! Charts, orders, SITREPs and after-action reports: pages that people read and print.
//!
//! Each is a pure function of a plain struct that names what its reader may see. No rule of plans is here and
//! no IO, but that orders as PDF are set in the machine's fonts. Whoever needs no pages builds without this
//! crate, and so without a typesetter.

pub mod chart;
pub mod metrics;
pub mod order;
pub mod page;
pub mod review;
#[cfg(test)]
mod samples;
pub mod sitrep;
