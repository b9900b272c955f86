//! A table's rows, field by field: what both ways of writing them are given.
//!
//! A table's columns are named once, by the struct of its rows, in the order of the table's definition.
//! Nothing here knows a table or a format.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

/// Declares the struct of a table's rows: its fields are the table's columns in their order, but those of
/// validity.
macro_rules! row {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$of_field:meta])* $visibility:vis $field:ident: $type:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub struct $name {
            $($(#[$of_field])* $visibility $field: $type,)*
        }

        impl $crate::tables::Columns for $name {
            fn write(&self, to: &mut impl $crate::tables::Sink) {
                $($crate::tables::Columns::write(&self.$field, to);)*
            }
        }
    };
}
pub(crate) use row;

/// What fills one column of a row, or several next to each other.
pub(crate) trait Columns {
    fn write(&self, to: &mut impl Sink);
}

/// Takes the fields of a row in their order.
pub(crate) trait Sink {
    fn null(&mut self);
    fn boolean(&mut self, value: bool);
    fn smallint(&mut self, value: i16);
    fn integer(&mut self, value: i32);
    fn bigint(&mut self, value: i64);
    fn uuid(&mut self, value: Uuid);
    fn timestamptz(&mut self, value: DateTime<Utc>);
    fn text(&mut self, value: &str);
    fn jsonb(&mut self, value: &str);
    fn texts(&mut self, values: &[String]);
    fn uuids(&mut self, values: &[Uuid]);
    fn bigints(&mut self, values: &[i64]);
}

macro_rules! fields {
    ($($type:ty => $method:ident($($by:tt)*);)*) => {$(
        impl Columns for $type {
            fn write(&self, to: &mut impl Sink) {
                to.$method($($by)* self);
            }
        }
    )*};
}

fields! {
    bool => boolean(*);
    i16 => smallint(*);
    i32 => integer(*);
    i64 => bigint(*);
    Uuid => uuid(*);
    DateTime<Utc> => timestamptz(*);
    String => text();
    &str => text();
    Vec<String> => texts();
    Vec<Uuid> => uuids();
    Vec<i64> => bigints();
}

impl<T: Serialize> Columns for Json<T> {
    fn write(&self, to: &mut impl Sink) {
        let json = serde_json::to_string(&self.0).expect("rows have string keys and derived serializers");
        to.jsonb(&json);
    }
}

impl<T: Columns> Columns for Option<T> {
    fn write(&self, to: &mut impl Sink) {
        match self {
            Some(value) => value.write(to),
            None => to.null(),
        }
    }
}
