//! What is wrong with a file, and where.

use std::fmt;

/// One thing that is wrong with the file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Such as `plan.tasks[3].post`, indexes from 0; empty when the fault is the file's.
    pub path: String,
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, path, message } = self;
        let space = if path.is_empty() { "" } else { " " };
        write!(f, "line {line}, column {column}: {path}{space}{message}")
    }
}
