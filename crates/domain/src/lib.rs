//! The rules of joint operations: commands, events, refusals, `decide` and `evolve`.
//!
//! Nothing here does IO, reads a clock or draws a random number: time, entropy and the actor come in
//! with [`Context`], folded history with [`World`], so that every decision can be decided again.
//!
//! A subject is a folder with the same files in each: `command`, `event`, `state`, `decide`; `examples` and
//! `sources` for the [`catalogue`]; and beside them what only it has. What no subject owns stands here, and
//! [`words`] is what all of it is made of. `families` lists the subjects.

#[macro_use]
mod families;

mod about;
pub mod actor;
pub mod agenda;
pub mod assignment;
pub mod assistance;
pub mod catalogue;
pub mod centre;
pub mod claim;
pub mod clock;
pub mod coalition;
pub mod codec;
pub mod command;
pub mod contribution;
pub mod event;
pub mod execution;
mod happening;
pub mod incident;
pub mod metrics;
pub mod operation;
pub mod outcome;
pub mod plan;
pub mod refusal;
pub mod rejection;
pub mod release;
pub mod request;
pub mod review;
pub mod schedule;
pub mod sitrep;
pub mod subject;
mod upcast;
pub mod watch;
pub mod words;
pub mod world;

pub use about::{About, LedBy, Scope};
pub use actor::{Actor, Context, Role};
pub use command::{Command, RULES_VERSION, check_standing, decide};
pub use event::{Event, Recorded, Reported, Told};
pub use happening::Happening;
pub use refusal::{Parse, Refusal, RefusalCode};
pub use rejection::{Reasons, Rejection};
pub use subject::{Item, Subject};
pub use words::{
    AnnexCode, At, Code, ConditionCode, ContributionCode, Currency, Day, Decimal, IncidentCode, Instant,
    InvalidSpan, Language, Money, Names, OperationCode, OutcomeCode, PartnerCode, PhaseCode, Position,
    PostCode, Priority, Prose, Rate, RequestCode, Salt, Sha256, SitrepCode, Span, TaskCode, TimeZone, Title,
    code, duration, hash, ids, instant, money, names, text,
};
pub use world::{State, World};
