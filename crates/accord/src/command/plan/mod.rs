//! `accord plan`: plans of a server, out to files, in from files, and laid out in time.

pub mod actual;
mod chart;
mod diff;
mod export;
mod ical;
mod import;
mod mspdi;
pub mod operation_order;
pub mod pinned;
pub mod presentation;
mod read;
mod schedule;
pub mod version;

use crate::{command::reasons, output::Output};
use anyhow::Result;
use clap::Subcommand;
use std::process::ExitCode;

/// Work on a plan that a server has: lay it out in time, draw it, compare its versions, export it to
/// spreadsheets, Microsoft Project, calendars and orders, import it from the first two.
#[derive(Clone, Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Plan {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    Schedule(schedule::Schedule),
    Chart(chart::Chart),
    Export(export::Export),
    Import(import::Import),
    Diff(diff::Diff),
}

impl Plan {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let done = match &self.command {
            Command::Schedule(schedule) => schedule.run(output).await,
            Command::Chart(chart) => chart.run(output).await,
            Command::Diff(diff) => diff.run(output).await,
            Command::Export(export) => export.run(output).await,
            Command::Import(import) => import.run(output).await,
        };
        reasons::settle(done, output)
    }
}
