//! Headings while the steps run, and a table of them at the end.

use std::env;
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How a step that did not fail ended.
pub enum Outcome {
    Passed,
    /// What it was to check could not be checked here; why.
    NotChecked(String),
}

impl From<()> for Outcome {
    fn from((): ()) -> Self {
        Self::Passed
    }
}

pub struct Report {
    begun: Instant,
    lines: Vec<Line>,
    failed: bool,
}

struct Line {
    name: &'static str,
    result: String,
    took: Duration,
}

impl Report {
    pub fn new() -> Self {
        Self { begun: Instant::now(), lines: Vec::new(), failed: false }
    }

    /// Runs a step and tells whether it passed.
    pub fn step<T: Into<Outcome>>(&mut self, name: &'static str, run: impl FnOnce() -> Result<T>) -> bool {
        heading(name);
        let begun = Instant::now();
        let outcome = run();
        let took = begun.elapsed();
        let passed = outcome.is_ok();
        let result = match outcome.map(Into::into) {
            Ok(Outcome::Passed) => "ok".to_owned(),
            Ok(Outcome::NotChecked(why)) => format!("NOT CHECKED: {why}"),
            Err(error) => {
                self.failed = true;
                eprintln!("error: {error:#}");
                "FAILED".to_owned()
            }
        };
        self.lines.push(Line { name, result, took });
        passed
    }

    pub fn skip(&mut self, names: &[&'static str], why: &str) {
        for name in names {
            self.lines.push(Line { name, result: format!("skipped: {why}"), took: Duration::ZERO });
        }
    }

    pub fn finish(self) -> Result<()> {
        heading("summary");
        for Line { name, result, took } in &self.lines {
            eprintln!("{name:<14} {:>7}  {result}", minutes(*took));
        }
        eprintln!("{:<14} {:>7}", "all", minutes(self.begun.elapsed()));
        if self.failed {
            bail!("not everything passed; the reasons stand under the headings above");
        }
        Ok(())
    }
}

fn heading(name: &str) {
    if stderr().is_terminal() && env::var_os("NO_COLOR").is_none() {
        eprintln!("\n\x1b[1m── {name}\x1b[0m");
    } else {
        eprintln!("\n── {name}");
    }
}

fn minutes(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
