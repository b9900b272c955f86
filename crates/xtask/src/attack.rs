//! Random requests against a demo, made from its own schema by schemathesis: refused or carried out, never a
//! fault.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use embedded_postgres::Scratch;

use crate::running::RunningDemo;
use crate::workspace::{Workspace, run};

/// Two nations have still to decide then, so most commands could be carried out.
const UNTIL: &str = "2023-09-21T12:00:00+07:00";

/// The same requests each time.
const SEED: &str = "1";

/// For each field of the roots: about a thousand requests in all, a minute's work.
const EXAMPLES: &str = "20";

pub fn check(workspace: &Workspace, postgres: &Scratch) -> Result<()> {
    let schemathesis = install(workspace)?;
    let mut demo = RunningDemo::start(workspace, postgres, "attack", &["--until", UNTIL])?;
    let url = format!("{}/graphql", demo.url());
    let output = Command::new(schemathesis)
        // It leaves files where it runs.
        .current_dir(demo.data_dir())
        .env("PYTHONPATH", folder(workspace))
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

/// The program, in an environment of its own below cargo's target folder, exactly as locked; made once.
fn install(workspace: &Workspace) -> Result<PathBuf> {
    let locked = folder(workspace).join("requirements.txt");
    let environment = workspace.target().join("tools/python");
    let installed = environment.join("requirements.txt");
    let text = |path: &Path| fs::read(path).ok();
    if text(&installed).is_none() || text(&installed) != text(&locked) {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        run(Command::new(environment.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"])
            .arg("--requirement")
            .arg(&locked))?;
        fs::copy(&locked, &installed).with_context(|| format!("could not write {}", installed.display()))?;
    }
    Ok(environment.join("bin/schemathesis"))
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("tests/clients")
}
