//! Where things lie, and how to call cargo on them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    pub fn find() -> Result<Self> {
        let output = Command::new(cargo())
            .args(["metadata", "--no-deps", "--format-version=1", "--manifest-path"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
            .output()
            .context("could not run `cargo metadata`")?;
        if !output.status.success() {
            bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let metadata: serde_json::Value =
            serde_json::from_slice(&output.stdout).context("could not read what `cargo metadata` said")?;
        let path = |key: &str| {
            metadata[key]
                .as_str()
                .map(PathBuf::from)
                .with_context(|| format!("`cargo metadata` names no {key}"))
        };
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")? })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's folder for what can be made again.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Cargo at the root of the workspace. Queries are checked against `.sqlx`, unless the caller says
    /// otherwise.
    pub fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(cargo());
        command.current_dir(&self.root).args(arguments).env("SQLX_OFFLINE", "true");
        command
    }

    /// Builds what is measured and what is tortured, and tells where it lies. All at once: each alone would
    /// build what they share with other features, and so twice.
    pub fn build_release(&self) -> Result<PathBuf> {
        let build = ["build", "--release", "--locked", "--package", "accord", "--package", "torture"];
        let binaries = ["--bin", "accord", "--bin", "attack", "--bin", "torture"];
        run(self.cargo(build).args(binaries).args(["--example", "measure"]))?;
        Ok(self.target().join("release"))
    }

    /// Builds the binary that is given away, and tells where it lies.
    pub fn build_package(&self) -> Result<PathBuf> {
        let build = ["rustc", "--release", "--locked", "--package", "accord", "--bin", "accord"];
        let mut command = self.cargo(build);
        // Where the loader is to move pointers, in a tenth of the size. An older C library than that of
        // Debian 12 cannot read it, and refuses the binary: who has one builds there.
        if said(Command::new("getconf").arg("GNU_LIBC_VERSION")).is_ok_and(|said| reads_packed(&said)) {
            command.args(["--", "-C", "link-arg=-Wl,-z,pack-relative-relocs"]);
        }
        run(&mut command)?;
        Ok(self.target().join("release/accord"))
    }

    /// What cargo knows of all packages that a build for `target` takes.
    pub fn metadata(&self, target: &str) -> Result<serde_json::Value> {
        let said = said(&mut self.cargo([
            "metadata",
            "--locked",
            "--format-version=1",
            "--filter-platform",
            target,
        ]))?;
        serde_json::from_str(&said).context("could not read what `cargo metadata` said")
    }
}

/// Whether the C library that `getconf` names, such as `glibc 2.36`, reads packed relocations: since 2.36.
fn reads_packed(said: &str) -> bool {
    let mut numbers =
        said.trim().strip_prefix("glibc ").into_iter().flat_map(|version| version.split('.')).map(str::parse);
    matches!((numbers.next(), numbers.next()), (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= (2_u32, 36_u32))
}

/// What a command writes on standard output.
pub fn said(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command.output().with_context(|| format!("could not run `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command to its end, with its output where ours goes.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("could not run `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed");
    }
    Ok(())
}

/// Whether a command is there and says so; its output is dropped.
pub fn works(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or(program.as_os_str()).to_string_lossy()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relocations_are_packed_where_the_c_library_reads_them() {
        for said in ["glibc 2.36\n", "glibc 2.41\n", "glibc 3.0\n"] {
            assert!(reads_packed(said), "{said}");
        }
        for said in ["glibc 2.35\n", "glibc 2.4\n", "musl 2.40\n", "glibc 2\n", "glibc two.40\n", ""] {
            assert!(!reads_packed(said), "{said}");
        }
    }
}
