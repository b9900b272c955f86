//! Why something was not done, and whether it may go better in a moment.

use domain::{Position, Refusal, codec::DecodeError, ids::CommandId};
use event_log::AppendError;
use std::sync::Arc;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Every reason that applies; nothing was appended.
    #[error("the command was refused")]
    Refused(Vec<Refusal>),
    /// Another input would not help; nothing was appended.
    #[error("{0}")]
    Forbidden(String),
    /// Nothing was appended; try again in a moment.
    #[error("busy: {0}")]
    Busy(&'static str),
    /// The command was carried out, and what it made cannot be shown yet. Repeated under its key, it is
    /// answered once it can.
    #[error("the command was carried out at position {position}; what it made cannot be shown yet")]
    NotShown { position: Position },
    /// A newer build has written what this one cannot read, so it no longer decides anything. Nothing was
    /// appended.
    #[error("this node is of an older version than the log")]
    Outdated,
    /// Nothing was appended, unless the source says that this is unknown.
    #[error("the log or the read model failed")]
    Store(#[from] StoreError),
}

impl Error {
    /// `Busy` for what may well go better in a moment.
    pub(crate) fn or_busy(self) -> Self {
        match self {
            Self::Store(error) if error.outdated() => Self::Outdated,
            Self::Store(error) => match error.passing() {
                Some(reason) => Self::Busy(reason),
                None => Self::Store(error),
            },
            other @ (Self::Refused(_)
            | Self::Forbidden(_)
            | Self::Busy(_)
            | Self::NotShown { .. }
            | Self::Outdated) => other,
        }
    }
}

/// What failed below the rules.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("could not read the log")]
    Log(#[from] event_log::Error),
    #[error("could not append to the log")]
    Append(#[source] AppendError),
    #[error("could not learn whether a commit is in the log")]
    Fate(#[source] event_log::Error),
    #[error("could not use the read model")]
    ReadModel(#[from] read_model::Error),
    #[error("could not {doing}")]
    Database { doing: &'static str, source: sqlx::Error },
    #[error("could not read the event at position {position}")]
    Decode { position: Position, source: DecodeError },
    #[error("could not read the outcome of command {command_id}")]
    Outcome { command_id: CommandId, source: serde_json::Error },
    #[error("the log has no commit that holds position {position}")]
    NoCommit { position: Position },
    #[error("the log no longer holds what it held up to position {position}: Postgres has lost it")]
    Lost { position: Position },
    #[error(
        "the log has another hash at position {position} than this node built on: it was rewritten, and nothing is \
         written to it. Hold it against an anchor (`accord verify --anchor`), then start this process again"
    )]
    Rewritten { position: Position },
    #[error("subjects are still missing after they were loaded: {subjects}")]
    StillMissing { subjects: String },
    #[error(
        "the read model stands at {projected}, beyond the end of the log at {head}: run `accord rebuild`"
    )]
    ProjectedBeyondLog { projected: Position, head: Position },
    #[error("the task that writes has ended unexpectedly: whether the command was carried out is unknown")]
    WriterGone,
    #[error("{0}")]
    Shared(Arc<StoreError>),
}

impl StoreError {
    /// Why it may well go better in a moment, when it is certain that nothing was appended; `None` for all
    /// else.
    pub fn passing(&self) -> Option<&'static str> {
        let source = match self {
            Self::Log(event_log::Error::Database { source, .. })
            | Self::Append(AppendError::Database { source, .. })
            | Self::Database { source, .. } => source,
            Self::ReadModel(error) => &error.source,
            Self::Shared(error) => return error.passing(),
            // Whoever asks again, asks the log that is left.
            Self::Lost { .. } => return Some("the database has lost the newest commits"),
            // The fate is unknown, or it has nothing to do with the moment.
            Self::Log(_)
            | Self::Append(_)
            | Self::Fate(_)
            | Self::Decode { .. }
            | Self::Outcome { .. }
            | Self::NoCommit { .. }
            | Self::Rewritten { .. }
            | Self::StillMissing { .. }
            | Self::WriterGone
            | Self::ProjectedBeyondLog { .. } => return None,
        };
        match source {
            sqlx::Error::PoolTimedOut => Some("no connection to the database came free in time"),
            sqlx::Error::Io(_) => Some("the connection to the database was lost"),
            sqlx::Error::Database(error) => passing(&error.code()?),
            _ => None,
        }
    }

    /// Postgres does not take a value that it was given, and never will.
    pub(crate) fn is_about_data(&self) -> bool {
        self.database().is_some_and(event_log::is_about_data)
    }

    /// By which code Postgres said that it failed.
    pub(crate) fn database_code(&self) -> Option<String> {
        self.database()?.as_database_error()?.code().map(Into::into)
    }

    /// The constraint that a value broke.
    pub(crate) fn constraint(&self) -> Option<String> {
        self.database()?.as_database_error()?.constraint().map(str::to_owned)
    }

    /// What Postgres, or the way to it, said.
    fn database(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Log(event_log::Error::Database { source, .. })
            | Self::Fate(event_log::Error::Database { source, .. })
            | Self::Append(
                AppendError::Database { source, .. }
                | AppendError::Data { source, .. }
                | AppendError::Fate { source, .. },
            )
            | Self::Database { source, .. } => Some(source),
            Self::ReadModel(error) => Some(&error.source),
            Self::Shared(error) => error.database(),
            Self::Log(_)
            | Self::Append(_)
            | Self::Fate(_)
            | Self::Decode { .. }
            | Self::Outcome { .. }
            | Self::NoCommit { .. }
            | Self::Lost { .. }
            | Self::Rewritten { .. }
            | Self::StillMissing { .. }
            | Self::WriterGone
            | Self::ProjectedBeyondLog { .. } => None,
        }
    }

    /// A newer build has written to the log what this one cannot read: only an upgrade helps.
    pub fn outdated(&self) -> bool {
        match self {
            Self::Decode { source: DecodeError::Unknown { .. }, .. } => true,
            Self::Shared(error) => error.outdated(),
            Self::Decode { source: DecodeError::Shape { .. }, .. }
            | Self::Log(_)
            | Self::Append(_)
            | Self::Fate(_)
            | Self::ReadModel(_)
            | Self::Database { .. }
            | Self::Outcome { .. }
            | Self::NoCommit { .. }
            | Self::Lost { .. }
            | Self::Rewritten { .. }
            | Self::StillMissing { .. }
            | Self::WriterGone
            | Self::ProjectedBeyondLog { .. } => false,
        }
    }

    /// For `map_err`: says what was being done.
    pub(crate) fn when(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Database { doing, source }
    }
}

