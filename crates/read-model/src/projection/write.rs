//! Writing rows: the versions of items that commands made, put into the tables in bulk.

use crate::{
    Entry, Error, Row, doing,
    item::place,
    log::item_entries,
    tables::{Columns, text_rows},
};
use domain::{Item, Position};
use sqlx::{PgConnection, PgExecutor};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// `valid_to` of a row that holds now.
pub(crate) const FOREVER: i64 = i64::MAX;

/// What an item became at a position; `row` is `None` when it is no more.
#[derive(Debug, Clone)]
pub struct Change {
    pub item: Item,
    /// The last position of the command that made it so: no position shows half a command.
    pub at: Position,
    pub row: Option<Row>,
}

/// What becomes of one table.
#[derive(Default)]
struct Bulk<'a> {
    /// Of rows that held until now: id, and the position from which they do not.
    closed: Vec<(Uuid, Position)>,
    versions: Vec<Version<'a>>,
    /// Where the version written last of an id stands in `versions`; `None` when the item is gone.
    last: HashMap<Uuid, Option<usize>>,
}

struct Version<'a> {
    row: &'a Row,
    valid_from: i64,
    valid_to: i64,
}

/// Everything that some commands made, in the order of their positions.
#[derive(Debug, Default)]
pub struct Projection {
    pub changes: Vec<Change>,
    pub events: Vec<Entry>,
}

impl Projection {
    /// Adds what the commands after these made.
    pub fn append(&mut self, mut later: Self) {
        self.changes.append(&mut later.changes);
        self.events.append(&mut later.events);
    }

    fn tables(&self) -> BTreeMap<&'static str, Bulk<'_>> {
        let mut tables: BTreeMap<&'static str, Bulk<'_>> = BTreeMap::new();
        for change in &self.changes {
            let (table, id) = place(&change.item);
            let bulk = tables.entry(table).or_default();
            let at = change.at;
            match bulk.last.get(&id) {
                None => bulk.closed.push((id, at)),
                Some(Some(index)) => bulk.versions[*index].valid_to = at.0,
                Some(None) => {}
            }
            let written = change.row.as_ref().map(|row| {
                bulk.versions.push(Version { row, valid_from: at.0, valid_to: FOREVER });
                bulk.versions.len() - 1
            });
            bulk.last.insert(id, written);
        }
        tables
    }
}

/// Writes what the commands from `after` to `up_to` made, in a transaction of its own, and moves the
/// checkpoint there. False when the checkpoint does not stand at `after`: then nothing was written, since
/// somebody else has written it.
///
/// Does not wait for the disk. What a crash takes back here is still in the log, and the checkpoint goes back
/// with it.
pub async fn write(
    connection: &mut PgConnection,
    projection: &Projection,
    after: Position,
    up_to: Position,
) -> Result<bool, Error> {
    let (mut names, mut closed, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for (table, bulk) in projection.tables() {
        names.push(table);
        closed.push(text_rows(bulk.closed, |(id, at), row| {
            id.write(row);
            at.0.write(row);
        }));
        rows.push(text_rows(bulk.versions, |version, row| {
            version.row.write(row);
            version.valid_from.write(row);
            version.valid_to.write(row);
        }));
    }
    sqlx::query_scalar!(
        r#"select project($1, $2, $3, $4, $5, $6, $7) as "projected!""#,
        after.0,
        up_to.0,
        &names as &[&str],
        &closed,
        &rows,
        text_rows(&projection.events, Entry::write),
        text_rows(item_entries(&projection.events), |item, row| item.write(row))
    )
    .fetch_one(connection)
    .await
    .map_err(doing("write rows of the read model"))
}

/// Locks the checkpoint until the transaction ends, so that only one writer projects; where it stands.
///
/// `None`: other tables have taken the place of those that this transaction has begun with. Begin another.
pub async fn lock_checkpoint(tx: &mut PgConnection) -> Result<Option<Position>, Error> {
    // Whoever waits here sees what the one before them has made of the row.
    sqlx::query_scalar!("select position from checkpoint where not retired for update")
        .fetch_optional(tx)
        .await
        .map(|position| position.map(Position))
        .map_err(doing("lock the read model's checkpoint"))
}

/// Where the checkpoint stands, without waiting for whoever is moving it.
pub async fn checkpoint(database: impl PgExecutor<'_>) -> Result<Position, Error> {
    sqlx::query_scalar!("select position from checkpoint")
        .fetch_one(database)
        .await
        .map(Position)
        .map_err(doing("read the read model's checkpoint"))
}
