//! `cargo xtask bench`: Accord's rates next to this machine's own, on a PostgreSQL of its own with full durability.

use std::fs;

use anyhow::{Context, Result};
use embedded_postgres::Scratch;

use crate::{
    machine::{self, Others, Postgres},
    workspace::{Workspace, run},
};

/// Rows as large as an event of a revised task.
const SCRIPT: &str = "insert into pgbench_row (payload) values (decode(repeat('61', 300), 'hex'));\n";

pub fn run_all() -> Result<()> {
    machine::prepare(Postgres::Needed, Others::None)?;
    let workspace = Workspace::find()?;
    // On a disk: what a flush costs is the point.
    let postgres = Scratch::start_in(workspace.target())?;
    postgres.create_database("bench")?;
    postgres.create_database("inserts")?;
    run(postgres.psql("inserts").args([
        "--quiet",
        "--command",
        "create table pgbench_row (id bigint generated always as identity primary key, payload bytea not null)",
    ]))?;
    let script = workspace.target().join("xtask").join("insert.sql");
    fs::create_dir_all(script.parent().context("target has no parent")?)?;
    fs::write(&script, SCRIPT).with_context(|| format!("could not write {}", script.display()))?;

    let mut measure = workspace.cargo([
        "run",
        "--quiet",
        "--release",
        "--locked",
        "--package",
        "accord",
        "--example",
        "measure",
        "--",
    ]);
    measure.arg(postgres.url("bench")).arg(postgres.binaries().path("pgbench")).arg("--file").arg(&script);
    measure.arg(postgres.url("inserts"));
    run(&mut measure)
}
