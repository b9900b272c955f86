//! `accord import`: a scenario file into the log.

use crate::{
    database,
    import::Summary,
    output::Output,
    progress::Progress,
    scenario::{self, Fault, Scenario},
    source::{Source, Use},
    values,
};
use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset};
use engine::Entropy;
use serde_json::json;
use sqlx::PgPool;
use std::{io::Read as _, path::PathBuf, process::ExitCode};

/// Read a scenario file and record what it tells.
///
/// A file that has faults is not imported: all of them are shown, with their lines. A command that is refused
/// stops the import, and what was recorded before it stays.
#[derive(Clone, Debug, clap::Args)]
pub struct Import {
    /// The file (scenario/FORMAT.md describes it); `-` reads standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Stop before the first thing that was recorded after this moment.
    #[arg(long, env = "ACCORD_UNTIL", value_name = "TIME", value_parser = values::instant)]
    until: Option<DateTime<FixedOffset>>,
    #[command(flatten)]
    source: Source,
}

impl Import {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let text = self.text()?;
        let scenario = match scenario::read(&text) {
            Ok(scenario) => scenario,
            Err(faults) => return self.refuse(&faults, output),
        };
        let database = self.source.open("", Use::Shared).await?;
        let pool = database::prepare(database.options.clone()).await?;
        let summary = import(&pool, &scenario, self.until).await?;
        drop(pool);
        database.close().await?;

        let Summary { commands, position, left_for_later, stopped_at } = summary;
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

    fn text(&self) -> Result<String> {
        let mut text = String::new();
        if self.file.as_os_str() == "-" {
            std::io::stdin().read_to_string(&mut text).context("could not read standard input")?;
        } else {
            text = std::fs::read_to_string(&self.file)
                .with_context(|| format!("could not read {}", self.file.display()))?;
        }
        Ok(text)
    }

    fn refuse(&self, faults: &[Fault], output: Output) -> Result<ExitCode> {
        let file = self.file.display();
        match output {
            Output::People => {
                for Fault { line, column, path, message } in faults {
                    let space = if path.is_empty() { "" } else { " " };
                    eprintln!("{file}:{line}:{column}: {path}{space}{message}");
                }
                let number = faults.len();
                eprintln!(
                    "accord: nothing was imported: {file} has {number} faults. Mend them and try again"
                );
            }
            Output::Programs => {
                let faults = faults.iter().map(|Fault { line, column, path, message }| {
                    json!({ "line": line, "column": column, "path": path, "message": message })
                });
                output.say("", &json!({ "faults": faults.collect::<Vec<_>>() }))?;
            }
        }
        Ok(ExitCode::FAILURE)
    }
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
