//! Values that several sections have.

use crate::scenario::yaml::{At, Flat, Map, Read};
use chrono::{DateTime, FixedOffset};

pub type Instant = DateTime<FixedOffset>;

/// An exact decimal number: `digits` by ten to the power of `scale`. Rates and figures are never floats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decimal {
    pub digits: i64,
    pub scale: u32,
}

impl Decimal {
    /// Most digits after the point.
    const MAX_SCALE: usize = 9;

    /// The number times ten to the power of the largest scale, so that two decimals compare.
    pub fn scaled(self) -> i128 {
        i128::from(self.digits) * 10_i128.pow(9_u32.saturating_sub(self.scale))
    }
}

impl Read for Decimal {
    fn read(at: &At<'_>) -> Self {
        at.parsed("a number", "a number", |text| {
            let (whole, part) = text.split_once('.').unwrap_or((text, ""));
            let digits = format!("{whole}{part}").parse().ok().filter(|_| part.len() <= Self::MAX_SCALE);
            let digits = digits.filter(|_| part.bytes().all(|b| b.is_ascii_digit()));
            let scale = u32::try_from(part.len()).unwrap_or_default();
            digits
                .map(|digits| Self { digits, scale })
                .ok_or_else(|| "is not a decimal number of at most 9 places".to_owned())
        })
    }
}

/// One of them or a list.
#[derive(Clone, Debug, PartialEq)]
pub struct OneOrMore<T = String>(pub Vec<T>);

impl<T: Read> Read for OneOrMore<T> {
    fn read(at: &At<'_>) -> Self {
        Self(if at.is_list() { Vec::read(at) } else { vec![T::read(at)] })
    }
}

/// Words for people, in which a comma may stand unquoted.
#[derive(Clone, Debug, PartialEq)]
pub struct Prose(pub String);

impl Flat for Prose {
    fn read_flat(map: &mut Map<'_>, tag: &'static str) -> Self {
        Self(map.prose(tag))
    }
}

/// `[amount, currency]`, the amount in whole units.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    pub amount: i64,
    pub currency: Currency,
}

impl Read for Money {
    fn read(at: &At<'_>) -> Self {
        match &at.items()[..] {
            [amount, currency] => Self { amount: i64::read(amount), currency: Currency::read(currency) },
            other => {
                if at.is_list() {
                    at.fault(&format!("is [amount, currency], not {} values", other.len()));
                }
                Self { amount: 0, currency: Currency::default() }
            }
        }
    }
}

/// Three capital letters, as in ISO 4217.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Currency(String);

impl Currency {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Read for Currency {
    fn read(at: &At<'_>) -> Self {
        at.parsed("a text", "a currency", |text| {
            let fine = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
            let wrong = || "is no ISO 4217 code of three capital letters".to_owned();
            fine.then(|| Self(text.to_owned())).ok_or_else(wrong)
        })
    }
}
