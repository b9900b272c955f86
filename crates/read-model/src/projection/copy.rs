//! Rows as binary COPY takes them, to fill tables that nobody reads yet.
//!
//! A version is written once, when it is known until where it held, so nothing is updated. Nothing here reads
//! a table.

use crate::{
    Error, Projection, Row, doing,
    item::place,
    log::item_entries,
    projection::write::FOREVER,
    tables::{BinaryRow, Columns, append_bigint},
};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Rows of a table are sent when they are so many bytes, and all at the end.
const ENOUGH: usize = 1 << 18;

/// So many bytes are sent at a time: what is sent is copied once more, and memory that was used just now is
/// quicker to use.
const PIECE: usize = 1 << 16;

/// Before the rows of a binary COPY: a signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: &[u8] = &(-1_i16).to_be_bytes();

/// Every row of a log, gathered command by command from the first on.
#[derive(Debug, Default)]
pub struct Filling {
    tables: BTreeMap<&'static str, Filled>,
}

/// What is known of a table.
#[derive(Debug, Default)]
struct Filled {
    /// Versions that hold now, by id: encoded but for `valid_to`.
    open: HashMap<Uuid, Box<[u8]>>,
    /// The last version, to encode the next in the same place.
    encoding: Vec<u8>,
    /// Whole rows that were not taken yet.
    rows: Vec<u8>,
}

/// Rows to be copied into a table.
#[derive(Debug)]
pub struct Rows {
    table: &'static str,
    encoded: Vec<u8>,
}

impl Filling {
    /// Adds what the next commands made.
    pub fn add(&mut self, projection: &Projection) {
        for change in &projection.changes {
            let (table, id) = place(&change.item);
            self.tables.entry(table).or_default().change(id, change.row.as_ref(), change.at.0);
        }
        let entries = self.tables.entry("event_entry").or_default();
        for entry in &projection.events {
            append_row(&mut entries.rows, entry, 0);
        }
        let items = self.tables.entry("event_item").or_default();
        for item in item_entries(&projection.events) {
            append_row(&mut items.rows, &item, 0);
        }
    }

    /// The rows of the tables that have enough of them.
    pub fn take(&mut self) -> Vec<Rows> {
        let enough = self.tables.iter_mut().filter(|(_, filled)| filled.rows.len() >= ENOUGH);
        let take = |(table, filled): (&&'static str, &mut Filled)| {
            // The next lot is about as large.
            let next = Vec::with_capacity(filled.rows.len());
            Rows { table, encoded: std::mem::replace(&mut filled.rows, next) }
        };
        enough.map(take).collect()
    }

    /// The rest: nothing comes after what was added.
    pub fn finish(self) -> impl Iterator<Item = Rows> {
        self.tables.into_iter().map(|(table, Filled { open, mut rows, .. })| {
            for row in open.into_values() {
                close(&mut rows, &row, FOREVER);
            }
            Rows { table, encoded: rows }
        })
    }
}

/// Appends a row that `more` fields are to be appended to.
fn append_row(rows: &mut Vec<u8>, row: &impl Columns, more: i16) {
    let mut encoding = BinaryRow::begin(rows);
    row.write(&mut encoding);
    encoding.finish(more);
}

impl Filled {
    /// From `at` on the item is `row`, or is no more.
    fn change(&mut self, id: Uuid, row: Option<&Row>, at: i64) {
        let before = match row {
            Some(row) => {
                // Two of validity: from here, and until it is closed.
                self.encoding.clear();
                append_row(&mut self.encoding, row, 2);
                append_bigint(&mut self.encoding, at);
                self.open.insert(id, self.encoding.as_slice().into())
            }
            None => self.open.remove(&id),
        };
        if let Some(before) = before {
            close(&mut self.rows, &before, at);
        }
    }
}

fn close(rows: &mut Vec<u8>, row: &[u8], valid_to: i64) {
    rows.extend_from_slice(row);
    append_bigint(rows, valid_to);
}

impl Rows {
    /// Copies them into the table, which this transaction has made.
    pub async fn copy(self, tx: &mut PgConnection) -> Result<(), Error> {
        if self.encoded.is_empty() {
            return Ok(());
        }
        // Frozen: nobody can see the table before it is complete, and nothing has to visit its pages again.
        let statement = format!("copy {} from stdin (format binary, freeze)", self.table);
        let copied = async {
            let mut copy = tx.copy_in_raw(&statement).await?;
            copy.send(HEADER).await?;
            for piece in self.encoded.chunks(PIECE) {
                copy.send(piece).await?;
            }
            copy.send(TRAILER).await?;
            copy.finish().await
        };
        copied.await.map(drop).map_err(doing("copy rows into the read model"))
    }
}
