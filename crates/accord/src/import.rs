//! TEMPORARY: stands in for the import until its branch is merged.

use chrono::{DateTime, FixedOffset};

#[derive(Debug)]
pub struct Summary {
    pub commands: usize,
    pub position: domain::Position,
    pub left_for_later: Vec<String>,
    pub stopped_at: DateTime<FixedOffset>,
}

#[derive(Debug)]
pub struct ImportError;
impl std::fmt::Display for ImportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the import is not there yet")
    }
}
impl std::error::Error for ImportError {}

#[expect(clippy::unused_async, reason = "the real one waits")]
pub async fn run(
    _pool: &sqlx::PgPool,
    _scenario: &crate::scenario::Scenario,
    _until: Option<DateTime<FixedOffset>>,
    _entropy: engine::Entropy,
    _progress: impl FnMut(usize, usize),
) -> Result<Summary, ImportError> {
    Err(ImportError)
}
