//! What every experiment works with.

use crate::{history::History, progress::Progress, report::Row, stage::Stage};
use anyhow::Result;
use embedded_postgres::Scratch;
use rand::{SeedableRng as _, rngs::StdRng};
use std::{env, fmt, path::PathBuf};

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
pub struct Lab {
    pub settings: Settings,
    pub postgres: Scratch,
    pub name: &'static str,
    pub count: usize,
    pub random: StdRng,
}

impl Lab {
    /// `counts`: how many faults are injected at full length, and in the short form.
    pub fn new(settings: &Settings, name: &'static str, counts: (usize, usize)) -> Result<Self> {
        let (full, short) = counts;
        let usual = if settings.short { short } else { full };
        Ok(Self {
            postgres: scratch(settings)?,
            name,
            count: settings.count.unwrap_or(usual),
            random: StdRng::seed_from_u64(settings.seed),
            settings: settings.clone(),
        })
    }

    /// Three nodes straight on Postgres.
    pub async fn stage(&self) -> Result<Stage> {
        Stage::open(&self.settings.accord, &self.postgres, |_, url| url.to_owned()).await
    }

    pub fn writers(&self) -> u64 {
        if self.settings.short { 6 } else { 16 }
    }

    pub fn progress(&self) -> Progress {
        Progress::new(self.name, self.count)
    }

    /// Holds everything against everything; what nodes said is kept when something does not hold.
    pub async fn judge(&self, mut stage: Stage, injected: usize, history: &History) -> Result<Row> {
        let row = stage.judge(self.name, injected, history).await?;
        Ok(Self::conclude(stage, row))
    }

    pub fn conclude(stage: Stage, mut row: Row) -> Row {
        if !row.holds() {
            row.trouble.push(format!("what the nodes said is in {}", stage.keep().display()));
        }
        row
    }
}

/// The short form asks whether promises hold, the full one also whether a real disk keeps them.
pub fn scratch(settings: &Settings) -> Result<Scratch> {
    tokio::task::block_in_place(|| {
        if settings.short { Scratch::start() } else { Scratch::start_in(&env::temp_dir(), &[]) }
    })
}

/// What keeps an experiment from being carried out is no fault, unless it was asked for.
#[derive(Debug)]
pub struct NotPermitted(pub String);

impl fmt::Display for NotPermitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotPermitted {}
