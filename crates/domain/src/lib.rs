//! The rules of joint operations: commands, events, refusals, `decide` and `evolve`.
//!
//! Nothing here does IO, reads a clock or draws a random number: time, entropy and the actor come in
//! with [`Context`], folded history with [`World`], so that every decision can be decided again.
//!
//! Each subject has a file in the same order: commands, events, state, decide, evolve.

pub mod assignment;
pub mod catalogue;
pub mod centre;
pub mod coalition;
pub mod code;
pub mod command;
pub mod conflict;
pub mod day;
pub mod duration;
pub mod event;
pub mod examples;
pub mod hash;
pub mod ids;
pub mod names;
pub mod operation;
pub mod partner;
pub mod plan;
pub mod post;
pub mod refusal;
pub mod release;
pub mod schedule;
pub mod text;
mod upcast;
pub mod working;
pub mod world;

pub use code::{
    AnnexCode, CentreCode, Code, ConditionCode, OperationCode, PartnerCode, PhaseCode, PostCode, TaskCode,
};
pub use command::{Actor, Command, Context, RULES_VERSION, Role, decide};
pub use day::Day;
pub use duration::{InvalidSpan, Span};
pub use event::{Event, Position, Recorded, Scope};
pub use hash::{Salt, Sha256};
pub use names::{Language, Names};
pub use refusal::{Parse, Reasons, Refusal, RefusalCode, Rejection};
pub use text::{Currency, Prose, TimeZone, Title};
pub use world::{Item, State, Subject, World};

/// An instant with the offset from UTC that its reporter used (Myanmar is +06:30).
pub type Instant = chrono::DateTime<chrono::FixedOffset>;
