//! What is wrong with a file, and where.

use std::fmt;

/// Most faults that are listed; of the rest it is said how many there are.
pub const MOST_FAULTS: usize = 1_000;

/// Longest header that is shown, in characters.
const HEADER_CHARS: usize = 40;

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Counted from 1.
    pub number: usize,
    /// As the file has it, shortened when it is long; empty where there is none.
    pub header: String,
}

impl Column {
    pub(crate) fn new(index: usize, header: &str) -> Self {
        Self { number: index + 1, header: printable(header).chars().take(HEADER_CHARS).collect() }
    }
}

/// Something that a person can mend in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1.
    pub line: usize,
    /// `None`: the line as a whole.
    pub column: Option<Column>,
    /// For a person, without control characters.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message } = self;
        match column {
            Some(Column { number, header }) if header.is_empty() => {
                write!(f, "line {line}, column {number}: {message}")
            }
            Some(Column { number, header }) => {
                write!(f, "line {line}, column {number} ({header}): {message}")
            }
            None => write!(f, "line {line}: {message}"),
        }
    }
}

/// All faults of a file, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    /// The first [`MOST_FAULTS`].
    pub listed: Vec<Fault>,
    /// How many there are besides.
    pub more: usize,
}

impl Faults {
    pub(crate) fn one(line: usize, message: &str) -> Self {
        let mut faults = Self::default();
        faults.add(line, None, message);
        faults
    }

    pub(crate) fn add(&mut self, line: usize, column: Option<Column>, message: &str) {
        if self.listed.len() < MOST_FAULTS {
            self.listed.push(Fault { line, column, message: printable(message) });
        } else {
            self.more += 1;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// How many there are, also of those that are not listed.
    pub fn total(&self) -> usize {
        self.listed.len() + self.more
    }
}

/// A text of others for a terminal, whose cursor it must not move: messages quote cells.
pub fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}
