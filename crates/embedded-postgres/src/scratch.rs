//! A server for one test run or one measurement. Nothing of it stays.

use std::env;
use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::directory::fresh_dir;
use crate::identity::Identity;
use crate::{Lifetime, Server, Settings};

const MEMORY: &str = "/dev/shm";
const ENOUGH_MEMORY_KIB: u64 = 2 * 1024 * 1024;

/// A server in a fresh directory, which goes with it: when this is dropped, and also when the process ends without
/// dropping it (a `static`, Ctrl-C, a kill).
#[derive(Debug)]
pub struct Scratch {
    server: Server,
}

impl Scratch {
    /// In memory where there is room, else in the directory for temporary files. A flush costs nothing in memory:
    /// measure with [`Scratch::start_in`] on a real disk.
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

    /// A standby of this server, in a fresh directory beside its own, that streams what it commits. Promote it with
    /// `pg_promote()`.
    pub fn standby(&self) -> Result<Self> {
        let parent = self.server.data.path().parent().unwrap_or(Path::new("/"));
        Self::start_in_prepared(&[parent.to_owned()], &[], |data_dir, identity| {
            let output = identity
                .command(self.server.binaries.path("pg_basebackup"))
                .args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--dbname"])
                .arg(self.server.url("postgres"))
                .arg("--pgdata")
                .arg(data_dir.join("postgres"))
                .output()
                .context("could not run pg_basebackup")?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr);
                bail!("could not copy the server for a standby: {}", said.trim());
            }
            Ok(())
        })
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
        let settings = Settings { data_dir, max_connections: 300, parameters };
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

fn free_kib(dir: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(dir).output().ok()?;
    let table = String::from_utf8_lossy(&output.stdout);
    table.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}
