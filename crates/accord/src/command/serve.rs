//! `accord serve`: the server.

use super::serving::{Known, Serving, refuse_if_not_durable, until_stopped};
use crate::{database, output::Output, source::Use};
use anyhow::Result;
use serde_json::json;
use std::process::ExitCode;

/// Serve the API until SIGINT or SIGTERM.
///
/// On a database of Accord's own unless `DATABASE_URL` names one. The tables are made and migrated when the
/// login may do that; else run `accord migrate` first.
#[derive(Clone, Debug, clap::Args)]
pub struct Serve {
    #[command(flatten)]
    serving: Serving,
}

impl Serve {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let serving = &self.serving;
        let beforehand = serving.beforehand("").await?;
        let database = serving.source.open("", Use::Own).await?;
        let pool = database::prepare(database.options.clone()).await?;
        refuse_if_not_durable(&pool).await?;
        let known = Known::look(&pool).await?;
        let clock = known.clock(serving.now.map(|now| now.to_utc()))?;
        let settings = serving.settings(beforehand, (&known, clock), &mut serving.source.keys("")?, "")?;
        until_stopped(database, pool, settings, |running| {
            let exercise = known.exercise.as_deref();
            let what = exercise.map_or_else(String::new, |title| format!(" (exercise: {title})"));
            let text = format!("Accord{what} listens on {}/graphql. Stop it with Ctrl-C.", running.url);
            output.say(&text, &json!({ "url": running.url, "exercise": exercise }))
        })
        .await?;
        Ok(ExitCode::SUCCESS)
    }
}
