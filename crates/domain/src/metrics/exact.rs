//! Exact fractions, and the one place where a value is rounded.

use crate::metrics::Unit;
use chrono::TimeDelta;

/// A fraction of whole numbers; what is below the line is above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exact {
    above: i128,
    below: i128,
}

const MICROSECONDS_A_MINUTE: i128 = 60_000_000;

impl Exact {
    /// `None`: there is nothing to divide by.
    pub fn new(above: i128, below: i128) -> Option<Self> {
        (below > 0).then_some(Self { above, below })
    }

    pub fn whole(number: i128) -> Self {
        Self { above: number, below: 1 }
    }

    /// How long it is in the unit.
    pub fn lasting(span: TimeDelta, unit: Unit) -> Self {
        let minutes = match unit {
            Unit::Days => 24 * 60,
            Unit::Hours => 60,
            Unit::Minutes | Unit::Percent | Unit::PerHundred | Unit::Count => 1,
        };
        // Instants are whole microseconds, and the log's are so close that these fit.
        let span = span.num_microseconds().map_or(i128::from(i64::MAX), i128::from);
        Self { above: span, below: minutes * MICROSECONDS_A_MINUTE }
    }

    /// Rounded once, a half away from zero. A share has one decimal; of a time no more than it takes, and one at most; a
    /// count is whole. `None`: it is beyond 128 bits.
    pub fn text(self, unit: Unit) -> Option<String> {
        let decimals = u32::from(unit != Unit::Count);
        let tens = 10_i128.pow(decimals);
        let above = self.above.checked_mul(tens)?;
        let (sign, above) = (if above < 0 { "-" } else { "" }, above.checked_abs()?);
        let twice = above.checked_mul(2)?.checked_add(self.below)?;
        let digits = twice / self.below.checked_mul(2)?;
        let sign = if digits == 0 { "" } else { sign };
        let (whole, rest) = (digits / tens, digits % tens);
        let is_share = matches!(unit, Unit::Percent | Unit::PerHundred);
        Some(if decimals == 0 || rest == 0 && !is_share {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{rest}")
        })
    }
}

/// The one in the middle; of two in the middle halfway between them. `None`: there is none.
pub(super) fn median(mut spans: Vec<TimeDelta>, unit: Unit) -> Option<Exact> {
    spans.sort();
    let upper = *spans.get(spans.len() / 2)?;
    let lower = *spans.get((spans.len() - 1) / 2)?;
    let (lower, upper) = (Exact::lasting(lower, unit), Exact::lasting(upper, unit));
    Exact::new(lower.above + upper.above, 2 * lower.below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_rounded_once_and_a_half_goes_away_from_zero() {
        let text = |above, below, unit| Exact::new(above, below).and_then(|exact| exact.text(unit));
        for (above, below, unit, shown) in [
            (9_200, 96, Unit::Percent, "95.8"),
            (400, 5, Unit::Percent, "80.0"),
            (100, 1, Unit::Percent, "100.0"),
            (25, 100, Unit::Percent, "0.3"),
            (-25, 100, Unit::Minutes, "-0.3"),
            (-1, 100, Unit::Minutes, "0"),
            (-180, 1, Unit::Minutes, "-180"),
            (5, 2, Unit::Hours, "2.5"),
            (2, 1, Unit::Count, "2"),
        ] {
            assert_eq!(text(above, below, unit).as_deref(), Some(shown), "{above}/{below}");
        }
        assert_eq!(Exact::new(1, 0), None);
        assert_eq!(text(i128::MAX, 1, Unit::Count), None);
    }

    #[test]
    fn the_middle_of_two_is_halfway_between_them() {
        let of = |minutes: &[i64]| {
            let spans = minutes.iter().map(|minutes| TimeDelta::minutes(*minutes)).collect();
            median(spans, Unit::Minutes).and_then(|exact| exact.text(Unit::Minutes))
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[7, 1, 3]).as_deref(), Some("3"));
        assert_eq!(of(&[4, 1, 9, 3]).as_deref(), Some("3.5"));
    }
}
