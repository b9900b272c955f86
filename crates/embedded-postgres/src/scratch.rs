//! A server for one test run or one measurement. Nothing of it stays.

use crate::{
    Server, Settings,
    directory::{Lifetime, fresh_dir},
    identity::Identity,
};
use anyhow::{Context as _, Result, bail};
use std::{
    env,
    fs::{self, OpenOptions},
    io::Write as _,
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    process::Command,
};

const MEMORY: &str = "/dev/shm";
const ENOUGH_MEMORY_KIB: u64 = 2 * 1024 * 1024;

/// A server in a fresh directory, which goes with it: when this is dropped, and also when the process ends
/// without dropping it (a `static`, Ctrl-C, a kill).
#[derive(Debug)]
pub struct Scratch {
    server: Server,
}

impl Scratch {
    /// In memory where there is room, else in the directory for temporary files. A flush costs nothing in
    /// memory: measure with [`Scratch::start_in`] on a real disk.
    pub fn start() -> Result<Self> {
        let mut parents: Vec<PathBuf> = vec![env::temp_dir(), "/tmp".into(), "/var/tmp".into()];
        if free_kib(Path::new(MEMORY)).is_some_and(|free| free > ENOUGH_MEMORY_KIB) {
            parents.insert(0, MEMORY.into());
        }
        Self::start_in_first(&parents)
    }

    /// In a fresh directory below `parent`, with these [`Settings::parameters`].
    pub fn start_in(parent: &Path, parameters: &[&str]) -> Result<Self> {
        Self::start_in_prepared(&[parent.to_owned()], parameters, |_, _| Ok(()))
    }

    /// A standby of this server, in a fresh directory beside its own, that streams what it commits. Promote
    /// it with `pg_promote()`.
    pub fn standby(&self) -> Result<Self> {
        Self::start_in_prepared(&[self.parent()], &[], |data_dir, _| {
            self.copy_to(&data_dir.join("postgres"), &["--write-recovery-conf"])
        })
    }

    /// Starts anew, and from then on keeps every segment of the write-ahead log in a directory of its own,
    /// which goes with the server. The segment that is being written follows when it is full, or at
    /// `pg_switch_wal()`.
    pub fn archive(&mut self) -> Result<()> {
        let archive = self.archive_dir();
        fs::create_dir(&archive).with_context(|| format!("could not create {}", archive.display()))?;
        self.data.identity().own(&archive)?;
        let archive = archive.display();
        configure(
            &self.data.pgdata(),
            &[
                ("archive_mode", "on"),
                ("archive_command", &format!(r#"test ! -f "{archive}/%f" && cp %p "{archive}/%f""#)),
            ],
        )?;
        self.start_again()
    }

    /// A copy of the data as it is at some moment before this returns, in a directory that goes with the
    /// server.
    pub fn backup(&self) -> Result<Backup> {
        let dir = fresh_dir(&[self.data.path().to_owned()], "backup", self.data.identity())?;
        self.copy_to(&dir, &[])?;
        Ok(Backup { dir, parent: self.parent(), archive: self.archive_dir() })
    }

    fn parent(&self) -> PathBuf {
        self.data.path().parent().unwrap_or(Path::new("/")).to_owned()
    }

    fn archive_dir(&self) -> PathBuf {
        self.data.path().join("archive")
    }

    fn copy_to(&self, dir: &Path, options: &[&str]) -> Result<()> {
        let output = self
            .data
            .identity()
            .command(self.binaries.path("pg_basebackup"))
            .args(["--checkpoint=fast", "--no-sync"])
            .args(options)
            .arg("--dbname")
            .arg(self.url("postgres"))
            .arg("--pgdata")
            .arg(dir)
            .output()
            .context("could not run pg_basebackup")?;
        if !output.status.success() {
            bail!("could not copy the server: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    fn start_in_first(parents: &[PathBuf]) -> Result<Self> {
        Self::start_in_prepared(parents, &[], |_, _| Ok(()))
    }

    /// `prepare` may put data into the directory.
    fn start_in_prepared(
        parents: &[PathBuf],
        parameters: &[&str],
        prepare: impl FnOnce(&Path, &Identity) -> Result<()>,
    ) -> Result<Self> {
        let identity = Identity::choose(Path::new(""))?;
        let data_dir = fresh_dir(parents, "accord-scratch", &identity)?;
        let parameters = parameters.iter().map(|parameter| (*parameter).to_owned()).collect();
        let settings = Settings { max_connections: 300, parameters, ..Settings::new(data_dir) };
        let started = prepare(&settings.data_dir, &identity)
            .and_then(|()| Server::start_for(&settings, Lifetime::Passing));
        match started {
            Ok(server) => Ok(Self { server }),
            Err(error) => {
                let _ = fs::remove_dir_all(&settings.data_dir);
                Err(error)
            }
        }
    }
}

impl Deref for Scratch {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}

/// A copy of a server's data, from which it can be brought to any later moment that its archive holds.
/// Both go with the server.
#[derive(Debug)]
pub struct Backup {
    dir: PathBuf,
    /// Where servers that are made of it live.
    parent: PathBuf,
    archive: PathBuf,
}

impl Backup {
    /// Starts a server of its own on a copy, which recovers from the archive until `target`, such as
    /// `("recovery_target_name", "noon")`; without any, to the archive's end. It takes connections before it
    /// is there: then `pg_is_in_recovery()` is false.
    pub fn restore(&self, target: &[(&str, &str)]) -> Result<Scratch> {
        Scratch::start_in_prepared(std::slice::from_ref(&self.parent), &[], |data_dir, identity| {
            let pgdata = data_dir.join("postgres");
            let copied = identity.command("cp").arg("-R").arg("-p").arg(&self.dir).arg(&pgdata).output();
            let copied = copied.context("could not run cp")?;
            if !copied.status.success() {
                bail!("could not copy a backup: {}", String::from_utf8_lossy(&copied.stderr).trim());
            }
            let restore = format!(r#"cp "{}/%f" %p"#, self.archive.display());
            let mut settings = vec![
                ("restore_command", restore.as_str()),
                ("recovery_target_action", "promote"),
                // Else its own history would be in the archive, and whoever restores to the end later would
                // follow that.
                ("archive_mode", "off"),
            ];
            settings.extend(target);
            configure(&pgdata, &settings)?;
            let signal = pgdata.join("recovery.signal");
            fs::write(&signal, "").with_context(|| format!("could not write {}", signal.display()))?;
            identity.own(&signal)
        })
    }
}

/// Adds to `postgresql.conf`, where the last word counts.
fn configure(pgdata: &Path, settings: &[(&str, &str)]) -> Result<()> {
    let path = pgdata.join("postgresql.conf");
    let write = || {
        let mut file = OpenOptions::new().append(true).open(&path)?;
        for (name, value) in settings {
            writeln!(file, "{name} = '{}'", value.replace('\'', "''"))?;
        }
        Ok::<_, std::io::Error>(())
    };
    write().with_context(|| format!("could not write {}", path.display()))
}

fn free_kib(dir: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(dir).output().ok()?;
    let table = String::from_utf8_lossy(&output.stdout);
    table.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}
