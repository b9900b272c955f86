//! `cargo xtask test`, which CI runs, and its quick part `cargo xtask check`.

use anyhow::Result;
use embedded_postgres::Scratch;

use crate::dependencies::Deny;
use crate::machine::{self, Others, Postgres};
use crate::report::Report;
use crate::workspace::{Workspace, run as run_command, works};
use crate::{attack, clients, mining, pages, schema, sql_data, torture, tour};

#[derive(Clone, Copy, PartialEq)]
pub enum Extent {
    Quick,
    Everything,
}

/// Runs every step, also after one that failed, except those that need a build when there is none: the same
/// error six times helps nobody.
pub fn run(extent: Extent) -> Result<()> {
    let others = if extent == Extent::Quick { Others::Npm } else { Others::All };
    machine::prepare(Postgres::Needed, others)?;
    let workspace = Workspace::find()?;
    let postgres = Scratch::start()?;
    let mut report = Report::new();

    report.step("formatting", || format(&workspace));
    report.step("pages", || pages::check(&workspace));
    report.step("clippy", || clippy(&workspace));
    let built = report.step("build", || build(&workspace));
    let installed = report.step("clients", || clients::install(&workspace));
    if built && installed {
        report.step("tests", || tests(&workspace, &postgres));
    } else {
        report.skip(&["tests"], "there is no build, or no clients to test with");
    }
    if extent == Extent::Quick {
        return report.finish();
    }

    report.step("docs", || docs(&workspace));
    if built {
        report.step("schema", || schema::check(&workspace));
        report.step("commands", || pages::check_commands(&workspace));
        report.step("tour", || tour::check(&workspace, &postgres));
        report.step("attack", || attack::check(&workspace, &postgres));
        report.step("mining", || mining::check(&workspace, &postgres));
        report.step("torture", || torture::check(&workspace));
    } else {
        report.skip(&["schema", "commands", "tour", "attack", "mining", "torture"], "there is no build");
    }
    if installed {
        report.step("conventions", || clients::check_conventions(&workspace));
        report.step("typescript", || clients::check_types(&workspace));
    } else {
        report.skip(&["conventions", "typescript"], "there are no clients to check with");
    }
    // Also without a build, because stale data may be the reason for that.
    report.step("queries", || sql_data::check(&workspace, &postgres));
    let mut deny = None;
    report.step("dependencies", || deny.insert(Deny::find_or_install(&workspace)?).check_rules());
    match deny {
        Some(deny) => {
            report.step("advisories", || deny.check_advisories());
        }
        None => report.skip(&["advisories"], "there is no cargo-deny"),
    }
    report.finish()
}

/// Of all that, what changes with the pages alone.
pub fn run_pages() -> Result<()> {
    machine::prepare(Postgres::Needed, Others::All)?;
    let workspace = Workspace::find()?;
    let mut report = Report::new();
    report.step("pages", || pages::check(&workspace));
    report.step("commands", || pages::check_commands(&workspace));
    report.step("tour", || tour::check(&workspace, &Scratch::start()?));
    report.finish()
}

fn format(workspace: &Workspace) -> Result<()> {
    run_command(&mut workspace.cargo(["fmt", "--all", "--check"]))
}

fn clippy(workspace: &Workspace) -> Result<()> {
    run_command(&mut workspace.cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "--deny",
        "warnings",
    ]))
}

fn build(workspace: &Workspace) -> Result<()> {
    run_command(&mut workspace.cargo(["test", "--workspace", "--all-targets", "--locked", "--no-run"]))
}

fn tests(workspace: &Workspace, postgres: &Scratch) -> Result<()> {
    let url = postgres.url("postgres");
    if works(&mut workspace.cargo(["nextest", "--version"])) {
        run_command(
            workspace.cargo(["nextest", "run", "--workspace", "--locked"]).env("DATABASE_URL", &url),
        )?;
    } else {
        run_command(
            workspace.cargo(["test", "--workspace", "--all-targets", "--locked"]).env("DATABASE_URL", &url),
        )?;
    }
    // Neither runs the examples in the documentation.
    run_command(workspace.cargo(["test", "--workspace", "--doc", "--locked"]).env("DATABASE_URL", &url))
}

fn docs(workspace: &Workspace) -> Result<()> {
    run_command(
        workspace
            .cargo(["doc", "--workspace", "--no-deps", "--locked"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )
}
