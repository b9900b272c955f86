//! `accord schema`: the API's SDL, and the events for those who read the log without Accord.

use crate::output::Output;
use anyhow::{Context as _, Result};
use serde_json::json;
use std::{fs, path::PathBuf, process::ExitCode};

/// Print the API's schema, or write it to a directory together with a JSON Schema of every event, a
/// catalogue of them, and the definitions of all metrics.
#[derive(Clone, Debug, clap::Args)]
pub struct Schema {
    /// Write api.graphql, events/*.json, events.md and metrics.md below this directory, instead of printing.
    #[arg(long, env = "ACCORD_SCHEMA_DIR", value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Schema {
    pub fn run(&self, output: Output) -> Result<ExitCode> {
        let sdl = api::sdl();
        let Some(dir) = &self.dir else {
            output.say(&sdl, &json!({ "sdl": sdl }))?;
            return Ok(ExitCode::SUCCESS);
        };
        let events = dir.join("events");
        fs::create_dir_all(&events).with_context(|| format!("could not make {}", events.display()))?;
        let mut files = vec![
            (dir.join("api.graphql"), sdl),
            (dir.join("events.md"), domain::catalogue::page()),
            (dir.join("metrics.md"), domain::metrics::page()),
        ];
        files.extend(domain::catalogue::files().map(|(name, text)| (events.join(name), text)));
        for (path, text) in &files {
            fs::write(path, text).with_context(|| format!("could not write {}", path.display()))?;
        }
        let (number, place) = (files.len(), dir.display().to_string());
        output
            .say(&format!("Wrote {number} files to {place}."), &json!({ "files": number, "dir": place }))?;
        Ok(ExitCode::SUCCESS)
    }
}
