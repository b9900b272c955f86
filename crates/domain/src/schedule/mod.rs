//! When tasks can be carried out: the network of a plan, working time, and what stands against each other.

mod activity;
pub mod carried;
pub mod conflict;
mod graph;
pub mod slippage;
pub mod working;

pub use activity::*;
pub use graph::*;
