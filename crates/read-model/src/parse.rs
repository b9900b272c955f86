//! Reading what a row holds as text.

use std::{fmt, str::FromStr};

/// A row holds a text that no fold can have written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a row of the read model holds `{text}`: {fault}")]
pub struct InvalidRow {
    text: String,
    fault: String,
}

/// Parses a row's text.
pub fn parse<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, InvalidRow> {
    text.parse().map_err(|fault: T::Err| InvalidRow { text: text.to_owned(), fault: fault.to_string() })
}
