//! A page of Markdown, line by line.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// A file of the repository.
pub struct Page {
    /// From the root of the repository.
    pub path: PathBuf,
    pub text: String,
}

/// What a line of a page is part of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind<'a> {
    Prose,
    Table,
    /// A block of code in this language, which may be empty.
    Code(&'a str),
    /// The line that begins or ends a block of code.
    Fence,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line<'a> {
    /// Counted from 1.
    pub number: usize,
    pub kind: Kind<'a>,
    pub text: &'a str,
    /// It was made from the code, between two lines that say so.
    pub made: bool,
}

impl Page {
    pub fn lines(&self) -> Vec<Line<'_>> {
        let mut lines = Vec::new();
        let mut language = None;
        let mut made = false;
        for (index, text) in self.text.lines().enumerate() {
            let kind = match (text.trim_start().strip_prefix("```"), language) {
                (Some(_), Some(_)) => {
                    language = None;
                    Kind::Fence
                }
                (Some(begun), None) => {
                    language = Some(begun.trim());
                    Kind::Fence
                }
                (None, Some(language)) => Kind::Code(language),
                (None, None) if text.starts_with('|') => Kind::Table,
                (None, None) => Kind::Prose,
            };
            if text.starts_with("<!-- made by") {
                made = text.ends_with("begin -->");
            }
            lines.push(Line { number: index + 1, kind, text, made });
        }
        lines
    }

    /// What may stand behind `#` in a link to this page.
    pub fn anchors(&self) -> BTreeSet<String> {
        let mut anchors = BTreeSet::new();
        for line in self.lines() {
            if line.kind != Kind::Prose || !line.text.starts_with('#') {
                continue;
            }
            let first = anchor(line.text.trim_start_matches('#').trim());
            // A heading that is there again gets a number.
            let mut anchor = first.clone();
            let mut again = 0;
            while !anchors.insert(anchor) {
                again += 1;
                anchor = format!("{first}-{again}");
            }
        }
        anchors
    }
}

/// As the hosts of repositories make it of a heading.
fn anchor(heading: &str) -> String {
    // Of a link, only its text is shown.
    let mut shown = heading.to_owned();
    while let Some((before, rest)) = shown.split_once("](") {
        let after = rest.split_once(')').map_or("", |(_, after)| after);
        shown = format!("{before}{after}");
    }
    let kept = shown.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The texts between backticks.
pub fn code_spans(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// The line with blanks in place of what stands between backticks.
pub fn without_code(line: &str) -> String {
    let parts = line.split('`').enumerate();
    let parts = parts.map(
        |(index, part)| {
            if index % 2 == 0 { part.to_owned() } else { " ".repeat(part.chars().count()) }
        },
    );
    parts.collect::<Vec<_>>().join("`")
}

/// Every page of the repository.
pub fn read(root: &Path) -> Result<Vec<Page>> {
    read_below(root, "md")
}

pub fn read_below(root: &Path, ending: &str) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    let mut dirs = vec![root.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).with_context(|| format!("could not list {}", dir.display()))? {
            let path = entry.with_context(|| format!("could not list {}", dir.display()))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() {
                // What was built or fetched, and what belongs to Git or to an editor.
                if !name.starts_with('.') && !matches!(name, "target" | "node_modules") {
                    dirs.push(path);
                }
            } else if path.extension().is_some_and(|found| found == ending) {
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("could not read {}", path.display()))?;
                pages.push(Page { path: path.strip_prefix(root).unwrap_or(&path).to_owned(), text });
            }
        }
    }
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn page(text: &str) -> Page {
        Page { path: "docs/page.md".into(), text: text.to_owned() }
    }

    #[test]
    fn lines_are_told_apart_by_what_they_are_part_of() {
        let page = page(
            "# A\n| a |\n```sh\n| b |\n```\n<!-- made by `x`: begin -->\nc\n<!-- made by `x`: end -->\nd\n",
        );
        let kinds: Vec<_> = page.lines().into_iter().map(|line| (line.kind, line.made)).collect();
        assert_eq!(
            kinds,
            [
                (Kind::Prose, false),
                (Kind::Table, false),
                (Kind::Fence, false),
                (Kind::Code("sh"), false),
                (Kind::Fence, false),
                (Kind::Prose, true),
                (Kind::Prose, true),
                (Kind::Prose, false),
                (Kind::Prose, false),
            ]
        );
    }

    #[test]
    fn a_heading_gives_an_anchor_and_a_second_one_a_number() {
        let page = page(
            "# What's `new`?\n## Role × command\n## [A](b.md) link\n## Again\n## Again\n```\n# no\n```\n",
        );
        let anchors: Vec<_> = page.anchors().into_iter().collect();
        assert_eq!(anchors, ["a-link", "again", "again-1", "role--command", "whats-new"]);
    }

    #[test]
    fn what_stands_between_backticks_is_found_and_blanked() {
        assert_eq!(code_spans("a `b c` d `e`"), ["b c", "e"]);
        assert_eq!(without_code("a `b` c"), "a ` ` c");
    }
}
