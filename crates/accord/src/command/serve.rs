//! `accord serve`: the server.

use super::serving::{
    Known, Life, Limiting, Listen, Sending, Settings, refuse_if_not_durable, trust, until_stopped,
};
use crate::{
    database, documents,
    output::Output,
    server::Origins,
    source::{Source, Use},
    values,
};
use anyhow::Result;
use api::{documents::Documents, http::Origin};
use chrono::{DateTime, FixedOffset};
use clap::builder::FalseyValueParser;
use serde_json::json;
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};
use tracing::info;

/// Serve the API until SIGINT or SIGTERM.
///
/// On a database of Accord's own unless `DATABASE_URL` names one. The tables are made and migrated when the
/// login may do that; else run `accord migrate` first.
#[derive(Clone, Debug, clap::Args)]
pub struct Serve {
    #[command(flatten)]
    listen: Listen,
    #[command(flatten)]
    source: Source,
    /// Trust only the public keys in this directory: THA.pub.pem for the partner THA, services.pub.pem for
    /// services, and THA.NAME.pub.pem for further ones. Files that come, change or go are noticed while the
    /// server runs. Without it, development issuers are trusted, whose private keys lie in the data directory.
    #[arg(long, env = "ACCORD_ISSUERS", value_name = "DIR")]
    issuers: Option<PathBuf>,
    #[command(flatten)]
    life: Life,
    /// Let pages of these origins ask from browsers and open websockets, separated by commas,
    /// such as <https://console.example.org>. Without it, only pages of this server's own.
    #[arg(long, env = "ACCORD_ORIGINS", value_name = "ORIGINS", value_delimiter = ',')]
    origins: Vec<Origin>,
    /// Let the clock of an exercise stand still here, instead of running on from its last event.
    #[arg(long, env = "ACCORD_NOW", value_name = "TIME", value_parser = values::instant)]
    now: Option<DateTime<FixedOffset>>,
    #[command(flatten)]
    limiting: Limiting,
    /// Address and port at which Prometheus reads /metrics, without a token: for operators only, so that
    /// partners cannot read there how busy the others are. Without it there are no metrics.
    #[arg(long, env = "ACCORD_METRICS_LISTEN", value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    #[command(flatten)]
    sending: Sending,
    /// Trust the GraphQL documents in this directory, a file each: requests name them as `documentId`, which
    /// is `sha256:` and the SHA-256 of the file in hexadecimal.
    #[arg(long, env = "ACCORD_DOCUMENTS", value_name = "DIR")]
    documents: Option<PathBuf>,
    /// Answer trusted documents only, and no `query` that a client sends.
    #[arg(long, env = "ACCORD_DOCUMENTS_ONLY", requires = "documents", value_parser = FalseyValueParser::new())]
    documents_only: bool,
}

impl Serve {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        // Before Postgres is started for nothing.
        let trusted = self.issuers.as_deref().map(|dir| trust(dir, self.life.longest)).transpose()?;
        let documents = match &self.documents {
            Some(dir) => documents::read(dir, self.documents_only).await?,
            None => Documents::default(),
        };
        let webhooks = self.sending.settings(&self.source, "")?;
        let database = self.source.open("", Use::Own).await?;
        let pool = database::prepare(database.options.clone()).await?;
        refuse_if_not_durable(&pool).await?;
        let known = Known::look(&pool).await?;
        let clock = known.clock(self.now.map(|now| now.to_utc()))?;
        let trust = if let Some(trusted) = trusted {
            trusted
        } else {
            let dir = self.source.keys_dir("")?;
            info!(keys = %dir.display(), "Trusting development issuers: who reads their keys may be anybody");
            known.trust(&mut self.source.keys("")?, &dir, self.life.longest)?
        };
        let settings = Settings {
            listen: self.listen.listen,
            clock,
            trust,
            explorer: None,
            limits: self.limiting.limits(),
            documents,
            origins: Origins(self.origins.clone()),
            metrics_listen: self.metrics_listen,
            webhooks,
        };
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
