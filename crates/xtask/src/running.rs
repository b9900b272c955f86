//! A demo that runs for one check: on a database and a port of its own, its clock standing still.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};
use embedded_postgres::Scratch;

use crate::generated::empty_dir;
use crate::workspace::Workspace;

/// Stopped when it is dropped.
pub struct RunningDemo {
    child: Child,
    url: String,
    token: String,
    database: String,
    data_dir: PathBuf,
}

impl RunningDemo {
    /// With SAPHAN, and what else `accord demo` is told. `name` tells demos of one run apart.
    pub fn start(workspace: &Workspace, postgres: &Scratch, name: &str, arguments: &[&str]) -> Result<Self> {
        let database = format!("demo_{name}");
        postgres.create_database(&database)?;
        let database = postgres.url(&database);
        let data_dir = empty_dir(workspace.target(), &format!("demo-{name}"))?;
        let log = data_dir.join("log");
        let written = fs::File::create(&log).with_context(|| format!("could not write {}", log.display()))?;
        let mut child = workspace
            .cargo(["run", "--quiet", "--locked", "--package", "accord", "--", "--json", "demo"])
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("ACCORD_DATA_DIR", &data_dir)
            .env("DATABASE_URL", &database)
            .stdout(Stdio::piped())
            .stderr(written)
            .spawn()
            .context("could not run cargo")?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("the demo has no output")?;
        BufReader::new(stdout).read_line(&mut line).context("could not read what the demo says")?;
        let mut demo = Self { child, url: String::new(), token: String::new(), database, data_dir };
        let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        let (Some(url), Some(token)) = (said["url"].as_str(), said["token"].as_str()) else {
            bail!("the demo did not start:\n{}", fs::read_to_string(&log).unwrap_or_default());
        };
        url.clone_into(&mut demo.url);
        token.clone_into(&mut demo.token);
        Ok(demo)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Of the centre's director, who may do most things.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The address of its database.
    pub fn database(&self) -> &str {
        &self.database
    }

    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Fails when it has ended by itself, with what it wrote.
    pub fn still_runs(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait().context("could not look at the demo")? {
            let log = fs::read_to_string(self.data_dir.join("log")).unwrap_or_default();
            bail!("the demo has ended ({status}):\n{log}");
        }
        Ok(())
    }
}

impl Drop for RunningDemo {
    fn drop(&mut self) {
        // Its data are in a database that goes too.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
