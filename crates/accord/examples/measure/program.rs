//! The server as its own process: how soon it answers, what memory it takes, how fast it rebuilds.

use crate::{
    ROUNDS,
    bench::{question, token},
    data::planner,
    load::Connection,
    row::row,
};
use accord::keys::Keys;
use anyhow::{Context as _, Result, bail, ensure};
use domain::{
    Actor, Role,
    ids::{OperationId, TaskId},
};
use serde_json::{Value, json};
use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::time::sleep;

pub struct Program {
    pub accord: PathBuf,
    /// Its data directory, for the keys.
    pub scratch: PathBuf,
    /// The scenario's file.
    pub saphan: PathBuf,
}

struct Served {
    child: Child,
    address: String,
    /// From its start to its first answer.
    seconds: f64,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    /// Until it says that it is ready.
    async fn serve(&self, url: &str) -> Result<Served> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let begun = Instant::now();
        let child = Command::new(&self.accord)
            .args(["serve", "--listen", &address, "--database-url", url, "--log", "error"])
            .arg("--data-dir")
            .arg(&self.scratch)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("could not run {}", self.accord.display()))?;
        let mut served = Served { child, address, seconds: 0.0 };
        let ready = format!("http://{}/readyz", served.address);
        let client = reqwest::Client::new();
        while begun.elapsed() < Duration::from_mins(2) {
            if client.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success()) {
                served.seconds = begun.elapsed().as_secs_f64();
                return Ok(served);
            }
            if let Some(status) = served.child.try_wait()? {
                bail!("the server ended with {status}");
            }
            sleep(Duration::from_millis(2)).await;
        }
        bail!("the server was not ready within two minutes")
    }

    pub async fn start_up(&self, size: &str, url: &str) -> Result<()> {
        let (mut seconds, mut idle) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let served = self.serve(url).await?;
            seconds.push(served.seconds * 1_000.0);
            idle.push(memory(served.child.id(), "VmRSS")?);
        }
        let of = json!({ "events": size });
        row("start of a server to its first answer", &of, "ms", seconds);
        row("memory of an idle server", &of, "MiB", idle);
        Ok(())
    }

    /// What a server holds once it has carried out a command of an operation of very many tasks.
    pub async fn memory(&self, url: &str, keys: &Keys) -> Result<()> {
        let served = self.serve(url).await?;
        let accept = "application/graphql-response+json";
        let mut connection =
            Connection::open(&served.address, "/graphql", accept, &token(keys, &planner())?).await?;
        let id = TaskId::of(OperationId::of(&crate::good("LARGE")), &crate::good("T00001"));
        let query = "mutation ($input: ReviseTaskInput!) { reviseTask(input: $input) { __typename \
            ... on ReviseTaskPayload { receipt { position } } } }";
        let mut milliseconds = Vec::new();
        for number in 0..=20 {
            let title = format!("A new title, number {number}");
            let begun = Instant::now();
            let answer = connection
                .ask(&question(query, &json!({ "input": { "task": id.to_string(), "title": title } })))
                .await?;
            let answer: Value = serde_json::from_slice(&answer)?;
            ensure!(answer["data"]["reviseTask"]["receipt"].is_object(), "{answer}");
            milliseconds.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        let of = json!({ "tasks": crate::LARGE });
        row("first command of a large operation", &of, "ms", vec![milliseconds.remove(0)]);
        row("later commands of it", &of, "ms", milliseconds);
        row("memory then", &of, "MiB", vec![memory(served.child.id(), "VmRSS")?]);
        row("memory at most", &of, "MiB", vec![memory(served.child.id(), "VmHWM")?]);
        Ok(())
    }

    /// SAPHAN from an empty database to its after-action report.
    pub async fn report(&self, url: &str, keys: &Keys) -> Result<()> {
        let begun = Instant::now();
        let imported = self.command(url).arg("import").arg(&self.saphan).stdout(Stdio::null()).status()?;
        ensure!(imported.success(), "the scenario was not imported");
        row("SAPHAN imported", &Value::Null, "ms", vec![begun.elapsed().as_secs_f64() * 1_000.0]);
        let served = self.serve(url).await?;
        let reviewer = Actor::Post {
            post: crate::good("THA-01"),
            partner: crate::good("THA"),
            roles: [Role::Reviewer].into(),
        };
        let token = token(keys, &reviewer)?;
        for format in ["html", "pdf"] {
            let mut figures = Vec::new();
            for _ in 0..ROUNDS {
                let begun = Instant::now();
                let written = Command::new(&self.accord)
                    .args(["review", "export", "--operation", "SAPHAN", "--format", format, "--output"])
                    .arg(self.scratch.join(format!("report.{format}")))
                    .env("ACCORD_URL", format!("http://{}", served.address))
                    .env("ACCORD_TOKEN", &token)
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .status()?;
                ensure!(written.success(), "the report was not written");
                figures.push(begun.elapsed().as_secs_f64() * 1_000.0);
            }
            row("after-action report of SAPHAN", &json!({ "format": format }), "ms", figures);
        }
        Ok(())
    }

    /// The program on a database, with keys of its own.
    fn command(&self, url: &str) -> Command {
        let mut command = Command::new(&self.accord);
        command.args(["--json"]).env("DATABASE_URL", url).env("ACCORD_DATA_DIR", &self.scratch);
        command.stdin(Stdio::null());
        command
    }

    /// `accord rebuild`, once.
    pub async fn rebuild(&self, url: &str) -> Result<()> {
        let mut child = Command::new(&self.accord)
            .args(["rebuild", "--json", "--database-url", url])
            .arg("--data-dir")
            .arg(&self.scratch)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut most = 0.0;
        while child.try_wait()?.is_none() {
            // Gone between the two questions: what was seen last counts.
            most = memory(child.id(), "VmHWM").unwrap_or(most);
            sleep(Duration::from_millis(20)).await;
        }
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "the rebuild failed");
        let said: Value = serde_json::from_slice(&output.stdout)?;
        let figure = |name: &str| said[name].as_f64().with_context(|| format!("no {name} in {said}"));
        let (events, seconds) = (figure("events")?, figure("seconds")?);
        let of = json!({ "events": said["events"] });
        row("rebuild of every read model", &of, "1/s", vec![events / seconds]);
        row("rebuild: memory at most", &of, "MiB", vec![most]);
        Ok(())
    }
}

/// Of a process, in MiB.
fn memory(process: u32, field: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kilobytes: f64 =
        line.and_then(|line| line.split_whitespace().next()).context("no such field")?.parse()?;
    Ok(kilobytes / 1_024.0)
}
