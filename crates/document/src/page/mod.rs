//! Pages that people read: what stands on each, in sections, as HTML, as PDF and as text.
//!
//! Nothing is fetched and nothing is run: the same page gives the same bytes.

mod html;
pub mod pdf;
#[cfg(test)]
mod tests;
mod text;

use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeSet;

/// A document, in all its forms.
pub(crate) struct Page {
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
    /// Each form draws it as it has room.
    Chart(Drawing),
}

/// A chart, as SVG.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Drawing {
    #[serde(skip)]
    pub whole: String,
    /// The same on sheets of a page each.
    pub sheets: Vec<String>,
    /// What it is, for who does not see it.
    pub explained: &'static str,
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
    /// What links lead here by; no other cell has it.
    pub anchor: Option<String>,
    /// Behind the lines.
    pub links: Vec<Link>,
    /// Before the lines.
    pub picture: Option<Picture>,
}

/// A small chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Picture {
    pub svg: String,
    /// What it is, for who does not see it.
    pub explained: String,
}

/// Leads to a cell of the same document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Link {
    pub text: String,
    /// The cell's anchor, or a section's id. `None`: there is no such place, and this is text.
    pub to: Option<String>,
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

impl Page {
    /// As they are shown: each link leads to one place in the document, or is text.
    fn linked(&self) -> Vec<Section> {
        let mut sections = self.sections.clone();
        let mut places: BTreeSet<String> = sections.iter().map(|section| section.id.clone()).collect();
        // No cell takes its name, and not every form has a place for it.
        places.insert(CONTENTS.to_owned());
        for cell in cells(&mut sections) {
            cell.anchor = cell.anchor.take().filter(|anchor| places.insert(anchor.clone()));
        }
        places.remove(CONTENTS);
        for link in cells(&mut sections).flat_map(|cell| &mut cell.links) {
            link.to = link.to.take().filter(|place| places.contains(place));
        }
        sections
    }
}

/// Of the list of sections.
const CONTENTS: &str = "contents";

fn cells(sections: &mut [Section]) -> impl Iterator<Item = &mut Cell> {
    let rows = sections.iter_mut().flat_map(|section| &mut section.blocks).filter_map(|block| match block {
        Block::Table { rows, .. } => Some(rows),
        Block::Lines { .. } | Block::Note { .. } | Block::List { .. } | Block::Chart(_) => None,
    });
    rows.flatten().flatten()
}

pub(crate) fn columns<const N: usize>(columns: [(&str, u8); N]) -> Vec<Column> {
    columns.map(|(title, share)| Column { title: title.to_owned(), explained: None, share }).into()
}

/// `SUPPORTING` as people read it: `supporting`.
pub(crate) fn plain(name: &str) -> String {
    name.to_lowercase().replace('_', " ")
}

pub(crate) fn section(title: &str, blocks: Vec<Block>) -> Section {
    let id = title.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    Section { id, title: title.to_owned(), blocks }
}
