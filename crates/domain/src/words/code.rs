//! Codes: the names that people type (`SAPHAN`, `T16`, `THA-02`), one type for each kind.
//!
//! A code never changes and is unique in its scope, so ids are computed from it (see [`crate::ids`]). Here
//! are those that several subjects speak of; one that only its subject does stands in its folder.

/// Longest code, in characters.
pub const MAX_LENGTH: usize = 32;

/// The text is no code: 1 to 32 of `A-Z 0-9 _ -`, starting with a letter or a digit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a code: 1 to {MAX_LENGTH} capital letters, digits, `_` or `-`, starting with a letter or digit"
)]
pub struct InvalidCode(pub String);

pub(crate) fn check(raw: &str) -> Result<(), InvalidCode> {
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
        #[derive(
            Debug,
            Clone,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            serde::Serialize,
            serde::Deserialize,
            schemars::JsonSchema,
        )]
        #[schemars(extend("pattern" = "^[A-Z0-9][A-Z0-9_-]{0,31}$"))]
        pub struct $name(String);

        impl $name {
            /// Fails with [`InvalidCode`](crate::code::InvalidCode) when `raw` breaks the rule for codes.
            pub fn new(raw: &str) -> Result<Self, $crate::code::InvalidCode> {
                $crate::code::check(raw).map(|()| Self(raw.to_owned()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::code::InvalidCode;

            fn from_str(raw: &str) -> Result<Self, Self::Err> {
                Self::new(raw)
            }
        }

        impl $crate::Parse for $name {
            const CODE: $crate::RefusalCode = $crate::RefusalCode::InvalidCode;
        }
    )*};
}

pub(crate) use codes;

codes! {
    /// A partner, such as `THA`.
    PartnerCode;
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
    /// An incident of an operation, such as `INC-001`.
    IncidentCode;
    /// A request from one partner to another in an operation, such as `RFA-001`.
    RequestCode;
    /// A contribution to an operation, such as `K1`.
    ContributionCode;
    /// A SITREP of an operation, such as `SITREP-03`, or a correction of one, such as `SITREP-03-C1`.
    SitrepCode;
    /// What an operation came to, such as `OUT-01`; unique in its operation.
    OutcomeCode;
    /// Anything else that a plan or a centre numbers: lines of effort, objectives, risks, site options.
    Code;
}

impl SitrepCode {
    /// Of the SITREP of that number, or of that correction of it.
    pub fn of(number: u32, correction: Option<u32>) -> Self {
        match correction {
            Some(correction) => Self(format!("SITREP-{number:02}-C{correction}")),
            None => Self(format!("SITREP-{number:02}")),
        }
    }
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
