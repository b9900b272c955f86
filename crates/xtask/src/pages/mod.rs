//! What people read, held against what is there: links, commands, tables and the width of lines in every
//! page.
//!
//! What a page tells a reader to run is the matter of [`crate::tour`].

mod commands;
mod links;
mod names;
mod page;
pub mod senders;
mod width;

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

pub use commands::check as check_commands;
pub use page::{Kind, Page};

/// Holds every page against the files beside it. Needs no build.
pub fn check(workspace: &Workspace) -> Result<()> {
    let pages = read(workspace.root())?;
    let sources = read_below(workspace.root(), "rs")?;
    let mut faults = links::faults(workspace.root(), &pages);
    faults.extend(width::faults(&pages));
    faults.extend(width::comment_faults(&sources));
    faults.extend(names::faults(&pages, &sources));
    faults.extend(senders::faults(&pages));
    report(faults)?;
    senders::check_complete(workspace.root())
}

/// Every page of the repository.
pub fn read(root: &Path) -> Result<Vec<Page>> {
    read_below(root, "md")
}

fn read_below(root: &Path, ending: &str) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    let mut dirs = vec![root.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).with_context(|| format!("could not list {}", dir.display()))? {
            let path = entry.with_context(|| format!("could not list {}", dir.display()))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() {
                // What was built or fetched, and what belongs to Git or to an editor.
                if !name.starts_with('.') && !matches!(name, "target" | "node_modules") {
                    dirs.push(path);
                }
            } else if path.extension().is_some_and(|found| found == ending) {
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("could not read {}", path.display()))?;
                pages.push(Page { path: path.strip_prefix(root).unwrap_or(&path).to_owned(), text });
            }
        }
    }
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(pages)
}

/// Where a page is wrong, and how.
#[derive(Debug, PartialEq)]
struct Fault(String);

impl Fault {
    fn new(page: &Page, line: usize, what: impl AsRef<str>) -> Self {
        Self(format!("{}:{line}: {}", page.path.display(), what.as_ref()))
    }
}

fn report(faults: Vec<Fault>) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = faults.into_iter().map(|Fault(text)| format!("  {text}")).collect();
    bail!("{} places are wrong:\n{}", lines.len(), lines.join("\n"))
}
