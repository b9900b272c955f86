//! Logs on standard error, as text or as JSON.

use std::io;

use anyhow::{Context as _, Result};
use tracing_subscriber::{EnvFilter, fmt};

#[derive(Clone, Debug, clap::Args)]
pub struct Logging {
    /// How logs are written to standard error.
    #[arg(long, global = true, env = "ACCORD_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    log_format: Format,
    /// Which logs are written, such as `info,sqlx=debug`; `RUST_LOG` is read when this is not given.
    #[arg(long = "log", global = true, env = "ACCORD_LOG", value_name = "FILTER")]
    filter: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Logging {
    /// `usual` is the filter when the caller asks for none.
    pub fn begin(&self, usual: &str) -> Result<()> {
        let given = self.filter.clone().filter(|filter| !filter.is_empty());
        let given = given.or_else(|| std::env::var("RUST_LOG").ok().filter(|filter| !filter.is_empty()));
        let filter = given.as_deref().unwrap_or(usual);
        let filter = EnvFilter::builder()
            .parse(filter)
            .with_context(|| format!("`{filter}` is no filter of logs; try `info` or `info,sqlx=debug`"))?;
        let logs = fmt().with_env_filter(filter).with_writer(io::stderr);
        match self.log_format {
            Format::Text => logs.with_target(false).init(),
            Format::Json => logs.json().flatten_event(true).init(),
        }
        Ok(())
    }
}
