//! `cargo xtask schema`: the API's SDL and the JSON schema of every event, as the code has them now.

use std::path::PathBuf;

use anyhow::Result;

use crate::generated::{compare, empty_dir, replace};
use crate::workspace::{Workspace, run};

pub fn write() -> Result<()> {
    let workspace = Workspace::find()?;
    replace(&workspace.root().join("schema"), &make(&workspace)?)
}

pub fn check(workspace: &Workspace) -> Result<()> {
    compare(&workspace.root().join("schema"), &make(workspace)?, "schema")
}

fn make(workspace: &Workspace) -> Result<PathBuf> {
    let dir = empty_dir(workspace.target(), "schema")?;
    let mut accord =
        workspace.cargo(["run", "--quiet", "--locked", "--package", "accord", "--", "schema", "--dir"]);
    run(accord.arg(&dir))?;
    Ok(dir)
}
