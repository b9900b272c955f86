//! Who PostgreSQL runs as. It refuses to be root, so root hands it to an unprivileged user of the system.

use anyhow::{Context, Result, bail};
use rustix::process::geteuid;
use std::{
    env,
    ffi::OsStr,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

const ROOT: u32 = 0;

/// An identity that is not this process's own; none for everybody but root.
#[derive(Clone, Debug)]
pub struct Identity {
    other: Option<Other>,
}

#[derive(Clone, Debug)]
struct Other {
    uid: u32,
    gid: u32,
}

impl Identity {
    pub fn is_root() -> bool {
        geteuid().is_root()
    }

    /// The owner of `pgdata` when it exists, so that data stays usable for whoever made it; else `postgres`,
    /// which comes with PostgreSQL's packages; else `nobody`, which exists everywhere but may belong to
    /// others as well.
    pub fn choose(pgdata: &Path) -> Result<Self> {
        if !Self::is_root() {
            return Ok(Self { other: None });
        }
        if let Ok(owner) = pgdata.metadata()
            && owner.uid() != ROOT
        {
            return Ok(Self { other: Some(Other { uid: owner.uid(), gid: owner.gid() }) });
        }
        for name in ["postgres", "nobody"] {
            if let (Some(uid), Some(gid)) = (id(&["-u", name])?, id(&["-g", name])?) {
                return Ok(Self { other: Some(Other { uid, gid }) });
            }
        }
        bail!(
            "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it as. Make \
             one (`useradd --system postgres`), or run Accord as an ordinary user"
        )
    }

    /// Whether files that this process makes belong to somebody else than the server.
    pub fn is_other(&self) -> bool {
        self.other.is_some()
    }

    /// The program as this identity, with no supplementary groups, from a directory that everybody may enter.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        without_postgres_environment(&mut command);
        command.current_dir("/").env("LC_ALL", "C").stdin(Stdio::null());
        if let Some(Other { uid, gid }) = self.other {
            // The standard library drops root's groups along with root.
            command.uid(uid).gid(gid);
        }
        command
    }

    pub fn own(&self, path: &Path) -> Result<()> {
        let Some(Other { uid, gid }) = self.other else { return Ok(()) };
        std::os::unix::fs::chown(path, Some(uid), Some(gid))
            .with_context(|| format!("could not give {} to the user that runs PostgreSQL", path.display()))
    }

    /// What a backup that root restored needs.
    pub fn own_tree_of_root(&self, path: &Path) -> Result<()> {
        let Some(Other { uid, gid }) = self.other else { return Ok(()) };
        if path.metadata().is_ok_and(|metadata| metadata.uid() != ROOT) {
            return Ok(());
        }
        let status = Command::new("chown").args(["-R", &format!("{uid}:{gid}")]).arg(path).status();
        if !status.context("could not run chown")?.success() {
            bail!("could not give {} to the user that runs PostgreSQL", path.display());
        }
        Ok(())
    }

    /// Asked of the system, as this identity, because modes, access lists and mounts all have a say.
    pub fn may_enter(&self, dir: &Path) -> bool {
        !self.is_other()
            || self
                .command("sh")
                .args(["-c", "test -x \"$1\"", "sh"])
                .arg(dir)
                .status()
                .is_ok_and(|status| status.success())
    }
}

/// Keeps the caller's PGHOST, PGOPTIONS and their like from changing which server is meant.
pub fn without_postgres_environment(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PG") {
            command.env_remove(name);
        }
    }
}

/// None when there is no such user.
fn id(arguments: &[&str]) -> Result<Option<u32>> {
    let output = Command::new("id").args(arguments).output().context("could not run `id`")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
}
