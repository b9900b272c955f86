//! `cargo xtask torture`: builds Accord and the experiments, and runs those.

use std::process::Command;

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
    if short {
        build_for_tests(&workspace)?;
    } else {
        workspace.build_release()?;
    }
    torture(&workspace, if short { "debug" } else { "release" }, arguments)
}

/// The short form of every experiment.
pub fn check(workspace: &Workspace) -> Result<()> {
    build_for_tests(workspace)?;
    torture(workspace, "debug", &["all".to_owned(), "--short".to_owned()])
}

/// As the tests are built, so that nothing is built twice.
fn build_for_tests(workspace: &Workspace) -> Result<()> {
    run_command(&mut workspace.cargo(["build", "--quiet", "--workspace", "--all-targets", "--locked"]))
}

fn torture(workspace: &Workspace, profile: &str, arguments: &[String]) -> Result<()> {
    let built = workspace.target().join(profile);
    run_command(Command::new(built.join("torture")).arg("--accord").arg(built.join("accord")).args(arguments))
}
