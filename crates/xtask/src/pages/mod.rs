//! What people read, held against what is there: links, commands, tables and the width of lines in every
//! page.
//!
//! What a page tells a reader to run is the matter of [`crate::tour`].

mod commands;
mod fault;
mod links;
mod names;
mod page;
pub mod senders;
mod width;

use anyhow::Result;

use crate::workspace::Workspace;
use fault::report;
use page::read_below;

pub use commands::check as check_commands;
pub use page::{Kind, Page, read};

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
