//! A file of separated values as records, each with its line.

use crate::Faults;
use ::csv::{ByteRecord, Reader, ReaderBuilder};
use std::str;

/// Largest file, in bytes.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// What is read, and what stands between its cells. Fails where nothing can be read.
pub(super) fn open(bytes: &[u8]) -> Result<(&[u8], u8), Faults> {
    if bytes.len() > MOST_BYTES {
        return Err(Faults::one(1, &format!("is larger than {} MiB", MOST_BYTES / 1024 / 1024)));
    }
    let bytes = unmarked(bytes)?;
    let delimiter = delimiter(bytes);
    match unclosed_quote(bytes, delimiter) {
        Some(line) => Err(Faults::one(line, "a quote that begins here is not closed")),
        None => Ok((bytes, delimiter)),
    }
}

/// That there is not even a header.
pub(super) fn empty() -> Faults {
    Faults::one(1, "is empty: the first line names the columns")
}

/// Without the mark that some programs put at the beginning of UTF-8.
fn unmarked(mut bytes: &[u8]) -> Result<&[u8], Faults> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Faults::one(1, "is not UTF-8 but UTF-16: save it as CSV in UTF-8"));
    }
    // The library takes one off as well, and lines are counted from what it is given.
    while let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        bytes = rest;
    }
    Ok(bytes)
}

/// The one that the header's line has most of.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in bytes.iter().copied().skip_while(|byte| matches!(byte, b'\r' | b'\n')) {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(index) = DELIMITERS.iter().position(|delimiter| *delimiter == byte) {
                    counts[index] += 1;
                }
            }
        }
    }
    let mut best = 0;
    for index in 1..counts.len() {
        if counts[index] > counts[best] {
            best = index;
        }
    }
    DELIMITERS[best]
}

/// Line of the quote that runs to the end of the file, taking all rows in between with it.
fn unclosed_quote(bytes: &[u8], delimiter: u8) -> Option<usize> {
    enum At {
        Begin,
        Plain,
        Quoted,
        /// After a quote within quotes: the end of them, or one half of a quote that is meant.
        Quote,
    }
    let (mut at, mut lines, mut opened) = (At::Begin, Lines::default(), 1);
    for (index, byte) in bytes.iter().copied().enumerate() {
        at = match (at, byte) {
            (At::Begin, b'"') => {
                opened = lines.at(bytes, index);
                At::Quoted
            }
            (At::Quoted, b'"') => At::Quote,
            (At::Quoted, _) | (At::Quote, b'"') => At::Quoted,
            (_, b'\r' | b'\n') => At::Begin,
            (_, byte) if byte == delimiter => At::Begin,
            _ => At::Plain,
        };
    }
    matches!(at, At::Quoted).then_some(opened)
}

/// Counts lines on the way through a file, whatever they end in.
#[derive(Default)]
struct Lines {
    seen: usize,
    ends: usize,
}

impl Lines {
    /// The line of a byte behind those asked for before.
    fn at(&mut self, bytes: &[u8], index: usize) -> usize {
        for at in self.seen..index {
            let ends = match bytes[at] {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.ends += usize::from(ends);
        }
        self.seen = self.seen.max(index);
        self.ends + 1
    }
}

/// The records of a file with their lines.
pub(super) struct Records<'a> {
    reader: Reader<&'a [u8]>,
    bytes: &'a [u8],
    lines: Lines,
}

impl<'a> Records<'a> {
    pub fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        let reader =
            ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(bytes);
        Self { reader, bytes, lines: Lines::default() }
    }

    /// The line on which the next record begins.
    pub fn next(&mut self, record: &mut ByteRecord) -> Option<usize> {
        // Reading a slice does not fail, and records may differ in length.
        if !self.reader.read_byte_record(record).unwrap_or(false) {
            return None;
        }
        let begin = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        // Empty lines before it are no records, and yet where the library says that it begins.
        let rest = self.bytes.get(begin..).unwrap_or_default();
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        Some(self.lines.at(self.bytes, begin + empty))
    }
}

pub(super) fn is_blank(record: &ByteRecord) -> bool {
    record.iter().all(|cell| cell.trim_ascii().is_empty())
}

pub(super) fn text(cell: &[u8]) -> Option<&str> {
    str::from_utf8(cell).ok().map(str::trim)
}
