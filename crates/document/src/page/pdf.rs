//! Pages as PDF: tagged for who has it read out, made to be kept (PDF/A-2a, PDF/UA-1), and never with a
//! letter left out.
//!
//! Typst sets the pages from one template; what people wrote comes in as data. Letters without a font of the
//! build are looked for in the machine's fonts, which is the only thing that is read here. So the same page
//! gives the same bytes where the same fonts are.

use super::{Block, Page, Section};
use chrono::{Datelike as _, Timelike as _};
use serde::Serialize;
use std::{collections::BTreeSet, fmt, path::Path};
use typst::{
    Library, LibraryExt as _, World,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Dict, Duration, Smart, Str, Value},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_kit::fonts::{self, FontPath, FontStore};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

const TEMPLATE: &str = include_str!("page.typ");

/// What the template is set in, and one that has letters of many scripts. All that Typst brings would be ten
/// megabytes of the binary, most of it for mathematics.
const EMBEDDED: [&[u8]; 5] = [
    include_bytes!("../../fonts/LibertinusSerif-Regular.otf"),
    include_bytes!("../../fonts/LibertinusSerif-Bold.otf"),
    include_bytes!("../../fonts/LibertinusSerif-Italic.otf"),
    include_bytes!("../../fonts/LibertinusSerif-BoldItalic.otf"),
    include_bytes!("../../fonts/DejaVuSansMono.ttf"),
];

/// What pages are set in. Latin, Greek and Cyrillic letters are always there.
pub struct Fonts(FontStore);

/// Why there are no pages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// In the order of their numbers; no font has them.
    #[error("no font here has {}", letters(.0))]
    MissingLetters(BTreeSet<char>),
    #[error("could not set the pages: {0}")]
    Typesetting(String),
}

/// With their numbers, because whoever has no font for them does not see them.
fn letters(missing: &BTreeSet<char>) -> impl fmt::Display {
    const MOST: usize = 20;
    let shown = missing.iter().take(MOST).map(|letter| format!("{letter} (U+{:04X})", u32::from(*letter)));
    let more = missing.len().saturating_sub(MOST);
    let more = (more > 0).then(|| format!("{more} letters more"));
    shown.chain(more).collect::<Vec<_>>().join(", ")
}

impl Fonts {
    /// Those of the build alone.
    pub fn embedded() -> Self {
        let mut store = FontStore::new();
        let embedded = EMBEDDED.into_iter().flat_map(|data| Font::iter(Bytes::new(data)));
        store.extend(embedded.map(|font| {
            let info = font.info().clone();
            (font, info)
        }));
        Self(store)
    }

    /// And those that the machine has, in the order of their files.
    #[must_use]
    pub fn with_machine(mut self) -> Self {
        self.extend(fonts::system());
        self
    }

    /// And those in a directory, at any depth, in the order of their files.
    #[must_use]
    pub fn with_directory(mut self, path: &Path) -> Self {
        self.extend(fonts::scan(path));
        self
    }

    fn extend(&mut self, found: impl Iterator<Item = (FontPath, typst::text::FontInfo)>) {
        let mut found: Vec<_> = found.collect();
        found.sort_by(|(one, _), (other, _)| (&one.path, one.index).cmp(&(&other.path, other.index)));
        self.0.extend(found);
    }

    /// Those of the text's letters that no font has.
    fn missing(&self, text: &str) -> BTreeSet<char> {
        let book = self.0.book();
        let known = |letter: char| {
            let mut infos = (0..).map_while(|index| book.info(index));
            infos.any(|info| info.coverage.contains(u32::from(letter)))
        };
        let letters: BTreeSet<char> = text.chars().filter(|letter| !is_invisible(*letter)).collect();
        letters.into_iter().filter(|letter| !known(*letter)).collect()
    }
}

/// Space, control, joiners, marks of direction and variation: there is nothing to be seen of them.
fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// What the template is given.
#[derive(Serialize)]
struct Data<'a> {
    name: &'a str,
    marking: &'a str,
    source: &'a str,
    stamp: Option<&'a str>,
    facts: &'a [(&'static str, String)],
    sections: &'a [Section],
    contents: bool,
}

