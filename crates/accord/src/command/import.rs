//! `accord import`: a scenario file into the log.

use crate::{
    command::sending,
    database,
    import::Summary,
    output::Output,
    progress::Progress,
    scenario::{self, Fault, FromLog, In, Scenario},
    source::{Source, Use},
    values,
};
use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, FixedOffset};
use engine::Entropy;
use exchange::xes;
use serde_json::json;
use sqlx::PgPool;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Read a scenario file and record what it tells; or an event log, as an exercise.
///
/// A file that has faults is not imported: all of them are shown, with their lines. A command that is refused
/// stops the import, and what was recorded before it stays.
///
/// With `--format xes` the file is an event log of process mining, and --mapping a scenario file which says how it is
/// read, and what it does not know (docs/process-mining.md describes it).
#[derive(Clone, Debug, clap::Args)]
pub struct Import {
    /// The file (scenario/FORMAT.md describes it); `-` reads standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the file is.
    #[arg(long, value_name = "FORMAT", default_value = "scenario", requires_if("xes", "mapping"))]
    format: Format,
    /// Of an event log: the scenario file with a section `log`.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Stop before the first thing that was recorded after this moment.
    #[arg(long, env = "ACCORD_UNTIL", value_name = "TIME", value_parser = values::instant)]
    until: Option<DateTime<FixedOffset>>,
    #[command(flatten)]
    source: Source,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A scenario, in YAML.
    Scenario,
    /// An event log, in XES.
    Xes,
}

/// A scenario, and what of its file is left out, a line for each kind.
type Read = (Scenario, Vec<String>);

/// A fault with its file.
type Misread<'a> = (&'a Path, Fault);

impl Import {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let (scenario, left_out) = match self.scenario()? {
            Ok(read) => read,
            Err(faults) => return refuse(&faults, output),
        };
        let database = self.source.open("", Use::Shared).await?;
        let pool = database::prepare(database.options.clone()).await?;
        let summary = import(&pool, &scenario, self.until).await?;
        drop(pool);
        database.close().await?;

        let Summary { commands, position, mut left_for_later, stopped_at } = summary;
        left_for_later.extend(left_out);
        let mut text =
            format!("Imported {commands} commands; the log ends at position {position}, {stopped_at}.");
        if !left_for_later.is_empty() {
            text.push_str("\nLeft for later:");
            for left in &left_for_later {
                text.push_str("\n  ");
                text.push_str(left);
            }
        }
        let value = json!({
            "commands": commands,
            "position": position,
            "leftForLater": left_for_later,
            "stoppedAt": stopped_at.to_rfc3339(),
        });
        output.say(&text, &value)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Or every fault.
    fn scenario(&self) -> Result<Result<Read, Vec<Misread<'_>>>> {
        let Some(mapping) = &self.mapping else {
            let text = text(&self.file)?;
            let read = scenario::read(&text).map(|scenario| (scenario, Vec::new()));
            return Ok(read.map_err(|faults| faults.into_iter().map(|fault| (&*self.file, fault)).collect()));
        };
        if self.format != Format::Xes {
            bail!("--mapping goes with --format xes, for it says how an event log is read");
        }
        let bytes = sending::read(&self.file, xes::MOST_BYTES)?;
        let rules = text(mapping)?;
        Ok(match scenario::read_log(&rules, &bytes) {
            Ok(from_log) => {
                let left_out = from_log.left_out();
                let FromLog { scenario, .. } = from_log;
                Ok((scenario, left_out))
            }
            Err(faults) => Err(faults
                .into_iter()
                .map(|(place, fault)| (if place == In::Log { &*self.file } else { &**mapping }, fault))
                .collect()),
        })
    }
}

/// Of a scenario.
fn text(file: &Path) -> Result<String> {
    let bytes = sending::read(file, scenario::MAX_BYTES)?;
    if bytes.len() > scenario::MAX_BYTES {
        bail!("{} is larger than {} bytes, which is the most", file.display(), scenario::MAX_BYTES);
    }
    String::from_utf8(bytes).with_context(|| format!("could not read {} as UTF-8", file.display()))
}

fn refuse(faults: &[Misread<'_>], output: Output) -> Result<ExitCode> {
    match output {
        Output::People => {
            for (file, Fault { line, column, path, message }) in faults {
                let space = if path.is_empty() { "" } else { " " };
                eprintln!("{}:{line}:{column}: {path}{space}{message}", file.display());
            }
            let mut files: Vec<String> = faults.iter().map(|(file, _)| file.display().to_string()).collect();
            files.dedup();
            let (files, number) = (files.join(" and "), faults.len());
            let have = if files.contains(" and ") { "have" } else { "has" };
            eprintln!(
                "accord: nothing was imported: {files} {have} {number} faults. Mend them and try again"
            );
        }
        Output::Programs => {
            let faults = faults.iter().map(|(file, Fault { line, column, path, message })| {
                json!({ "file": file, "line": line, "column": column, "path": path, "message": message })
            });
            output.say("", &json!({ "faults": faults.collect::<Vec<_>>() }))?;
        }
    }
    Ok(ExitCode::FAILURE)
}

/// Imports with progress; the demo, too.
pub async fn import(
    pool: &PgPool,
    scenario: &Scenario,
    until: Option<DateTime<FixedOffset>>,
) -> Result<Summary> {
    let progress = Progress::new("Importing");
    crate::import::run(pool, scenario, until, Entropy::system(), |done, total| {
        progress.show(done as u64, total as u64);
    })
    .await
    .with_context(|| format!("could not import {}", scenario.meta.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        import: Import,
    }

    #[test]
    #[cfg(unix)]
    fn no_more_is_read_than_shows_that_it_is_too_much() {
        let Line { import } = Line::parse_from(["import", "/dev/zero"]);
        let refused = import.scenario().err().map(|error| error.to_string());
        assert_eq!(refused.as_deref(), Some("/dev/zero is larger than 8388608 bytes, which is the most"));
        let mapping = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/import/mining.yaml"));
        let import = Import { format: Format::Xes, mapping: Some(mapping.to_owned()), ..import };
        let refused = import.scenario().unwrap().unwrap_err();
        assert_eq!((refused.len(), refused[0].0), (1, Path::new("/dev/zero")));
        assert!(refused[0].1.message.contains("is larger than 64 MiB"));
    }
}
