//! Texts that people write, with their bounds: parsed once where they come in, trusted after.
//!
//! Each has one spelling (NFC), and shows what it says: no letter in it turns others around, and something of
//! it can be seen. Texts of older logs stay as they were written.

use crate::{
    Instant,
    refusal::{Parse, RefusalCode},
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Why a text was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    #[error("must not be empty")]
    Empty,
    #[error("is longer than {0} characters")]
    TooLong(usize),
    #[error("contains {}, a control character, as character {}", code_point(*.0), .1 + 1)]
    Control(char, usize),
    /// The letter, and how many stand before it in what was sent.
    #[error(
        "contains {}, which nobody sees and which may change how other letters are shown, as character {}",
        code_point(*.0),
        .1 + 1
    )]
    Unseen(char, usize),
    #[error("has no letter that can be seen")]
    Invisible,
    #[error("`{0}` is no IANA time zone, such as Asia/Bangkok")]
    UnknownTimeZone(String),
    #[error("must be an ISO 4217 code: three capital letters")]
    NotACurrency,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $code:expr, $read:expr, { $($bound:literal = $value:expr),+ };)*) => {$(
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
                let read: fn(&str) -> Result<String, InvalidText> = $read;
                read(raw).map(Self)
            }
        }

        impl Parse for $name {
            const CODE: RefusalCode = $code;
        }
    )*};
}

