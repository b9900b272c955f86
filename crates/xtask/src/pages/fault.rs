//! What is wrong with a page, told with its place.

use anyhow::{Result, bail};

use super::page::Page;

/// Where a page is wrong, and how.
#[derive(Debug, PartialEq)]
pub struct Fault(pub String);

impl Fault {
    pub fn new(page: &Page, line: usize, what: impl AsRef<str>) -> Self {
        Self(format!("{}:{line}: {}", page.path.display(), what.as_ref()))
    }
}

pub fn report(faults: Vec<Fault>) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = faults.into_iter().map(|Fault(text)| format!("  {text}")).collect();
    bail!("{} places are wrong:\n{}", lines.len(), lines.join("\n"))
}
