//! The experiments: a file for each, and what they share.

mod backends;
mod cancel;
mod clock;
mod connections;
mod control;
mod deadlines;
mod disk;
mod duplicates;
mod failover;
mod kill;
mod lab;
mod pause;
mod postgres;
mod proxy;
mod restore;
mod webhooks;

pub use lab::{NotPermitted, Settings};

use crate::report::Row;
use anyhow::Result;
use clap::ValueEnum;
use lab::Lab;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Experiment {
    /// Take an acknowledged command out of a log, and double one: the checker has to see both
    Control,
    /// Kill a serving process (SIGKILL) and start it again
    Kill,
    /// End Postgres at once, and start it again
    Postgres,
    /// Crash Postgres for good, and put its standby in its place: a synchronous one, and one that lacks the
    /// end
    Failover,
    /// Restore backups taken under load to moments at random, and hold each copy against what clients were
    /// told by then
    Restore,
    /// Stop a process (SIGSTOP) for half a minute, and let it go on
    Pause,
    /// Slow, deafen and cut the network between nodes and Postgres
    Proxy,
    /// Let the clock of one process jump by hours
    Clock,
    /// Let requests fall due while processes are killed and clocks jump
    Clocks,
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
    /// Kill processes that deliver to webhooks, whose receivers fail, hang and come back
    Webhooks,
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
        Self::Clocks,
        Self::Backends,
        Self::Connections,
        Self::Disk,
        Self::Cancel,
        Self::Duplicates,
        Self::Webhooks,
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
            Self::Clocks => "clocks",
            Self::Backends => "backends",
            Self::Connections => "connections",
            Self::Disk => "disk",
            Self::Cancel => "cancel",
            Self::Duplicates => "duplicates",
            Self::Webhooks => "webhooks",
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
            Self::Clocks => (100, 4),
            Self::Proxy => (150, 5),
            Self::Backends => (200, 20),
            Self::Failover | Self::Connections => (20, 2),
            Self::Restore => (20, 5),
            Self::Disk => (20, 1),
            Self::Cancel => (10_000, 200),
            Self::Webhooks => (100, 6),
        }
    }
}

/// Runs an experiment to its end. Fails with [`NotPermitted`] when this user may not do what it takes. Fails
/// when it could not be carried out; a promise that does not hold is in the row.
pub async fn run(experiment: Experiment, settings: &Settings) -> Result<Row> {
    let lab = Lab::new(settings, experiment.name(), experiment.counts())?;
    match experiment {
        Experiment::Control => control::run(lab).await,
        Experiment::Kill => kill::run(lab).await,
        Experiment::Postgres => postgres::run(lab).await,
        Experiment::Failover => failover::run(lab).await,
        Experiment::Restore => restore::run(lab).await,
        Experiment::Pause => pause::run(lab).await,
        Experiment::Proxy => proxy::run(lab).await,
        Experiment::Clock => clock::run(lab).await,
        Experiment::Clocks => deadlines::run(lab).await,
        Experiment::Connections => connections::run(lab).await,
        Experiment::Backends => backends::run(lab).await,
        Experiment::Disk => disk::run(lab).await,
        Experiment::Cancel => cancel::run(lab).await,
        Experiment::Duplicates => duplicates::run(lab).await,
        Experiment::Webhooks => webhooks::run(lab).await,
    }
}
