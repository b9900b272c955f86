//! Money, rates and exact decimals: whole numbers all the way, never a float.
//!
//! An amount counts the smallest units of its currency. What it is worth in another one is known only by a rate
//! that somebody gave, with its date and source.

use crate::{Currency, Parse, Reasons, RefusalCode, Title};
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Most decimals of a number.
const MOST_DECIMALS: u32 = 12;

/// Most that one unit of a currency may be worth in another.
const HIGHEST_RATE: i64 = 1_000_000_000;

/// Most decimals that a currency has.
const MOST_MINOR_DECIMALS: u32 = 4;

/// An exact decimal number, without zeros at the end of its decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Decimal {
    /// The number without its point.
    pub digits: i64,
    /// How many of the digits stand behind the point, at most 12.
    pub scale: u32,
}

/// The text is no exact decimal number within bounds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDecimal {
    #[error("`{0}` is no decimal number, such as 2000000 or 4.80: digits, with a point before decimals")]
    Malformed(String),
    #[error("has more than {MOST_DECIMALS} decimals")]
    TooFine,
    #[error("has more digits than 64 bits hold")]
    TooLong,
}

impl FromStr for Decimal {
    type Err = InvalidDecimal;

    fn from_str(raw: &str) -> Result<Self, InvalidDecimal> {
        let text = raw.trim();
        let malformed = || InvalidDecimal::Malformed(text.chars().take(40).collect());
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = match unsigned.split_once('.') {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (unsigned, None),
        };
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !decimals.is_none_or(is_number) {
            return Err(malformed());
        }
        let decimals = decimals.unwrap_or_default().trim_end_matches('0');
        let scale = u32::try_from(decimals.len()).unwrap_or(u32::MAX);
        if scale > MOST_DECIMALS {
            return Err(InvalidDecimal::TooFine);
        }
        let sign = if unsigned.len() < text.len() { "-" } else { "" };
        let digits = format!("{sign}{whole}{decimals}").parse().map_err(|_| InvalidDecimal::TooLong)?;
        Ok(Self { digits, scale })
    }
}

impl Parse for Decimal {
    const CODE: RefusalCode = RefusalCode::InvalidValue;
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&point(self.digits.into(), self.scale))
    }
}

/// The number with its point before the last `scale` digits.
fn point(digits: i128, scale: u32) -> String {
    let scale = usize::try_from(scale).unwrap_or(usize::MAX);
    let sign = if digits < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = scale.saturating_add(1));
    let (whole, decimals) = text.split_at(text.len() - scale);
    if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") }
}

/// How many decimals the currency has; `None`: ISO 4217 has no such currency, or one without smallest units.
///
/// Amounts that are recorded are read by this: a revision of the standard that gives a currency other decimals
/// needs another version of the events that tell amounts.
pub fn decimals(currency: &Currency) -> Option<u32> {
    iso_currency::Currency::from_code(currency.as_str())?.exponent().map(u32::from)
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    /// In the smallest units of the currency that ISO 4217 has, such as satang.
    pub minor_units: i64,
    /// The currency.
    pub currency: Currency,
}

/// The number is no amount of the currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMoney {
    #[error("{0} is no currency of ISO 4217 that has smallest units")]
    UnknownCurrency(Currency),
    #[error("{currency} has {decimals} decimals, and {amount} has more")]
    TooFine { amount: Decimal, currency: Currency, decimals: u32 },
    #[error("{0} is more than 64 bits of the smallest units hold")]
    TooLarge(Decimal),
}

impl InvalidMoney {
    pub fn code(&self) -> RefusalCode {
        match self {
            Self::UnknownCurrency(_) => RefusalCode::InvalidCurrency,
            Self::TooFine { .. } | Self::TooLarge(_) => RefusalCode::InvalidValue,
        }
    }

    /// The part of an amount that is wrong, as inputs call it.
    pub fn field(&self) -> &'static str {
        match self {
            Self::UnknownCurrency(_) => "currency",
            Self::TooFine { .. } | Self::TooLarge(_) => "amount",
        }
    }
}

impl Money {
    /// The number as an amount of the currency, exactly.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, InvalidMoney> {
        let Some(decimals) = decimals(&currency) else {
            return Err(InvalidMoney::UnknownCurrency(currency));
        };
        let Some(missing) = decimals.checked_sub(amount.scale) else {
            return Err(InvalidMoney::TooFine { amount, currency, decimals });
        };
        let minor_units = 10_i64.checked_pow(missing).and_then(|unit| amount.digits.checked_mul(unit));
        match minor_units {
            Some(minor_units) => Ok(Self { minor_units, currency }),
            None => Err(InvalidMoney::TooLarge(amount)),
        }
    }

    /// Its smallest units are known.
    pub(crate) fn check_currency(&self, field: &str, reasons: &mut Reasons) {
        let is_known = decimals(&self.currency).is_some();
        reasons.check(is_known, RefusalCode::InvalidCurrency, &format!("{field}.currency"), || {
            InvalidMoney::UnknownCurrency(self.currency.clone()).to_string()
        });
    }

    /// The amount with all decimals of its currency, such as `2000000.00`.
    pub fn amount(&self) -> String {
        amount_of(self.minor_units.into(), &self.currency)
    }

    /// So much of the same currency.
    #[must_use]
    pub fn with(&self, minor_units: i64) -> Self {
        Self { minor_units, currency: self.currency.clone() }
    }
}

