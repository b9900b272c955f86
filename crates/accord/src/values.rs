//! Values of options that clap does not know how to read.

use chrono::{DateTime, FixedOffset, TimeDelta};
use domain::{Role, Sha256, instant::InvalidInstant};
use event_log::Anchor;

/// RFC 3339, as the log stores it; seconds may be left out.
pub fn instant(text: &str) -> Result<DateTime<FixedOffset>, String> {
    let wrong = || "give an instant with its offset, such as 2023-10-10T06:00+07:00".to_owned();
    match domain::instant::parse(text) {
        Ok(at) => Ok(at),
        Err(fault @ InvalidInstant::LeapSecond) => Err(fault.to_string()),
        Err(InvalidInstant::Form) => {
            let without_seconds = |text: &str| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z");
            without_seconds(text)
                .or_else(|_| without_seconds(&text.replace('Z', "+00:00")))
                .map_err(|_| wrong())
        }
    }
}

/// A moment of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A place in it, from 0.
    Position(i64),
    /// What it had learned of by then.
    Recorded(DateTime<FixedOffset>),
}

/// A position, or an instant.
pub fn moment(text: &str) -> Result<Moment, String> {
    match text.parse() {
        Ok(position) if position >= 0 => Ok(Moment::Position(position)),
        _ => instant(text)
            .map(Moment::Recorded)
            .map_err(|hint| format!("give a position of the log, or {}", hint.trim_start_matches("give "))),
    }
}

/// A number and a unit: `30m`, `8h`, `7d`.
pub fn duration(text: &str) -> Result<TimeDelta, String> {
    let wrong = || "give a number and a unit, such as 30m, 8h or 7d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number: i64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    // Ten thousand days are as good as for ever, and keep every sum with it in range.
    number
        .checked_mul(seconds)
        .filter(|seconds| (1..=10_000 * 86_400).contains(seconds))
        .map(TimeDelta::seconds)
        .ok_or_else(|| "give at least 1s and at most 10000d".to_owned())
}

/// `POSITION:HASH`, as a receipt has them.
pub fn anchor(text: &str) -> Result<Anchor, String> {
    let wrong = || "give POSITION:HASH, the hash with 64 hexadecimal digits, as in a receipt".to_owned();
    let (position, hash) = text.split_once(':').ok_or_else(wrong)?;
    let position = position.parse().ok().filter(|position: &i64| *position >= 0).ok_or_else(wrong)?;
    let Sha256(hash) = hash.parse().map_err(|_| wrong())?;
    Ok(Anchor { position, hash })
}

pub fn role(text: &str) -> Result<Role, String> {
    text.trim()
        .to_ascii_uppercase()
        .parse()
        .map_err(|_| "there are PLANNER, COMMANDER, LIAISON, WATCH, REVIEWER and ADMIN".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        assert_eq!(duration("90s"), Ok(TimeDelta::seconds(90)));
        assert_eq!(duration("30m"), Ok(TimeDelta::minutes(30)));
        assert_eq!(duration("8h"), Ok(TimeDelta::hours(8)));
        assert_eq!(duration("7d"), Ok(TimeDelta::days(7)));
        for bad in ["", "8", "h", "8 h", "-1h", "0h", "1w", "8ä", "9223372036854775807d"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_instant_has_an_offset_and_may_lack_seconds() {
        let expected = DateTime::parse_from_rfc3339("2023-10-10T06:00:00+07:00").unwrap();
        assert_eq!(instant("2023-10-10T06:00:00+07:00"), Ok(expected));
        assert_eq!(instant("2023-10-10T06:00+07:00"), Ok(expected));
        assert_eq!(instant("2023-10-09T23:00Z"), Ok(expected));
        for bad in ["2023-10-10", "2023-10-10T06:00:00", "now"] {
            assert!(instant(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_moment_is_a_position_or_an_instant() {
        assert_eq!(moment("123"), Ok(Moment::Position(123)));
        assert!(matches!(moment("2023-10-10T06:00+07:00"), Ok(Moment::Recorded(_))));
        for bad in ["-1", "yesterday", "99999999999999999999"] {
            assert!(
                moment(bad).unwrap_err().starts_with("give a position of the log, or an instant"),
                "{bad}"
            );
        }
    }

    #[test]
    fn an_anchor_is_a_position_and_a_hash() {
        let hash = "ab".repeat(32);
        assert_eq!(anchor(&format!("7:{hash}")), Ok(Anchor { position: 7, hash: [0xab; 32] }));
        for bad in [hash.clone(), format!("-1:{hash}"), format!("7:{}", &hash[2..]), "7:".to_owned()] {
            assert!(anchor(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn roles_are_read_in_any_case() {
        assert_eq!(role("commander"), Ok(Role::Commander));
        assert!(role("king").unwrap_err().contains("PLANNER"));
    }
}
