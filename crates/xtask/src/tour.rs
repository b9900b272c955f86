//! Pages that a reader follows by pasting: every block of them runs, in order, in one shell.

use std::{
    env, fs,
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result, bail};
use embedded_postgres::Scratch;

use crate::{
    generated::empty_dir,
    pages::{self, Kind, Page},
    running::RunningDemo,
    workspace::Workspace,
};

/// The pages that are run, each with a database of its own.
const PAGES: [&str; 5] =
    ["README.md", "docs/coalition.md", "docs/plans.md", "docs/tour.md", "scenario/FORMAT.md"];

/// The lines of a page between which its blocks of `sh` are run. Readers do not see them.
const RUNS: &str = "<!-- `cargo xtask test` runs the blocks below -->";
const STOPS: &str = "<!-- `cargo xtask test` runs the blocks above -->";

/// What pages have where a reader's own address and directory stand.
const URL: &str = "http://127.0.0.1:8080";
const DEMO: &str = "cargo xtask demo";
const DIR: &str = "DIR=";

/// Servers that a page starts in the background end with its shell, however that ends.
const SETTING: &str = "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n";

pub fn check(workspace: &Workspace, postgres: &Scratch) -> Result<()> {
    let pages = pages::read(workspace.root())?;
    let run: Vec<&Page> = pages.iter().filter(|page| page.text.contains(RUNS)).collect();
    let names: Vec<_> = run.iter().map(|page| page.path.display().to_string()).collect();
    if names != PAGES {
        bail!(
            "the pages that are to be run are {PAGES:?}, and those that say that they are run are {names:?}"
        );
    }
    let tours = run.into_iter().map(Tour::read).collect::<Result<Vec<_>>>()?;
    // At once: each waits for its own server most of the time.
    let failed: Vec<String> = thread::scope(|scope| {
        let running: Vec<_> =
            tours.iter().map(|tour| scope.spawn(|| tour.run(workspace, postgres))).collect();
        let ended = running.into_iter().map(|tour| tour.join().unwrap_or_else(|_| bail!("a tour panicked")));
        ended.filter_map(|ended| Some(format!("{:#}", ended.err()?))).collect()
    });
    if !failed.is_empty() {
        bail!("{}", failed.join("\n\n"));
    }
    Ok(())
}

/// What a page tells a reader to run.
struct Tour {
    page: String,
    /// What the demo is told that must be running; none when the page starts a server itself.
    demo: Option<Vec<String>>,
    blocks: Vec<String>,
    /// What a comment in a block says that an answer has: `# … "text"`.
    promises: Vec<(String, String)>,
}

/// Where a tour takes place.
struct Place {
    url: String,
    dir: PathBuf,
    database: String,
    /// Ends with this.
    _demo: Option<RunningDemo>,
}

impl Tour {
    fn read(page: &Page) -> Result<Self> {
        let name = page.path.display().to_string();
        let mut blocks: Vec<String> = Vec::new();
        let (mut runs, mut in_block) = (false, false);
        for line in page.lines() {
            match line.kind {
                Kind::Prose if line.text == RUNS => runs = true,
                Kind::Prose if line.text == STOPS => runs = false,
                Kind::Code("sh") if runs => {
                    match blocks.last_mut() {
                        Some(block) if in_block => {
                            block.push('\n');
                            block.push_str(line.text);
                        }
                        _ => blocks.push(line.text.to_owned()),
                    }
                    in_block = true;
                    continue;
                }
                Kind::Prose | Kind::Table | Kind::Code(_) | Kind::Fence => {}
            }
            in_block = false;
        }
        let demo = blocks.iter().position(|block| block.starts_with(DEMO));
        let demo = demo.map(|index| words(&blocks.remove(index)[DEMO.len()..]));
        if blocks.is_empty() {
            bail!("{name} says that it is run, and has nothing to run");
        }
        let promises = blocks
            .iter()
            .flat_map(|block| block.lines())
            .filter_map(|line| line.split_once("  # => "))
            .map(|(line, wanted)| (line.trim().to_owned(), wanted.trim().to_owned()))
            .collect();
        Ok(Self { page: name, demo, blocks, promises })
    }

