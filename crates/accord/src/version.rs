//! Which Accord this is.

use domain::RULES_VERSION;
use std::sync::LazyLock;

/// Version, commit with its date, and the version of the rules by which commands are decided. The commit ends
/// in `-changed` when what was built is not what was committed. It is `unknown` in debug builds, and in builds
/// from an archive that were not told it by `ACCORD_COMMIT` and `ACCORD_COMMIT_DATE`.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| describe(env!("CARGO_PKG_VERSION"), env!("ACCORD_BUILT_FROM"), RULES_VERSION));
    &TEXT
}

fn describe(version: &str, built_from: &str, rules: u32) -> String {
    format!("{version} (commit {built_from}, rules version {rules})")
}

#[cfg(test)]
#[expect(dead_code, reason = "what it tells cargo is not tested")]
#[path = "../build.rs"]
mod build;

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, process::Command};
    use tempfile::TempDir;

    #[test]
    fn version_commit_and_rules_are_on_one_line() {
        assert_eq!(
            describe("0.1.0", "0647606f1a of 2026-11-28", 1),
            "0.1.0 (commit 0647606f1a of 2026-11-28, rules version 1)"
        );
        assert_eq!(describe("0.1.0", "unknown", 2), "0.1.0 (commit unknown, rules version 2)");
    }

    #[test]
    fn a_commit_is_marked_while_what_is_built_differs_from_it() {
        let dir = TempDir::new().unwrap();
        let git = |arguments: &[&str]| {
            let mut git = Command::new("git");
            git.current_dir(&dir).args(["-c", "user.name=A", "-c", "user.email=a@example.org"]);
            git.args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"]);
            build::in_its_folder(&mut git);
            assert!(git.args(arguments).status().unwrap().success(), "{arguments:?}");
        };
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        let built_from = || build::of_git(dir.path()).unwrap();
        git(&["init", "--quiet"]);
        write("build.rs", "one");
        write("README.md", "one");
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message", "One"]);

        let committed = built_from();
        let (commit, date) = committed.split_once(" of ").unwrap();
        let changed = format!("{commit}-changed of {date}");
        assert!(!commit.ends_with("-changed"), "{committed}");
        write("README.md", "two");
        assert_eq!(built_from(), committed, "a page is in no binary");
        write("build.rs", "two");
        assert_eq!(built_from(), changed);
        write("build.rs", "one");
        assert_eq!(built_from(), committed);
        write("new.rs", "one");
        assert_eq!(built_from(), changed);
    }

    #[test]
    fn what_is_in_no_repository_has_no_commit() {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join("build.rs"), "one").unwrap();
        assert_eq!(build::of_git(dir.path()), None);
    }
}
