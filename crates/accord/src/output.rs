//! What a command says on standard output: text for people, or JSON for programs.

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    People,
    Programs,
}

impl Output {
    /// Prints the text for people, and the value as one line of JSON for programs.
    pub fn say(self, text: &str, value: &impl Serialize) -> Result<()> {
        match self {
            Self::People => print(text),
            Self::Programs => {
                print(&serde_json::to_string(value).context("could not write an answer as JSON")?)
            }
        }
    }
}

/// Fails on a terminal, which what is no text would leave in disorder.
pub fn refuse_terminal(what: &str) -> Result<()> {
    if io::stdout().is_terminal() {
        bail!("{what} is nothing to read on a terminal: give a file with -o, or pipe it on");
    }
    Ok(())
}

/// What is no text, as it is.
pub fn pour(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done.context("could not write to standard output"),
    }
}

/// One or more lines. A reader that has seen enough, such as `head`, is no failure.
pub fn print(text: &str) -> Result<()> {
    print_file(&format!("{}\n", text.trim_end()))
}

/// A file's text, to the last byte.
pub fn print_file(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done.context("could not write to standard output"),
    }
}