/// So many smallest units of the currency, with all its decimals; sums may be more than an amount holds.
pub fn amount_of(minor_units: i128, currency: &Currency) -> String {
    point(minor_units, decimals(currency).unwrap_or_default())
}

/// As messages tell it: `200000 CNY`, with decimals where there are any.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.amount();
        let whole =
            amount.split_once('.').filter(|(_, decimals)| decimals.bytes().all(|digit| digit == b'0'));
        write!(f, "{} {}", whole.map_or(amount.as_str(), |(whole, _)| whole), self.currency)
    }
}

/// What a unit of one currency is worth in another, as somebody published it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rate {
    /// The currency.
    pub currency: Currency,
    /// What one unit of it is worth in the other, above 0.
    pub per_unit: Decimal,
    /// The other currency.
    pub to: Currency,
    /// The day that the rate is of.
    pub date: NaiveDate,
    /// Who published it.
    pub source: Title,
}

impl Rate {
    /// Adds what is wrong with it, whichever day it is of; `field` is the rate's.
    pub(crate) fn check(&self, field: &str, reasons: &mut Reasons) {
        for (name, currency) in [("currency", &self.currency), ("to", &self.to)] {
            reasons.check(
                decimals(currency).is_some(),
                RefusalCode::InvalidCurrency,
                &format!("{field}.{name}"),
                || InvalidMoney::UnknownCurrency(currency.clone()).to_string(),
            );
        }
        let per_unit = format!("{field}.perUnit");
        let Decimal { digits, scale } = self.per_unit;
        let highest = i128::from(HIGHEST_RATE) * 10_i128.pow(scale.min(MOST_DECIMALS));
        let is_rate = digits > 0 && scale <= MOST_DECIMALS && i128::from(digits) <= highest;
        reasons.check(is_rate, RefusalCode::InvalidValue, &per_unit, || {
            format!("{} is not above 0, and at most {HIGHEST_RATE}.", self.per_unit)
        });
        let is_one = (digits, scale) == (1, 0);
        reasons.check(self.currency != self.to || is_one, RefusalCode::InvalidValue, &per_unit, || {
            format!("One {} is worth one {}.", self.currency, self.to)
        });
    }

    /// What one smallest unit is worth in smallest units of the other currency, as an exact decimal number.
    pub fn per_minor_unit(&self) -> String {
        let places = |currency| decimals(currency).unwrap_or_default().min(MOST_MINOR_DECIMALS);
        let digits = i128::from(self.per_unit.digits) * 10_i128.pow(places(&self.to));
        point(digits, self.per_unit.scale + places(&self.currency))
    }
}

