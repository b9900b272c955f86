//! How the records of a file are declared: `record!` for what has fields, `names!` for names out of a closed
//! list, `kinds!` for what is named by a tag and has fields of its own. `in "…"` gives a field's name in the
//! file.

use super::yaml::{Map, did_you_mean};

/// A struct and its reading; a field is required unless it is an `Option` or has a default, and `flat "tag"`
/// reads it from among the fields of its owner.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident {
        $($field:ident $(in $key:literal)? $(flat $tag:literal)? : $ty:ty $(= $default:expr)?),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $(pub $field: $ty),* }

        impl $crate::scenario::yaml::Read for $name {
            fn read(at: &$crate::scenario::yaml::At<'_>) -> Self {
                use $crate::scenario::record::field;
                let mut map = at.map();
                let read = Self { $($field: field!(map, $ty, $field $(in $key)? $(flat $tag)? $(= $default)?)),* };
                map.finish();
                read
            }
        }
    };
}

macro_rules! field {
    ($map:ident, $ty:ty, $field:ident flat $tag:literal) => {
        <$ty as $crate::scenario::yaml::Flat>::read_flat(&mut $map, $tag)
    };
    ($map:ident, $ty:ty, $field:ident in $key:literal $(= $default:expr)?) => { field!(@ $map, $key $(, $default)?) };
    ($map:ident, $ty:ty, $field:ident $(= $default:expr)?) => { field!(@ $map, stringify!($field) $(, $default)?) };
    (@ $map:ident, $key:expr) => { $map.field($key) };
    (@ $map:ident, $key:expr, $default:expr) => { $map.field_or($key, $default) };
}

/// Names out of a closed list.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($variant),* }

        impl $crate::scenario::yaml::Read for $name {
            fn read(at: &$crate::scenario::yaml::At<'_>) -> Self {
                at.one_of(&[$(($code, Self::$variant)),*])
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$variant => $code),* })
            }
        }
    };
}

/// What happened, named by a tag field; each has fields of its own.
macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal {
        $($field:ident $(in $key:literal)? : $ty:ty $(= $default:expr)?),* $(,)?
    })* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name { $($variant { $($field: $ty),* }),* }

        impl $name {
            /// The name in the file.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $code),* }
            }
        }

        impl $crate::scenario::yaml::Flat for $name {
            fn read_flat(map: &mut $crate::scenario::yaml::Map<'_>, tag: &'static str) -> Self {
                use $crate::scenario::record::{field, known_name};
                let name = known_name(map, tag, &[$($code),*]);
                match name {
                    $($code => Self::$variant { $($field: field!(map, $ty, $field $(in $key)? $(= $default)?)),* },)*
                    _ => unreachable!("a name is one of those that were offered"),
                }
            }
        }
    };
}

/// The name under `tag`; when it is unknown, a stand-in, and the map says no more.
pub fn known_name(map: &mut Map<'_>, tag: &'static str, names: &[&'static str]) -> &'static str {
    let text: String = map.field(tag);
    if let Some(name) = names.iter().find(|name| **name == text) {
        return name;
    }
    if let (Some(at), false) = (map.get(tag), text.is_empty()) {
        at.fault(&format!("`{text}` is not known here{}", did_you_mean(&text, names.iter().copied())));
    }
    map.silence();
    names[0]
}

pub(super) use {field, kinds, names, record};
