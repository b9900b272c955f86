//! A row's fields in the binary format of `copy`.

use crate::tables::Sink;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Types of elements, by the numbers that they have in every Postgres.
const TEXT: i32 = 25;
const UUID: i32 = 2950;
const BIGINT: i32 = 20;

/// From 1970 to 2000, where Postgres counts from.
const MICROSECONDS: i64 = 946_684_800_000_000;

/// A row that grows by fields, at the end of others.
#[derive(Debug)]
pub(crate) struct BinaryRow<'a> {
    rows: &'a mut Vec<u8>,
    begin: usize,
    fields: i16,
}

impl<'a> BinaryRow<'a> {
    pub fn begin(rows: &'a mut Vec<u8>) -> Self {
        let begin = rows.len();
        // Room for the number of fields.
        rows.extend_from_slice(&[0; 2]);
        Self { rows, begin, fields: 0 }
    }

    /// `more` fields are to be appended to it.
    pub fn finish(self, more: i16) {
        self.rows[self.begin..self.begin + 2].copy_from_slice(&(self.fields + more).to_be_bytes());
    }

    fn field(&mut self, bytes: &[u8]) {
        self.fields += 1;
        append(self.rows, bytes);
    }

    /// An array of one dimension without nulls.
    fn array<'b>(&mut self, element: i32, values: impl ExactSizeIterator<Item = &'b [u8]>) {
        self.fields += 1;
        let at = self.rows.len();
        let length = i32::try_from(values.len()).unwrap_or(i32::MAX);
        // Length in bytes, dimensions, whether there are nulls, type of the elements.
        for number in [0, i32::from(length > 0), 0, element] {
            self.rows.extend_from_slice(&number.to_be_bytes());
        }
        if length > 0 {
            // How many, and the index of the first.
            for number in [length, 1] {
                self.rows.extend_from_slice(&number.to_be_bytes());
            }
        }
        for value in values {
            append(self.rows, value);
        }
        let bytes = i32::try_from(self.rows.len() - at - 4).unwrap_or(i32::MAX);
        self.rows[at..at + 4].copy_from_slice(&bytes.to_be_bytes());
    }
}

/// Appends a field to a finished row.
pub(crate) fn append_bigint(row: &mut Vec<u8>, value: i64) {
    append(row, &value.to_be_bytes());
}

fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    // A gibibyte is as much as Postgres takes, so the length always fits.
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

impl Sink for BinaryRow<'_> {
    fn null(&mut self) {
        self.fields += 1;
        self.rows.extend_from_slice(&(-1_i32).to_be_bytes());
    }

    fn boolean(&mut self, value: bool) {
        self.field(&[u8::from(value)]);
    }

    fn smallint(&mut self, value: i16) {
        self.field(&value.to_be_bytes());
    }

    fn integer(&mut self, value: i32) {
        self.field(&value.to_be_bytes());
    }

    fn bigint(&mut self, value: i64) {
        self.field(&value.to_be_bytes());
    }

    fn uuid(&mut self, value: Uuid) {
        self.field(value.as_bytes());
    }

    fn timestamptz(&mut self, value: DateTime<Utc>) {
        self.field(&(value.timestamp_micros() - MICROSECONDS).to_be_bytes());
    }

    fn text(&mut self, value: &str) {
        self.field(value.as_bytes());
    }

    fn jsonb(&mut self, value: &str) {
        self.fields += 1;
        // With the format's version before the text.
        let length = i32::try_from(value.len() + 1).unwrap_or(i32::MAX);
        self.rows.extend_from_slice(&length.to_be_bytes());
        self.rows.push(1);
        self.rows.extend_from_slice(value.as_bytes());
    }

    fn texts(&mut self, values: &[String]) {
        self.array(TEXT, values.iter().map(String::as_bytes));
    }

    fn uuids(&mut self, values: &[Uuid]) {
        self.array(UUID, values.iter().map(|value| value.as_bytes().as_slice()));
    }

    fn bigints(&mut self, values: &[i64]) {
        let bytes: Vec<_> = values.iter().map(|value| value.to_be_bytes()).collect();
        self.array(BIGINT, bytes.iter().map(<[u8; 8]>::as_slice));
    }
}
