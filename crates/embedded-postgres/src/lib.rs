//! A private PostgreSQL from the binaries that are installed on this machine: on a Unix socket, durable, kept
//! between runs, stopped with its owner.
//!
//! Nothing is downloaded here, nothing listens on a network, and nothing here knows SQL beyond creating a
//! database.
//!
//! ```no_run
//! use embedded_postgres::{Server, Settings, default_data_dir};
//!
//! let server = Server::start(&Settings::new(default_data_dir()?))?;
//! server.create_database("accord")?;
//! println!("{}", server.url("accord"));
//! server.stop()?;
//! # anyhow::Ok(())
//! ```

mod binaries;
mod directory;
mod identity;
mod scratch;
#[cfg(test)]
mod tests;

pub use binaries::{Binaries, MINIMUM_VERSION};
pub use directory::{OWNER_ROLE, default_data_dir};
pub use scratch::{Backup, Scratch};

use anyhow::{Context, Result, anyhow, bail};
use directory::{DataDir, Lifetime, PORT};
use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

// Crash recovery replays the log before the server is ready, so this is far above a usual start of under a
// second.
const START_LIMIT: Duration = Duration::from_mins(10);
const STOP_LIMIT: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(10);
// Longer than the other, because each look is a start of PostgreSQL.
const LEFTOVERS_POLL: Duration = Duration::from_millis(100);

/// Where a server keeps its data, how many may use it at once, and what else it is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Holds the database in `postgres/`, the socket in `run/`, `postgres.log` and `accord.lock`.
    pub data_dir: PathBuf,
    pub max_connections: u16,
    /// Parameters of Postgres besides, such as `shared_buffers=1GB`; they stand over this crate's own.
    pub parameters: Vec<String>,
    /// How long a start waits for processes of a server that was killed: they end by themselves, but only
    /// when they notice.
    pub patience: Duration,
}

impl Settings {
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            max_connections: 100,
            parameters: Vec::new(),
            patience: Duration::from_secs(15),
        }
    }
}

/// A running server. It stops when this is dropped, and also when the process that owns it is killed.
#[derive(Debug)]
pub struct Server {
    binaries: Binaries,
    data: DataDir,
    settings: Settings,
    lifetime: Lifetime,
    socket_dir: PathBuf,
    // What belongs to this run only and goes with it.
    passing: Vec<PathBuf>,
    postmaster: Child,
    watcher: Child,
    stopped: bool,
}

impl Server {
    /// Starts PostgreSQL on a data directory, which is created when it is absent, and returns when it takes
    /// connections. Blocks: typically half a second, three on the first start, longer after a crash.
    ///
    /// A server that an earlier, killed owner left running on the directory is stopped first. What is left
    /// of a server that was itself killed is waited for.
    pub fn start(settings: &Settings) -> Result<Self> {
        Self::start_for(settings, Lifetime::Kept)
    }

    fn start_for(settings: &Settings, lifetime: Lifetime) -> Result<Self> {
        let data = DataDir::open(&settings.data_dir)?;
        let binaries = Binaries::find(data.postgres_version()?)?.with_context(|| {
            format!(
                "found no PostgreSQL server on this machine. Install PostgreSQL {MINIMUM_VERSION} or newer, on Debian \
                 and Ubuntu with `apt-get install postgresql` as root (the package also starts a server of its own, \
                 which Accord neither uses nor disturbs), or name the directory of its programs in \
                 ACCORD_POSTGRES_BIN, or a server that already runs in DATABASE_URL"
            )
        })?;
        data.end_predecessor(&binaries)?;
        data.initialise(&binaries, lifetime)?;

        let (socket_dir, fallback) = data.socket_dir()?;
        let mut passing: Vec<PathBuf> = fallback.into_iter().collect();
        if lifetime == Lifetime::Passing {
            passing.push(data.path().to_owned());
        }

        let (postmaster, watcher) = launch(&binaries, &data, settings, &socket_dir, lifetime, &passing)?;
        let settings = settings.clone();
        Ok(Self {
            binaries,
            data,
            settings,
            lifetime,
            socket_dir,
            passing,
            postmaster,
            watcher,
            stopped: false,
        })
    }

    /// The address of a database on this server, for sqlx, psql and everything else that reads libpq's URLs.
    pub fn url(&self, database: &str) -> String {
        let database = percent_encoded(database.as_bytes());
        let socket_dir = percent_encoded(self.socket_dir.as_os_str().as_encoded_bytes());
        format!("postgres://{OWNER_ROLE}@localhost:{PORT}/{database}?host={socket_dir}")
    }

    /// The socket itself, for whoever puts something between the server and its clients.
    pub fn socket(&self) -> PathBuf {
        self.socket_dir.join(format!(".s.PGSQL.{PORT}"))
    }

