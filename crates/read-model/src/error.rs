//! How asking Postgres fails.

/// What was being asked when Postgres failed.
#[derive(Debug, thiserror::Error)]
#[error("could not {doing}")]
pub struct Error {
    pub doing: &'static str,
    pub source: sqlx::Error,
}

/// For `map_err`: says what was being done.
pub(crate) fn doing(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
    move |source| Error { doing, source }
}