/// The whole number next to an exact decimal number: of two that are as near, the even one. `None`: it is no such
/// number, or beyond 128 bits.
pub fn half_even(exact: &str) -> Option<i128> {
    let (whole, decimals) = exact.split_once('.').unwrap_or((exact, ""));
    let towards_zero: i128 = whole.parse().ok()?;
    let mut digits = decimals.bytes();
    if !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let first = digits.next().unwrap_or(b'0');
    let is_more = digits.any(|digit| digit != b'0');
    let away = match (first, is_more) {
        (b'6'..=b'9', _) | (b'5', true) => true,
        (b'5', false) => towards_zero % 2 != 0,
        _ => false,
    };
    let step = if whole.starts_with('-') { -1 } else { 1 };
    if away { towards_zero.checked_add(step) } else { Some(towards_zero) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(amount: &str, currency: &str) -> Result<Money, InvalidMoney> {
        Money::new(amount.parse().unwrap(), currency.parse().unwrap())
    }

    fn rate(currency: &str, per_unit: &str, to: &str) -> Rate {
        Rate {
            currency: currency.parse().unwrap(),
            per_unit: per_unit.parse().unwrap(),
            to: to.parse().unwrap(),
            date: NaiveDate::from_ymd_opt(2023, 8, 31).unwrap(),
            source: "Bank of Thailand".parse().unwrap(),
        }
    }

    #[test]
    fn a_decimal_number_is_digits_with_a_point_and_nothing_else() {
        for (text, digits, scale) in
            [("4.80", 48, 1), ("0.0018", 18, 4), ("-7", -7, 0), ("2000000.00", 2_000_000, 0), (" 1 ", 1, 0)]
        {
            assert_eq!(text.parse(), Ok(Decimal { digits, scale }), "{text}");
        }
        for bad in ["", "-", ".", "1.", ".5", "+1", "1e6", "1,000", "1 000", "0x1", "∞", "--1", "1.2.3"] {
            assert!(matches!(bad.parse::<Decimal>(), Err(InvalidDecimal::Malformed(_))), "{bad}");
        }
        assert_eq!("0.0000000000001".parse::<Decimal>(), Err(InvalidDecimal::TooFine));
        assert_eq!("9223372036854775808".parse::<Decimal>(), Err(InvalidDecimal::TooLong));
    }

    #[test]
    fn an_amount_has_the_decimals_of_its_currency_at_most() {
        for (amount, currency, minor_units) in [
            ("2000000", "CNY", 200_000_000),
            ("0.01", "THB", 1),
            ("500", "VND", 500),
            ("1.234", "KWD", 1_234),
            ("-3.5", "LAK", -350),
            ("92233720368547758.07", "THB", i64::MAX),
        ] {
            assert_eq!(money(amount, currency).map(|money| money.minor_units), Ok(minor_units), "{amount}");
        }
        let [fine, large, gold] =
            [("0.001", "THB"), ("92233720368547759", "THB"), ("1", "XAU")].map(|(amount, currency)| {
                let fault = money(amount, currency).unwrap_err();
                (fault.code(), fault.field(), fault.to_string())
            });
        assert_eq!(
            fine,
            (RefusalCode::InvalidValue, "amount", "THB has 2 decimals, and 0.001 has more".into())
        );
        assert_eq!((large.0, large.1), (RefusalCode::InvalidValue, "amount"));
        assert_eq!((gold.0, gold.1), (RefusalCode::InvalidCurrency, "currency"));
        assert!(money("1", "ABC").is_err());
    }

    #[test]
    fn the_currencies_of_recorded_amounts_keep_their_decimals() {
        for (currency, places) in
            [("THB", 2), ("CNY", 2), ("LAK", 2), ("MMK", 2), ("KHR", 2), ("VND", 0), ("USD", 2), ("KWD", 3)]
        {
            assert_eq!(decimals(&currency.parse().unwrap()), Some(places), "{currency}");
        }
    }

    #[test]
    fn an_amount_is_told_exactly() {
        let told = |amount, currency| {
            let money = money(amount, currency).unwrap();
            (money.amount(), money.to_string())
        };
        assert_eq!(told("200000", "CNY"), ("200000.00".into(), "200000 CNY".into()));
        assert_eq!(told("-0.5", "THB"), ("-0.50".into(), "-0.50 THB".into()));
        assert_eq!(told("7", "VND"), ("7".into(), "7 VND".into()));
    }

    #[test]
    fn a_rate_is_of_whole_units_and_converts_smallest_ones() {
        assert_eq!(rate("CNY", "4.80", "THB").per_minor_unit(), "4.800");
        assert_eq!(rate("LAK", "0.0018", "THB").per_minor_unit(), "0.001800");
        // A dong has no smaller unit.
        assert_eq!(rate("VND", "0.0015", "THB").per_minor_unit(), "0.1500");
        assert_eq!(rate("KWD", "118", "VND").per_minor_unit(), "0.118");
        let faults = |rate: Rate| {
            let mut reasons = Reasons::default();
            rate.check("rates.0", &mut reasons);
            reasons.into_refusals().into_iter().map(|refusal| refusal.field.join(".")).collect::<Vec<_>>()
        };
        assert!(faults(rate("THB", "1.00", "THB")).is_empty());
        assert_eq!(faults(rate("CNY", "0", "THB")), ["rates.0.perUnit"]);
        assert_eq!(faults(rate("THB", "2", "THB")), ["rates.0.perUnit"]);
        assert_eq!(faults(rate("XAU", "2000000000", "ABC")).len(), 3);
    }

    #[test]
    fn half_of_a_unit_goes_to_the_even_one() {
        for (exact, rounded) in [
            ("2.5", 2),
            ("3.5", 4),
            ("2.500001", 3),
            ("-2.5", -2),
            ("-3.5", -4),
            ("0.49", 0),
            ("-0.51", -1),
            ("7", 7),
            ("1131600000.0000", 1_131_600_000),
        ] {
            assert_eq!(half_even(exact), Some(rounded), "{exact}");
        }
        for bad in ["", "x", "1.x", "1e5"] {
            assert_eq!(half_even(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn an_amount_survives_being_written_and_read(minor_units: i64, code in 0_usize..4) {
            let currency: Currency = ["THB", "VND", "KWD", "CLF"][code].parse().unwrap();
            let money = Money { minor_units, currency: currency.clone() };
            let read = money.amount().parse().map(|amount| Money::new(amount, currency));
            prop_assert_eq!(read, Ok(Ok(money)));
        }

        #[test]
        fn a_rounded_number_is_within_half_of_the_exact_one(digits in -1_000_000_i128..1_000_000, scale in 0_u32..5) {
            let unit = 10_i128.pow(scale);
            let rounded = half_even(&point(digits, scale)).unwrap();
            let off = 2 * (digits - rounded * unit).abs();
            prop_assert!(off < unit || (off == unit && rounded % 2 == 0));
        }
    }
}
