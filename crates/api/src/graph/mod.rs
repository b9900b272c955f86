//! What types of every subject are made of: the world that a request sees, its things with an id and how they
//! are loaded, lists, scalars, and how a mutation is read, carried out and answered.
//!
//! Nothing here knows what a subject's fields are.

pub mod connection;
pub mod context;
pub mod cursor;
pub(crate) mod filter;
pub mod id;
pub mod interface;
pub mod language;
pub mod list;
pub mod loaders;
pub mod moment;
pub mod money;
pub mod mutation;
pub mod names;
pub mod node;
mod nodes;
pub mod nullable;
pub mod priority;
pub mod reads;
pub mod receipt;
pub mod refused;
pub mod root;
pub mod scalars;
pub mod zone;
