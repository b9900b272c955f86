//! `cargo xtask demo`: from a bare machine to an Accord that one can look at.

use std::env;
use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};

use crate::machine::{self, Others, Postgres};
use crate::workspace::Workspace;

pub fn run(arguments: &[String]) -> Result<()> {
    let own_database = env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty());
    machine::prepare(if own_database { Postgres::NotNeeded } else { Postgres::Needed }, Others::None)?;
    let workspace = Workspace::find()?;
    // A debug build: a newcomer waits for the compiler far longer than for the demo, and `cargo xtask test`
    // uses it too.
    let mut accord = workspace.cargo(["run", "--locked", "--package", "accord", "--", "demo"]);
    accord.args(arguments);
    // Becomes cargo, which becomes Accord, so that Ctrl-C and every other signal reach Accord itself.
    Err(accord.exec()).context("could not run cargo")
}
