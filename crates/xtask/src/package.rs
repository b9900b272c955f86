//! `cargo xtask package`: what is given to whoever runs Accord, as one archive. The same commit gives the
//! same names in the same order with the same times.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    generated::empty_dir,
    licences,
    machine::{self, Others, Postgres},
    workspace::{Workspace, run, said},
};

/// The package of the binary, and the binary itself.
const BINARY: &str = "accord";

/// Its symbols. The binary names this file and no folder: a backtrace looks for it beside the binary.
const SYMBOLS: &str = "accord.debug";

const THIRD_PARTIES: &str = "THIRD-PARTY.txt";

/// Where the unit and container files lie, which an archive has at its top.
const OURS: &str = "crates/xtask/package/";

/// What the project carries of others, and where it says under which licences.
const VENDORED: [&str; 2] = ["crates/api/graphiql/README.md", "crates/document/fonts/LICENSE"];

/// Without these nothing may be given away.
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

pub fn make() -> Result<()> {
    machine::prepare(Postgres::NotNeeded, Others::None)?;
    let workspace = Workspace::find()?;
    let time = commit_time(&workspace)?;
    let target = host(&said(Command::new("rustc").arg("-vV"))?)?;
    let metadata = workspace.metadata(&target)?;
    let name = archive_name(&version(&metadata)?, &target);
    let files = contents(&tracked(&workspace)?)?;

    let built = workspace.build_package()?;
    let staged = empty_dir(workspace.target(), "package")?;
    let folder = staged.join(&name);
    for (from, to) in &files {
        let to = folder.join(to);
        let dir = to.parent().unwrap_or(&folder);
        fs::create_dir_all(dir).with_context(|| format!("could not create {}", dir.display()))?;
        fs::copy(workspace.root().join(from), &to)
            .with_context(|| format!("could not copy {from} to {}", to.display()))?;
    }
    split(&built, &folder)?;
    let third_parties =
        licences::describe(&licences::third_parties(&metadata, BINARY)?, &vendored(&workspace)?)?;
    let path = folder.join(THIRD_PARTIES);
    fs::write(&path, third_parties).with_context(|| format!("could not write {}", path.display()))?;

    let archive = workspace.target().join("dist").join(format!("{name}.tar.gz"));
    pack(&staged, &name, time, &archive)?;
    // What does not even start is given to nobody.
    eprint!("{}", said(Command::new(folder.join(BINARY)).arg("--version"))?);
    for path in [folder.join(BINARY), folder.join(SYMBOLS), archive] {
        eprintln!("{:>8.1} MB  {}", megabytes(&path)?, path.display());
    }
    Ok(())
}

/// When the commit was made that is packed, in seconds since 1970: every file of the archive has this time.
///
/// Fails when files were changed since: the binary names the commit, and would name what it is not made of.
fn commit_time(workspace: &Workspace) -> Result<u64> {
    let git = |arguments: &[&str]| said(Command::new("git").current_dir(workspace.root()).args(arguments));
    let changed = git(&["status", "--porcelain"]).context("the archive holds what git knows")?;
    if !changed.is_empty() {
        bail!("commit what you have changed first, for the binary names its commit:\n{changed}");
    }
    let time = git(&["log", "-1", "--format=%ct"])?;
    time.trim().parse().with_context(|| format!("git tells no time of the commit: {time}"))
}

/// The machine's kind, out of what `rustc -vV` says.
fn host(said: &str) -> Result<String> {
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`rustc -vV` names no host")?.to_owned())
}

fn version(metadata: &Value) -> Result<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let found =
        packages.filter(|package| package["name"] == BINARY).find_map(|found| found["version"].as_str());
    Ok(found.with_context(|| format!("`cargo metadata` names no version of {BINARY}"))?.to_owned())
}

fn archive_name(version: &str, target: &str) -> String {
    format!("{BINARY}-{version}-{target}")
}

/// The files that git knows, by their path below the root.
fn tracked(workspace: &Workspace) -> Result<Vec<String>> {
    let said = said(Command::new("git").current_dir(workspace.root()).args(["ls-files", "-z"]))?;
    Ok(said.split_terminator('\0').map(str::to_owned).collect())
}

/// Which files go into the archive as they are: from the repository, to below the archive's folder.
fn contents(tracked: &[String]) -> Result<Vec<(String, String)>> {
    if let Some(missing) = LICENCES.iter().find(|wanted| !tracked.iter().any(|path| path == *wanted)) {
        bail!("{missing} is missing: without it nothing may be given away");
    }
    let placed = tracked.iter().filter_map(|path| {
        let to = match path.strip_prefix(OURS) {
            Some(ours) => ours,
            None if is_documentation(path) => path,
            None => return None,
        };
        Some((path.clone(), to.to_owned()))
    });
    Ok(placed.collect())
}

/// Every text at the root, among them the licences, and the folder of documentation.
fn is_documentation(path: &str) -> bool {
    let is_text = Path::new(path).extension().is_some_and(|ending| ending == "md");
    path.starts_with("docs/") || LICENCES.contains(&path) || (is_text && !path.contains('/'))
}

/// Two files of one: a binary without symbols, and its symbols beside it.
fn split(built: &Path, folder: &Path) -> Result<()> {
    let objcopy = || {
        let mut command = Command::new("objcopy");
        // The binary is to name its symbols' file without a folder.
        command.current_dir(folder);
        command
    };
    // Backtraces unpack them by themselves, which is a second's wait on a crash, for a third of the size.
    run(objcopy().args(["--only-keep-debug", "--compress-debug-sections"]).arg(built).arg(SYMBOLS))?;
    run(objcopy().arg("--strip-all").arg(format!("--add-gnu-debuglink={SYMBOLS}")).arg(built).arg(BINARY))
}

