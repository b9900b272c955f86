//! What ends up in `errors[]`: what a person cannot fix by another input, or what they should not have sent.
//!
//! Refusals of the domain are not here: they are data, see `graph::refused`.

use domain::Position;
use std::fmt::Display;

/// `extensions.code` and message of an entry in `errors[]`.
///
/// It implements no `Display`, so that it is never taken for one of the errors whose text may not be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// No token, or one that proves nothing.
    Unauthenticated(String),
    /// Another input would not help: the caller may not do this.
    Forbidden(String),
    /// The request itself makes no sense, such as a cursor that is none.
    BadUserInput(String),
    /// The client hoped that its query is kept here, and sends it now.
    PersistedQuery,
    /// Try again in a moment.
    Busy(String),
    /// Logged where it was met; nothing of it is shown.
    Internal,
}

impl Error {
    /// Logs what failed while `doing`, once, and says nothing of it to the caller.
    pub fn internal(doing: &str, error: &(impl Display + ?Sized)) -> Self {
        tracing::error!(%error, "Failed to {doing}");
        Self::Internal
    }

    /// Repeating the command under its key is right, sending it anew is wrong.
    pub(crate) fn not_shown(position: Position) -> Self {
        Self::Busy(format!(
            "The command was carried out, at position {position}, but what it made cannot be shown yet. Do not send it \
             anew: repeat it under its idempotency key, or ask for the position in a moment."
        ))
    }

    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::BadUserInput(message.into())
    }

    /// As in `extensions.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::Forbidden(_) => "FORBIDDEN",
            Self::BadUserInput(_) => "BAD_USER_INPUT",
            // As Apollo's clients know it.
            Self::PersistedQuery => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::Busy(_) => "BUSY",
            Self::Internal => "INTERNAL",
        }
    }

    pub fn message(&self) -> &str {
        match self {
            Self::Unauthenticated(message)
            | Self::Forbidden(message)
            | Self::BadUserInput(message)
            | Self::Busy(message) => message,
            Self::PersistedQuery => {
                "Queries that clients send are not kept here: send `query`, or the `documentId` of a trusted document."
            }
            Self::Internal => "Something went wrong on our side. The request's id finds it in the log.",
        }
    }
}

impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        let mut answer = Self::new(error.message());
        answer.extensions.get_or_insert_default().set("code", error.code());
        answer
    }
}

impl From<read_model::Error> for Error {
    fn from(error: read_model::Error) -> Self {
        engine::Error::from(engine::StoreError::from(error)).into()
    }
}

impl From<read_model::InvalidRow> for Error {
    fn from(error: read_model::InvalidRow) -> Self {
        Self::internal("understand a row", &error)
    }
}

impl From<engine::Error> for Error {
    fn from(error: engine::Error) -> Self {
        match error {
            engine::Error::Forbidden(message) => Self::Forbidden(message),
            engine::Error::Busy(what) => Self::Busy(format!("Busy: {what}. Try again in a moment.")),
            engine::Error::Outdated => Self::Busy(
                "This node is of an older version than the log, and carries out no command until it is upgraded. Send \
                 it to another node."
                    .to_owned(),
            ),
            engine::Error::NotShown { position } => Self::not_shown(position),
            engine::Error::Store(ref store) => match store.passing() {
                Some(why) => {
                    // Once: what takes too long or is not there is for an operator to look at.
                    tracing::warn!("Could not carry out a request: {}", engine::chain(&error));
                    Self::Busy(format!("Busy: {why}. Try again in a moment."))
                }
                None => Self::internal("carry out a request", &engine::chain(&error)),
            },
            // Answered as data before anybody turns them into this.
            engine::Error::Refused(_) => Self::internal("carry out a request", &engine::chain(&error)),
        }
    }
}
