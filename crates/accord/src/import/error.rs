//! Why a scenario is not in the log, or not wholly.

use chrono::{DateTime, FixedOffset, Utc};
use domain::{Position, Refusal};
use engine::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the log holds {position} events already: a scenario is imported into an empty log")]
    NotEmpty { position: Position },
    /// Found before anything was run.
    #[error("`{text}` in {place}: {fault}")]
    Unfit { place: String, text: String, fault: String },
    /// What came before stays in the log.
    #[error("metric `{text}` in {place} {fault}")]
    Unmeasured { place: String, text: String, fault: String },
    /// What came before stays in the log.
    #[error("{step} at {} was refused: {}", at.to_rfc3339(), join_reasons(reasons))]
    Refused { step: String, at: DateTime<FixedOffset>, reasons: Vec<Refusal> },
    /// What came before stays in the log.
    #[error("could not carry out {step} at {}", at.to_rfc3339())]
    Failed { step: String, at: DateTime<FixedOffset>, source: engine::Error },
    /// What came before stays in the log.
    #[error("could not tell of the clock that fell due at {}", at.to_rfc3339())]
    Clock { at: DateTime<Utc>, source: engine::Error },
    #[error("could not use the log or the read model")]
    Store(#[from] StoreError),
}

/// For people.
fn join_reasons(reasons: &[Refusal]) -> String {
    let reasons: Vec<String> =
        reasons.iter().map(|reason| format!("{} ({})", reason.message, reason.code)).collect();
    reasons.join(" ")
}
