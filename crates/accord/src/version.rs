//! Which Accord this is.

use domain::RULES_VERSION;
use std::sync::LazyLock;

/// Version, commit with its date, and the version of the rules by which commands are decided. The commit is
/// `unknown` in debug builds, and in builds from an archive that were not told it by `ACCORD_COMMIT` and
/// `ACCORD_COMMIT_DATE`.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| describe(env!("CARGO_PKG_VERSION"), env!("ACCORD_BUILT_FROM"), RULES_VERSION));
    &TEXT
}

fn describe(version: &str, built_from: &str, rules: u32) -> String {
    format!("{version} (commit {built_from}, rules version {rules})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_commit_and_rules_are_on_one_line() {
        assert_eq!(
            describe("0.1.0", "0647606f1a of 2026-11-28", 1),
            "0.1.0 (commit 0647606f1a of 2026-11-28, rules version 1)"
        );
        assert_eq!(describe("0.1.0", "unknown", 2), "0.1.0 (commit unknown, rules version 2)");
    }
}
