//! What has to be installed on this machine. Installs it only where that needs no question: as root, with
//! apt.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use embedded_postgres::Binaries;
use rustix::process::geteuid;

use crate::workspace::{run, works};

#[derive(Clone, Copy, PartialEq)]
pub enum Postgres {
    Needed,
    /// Somebody else runs it.
    NotNeeded,
}

/// Which programs of others are going to run, beside PostgreSQL's: each with those before it.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub enum Others {
    None,
    /// The one that shows a process another time.
    Clock,
    /// Of the npm registry.
    Npm,
    /// Those too of the Python package index, and what a reader of the README has.
    All,
}

/// A program, how it shows that it is there, and Debian's package of it.
const PROGRAMS: [(Others, &str, &[&str], &str); 7] = [
    (Others::Clock, "faketime", &["--version"], "faketime"),
    (Others::Npm, "node", &["--version"], "nodejs"),
    (Others::Npm, "npm", &["--version"], "npm"),
    // A virtual environment needs both; the packages that are locked need the version.
    (
        Others::All,
        "python3",
        &["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"],
        "python3-venv",
    ),
    (Others::All, "bash", &["--version"], "bash"),
    (Others::All, "curl", &["--version"], "curl"),
    (Others::All, "jq", &["--version"], "jq"),
];

/// Installs what is missing, or fails with the command that does.
pub fn prepare(postgres: Postgres, others: Others) -> Result<()> {
    let mut missing = Vec::new();
    for (used_by, program, arguments, package) in PROGRAMS {
        if others >= used_by && !works(Command::new(program).args(arguments)) {
            missing.push(package);
        }
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
    if !geteuid().is_root() {
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
    for (used_by, program, arguments, package) in PROGRAMS {
        // Python is the one that a distribution may have in too old a version.
        if others >= used_by && !works(Command::new(program).args(arguments)) {
            bail!(
                "`{program}` of the package {package} does not serve; `{program} {}` has to work",
                arguments.join(" ")
            );
        }
    }
    Ok(())
}