/// Texts that the project carries together with what they are about.
fn vendored(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let read = |path: &&str| {
        let text = fs::read_to_string(workspace.root().join(path));
        Ok(((*path).to_owned(), text.with_context(|| format!("could not read {path}"))?))
    };
    VENDORED.iter().map(read).collect()
}

/// Nothing of this machine is in the archive: no user, no clock, no order of its own.
fn pack(staged: &Path, name: &str, time: u64, archive: &Path) -> Result<()> {
    let dir = archive.parent().context("an archive lies in a folder")?;
    fs::create_dir_all(dir).with_context(|| format!("could not create {}", dir.display()))?;
    let plain = staged.join(format!("{name}.tar"));
    run(Command::new("tar")
        .args(["--create", "--format=gnu", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"])
        .args(["--mode=u=rwX,go=rX", &format!("--mtime=@{time}")])
        .arg("--file")
        .arg(&plain)
        .arg("--directory")
        .arg(staged)
        .arg(name))?;
    run(Command::new("gzip").args(["--no-name", "--force"]).arg(&plain))?;
    let packed = PathBuf::from(format!("{}.gz", plain.display()));
    fs::rename(&packed, archive).with_context(|| format!("could not write {}", archive.display()))
}

#[expect(clippy::cast_precision_loss, reason = "one digit behind the point is shown")]
fn megabytes(path: &Path) -> Result<f64> {
    let size = fs::metadata(path).with_context(|| format!("could not look at {}", path.display()))?.len();
    Ok(size as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const UNIT: &str = include_str!("../package/accord.service");
    const CONTAINER: &str = include_str!("../package/Containerfile");

    fn tracked(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn an_archive_is_named_by_version_and_machine() {
        let metadata = json!({ "packages": [
            { "name": "domain", "version": "9.9.9" },
            { "name": "accord", "version": "0.1.0" },
        ] });
        let target = host("rustc 1.95.0\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0\n").unwrap();
        let name = archive_name(&version(&metadata).unwrap(), &target);
        assert_eq!(name, "accord-0.1.0-x86_64-unknown-linux-gnu");
        assert!(host("rustc 1.95.0\n").is_err());
        assert!(version(&json!({ "packages": [] })).is_err());
    }

    #[test]
    fn documentation_licences_and_our_files_go_in_and_sources_do_not() {
        let files = contents(&tracked(&[
            ".ci/run",
            "Cargo.toml",
            "LICENSE-APACHE",
            "LICENSE-MIT",
            "README.md",
            "crates/api/graphiql/README.md",
            "crates/xtask/package/Containerfile",
            "crates/xtask/package/accord.service",
            "crates/xtask/src/main.rs",
            "docs/operations.md",
        ]));
        let placed: Vec<_> = files.unwrap().into_iter().map(|(_, to)| to).collect();
        let wanted = [
            "LICENSE-APACHE",
            "LICENSE-MIT",
            "README.md",
            "Containerfile",
            "accord.service",
            "docs/operations.md",
        ];
        assert_eq!(placed, wanted);
    }

    #[test]
    fn without_a_licence_nothing_is_given_away() {
        let said = contents(&tracked(&["LICENSE-MIT", "README.md"])).unwrap_err().to_string();
        assert!(said.contains("LICENSE-APACHE is missing"), "{said}");
    }

    #[test]
    fn the_container_file_takes_only_what_an_archive_has() {
        let mut there = vec![BINARY, SYMBOLS, THIRD_PARTIES];
        there.extend(LICENCES);
        let copied: Vec<_> = CONTAINER
            .lines()
            .filter_map(|line| line.strip_prefix("COPY "))
            .flat_map(|line| line.split(' ').rev().skip(1))
            .collect();
        assert!(copied.contains(&BINARY) && copied.iter().all(|path| there.contains(path)), "{copied:?}");
        assert!(CONTAINER.contains("ENTRYPOINT [\"/usr/local/bin/accord\"]"));
    }

    #[test]
    fn the_unit_starts_what_an_archive_has() {
        assert!(UNIT.lines().any(|line| line == "ExecStart=/usr/local/bin/accord serve"));
    }

    /// Twelve, so that no file system lists them in order by chance.
    const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

    #[test]
    fn the_same_files_make_the_same_archive_in_the_order_of_their_names_whenever_they_were_written() {
        let archive = |written: u64| {
            let dir = tempfile::TempDir::new().unwrap();
            fs::create_dir(dir.path().join("name")).unwrap();
            for name in NAMES.iter().rev() {
                let path = dir.path().join("name").join(name);
                fs::write(&path, "text").unwrap();
                let file = fs::File::options().write(true).open(&path).unwrap();
                file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(written)).unwrap();
            }
            let archive = dir.path().join("dist/name.tar.gz");
            pack(dir.path(), "name", 1_700_000_000, &archive).unwrap();
            let listed = said(Command::new("tar").arg("--list").arg("--file").arg(&archive)).unwrap();
            (listed, fs::read(archive).unwrap())
        };
        let (listed, first) = archive(1_000_000_000);
        let names: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("name/")).collect();
        assert_eq!(names, [&[""], NAMES.as_slice()].concat());
        assert_eq!(first, archive(1_600_000_000).1);
    }
}
