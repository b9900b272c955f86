//! Rows in the text that Postgres reads: an array of a table's row type, as one parameter of a statement.

use crate::tables::Sink;
use chrono::{DateTime, SecondsFormat, Utc};
use std::fmt::{self, Write as _};
use uuid::Uuid;

/// One row for each of `items`, of the columns that `write` writes.
pub(crate) fn text_rows<T>(items: impl IntoIterator<Item = T>, write: impl Fn(T, &mut TextRows)) -> String {
    let mut rows = TextRows::default();
    for item in items {
        rows.text.push_str(if rows.text.is_empty() { "{\"(" } else { ",\"(" });
        rows.columns = 0;
        write(item, &mut rows);
        rows.text.push_str(")\"");
    }
    rows.text.push_str(if rows.text.is_empty() { "{}" } else { "}" });
    rows.text
}

/// An array literal that grows by rows. Each level, array, row and array in a column, quotes what the one
/// inside wrote.
#[derive(Debug, Default)]
pub(crate) struct TextRows {
    text: String,
    /// An array in a column, before it is quoted.
    array: String,
    columns: usize,
}

impl TextRows {
    fn next(&mut self) {
        if self.columns > 0 {
            self.text.push(',');
        }
        self.columns += 1;
    }

    /// Of a value whose text has no character that means something to Postgres.
    fn plain(&mut self, value: impl fmt::Display) {
        self.next();
        let _ = write!(self.text, "{value}");
    }

    fn quoted(&mut self, value: &str) {
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

    fn array<T>(&mut self, values: &[T], element: impl Fn(&mut String, &T)) {
        let mut array = std::mem::take(&mut self.array);
        array.clear();
        array.push('{');
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                array.push(',');
            }
            element(&mut array, value);
        }
        array.push('}');
        self.quoted(&array);
        self.array = array;
    }
}

impl Sink for TextRows {
    fn null(&mut self) {
        self.next();
    }

    fn boolean(&mut self, value: bool) {
        self.plain(value);
    }

    fn smallint(&mut self, value: i16) {
        self.plain(value);
    }

    fn integer(&mut self, value: i32) {
        self.plain(value);
    }

    fn bigint(&mut self, value: i64) {
        self.plain(value);
    }

    fn uuid(&mut self, value: Uuid) {
        self.plain(value);
    }

    fn timestamptz(&mut self, value: DateTime<Utc>) {
        self.plain(value.to_rfc3339_opts(SecondsFormat::Micros, true));
    }

    fn text(&mut self, value: &str) {
        self.quoted(value);
    }

    fn jsonb(&mut self, value: &str) {
        self.quoted(value);
    }

    fn texts(&mut self, values: &[String]) {
        self.array(values, |array, value| {
            array.push('"');
            for character in value.chars() {
                if matches!(character, '"' | '\\') {
                    array.push('\\');
                }
                array.push(character);
            }
            array.push('"');
        });
    }

    fn uuids(&mut self, values: &[Uuid]) {
        self.array(values, |array, value| {
            let _ = write!(array, "{value}");
        });
    }

    fn bigints(&mut self, values: &[i64]) {
        self.array(values, |array, value| {
            let _ = write!(array, "{value}");
        });
    }
}
