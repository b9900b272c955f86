//! Licences, bans, sources and known vulnerabilities of what Accord is built from, by cargo-deny and
//! `deny.toml`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::report::Outcome;
use crate::workspace::{Workspace, run};

// The installed one serves too, unless it is so old that it may not know what `deny.toml` says.
const VERSION: &str = "0.20.2";
const OLDEST: (u32, u32) = (0, 20);

pub struct Deny {
    program: PathBuf,
    root: PathBuf,
}

impl Deny {
    /// The installed one, else one that is built once and kept in cargo's target folder.
    pub fn find_or_install(workspace: &Workspace) -> Result<Self> {
        let tools = workspace.target().join("tools");
        let root = workspace.root().to_owned();
        for program in [PathBuf::from("cargo-deny"), tools.join("bin/cargo-deny")] {
            if version(&program).is_some_and(|version| version >= OLDEST) {
                return Ok(Self { program, root });
            }
        }
        eprintln!("Building cargo-deny {VERSION}, once; `cargo install cargo-deny` makes it yours for good.");
        let build = tools.join("build");
        // Unoptimised and without debug information: two minutes to build, and it runs for seconds.
        run(workspace
            .cargo([
                "install",
                "cargo-deny",
                "--quiet",
                "--locked",
                "--debug",
                "--force",
                "--version",
                VERSION,
            ])
            .arg("--root")
            .arg(&tools)
            .arg("--target-dir")
            .arg(&build)
            .env("CARGO_PROFILE_DEV_DEBUG", "0"))?;
        fs::remove_dir_all(&build).with_context(|| format!("could not remove {}", build.display()))?;
        Ok(Self { program: tools.join("bin/cargo-deny"), root })
    }

    /// Several versions of one crate are only warned about; `cargo deny check bans` lists them.
    pub fn check_rules(&self) -> Result<()> {
        run(self.command().args(["--log-level", "error", "check", "licenses", "bans", "sources"]))
    }

    /// A machine without a way to the database of advisories can still check everything else.
    pub fn check_advisories(&self) -> Result<Outcome> {
        let fetched = self.command().args(["fetch", "db"]).output().context("could not run cargo-deny")?;
        if !fetched.status.success() {
            let said = String::from_utf8_lossy(&fetched.stderr);
            let line = "!".repeat(100);
            eprintln!(
                "{line}\n\
                 ADVISORIES WERE NOT CHECKED: the database at https://github.com/RustSec/advisory-db cannot be \
                 reached from here.\nKnown vulnerabilities of our dependencies would go unnoticed. Run this again \
                 where it can be reached, before a release at the latest:\n\n    cargo deny check advisories\n\n{}\n{line}",
                said.trim()
            );
            return Ok(Outcome::NotChecked("the advisory database cannot be reached".to_owned()));
        }
        run(self.command().args(["check", "advisories"]))?;
        Ok(Outcome::Passed)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.root);
        command
    }
}

fn version(program: &Path) -> Option<(u32, u32)> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().last()?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}
