//! Texts that people write, with their bounds: parsed once where they come in, trusted after.

use crate::{
    Instant,
    refusal::{Parse, RefusalCode},
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Why a text was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    #[error("must not be empty")]
    Empty,
    #[error("is longer than {0} characters")]
    TooLong(usize),
    #[error("contains a control character")]
    Control,
    #[error("`{0}` is no IANA time zone, such as Asia/Bangkok")]
    UnknownTimeZone(String),
    #[error("must be an ISO 4217 code: three capital letters")]
    NotACurrency,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $code:expr, $check:expr, { $($bound:literal = $value:expr),+ };)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[schemars(extend($($bound = $value),+))]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidText;

            fn from_str(raw: &str) -> Result<Self, InvalidText> {
                let check: fn(&str) -> Result<(), InvalidText> = $check;
                let text = raw.trim();
                check(text).map(|()| Self(text.to_owned()))
            }
        }

        impl Parse for $name {
            const CODE: RefusalCode = $code;
        }
    )*};
}

texts! {
    /// One line of 1 to 200 characters.
    Title, RefusalCode::InvalidText, |text| bounded(text, 200, char::is_control),
    { "minLength" = 1, "maxLength" = 200 };
    /// 1 to 20,000 characters; line breaks and tabs are welcome.
    Prose, RefusalCode::InvalidText, |text| {
        bounded(text, 20_000, |letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
    }, { "minLength" = 1, "maxLength" = 20_000 };
    /// An IANA time zone name, such as `Asia/Yangon`.
    TimeZone, RefusalCode::InvalidTimeZone, |text| match text.parse::<chrono_tz::Tz>() {
        Ok(_) => Ok(()),
        Err(_) => Err(InvalidText::UnknownTimeZone(text.chars().take(40).collect())),
    }, { "minLength" = 1 };
    /// An ISO 4217 currency code, such as `THB`.
    Currency, RefusalCode::InvalidCurrency, |text| {
        let fine = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if fine { Ok(()) } else { Err(InvalidText::NotACurrency) }
    }, { "pattern" = "^[A-Z]{3}$" };
}

impl TimeZone {
    /// The same instant, with the offset that clocks of this zone have then.
    pub fn local(&self, at: DateTime<Utc>) -> Instant {
        // A name that an older build knew and this one does not leaves the instant in UTC.
        self.0
            .parse::<chrono_tz::Tz>()
            .map_or(at.fixed_offset(), |zone| at.with_timezone(&zone).fixed_offset())
    }
}

fn bounded(text: &str, most: usize, refused: fn(char) -> bool) -> Result<(), InvalidText> {
    if text.is_empty() {
        Err(InvalidText::Empty)
    } else if text.chars().count() > most {
        Err(InvalidText::TooLong(most))
    } else if text.chars().any(refused) {
        Err(InvalidText::Control)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_bounded() {
        assert_eq!("  Secure Site A ".parse::<Title>().unwrap().as_str(), "Secure Site A");
        assert_eq!(" ".parse::<Title>(), Err(InvalidText::Empty));
        assert_eq!("a\nb".parse::<Title>(), Err(InvalidText::Control));
        assert!("a\nb".parse::<Prose>().is_ok());
        assert_eq!("\u{1b}[31m".parse::<Prose>(), Err(InvalidText::Control));
        assert_eq!("ก".repeat(201).parse::<Title>(), Err(InvalidText::TooLong(200)));
        assert!("ก".repeat(200).parse::<Title>().is_ok());
    }

    #[test]
    fn time_zones_and_currencies_must_exist_in_form() {
        assert!("Asia/Yangon".parse::<TimeZone>().is_ok());
        assert!("Asia/Atlantis".parse::<TimeZone>().is_err());
        let h_hour: DateTime<Utc> = "2023-10-08T23:00:00Z".parse().unwrap();
        for (zone, local) in [
            ("Asia/Yangon", "2023-10-09T05:30:00+06:30"),
            ("Asia/Bangkok", "2023-10-09T06:00:00+07:00"),
            ("Asia/Shanghai", "2023-10-09T07:00:00+08:00"),
        ] {
            assert_eq!(zone.parse::<TimeZone>().unwrap().local(h_hour).to_rfc3339(), local);
        }
        assert!("THB".parse::<Currency>().is_ok());
        assert!("baht".parse::<Currency>().is_err());
    }
}
