//! `accord rebuild`: the read model anew from the log.

use crate::{
    database::{self, Anew},
    output::Output,
    source::{Source, Use},
};
use anyhow::Result;
use serde_json::json;
use std::process::ExitCode;

/// Compute the read model anew from the log, while servers go on with the one they have.
///
/// Needs a `DATABASE_URL` that logs in as the database's owner. Interrupted, it leaves everything as it was.
#[derive(Clone, Debug, clap::Args)]
pub struct Rebuild {
    #[command(flatten)]
    source: Source,
}

impl Rebuild {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let database = self.source.open("", Use::Shared).await?;
        if !database::lacking(&database.options).await?.is_empty() {
            database::migrate(&database.options, database::OldReadModels::Keep).await?;
        }
        let Anew { rebuilt, took } = database::rebuild(&database.options).await?;
        database.close().await?;
        let seconds = took.as_secs_f64();
        let position = rebuilt.position;
        let mut text =
            format!("The read model was computed anew, up to position {position}, in {seconds:.1} seconds.");
        if !rebuilt.dropped {
            text.push_str(" The old one is still being read; the next rebuild drops it.");
        }
        output.say(
            &text,
            // Positions leave no gap, so this is also how many events there are.
            &json!({ "position": position, "events": position, "seconds": seconds, "droppedOld": rebuilt.dropped }),
        )?;
        Ok(ExitCode::SUCCESS)
    }
}
