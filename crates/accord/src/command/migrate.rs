//! `accord migrate`: the database's tables, with its owner's rights.

use crate::{
    database::{self, Migrated, OldReadModels},
    output::Output,
    source::{Source, Use},
};
use anyhow::Result;
use clap::builder::FalseyValueParser;
use serde_json::json;
use std::process::ExitCode;

/// Bring the database up to this build: migrate the log's tables and make the read model's.
///
/// Needs a `DATABASE_URL` that logs in as the database's owner. Servers migrate by themselves when their
/// login may.
#[derive(Clone, Debug, clap::Args)]
pub struct Migrate {
    /// Also drop the read models of other builds. Stop the servers of these builds first.
    #[arg(long, env = "ACCORD_DROP_OLD", value_parser = FalseyValueParser::new())]
    drop_old: bool,
    #[command(flatten)]
    source: Source,
}

impl Migrate {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let old = if self.drop_old { OldReadModels::Drop } else { OldReadModels::Keep };
        let database = self.source.open("", Use::Shared).await?;
        let done = database::lacking(&database.options).await?;
        let Migrated { schema, dropped } = database::migrate(&database.options, old).await?;
        database.close().await?;

        let mut text = if done.is_empty() {
            format!("The database is up to date; its read model is {schema}.")
        } else {
            format!("Made {}.", done.join(", "))
        };
        if !dropped.is_empty() {
            text.push_str("\nDropped ");
            text.push_str(&dropped.join(", "));
            text.push('.');
        }
        output.say(&text, &json!({ "made": done, "readModel": schema, "dropped": dropped }))?;
        Ok(ExitCode::SUCCESS)
    }
}
