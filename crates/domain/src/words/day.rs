//! Days of an operation, counted from H-hour: `D-12`, `D+0`.
//!
//! A day is 24 hours from H-hour on, in no calendar and no zone: it stays the same day when H-hour moves.

use crate::Span;
use std::fmt;

/// `D+0` begins at H-hour; `D-1` ends there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    const SECONDS: i64 = 86_400;

    /// The one that a moment lies in; the moment is an offset from H-hour.
    pub const fn of(offset: Span) -> Self {
        Self(offset.as_seconds().div_euclid(Self::SECONDS))
    }

    /// Its beginning, as an offset from H-hour.
    pub const fn start(self) -> Span {
        Span::seconds(self.0.saturating_mul(Self::SECONDS))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "D{:+}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_day_begins_at_the_hour_of_h_hour() {
        for (offset, day, start) in [
            (Span::ZERO, "D+0", 0),
            (Span::seconds(86_399), "D+0", 0),
            (Span::hours(24), "D+1", 24),
            (Span::seconds(-1), "D-1", -24),
            (Span::hours(-24), "D-1", -24),
            (Span::hours(-288), "D-12", -288),
            (Span::hours(-289), "D-13", -312),
        ] {
            assert_eq!(
                (Day::of(offset).to_string().as_str(), Day::of(offset).start()),
                (day, Span::hours(start))
            );
        }
    }

    proptest! {
        #[test]
        fn a_moment_lies_in_its_day(seconds in -Span::MAX.as_seconds()..=Span::MAX.as_seconds()) {
            let offset = Span::seconds(seconds);
            let into = offset - Day::of(offset).start();
            prop_assert!(Span::ZERO <= into && into < Span::hours(24));
        }
    }
}
