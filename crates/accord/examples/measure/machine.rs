//! What the same Postgres does without Accord: the limits that everything else is held against.

use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

/// pgbench and psql with the options that lead to an empty database, and the script of a single-row insert.
pub struct Machine {
    pub pgbench: String,
    pub psql: String,
    pub url: String,
    pub script: String,
    /// Where it may write.
    pub scratch: PathBuf,
}

/// Rows of a `copy`.
const COPIED: u32 = 500_000;

impl Machine {
    /// Single-row inserts of an event's size a second, each a transaction, without any order among them.
    pub fn single_row_inserts(&self, clients: usize) -> Result<f64> {
        let mut command = Command::new(&self.pgbench);
        command.args(["--no-vacuum", "--time=5", "--protocol=prepared", "--file", &self.script]);
        command.arg(format!("--client={clients}")).arg(format!("--jobs={}", clients.min(2))).arg(&self.url);
        let output = command.stdin(Stdio::null()).output().context("could not run pgbench")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let tps = said
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
        tps.with_context(|| format!("pgbench gave no rate: {}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Rows of the same size a second by one `copy`.
    pub fn copied_rows(&self) -> Result<f64> {
        let script = format!(
            "\\timing on\n\\copy pgbench_row (payload) from program 'yes \\\\\\\\x{} | head -n {COPIED}'\n",
            "61".repeat(300)
        );
        let mut command = Command::new(&self.psql);
        command.args(["--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--dbname", &self.url]);
        // `\\copy` takes a whole line, which `--command` would not take beside another.
        let file = self.scratch.join("copy.sql");
        fs::write(&file, script).with_context(|| format!("could not write {}", file.display()))?;
        let output = command.arg("--file").arg(&file).output().context("could not run psql")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let Some(ms) = said
            .lines()
            .find_map(|line| line.strip_prefix("Time: ")?.split_whitespace().next()?.parse::<f64>().ok())
        else {
            bail!("psql gave no time: {said}{}", String::from_utf8_lossy(&output.stderr));
        };
        Ok(f64::from(COPIED) / ms * 1_000.0)
    }
}
