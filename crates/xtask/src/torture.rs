//! `cargo xtask torture`: builds Accord and the experiments, and runs those.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    machine::{self, Others, Postgres},
    workspace::{Workspace, run as run_command},
};

pub fn run(arguments: &[String]) -> Result<()> {
    machine::prepare(Postgres::Needed, Others::Clock)?;
    let workspace = Workspace::find()?;
    // The short form is about promises, and debug builds check more of them; at full length a release takes
    // half the time.
    let short = arguments.iter().any(|argument| argument == "--short");
    let built = if short { workspace.build_for_tests()? } else { workspace.build_release()? };
    torture(&built, arguments)
}

/// The short form of every experiment.
pub fn check(workspace: &Workspace) -> Result<()> {
    torture(&workspace.build_for_tests()?, &["all".to_owned(), "--short".to_owned()])
}

fn torture(built: &Path, arguments: &[String]) -> Result<()> {
    run_command(Command::new(built.join("torture")).arg("--accord").arg(built.join("accord")).args(arguments))
}
