//! A process of Accord that an experiment starts, asks, stops short and starts again.

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// How long a server may take to start: it may have to wait for a Postgres that recovers.
const START_LIMIT: Duration = Duration::from_mins(1);

/// Accord's own variables would change what runs here.
const VARIABLES: &str = "ACCORD_";

/// The program, and what all its processes here share.
#[derive(Clone, Debug)]
pub struct Accord {
    pub program: PathBuf,
    /// Keys of the development issuers, and what the processes say.
    pub dir: PathBuf,
    /// The database as a superuser; for what is no server.
    pub database: String,
}

impl Accord {
    /// The file with the key of webhooks, the same for all nodes.
    fn webhook_key(&self) -> Result<PathBuf> {
        // 32 bytes.
        const KEY: &str = "dG9ydHVyZSB0b3J0dXJlIHRvcnR1cmUgdG9ydHVyZSE=";
        let path = self.dir.join("webhook.key");
        fs::write(&path, KEY).context("could not write the key of webhooks")?;
        Ok(path)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(VARIABLES.as_bytes()) {
                command.env_remove(name);
            }
        }
        command.arg("--json").args(arguments).arg("--data-dir").arg(&self.dir);
        command.env("DATABASE_URL", &self.database).stdin(Stdio::null()).kill_on_drop(true);
        // Whatever the clocks of nodes show, tokens are good, and for no node for too long.
        command.env("ACCORD_TOKEN_LIFE", "10000d");
        command
    }

    /// Runs a subcommand to its end; whether it succeeded, and what it said.
    pub async fn run(&self, arguments: &[&str]) -> Result<(bool, String)> {
        Self::finish(self.command(arguments)).await
    }

    pub async fn finish(mut command: Command) -> Result<(bool, String)> {
        let output = command.output().await.context("could not run accord")?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&said).trim().to_owned()))
    }

    /// A token of the post or service, good for as long as any clock here may show.
    pub async fn token(&self, who: &[&str], roles: &str) -> Result<String> {
        let arguments = [&["token", "--ttl", "3650d", "--roles", roles], who].concat();
        let (done, said) = self.run(&arguments).await?;
        let answer: Value = serde_json::from_str(&said).unwrap_or_default();
        match answer["token"].as_str() {
            Some(token) if done => Ok(token.to_owned()),
            _ => bail!("accord made no token: {said}"),
        }
    }
}

/// What one sender may ask of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowances {
    /// For clients that share a post, and want to know what the log bears, not what they are allowed.
    Unlimited,
    AsShipped,
}

/// Where a node is reached: clients look again whenever they send something, as they would in a directory.
pub type Address = Arc<RwLock<String>>;

#[derive(Debug)]
pub struct Node {
    accord: Accord,
    number: usize,
    /// Its database, perhaps through a proxy.
    database: String,
    /// Variables of its own.
    variables: Vec<(&'static str, OsString)>,
    allowances: Allowances,
    address: Address,
    child: Option<Child>,
}

impl Node {
    pub fn new(accord: Accord, number: usize, database: String) -> Self {
        let address = Arc::new(RwLock::new(String::new()));
        let allowances = Allowances::Unlimited;
        Self { accord, number, database, variables: Vec::new(), allowances, address, child: None }
    }

    /// From its next start on.
    pub fn set_allowances(&mut self, allowances: Allowances) {
        self.allowances = allowances;
    }

    /// From its next start on.
    pub fn set_variables(&mut self, variables: Vec<(&'static str, OsString)>) {
        self.variables = variables;
    }

    pub fn address(&self) -> Address {
        Arc::clone(&self.address)
    }

    /// What it says, from its first start on.
    pub fn log_path(&self) -> PathBuf {
        self.accord.dir.join(format!("node-{}.log", self.number))
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Runs it, and returns when it takes requests.
    pub async fn start(&mut self) -> Result<()> {
        let log = append_to(&self.log_path())?;
        let mut command = self.accord.command(&["serve", "--listen", "127.0.0.1:0"]);
        if self.allowances == Allowances::Unlimited {
            command.args(["--rate", "0", "--concurrent", "0"]);
        }
        // Receivers are on this machine.
        command.arg("--webhooks-allow-private").arg("--webhook-key").arg(self.accord.webhook_key()?);
        command.env("DATABASE_URL", &self.database).envs(self.variables.iter().cloned());
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().context("could not run accord")?;
        let stdout = child.stdout.take().context("accord has no output")?;
        let mut line = String::new();
        let mut said = BufReader::new(stdout);
        let read = timeout(START_LIMIT, said.read_line(&mut line)).await;
        read.context("accord did not start in time")?.context("could not read what accord says")?;
        let announced: Value = serde_json::from_str(&line).unwrap_or_default();
        let Some(url) = announced["url"].as_str() else {
            bail!("node {} did not start; the end of what it said:\n{}", self.number, tail(&self.log()));
        };
        url.clone_into(&mut self.address.write().unwrap_or_else(PoisonError::into_inner));
        self.child = Some(child);
        Ok(())
    }

    /// Ends it at once; it can do nothing about it.
    pub async fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await.context("could not kill accord")?;
        }
        Ok(())
    }

    /// Lets it end in good order.
    pub async fn stop(&mut self) -> Result<()> {
        self.signal(Signal::TERM)?;
        if let Some(mut child) = self.child.take() {
            let ended = timeout(START_LIMIT, child.wait()).await;
            ended.context("accord did not stop in time")?.context("could not wait for accord")?;
        }
        Ok(())
    }

    /// The id of its process, while it runs.
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    pub fn signal(&self, signal: Signal) -> Result<()> {
        let id = self.process().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = id.and_then(Pid::from_raw) {
            kill_process(pid, signal).with_context(|| format!("could not signal node {}", self.number))?;
        }
        Ok(())
    }

    /// Fails when it has ended by itself.
    pub fn still_runs(&mut self) -> Result<()> {
        let Some(child) = &mut self.child else { return Ok(()) };
        if let Some(status) = child.try_wait().context("could not look at accord")? {
            bail!("node {} has ended by itself ({status}):\n{}", self.number, tail(&self.log()));
        }
        Ok(())
    }
}

/// The last lines of a text.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

fn append_to(path: &Path) -> Result<File> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.with_context(|| format!("could not write {}", path.display()))
}