    fn run(&self, workspace: &Workspace, postgres: &Scratch) -> Result<()> {
        let Self { page, promises, .. } = self;
        let place = self.prepare(workspace, postgres)?;
        let built = workspace.target().join("debug");
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([built].into_iter().chain(env::split_paths(&path)))?;
        let output = Command::new("bash")
            .current_dir(workspace.root())
            .args(["-euo", "pipefail", "-c", &self.script(&place.url, &place.dir.display().to_string())])
            .env("PATH", path)
            .env("DATABASE_URL", &place.database)
            .env("ACCORD_URL", &place.url)
            .env("ACCORD_LISTEN", place.url.trim_start_matches("http://"))
            .env("SQLX_OFFLINE", "true")
            .stdin(Stdio::null())
            .output()
            .context("could not run bash")?;
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if !output.status.success() {
            bail!("what {page} tells to run stops short:\n{said}");
        }
        // An error is an answer like any other, as far as curl and jq know.
        if said.contains("\"errors\":") {
            bail!("an answer to what {page} tells to run has errors:\n{said}");
        }
        for (what, wanted) in promises {
            if !said.contains(wanted.as_str()) {
                bail!("{page} says of `{what}` that its answer has `{wanted}`, and none has:\n{said}");
            }
        }
        Ok(())
    }

    /// A demo as the page wants it, or an empty database for a server that the page starts.
    fn prepare(&self, workspace: &Workspace, postgres: &Scratch) -> Result<Place> {
        let name = self.page.trim_end_matches(".md").replace('/', "_").to_lowercase();
        if let Some(arguments) = &self.demo {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let demo = RunningDemo::start(workspace, postgres, &name, &arguments)?;
            return Ok(Place {
                url: demo.url().to_owned(),
                dir: demo.data_dir().to_owned(),
                database: demo.database().to_owned(),
                _demo: Some(demo),
            });
        }
        postgres.create_database(&name)?;
        // Free until the page's server takes it, a moment later.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let url = format!("http://{}", free.context("could not find a free port")?);
        let dir = empty_dir(workspace.target(), &name)?;
        fs::remove_dir(&dir).with_context(|| format!("could not remove {}", dir.display()))?;
        Ok(Place { url, dir, database: postgres.url(&name), _demo: None })
    }

    /// One script of all blocks, with a server and a directory in the places of a reader's.
    fn script(&self, url: &str, dir: &str) -> String {
        let lines =
            self.blocks.iter().flat_map(|block| block.lines()).map(|line| {
                if line.starts_with(DIR) { format!("{DIR}'{dir}'") } else { line.replace(URL, url) }
            });
        format!("{SETTING}{}", lines.collect::<Vec<_>>().join("\n"))
    }
}

/// The words of a command, without the comment behind it.
fn words(text: &str) -> Vec<String> {
    let text = text.split_once('#').map_or(text, |(text, _)| text);
    text.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        Page { path: "docs/page.md".into(), text: text.to_owned() }
    }

    #[test]
    fn a_tour_is_the_blocks_between_its_marks_with_the_demo_apart() {
        let text = format!(
            "# A\n```sh\nnever\n```\n{RUNS}\n```sh\ncargo xtask demo --until 2023-09-21T12:00:00+07:00  # waits\n```\n\
             text\n```sh\nDIR=~/there\nask http://127.0.0.1:8080/graphql  # => \"SUBMITTED\"\n```\n```json\nno\n```\n\
             ```sh\nlast\n```\n{STOPS}\n## B\n\n```sh\nnever\n```\n"
        );
        let tour = Tour::read(&page(&text)).unwrap();
        assert_eq!(tour.demo.as_deref().unwrap(), ["--until", "2023-09-21T12:00:00+07:00"]);
        assert_eq!(tour.blocks.len(), 2);
        let wanted = "DIR='/dir'\nask http://127.0.0.1:4711/graphql  # => \"SUBMITTED\"\nlast";
        assert_eq!(tour.script("http://127.0.0.1:4711", "/dir"), format!("{SETTING}{wanted}"));
        let promise = ("ask http://127.0.0.1:8080/graphql".to_owned(), "\"SUBMITTED\"".to_owned());
        assert_eq!(tour.promises, [promise]);
    }

    #[test]
    fn a_page_may_start_its_own_server_but_not_run_nothing() {
        let text = format!("{RUNS}\n```sh\naccord serve &\n```\n");
        assert!(Tour::read(&page(&text)).unwrap().demo.is_none());
        assert!(Tour::read(&page(&format!("{RUNS}\n"))).is_err());
        assert!(Tour::read(&page(&format!("{RUNS}\n```sh\ncargo xtask demo\n```\n"))).is_err());
    }
}
