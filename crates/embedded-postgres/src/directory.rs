//! The data directory: who may use it, what lies where, and what an earlier run left behind.

use crate::{Binaries, identity::Identity};
use anyhow::{Context, Result, bail};
use std::{
    env,
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// The superuser role of every server that this crate starts.
pub const OWNER_ROLE: &str = "accord_owner";

// Written out everywhere, because clients read PGPORT when a URL has no port. It only names the socket file.
pub const PORT: u16 = 5432;

/// Whether the data outlives the server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lifetime {
    Kept,
    Passing,
}

// 103 on macOS, 107 on Linux; the lower one, so that a directory works on both.
const SOCKET_PATH_LIMIT: usize = 103;
const LOG_LIMIT: u64 = 16 * 1024 * 1024;
const QUOTED_LINES: usize = 15;

/// `/var/lib/accord` for root, else `$XDG_DATA_HOME/accord` or `~/.local/share/accord`.
pub fn default_data_dir() -> Result<PathBuf> {
    let root = Identity::is_root();
    let from = |name| env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    if root {
        Ok("/var/lib/accord".into())
    } else if let Some(data) = from("XDG_DATA_HOME") {
        Ok(data.join("accord"))
    } else {
        let home = from("HOME").context("HOME is not set: name a data directory in ACCORD_DATA_DIR")?;
        Ok(home.join(".local/share/accord"))
    }
}

/// A data directory that this process holds alone for as long as this value lives.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    identity: Identity,
    // Held for its lock only.
    _lock: File,
}

