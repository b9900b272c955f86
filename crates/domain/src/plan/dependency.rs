//! Dependencies between tasks: of four kinds, with lag or lead, and how people write them: `T03`, `T03FS+2h`, `T04SS-30m`.
//!
//! Whether a dependency closes a cycle is a rule of drafting; when a task may start by it is computed in
//! [`crate::schedule`].

use crate::{
    InvalidSpan, Parse, RefusalCode, Span, TaskCode,
    code::{InvalidCode, MAX_LENGTH},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use strum::IntoEnumIterator;

/// Which end of a task waits for which end of its predecessor.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::EnumIter,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DependencyKind {
    /// The task starts when the predecessor has finished.
    #[default]
    FinishToStart,
    /// The task starts when the predecessor has started.
    StartToStart,
    /// The task finishes when the predecessor has finished.
    FinishToFinish,
    /// The task finishes when the predecessor has started.
    StartToFinish,
}

impl DependencyKind {
    /// As schedules are marked with it.
    pub fn abbreviation(self) -> &'static str {
        match self {
            Self::FinishToStart => "FS",
            Self::StartToStart => "SS",
            Self::FinishToFinish => "FF",
            Self::StartToFinish => "SF",
        }
    }
}

/// What a task waits for. There is at most one between two tasks, so that taking a dependency off names it by its
/// predecessor alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Dependency {
    /// The task that is waited for.
    pub predecessor: TaskCode,
    /// Which end waits for which.
    pub kind: DependencyKind,
    /// What lies between the two ends at least; negative when they may overlap by that much (a lead).
    pub lag: Span,
}

impl Dependency {
    /// The task starts when the predecessor has finished: what most dependencies are.
    pub fn plain(predecessor: TaskCode) -> Self {
        Self { predecessor, kind: DependencyKind::FinishToStart, lag: Span::ZERO }
    }

    pub fn is_plain(&self) -> bool {
        self.kind == DependencyKind::FinishToStart && self.lag == Span::ZERO
    }
}

/// A kind without lag is written only behind a digit, and a plain dependency in full where its code alone would be read
/// as something else.
impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { predecessor, kind, lag } = self;
        if self.is_plain() && split(predecessor.as_str()).is_none() {
            return predecessor.fmt(f);
        }
        write!(f, "{predecessor}{}", kind.abbreviation())?;
        let bare = !self.is_plain() && ends_in_digit(predecessor.as_str());
        if *lag == Span::ZERO && bare {
            return Ok(());
        }
        let total = lag.as_seconds().unsigned_abs();
        f.write_str(if *lag < Span::ZERO { "-" } else { "+" })?;
        let mut written = false;
        for (count, unit) in [(total / 3_600, 'h'), (total / 60 % 60, 'm'), (total % 60, 's')] {
            if count > 0 {
                write!(f, "{count}{unit}")?;
                written = true;
            }
        }
        f.write_str(if written { "" } else { "0h" })
    }
}

/// The text is no dependency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDependency {
    #[error(transparent)]
    Code(#[from] InvalidCode),
    #[error(
        "`{0}` is not a dependency: the code of a task, then FS, SS, FF or SF, then a lag or lead if there is one, as in \
         T03, T03FF, T03FS+2h or T04SS-1d30m"
    )]
    Notation(String),
}

/// A code that ends like a kind stays a code (`COMPASS`), unless a lag follows or a digit goes before: `COMPASS+2h` waits
/// for `COMPA`, and `T03SS` for `T03`.
impl FromStr for Dependency {
    type Err = InvalidDependency;

    fn from_str(text: &str) -> Result<Self, InvalidDependency> {
        if let Some((code, kind, lag)) = split(text) {
            return Ok(Self { predecessor: code.parse()?, kind, lag });
        }
        if text.contains('+') {
            // Quoting an over-long text in full would let one bad request fill the log.
            return Err(InvalidDependency::Notation(text.chars().take(2 * MAX_LENGTH).collect()));
        }
        Ok(Self::plain(text.parse()?))
    }
}

