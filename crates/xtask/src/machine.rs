//! What has to be installed on this machine. Installs it only where that needs no question: as root, with apt.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use embedded_postgres::Binaries;

use crate::workspace::{run, works};

#[derive(Clone, Copy, PartialEq)]
pub enum Postgres {
    Needed,
    /// Somebody else runs it.
    NotNeeded,
}

/// Whether programs of the npm registry are going to run.
#[derive(Clone, Copy, PartialEq)]
pub enum Node {
    Needed,
    NotNeeded,
}

/// Installs what is missing, or fails with the command that does.
pub fn prepare(postgres: Postgres, node: Node) -> Result<()> {
    let mut missing = Vec::new();
    if node == Node::Needed && !works(Command::new("node").arg("--version")) {
        missing.push("nodejs");
    }
    if node == Node::Needed && !works(Command::new("npm").arg("--version")) {
        missing.push("npm");
    }
    // Fails when one is installed that does not serve: the package would not mend that.
    if postgres == Postgres::Needed && Binaries::find(None)?.is_none() {
        missing.push("postgresql");
    }
    // The linker, and the compiler of the crates that bring C.
    if !works(Command::new("cc").arg("--version")) {
        missing.push("build-essential");
    }
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!(
            "missing on this machine: what Debian packages as `{packages}`. Install it, or name the programs of \
             PostgreSQL in ACCORD_POSTGRES_BIN, then run this again"
        );
    }
    if !is_root()? {
        bail!(
            "missing on this machine: {packages}. Install it with\n\n    \
             sudo apt-get update && sudo apt-get install -y {packages}\n\nand run this again"
        );
    }
    eprintln!("Installing {packages}.");
    run(Command::new("apt-get").args(["update", "--quiet"]))?;
    run(Command::new("apt-get")
        .args(["install", "--yes", "--quiet"])
        .args(missing)
        .env("DEBIAN_FRONTEND", "noninteractive"))?;
    if postgres == Postgres::Needed {
        // Says what to do when the distribution's version is too old.
        Binaries::find(None)?
            .context("PostgreSQL is installed but was not found: name it in ACCORD_POSTGRES_BIN")?;
    }
    Ok(())
}

fn is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output().context("could not run `id`")?;
    Ok(output.stdout.trim_ascii() == b"0")
}
