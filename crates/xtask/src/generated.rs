//! Files that are made from the code and checked in: compared with what the code says now, or replaced by it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// By path below the directory. What has another ending is not generated.
type Files = BTreeMap<PathBuf, String>;

const ENDINGS: [&str; 3] = ["graphql", "json", "md"];

/// Between these lines of a page everything is made.
const BEGIN: &str = "<!-- made by `cargo xtask schema`: begin -->\n";
const END: &str = "<!-- made by `cargo xtask schema`: end -->\n";

/// An empty directory below cargo's target folder, where the files of a failed comparison can be looked at.
pub fn empty_dir(target: &Path, name: &str) -> Result<PathBuf> {
    let dir = target.join("xtask").join(name);
    if dir.exists() {
        fs::remove_dir_all(&dir).with_context(|| format!("could not remove {}", dir.display()))?;
    }
    fs::create_dir_all(&dir).with_context(|| format!("could not create {}", dir.display()))?;
    Ok(dir)
}

/// Fails with what differs and the task that writes `checked_in` anew.
pub fn compare(checked_in: &Path, made: &Path, task: &str) -> Result<()> {
    let differences = differences(&files(checked_in)?, &made_files(made)?);
    if !differences.is_empty() {
        bail!(
            "{} is not what the code says now:\n{differences}Run `cargo xtask {task}`, look at what changed, and commit it",
            checked_in.display()
        );
    }
    Ok(())
}

pub fn replace(checked_in: &Path, made: &Path) -> Result<()> {
    let made = made_files(made)?;
    for path in files(checked_in)?.keys().filter(|path| !made.contains_key(*path)) {
        let path = checked_in.join(path);
        fs::remove_file(&path).with_context(|| format!("could not remove {}", path.display()))?;
    }
    for (path, content) in &made {
        let path = checked_in.join(path);
        let dir = path.parent().unwrap_or(checked_in);
        fs::create_dir_all(dir).with_context(|| format!("could not create {}", dir.display()))?;
        fs::write(&path, content).with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(())
}

fn differences(checked_in: &Files, made: &Files) -> String {
    let mut differences = String::new();
    for (path, content) in made {
        let _ = match checked_in.get(path) {
            None => writeln!(differences, "  {} is missing", path.display()),
            Some(old) if old != content => {
                let same = old.lines().zip(content.lines()).take_while(|(old, new)| old == new).count();
                let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_owned();
                let (number, old, new) = (same + 1, line(old), line(content));
                writeln!(
                    differences,
                    "  {} differs from line {number}:\n    - {old}\n    + {new}",
                    path.display()
                )
            }
            Some(_) => Ok(()),
        };
    }
    for path in checked_in.keys().filter(|path| !made.contains_key(*path)) {
        let _ = writeln!(differences, "  {} is there but no longer made", path.display());
    }
    differences
}

/// Nothing made is a fault of the maker: taken at its word, it would empty what is checked in.
fn made_files(made: &Path) -> Result<Files> {
    let files = files(made)?;
    if files.is_empty() {
        bail!("nothing was written to {}", made.display());
    }
    Ok(files)
}

fn files(root: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut dirs = vec![root.to_owned()];
    while let Some(dir) = dirs.pop() {
        if !dir.exists() {
            continue;
        }
        for entry in fs::read_dir(&dir).with_context(|| format!("could not list {}", dir.display()))? {
            let path = entry.with_context(|| format!("could not list {}", dir.display()))?.path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known)) {
                let content = fs::read_to_string(&path)
                    .with_context(|| format!("could not read {}", path.display()))?;
                files.insert(path.strip_prefix(root).unwrap_or(&path).to_owned(), content);
            }
        }
    }
    Ok(files)
}

/// The text of the page with `part` between the two lines that mark its place.
pub fn spliced(page: &str, text: &str, part: &str) -> Result<String> {
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) =
        parts.with_context(|| format!("{page} lacks the lines `{}` and `{}`", BEGIN.trim(), END.trim()))?;
    Ok(format!("{before}{BEGIN}\n{part}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn dir(files: &[(&str, &str)]) -> TempDir {
        let dir = TempDir::new().unwrap();
        for (path, content) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        dir
    }

    #[test]
    fn missing_stale_and_changed_files_are_named_with_the_task_that_mends_them() {
        let checked_in =
            dir(&[("api.graphql", "type Query\n"), ("events/gone.json", "{}"), ("notes.txt", "")]);
        let made = dir(&[("api.graphql", "type Mutation\n"), ("events/new.json", "{}")]);
        let said = compare(checked_in.path(), made.path(), "schema").unwrap_err().to_string();

        assert!(
            said.contains("api.graphql differs from line 1:\n    - type Query\n    + type Mutation"),
            "{said}"
        );
        assert!(said.contains("events/new.json is missing"), "{said}");
        assert!(said.contains("events/gone.json is there but no longer made"), "{said}");
        assert!(said.contains("cargo xtask schema"), "{said}");
    }

    #[test]
    fn after_replacing_nothing_differs_and_what_is_not_generated_stays() {
        let checked_in = dir(&[("api.graphql", "old"), ("events/gone.json", "{}"), ("notes.txt", "")]);
        let made = dir(&[("api.graphql", "new"), ("events/new.json", "{}")]);
        replace(checked_in.path(), made.path()).unwrap();

        compare(checked_in.path(), made.path(), "schema").unwrap();
        assert!(checked_in.path().join("notes.txt").exists());
    }

    #[test]
    fn the_catalogue_takes_its_place_and_leaves_the_rest_alone() {
        let text = format!("# Before\n{BEGIN}old\n{END}# After\n");
        let once = spliced("page", &text, "new\n").unwrap();
        assert_eq!(once, format!("# Before\n{BEGIN}\nnew\n\n{END}# After\n"));
        assert_eq!(spliced("page", &once, "new\n").unwrap(), once);
        assert!(spliced("page", "# Before\n", "new\n").is_err());
    }
}
