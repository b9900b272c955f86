//! Dependencies between tasks: of four kinds, with lag or lead, and how people write them: `T03`, `T03FS+2h`,
//! `T04SS-30m`.
//!
//! Whether a dependency closes a cycle is a rule of drafting; when a task may start by it is computed in
//! [`crate::schedule`].

use crate::{InvalidSpan, Parse, RefusalCode, Span, TaskCode, code::MAX_LENGTH};
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

/// What a task waits for. There is at most one between two tasks, so that taking a dependency off names it by
/// its predecessor alone.
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

/// A kind is written with its lag, be there none (`T03SS+0h`): without it the text would be a code.
impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { predecessor, kind, lag } = self;
        if self.is_plain() {
            return predecessor.fmt(f);
        }
        let sign = if *lag < Span::ZERO { '-' } else { '+' };
        write!(f, "{predecessor}{}{sign}", kind.abbreviation())?;
        let total = lag.as_seconds().unsigned_abs();
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

/// How a dependency is written, for those who wrote it otherwise.
pub(super) const NOTATION: &str = "Write the code of a task, as in T03, or behind it FS, SS, FF or SF with a lag or a \
                                   lead, as in T03FS+2h, T04SS-30m or T05FF+0h";

/// The text is neither the code of a task nor a dependency of another kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a dependency. {NOTATION}")]
pub struct InvalidDependency(pub String);

/// A text that may be a code is that code: no plan is needed to read one, and no task's name is taken for
/// something else. So `T03SS` and `T04SS-PT30M` are tasks. What no code has, a `+` or a small letter, makes
/// it notation.
impl FromStr for Dependency {
    type Err = InvalidDependency;

    fn from_str(text: &str) -> Result<Self, InvalidDependency> {
        if let Ok(code) = text.parse() {
            return Ok(Self::plain(code));
        }
        // Codes have hyphens, and so may durations.
        let mut signs = text.char_indices().filter(|(_, sign)| matches!(sign, '+' | '-'));
        let read = signs.find_map(|(at, sign)| {
            let (code, kind) = split_kind(&text[..at])?;
            let lag = magnitude(&text[at + 1..]).ok()?;
            let lag = if sign == '-' { Span::ZERO - lag } else { lag };
            Some(Self { predecessor: code.parse().ok()?, kind, lag })
        });
        // Quoting an over-long text in full would let one bad request fill the log.
        read.ok_or_else(|| InvalidDependency(text.chars().take(2 * MAX_LENGTH).collect()))
    }
}

impl Parse for Dependency {
    const CODE: RefusalCode = RefusalCode::InvalidCode;
}

fn split_kind(text: &str) -> Option<(&str, DependencyKind)> {
    DependencyKind::iter().find_map(|kind| Some((text.strip_suffix(kind.abbreviation())?, kind)))
}

/// Whether somebody may have meant more by it than a code: `T03SS`, `T03FS-2`.
pub(super) fn resembles_notation(code: &TaskCode) -> bool {
    let code = code.as_str();
    let hyphens = code.match_indices('-').map(|(at, _)| at);
    hyphens
        .chain([code.len()])
        .any(|end| split_kind(&code[..end]).is_some_and(|(before, _)| !before.is_empty()))
}

/// A duration without its sign: as ISO 8601 has it, or in short as `1d2h`.
fn magnitude(text: &str) -> Result<Span, InvalidSpan> {
    if text.starts_with('P') { text.parse() } else { Span::from_short(text) }
}

/// How commands and contents write a dependency: the code alone where it is plain, as when there were no
/// others, else the object. Approvals bind the hash of a content, and a repeated request is known by the hash
/// of its command; both must stay what they were.
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
            ("T03FS+0h", dependency("T03", FinishToStart, 0)),
            ("T03FF+0h", dependency("T03", FinishToFinish, 0)),
            ("T03FS+2h", dependency("T03", FinishToStart, 7_200)),
            ("T04SS-30m", dependency("T04", StartToStart, -1_800)),
            ("T04SF+1d2h", dependency("T04", StartToFinish, 93_600)),
            ("T04SS+PT30M", dependency("T04", StartToStart, 1_800)),
            ("T04SS+P1DT2H", dependency("T04", StartToStart, 93_600)),
            ("NO-GO-1FF-1d30m15s", dependency("NO-GO-1", FinishToFinish, -88_215)),
            ("COMPASS+2h", dependency("COMPA", StartToStart, 7_200)),
            ("COMPASSSS+0h", dependency("COMPASS", StartToStart, 0)),
            ("T03SSSS+0h", dependency("T03SS", StartToStart, 0)),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_may_be_a_code_is_one_whatever_it_ends_in() {
        for code in ["COMPASS", "STAFF", "SS", "T03SS", "T03-FS", "T03FS-2", "T04SS-30M", "T04SS-PT30M"] {
            let plain = Dependency::plain(code.parse().unwrap());
            assert_eq!(read(code), plain);
            assert_eq!(plain.to_string(), code);
        }
    }

    #[test]
    fn a_code_that_may_have_been_meant_for_more_is_known() {
        for (code, wanted) in [
            ("T03SS", true),
            ("T03FS-2", true),
            ("T04SS-PT30M", true),
            ("NO-GO-1FF-1", true),
            ("COMPASS", true),
            ("T03", false),
            ("SS", false),
            ("SS-2", false),
            ("NO-GO-1", false),
        ] {
            assert_eq!(resembles_notation(&code.parse().unwrap()), wanted, "{code}");
        }
    }

    #[test]
    fn what_is_no_dependency_is_refused_with_examples() {
        for text in [
            "",
            "t03",
            "T03FS+",
            "T03FS+2",
            "T99SS+2x",
            "T99SS-2x",
            "T03FS+2h1d",
            "T03FS+-2h",
            "T03FS++2h",
            "T03+2h",
            "T03XX+2h",
            "t03FS+2h",
            "+2h",
            "SS+2h",
            "T03FS+999999999h",
        ] {
            let said = text.parse::<Dependency>().unwrap_err().to_string();
            assert_eq!(
                said,
                format!(
                    "`{text}` is not a dependency. Write the code of a task, as in T03, or behind it FS, SS, FF or SF \
                     with a lag or a lead, as in T03FS+2h, T04SS-30m or T05FF+0h"
                )
            );
        }
    }

    #[test]
    fn commands_and_contents_have_a_plain_dependency_as_its_code() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Waiting(#[serde(with = "brief")] Dependency);
        for (text, wanted) in [
            ("T03", r#""T03""#),
            ("T03SS", r#""T03SS""#),
            ("T03SS-30m", r#"{"predecessor":"T03","kind":"START_TO_START","lag":"-PT30M"}"#),
        ] {
            let waiting = Waiting(read(text));
            assert_eq!(serde_json::to_string(&waiting).unwrap(), wanted);
            assert_eq!(serde_json::from_str::<Waiting>(wanted).unwrap(), waiting);
        }
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