/// What Postgres says by a code that it may not say in a moment.
fn passing(code: &str) -> Option<&'static str> {
    match code {
        "57014" => Some("the database took too long to answer"),
        "53100" => Some("the database has no room left on its disk"),
        "53300" => Some("the database has no connection left"),
        code if code.starts_with("53") => Some("the database lacks resources"),
        "57P01" | "57P02" | "57P03" => Some("the database is starting or stopping"),
        // A standby, or a primary that is being taken out of service.
        "25006" => Some("the database takes no changes"),
        _ => None,
    }
}

/// An error and its sources on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_does_not_and_from_what_may_have_been_done() {
        for code in ["53100", "53200", "53300", "57014", "57P01", "57P03", "25006"] {
            assert!(passing(code).is_some(), "{code}");
        }
        for code in ["23505", "42501", "XX000"] {
            assert_eq!(passing(code), None, "{code}");
        }
        let lost = || sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
        let nothing = StoreError::Append(AppendError::Database { after: 1, source: lost() });
        assert!(StoreError::Shared(Arc::new(nothing)).passing().is_some());
        let perhaps = StoreError::Append(AppendError::Fate { after: 1, source: lost() });
        assert_eq!(StoreError::Shared(Arc::new(perhaps)).passing(), None);
    }
}