impl Page {
    /// Fails with [`PdfError::MissingLetters`] rather than leave any out.
    pub fn pdf(&self, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
        let sections = self.linked();
        let data = Data {
            name: &self.name,
            marking: &self.marking,
            source: &self.source,
            stamp: self.stamp.as_deref(),
            facts: &self.facts,
            sections: &sections,
            contents: self.has_contents,
        };
        let typesetting = |error: &dyn fmt::Display| PdfError::Typesetting(error.to_string());
        let json = serde_json::to_string(&data).map_err(|error| typesetting(&error))?;
        let missing = fonts.missing(&format!("{TEMPLATE}{}", texts(&data)));
        if !missing.is_empty() {
            return Err(PdfError::MissingLetters(missing));
        }
        let pages = Pages::new(fonts, json).map_err(|error| typesetting(&error))?;
        let document: PagedDocument =
            typst::compile(&pages).output.map_err(|errors| PdfError::Typesetting(join_messages(&errors)))?;
        let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
            .map_err(|error| typesetting(&error.message()))?;
        let options = PdfOptions {
            ident: Smart::Custom(self.ident.clone()),
            creator: Smart::Custom(Some("Accord".to_owned())),
            timestamp: self.timestamp(),
            standards,
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&document, &options).map_err(|errors| PdfError::Typesetting(join_messages(&errors)))
    }

    fn timestamp(&self) -> Option<Timestamp> {
        let at = self.recorded_at;
        let [month, day, hour, minute, second] =
            [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(u8::try_from);
        let at =
            Datetime::from_ymd_hms(at.year(), month.ok()?, day.ok()?, hour.ok()?, minute.ok()?, second.ok()?);
        at.map(Timestamp::new_utc)
    }
}

/// All that is shown, the chart's words included: they are the tables'.
fn texts(data: &Data<'_>) -> String {
    let mut texts = vec![data.name, data.marking, data.source];
    texts.extend(data.stamp);
    texts.extend(data.facts.iter().flat_map(|(name, fact)| [*name, fact.as_str()]));
    for section in data.sections {
        texts.push(&section.title);
        for block in &section.blocks {
            match block {
                Block::Lines { lines: of } | Block::List { items: of } => {
                    texts.extend(of.iter().map(String::as_str));
                }
                Block::Note { text } => texts.push(text),
                Block::Table { caption, columns, rows } => {
                    texts.push(caption);
                    texts.extend(columns.iter().map(|column| column.title.as_str()));
                    texts.extend(columns.iter().filter_map(|column| column.explained.as_deref()));
                    for cell in rows.iter().flatten() {
                        texts.extend(cell.lines.iter().chain(&cell.marks).map(String::as_str));
                        texts.extend(cell.links.iter().map(|link| link.text.as_str()));
                        texts.extend(cell.picture.iter().map(|picture| picture.svg.as_str()));
                    }
                }
                Block::Chart(drawing) => {
                    texts.push(drawing.explained);
                    texts.extend(drawing.sheets.iter().map(String::as_str));
                }
            }
        }
    }
    texts.concat()
}

fn join_messages(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}

/// The template, its data and its fonts; there are no other files, no packages and no clock.
struct Pages<'a> {
    library: LazyHash<Library>,
    main: Source,
    fonts: &'a FontStore,
}

impl<'a> Pages<'a> {
    fn new(fonts: &'a Fonts, data: String) -> Result<Self, String> {
        let path = VirtualPath::new("page.typ").map_err(|error| format!("{error:?}"))?;
        let id = RootedPath::new(VirtualRoot::Project, path).intern();
        let inputs: Dict = [(Str::from("page"), Value::Str(data.into()))].into_iter().collect();
        let library = Library::builder().with_inputs(inputs).build();
        Ok(Self {
            library: LazyHash::new(library),
            main: Source::new(id, TEMPLATE.to_owned()),
            fonts: &fonts.0,
        })
    }
}

impl World for Pages<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
