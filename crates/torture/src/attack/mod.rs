//! What one partner's senders cost another: each attack beside two rows without one, all on the same data.
//!
//! Every row has a fresh server, started as it is shipped; nothing that one attack left behind meets the next, but what it
//! wrote into the log. Nothing here says whether an attack *should* be refused: only how long the others waited.

mod attackers;
mod attacks;
mod memory;
mod others;
mod row;
mod scene;
mod text;
mod wire;

pub use attacks::{ATTACKS, Attack};
pub use row::Row;

use crate::{
    node::{Accord, Allowances, Node},
    progress::Progress,
    waiting::until,
};
use anyhow::{Context as _, Result};
use attackers::Attackers;
use embedded_postgres::Scratch;
use others::{Others, Outcome};
use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};
use scene::Scene;
use sqlx::{Connection as _, PgConnection};
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{
    runtime::{self, Runtime},
    task::JoinSet,
};

/// A disk as others have it, and buffers for all the data.
const POSTGRES: [&str; 3] = ["shared_buffers=1GB", "max_wal_size=16GB", "checkpoint_timeout=15min"];

const DATABASE: &str = "attack";

/// How long the others are timed at most before an attack.
const BEFORE: Duration = Duration::from_secs(10);

/// Until a fresh server has read what the others ask about.
const WARMING: Duration = Duration::from_secs(1);

/// Files that a server may have open when it starts, as shells and services give them.
const FILES: u64 = 1_024;

/// How long Postgres may take to end what an attack left behind.
const CLEARING: Duration = Duration::from_mins(1);

/// Attackers' threads give way to the server: what they cost is spent elsewhere, where partners are.
const GIVE_WAY: i32 = 10;

/// No attack: what the others wait for alone.
const CONTROL: (&str, &str) = ("control", "Nothing: the others alone.");

pub struct Settings {
    /// The program under test.
    pub accord: PathBuf,
    /// A scenario with the partners of both sides.
    pub scenario: PathBuf,
    /// Where Postgres keeps its data: on a disk, because what a flush costs is part of a command.
    pub scratch: PathBuf,
    /// How long each attack lasts.
    pub length: Duration,
}

/// A database with the data, and what its servers share.
pub struct Field {
    settings: Settings,
    accord: Accord,
    scene: Arc<Scene>,
    control: Option<row::Fared>,
    rounds: usize,
    files: Rlimit,
    postgres: Scratch,
    /// Goes with the servers' keys and what they said.
    _dir: TempDir,
}

impl Field {
    pub async fn prepare(settings: Settings) -> Result<Self> {
        let _progress = Progress::passing("loading", "of about half a minute".to_owned());
        let postgres = tokio::task::block_in_place(|| {
            let postgres = Scratch::start_in(&settings.scratch, &POSTGRES)?;
            postgres.create_database(DATABASE)?;
            anyhow::Ok(postgres)
        })?;
        let dir = tempfile::Builder::new().prefix("accord-attack-").tempdir();
        let dir = dir.context("could not make a directory for the servers")?;
        let database = postgres.url(DATABASE);
        let accord = Accord { program: settings.accord.clone(), dir: dir.path().to_owned(), database };
        let scene = Arc::new(Scene::set(&accord, &settings.scenario).await?);
        let files = getrlimit(Resource::Nofile);
        Ok(Self { settings, accord, scene, control: None, rounds: 0, files, postgres, _dir: dir })
    }

    /// The others alone; what every later row is held against.
    pub async fn control(&mut self) -> Result<Row> {
        let row = self.time(CONTROL, None).await?;
        self.control = Some(row.during);
        Ok(row)
    }

    pub async fn attack(&mut self, attack: &Attack) -> Result<Row> {
        self.time((attack.name, attack.what), Some(attack)).await
    }

    async fn time(&mut self, name: (&'static str, &'static str), attack: Option<&Attack>) -> Result<Row> {
        self.clear().await?;
        let mut node = Node::new(self.accord.clone(), 0, self.accord.database.clone());
        node.set_allowances(Allowances::AsShipped);
        // A server has the limit of whoever starts it; this program needs as many files as its attackers have
        // connections.
        self.limit_files(Some(FILES))?;
        let started = node.start().await;
        self.limit_files(None)?;
        started?;
        let process = node.process().context("the server has ended")?;
        let url = scene::url(&node)?;

        let length = self.settings.length;
        let before = length.min(BEFORE);
        let _progress = Progress::passing(name.0, format!("of {} s", (WARMING + before + length).as_secs()));
        self.live(&url, WARMING).await?;
        let before = self.live(&url, before).await?;
        let watch = memory::Watch::begin(process)?;
        let attackers = Arc::new(Attackers::new(Arc::clone(&self.scene), url.clone(), self.rounds << 32));
        let senders = attack.map(|attack| start(attack, &attackers)).transpose()?;
        let begun = Instant::now();
        let during = self.live(&url, length).await;
        let got = attackers.tally.per_second(begun.elapsed());
        if let Some(senders) = senders {
            senders.shutdown_background();
        }
        let (memory, mut during) = (watch.end(), during?);
        if let Err(error) = node.still_runs() {
            let said = error.to_string();
            let first = said.lines().next().unwrap_or_default();
            during.failures.insert(first.to_owned(), 1);
        }
        node.kill().await?;
        let fared = (before.fared(), during.fared());
        Ok(Row::new(name, fared, self.control.as_ref(), during.failures, memory, got))
    }

    async fn live(&mut self, url: &str, length: Duration) -> Result<Outcome> {
        self.rounds += 1;
        let others = Others::new(Arc::clone(&self.scene), url.to_owned(), self.rounds)?;
        Arc::new(others).live(length).await
    }

    /// Ends what servers that are gone have left behind in Postgres.
    async fn clear(&self) -> Result<()> {
        let mut admin = PgConnection::connect(&self.postgres.url("postgres")).await?;
        let ended = until("Postgres to end what was asked for", CLEARING, async || {
            let left: Vec<bool> = sqlx::query_scalar(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1",
            )
            .bind(DATABASE)
            .fetch_all(&mut admin)
            .await?;
            Ok(left.is_empty().then_some(()))
        });
        ended.await?;
        admin.close().await?;
        Ok(())
    }

    /// So many, or as many as there may be.
    fn limit_files(&self, most: Option<u64>) -> Result<()> {
        let Rlimit { maximum, .. } = self.files;
        let current = match (most, maximum) {
            (Some(most), Some(maximum)) => Some(most.min(maximum)),
            (Some(most), None) => Some(most),
            (None, maximum) => maximum,
        };
        setrlimit(Resource::Nofile, Rlimit { current, maximum })
            .context("could not change how many files may be open")
    }
}

/// The attackers at work, on threads of their own.
fn start(attack: &Attack, attackers: &Arc<Attackers>) -> Result<Runtime> {
    let threads = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .on_thread_start(|| {
            // Where it is not allowed, they go on as everybody does.
            let _ = nice(GIVE_WAY);
        })
        .enable_all()
        .build()
        .context("could not make a runtime")?;
    let (start, attackers) = (attack.start, Arc::clone(attackers));
    threads.spawn(async move {
        let mut senders = JoinSet::new();
        start(&attackers, &mut senders);
        while senders.join_next().await.is_some() {}
    });
    Ok(threads)
}
