//! `cargo xtask schema`: the API's SDL, a JSON Schema of every event, the catalogue of events and the definitions of
//! metrics, as the code has them now. `cargo xtask release-schema` keeps them as what later ones must not break.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::generated::{compare, empty_dir, replace, spliced};
use crate::pages::senders;
use crate::workspace::{Workspace, run};

const SDL: &str = "api.graphql";

/// Where `schema/` keeps what was released last.
const RELEASED: &str = "released";

/// The catalogue of events as Accord writes it: a part of the README.
const CATALOGUE: &str = "events.md";
const README: &str = "README.md";

/// The definitions of metrics as Accord writes them: a part of a page.
const METRICS: &str = "metrics.md";
const METRICS_PAGE: &str = "docs/metrics.md";

pub fn write() -> Result<()> {
    let workspace = Workspace::find()?;
    let made = make(&workspace)?;
    let page = metrics_page(&workspace, &made)?;
    replace(&folder(&workspace), &dressed(&workspace, made)?)?;
    let path = workspace.root().join(METRICS_PAGE);
    fs::write(&path, page).with_context(|| format!("could not write {}", path.display()))?;
    senders::write(&workspace)?;
    eprintln!("schema/ is as the code has it, and so are who may send what and what metrics mean");
    Ok(())
}

pub fn check(workspace: &Workspace) -> Result<()> {
    let made = make(workspace)?;
    if metrics_page(workspace, &made)? != read(&workspace.root().join(METRICS_PAGE))? {
        bail!(
            "{METRICS_PAGE} is not what the code says now: run `cargo xtask schema`, and commit what it wrote"
        );
    }
    compare(&folder(workspace), &dressed(workspace, made)?, "schema")?;
    check_released(workspace.root())
}

/// Replaces what was released last by what is there now.
pub fn release() -> Result<()> {
    let workspace = Workspace::find()?;
    let made = make(&workspace)?;
    remove(&made.join(CATALOGUE))?;
    remove(&made.join(METRICS))?;
    replace(&folder(&workspace).join(RELEASED), &made)?;
    eprintln!("schema/{RELEASED} is as the code has it: commit it, then tag the version");
    Ok(())
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("schema")
}

fn make(workspace: &Workspace) -> Result<PathBuf> {
    let dir = empty_dir(workspace.target(), "schema")?;
    let mut accord =
        workspace.cargo(["run", "--quiet", "--locked", "--package", "accord", "--", "schema", "--dir"]);
    run(accord.arg(&dir))?;
    Ok(dir)
}

/// What the code makes, as it lies in `schema/`: the catalogue within the README, beside what only a release
/// changes.
fn dressed(workspace: &Workspace, made: PathBuf) -> Result<PathBuf> {
    remove(&made.join(METRICS))?;
    let catalogue = made.join(CATALOGUE);
    let readme = spliced("schema/README.md", &read(&folder(workspace).join(README))?, &read(&catalogue)?)?;
    remove(&catalogue)?;
    let path = made.join(README);
    fs::write(&path, readme).with_context(|| format!("could not write {}", path.display()))?;
    replace(&made.join(RELEASED), &folder(workspace).join(RELEASED))?;
    Ok(made)
}

/// The page of metrics with their definitions as the code has them.
fn metrics_page(workspace: &Workspace, made: &Path) -> Result<String> {
    spliced(METRICS_PAGE, &read(&workspace.root().join(METRICS_PAGE))?, &read(&made.join(METRICS))?)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).with_context(|| format!("could not remove {}", path.display()))
}

/// What counts as released is what the last tag has, or today's, about to be tagged. A clone without tags
/// knows only the former.
fn check_released(root: &Path) -> Result<()> {
    let Some((tag, tagged)) = last_tagged(root) else { return Ok(()) };
    let schema = root.join("schema");
    let released = read(&schema.join(RELEASED).join(SDL))?;
    if released != tagged && released != read(&schema.join(SDL))? {
        bail!(
            "schema/{RELEASED}/{SDL} is neither what {tag} has nor today's. Only `cargo xtask release-schema` writes \
             it, just before a version is tagged"
        );
    }
    Ok(())
}

/// The last version's tag, and the SDL that it has.
fn last_tagged(root: &Path) -> Option<(String, String)> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(root).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let tag = git(&["describe", "--tags", "--abbrev=0", "--match", "v*"])?.trim_end().to_owned();
    let sdl = git(&["show", &format!("{tag}:schema/{SDL}")])?;
    Some((tag, sdl))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    /// A repository with one tagged version.
    fn tagged(sdl: &str) -> TempDir {
        let dir = TempDir::new().unwrap();
        let git = |arguments: &[&str]| {
            let who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
            let output = Command::new("git").current_dir(&dir).args(who).args(arguments).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        put(dir.path(), SDL, sdl);
        git(&["init", "--quiet"]);
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message", "A version"]);
        git(&["tag", "v1.0.0"]);
        dir
    }

    fn put(root: &Path, name: &str, text: &str) {
        let path = root.join("schema").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn what_was_released_is_what_the_last_tag_has() {
        let dir = tagged("type Query { old: Int }");
        put(dir.path(), SDL, "type Query { old: Int new: Int }");
        put(dir.path(), "released/api.graphql", "type Query { old: Int }");
        check_released(dir.path()).unwrap();

        put(dir.path(), "released/api.graphql", "type Query { other: Int }");
        let said = check_released(dir.path()).unwrap_err().to_string();
        assert!(said.contains("v1.0.0") && said.contains("cargo xtask release-schema"), "{said}");
    }

    #[test]
    fn what_is_about_to_be_tagged_may_be_todays() {
        let dir = tagged("type Query { old: Int }");
        put(dir.path(), SDL, "type Query { new: Int }");
        put(dir.path(), "released/api.graphql", "type Query { new: Int }");
        check_released(dir.path()).unwrap();
    }

    #[test]
    fn a_clone_without_tags_takes_the_copy_at_its_word() {
        let dir = TempDir::new().unwrap();
        put(dir.path(), SDL, "type Query { new: Int }");
        put(dir.path(), "released/api.graphql", "type Query { old: Int }");
        check_released(dir.path()).unwrap();
    }
}
