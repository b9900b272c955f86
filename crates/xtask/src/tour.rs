//! The tour of the README, as a reader pastes it: every block of it runs, in order, in one shell.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use embedded_postgres::Scratch;

use crate::running::RunningDemo;
use crate::workspace::Workspace;

/// The heading of the tour, and of what comes after it.
const HEADING: &str = "\n## A tour of the API\n";

/// What the README has where a reader's own address and directory stand.
const URL: &str = "http://127.0.0.1:8080";
const DEMO: &str = "cargo xtask demo --until ";
const DIR: &str = "DIR=";

pub fn check(workspace: &Workspace, postgres: &Scratch) -> Result<()> {
    let path = workspace.root().join("README.md");
    let readme = fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    let tour = Tour::read(&readme)?;
    let demo = RunningDemo::start(workspace, postgres, "tour", &tour.until)?;
    let script = tour.script(demo.url(), &demo.data_dir().display().to_string());
    let output = Command::new("bash")
        .current_dir(workspace.root())
        .args(["-euo", "pipefail", "-c", &script])
        .env("DATABASE_URL", demo.database())
        .env("SQLX_OFFLINE", "true")
        .stdin(Stdio::null())
        .output()
        .context("could not run bash")?;
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        bail!("the tour of the README stops short:\n{said}");
    }
    // An error is an answer like any other, as far as curl and jq know.
    if said.contains("\"errors\":") {
        bail!("an answer of the README's tour has errors:\n{said}");
    }
    for (what, wanted) in &tour.promises {
        if !said.contains(wanted.as_str()) {
            bail!("the README says of `{what}` that its answer has `{wanted}`, and none has:\n{said}");
        }
    }
    Ok(())
}

/// What the README tells a reader to run.
struct Tour {
    /// Where the demo's clock stands.
    until: String,
    blocks: Vec<String>,
    /// What a comment in a block says that an answer has: `# … "text"`.
    promises: Vec<(String, String)>,
}

impl Tour {
    fn read(readme: &str) -> Result<Self> {
        let tour =
            readme.split_once(HEADING).with_context(|| format!("the README lacks `{}`", HEADING.trim()))?.1;
        let tour = tour.split_once("\n## ").map_or(tour, |(tour, _)| tour);
        let mut blocks = Vec::new();
        let mut rest = tour;
        while let Some((_, begun)) = rest.split_once("\n```sh\n") {
            let (block, after) =
                begun.split_once("\n```").context("a block of the README's tour has no end")?;
            blocks.push(block.to_owned());
            rest = after;
        }
        let demo = blocks.iter().position(|block| block.starts_with(DEMO));
        let demo = demo.with_context(|| format!("the README's tour does not begin with `{DEMO}…`"))?;
        let until = blocks.remove(demo)[DEMO.len()..].trim().to_owned();
        let promises = blocks
            .iter()
            .flat_map(|block| block.lines())
            .filter_map(|line| line.split_once("  # => "))
            .map(|(line, wanted)| (line.trim().to_owned(), wanted.trim().to_owned()))
            .collect();
        Ok(Self { until, blocks, promises })
    }

    /// One script of all blocks, with a server and a directory in the places of a reader's.
    fn script(&self, url: &str, dir: &str) -> String {
        let lines =
            self.blocks.iter().flat_map(|block| block.lines()).map(|line| {
                if line.starts_with(DIR) { format!("{DIR}'{dir}'") } else { line.replace(URL, url) }
            });
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# A\n\n## A tour of the API\n\n```sh\ncargo xtask demo --until 2023-09-21T12:00:00+07:00\n```\n\
                          text\n```sh\nDIR=~/there\nask http://127.0.0.1:8080/graphql  # => \"SUBMITTED\"\n```\n\n## B\n\n```sh\nnever\n```\n";

    #[test]
    fn a_tour_is_the_blocks_below_its_heading_with_the_demo_apart() {
        let tour = Tour::read(README).unwrap();
        assert_eq!(tour.until, "2023-09-21T12:00:00+07:00");
        assert_eq!(
            tour.script("http://127.0.0.1:4711", "/dir"),
            "DIR='/dir'\nask http://127.0.0.1:4711/graphql  # => \"SUBMITTED\""
        );
        let promise = ("ask http://127.0.0.1:8080/graphql".to_owned(), "\"SUBMITTED\"".to_owned());
        assert_eq!(tour.promises, [promise]);
    }

    #[test]
    fn a_readme_without_a_tour_is_a_fault() {
        assert!(Tour::read("# A\n").is_err());
        assert!(Tour::read("# A\n\n## A tour of the API\n\n```sh\nls\n```\n").is_err());
    }
}
