//! `accord rebuild`: the read model anew from the log.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::{
    database::{self, Work},
    output::Output,
    progress::Progress,
    source::{Source, Use},
};

/// Compute the read model anew from the log. Readers see the old rows until it is done.
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
        let pool = database::serving_pool(&database.options, Work::Maintenance).await?;
        let progress = Progress::new("Rebuilding");
        let position = engine::rebuild(&pool, |done, total| progress.show_position(done.0, total.0))
            .await
            .context("could not rebuild the read model; it is as it was")?;
        drop(progress);
        drop(pool);
        database.close().await?;
        output.say(
            &format!("The read model was computed anew, up to position {position}."),
            &json!({ "position": position }),
        )?;
        Ok(ExitCode::SUCCESS)
    }
}
