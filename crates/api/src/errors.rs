//! What ends up in `errors[]`: what a person cannot fix by another input, or what they should not have sent.
//!
//! Refusals of the domain are not here: they are data, see [`crate::refused`].

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

    /// Logs it once: what takes too long is for an operator to look at.
    fn took_too_long(error: &dyn std::error::Error) -> Self {
        tracing::warn!("Took too long: {}", chain(error));
        Self::Busy("The database took too long to answer. Try again in a moment, or ask for less.".to_owned())
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
        if error.took_too_long() {
            return Self::took_too_long(&error);
        }
        Self::internal("read the read model", &chain(&error))
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
            engine::Error::NotShown { position } => Self::Busy(format!(
                "The command was carried out, at position {position}, but what it made cannot be shown yet. Do not send it \
                 anew: repeat it under its idempotency key, or ask for the position in a moment."
            )),
            engine::Error::Store(error) if error.took_too_long() => Self::took_too_long(&error),
            // Refusals are answered as data before anybody turns them into this.
            engine::Error::Refused(_) | engine::Error::Store(_) => {
                Self::internal("carry out a request", &chain(&error))
            }
        }
    }
}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        line.push_str(": ");
        line.push_str(&source.to_string());
        cause = source.source();
    }
    line
}
