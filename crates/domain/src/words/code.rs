//! Codes: the names that people type (`SAPHAN`, `T16`, `THA-02`), one type for each kind.
//!
//! A code never changes and is unique in its scope, so ids are computed from it (see [`crate::ids`]).

use crate::refusal::{Parse, RefusalCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Longest code, in characters.
pub const MAX_LENGTH: usize = 32;

/// The text is no code: 1 to 32 of `A-Z 0-9 _ -`, starting with a letter or a digit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a code: 1 to {MAX_LENGTH} capital letters, digits, `_` or `-`, starting with a letter or digit"
)]
pub struct InvalidCode(pub String);

fn check(raw: &str) -> Result<(), InvalidCode> {
    let inner = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    let fine = raw.len() <= MAX_LENGTH
        && raw.bytes().next().is_some_and(|first| first.is_ascii_uppercase() || first.is_ascii_digit())
        && raw.bytes().all(inner);
    // Quoting an over-long text in full would let one bad request fill the log.
    if fine { Ok(()) } else { Err(InvalidCode(raw.chars().take(MAX_LENGTH + 1).collect())) }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[schemars(extend("pattern" = "^[A-Z0-9][A-Z0-9_-]{0,31}$"))]
        pub struct $name(String);

        impl $name {
            /// Fails with [`InvalidCode`] when `raw` breaks the rule for codes.
            pub fn new(raw: &str) -> Result<Self, InvalidCode> {
                check(raw).map(|()| Self(raw.to_owned()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidCode;

            fn from_str(raw: &str) -> Result<Self, InvalidCode> {
                Self::new(raw)
            }
        }

        impl Parse for $name {
            const CODE: RefusalCode = RefusalCode::InvalidCode;
        }
    )*};
}

codes! {
    /// A partner, such as `THA`.
    PartnerCode;
    /// A coordination centre, such as `CMCC`.
    CentreCode;
    /// A post, such as `THA-02`: its partner's code, a hyphen, and the rest.
    PostCode;
    /// An operation, such as `SAPHAN`.
    OperationCode;
    /// A task within an operation, such as `T16`; the same code is the same task in every plan version.
    TaskCode;
    /// A phase of an operation, such as `P3`.
    PhaseCode;
    /// An annex of a plan, such as `B`.
    AnnexCode;
    /// A condition attached to an approval, such as `C1`; unique within the approval.
    ConditionCode;
    /// Anything else that a plan or a centre numbers: lines of effort, objectives, risks, site options.
    Code;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_short_capitals_digits_hyphens_and_underscores() {
        for good in ["A", "T01", "THA-02", "CHIANG_MAI", "0"] {
            assert!(Code::new(good).is_ok(), "{good}");
        }
        for bad in ["", "tha", "-A", "_A", "A B", "Ä", "A\n", &"A".repeat(33)] {
            assert!(Code::new(bad).is_err(), "{bad:?}");
        }
    }
}