impl DataDir {
    pub fn open(path: &Path) -> Result<Self> {
        let path = std::path::absolute(path)
            .with_context(|| format!("could not tell where {} is", path.display()))?;
        if path.to_str().is_none() {
            bail!(
                "the name of the data directory {} is not UTF-8, which connection URLs need",
                path.display()
            );
        }
        let identity = Identity::choose(&path.join("postgres"))?;
        refuse_closed_way(&path, &identity)?;
        let new = !path.exists();
        fs::create_dir_all(&path).with_context(|| {
            format!(
                "could not create the data directory {}; name another one in ACCORD_DATA_DIR",
                path.display()
            )
        })?;
        let lock = lock(&path)?;
        if identity.is_other() {
            // The server's user passes through to what is its own; it can list nothing here.
            let mode =
                path.metadata().with_context(|| format!("could not look at {}", path.display()))?.mode();
            fs::set_permissions(&path, Permissions::from_mode(mode & 0o7777 | 0o011))
                .with_context(|| format!("could not let PostgreSQL into {}", path.display()))?;
            // Again, for directories that were made on the way under a strict umask.
            refuse_closed_way(&path, &identity)?;
        } else if new {
            fs::set_permissions(&path, Permissions::from_mode(0o700))
                .with_context(|| format!("could not make {} private", path.display()))?;
        }
        Ok(Self { path, identity, _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub fn pgdata(&self) -> PathBuf {
        self.path.join("postgres")
    }

    pub fn pid_file(&self) -> PathBuf {
        self.pgdata().join("postmaster.pid")
    }

    pub fn log_path(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// The major version that made the data; none before the first start.
    pub fn postgres_version(&self) -> Result<Option<u32>> {
        let file = self.pgdata().join("PG_VERSION");
        if !file.exists() {
            return Ok(None);
        }
        let version =
            fs::read_to_string(&file).with_context(|| format!("could not read {}", file.display()))?;
        version
            .trim()
            .parse()
            .map(Some)
            .with_context(|| format!("could not read a version in {}", file.display()))
    }

    /// Makes the database when there is none. In a directory beside, renamed when it is whole, so that a
    /// start that was cut short leaves nothing that looks like data.
    pub fn initialise(&self, binaries: &Binaries, lifetime: Lifetime) -> Result<()> {
        let pgdata = self.pgdata();
        if pgdata.exists() {
            return self.identity.own_tree_of_root(&pgdata);
        }
        let unfinished = self.path.join("postgres.new");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)
                .with_context(|| format!("could not remove what a start left in {}", unfinished.display()))?;
        }
        private_dir(&unfinished, &self.identity)?;
        let mut initdb = self.identity.command(binaries.path("initdb"));
        initdb.args(["--username", OWNER_ROLE, "--auth=trust", "--data-checksums", "--no-instructions"]);
        initdb.args(["--encoding=UTF8", "--locale=C"]);
        if lifetime == Lifetime::Passing {
            initdb.arg("--no-sync");
        }
        let output = initdb.arg("-D").arg(&unfinished).output().context("could not run initdb")?;
        if !output.status.success() {
            bail!(
                "could not make a database in {}: {}",
                self.path.display(),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        fs::rename(&unfinished, &pgdata)
            .and_then(|()| File::open(&self.path)?.sync_all())
            .with_context(|| format!("could not put the new database in place at {}", pgdata.display()))
    }

    /// Ends a server whose owner was killed, and removes a pid file that names a process which is none.
    pub fn end_predecessor(&self, binaries: &Binaries) -> Result<()> {
        let pid_file = self.pid_file();
        let Ok(content) = fs::read_to_string(&pid_file) else { return Ok(()) };
        // Negative for the single-user mode.
        let Some(pid) = content.lines().next().and_then(|line| line.trim().parse::<i32>().ok()) else {
            return Ok(());
        };
        match self.holder(pid.unsigned_abs()) {
            Holder::Server => self.stop_server(binaries, "fast"),
            Holder::Nobody => {
                // PostgreSQL takes a zombie of that id, which nobody reaps, for a server that lives.
                let _ = fs::remove_file(self.path.join("run").join(format!(".s.PGSQL.{PORT}.lock")));
                fs::remove_file(&pid_file)
                    .with_context(|| format!("could not remove the stale {}", pid_file.display()))
            }
            // PostgreSQL looks by itself when it starts.
            Holder::Unknown => Ok(()),
        }
    }

    /// A postmaster works in its data directory. Its id alone says nothing: after a restart of the machine or
    /// the container, the same number is somebody else, who must not be signalled.
    fn holder(&self, pid: u32) -> Holder {
        if !Path::new("/proc/self/stat").exists() {
            return Holder::Unknown;
        }
        let alive = fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
        if !alive {
            return Holder::Nobody;
        }
        // As the server's own user: without CAP_SYS_PTRACE, which containers withhold, root may not look.
        let link = self.identity.command("readlink").arg(format!("/proc/{pid}/cwd")).output();
        let Ok(output) = link else { return Holder::Unknown };
        let works_in = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n'));
        match (output.status.success(), self.pgdata().canonicalize()) {
            (true, Ok(pgdata)) if works_in == pgdata => Holder::Server,
            (true, Ok(_)) => Holder::Nobody,
            _ => Holder::Unknown,
        }
    }

    /// `mode` as `pg_ctl` knows it.
    pub fn stop_server(&self, binaries: &Binaries, mode: &str) -> Result<()> {
        let output = self
            .identity
            .command(binaries.path("pg_ctl"))
            .args(["stop", "--wait", "--mode", mode, "--pgdata"])
            .arg(self.pgdata())
            .output()
            .context("could not run pg_ctl")?;
        // It may have ended by itself meanwhile.
        if !output.status.success() && self.pid_file().exists() {
            bail!(
                "could not stop the PostgreSQL that runs on {}: {}",
                self.path.display(),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(())
    }

    /// The directory of the socket, and again when it is one for this run only, because the usual one is too
    /// deep in the tree for the address of a socket.
    pub fn socket_dir(&self) -> Result<(PathBuf, Option<PathBuf>)> {
        let usual = self.path.join("run");
        if usual.join(format!(".s.PGSQL.{PORT}")).as_os_str().len() <= SOCKET_PATH_LIMIT {
            private_dir(&usual, &self.identity)?;
            return Ok((usual, None));
        }
        let short = fresh_dir(&[env::temp_dir(), "/tmp".into()], "accord", &self.identity)?;
        Ok((short.clone(), Some(short)))
    }

    /// The log, and where in it this run begins.
    pub fn open_log(&self) -> Result<(File, u64)> {
        let path = self.log_path();
        if path.metadata().is_ok_and(|metadata| metadata.len() > LOG_LIMIT) {
            fs::rename(&path, path.with_extension("log.1"))
                .with_context(|| format!("could not put {} aside", path.display()))?;
        }
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("could not open {}", path.display()))?;
        let start = log.metadata().with_context(|| format!("could not look at {}", path.display()))?.len();
        Ok((log, start))
    }

    /// The last lines that PostgreSQL wrote, to end an error with; empty when it wrote none.
    pub fn end_of_log(&self, start: u64) -> String {
        let content = self.log_from(start);
        let lines: Vec<&str> = content.lines().collect();
        if lines.is_empty() {
            return String::new();
        }
        let last = &lines[lines.len().saturating_sub(QUOTED_LINES)..];
        format!("; the last lines of {}:\n  {}\n", self.log_path().display(), last.join("\n  "))
    }

    /// Whether PostgreSQL gave up because processes of an earlier run hold the memory of this directory.
    pub fn log_tells_of_leftovers(&self, start: u64) -> bool {
        self.log_from(start).lines().any(|line| line.contains("FATAL") && line.ends_with(" is still in use"))
    }

    /// Empty when it cannot be read.
    fn log_from(&self, start: u64) -> String {
        let mut content = Vec::new();
        let read = File::open(self.log_path()).and_then(|mut log| {
            log.seek(SeekFrom::Start(start))?;
            log.read_to_end(&mut content)
        });
        if read.is_err() {
            return String::new();
        }
        String::from_utf8_lossy(&content).into_owned()
    }

    /// What to do about processes that outlived their killed server by more than `patience`.
    pub fn leftovers_in_the_way(&self, patience: Duration) -> String {
        let how = match self.leftovers().join(" ") {
            pids if pids.is_empty() => String::new(),
            pids => format!(" with `kill -9 {pids}`"),
        };
        format!(
            "a PostgreSQL on {} was killed, and processes of it still live after {} seconds. They could write to its \
             files beside a new server. End them{how} and start again; no commit is lost by that",
            self.path.display(),
            patience.as_secs()
        )
    }

    /// Processes of PostgreSQL that work in its data directory, as all of a server do. None where the system
    /// does not tell.
    fn leftovers(&self) -> Vec<String> {
        // As the server's own user, as in `holder`.
        let script = r#"for dir in /proc/[0-9]*; do test "$dir/cwd" -ef "$1" || continue
            case $(readlink "$dir/exe") in */postgres|*/postgres\ \(deleted\)) echo "${dir#/proc/}";; esac; done"#;
        let found = self.identity.command("sh").args(["-c", script, "sh"]).arg(self.pgdata()).output();
        let found = found.map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&found).lines().map(str::to_owned).collect()
    }
}

enum Holder {
    Server,
    Nobody,
    Unknown,
}

fn lock(dir: &Path) -> Result<File> {
    let path = dir.join("accord.lock");
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).with_context(
            || format!("could not open {}; does this user own the directory?", path.display()),
        )?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.read_to_string(&mut pid);
            let (who, how) = match pid.trim() {
                "" => (String::new(), String::new()),
                pid => (format!(" (pid {pid})"), format!(" with `kill {pid}`")),
            };
            bail!(
                "another Accord{who} is using the data directory {}. Stop it{how}, or give this one a directory of its \
                 own in ACCORD_DATA_DIR",
                dir.display()
            );
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("could not lock {}", path.display()));
        }
    }
    file.set_len(0)
        .and_then(|()| file.write_all(format!("{}\n", process::id()).as_bytes()))
        .with_context(|| format!("could not write to {}", path.display()))?;
    Ok(file)
}

