//! What examples are made of, from their texts.

use crate::{Instant, Language, Names, Salt, ids::OfficerId};
use std::{collections::BTreeSet, fmt::Debug, str::FromStr};
use uuid::Uuid;

/// # Panics
/// Never: a test goes through all examples.
pub(crate) fn of<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("examples are well formed")
}

/// # Panics
/// Never: a test goes through all examples.
pub(crate) fn at(text: &str) -> Instant {
    Instant::parse_from_rfc3339(text).expect("examples are well formed")
}

pub(crate) fn set<T: FromStr<Err: Debug> + Ord>(texts: &[&str]) -> BTreeSet<T> {
    texts.iter().map(|text| of(text)).collect()
}

pub(crate) fn list<T: FromStr<Err: Debug>>(texts: &[&str]) -> Vec<T> {
    texts.iter().map(|text| of(text)).collect()
}

/// # Panics
/// Never: a test goes through all examples.
pub(crate) fn names(texts: &[(Language, &str)]) -> Names {
    let texts = texts.iter().map(|(language, text)| (*language, of(text)));
    Names::new(texts).expect("examples are well formed")
}

pub(crate) fn salt() -> Salt {
    Salt([0x6f, 0x1d, 0x9c, 0x02, 0x4b, 0xe8, 0x37, 0xa5, 0x90, 0x5e, 0x13, 0xc4, 0x7a, 0x28, 0xdb, 0xf6])
}

pub(crate) fn officer(number: u128) -> OfficerId {
    OfficerId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}
