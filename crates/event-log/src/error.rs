//! What can go wrong besides an append. Absence is never an error here.

/// Why the log could not be read, verified, exported or connected to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("could not {doing}")]
    Database {
        /// A verb phrase: "read the head of the log".
        doing: &'static str,
        #[source]
        source: sqlx::Error,
    },
    /// Names the settings.
    #[error("this Postgres may lose what it has acknowledged, because these settings are off: {0}")]
    NotDurable(String),
    #[error("the payload of event {position} is not UTF-8 text, so it cannot be exported")]
    PayloadNotText { position: i64 },
}

impl Error {
    /// For `map_err`: says what was being done when Postgres failed.
    pub(crate) fn when(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Database { doing, source }
    }
}
