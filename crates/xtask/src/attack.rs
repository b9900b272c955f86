//! Random requests against a demo, made from its own schema by schemathesis: refused or carried out, never a
//! fault. And `--load`: one partner's attacks, measured by what another waits.

use std::process::Command;

use anyhow::{Context, Result, bail};
use embedded_postgres::Scratch;

use crate::machine::{self, Others, Postgres};
use crate::python;
use crate::running::RunningDemo;
use crate::workspace::{Workspace, run as run_command};

/// Two nations have still to decide then, so most commands could be carried out.
const UNTIL: &str = "2023-09-21T12:00:00+07:00";

/// The same requests each time.
const SEED: &str = "1";

/// For each field of the roots: about a thousand requests in all, a minute's work.
const EXAMPLES: &str = "20";

/// Of everything after it.
const LOAD: &str = "--load";

pub fn run(arguments: &[String]) -> Result<()> {
    match arguments {
        [load, arguments @ ..] if load == LOAD => measure(arguments),
        [] => {
            machine::prepare(Postgres::Needed, Others::All)?;
            check(&Workspace::find()?, &Scratch::start()?)
        }
        _ => bail!("`cargo xtask attack` takes nothing, or {LOAD} and then what `{LOAD} --help` tells"),
    }
}

fn measure(arguments: &[String]) -> Result<()> {
    machine::prepare(Postgres::Needed, Others::None)?;
    let workspace = Workspace::find()?;
    let built = workspace.build_release()?;
    let mut attack = Command::new(built.join("attack"));
    attack.arg("--accord").arg(built.join("accord"));
    attack.arg("--scenario").arg(workspace.root().join("scenario/saphan.yaml"));
    // On a disk: what a flush costs is part of a command.
    attack.arg("--scratch").arg(workspace.target());
    run_command(attack.args(arguments))
}

pub fn check(workspace: &Workspace, postgres: &Scratch) -> Result<()> {
    let programs = python::environment(workspace, "python", "requirements.txt")?;
    let mut demo = RunningDemo::start(workspace, postgres, "attack", &["--until", UNTIL])?;
    let url = format!("{}/graphql", demo.url());
    let output = Command::new(programs.join("schemathesis"))
        // It leaves files where it runs.
        .current_dir(demo.data_dir())
        .env("PYTHONPATH", python::folder(workspace))
        .args(["run", &url, "--header", &format!("Authorization: Bearer {}", demo.token())])
        .args([
            "--seed",
            SEED,
            "--max-examples",
            EXAMPLES,
            "--phases",
            "fuzzing",
            "--generation-database",
            "none",
        ])
        // The requests themselves say what is wrong with them: `attack.py` judges the answers.
        .args(["--checks", "answered_in_good_order", "--suppress-health-check", "all", "--warnings", "off"])
        .args(["--continue-on-failure", "--request-timeout", "20", "--no-color"])
        .env("SCHEMATHESIS_HOOKS", "attack")
        .env("ACCORD_URL", &url)
        .env("ACCORD_TOKEN", demo.token())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .context("could not run schemathesis")?;
    demo.still_runs()?;
    if !output.status.success() {
        bail!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let count = said.lines().find(|line| line.contains(" generated, ")).unwrap_or_default();
    eprintln!("{}", count.trim());
    Ok(())
}