/// The data directory is Accord's own, but what is above it is not ours to open.
fn refuse_closed_way(path: &Path, identity: &Identity) -> Result<()> {
    let mut above: Vec<&Path> = path.ancestors().skip(1).collect();
    above.reverse();
    if let Some(closed) = above.into_iter().find(|dir| dir.exists() && !identity.may_enter(dir)) {
        bail!(
            "root's PostgreSQL runs as an unprivileged user, who may not enter {}, so it cannot keep its data in {}. \
             Choose a directory that this user can reach, for example ACCORD_DATA_DIR=/var/lib/accord, or run Accord \
             as an ordinary user",
            closed.display(),
            path.display()
        );
    }
    Ok(())
}

fn private_dir(path: &Path, identity: &Identity) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o700)))
        .with_context(|| format!("could not create {}", path.display()))?;
    identity.own(path)
}

/// A new private directory with a short name, in the first of `parents` that the server's user may enter.
pub fn fresh_dir(parents: &[PathBuf], prefix: &str, identity: &Identity) -> Result<PathBuf> {
    static NEXT: AtomicU32 = AtomicU32::new(0);

    let parent = parents
        .iter()
        .find(|parent| parent.is_dir() && identity.may_enter(parent))
        .with_context(|| format!("found no temporary directory that PostgreSQL may use among {parents:?}"))?;
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{prefix}-{}-{number}", process::id()));
        // Not recursive, so it fails when somebody else made it first.
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => {
                identity.own(&path)?;
                return Ok(path);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("could not create {}", path.display())),
        }
    }
}
