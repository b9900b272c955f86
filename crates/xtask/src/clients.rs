//! What outside programs make of the API, with programs that others wrote: `tests/clients`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::workspace::{Workspace, run};

/// The schema, as `node` is to find it from the folder of the clients.
const SDL: &str = "../../schema/api.graphql";
const RELEASED: &str = "../../schema/released/api.graphql";

/// Programs of the npm registry that the journeys and the steps below run, exactly as locked.
pub fn install(workspace: &Workspace) -> Result<()> {
    run(here(workspace, "npm").args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]))
}

/// The conventions of the API, and that nothing which clients rely on is taken from them.
pub fn check_conventions(workspace: &Workspace) -> Result<()> {
    run(here(workspace, "node").args(["lint.js", SDL]))?;
    run(here(workspace, "node").args(["breaking.js", RELEASED, SDL]))
}

/// A client in TypeScript is generated, and compiles.
pub fn check_types(workspace: &Workspace) -> Result<()> {
    run(here(workspace, "node").args(["generate.js", SDL, "generated"]))?;
    run(here(workspace, "node").args(["node_modules/typescript/bin/tsc", "--project", "."]))
}

fn here(workspace: &Workspace, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder(workspace));
    command
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("tests/clients")
}
