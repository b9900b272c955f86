//! `accord review`: what was learned from an operation, to print and to keep.

mod asked;
mod export;

use crate::{command::reasons, output::Output};
use anyhow::Result;
use clap::Subcommand;
use std::process::ExitCode;

/// Review an operation: write its after-action report.
#[derive(Clone, Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Review {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    Export(export::Export),
}

impl Review {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let Command::Export(export) = &self.command;
        reasons::settle(export.run(output).await, output)
    }
}
