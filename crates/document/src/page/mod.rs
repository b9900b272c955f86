//! Pages that people read: what stands on each, in sections, as HTML, as PDF and as text.
//!
//! Nothing is fetched and nothing is run: the same page gives the same bytes.

mod html;
pub mod pdf;
mod text;

use crate::chart::Gantt;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A document, in all its forms.
pub(crate) struct Page<'a> {
    pub name: String,
    /// Stands at the head and the foot.
    pub marking: String,
    /// What this is, beside the marking.
    pub source: String,
    /// What has to stand over all of it, and why.
    pub stamp: Option<String>,
    /// What identifies it, as pairs.
    pub facts: Vec<(&'static str, String)>,
    /// When the log's position that it is true at was recorded.
    pub recorded_at: DateTime<Utc>,
    pub sections: Vec<Section>,
    /// Whether it is long enough for a list of its sections.
    pub has_contents: bool,
    /// What [`Block::Chart`] shows.
    pub gantt: Option<&'a Gantt>,
    /// The same for each copy of the same document.
    pub ident: String,
}

/// A part of a document under a heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Section {
    /// Unique in the document.
    pub id: String,
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum Block {
    /// A paragraph for each.
    Lines {
        lines: Vec<String>,
    },
    /// Said in smaller letters: what is not there, and why.
    Note {
        text: String,
    },
    List {
        items: Vec<String>,
    },
    Table {
        caption: String,
        columns: Vec<Column>,
        rows: Vec<Vec<Cell>>,
    },
    /// The Gantt chart, which each form draws as it has room.
    Chart,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Column {
    pub title: String,
    /// Below the title.
    pub explained: Option<String>,
    /// Share of the room beyond what its words need; 0: no more than those.
    pub share: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub(crate) struct Cell {
    pub lines: Vec<String>,
    /// Decision points that are due; marked by more than their letters.
    pub marks: Vec<String>,
    /// What heads a row, or stands out in it.
    pub strong: bool,
}

impl Cell {
    pub fn of(text: impl Into<String>) -> Self {
        Self { lines: vec![text.into()], ..Self::default() }
    }

    pub fn strong(text: impl Into<String>) -> Self {
        Self { strong: true, ..Self::of(text) }
    }

    pub fn maybe(text: Option<&String>) -> Self {
        text.map(Self::of).unwrap_or_default()
    }
}

pub(crate) fn columns<const N: usize>(columns: [(&str, u8); N]) -> Vec<Column> {
    columns.map(|(title, share)| Column { title: title.to_owned(), explained: None, share }).into()
}

pub(crate) fn section(title: &str, blocks: Vec<Block>) -> Section {
    let id = title.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    Section { id, title: title.to_owned(), blocks }
}
