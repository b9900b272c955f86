//! Commands that pages mention, held against what `accord` and `cargo xtask` say of themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use anyhow::{Context, Result, bail};
use clap::CommandFactory;

use super::{
    fault::{Fault, report},
    page::{Kind, Page, code_spans, read},
};
use crate::{
    arguments::Arguments,
    workspace::{Workspace, run},
};

/// Languages of blocks in which a line may begin a program.
const LANGUAGES: [&str; 4] = ["sh", "ini", "dockerfile", "console"];

/// Words before a command.
const PREFIXES: [&str; 9] = ["{", "do", "then", "if", "while", "until", "!", "sudo", "time"];

/// Subcommands and options, by the words before them: `""` for `accord` itself, `plan`, `plan export`.
#[derive(Default)]
struct Help {
    accord: BTreeMap<String, Known>,
    tasks: BTreeSet<String>,
}

#[derive(Debug, Default, PartialEq)]
struct Known {
    subcommands: BTreeSet<String>,
    options: BTreeSet<String>,
}

/// Holds what pages tell people to type against `--help`.
pub fn check(workspace: &Workspace) -> Result<()> {
    let help = Help::ask(workspace)?;
    let pages = read(workspace.root())?;
    report(pages.iter().flat_map(|page| faults(page, &help)).collect())
}

impl Help {
    fn ask(workspace: &Workspace) -> Result<Self> {
        run(&mut workspace.cargo(["build", "--quiet", "--locked", "--package", "accord"]))?;
        let accord = workspace.target().join("debug").join("accord");
        let mut help = Self::default();
        let mut asked = vec![String::new()];
        while let Some(path) = asked.pop() {
            let output = Command::new(&accord)
                .args(path.split_whitespace())
                .arg("--help")
                .output()
                .with_context(|| format!("could not run {}", accord.display()))?;
            if !output.status.success() {
                bail!("`accord {path} --help` failed");
            }
            let known = Known::read(&String::from_utf8_lossy(&output.stdout));
            // `help` says of each what `--help` says.
            let below = known.subcommands.iter().filter(|name| *name != "help");
            asked.extend(below.map(|name| format!("{path} {name}").trim().to_owned()));
            help.accord.insert(path, known);
        }
        help.tasks = Arguments::command().get_subcommands().map(|task| task.get_name().to_owned()).collect();
        Ok(help)
    }
}

impl Known {
    /// Reads what clap prints: subcommands below `Commands:`, and options that begin a line.
    fn read(text: &str) -> Self {
        let mut known = Self::default();
        let mut lists_commands = false;
        for line in text.lines() {
            let indent = line.len() - line.trim_start().len();
            if indent == 0 && !line.is_empty() {
                lists_commands = line == "Commands:";
            }
            let mut words = line.split_whitespace();
            if lists_commands && indent == 2 {
                known.subcommands.extend(words.next().map(str::to_owned));
            } else if line.trim_start().starts_with('-') {
                let options = words.map(|word| word.trim_end_matches(','));
                let options = options.take_while(|word| word.starts_with('-'));
                known.options.extend(options.map(|word| name(word).to_owned()));
            }
        }
        known
    }
}

/// An option without its value.
fn name(option: &str) -> &str {
    option.split_once('=').map_or(option, |(name, _)| name)
}

fn faults(page: &Page, help: &Help) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (number, text) in typed(page) {
        for words in commands(&text) {
            if let Err(why) = judge(&words, help) {
                faults.push(Fault::new(page, number, format!("`{}`: {why}", words.join(" "))));
            }
        }
    }
    faults
}

/// What a page shows as typed, with the line on which it begins: lines of a block, continued ones joined, and
/// texts between backticks.
fn typed(page: &Page) -> Vec<(usize, String)> {
    let mut typed: Vec<(usize, String)> = Vec::new();
    let mut continues = false;
    for line in page.lines() {
        match line.kind {
            Kind::Code(language) if LANGUAGES.contains(&language) => {
                let text = line.text.trim_end_matches('\\');
                match typed.last_mut() {
                    Some((_, begun)) if continues => begun.push_str(text),
                    _ => typed.push((line.number, text.to_owned())),
                }
                continues = line.text.ends_with('\\');
            }
            Kind::Prose | Kind::Table => {
                typed.extend(code_spans(line.text).into_iter().map(|span| (line.number, span.to_owned())));
            }
            Kind::Code(_) | Kind::Fence => continues = false,
        }
    }
    typed
}

/// The words of each command in a line that begins with `accord` or `cargo xtask`.
fn commands(line: &str) -> Vec<Vec<String>> {
    let code = line.split_once("  # ").map_or(line, |(code, _)| code);
    let spaced = code.replace(['"', '\''], " ").replace(['(', ')', ';'], " ; ");
    let mut found = Vec::new();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    for segment in
        words.split(|word| matches!(*word, ";" | "|" | "||" | "&&" | "&" | ">" | ">>" | "<" | "2>&1"))
    {
        // A program may be named with its path, which in a service's unit stands behind a name.
        let is_accord = |word: &&str| word.rsplit('/').next() == Some("accord");
        // Before it may stand variables and what a shell does not run.
        let is_prefix = |word: &&str| word.contains('=') || PREFIXES.contains(word);
        let start = segment.iter().position(|word| is_accord(word) || !is_prefix(word));
        let Some(start) = start else { continue };
        let segment = &segment[start..];
        let words: Vec<&str> = match segment {
            ["cargo", "xtask", ..] => segment[1..].to_vec(),
            // `cargo run --package accord -- token`
            ["cargo", "run", ..] => match segment.windows(2).position(|pair| pair == ["accord", "--"]) {
                Some(index) => [&["accord"], &segment[index + 2..]].concat(),
                None => continue,
            },
            [first, rest @ ..] if is_accord(first) => [&["accord"], rest].concat(),
            _ => continue,
        };
        if words.len() > 1 {
            found.push(words.into_iter().map(str::to_owned).collect());
        }
    }
    found
}

