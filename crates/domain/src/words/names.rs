//! What partners, agencies, centres and posts are called in languages other than the working one.
//!
//! The plain name, in English, is not here: it stays where the subject has it and serves whoever asks for a
//! language that is missing.

use crate::Title;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The languages of the coalition, each by its BCP 47 primary subtag.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumIter,
    strum::EnumString,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum Language {
    /// English, the working language.
    En,
    /// Thai.
    Th,
    /// Chinese.
    Zh,
    /// Burmese.
    My,
    /// Lao.
    Lo,
    /// Khmer.
    Km,
    /// Vietnamese.
    Vi,
}

/// One text for each language that there is one for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Names(BTreeMap<Language, Title>);

/// A language was given two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is named twice")]
pub struct NamedTwice(pub Language);

impl Names {
    /// Fails with [`NamedTwice`] at the first language that comes again.
    pub fn new(texts: impl IntoIterator<Item = (Language, Title)>) -> Result<Self, NamedTwice> {
        let mut names = BTreeMap::new();
        for (language, text) in texts {
            if names.insert(language, text).is_some() {
                return Err(NamedTwice(language));
            }
        }
        Ok(Self(names))
    }

    pub fn get(&self, language: Language) -> Option<&Title> {
        self.0.get(&language)
    }

    /// In the order of [`Language`].
    pub fn iter(&self) -> impl Iterator<Item = (Language, &Title)> {
        self.0.iter().map(|(language, text)| (*language, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    #[test]
    fn languages_are_read_and_written_by_their_primary_subtag() {
        for language in Language::iter() {
            assert_eq!(language.to_string().parse(), Ok(language));
            assert_eq!(language.to_string().to_uppercase().parse(), Ok(language));
            assert_eq!(serde_json::to_value(language).unwrap(), language.to_string());
        }
        assert!("de".parse::<Language>().is_err());
    }

    #[test]
    fn a_language_has_one_text() {
        let text = |raw: &str| raw.parse::<Title>().unwrap();
        let names = Names::new([(Language::Lo, text("ລາວ")), (Language::Th, text("ลาว"))]).unwrap();
        assert_eq!(serde_json::to_string(&names).unwrap(), r#"{"th":"ลาว","lo":"ລາວ"}"#);
        let twice = [(Language::Th, text("ลาว")), (Language::Th, text("ประเทศลาว"))];
        assert_eq!(Names::new(twice), Err(NamedTwice(Language::Th)));
    }
}