texts! {
    /// One line of 1 to 200 characters.
    Title, RefusalCode::InvalidText, |raw| {
        bounded(raw, 200, |letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}'))
    }, { "minLength" = 1, "maxLength" = 200 };
    /// 1 to 20,000 characters; line breaks and tabs are welcome.
    Prose, RefusalCode::InvalidText, |raw| {
        bounded(raw, 20_000, |letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
    }, { "minLength" = 1, "maxLength" = 20_000 };
    /// An IANA time zone name, such as `Asia/Yangon`.
    TimeZone, RefusalCode::InvalidTimeZone, |raw| match raw.trim().parse::<chrono_tz::Tz>() {
        Ok(_) => Ok(raw.trim().to_owned()),
        Err(_) => Err(InvalidText::UnknownTimeZone(raw.trim().chars().take(40).collect())),
    }, { "minLength" = 1 };
    /// An ISO 4217 currency code, such as `THB`.
    Currency, RefusalCode::InvalidCurrency, |raw| {
        let text = raw.trim();
        let fine = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if fine { Ok(text.to_owned()) } else { Err(InvalidText::NotACurrency) }
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

/// The text without blanks around it, in its one spelling.
fn bounded(raw: &str, most: usize, control: fn(char) -> bool) -> Result<String, InvalidText> {
    let text: String = raw.trim().nfc().collect();
    // Judged as it is kept, told where it was sent: letters that are refused neither change in composing nor
    // come or go.
    let place = |letter: char, at: usize| {
        let earlier = text.chars().take(at).filter(|other| *other == letter).count();
        let mut sent = raw.chars().enumerate().filter(|(_, other)| *other == letter);
        let trimmed = raw.chars().take_while(|letter| letter.is_whitespace());
        let trimmed = trimmed.filter(|other| *other == letter).count();
        sent.nth(trimmed + earlier).map_or(at, |(index, _)| index)
    };
    let mut before = None;
    let mut letters = text.chars().enumerate().peekable();
    while let Some((at, letter)) = letters.next() {
        if control(letter) {
            return Err(InvalidText::Control(letter, place(letter, at)));
        }
        let next = letters.peek().map(|(_, next)| *next);
        if !is_seen_or_needed(before, letter, next) {
            return Err(InvalidText::Unseen(letter, place(letter, at)));
        }
        before = Some(letter);
    }
    if text.is_empty() {
        Err(InvalidText::Empty)
    } else if text.chars().count() > most {
        Err(InvalidText::TooLong(most))
    } else if text.chars().any(is_visible) {
        Ok(text)
    } else {
        Err(InvalidText::Invisible)
    }
}

/// Not one of the letters that nobody sees (Unicode's category Cf, and what is no character at all), unless
/// a script needs it where it stands.
///
/// Joiners and non-joiners form letters of Indic scripts, Persian and emoji. The space without width parts
/// words of Khmer, Thai, Lao and Burmese, whose keyboards write it.
fn is_seen_or_needed(before: Option<char>, letter: char, next: Option<char>) -> bool {
    match letter {
        '\u{200c}' | '\u{200d}' => before.is_some_and(|before| before >= '\u{590}' && is_written(before)),
        '\u{200b}' => before.is_some_and(is_of_unspaced_script) && next.is_some_and(is_of_unspaced_script),
        _ => {
            let no_character =
                u32::from(letter) & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&letter);
            letter.general_category() != GeneralCategory::Format && !no_character
        }
    }
}

/// A letter, a mark on one, or a sign such as those of emoji.
fn is_written(letter: char) -> bool {
    use GeneralCategoryGroup::{Letter, Mark, Symbol};
    matches!(letter.general_category_group(), Letter | Mark | Symbol)
}

/// Thai and Lao, Burmese and its neighbours, Khmer.
fn is_of_unspaced_script(letter: char) -> bool {
    matches!(
        letter,
        '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{19e0}'..='\u{19ff}'
            | '\u{a9e0}'..='\u{a9ff}'
            | '\u{aa60}'..='\u{aa7f}'
    )
}

/// Leaves ink on paper by itself, as far as anybody can tell: letters of private use may, and those that
/// Unicode has yet to name.
fn is_visible(letter: char) -> bool {
    use GeneralCategoryGroup::{Mark, Separator};
    // Fillers of Hangul and the empty pattern of Braille count as letters and signs, and are blank.
    let blank = matches!(letter, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}');
    let unseen = letter.is_control() || letter.general_category() == GeneralCategory::Format;
    !blank && !unseen && !matches!(letter.general_category_group(), Mark | Separator)
}

/// As Unicode names it: `U+202E`.
fn code_point(letter: char) -> String {
    format!("U+{:04X}", u32::from(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_bounded() {
        assert_eq!("  Secure Site A ".parse::<Title>().unwrap().as_str(), "Secure Site A");
        assert_eq!(" ".parse::<Title>(), Err(InvalidText::Empty));
        assert_eq!("a\nb".parse::<Title>(), Err(InvalidText::Control('\n', 1)));
        assert!("a\nb".parse::<Prose>().is_ok());
        assert_eq!("a\u{1b}[31m".parse::<Prose>(), Err(InvalidText::Control('\u{1b}', 1)));
        assert_eq!("ก".repeat(201).parse::<Title>(), Err(InvalidText::TooLong(200)));
        assert!("ก".repeat(200).parse::<Title>().is_ok());
    }

    fn title(raw: &str) -> Result<String, InvalidText> {
        raw.parse::<Title>().map(|title| title.as_str().to_owned())
    }

    #[test]
    fn a_text_has_one_spelling() {
        let (composed, apart) = ("\u{c9}quipe Grenz\u{fc}bergang", "E\u{301}quipe Grenzu\u{308}bergang");
        assert_eq!(title(apart), Ok(composed.to_owned()));
        assert_eq!(title(composed), Ok(composed.to_owned()));
        // Counted as it is kept.
        assert!(title(&"e\u{301}".repeat(200)).is_ok());
    }

    #[test]
    fn a_text_shows_what_it_says() {
        for (letter, name) in [
            ('\u{ad}', "U+00AD"),
            ('\u{61c}', "U+061C"),
            ('\u{200b}', "U+200B"),
            ('\u{200e}', "U+200E"),
            ('\u{202a}', "U+202A"),
            ('\u{202e}', "U+202E"),
            ('\u{2060}', "U+2060"),
            ('\u{2066}', "U+2066"),
            ('\u{2069}', "U+2069"),
            ('\u{feff}', "U+FEFF"),
            ('\u{ffff}', "U+FFFF"),
            ('\u{e0041}', "U+E0041"),
        ] {
            let raw = format!(" Hold fire until {letter}00:21");
            assert_eq!(title(&raw), Err(InvalidText::Unseen(letter, 17)));
            let fault = raw.parse::<Prose>().unwrap_err().to_string();
            assert!(
                fault.starts_with(&format!("contains {name}, ")) && fault.ends_with("character 18"),
                "{fault}"
            );
        }
        assert_eq!(title("a\u{2028}b"), Err(InvalidText::Control('\u{2028}', 1)));
        for blank in ["\u{3164}", "\u{301}", "\u{2800} \u{34f}", "\u{fe0f}"] {
            assert_eq!(title(blank), Err(InvalidText::Invisible), "{blank:?}");
        }
        for seen in ["!", "12:00", "\u{10fffd}", "ກ", "🚓", "(,)"] {
            assert!(title(seen).is_ok(), "{seen}");
        }
    }

    #[test]
    fn joiners_stay_where_a_script_needs_them() {
        for needed in [
            "می\u{200c}خواهم",              // Persian
            "ක්\u{200d}ෂ",                   // Sinhala
            "👮\u{1f3fd}\u{200d}♀\u{fe0f}", // emoji
            "ព្រំ\u{200b}ដែន",                // Khmer
            "ด่าน\u{200b}แม่สอด",             // Thai
        ] {
            assert_eq!(title(needed), Ok(needed.to_owned()));
        }
        for (raw, letter, index) in [
            ("a\u{200d}b", '\u{200d}', 1),
            ("\u{200c}می", '\u{200c}', 0),
            ("can\u{200b}not", '\u{200b}', 3),
            ("ด่าน\u{200b}", '\u{200b}', 4),
            // A letter that is kept as one of a script without joiners; and places are those of what was sent.
            ("\u{1feb}\u{200d}", '\u{200d}', 1),
            ("\n e\u{301}\u{200d}", '\u{200d}', 4),
        ] {
            assert_eq!(title(raw), Err(InvalidText::Unseen(letter, index)));
        }
    }

    proptest::proptest! {
        #[test]
        fn what_was_taken_is_taken_again_as_it_is(raw in "\\PC{0,30}[\u{200b}\u{200d}]?\\PC{0,30}") {
            if let Ok(text) = title(&raw) {
                proptest::prop_assert_eq!(title(&text), Ok(text));
            }
        }
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
