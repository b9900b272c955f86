//! Rows in the text that Postgres reads: an array of a table's row type, as one parameter of a statement.
//!
//! A table's columns are named once, by the struct of its rows in the order of the table's definition. Nothing here knows
//! a table, and nothing here is read back.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use sqlx::types::Json;
use std::fmt::{self, Write as _};
use uuid::Uuid;

/// Declares the struct of a table's rows: its fields are the table's columns in their order, but those of validity.
macro_rules! row {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$of_field:meta])* $visibility:vis $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub struct $name {
            $($(#[$of_field])* $visibility $field: $type,)*
        }

        impl $crate::text::Columns for $name {
            fn write(&self, row: &mut $crate::text::Rows) {
                $($crate::text::Columns::write(&self.$field, row);)*
            }
        }
    };
}
pub(crate) use row;

/// What fills one column of a row, or several next to each other.
pub(crate) trait Columns {
    fn write(&self, row: &mut Rows);
}

/// One row for each of `items`, of the columns that `write` writes.
pub(crate) fn rows<T>(items: impl IntoIterator<Item = T>, write: impl Fn(T, &mut Rows)) -> String {
    let mut rows = Rows::default();
    for item in items {
        rows.add(|row| write(item, row));
    }
    rows.finish()
}

/// An array literal that grows by rows. Each level, array, row and array in a column, quotes what the one inside wrote.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    text: String,
    /// A column's value before it is quoted.
    value: String,
    columns: usize,
}

impl Rows {
    /// Adds a row; `write` writes its columns.
    fn add(&mut self, write: impl FnOnce(&mut Self)) {
        self.text.push_str(if self.text.is_empty() { "{\"(" } else { ",\"(" });
        self.columns = 0;
        write(self);
        self.text.push_str(")\"");
    }

    fn finish(mut self) -> String {
        self.text.push_str(if self.text.is_empty() { "{}" } else { "}" });
        self.text
    }

    fn next(&mut self) {
        if self.columns > 0 {
            self.text.push(',');
        }
        self.columns += 1;
    }

    pub(crate) fn null(&mut self) {
        self.next();
    }

    /// Of a value whose text has no character that means something to Postgres: numbers, ids, instants.
    pub(crate) fn plain(&mut self, value: impl fmt::Display) {
        self.next();
        let _ = write!(self.text, "{value}");
    }

    pub(crate) fn quoted(&mut self, value: &str) {
        self.next();
        self.text.push_str("\\\"");
        let mut rest = value;
        while let Some(at) = rest.find(['"', '\\']) {
            self.text.push_str(&rest[..at]);
            // Doubled within the row, and each of the two once more within the array.
            self.text.push_str(if rest[at..].starts_with('"') { "\\\"\\\"" } else { "\\\\\\\\" });
            rest = &rest[at + 1..];
        }
        self.text.push_str(rest);
        self.text.push_str("\\\"");
    }

    /// As [`Rows::quoted`], of what `write` writes.
    fn written(&mut self, write: impl FnOnce(&mut String)) {
        let mut value = std::mem::take(&mut self.value);
        value.clear();
        write(&mut value);
        self.quoted(&value);
        self.value = value;
    }
}

impl Columns for String {
    fn write(&self, row: &mut Rows) {
        row.quoted(self);
    }
}

impl Columns for &str {
    fn write(&self, row: &mut Rows) {
        row.quoted(self);
    }
}

impl Columns for Uuid {
    fn write(&self, row: &mut Rows) {
        row.plain(self);
    }
}

impl Columns for bool {
    fn write(&self, row: &mut Rows) {
        row.plain(self);
    }
}

impl Columns for i16 {
    fn write(&self, row: &mut Rows) {
        row.plain(self);
    }
}

impl Columns for i32 {
    fn write(&self, row: &mut Rows) {
        row.plain(self);
    }
}

impl Columns for i64 {
    fn write(&self, row: &mut Rows) {
        row.plain(self);
    }
}

impl Columns for DateTime<Utc> {
    fn write(&self, row: &mut Rows) {
        row.plain(self.to_rfc3339_opts(SecondsFormat::Micros, true));
    }
}

impl Columns for Vec<String> {
    fn write(&self, row: &mut Rows) {
        row.written(|array| {
            array.push('{');
            for (index, value) in self.iter().enumerate() {
                array.push_str(if index > 0 { ",\"" } else { "\"" });
                for character in value.chars() {
                    if matches!(character, '"' | '\\') {
                        array.push('\\');
                    }
                    array.push(character);
                }
                array.push('"');
            }
            array.push('}');
        });
    }
}

impl Columns for Vec<Uuid> {
    fn write(&self, row: &mut Rows) {
        row.written(|array| {
            array.push('{');
            for (index, value) in self.iter().enumerate() {
                let _ = write!(array, "{}{value}", if index > 0 { "," } else { "" });
            }
            array.push('}');
        });
    }
}

impl<T: Serialize> Columns for Json<T> {
    fn write(&self, row: &mut Rows) {
        let json = serde_json::to_string(&self.0).expect("rows have string keys and derived serializers");
        row.quoted(&json);
    }
}

impl<T: Columns> Columns for Option<T> {
    fn write(&self, row: &mut Rows) {
        match self {
            Some(value) => value.write(row),
            None => row.null(),
        }
    }
}