impl Parse for Dependency {
    const CODE: RefusalCode = RefusalCode::InvalidCode;
}

/// Code, kind and lag of a text that has all three, or no lag behind a code that ends in a digit.
fn split(text: &str) -> Option<(&str, DependencyKind, Span)> {
    if let Some((code, kind)) = split_kind(text).filter(|(code, _)| ends_in_digit(code)) {
        return Some((code, kind, Span::ZERO));
    }
    // Codes have hyphens, and so may durations.
    text.char_indices().filter(|(_, sign)| matches!(sign, '+' | '-')).find_map(|(at, sign)| {
        let (code, kind) = split_kind(&text[..at])?;
        let lag = magnitude(&text[at + 1..]).ok()?;
        Some((code, kind, if sign == '-' { Span::ZERO - lag } else { lag }))
    })
}

fn split_kind(text: &str) -> Option<(&str, DependencyKind)> {
    let kind = |kind: DependencyKind| Some((text.strip_suffix(kind.abbreviation())?, kind));
    DependencyKind::iter().find_map(kind).filter(|(code, _)| !code.is_empty())
}

fn ends_in_digit(code: &str) -> bool {
    code.ends_with(|last: char| last.is_ascii_digit())
}

/// A duration without its sign: as ISO 8601 has it, or in short as `1d2h`.
fn magnitude(text: &str) -> Result<Span, InvalidSpan> {
    if text.starts_with('P') { text.parse() } else { Span::from_short(text) }
}

/// How commands and contents write a dependency: the code alone where it is plain, as when there were no others, else
/// the object. Approvals bind the hash of a content, and a repeated request is known by the hash of its command; both
/// must stay what they were. The notation would not do: `T03SS` may be a code.
pub(super) mod brief {
    use super::{Dependency, DependencyKind, Span, TaskCode};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::{borrow::Cow, collections::BTreeSet};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Brief<'a> {
        Plain(Cow<'a, TaskCode>),
        Full { predecessor: Cow<'a, TaskCode>, kind: DependencyKind, lag: Span },
    }

    impl<'a> From<&'a Dependency> for Brief<'a> {
        fn from(dependency: &'a Dependency) -> Self {
            let predecessor = Cow::Borrowed(&dependency.predecessor);
            if dependency.is_plain() {
                Self::Plain(predecessor)
            } else {
                Self::Full { predecessor, kind: dependency.kind, lag: dependency.lag }
            }
        }
    }

