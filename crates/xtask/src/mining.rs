//! Event logs for process mining, both ways: pm4py reads what a demo exports, and what it writes is imported.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use embedded_postgres::Scratch;
use serde_json::Value;

use crate::generated::empty_dir;
use crate::python;
use crate::running::RunningDemo;
use crate::workspace::Workspace;

/// How the log that pm4py writes becomes an exercise.
const MAPPING: &str = "crates/accord/tests/import/mining.yaml";

pub fn check(workspace: &Workspace, postgres: &Scratch) -> Result<()> {
    let programs = python::environment(workspace, "mining", "mining.txt")?;
    let folder = empty_dir(workspace.target(), "mining")?;
    let mut demo = RunningDemo::start(workspace, postgres, "mining", &[])?;
    for (file, arguments) in [
        ("all.xes", &["--format", "xes"][..]),
        ("tasks.xes", &["--format", "xes", "--case", "task"]),
        ("all.json", &["--format", "ocel2"]),
    ] {
        let export = ["export", "--operation", "SAPHAN", "--output"];
        let mut command = accord(workspace, &export);
        command.arg(folder.join(file)).args(arguments);
        said(command.env("ACCORD_URL", demo.url()).env("ACCORD_TOKEN", demo.token()))?;
    }
    let told = said(
        Command::new(programs.join("python"))
            .arg(python::folder(workspace).join("mining.py"))
            .arg(&folder)
            .env("ACCORD_URL", format!("{}/graphql", demo.url()))
            .env("ACCORD_TOKEN", demo.token())
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    )?;
    demo.still_runs()?;
    eprintln!("{}", told.lines().last().unwrap_or_default());
    import(workspace, postgres, &folder)
}

/// Both cases are tasks that were carried out.
fn import(workspace: &Workspace, postgres: &Scratch, folder: &Path) -> Result<()> {
    postgres.create_database("mined")?;
    let database = postgres.url("mined");
    let mut command = accord(workspace, &["--json", "import", "--format", "xes", "--mapping"]);
    command.arg(workspace.root().join(MAPPING)).arg(folder.join("written.xes"));
    let told = said(command.env("DATABASE_URL", &database))?;
    let told: Value = serde_json::from_str(&told).context("an import told no JSON")?;
    let log = said(accord(workspace, &["export"]).env("DATABASE_URL", &database))?;
    let completed = log.lines().filter(|line| line.contains("\"TaskCompleted\"")).count();
    if completed != 2 || told["leftForLater"].as_array().is_none_or(|left| !left.is_empty()) {
        bail!("{completed} tasks were completed: {told}");
    }
    Ok(())
}

fn accord(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = workspace.cargo(["run", "--quiet", "--locked", "--package", "accord", "--"]);
    command.args(arguments);
    command
}

fn said(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("could not run {command:?}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if !output.status.success() {
        bail!("{}{}", text(&output.stdout), text(&output.stderr));
    }
    Ok(text(&output.stdout))
}
