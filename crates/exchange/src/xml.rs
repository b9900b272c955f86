//! What readers and writers of XML share: places in a text, what a text may hold, what is told of an ill-formed one.
//!
//! What makes a small file large is absent on purpose: entities of one's own are unknown, so that nothing expands.

use quick_xml::{escape::resolve_predefined_entity, events::BytesRef};

/// Where something begins, both counted from 1; the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// What is wrong with a file as XML; nothing behind it is read.
#[derive(Debug)]
pub struct NotXml {
    pub place: Place,
    pub message: String,
}

/// A text as XML can have it: control characters and what is no character are none of it (XML 1.0, 2.2).
pub fn xml_text(text: &str) -> String {
    text.chars().map(|letter| if is_of_xml(letter) { letter } else { '\u{fffd}' }).collect()
}

fn is_of_xml(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Positions are in a slice.
pub fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

pub fn resolve<'a>(reference: &BytesRef<'_>, letter: &'a mut [u8; 4]) -> Result<&'a str, String> {
    if let Some(text) = resolve_predefined_entity(reference) {
        return Ok(text);
    }
    match reference.resolve_char_ref() {
        Ok(Some(resolved)) => Ok(resolved.encode_utf8(letter)),
        Ok(None) => {
            let name: String = reference.chars().take(40).collect();
            Err(format!("`&{name};` is no entity of XML"))
        }
        Err(error) => Err(ill_formed(&error)),
    }
}

/// The library quotes what it met, which may be the rest of the file.
pub fn ill_formed(error: &impl std::fmt::Display) -> String {
    let told = error.to_string();
    let mut short: String = told.chars().take(MOST_TOLD).collect();
    if short.len() < told.len() {
        short.push('…');
    }
    format!("is not well-formed XML: {short}")
}

/// Characters of the library's message that are told.
const MOST_TOLD: usize = 200;

/// Counts lines and columns on the way through a text, whatever its lines end in.
pub struct Places<'a> {
    text: &'a str,
    seen: usize,
    place: Place,
}

impl<'a> Places<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, seen: 0, place: Place { line: 1, column: 1 } }
    }

    /// The place of an offset that is not before those asked for before.
    pub fn at(&mut self, offset: usize) -> Place {
        let mut end = offset.min(self.text.len()).max(self.seen);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let bytes = self.text.as_bytes();
        for at in self.seen..end {
            match bytes[at] {
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => {}
                b'\n' | b'\r' => self.place = Place { line: self.place.line + 1, column: 1 },
                // Bytes that go on a letter are none of their own.
                byte if byte & 0b1100_0000 == 0b1000_0000 => {}
                _ => self.place.column += 1,
            }
        }
        self.seen = end;
        self.place
    }
}
