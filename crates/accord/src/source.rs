//! Which database a command works on: the one that it is told, or one of Accord's own in a data directory.

use crate::keys::Keys;
use anyhow::{Context as _, Result, anyhow, bail};
use embedded_postgres::{Server, Settings, default_data_dir};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use std::{
    fs,
    future::pending,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::time::sleep;
use tracing::warn;

/// How often a server of Accord's own is looked after, and the least time between two starts of it.
const LOOK: Duration = Duration::from_millis(500);

/// A server that has run for so long died of something else than its start.
const HEALTHY: Duration = Duration::from_mins(2);

/// Starts of a server that goes on dying.
const MOST_RESTARTS: u32 = 6;

/// The database on a server of Accord's own.
const DATABASE: &str = "accord";

#[derive(Clone, Debug, clap::Args)]
pub struct Source {
    /// Where Accord keeps its own database and the keys of its development issuers
    /// [default: ~/.local/share/accord, for root /var/lib/accord; in both `demo/` for the demo].
    #[arg(long, env = "ACCORD_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A Postgres to use instead of Accord's own, such as `postgres://user@host/accord`.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// Whether a command needs the embedded server for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The server is to live as long as this process.
    Own,
    /// One that another Accord runs at this moment will do.
    Shared,
    /// The same, and a database that is not there yet is not made.
    Existing,
}

/// A database that can be connected to, and the server that goes with it when it is Accord's own.
pub struct Database {
    pub options: PgConnectOptions,
    server: Option<Embedded>,
}

struct Embedded {
    /// `None` once it is stopped.
    server: Arc<Mutex<Option<Server>>>,
    /// Tells other commands where the server is while it runs.
    url_file: PathBuf,
}

impl Source {
    /// The data directory, also when the database is elsewhere.
    pub fn data_dir(&self, usual: &str) -> Result<PathBuf> {
        match &self.data_dir {
            Some(dir) => Ok(dir.clone()),
            None => Ok(default_data_dir()?.join(usual)),
        }
    }

    /// Whether the caller chose a database or a directory.
    pub fn is_chosen(&self) -> bool {
        self.data_dir.is_some() || self.url().is_some()
    }

    /// The database to connect to; an empty `DATABASE_URL` counts as none.
    pub fn url(&self) -> Option<&str> {
        self.database_url.as_deref().filter(|url| !url.is_empty())
    }

    /// The development issuers of this data directory.
    pub fn keys(&self, usual: &str) -> Result<Keys> {
        Keys::open(&self.keys_dir(usual)?)
    }

    pub fn keys_dir(&self, usual: &str) -> Result<PathBuf> {
        Ok(self.data_dir(usual)?.join("keys"))
    }

    /// Starts the embedded server unless a URL was given. `usual` is the place below the default data
    /// directory.
    pub async fn open(&self, usual: &str, how: Use) -> Result<Database> {
        if let Some(url) = self.url() {
            let options = PgConnectOptions::from_str(url).context(
                "DATABASE_URL is not the address of a Postgres, such as postgres://user@host/accord",
            )?;
            return Ok(Database { options, server: None });
        }
        let dir = self.data_dir(usual)?;
        if how == Use::Existing && !dir.join("postgres").exists() {
            bail!(
                "there is no database in {} yet. `accord serve` makes one; that of the demo is in a directory of its \
                 own, which `accord demo` names: give it in --data-dir",
                dir.display()
            );
        }
        let url_file = dir.join("database-url");
        let settings = Settings::new(&dir);
        let started = tokio::task::spawn_blocking(move || {
            let server = Server::start(&settings)?;
            server.create_database(DATABASE)?;
            anyhow::Ok(server)
        });
        match started.await.context("could not start PostgreSQL")? {
            Ok(server) => {
                let url = server.url(DATABASE);
                write_private(&url_file, &url)?;
                let options =
                    PgConnectOptions::from_str(&url).context("could not read the server's address")?;
                Ok(Database {
                    options,
                    server: Some(Embedded { server: Arc::new(Mutex::new(Some(server))), url_file }),
                })
            }
            Err(error) => match running(&url_file).await {
                Some(options) if how != Use::Own => Ok(Database { options, server: None }),
                _ => Err(error),
            },
        }
    }
}

impl Database {
    /// Throws away everything in the database, which nothing else is connected to.
    pub async fn empty(&self) -> Result<()> {
        let mut connection = PgConnection::connect_with(&self.options.clone().database("postgres"))
            .await
            .context("could not connect to empty the database")?;
        // One statement each: neither may run inside a transaction.
        for statement in ["drop database accord with (force)", "create database accord"] {
            sqlx::query(statement).execute(&mut connection).await.context("could not empty the database")?;
        }
        connection.close().await.context("could not leave the emptied database")
    }

    /// Looks after the embedded server: nobody else starts it again when it has died. Ends with why it cannot be; of a
    /// server that is somebody else's, never.
    pub async fn keep_alive(&self) -> anyhow::Error {
        let Some(Embedded { server, .. }) = &self.server else { return pending().await };
        let (mut restarts, mut last) = (0, Instant::now());
        loop {
            sleep(LOOK).await;
            let looked = Arc::clone(server);
            let looked = tokio::task::spawn_blocking(move || start_if_dead(&looked)).await;
            let restarted = match looked.context("could not look after PostgreSQL").flatten() {
                Ok(restarted) => restarted,
                Err(error) => return error.context("PostgreSQL has died, and cannot be started again"),
            };
            if !restarted {
                continue;
            }
            // One that goes on dying is not started again and again at once.
            restarts = if last.elapsed() < HEALTHY { restarts + 1 } else { 0 };
            last = Instant::now();
            warn!(restarts, "PostgreSQL had died, and was started again");
            if restarts >= MOST_RESTARTS {
                return anyhow!(
                    "PostgreSQL has died {restarts} times in a row; its messages, in postgres.log of the data \
                     directory, say why"
                );
            }
            sleep(LOOK * 2_u32.pow(restarts)).await;
        }
    }

    /// Stops the embedded server. Dropping does the same, but cannot fail.
    pub async fn close(self) -> Result<()> {
        let Some(Embedded { server, url_file }) = self.server else { return Ok(()) };
        // Left behind, it would be tried in vain and no worse.
        let _ = fs::remove_file(url_file);
        let stop = move || match server.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(server) => server.stop(),
            None => Ok(()),
        };
        tokio::task::spawn_blocking(stop).await.context("could not stop PostgreSQL")?
    }
}

/// Whether it had to be.
fn start_if_dead(server: &Mutex<Option<Server>>) -> Result<bool> {
    let mut server = server.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(server) = server.as_mut() else { return Ok(false) };
    let has_ended = server.has_ended()?;
    if has_ended {
        server.start_again()?;
    }
    Ok(has_ended)
}

/// The server that another Accord runs on this data directory.
async fn running(url_file: &Path) -> Option<PgConnectOptions> {
    let url = fs::read_to_string(url_file).ok()?;
    let options = PgConnectOptions::from_str(url.trim()).ok()?;
    let connection = PgConnection::connect_with(&options).await.ok()?;
    connection.close().await.ok()?;
    Some(options)
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("could not write {}", path.display()))
}
