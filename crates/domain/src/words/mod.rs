//! What everything else is made of: codes, ids, names, texts, amounts, spans, days, hashes, places in the log.
//!
//! Nothing here knows a subject or a rule; what is parsed has the code of its refusal.

pub mod code;
pub mod day;
pub mod duration;
pub mod hash;
pub mod ids;
pub mod instant;
pub mod money;
pub mod names;
pub(crate) mod nullable;
pub mod position;
pub mod priority;
pub mod text;

pub use code::{
    AnnexCode, Code, ConditionCode, ContributionCode, IncidentCode, OperationCode, OutcomeCode, PartnerCode,
    PhaseCode, PostCode, RequestCode, SitrepCode, TaskCode,
};
pub use day::Day;
pub use duration::{InvalidSpan, Span};
pub use hash::{Salt, Sha256};
pub use money::{Decimal, Money, Rate};
pub use names::{Language, Names};
pub use position::{At, Instant, Position};
pub use priority::Priority;
pub use text::{Currency, Prose, TimeZone, Title};
