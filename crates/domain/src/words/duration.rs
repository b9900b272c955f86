//! Spans of time as ISO 8601 durations: `PT72H`, `-PT288H`, `P1DT30M`.
//!
//! Whole seconds, signed: an offset from H-hour may be negative. No months or years, whose length varies.

use crate::refusal::{Parse, RefusalCode};
use chrono::TimeDelta;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, str::FromStr};

/// A signed number of whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

/// The text is no duration of days, hours, minutes and seconds within ±100 years.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 8601 duration of whole weeks, days, hours, minutes or seconds, such as PT72H or -PT30M")]
pub struct InvalidSpan;

impl Span {
    pub const ZERO: Self = Self(0);
    /// 100 years: beyond it a plan is a typing error.
    pub const MAX: Self = Self(100 * 366 * 86_400);

    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    pub const fn hours(hours: i64) -> Self {
        Self(hours.saturating_mul(3_600))
    }

    pub const fn as_seconds(self) -> i64 {
        self.0
    }

    pub fn as_delta(self) -> TimeDelta {
        TimeDelta::seconds(self.0.clamp(-Self::MAX.0, Self::MAX.0))
    }

    pub const fn is_within_bounds(self) -> bool {
        self.0 >= -Self::MAX.0 && self.0 <= Self::MAX.0
    }

    /// Without a sign, as planners note it: `2h`, `30m`, `1d2h`. A day is 24 hours, not a working day.
    pub fn from_short(text: &str) -> Result<Self, InvalidSpan> {
        let seconds = fields(text, &[('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)])?;
        let span = Self(seconds);
        if text.is_empty() || !span.is_within_bounds() { Err(InvalidSpan) } else { Ok(span) }
    }
}

impl std::ops::Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Span {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// Hours are the largest unit, as operation orders count: `PT288H`, not `P12D`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.unsigned_abs();
        let (hours, minutes, seconds) = (total / 3_600, total / 60 % 60, total % 60);
        f.write_str(if self.0 < 0 { "-PT" } else { "PT" })?;
        if hours > 0 || total == 0 {
            write!(f, "{hours}H")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}M")?;
        }
        if seconds > 0 {
            write!(f, "{seconds}S")?;
        }
        Ok(())
    }
}

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let rest = rest.strip_prefix('P').ok_or(InvalidSpan)?;
        let (date, time) = match rest.split_once('T') {
            Some((_, "")) => return Err(InvalidSpan),
            Some((date, time)) => (date, time),
            None => (rest, ""),
        };
        if date.is_empty() && time.is_empty() {
            return Err(InvalidSpan);
        }
        let seconds = fields(date, &[('W', 604_800), ('D', 86_400)])?
            .checked_add(fields(time, &[('H', 3_600), ('M', 60), ('S', 1)])?)
            .ok_or(InvalidSpan)?;
        let span = Self(sign * seconds);
        if span.is_within_bounds() { Ok(span) } else { Err(InvalidSpan) }
    }
}

/// Each unit at most once and in order, as the standard has it.
fn fields(mut text: &str, units: &[(char, i64)]) -> Result<i64, InvalidSpan> {
    let mut total: i64 = 0;
    for (unit, seconds) in units {
        let Some((number, rest)) = text.split_once(*unit) else { continue };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidSpan);
        }
        let number: i64 = number.parse().map_err(|_| InvalidSpan)?;
        total = number.checked_mul(*seconds).and_then(|part| total.checked_add(part)).ok_or(InvalidSpan)?;
        text = rest;
    }
    if text.is_empty() { Ok(total) } else { Err(InvalidSpan) }
}

impl Parse for Span {
    const CODE: RefusalCode = RefusalCode::InvalidDuration;
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A signed ISO 8601 duration of whole seconds, within 100 years; hours are its largest unit, \
                            as operation orders count: `PT288H`, `-PT30M`.",
            "pattern": "^-?PT([0-9]+H)?([0-9]+M)?([0-9]+S)?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_as_iso_8601_has_them() {
        let seconds = |text: &str| text.parse::<Span>().map(Span::as_seconds);
        assert_eq!(seconds("PT72H"), Ok(259_200));
        assert_eq!(seconds("-PT288H"), Ok(-1_036_800));
        assert_eq!(seconds("P1DT30M"), Ok(88_200));
        assert_eq!(seconds("P2W"), Ok(1_209_600));
        for bad in ["", "P", "PT", "P1DT", "72H", "PT1.5H", "P1M", "PT1M1H", "PT-1H", "P1Y", "PT9999999999H"]
        {
            assert_eq!(seconds(bad), Err(InvalidSpan), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_span_survives_being_written_and_read(seconds in -Span::MAX.0..=Span::MAX.0) {
            prop_assert_eq!(Span(seconds).to_string().parse::<Span>(), Ok(Span(seconds)));
        }
    }
}