    impl From<Brief<'_>> for Dependency {
        fn from(brief: Brief<'_>) -> Self {
            match brief {
                Brief::Plain(predecessor) => Self::plain(predecessor.into_owned()),
                Brief::Full { predecessor, kind, lag } => {
                    Self { predecessor: predecessor.into_owned(), kind, lag }
                }
            }
        }
    }

    pub fn serialize<S: Serializer>(dependency: &Dependency, serializer: S) -> Result<S::Ok, S::Error> {
        Brief::from(dependency).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Dependency, D::Error> {
        Brief::deserialize(deserializer).map(Dependency::from)
    }

    /// The same for all of a task's.
    pub mod set {
        use super::{BTreeSet, Brief, Dependency, Deserialize, Deserializer, Serializer};

        pub fn serialize<S: Serializer>(
            set: &BTreeSet<Dependency>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(set.iter().map(Brief::from))
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<BTreeSet<Dependency>, D::Error> {
            Ok(Vec::<Brief>::deserialize(deserializer)?.into_iter().map(Dependency::from).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Dependency {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn dependency(predecessor: &str, kind: DependencyKind, seconds: i64) -> Dependency {
        Dependency { predecessor: predecessor.parse().unwrap(), kind, lag: Span::seconds(seconds) }
    }

    #[test]
    fn a_dependency_is_read_as_planners_write_it() {
        use DependencyKind::{FinishToFinish, FinishToStart, StartToFinish, StartToStart};
        for (text, wanted) in [
            ("T03", dependency("T03", FinishToStart, 0)),
            ("T03FS", dependency("T03", FinishToStart, 0)),
            ("T03FF", dependency("T03", FinishToFinish, 0)),
            ("T03FS+2h", dependency("T03", FinishToStart, 7_200)),
            ("T04SS-30m", dependency("T04", StartToStart, -1_800)),
            ("T04SF+1d2h", dependency("T04", StartToFinish, 93_600)),
            ("T04SS-PT30M", dependency("T04", StartToStart, -1_800)),
            ("T04SS+P1DT2H", dependency("T04", StartToStart, 93_600)),
            ("NO-GO-1FF-1d30m15s", dependency("NO-GO-1", FinishToFinish, -88_215)),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_code_that_ends_like_a_kind_stays_a_code_until_a_lag_follows() {
        for code in ["COMPASS", "STAFF", "SS", "T03-FS", "T04SS-30M", "PASS-2"] {
            assert_eq!(read(code), Dependency::plain(code.parse().unwrap()));
        }
        assert_eq!(read("COMPASS+2h"), dependency("COMPA", DependencyKind::StartToStart, 7_200));
        assert_eq!(read("COMPASSSS+0h"), dependency("COMPASS", DependencyKind::StartToStart, 0));
        // A code that the notation takes for its own is named in full.
        let awkward = Dependency::plain("T03SS".parse().unwrap());
        assert_eq!(awkward.to_string(), "T03SSFS+0h");
        assert_eq!(read("T03SSFS+0h"), awkward);
    }

    #[test]
    fn what_is_no_dependency_is_refused_with_an_example() {
        for text in
            ["", "t03", "T03FS+", "T03FS+2", "T03FS+2h1d", "T03FS+-2h", "T03FS++2h", "T03+2h", "+2h", "SS+2h"]
        {
            assert!(text.parse::<Dependency>().is_err(), "{text}");
        }
        let said = "T03XX+2h".parse::<Dependency>().unwrap_err().to_string();
        assert!(said.contains("T03FS+2h"), "{said}");
    }

    #[test]
    fn commands_and_contents_have_a_plain_dependency_as_its_code() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Waiting(#[serde(with = "brief")] Dependency);
        for (text, wanted) in [
            ("T03", r#""T03""#),
            ("T03SS-30m", r#"{"predecessor":"T03","kind":"START_TO_START","lag":"-PT30M"}"#),
        ] {
            let waiting = Waiting(read(text));
            assert_eq!(serde_json::to_string(&waiting).unwrap(), wanted);
            assert_eq!(serde_json::from_str::<Waiting>(wanted).unwrap(), waiting);
        }
        // A string is a code as it stands, whatever the notation makes of it.
        let code = serde_json::from_str::<Waiting>(r#""T03SS""#).unwrap();
        assert_eq!(code, Waiting(Dependency::plain("T03SS".parse().unwrap())));
    }

    fn dependencies() -> impl Strategy<Value = Dependency> {
        let codes = prop_oneof![
            "[A-Z0-9][A-Z0-9_-]{0,31}",
            "[A-Z0-9]{1,3}(FS|SS|FF|SF)",
            "[A-Z0-9]{1,9}(FS|SS)-P[0-9]D"
        ];
        let kinds = prop::sample::select(DependencyKind::iter().collect::<Vec<_>>());
        let lags =
            prop_oneof![Just(0), -200_000..200_000_i64, -Span::MAX.as_seconds()..=Span::MAX.as_seconds()];
        (codes, kinds, lags).prop_map(|(code, kind, lag)| dependency(&code, kind, lag))
    }

    proptest! {
        #[test]
        fn a_dependency_survives_being_written_and_read(written in dependencies()) {
            prop_assert_eq!(read(&written.to_string()), written);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[A-Z0-9FS+-]{0,12}[0-9PTDHdhms+-]{0,9}|.*") {
            if let Ok(dependency) = text.parse::<Dependency>() {
                prop_assert_eq!(read(&dependency.to_string()), dependency);
            }
        }
    }
}
