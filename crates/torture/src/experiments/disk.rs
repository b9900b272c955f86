//! The disk of Postgres is full for a while. Questions are answered all the same; commands are answered BUSY
//! with the reason; and once there is room, everything goes on without a restart of Accord.
//!
//! Postgres itself gives up when it lacks room for its own log. Then this starts it again once there is room,
//! as whoever runs it would, and says so.

use super::lab::{Lab, NotPermitted};
use crate::{
    history::{Outcome, Submission},
    load::Load,
    report::Row,
    stage::{NODES, Stage},
    waiting::until,
};
use anyhow::{Context as _, Result, anyhow, bail};
use embedded_postgres::Scratch;
use serde_json::json;
use sqlx::Executor as _;
use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::task::block_in_place;

/// Commands before and after the disk is full.
const BETWEEN: usize = 10;

/// Of the disk. Postgres begins with less than half of it.
const SIZE: &str = "384m";

/// How long it may take until somebody is told that the disk is full, or is served again.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a node has to say when the log has no room, and when only the rows have none: the log goes on without
/// them.
const NO_ROOM: &str = "no room left on its disk";
const NOT_SHOWN: &str = "cannot be shown yet";

pub async fn run(lab: Lab) -> Result<Row> {
    let disk = block_in_place(Disk::mount)?;
    // After the disk, so that it goes before it.
    let mut lab = lab;
    lab.postgres = block_in_place(|| Scratch::start_in(disk.path(), &[]))?;
    let stage = lab.stage().await?;
    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    let progress = lab.progress();
    let mut told = Told::default();
    let mut restarts = 0;
    for number in 0..lab.count {
        load.more(BETWEEN).await?;
        disk.fill()?;
        told.ask(&stage, &mut lab.postgres, number).await?;
        disk.free()?;
        let target = load.acknowledged() + BETWEEN;
        until("commands to be acknowledged again", PATIENCE, async || {
            if lab.postgres.has_ended()? {
                block_in_place(|| lab.postgres.start_again())?;
                restarts += 1;
            }
            Ok((load.acknowledged() >= target).then_some(()))
        })
        .await?;
        // Gives back what its log has taken, which would fill the disk by itself in the end.
        stage.connect().await?.execute("checkpoint").await.context("could not make a checkpoint")?;
        progress.step();
    }
    let mut history = load.finish().await?;
    history.submissions.append(&mut told.submissions);
    let mut row = lab.judge(stage, lab.count, &history).await?;
    row.trouble.append(&mut told.trouble);
    row.notes.push(format!(
        "the first to hear of it were told {} times that there is no room, and {} times that a command was carried out \
         and cannot be shown yet",
        told.no_room, told.not_shown
    ));
    if told.crashes > 0 || restarts > 0 {
        row.notes.push(format!(
            "Postgres failed for lack of room {} times before it could say so, and was started again {restarts} times",
            told.crashes
        ));
    }
    Ok(row)
}

/// What was asked for while the disk was full, and answered.
#[derive(Default)]
struct Told {
    submissions: Vec<Submission>,
    no_room: usize,
    not_shown: usize,
    /// Times that Postgres failed before anybody was told.
    crashes: usize,
    trouble: Vec<String>,
}

impl Told {
    /// Sends commands until one is told that the disk is full; then asks every node a question.
    async fn ask(&mut self, stage: &Stage, postgres: &mut Scratch, round: usize) -> Result<()> {
        let mut number = 0;
        let full = until("a command to be told that the disk is full", PATIENCE, async || {
            if fails(stage, postgres).await? {
                return Ok(Some(false));
            }
            number += 1;
            let key = format!("F{round}-{number}");
            let mutation = stage.world.add_task(&key, &key);
            let (attempt, message) = stage.client.patient().send_and_hear(number % NODES, &mutation).await;
            let busy = matches!(&attempt.outcome, Outcome::Error(code) if code == "BUSY");
            let (no_room, not_shown) =
                (busy && message.contains(NO_ROOM), busy && message.contains(NOT_SHOWN));
            self.no_room += usize::from(no_room);
            self.not_shown += usize::from(not_shown);
            self.submissions.push(Submission { key, invalid: false, attempts: vec![attempt] });
            Ok((no_room || not_shown).then_some(true))
        })
        .await?;
        if !full {
            self.crashes += 1;
            return Ok(());
        }
        for node in 0..NODES {
            let question = "{ head { position } operations(first: 20) { edges { node { code title } } } }";
            if let Err(error) = stage.client.ask(node, question, json!({})).await {
                // It may have failed meanwhile, which takes questions with it.
                if fails(stage, postgres).await? {
                    self.crashes += 1;
                    return Ok(());
                }
                self.trouble.push(format!("a question was not answered while the disk was full: {error:#}"));
            }
        }
        Ok(())
    }
}

/// Whether Postgres has ended, or takes nobody because it is trying to recover.
async fn fails(stage: &Stage, postgres: &mut Scratch) -> Result<bool> {
    Ok(postgres.has_ended()? || stage.connect().await.is_err())
}

/// A small disk in memory. It goes with this, and also when this process ends in whatever way.
struct Disk {
    dir: TempDir,
    watcher: Child,
}

impl Disk {
    fn mount() -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("accord-torture-disk-").tempdir();
        let dir = dir.context("could not make a directory for a disk")?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={SIZE},mode=0755"), "tmpfs"])
            .arg(dir.path())
            .stdin(Stdio::null())
            .output()
            .context("could not run mount")?;
        if !mounted.status.success() {
            let said = String::from_utf8_lossy(&mounted.stderr);
            return Err(anyhow!(NotPermitted(format!("needs the right to mount ({})", said.trim()))));
        }
        // Waits for the end of its input, and then for whoever still uses the disk.
        let script = r#"
            trap '' HUP INT TERM
            read -r _
            for _ in 1 2 3 4 5 6 7 8 9 10; do
                umount "$1" 2>/dev/null && break
                sleep 1
            done
            mountpoint -q "$1" && umount --lazy "$1"
            rmdir "$1" 2>/dev/null
            :
        "#;
        let watcher = Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(dir.path())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        match watcher {
            Ok(watcher) => Ok(Self { dir, watcher }),
            Err(error) => {
                let _ = Command::new("umount").arg(dir.path()).status();
                Err(error).context("could not run sh to watch over a disk")
            }
        }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    /// Until not a byte is left.
    fn fill(&self) -> Result<()> {
        let mut ballast = File::create(self.ballast()).context("could not write to the disk")?;
        for size in [1024 * 1024, 4096, 1] {
            let piece = vec![0; size];
            loop {
                match ballast.write_all(&piece) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => bail!("could not fill the disk: {error}"),
                }
            }
        }
        Ok(())
    }

    fn free(&self) -> Result<()> {
        fs::remove_file(self.ballast()).context("could not make room on the disk")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}
