//! The experiments: a file for each, and what they share.

mod backends;
mod cancel;
mod clock;
mod connections;
mod control;
mod disk;
mod duplicates;
mod failover;
mod kill;
mod pause;
mod postgres;
mod proxy;
mod restore;

use crate::{history::History, progress::Progress, report::Row, stage::Stage};
use anyhow::Result;
use clap::ValueEnum;
use embedded_postgres::Scratch;
use rand::{SeedableRng as _, rngs::StdRng};
use std::{env, fmt, path::PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Experiment {
    /// Take an acknowledged command out of a log, and double one: the checker has to see both
    Control,
    /// Kill a serving process (SIGKILL) and start it again
    Kill,
    /// End Postgres at once, and start it again
    Postgres,
    /// Crash Postgres for good, and put its standby in its place: a synchronous one, and one that lacks the end
    Failover,
    /// Restore backups taken under load to moments at random, and hold each copy against what clients were told by then
    Restore,
    /// Stop a process (SIGSTOP) for half a minute, and let it go on
    Pause,
    /// Slow, deafen and cut the network between nodes and Postgres
    Proxy,
    /// Let the clock of one process jump by hours
    Clock,
    /// Terminate sessions of Accord in Postgres
    Backends,
    /// Take every connection that Postgres has
    Connections,
    /// Fill the disk of Postgres
    Disk,
    /// Hang up while a command runs
    Cancel,
    /// Submit one key from 50 callers at once
    Duplicates,
}

impl Experiment {
    /// In the order in which they are run.
    pub const ALL: &[Self] = &[
        Self::Control,
        Self::Kill,
        Self::Postgres,
        Self::Failover,
        Self::Restore,
        Self::Pause,
        Self::Proxy,
        Self::Clock,
        Self::Backends,
        Self::Connections,
        Self::Disk,
        Self::Cancel,
        Self::Duplicates,
    ];

    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Kill => "kill",
            Self::Postgres => "postgres",
            Self::Failover => "failover",
            Self::Restore => "restore",
            Self::Pause => "pause",
            Self::Proxy => "proxy",
            Self::Clock => "clock",
            Self::Backends => "backends",
            Self::Connections => "connections",
            Self::Disk => "disk",
            Self::Cancel => "cancel",
            Self::Duplicates => "duplicates",
        }
    }

    /// How many faults are injected: at full length, and in the short form.
    fn counts(self) -> (usize, usize) {
        match self {
            Self::Control => (2, 2),
            Self::Kill | Self::Duplicates => (200, 6),
            Self::Postgres => (100, 3),
            Self::Pause => (50, 1),
            Self::Clock => (50, 2),
            Self::Proxy => (150, 5),
            Self::Backends => (200, 20),
            Self::Failover | Self::Connections => (20, 2),
            Self::Restore => (20, 5),
            Self::Disk => (20, 1),
            Self::Cancel => (10_000, 200),
        }
    }
}

/// How experiments are run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program under test.
    pub accord: PathBuf,
    pub short: bool,
    /// Instead of the usual number of faults.
    pub count: Option<usize>,
    pub seed: u64,
}

/// What an experiment works with.
struct Lab {
    settings: Settings,
    postgres: Scratch,
    name: &'static str,
    count: usize,
    random: StdRng,
}

impl Lab {
    fn new(settings: &Settings, experiment: Experiment) -> Result<Self> {
        let (full, short) = experiment.counts();
        let usual = if settings.short { short } else { full };
        Ok(Self {
            postgres: scratch(settings)?,
            name: experiment.name(),
            count: settings.count.unwrap_or(usual),
            random: StdRng::seed_from_u64(settings.seed),
            settings: settings.clone(),
        })
    }

    /// Three nodes straight on Postgres.
    async fn stage(&self) -> Result<Stage> {
        Stage::open(&self.settings.accord, &self.postgres, |_, url| url.to_owned()).await
    }

    fn writers(&self) -> u64 {
        if self.settings.short { 6 } else { 16 }
    }

    fn progress(&self) -> Progress {
        Progress::new(self.name, self.count)
    }

    /// Holds everything against everything; what nodes said is kept when something does not hold.
    async fn judge(&self, mut stage: Stage, injected: usize, history: &History) -> Result<Row> {
        let row = stage.judge(self.name, injected, history).await?;
        Ok(Self::conclude(stage, row))
    }

    fn conclude(stage: Stage, mut row: Row) -> Row {
        if !row.holds() {
            row.trouble.push(format!("what the nodes said is in {}", stage.keep().display()));
        }
        row
    }
}

/// The short form asks whether promises hold, the full one also whether a real disk keeps them.
fn scratch(settings: &Settings) -> Result<Scratch> {
    tokio::task::block_in_place(|| {
        if settings.short { Scratch::start() } else { Scratch::start_in(&env::temp_dir(), &[]) }
    })
}

/// What keeps an experiment from being carried out is no fault, unless it was asked for.
#[derive(Debug)]
pub struct NotPermitted(String);

impl fmt::Display for NotPermitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotPermitted {}

/// Runs an experiment to its end. Fails with [`NotPermitted`] when this user may not do what it takes. Fails when it could not be carried out; a promise that does not hold is in the row.
pub async fn run(experiment: Experiment, settings: &Settings) -> Result<Row> {
    let lab = Lab::new(settings, experiment)?;
    match experiment {
        Experiment::Control => control::run(lab).await,
        Experiment::Kill => kill::run(lab).await,
        Experiment::Postgres => postgres::run(lab).await,
        Experiment::Failover => failover::run(lab).await,
        Experiment::Restore => restore::run(lab).await,
        Experiment::Pause => pause::run(lab).await,
        Experiment::Proxy => proxy::run(lab).await,
        Experiment::Clock => clock::run(lab).await,
        Experiment::Connections => connections::run(lab).await,
        Experiment::Backends => backends::run(lab).await,
        Experiment::Disk => disk::run(lab).await,
        Experiment::Cancel => cancel::run(lab).await,
        Experiment::Duplicates => duplicates::run(lab).await,
    }
}
