//! Links from a page to a file of the repository, and to a heading in one.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
};

use super::{
    fault::Fault,
    page::{Kind, Line, Page, without_code},
};

pub(super) fn faults(root: &Path, pages: &[Page]) -> Vec<Fault> {
    let anchors: BTreeMap<&Path, BTreeSet<String>> =
        pages.iter().map(|page| (page.path.as_path(), page.anchors())).collect();
    let mut faults = Vec::new();
    for page in pages {
        for line in page.lines() {
            for target in targets(&line) {
                if let Err(why) = resolve(root, &anchors, page, &target) {
                    faults.push(Fault::new(page, line.number, format!("the link to `{target}` {why}")));
                }
            }
        }
    }
    faults
}

fn resolve(
    root: &Path,
    anchors: &BTreeMap<&Path, BTreeSet<String>>,
    page: &Page,
    target: &str,
) -> Result<(), String> {
    let (file, anchor) = match target.split_once('#') {
        Some((file, anchor)) => (file, Some(anchor)),
        None => (target, None),
    };
    let path = if file.is_empty() {
        page.path.clone()
    } else {
        let beside = page.path.parent().unwrap_or(Path::new("")).join(file);
        flat(&beside).ok_or("leads out of the repository")?
    };
    if !root.join(&path).exists() {
        return Err("leads to nothing".to_owned());
    }
    let Some(anchor) = anchor else { return Ok(()) };
    match anchors.get(path.as_path()) {
        Some(known) if known.contains(anchor) => Ok(()),
        Some(_) => Err(format!("names no heading of {}", path.display())),
        None => Err("names a heading of what is no page".to_owned()),
    }
}

/// Without `.` and `..`; none when it leaves the repository.
fn flat(path: &Path) -> Option<PathBuf> {
    let mut flat = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => flat.push(part),
            Component::ParentDir if flat.pop() => {}
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(flat)
}

/// Where the links of a line lead, those to other sites left out.
fn targets(line: &Line<'_>) -> Vec<String> {
    if !matches!(line.kind, Kind::Prose | Kind::Table) {
        return Vec::new();
    }
    let text = without_code(line.text);
    let mut found: Vec<&str> =
        text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)).collect();
    // `[name]: target` on a line of its own.
    if let Some((_, target)) = text.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
        found.push(target);
    }
    let found = found.into_iter().map(|target| target.split_whitespace().next().unwrap_or_default());
    found.filter(|target| !is_elsewhere(target)).map(str::to_owned).collect()
}

fn is_elsewhere(target: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_link_leads_to_a_file_and_a_heading_that_are_there() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("docs")).unwrap();
        for file in ["README.md", "docs/a.md", "docs/b.yaml"] {
            fs::write(root.path().join(file), "").unwrap();
        }
        let page = |path: &str, text: &str| Page { path: path.into(), text: text.to_owned() };
        let readme = page("README.md", "# Top\n[a](docs/a.md) and [b](docs/b.yaml) and [c](docs)\n");
        let good = "[1](../README.md#top) [2](#here) [3](https://example.org/x#y) `[4](gone.md)`\n## Here\n";
        assert_eq!(faults(root.path(), &[readme, page("docs/a.md", good)]), []);

        let bad =
            "| [1](gone.md) |\n[2](#gone)\n[3](../../x)\n[4](b.yaml#x)\n[5]: gone\n```\n[6](gone)\n```\n";
        let said: Vec<String> =
            faults(root.path(), &[page("docs/a.md", bad)]).into_iter().map(|Fault(text)| text).collect();
        assert_eq!(
            said,
            [
                "docs/a.md:1: the link to `gone.md` leads to nothing",
                "docs/a.md:2: the link to `#gone` names no heading of docs/a.md",
                "docs/a.md:3: the link to `../../x` leads out of the repository",
                "docs/a.md:4: the link to `b.yaml#x` names a heading of what is no page",
                "docs/a.md:5: the link to `gone` leads to nothing",
            ]
        );
    }
}
