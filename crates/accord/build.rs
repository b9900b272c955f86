//! Finds out which commit is built, for `accord --version`.

use std::{env, path::Path, process::Command};

/// What may be in the binary: not what is only read, nor what only tests.
const BUILT: [&str; 7] = [
    ":/",
    ":(top,exclude)docs",
    ":(top,exclude)schema",
    ":(top,exclude,glob)**/*.md",
    ":(top,exclude,glob)**/tests/**",
    ":(top,exclude)crates/torture",
    ":(top,exclude)crates/xtask",
];

const MIGRATIONS: &str = "../../migrations";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=ACCORD_COMMIT");
    println!("cargo:rerun-if-env-changed=ACCORD_COMMIT_DATE");
    // Only what is given to others says its commit. A debug build would else be made anew after every commit,
    // though nothing in it has changed.
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = given().or_else(|| if is_release { of_git(Path::new(".")) } else { None });
    println!("cargo:rustc-env=ACCORD_BUILT_FROM={}", commit.as_deref().unwrap_or("unknown"));
}

/// What whoever builds from an archive, where there is no git to ask, says of it.
fn given() -> Option<String> {
    let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let commit = set("ACCORD_COMMIT")?;
    Some(set("ACCORD_COMMIT_DATE").map_or(commit.clone(), |date| format!("{commit} of {date}")))
}

/// Lets it look for the repository from where it runs, whatever a hook that runs this says of another.
pub(crate) fn in_its_folder(git: &mut Command) {
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"] {
        git.env_remove(name);
    }
}

/// The commit that is checked out below `dir`, whether it is built as it was committed, and its date. None
/// where this is in no repository, or in one that does not keep it: what somebody unpacked there.
pub(crate) fn of_git(dir: &Path) -> Option<String> {
    let git = |arguments: &[&str], paths: &[&str]| {
        // Looking must not write to the index, which may be in use.
        let mut git = Command::new("git");
        git.current_dir(dir).arg("--no-optional-locks").args(arguments);
        if !paths.is_empty() {
            git.arg("--").args(paths);
        }
        in_its_folder(&mut git);
        let output = git.output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim_end().to_owned())
    };
    git(&["ls-files", "--error-unmatch"], &["build.rs"])?;
    // Grows with every commit and with whatever else is checked out.
    let moves = git(&["rev-parse", "--git-path", "logs/HEAD"], &[])?;
    let files = git(&["ls-files"], &BUILT)?;
    // Taken in as a folder, so what is new there counts. A new source comes in only by a line in a known one.
    if dir.join(MIGRATIONS).exists() {
        println!("cargo:rerun-if-changed={MIGRATIONS}");
    }
    // What is gone would count as changed in every build.
    for path in moves.lines().chain(files.lines()).filter(|path| dir.join(path).exists()) {
        println!("cargo:rerun-if-changed={path}");
    }
    let commit = git(&["log", "-1", "--abbrev=10", "--format=%h"], &[])?;
    let date = git(&["log", "-1", "--date=format:%Y-%m-%d", "--format=%cd"], &[])?;
    let changed = git(&["status", "--porcelain"], &BUILT)?;
    let mark = if changed.is_empty() { "" } else { "-changed" };
    Some(format!("{commit}{mark} of {date}"))
}
