//! Metrics: figures by which an operation is judged, each defined once, computed from what is known, with the events that
//! make it.
//!
//! A metric is a pure function of facts, and each fact is said by an event of the log. Nothing of it is stored: as known
//! at a moment it is computed from the facts that were known by then. What a viewer does not see is not among the facts.
//! Nothing here knows where they come from.

mod claims;
mod code;
mod compute;
mod definition;
mod exact;
mod facts;
mod metric;
mod money;
mod objectives;
mod page;
mod persons;
mod plans;
mod watch;

pub use code::{MetricCode, Unit, Why};
pub use compute::compute;
pub use definition::Definition;
pub use facts::{
    AuthorityFacts, ClaimFact, ContributionFacts, DecisionFact, Facts, GapFacts, IncidentFacts,
    ObjectiveFacts, OutcomeFact, Payment, RequestFacts, Said, Step, Tally, TaskFacts, Thing, ThingKind,
    VersionFacts,
};
pub use metric::{Asked, Metric, Period};
pub use page::page;
