//! SHA-256 digests and the salts that keep a digest of a short text from being guessed.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Digest;
use std::{borrow::Cow, fmt, str::FromStr};

macro_rules! bytes {
    ($($(#[doc = $doc:literal])* $name:ident[$length:literal] = $what:literal;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0; $length];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| $what)?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "description": concat!($($doc),*).trim(),
                    "pattern": format!("^[0-9a-f]{{{}}}$", 2 * $length),
                })
            }
        }
    )*};
}

bytes! {
    /// A SHA-256 digest; as text 64 lower-case hexadecimal digits.
    Sha256[32] = "a SHA-256 digest is 64 hexadecimal digits";
    /// 16 random bytes; as text 32 lower-case hexadecimal digits.
    Salt[16] = "a salt is 32 hexadecimal digits";
}

impl Sha256 {
    /// The digest of the parts, one after the other.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = sha2::Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

/// The canonical JSON (RFC 8785) of a value.
///
/// # Panics
/// Never for the types of this crate: all their map keys are strings and no number is NaN.
pub fn canonical_json(value: &impl Serialize) -> String {
    serde_json_canonicalizer::to_string(value)
        .expect("values of this crate have string keys and finite numbers")
}

/// Of a part of a plan's content: SHA-256 of a tag, the salt and the part's canonical JSON.
pub(crate) fn part_hash(salt: Salt, canonical: &str) -> Sha256 {
    Sha256::of(&[b"accord part v1\n", &salt.0, canonical.as_bytes()])
}
