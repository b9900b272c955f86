//! Finds the programs of PostgreSQL on this machine. Installs nothing.

use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The oldest major version of PostgreSQL that Accord runs on.
pub const MINIMUM_VERSION: u32 = 15;

const PROGRAMS: [&str; 5] = ["initdb", "pg_basebackup", "pg_ctl", "postgres", "psql"];

/// A directory that holds the programs of one version of PostgreSQL.
#[derive(Clone, Debug)]
pub struct Binaries {
    dir: PathBuf,
    version: u32,
}

impl Binaries {
    /// Finds the version that made the data, when `data_version` names one; the first acceptable one else:
    /// what `ACCORD_POSTGRES_BIN` names (then nothing else counts), what `pg_config` names, Debian's
    /// directories from the newest version down, `PATH`. None when nothing is installed; fails when what is
    /// installed does not serve.
    pub fn find(data_version: Option<u32>) -> Result<Option<Self>> {
        if let Some(dir) = env::var_os("ACCORD_POSTGRES_BIN").filter(|dir| !dir.is_empty()) {
            let dir = PathBuf::from(dir);
            let found = Self::in_dir(&dir).with_context(|| {
                format!("ACCORD_POSTGRES_BIN names {}, which does not hold PostgreSQL", dir.display())
            })?;
            return found.accept(data_version).map(Some);
        }
        let mut found: Vec<Self> = usual_dirs().iter().filter_map(|dir| Self::in_dir(dir).ok()).collect();
        let acceptable = found.iter().position(|binaries| match data_version {
            Some(version) => binaries.version == version,
            None => binaries.version >= MINIMUM_VERSION,
        });
        match acceptable {
            Some(index) => Ok(Some(found.swap_remove(index))),
            None => found.into_iter().next().map(|other| other.accept(data_version)).transpose(),
        }
    }

    pub fn path(&self, program: &str) -> PathBuf {
        self.dir.join(program)
    }

    /// The major version.
    pub fn version(&self) -> u32 {
        self.version
    }

    fn in_dir(dir: &Path) -> Result<Self> {
        for program in PROGRAMS {
            if !dir.join(program).is_file() {
                bail!("{} has no {program}", dir.display());
            }
        }
        let output =
            Command::new(dir.join("postgres")).arg("--version").output().context("could not run postgres")?;
        let version = String::from_utf8_lossy(&output.stdout);
        let version =
            major_version(&version).with_context(|| format!("could not read a version in `{version}`"))?;
        Ok(Self { dir: dir.to_owned(), version })
    }

    fn accept(self, data_version: Option<u32>) -> Result<Self> {
        let Self { version, dir } = &self;
        match data_version {
            Some(data) if data != *version => bail!(
                "the data was made by PostgreSQL {data}, but {} holds PostgreSQL {version}. Install that version again \
                 (`apt-get install postgresql-{data}`), or bring the data to the new one with pg_upgrade",
                dir.display()
            ),
            _ if *version < MINIMUM_VERSION => bail!(
                "{} holds PostgreSQL {version}, but Accord needs {MINIMUM_VERSION} or newer. Install a newer one \
                 beside it (https://www.postgresql.org/download/ says how for every system), or name a server that \
                 runs elsewhere in DATABASE_URL",
                dir.display()
            ),
            _ => Ok(self),
        }
    }
}

fn usual_dirs() -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        dirs.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    let mut debian: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin")))
        })
        .collect();
    debian.sort();
    dirs.extend(debian.into_iter().rev().map(|(_, dir)| dir));
    dirs.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    dirs
}

/// Reads `postgres (PostgreSQL) 17.2 (Debian 17.2-1)` and `18beta1` alike.
fn major_version(text: &str) -> Option<u32> {
    let number =
        text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    number.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn the_major_version_is_read_from_releases_packages_and_betas() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_version("not found"), None);
    }
}
