//! Scalars: what GraphQL has no type for, each with the standard that defines it. Their descriptions in the
//! schema are those of the `impl`s.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike, FixedOffset, SecondsFormat, TimeDelta, Utc};
use domain::{Span, TimeZone, instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position(pub domain::Position);

/// A place in the log, counted from 1 without gaps; 0 is before the first event. A 64-bit integer, written as a
/// string of digits because JSON's numbers do not hold it.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc7493#section-2.2")]
impl ScalarType for Position {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        // `parse` alone would take `+7`, which is another spelling of the same, and `-7`, which is no place.
        match text.parse() {
            Ok(position) if !text.starts_with(['+', '-']) => Ok(Self(domain::Position(position))),
            _ => Err(InputValueError::custom("A position is a string of digits, such as \"42\".")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<FixedOffset>);

/// An instant as RFC 3339 has it. Answers are in UTC (`Z`), or with the offset of the `zone` that a field was asked for;
/// inputs carry their offset, such as `+06:30`. In whole microseconds, as the log stores it: what is finer is cut off, and
/// a second 60 is refused.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        instant::parse(text)
            .map(Self)
            .map_err(|fault| InputValueError::custom(format!("`{}`: {fault}.", brief(text))))
    }

    fn to_value(&self) -> Value {
        // What older builds took may be finer, or have a second 60, which clients cannot read.
        Value::String(instant::stored(self.0).to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(at: chrono::DateTime<Utc>) -> Self {
        Self(at.fixed_offset())
    }
}

/// In UTC, whatever the offset that its reporter used.
impl From<domain::Instant> for DateTime {
    fn from(at: domain::Instant) -> Self {
        at.to_utc().into()
    }
}

impl DateTime {
    /// `None` without a start, or beyond what calendars hold.
    pub(crate) fn after(start: Option<chrono::DateTime<Utc>>, offset: TimeDelta) -> Option<Self> {
        start?.checked_add_signed(offset).map(Self::from)
    }

    /// The same instant on the clocks of the zone; on those of UTC where there it is no year that RFC 3339
    /// writes.
    pub(crate) fn local(self, zone: Option<&TimeZone>) -> Self {
        let local = zone.map(|zone| zone.local(self.0.to_utc()));
        local.filter(|at| instant::YEARS.contains(&at.year())).map_or(self, Self)
    }
}

/// As much of a text as a message quotes.
fn brief(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Holds the text as sent: what is no duration is refused with its field, like any other input that people
/// type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duration(pub String);

/// A signed ISO 8601 duration of whole weeks, days, hours, minutes or seconds, such as `PT72H` or `-PT30M`, within 100
/// years. Answers count in hours at most, as operation orders do.
#[Scalar(specified_by_url = "https://www.iso.org/standard/70907.html")]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Duration {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        Self(span.to_string())
    }
}

/// Holds the text as sent: what is no number is refused with its field, like any other input that people type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(pub String);

/// An exact decimal number as text, such as `2000000.00` or `0.0018`: digits, with a point before decimals, because JSON's
/// numbers are not exact everywhere. At most 12 decimals.
#[Scalar(specified_by_url = "https://www.w3.org/TR/xmlschema11-2/#decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Json(pub serde_json::Value);

/// A JSON value of any kind.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        // Whatever JSON holds, a GraphQL value does.
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sha256(pub domain::Sha256);

/// A SHA-256 digest: 64 hexadecimal digits, lower case in answers.
#[Scalar(specified_by_url = "https://csrc.nist.gov/pubs/fips/180-4/upd1/final")]
impl ScalarType for Sha256 {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        text.parse().map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: ScalarType>(text: &str) -> Option<Value> {
        T::parse(Value::from(text)).ok().map(|scalar| scalar.to_value())
    }

    #[test]
    fn positions_are_strings_of_digits() {
        assert_eq!(read::<Position>("9007199254740993"), Some(Value::from("9007199254740993")));
        for bad in ["", "+7", "-7", "7.0", "seven", "9223372036854775808"] {
            assert_eq!(read::<Position>(bad), None, "{bad}");
        }
        assert!(Position::parse(Value::from(7)).is_err());
    }

    #[test]
    fn instants_carry_an_offset_and_are_answered_in_utc_or_in_the_zone_asked_for() {
        let DateTime(reported) = DateTime::parse(Value::from("2023-09-15T10:30:00+06:30")).unwrap();
        let answered = DateTime::from(reported);
        assert_eq!(answered.to_value(), Value::from("2023-09-15T04:00:00Z"));
        let local = |zone: &str| answered.local(Some(&zone.parse().unwrap())).to_value();
        assert_eq!(local("Asia/Yangon"), Value::from("2023-09-15T10:30:00+06:30"));
        assert_eq!(local("Asia/Shanghai"), Value::from("2023-09-15T12:00:00+08:00"));
        assert_eq!(local("Africa/Abidjan"), Value::from("2023-09-15T04:00:00Z"));
        let last = DateTime::parse(Value::from("9999-12-31T23:00:00Z")).unwrap();
        assert_eq!(last.local(Some(&"Asia/Bangkok".parse().unwrap())), last);

        assert_eq!(read::<DateTime>("2023-09-15T10:30:00"), None);
        assert_eq!(read::<DateTime>("2023-09-15"), None);
        assert_eq!(read::<DateTime>("2023-09-15T10:30:60Z"), None);
        let finer = read::<DateTime>("2023-09-15T10:30:00.123456789Z");
        assert_eq!(finer, Some(Value::from("2023-09-15T10:30:00.123456Z")));
        // As older builds have stored it.
        let leap = DateTime("2023-09-15T10:30:60Z".parse().unwrap());
        assert_eq!(leap.to_value(), Value::from("2023-09-15T10:31:00Z"));
        // Years that Postgres or RFC 3339 do not write again.
        for bad in ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00"] {
            assert_eq!(read::<DateTime>(bad), None, "{bad}");
        }
    }

    #[test]
    fn digests_have_64_digits() {
        let digest = "ab".repeat(32);
        assert_eq!(read::<Sha256>(&digest), Some(Value::from(digest)));
        assert_eq!(read::<Sha256>("ab"), None);
    }
}
