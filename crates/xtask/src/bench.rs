//! `cargo xtask bench`: Accord's rates next to this machine's own, on a PostgreSQL of its own with full
//! durability.

use std::{fs, process::Command};

use anyhow::{Context, Result};
use embedded_postgres::Scratch;

use crate::{
    machine::{self, Others, Postgres},
    workspace::{Workspace, run},
};

/// Rows as large as an event of a revised task.
const SCRIPT: &str = "insert into pgbench_row (payload) values (decode(repeat('61', 300), 'hex'));\n";

/// As `docs/operations.md` advises, but for the buffers: the same on every machine, whatever memory it has.
const POSTGRES: [&str; 3] = ["shared_buffers=2GB", "max_wal_size=16GB", "checkpoint_timeout=15min"];

/// For small logs and large ones, for what the machine does alone, and for an operation that is reviewed.
const DATABASES: [&str; 4] = ["small", "large", "machine", "review"];

pub fn run_all(arguments: &[String]) -> Result<()> {
    machine::prepare(Postgres::Needed, Others::None)?;
    let workspace = Workspace::find()?;
    // On a disk: what a flush costs is the point.
    let postgres = Scratch::start_in(workspace.target(), &POSTGRES)?;
    for database in DATABASES {
        postgres.create_database(database)?;
    }
    run(postgres.psql("machine").args([
        "--quiet",
        "--command",
        "create table pgbench_row (id bigint generated always as identity primary key, payload bytea not null)",
    ]))?;
    let scratch = workspace.target().join("xtask");
    fs::create_dir_all(&scratch).with_context(|| format!("could not make {}", scratch.display()))?;
    let script = scratch.join("insert.sql");
    fs::write(&script, SCRIPT).with_context(|| format!("could not write {}", script.display()))?;

    let built = workspace.build_release()?;
    let mut measure = Command::new(built.join("examples").join("measure"));
    for database in DATABASES {
        measure.arg(format!("--{database}")).arg(postgres.url(database));
    }
    measure.arg("--script").arg(&script);
    measure.arg("--saphan").arg(workspace.root().join("scenario/saphan.yaml"));
    for program in ["pgbench", "psql"] {
        measure.arg(format!("--{program}")).arg(postgres.binaries().path(program));
    }
    measure.arg("--accord").arg(built.join("accord"));
    measure.arg("--scratch").arg(scratch.join("bench")).args(arguments);
    run(&mut measure)
}
