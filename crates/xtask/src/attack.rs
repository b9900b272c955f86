//! Random requests against a demo, made from its own schema by schemathesis: refused or carried out, never a
//! fault.

use std::process::Command;

use anyhow::{Context, Result, bail};
use embedded_postgres::Scratch;

use crate::python;
use crate::running::RunningDemo;
use crate::workspace::Workspace;

/// Two nations have still to decide then, so most commands could be carried out.
const UNTIL: &str = "2023-09-21T12:00:00+07:00";

/// The same requests each time.
const SEED: &str = "1";

/// For each field of the roots: about a thousand requests in all, a minute's work.
const EXAMPLES: &str = "20";

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
