//! Reads a scenario file, such as Operation SAPHAN, into typed sections; `scenario/FORMAT.md` describes it.
//!
//! Nothing here does IO, asks a clock or knows a command: the text comes in, and either a scenario without a
//! single fault comes out or the list of all its faults.

mod check;
mod fault;
mod log;
pub mod model;
mod moments;
mod proofs;
mod record;
#[cfg(test)]
mod tests;
mod versions;
mod yaml;

pub use fault::Fault;
pub use log::{FromLog, In, read_log};
pub use model::Scenario;
pub use moments::{Appointment, Corrected, Happening, Moment, TaskEnd};
pub use proofs::Proof;
pub use versions::{PlanDraft, Revision};

use yaml::{At, Faults, Node, Read as _};

/// Largest file, in bytes; SAPHAN has 39,000.
pub const MAX_BYTES: usize = 8 << 20;

/// Fails with every fault of the file, by line; after a text that is no YAML, nothing else is judged.
pub fn read(text: &str) -> Result<Scenario, Vec<Fault>> {
    let faults = Faults::default();
    let Some(root) = tree(text, &faults) else { return Err(faults.into_sorted()) };
    let scenario = Scenario::read(&At::root(&root, &faults));
    check::check(&root, &scenario, &faults);
    if faults.is_empty() { Ok(scenario) } else { Err(faults.into_sorted()) }
}

fn tree<'a>(text: &'a str, faults: &Faults) -> Option<Node<'a>> {
    if text.len() > MAX_BYTES {
        faults.add((1, 1), "", &format!("the file has {} bytes; {MAX_BYTES} is the most", text.len()));
        return None;
    }
    yaml::parse(text, faults)
}
