//! The clock of one node jumps by hours, forwards and backwards, as a machine's does that was set wrong, and
//! is set right.
//!
//! The log's own clock must never go back, commands must be carried out whatever a node thinks of the time,
//! and tokens stay good as long as they are by the clock of the node that checks them.

use super::lab::Lab;
use crate::{
    history::{Outcome, Submission},
    load::Load,
    report::Row,
    stage::{NODES, Stage},
};
use anyhow::{Context as _, Result, bail};
use rand::Rng as _;
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};
use tokio::process::Command;

/// Commands between two jumps.
const BETWEEN: usize = 10;

/// The longest jump, in seconds.
const FAR: i64 = 12 * 60 * 60;

/// How long a command may take that follows a jump, in seconds: clients have no more patience.
const SLACK: i64 = 60;

pub async fn run(mut lab: Lab) -> Result<Row> {
    let mut stage = lab.stage().await?;
    let clocks = lend(&mut stage).await?;
    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    let progress = lab.progress();
    let mut trouble = Vec::new();
    let mut asked = Vec::new();
    // The latest moment that a clock has shown, in seconds.
    let mut latest = 0;
    for number in 0..lab.count {
        load.more(BETWEEN).await?;
        let node = lab.random.random_range(0..NODES);
        // Forwards first, and every other time: only that shows in the log.
        let jump = lab.random.random_range(FAR / 12..FAR) * if number % 2 == 0 { 1 } else { -1 };
        latest = latest.max(now()? + jump);
        set(&clocks[node], jump)?;
        let key = format!("C{number}");
        let attempt = stage.client.patient().send(node, &stage.world.add_task(&key, &key)).await;
        if !matches!(attempt.outcome, Outcome::Done(_)) {
            trouble.push(format!("after a jump by {jump} s, node {node} answered {:?}", attempt.outcome));
        }
        asked.push(Submission { key, invalid: false, attempts: vec![attempt] });
        progress.step();
    }
    load.more(BETWEEN).await?;
    let mut history = load.finish().await?;
    history.submissions.extend(asked);
    // An experiment whose clocks stood fast would find nothing, and say that all is well.
    let newest = stage.log().await?.commits.last().map_or(0, |commit| commit.recorded_at / 1_000_000);
    if newest < latest {
        bail!("no clock has jumped: the log's newest commit is {} s before one that did", latest - newest);
    }
    if newest > latest.max(now()?) + SLACK {
        trouble.push(format!("the log's clock is {} s ahead of every clock", newest - latest));
    }
    let mut row = lab.judge(stage, lab.count, &history).await?;
    row.notes.push("jumps of 1 to 12 hours".to_owned());
    row.trouble.extend(trouble);
    Ok(row)
}

/// Starts each node anew by a clock of its own, which can be set.
pub(super) async fn lend(stage: &mut Stage) -> Result<Vec<PathBuf>> {
    let library = library().await?;
    let clocks: Vec<_> = (0..NODES).map(|node| stage.accord.dir.join(format!("clock-{node}"))).collect();
    for (node, clock) in stage.nodes.iter_mut().zip(&clocks) {
        set(clock, 0)?;
        node.stop().await?;
        node.set_variables(vec![
            ("LD_PRELOAD", library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", clock.into()),
            // Looked at each time that somebody asks for the time.
            ("FAKETIME_NO_CACHE", "1".into()),
            // It never jumps; that is what it is for.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ]);
        node.start().await?;
    }
    Ok(clocks)
}

/// What shows a process another time: the library that `faketime` loads into what it runs.
async fn library() -> Result<OsString> {
    let output = Command::new("faketime").args(["-m", "-f", "+0", "printenv", "LD_PRELOAD"]).output().await;
    let output = output.context("could not run `faketime`, which Debian packages under its name")?;
    let library = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if library.is_empty() {
        bail!("`faketime` names no library: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(library.into())
}

/// Sets a clock so many seconds off, all at once.
pub(super) fn set(clock: &Path, seconds: i64) -> Result<()> {
    let new = clock.with_extension("new");
    fs::write(&new, format!("{seconds:+}\n"))
        .with_context(|| format!("could not write {}", new.display()))?;
    fs::rename(&new, clock).with_context(|| format!("could not write {}", clock.display()))
}

fn now() -> Result<i64> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).context("it is before 1970")?;
    i64::try_from(now.as_secs()).context("it is too late")
}
