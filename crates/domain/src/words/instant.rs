//! Instants as they come in: exactly what the log can store, and near enough to be meant.

use crate::Instant;
use chrono::{DateTime, Datelike as _, Months, Utc};
use std::ops::RangeInclusive;

/// What RFC 3339, the log and its rows all write, with the offset and without it.
pub const YEARS: RangeInclusive<i32> = 1..=9_999;

/// Further from the log's clock than this, a time is a slip of the keyboard or of a program.
const FAR: Months = Months::new(50 * 12);

/// How far the years of the Buddhist era are ahead: calendars of Thailand, Laos, Cambodia and Myanmar.
const BUDDHIST_ERA: i32 = 543;

/// Why a text is no instant that the log can store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidInstant {
    #[error(
        "an instant of the years 1 to 9999 with its offset, such as 2023-10-10T06:00:00+07:00, is asked for"
    )]
    Form,
    #[error("the log has no second 60: send second 59, or second 00 of the next minute")]
    LeapSecond,
}

/// Reads RFC 3339, in whole microseconds: what is finer is cut off.
pub fn parse(text: &str) -> Result<Instant, InvalidInstant> {
    let at = DateTime::parse_from_rfc3339(text).map_err(|_| InvalidInstant::Form)?;
    if at.timestamp_subsec_nanos() >= 1_000_000_000 {
        return Err(InvalidInstant::LeapSecond);
    }
    let written = YEARS.contains(&at.year()) && YEARS.contains(&at.to_utc().year());
    if written { Ok(stored(at)) } else { Err(InvalidInstant::Form) }
}

/// The instant as the log stores it: in whole microseconds, and a leap second as the second after it.
#[must_use]
pub fn stored(at: Instant) -> Instant {
    DateTime::from_timestamp_micros(at.timestamp_micros()).map_or(at, |utc| utc.with_timezone(at.offset()))
}

/// Whether the instant is more than 50 years from the log's clock.
pub fn is_far(at: Instant, now: DateTime<Utc>) -> bool {
    let at = at.to_utc();
    now.checked_add_months(FAR).is_some_and(|last| at > last)
        || now.checked_sub_months(FAR).is_some_and(|first| at < first)
}

/// The year that was meant by one of the Buddhist era, where it is near `present`; else `None`.
pub fn year_meant(year: i32, present: i32) -> Option<i32> {
    let meant = year - BUDDHIST_ERA;
    let near = |year: i32| (year - present).abs() <= 50;
    (!near(year) && near(meant)).then_some(meant)
}

/// A sentence on the year that was meant, behind a space; empty where nobody can tell.
pub fn hint(year: i32, present: i32) -> String {
    year_meant(year, present).map_or_else(String::new, |meant| {
        format!(" {year} looks like a year of the Buddhist era: {meant} was probably meant.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_instant_has_an_offset_microseconds_and_no_second_60() {
        let read = |text: &str| parse(text).map(|at| at.to_rfc3339());
        assert_eq!(read("2023-10-10T06:00:00+07:00"), Ok("2023-10-10T06:00:00+07:00".to_owned()));
        assert_eq!(read("2023-10-10T06:00:00.1234567Z"), Ok("2023-10-10T06:00:00.123456+00:00".to_owned()));
        assert_eq!(read("1960-10-10T06:00:00.1234567Z"), Ok("1960-10-10T06:00:00.123456+00:00".to_owned()));
        for leap in ["2016-12-31T23:59:60Z", "2023-11-27T03:00:60Z", "2023-11-27T03:00:60.5+07:00"] {
            assert_eq!(parse(leap), Err(InvalidInstant::LeapSecond), "{leap}");
        }
        for bad in [
            "2023-10-10T06:00:00",
            "2023-10-10",
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+07:00",
            "9999-12-31T23:59:59-07:00",
        ] {
            assert_eq!(parse(bad), Err(InvalidInstant::Form), "{bad}");
        }
    }

    #[test]
    fn a_leap_second_is_stored_as_the_second_after_it() {
        let leap = Instant::parse_from_rfc3339("2023-11-27T03:00:60.25+06:30").unwrap();
        assert_eq!(stored(leap).to_rfc3339(), "2023-11-27T03:01:00.250+06:30");
    }

    #[test]
    fn a_year_of_the_buddhist_era_is_told_by_the_one_that_was_meant() {
        let now = "2023-09-12T00:00:00Z".parse().unwrap();
        let far = |text: &str| is_far(Instant::parse_from_rfc3339(text).unwrap(), now);
        assert!(
            far("2567-10-08T00:00:00+07:00") && far("0001-01-01T00:00:00Z") && far("2073-09-12T00:00:01Z")
        );
        assert!(!far("2073-09-12T00:00:00Z") && !far("1973-09-12T00:00:00Z"));
        assert_eq!(year_meant(2567, 2023), Some(2024));
        assert_eq!(year_meant(2024, 2023), None);
        assert_eq!(year_meant(2300, 2023), None);
        assert_eq!(hint(2567, 2023), " 2567 looks like a year of the Buddhist era: 2024 was probably meant.");
        assert_eq!(hint(1, 2023), "");
    }

    proptest! {
        #[test]
        fn what_is_read_is_stored_as_it_is(
            seconds in -60_000_000_000_i64..250_000_000_000,
            nanos in 0..1_000_000_000_u32,
            offset in -1_439..=1_439,
        ) {
            let zone = chrono::FixedOffset::east_opt(offset * 60).unwrap();
            let text = DateTime::from_timestamp(seconds, nanos).unwrap().with_timezone(&zone).to_rfc3339();
            if let Ok(at) = parse(&text) {
                prop_assert_eq!(stored(at), at);
                prop_assert_eq!(parse(&at.to_rfc3339()), Ok(at));
            }
        }
    }
}