/// Fails with what there is not.
fn judge(words: &[String], help: &Help) -> Result<(), String> {
    if words[0] == "xtask" {
        let task = &words[1];
        if is_placeholder(task) || task == "--help" || help.tasks.contains(task) {
            // A demo passes on what it is told; what the others take is no matter of pages that readers
            // follow.
            return if task == "demo" { judge_accord(&words[1..], help) } else { Ok(()) };
        }
        return Err(format!("there is no task `{task}`"));
    }
    judge_accord(&words[1..], help)
}

fn judge_accord(words: &[String], help: &Help) -> Result<(), String> {
    let mut path = String::new();
    let shown = |path: &str| format!("accord {path}").trim().to_owned();
    for word in words {
        let known = help.accord.get(&path).ok_or_else(|| format!("`{}` has no help", shown(&path)))?;
        if word.starts_with('-') {
            let option = name(word);
            if option != "-" && option != "--" && !known.options.contains(option) {
                return Err(format!("`{}` has no option `{option}`", shown(&path)));
            }
        } else if !known.subcommands.is_empty() {
            if is_placeholder(word) {
                return Ok(());
            }
            if !known.subcommands.contains(word) {
                return Err(format!("`{}` has no subcommand `{word}`", shown(&path)));
            }
            if !path.is_empty() {
                path.push(' ');
            }
            path.push_str(word);
        }
    }
    Ok(())
}

/// `COMMAND`, `…`.
fn is_placeholder(word: &str) -> bool {
    !word.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: &str = "Accord\n\nUsage: accord <COMMAND>\n\nCommands:\n  serve  Serve the API\n  demo   Serve SAPHAN\n  plan   Work on a plan\n\n\
                       Options:\n      --json\n          Answer in JSON [env: ACCORD_JSON=]\n  -h, --help\n          Print help\n";
    const EXPORT: &str = "Options:\n      --format <FORMAT>\n  -o, --output <FILE>\n          A file\n";

    fn help() -> Help {
        let known = |subcommands: &[&str], options: &[&str]| Known {
            subcommands: subcommands.iter().map(|name| (*name).to_owned()).collect(),
            options: options.iter().map(|name| (*name).to_owned()).collect(),
        };
        Help {
            accord: [
                (String::new(), Known::read(TOP)),
                ("plan".to_owned(), known(&["export"], &[])),
                ("plan export".to_owned(), Known::read(EXPORT)),
                ("demo".to_owned(), known(&[], &["--until"])),
                ("serve".to_owned(), known(&[], &["--listen"])),
            ]
            .into(),
            tasks: ["demo", "test"].map(str::to_owned).into(),
        }
    }

    fn said(text: &str) -> Vec<String> {
        let page = Page { path: "p.md".into(), text: text.to_owned() };
        faults(&page, &help()).into_iter().map(|Fault(text)| text).collect()
    }

    #[test]
    fn help_is_read_as_it_is_printed() {
        let known = Known::read(TOP);
        assert_eq!(known.subcommands, ["demo", "plan", "serve"].map(str::to_owned).into());
        assert_eq!(known.options, ["--help", "--json", "-h"].map(str::to_owned).into());
        assert_eq!(Known::read(EXPORT).options, ["--format", "--output", "-o"].map(str::to_owned).into());
    }

    #[test]
    fn what_there_is_passes() {
        let good = "`accord` and `accord COMMAND --help` and `accord --json serve --listen=1` and `cargo xtask test`\n\
                    ```sh\ncargo xtask demo --until NOW\ncargo run -q -p accord -- plan export -o a.csv | jq .x\n\
                    X=$(accord plan export --format csv) && pg_dump --file=accord.dump accord\ninstall -g accord -m 0750 /etc/accord\n\
                    accord plan export \\\n  --output a.csv  # accord gone\n```\n```sql\ncreate role accord login;\n```\n";
        assert_eq!(said(good), [""; 0]);
    }

    #[test]
    fn what_there_is_not_is_told_with_its_line() {
        let bad = "`accord gone` and\n`cargo xtask gone`\n| `accord plan export --gone x` |\n\
                   ```sh\nX=$(accord plan gone)\n/usr/bin/accord serve --output\naccord plan export \\\n  --gone\n```\n\
                   `cargo xtask demo --gone`\n";
        assert_eq!(
            said(bad),
            [
                "p.md:1: `accord gone`: `accord` has no subcommand `gone`",
                "p.md:2: `xtask gone`: there is no task `gone`",
                "p.md:3: `accord plan export --gone x`: `accord plan export` has no option `--gone`",
                "p.md:5: `accord plan gone`: `accord plan` has no subcommand `gone`",
                "p.md:6: `accord serve --output`: `accord serve` has no option `--output`",
                "p.md:7: `accord plan export --gone`: `accord plan export` has no option `--gone`",
                "p.md:10: `xtask demo --gone`: `accord demo` has no option `--gone`",
            ]
        );
    }
}