    /// Does nothing when the database exists.
    pub fn create_database(&self, name: &str) -> Result<()> {
        let sql = "select format('create database %I', :'name')
                   where not exists (select from pg_database where datname = :'name') \\gexec\n";
        let mut psql = self
            .psql("postgres")
            .arg(format!("--set=name={name}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("could not run psql")?;
        if let Some(mut input) = psql.stdin.take() {
            input.write_all(sql.as_bytes()).context("could not speak to psql")?;
        }
        let output = psql.wait_with_output().context("could not wait for psql")?;
        if !output.status.success() {
            bail!(
                "could not create the database `{name}`: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(())
    }

    /// `psql` of the same version as the server, connected to one of its databases, stopping at the first
    /// error and free of the user's own settings.
    pub fn psql(&self, database: &str) -> Command {
        let mut psql = self.program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname"]).arg(self.url(database));
        psql
    }

    /// Another program of the same version, free of the user's own settings.
    pub fn program(&self, name: &str) -> Command {
        let mut program = Command::new(self.binaries.path(name));
        identity::without_postgres_environment(&mut program);
        program
    }

    /// The programs of PostgreSQL that this server runs from.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Where PostgreSQL writes its messages.
    pub fn log_path(&self) -> PathBuf {
        self.data.log_path()
    }

    /// Ends the server as a crash of the machine would, but for what the kernel still writes: nobody is told,
    /// nothing is flushed, and [`Server::start_again`] recovers what was committed. For experiments; does
    /// nothing when it is down.
    pub fn crash(&mut self) -> Result<()> {
        // First, because it would signal whoever has the postmaster's id by then.
        let _ = self.watcher.kill();
        let _ = self.watcher.wait();
        if !self.has_ended()? {
            self.data.stop_server(&self.binaries, "immediate")?;
        }
        self.postmaster.wait().context("could not wait for the end of PostgreSQL")?;
        Ok(())
    }

    /// Whether it runs no more, because it was crashed or has given up by itself.
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.postmaster.try_wait().context("could not ask whether PostgreSQL runs")?.is_some())
    }

    /// Starts a server that has crashed, on the same data and socket.
    pub fn start_again(&mut self) -> Result<()> {
        self.crash()?;
        self.data.end_predecessor(&self.binaries)?;
        let Self { binaries, data, settings, lifetime, socket_dir, passing, .. } = self;
        (self.postmaster, self.watcher) = launch(binaries, data, settings, socket_dir, *lifetime, passing)?;
        Ok(())
    }

    /// Stops the server as dropping it does, and says when that failed: clients are cut off, open
    /// transactions are rolled back, what was committed is on disk.
    pub fn stop(mut self) -> Result<()> {
        self.shut_down()
    }

    fn shut_down(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.stopped, true) {
            return Ok(());
        }
        // The watcher hears the end of its input, exactly as if this process had died.
        drop(self.watcher.stdin.take());
        let outcome = match wait_for_exit(&mut self.postmaster, STOP_LIMIT) {
            Ok(Some(exit)) if exit.success() => Ok(()),
            Ok(Some(exit)) => Err(anyhow!(
                "PostgreSQL had ended by itself with {exit}; its messages are in {}",
                self.log_path().display()
            )),
            Ok(None) => self.stop_by_force(),
            Err(error) => Err(error),
        };
        let _ = self.watcher.kill();
        let _ = self.watcher.wait();
        for path in &self.passing {
            let _ = fs::remove_dir_all(path);
        }
        outcome
    }

    fn stop_by_force(&mut self) -> Result<()> {
        self.postmaster.kill().context("could not kill PostgreSQL")?;
        self.postmaster.wait().context("could not wait for the end of PostgreSQL")?;
        bail!(
            "PostgreSQL did not stop within {} seconds and was killed; no commit is lost, and the next start repairs \
             its files. Its messages are in {}",
            STOP_LIMIT.as_secs(),
            self.log_path().display()
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down() {
            eprintln!("{error:#}");
        }
    }
}

/// Runs PostgreSQL and the process that watches over it, and returns when it takes connections.
fn launch(
    binaries: &Binaries,
    data: &DataDir,
    settings: &Settings,
    socket_dir: &Path,
    lifetime: Lifetime,
    passing: &[PathBuf],
) -> Result<(Child, Child)> {
    let begun = Instant::now();
    let mut is_told = false;
    loop {
        if let Some(launched) =
            launch_unless_leftovers(binaries, data, settings, socket_dir, lifetime, passing)?
        {
            return Ok(launched);
        }
        if begun.elapsed() >= settings.patience {
            bail!(data.leftovers_in_the_way(settings.patience));
        }
        if !is_told {
            eprintln!("Waiting for what is left of a PostgreSQL that was killed …");
            is_told = true;
        }
        thread::sleep(LEFTOVERS_POLL);
    }
}

/// None while processes of a killed predecessor still hold its memory, and may write to its files.
fn launch_unless_leftovers(
    binaries: &Binaries,
    data: &DataDir,
    settings: &Settings,
    socket_dir: &Path,
    lifetime: Lifetime,
    passing: &[PathBuf],
) -> Result<Option<(Child, Child)>> {
    let (log, log_start) = data.open_log()?;
    let mut postmaster = postgres(binaries, data, settings, socket_dir, lifetime)
        .stdin(Stdio::null())
        .stdout(log.try_clone().context("could not share the log of PostgreSQL")?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("could not run {}", binaries.path("postgres").display()))?;
    let mut watcher = match watch(data, postmaster.id(), passing) {
        Ok(watcher) => watcher,
        Err(error) => {
            let _ = postmaster.kill();
            let _ = postmaster.wait();
            return Err(error);
        }
    };

    if let Err(error) = wait_until_ready(data, &mut postmaster) {
        // Killed first: it must not signal a process that came to have the same id.
        let _ = watcher.kill();
        let _ = watcher.wait();
        let _ = postmaster.kill();
        let _ = postmaster.wait();
        if data.log_tells_of_leftovers(log_start) {
            return Ok(None);
        }
        return Err(error.context(format!(
            "could not start PostgreSQL {} on {}{}",
            binaries.version(),
            data.path().display(),
            data.end_of_log(log_start)
        )));
    }
    Ok(Some((postmaster, watcher)))
}

fn postgres(
    binaries: &Binaries,
    data: &DataDir,
    settings: &Settings,
    socket_dir: &Path,
    lifetime: Lifetime,
) -> Command {
    let mut postgres = data.identity().command(binaries.path("postgres"));
    postgres.arg("-D").arg(data.pgdata());
    // On the command line, where neither postgresql.conf nor `alter system` can change them.
    let socket_dir = socket_dir.display().to_string().replace('"', "\"\"");
    let mut parameters = vec![
        "listen_addresses=".to_owned(),
        format!("unix_socket_directories=\"{socket_dir}\""),
        "unix_socket_permissions=0700".to_owned(),
        format!("port={PORT}"),
        format!("max_connections={}", settings.max_connections),
        "fsync=on".to_owned(),
        "full_page_writes=on".to_owned(),
        "synchronous_commit=on".to_owned(),
        "logging_collector=off".to_owned(),
        "log_destination=stderr".to_owned(),
        // One of its messages is read here.
        "lc_messages=C".to_owned(),
        "log_timezone=UTC".to_owned(),
        "timezone=UTC".to_owned(),
    ];
    if lifetime == Lifetime::Passing {
        // Its directory may be in memory.
        parameters.push("max_wal_size=512MB".to_owned());
    }
    parameters.extend_from_slice(&settings.parameters);
    for parameter in parameters {
        postgres.arg("-c").arg(parameter);
    }
    // A group of its own, so that Ctrl-C in a terminal reaches the owner only, which still needs the server
    // to finish.
    postgres.process_group(0);
    postgres
}

/// Starts the process that ends PostgreSQL when its own input ends: when `Server` says so, or when the owner
/// dies in whatever way. What is in `passing` goes with the server.
fn watch(data: &DataDir, postmaster: u32, passing: &[PathBuf]) -> Result<Child> {
    // Waits for the pid file and not for the process alone, which may stay a zombie where nobody reaps
    // orphans.
    let script = r#"
        trap '' HUP INT TERM
        read -r _
        kill -INT "$1"
        while [ -e "$2" ] && kill -0 "$1"; do sleep 0.1; done
        shift 2
        for path; do rm -rf -- "$path"; done
    "#;
    let mut watcher = data.identity().command("sh");
    watcher
        .args(["-c", script, "sh", &postmaster.to_string()])
        .arg(data.pid_file())
        .args(passing)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("could not run sh to watch over PostgreSQL")
}

/// Reads what `pg_ctl start` reads: the line of the pid file in which the postmaster says that it takes
/// connections.
fn wait_until_ready(data: &DataDir, postmaster: &mut Child) -> Result<()> {
    let pid = postmaster.id().to_string();
    let begun = Instant::now();
    while begun.elapsed() < START_LIMIT {
        let status = fs::read_to_string(data.pid_file()).unwrap_or_default();
        let mut lines = status.lines();
        // A standby takes connections, too.
        if lines.next() == Some(&pid)
            && lines.nth(6).is_some_and(|line| matches!(line.trim(), "ready" | "standby"))
        {
            return Ok(());
        }
        if let Some(exit) = postmaster.try_wait().context("could not ask whether PostgreSQL runs")? {
            bail!("it ended with {exit}");
        }
        thread::sleep(POLL);
    }
    bail!("it was not ready after {} minutes", START_LIMIT.as_secs() / 60)
}

fn wait_for_exit(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let begun = Instant::now();
    loop {
        let exit = child.try_wait().context("could not wait for the end of PostgreSQL")?;
        if exit.is_some() || begun.elapsed() > limit {
            return Ok(exit);
        }
        thread::sleep(POLL);
    }
}

fn percent_encoded(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            let _ = write!(encoded, "{byte:02X}");
        }
    }
    encoded
}
