//! When the tasks of a plan can be carried out, what hinders that, and what a move would change. Nothing of
//! it is stored: it is computed from pinned rows when asked for.

pub mod conflict;
pub mod effects;
pub mod matrix;
pub mod network;
pub mod reschedule;
pub mod slippage;
pub mod types;
