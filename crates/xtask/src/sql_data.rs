//! `cargo xtask sqlx`: what a database says about every query in the code, kept in `.sqlx` for builds without
//! one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use embedded_postgres::Scratch;

use crate::generated::{compare, empty_dir, replace};
use crate::machine::{self, Others, Postgres};
use crate::workspace::{Workspace, run};

/// The crates that hold SQL.
const CRATES: [&str; 2] = ["event-log", "read-model"];

const DATABASE: &str = "checked_queries";

// The read model lives in a schema of a changing name, so its queries name none; here it is this one.
const READ_MODEL_SCHEMA: &str = "read_model_check";

pub fn write() -> Result<()> {
    machine::prepare(Postgres::Needed, Others::None)?;
    let workspace = Workspace::find()?;
    let made = make(&workspace, &Scratch::start()?)?;
    replace(&workspace.root().join(".sqlx"), &made)?;
    eprintln!(".sqlx holds what the database says about every query");
    Ok(())
}

pub fn check(workspace: &Workspace, postgres: &Scratch) -> Result<()> {
    compare(&workspace.root().join(".sqlx"), &make(workspace, postgres)?, "sqlx")
}

fn make(workspace: &Workspace, postgres: &Scratch) -> Result<PathBuf> {
    let url = prepare_database(workspace, postgres)?;
    let dir = empty_dir(workspace.target(), "sqlx")?;
    let mut check = workspace.cargo(["check", "--quiet", "--locked", "--all-targets"]);
    for name in CRATES {
        check.args(["--package", name]);
    }
    // With a database and this directory, sqlx's macros write what they learned into it, query by query.
    check.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", &dir).env("DATABASE_URL", url);

    // Macros run only in crates that cargo finds changed. Other builds see the times as they were before.
    let sources: Vec<PathBuf> =
        CRATES.iter().map(|name| workspace.root().join("crates").join(name).join("src/lib.rs")).collect();
    let times = sources.iter().map(|path| touch(path)).collect::<Result<Vec<_>>>()?;
    let outcome = run(&mut check);
    for (path, time) in sources.iter().zip(times) {
        set_modified(path, time)?;
    }
    outcome?;
    Ok(dir)
}

/// A database with the log's tables and the read model's, and its address.
fn prepare_database(workspace: &Workspace, postgres: &Scratch) -> Result<String> {
    postgres.create_database(DATABASE)?;
    let migrations = workspace.root().join("migrations");
    for file in sql_files(&migrations)? {
        run(postgres.psql(DATABASE).args(["--single-transaction", "--file"]).arg(file))?;
    }
    let search_path = format!("set search_path to {READ_MODEL_SCHEMA}, public");
    let mut read_model = postgres.psql(DATABASE);
    read_model.args(["--command", &format!("create schema {READ_MODEL_SCHEMA}"), "--command", &search_path]);
    for file in sql_files(&migrations.join("read-model"))? {
        read_model.arg("--file").arg(file);
    }
    run(&mut read_model)?;
    let options = format!("-c%20search_path%3D{READ_MODEL_SCHEMA}%2Cpublic");
    Ok(format!("{}&options={options}", postgres.url(DATABASE)))
}

/// The SQL files of a folder, in the order of their names.
fn sql_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .with_context(|| format!("could not list {}", folder.display()))?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "sql"));
    files.sort();
    Ok(files)
}

/// Makes a file look changed and returns when it was.
fn touch(path: &Path) -> Result<SystemTime> {
    let before = path
        .metadata()
        .and_then(|metadata| metadata.modified())
        .with_context(|| format!("could not look at {}", path.display()))?;
    set_modified(path, SystemTime::now())?;
    Ok(before)
}

fn set_modified(path: &Path, time: SystemTime) -> Result<()> {
    File::options()
        .append(true)
        .open(path)
        .and_then(|file| file.set_modified(time))
        .with_context(|| format!("could not set the time of {}", path.display()))
}
