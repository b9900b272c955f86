//! Programs of the Python package index, in environments of their own below cargo's target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::{Workspace, run};

/// The programs of an environment, exactly as `locked` has them; made once.
pub fn environment(workspace: &Workspace, name: &str, locked: &str) -> Result<PathBuf> {
    let locked = folder(workspace).join(locked);
    let environment = workspace.target().join("tools").join(name);
    let installed = environment.join("requirements.txt");
    let text = |path: &Path| fs::read(path).ok();
    if text(&installed).is_none() || text(&installed) != text(&locked) {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        run(Command::new(environment.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"])
            .args(["--only-binary", ":all:", "--requirement"])
            .arg(&locked))?;
        fs::copy(&locked, &installed).with_context(|| format!("could not write {}", installed.display()))?;
    }
    Ok(environment.join("bin"))
}

pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("tests/clients")
}
