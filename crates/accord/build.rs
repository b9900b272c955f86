//! Finds out which commit is built, for `accord --version`.

use std::{env, path::Path, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=ACCORD_COMMIT");
    println!("cargo:rerun-if-env-changed=ACCORD_COMMIT_DATE");
    // Only what is given to others says its commit. A debug build would else be made anew after every commit,
    // though nothing in it has changed.
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = given().or_else(|| if is_release { of_git() } else { None });
    println!("cargo:rustc-env=ACCORD_BUILT_FROM={}", commit.as_deref().unwrap_or("unknown"));
}

/// What whoever builds from an archive, where there is no git to ask, says of it.
fn given() -> Option<String> {
    let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let commit = set("ACCORD_COMMIT")?;
    Some(set("ACCORD_COMMIT_DATE").map_or(commit.clone(), |date| format!("{commit} of {date}")))
}

/// The commit that is checked out, with its date. None where this is in no repository, or in somebody else's.
fn of_git() -> Option<String> {
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    // Grows with every commit and with whatever else is checked out.
    let moves = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if Path::new(&moves).exists() {
        println!("cargo:rerun-if-changed={moves}");
    }
    git(&["log", "-1", "--abbrev=10", "--date=format:%Y-%m-%d", "--format=%h of %cd"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
