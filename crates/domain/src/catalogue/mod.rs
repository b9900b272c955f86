//! The events for whoever reads the log without Accord: a JSON Schema of each, and a page of all.
//!
//! Everything here is made from the types, their documentation, [`examples`] and [`sources`]. Nothing
//! decides.

pub mod examples;
mod page;
mod schema;
pub mod sources;

pub use page::page;
pub use schema::Entry;

use crate::{
    Event,
    codec::Encoded,
    upcast::{OLD_SHAPES, older_than_today},
};
use schema::Family;

/// The events of each subject, in the order of their declaration.
fn families() -> Vec<(Family, Vec<Entry>)> {
    let examples: Vec<(Event, Encoded)> =
        examples::events().into_iter().map(|event| (event.clone(), event.encode())).collect();
    let entries = |family: Family| {
        let entries = family.variants().into_iter().filter_map(|(kind, description, schema)| {
            let mut own = examples.iter().filter(|(_, encoded)| encoded.kind == kind).peekable();
            let (event, encoded) = own.peek()?;
            Some(Entry {
                kind: encoded.kind,
                version: encoded.version,
                description,
                schema,
                sources: sources::sources(event),
                older: older_than_today(encoded.kind).map(|old| (old.version, old.changed)).collect(),
                examples: own
                    .map(|(_, encoded)| String::from_utf8_lossy(&encoded.payload).into_owned())
                    .collect(),
            })
        });
        let entries = entries.collect();
        (family, entries)
    };
    Family::all().into_iter().map(entries).collect()
}

/// Every event, in alphabetical order.
pub fn entries() -> Vec<Entry> {
    let mut entries: Vec<Entry> = families().into_iter().flat_map(|(_, entries)| entries).collect();
    entries.sort_by_key(|entry| entry.kind);
    entries
}

/// The files of `schema/events`: name and text of one for each event, and of one for each older shape that is
/// still read.
pub fn files() -> impl Iterator<Item = (String, String)> {
    let old =
        OLD_SHAPES.iter().map(|old| (format!("{}.{}.json", old.kind, old.version), old.file.to_owned()));
    entries().into_iter().map(|entry| (format!("{}.json", entry.kind), entry.file())).chain(old)
}
